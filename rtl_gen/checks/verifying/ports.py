# SPDX-License-Identifier: Apache-2.0
"""Operations on vectors, and designs on blocks, as benches take them."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.golden import golden_codes, rounded_block_dot
from spikefloat.rtl_gen.checks.verifying.arrays import MOST_CLOCKS
from spikefloat.rtl_gen.checks.verifying.graphs import bench_ways, hardware_check
from spikefloat.rtl_gen.checks.verifying.selected import Selected
from spikefloat.rtl_gen.circuits.vector_operation import Passes, Running
from spikefloat.rtl_gen.designs.arrays import make_layer_array
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.shapes import BlockShape, ElementsShape, PortCodes
from spikefloat.rtl_gen.formats import Format, Integer
from spikefloat.rtl_gen.rtl.ports import whole_bytes
from spikefloat.sim.benches.dut import Cases, Check, Contract, Dut, Port, StreamPort
from spikefloat.sim.benches.ways import Ways
from spikefloat.sim.cases.blocks import block_dot_cases, float_cases
from spikefloat.sim.golden.vectors.operations import VECTORS

__all__ = ["port_check"]


def port_check(instance: Instance, selected: Selected) -> Check:
    """Return the check of a design whose ports have roles."""
    hardware = design_hardware(instance)
    verilog, module = selected.source(hardware.verilog, hardware.module)
    operands = _operands(instance, selected.random_cases, selected.seed)
    if instance.is_array:  # takes many clocks for each
        operands = _spread(operands, MOST_CLOCKS // hardware.initiation_interval)
    ways = bench_ways(instance)
    extras = _extras(ways, operands, selected.seed)
    results = _results(instance, ways, operands, extras)
    ports = {
        name: Port(
            name,
            codes.format.width,
            codes.count,
            codes.format if isinstance(codes.format, Format) else None,
            is_signed=isinstance(codes.format, Integer) and codes.format.is_signed,
        )
        for name, codes in instance.ports.items()
    }
    if instance.has_own_streams:
        own = replace(hardware, verilog=verilog, module=module)
        make = _array_check if instance.is_array else _element_check
        return make(instance, own, ports, operands, results)
    inputs = tuple(ports.pop(name) for name in instance.design.operands)
    flags = {name: codes for name, codes in results.items() if name not in ports}
    return hardware_check(
        replace(hardware, verilog=verilog, module=module),
        (*inputs, *(Port(name, width) for name, width in ways.widths.items())),
        (*ports.values(), *ways.outputs),
        {**operands, **extras},
        {name: _numbers(instance.ports[name], results[name]) for name in ports} | flags,
    )


def _spread(operands: Mapping[str, NDArray[np.int64]], most: int) -> dict[str, NDArray[np.int64]]:
    """Return as many cases as asked for, but ten at least, from all places of all cases."""
    count = len(next(iter(operands.values())))
    step = -(-count // max(most, 10))
    return {name: codes[::step] for name, codes in operands.items()}


def _extras(
    ways: Ways, operands: Mapping[str, NDArray[np.int64]], seed: int
) -> dict[str, NDArray[np.int64]]:
    """Return modes and random numbers of rounding, drawn for each case."""
    rng, count = np.random.default_rng(seed), len(next(iter(operands.values())))
    return {name: rng.integers(0, 1 << width, count) for name, width in ways.widths.items()}


def _results(
    instance: Instance,
    ways: Ways,
    operands: Mapping[str, NDArray[np.int64]],
    extras: Mapping[str, NDArray[np.int64]],
) -> dict[str, NDArray[np.int64]]:
    """Return what an instance must give, by the names of its outputs."""
    if ways.is_usual:
        right = golden_codes(instance, operands)
        return right if isinstance(right, dict) else {"y": right}
    given = [operands[name] for name in instance.design.operands]
    if isinstance(instance.shape, BlockShape):
        return ways.results(extras, given, partial(rounded_block_dot, instance))
    flagged, circuit = VECTORS[instance.design.name].flagged, instance.circuit
    assert flagged is not None  # as the design takes no rounding otherwise
    formats = circuit.format, circuit.result_format, circuit.overflow
    return ways.results(
        extras, given, lambda some, rounder: flagged(*formats, *some, rounder=rounder)
    )


def _element_check(
    instance: Instance,
    hardware: Hardware,
    ports: Mapping[str, Port],
    operands: Mapping[str, NDArray[np.int64]],
    results: Mapping[str, NDArray[np.int64]],
) -> Check:
    """Return the check of an operation that takes one element in each clock."""
    *sources, result = (
        StreamPort(
            name,
            whole_bytes(port.width),
            port.count,
            port.fmt,
            prefix=f"s_axis_{name}" if name in operands else "m_axis",
            lanes=1,
            has_last=True,
        )
        for name, port in ports.items()
    )
    # Results that wait for no other element come while elements still do.
    record = instance.design.vector
    waits = record is not None and isinstance(record.running, Running | Passes)
    first = hardware.latency - (0 if waits else result.count - 1)
    dut = Dut(
        name=hardware.module,
        verilog=hardware.verilog,
        module=hardware.module,
        inputs=tuple(sources),
        outputs=(result,),
        contract=Contract.STREAM,
        latency=first,
        last_latency=first + result.count - 1,
        interval=hardware.initiation_interval,
        alarms=("frame_error",),
    )
    return Check(dut=dut, cases=Cases(operands=operands, expected=results))


def _array_check(
    instance: Instance,
    hardware: Hardware,
    ports: Mapping[str, Port],
    operands: Mapping[str, NDArray[np.int64]],
    results: Mapping[str, NDArray[np.int64]],
) -> Check:
    """Return the check of a layer on blocks that is spread over lanes."""
    array = make_layer_array(instance, instance.name)
    sizes, timing = array.sizes, array.timing
    lanes = {"x": sizes.x_codes, "y": sizes.y_codes}
    *sources, result = (
        StreamPort(
            name,
            whole_bytes(port.width),
            port.count,
            port.fmt,
            prefix=f"{'s' if name in operands else 'm'}_axis_{name}",
            lanes=lanes.get(name, 1),
            has_last=True,
            has_keep=name == "y" and sizes.outputs % sizes.y_codes > 0,
        )
        for name, port in ports.items()
    )
    dut = Dut(
        name=hardware.module,
        verilog=hardware.verilog,
        module=hardware.module,
        inputs=tuple(sources),
        outputs=(result,),
        contract=Contract.STREAM,
        latency=timing.first_result,
        last_latency=timing.last_result,
        interval=timing.interval,
        alarms=("frame_error",),
    )
    return Check(dut=dut, cases=Cases(operands=operands, expected=results))


def _numbers(port: PortCodes, codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return codes as a bench reads them: integers with their sign."""
    return codes if isinstance(port.format, Format) else port.format.decode(codes)


def _operands(instance: Instance, count: int, seed: int) -> dict[str, NDArray[np.int64]]:
    """Return operands as ports have them: the elements of all blocks on one axis."""
    shape = instance.shape
    if isinstance(shape, ElementsShape):
        golden = VECTORS[instance.design.name]
        drawn = golden.cases(instance.circuit.format, shape.length, count, seed)
        return dict(zip(instance.design.operands, drawn, strict=True))
    assert isinstance(shape, BlockShape)
    to = instance.circuit.result_format
    sizes = shape.block, shape.blocks, shape.size
    if instance.design.makes_blocks:
        cases = {"a": float_cases(*sizes, instance.circuit.format, count, seed)}
    else:
        cases = block_dot_cases(*sizes, to, count, seed)
        cases |= {"x": cases["a"], "x_scale": cases["a_scale"]}
    return {name: cases[name].reshape(len(cases[name]), -1) for name in instance.design.operands}
