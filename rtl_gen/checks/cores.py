# SPDX-License-Identifier: Apache-2.0
"""Designs as FuseSoC cores, with a bench that has the results of the golden model."""

from dataclasses import replace

import numpy as np

from spikefloat.rtl_gen.designs.catalog import CATALOGUE
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.designs.header import design_hardware, instance_summary
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.shapes import VectorShape
from spikefloat.rtl_gen.fpga.synthesis.core_bench import Cases, Handshake
from spikefloat.rtl_gen.fpga.synthesis.package import CoreSource
from spikefloat.rtl_gen.version import installed_version
from spikefloat.sim.benches.packing import pack_vector
from spikefloat.sim.cases.exhaustive import operand_cases
from spikefloat.sim.cases.sampled import SEED, sampled_operands
from spikefloat.sim.cases.vectors import vector_cases
from spikefloat.sim.golden import operations as reference
from spikefloat.sim.golden.dot import dot

__all__ = ["cell_source", "circuit_source"]

#: With more cases than this, corners and random ones are put into the bench.
_MAX_CASES = 2**16
_RANDOM_CASES = 4096
_RANDOM_VECTORS = 64


def circuit_source(instance: Instance, module: str | None = None) -> CoreSource:
    """Return a circuit as a core with a bench, where there is one for it.

    Parameters
    ----------
    instance : Instance
        What to package.
    module : str, optional
        Name of the top module; by default that of the instance.
    """
    hardware = design_hardware(instance, module)
    is_temporal = instance.hardware.style.has_handshake
    # Membranes that are discharged from outside have an input for it, and no bench here.
    is_fixed = not (hardware.is_stream or is_temporal or hardware.has_discharge)
    return CoreSource(
        module=hardware.module,
        verilog=hardware.verilog,
        ports=hardware.ports,
        summary=f"{instance_summary(instance)} ({instance.circuit.format.name}), made of spiking neurons",
        latency=hardware.latency if is_fixed else None,
        cases=None if hardware.has_discharge else _cases(instance, hardware),
        version=installed_version(),
    )


def _cases(instance: Instance, hardware: Hardware) -> Cases | None:
    """Return operands and what they must give; None for what has no bench."""
    design = instance.design
    is_temporal = instance.hardware.style.has_handshake
    if instance.shape is None:
        rows = _scalar_rows(instance, 0 if is_temporal else _MAX_CASES)
    elif isinstance(instance.shape, VectorShape):
        rows = _vector_rows(instance)
    else:
        return None
    if hardware.is_stream:
        words = [f"s_axis_{name}" for name in design.operands]
        return Cases(
            operands=tuple(f"{word}_tdata" for word in words),
            rows=rows,
            result="m_axis_tdata",
            handshake=Handshake(
                offer=tuple(f"{word}_tvalid" for word in words),
                accept=tuple(f"{word}_tready" for word in words),
                valid="m_axis_tvalid",
                take="m_axis_tready",
                interval=1 + hardware.latency,
            ),
        )
    if is_temporal:
        return Cases(
            operands=design.operands,
            rows=rows,
            result=design.result,
            handshake=Handshake(
                offer=("start",),
                accept=("ready",),
                valid="valid",
                take=None,
                interval=hardware.latency + 1,
            ),
        )
    return Cases(operands=design.operands, rows=rows, result=design.result)


def _scalar_rows(instance: Instance, most: int) -> list[list[int]]:
    """Return all cases of an operation if they are not too many, else corners and random ones."""
    instance.require_usual_rounding("to be packaged")
    design, options = instance.design, instance.circuit
    fmt, count = options.format, len(design.operands)
    operation = reference.find_operation(design.name)
    if 1 << sum(operation.widths(fmt)) <= most:
        operands = operand_cases([fmt], count, "all", operation.operand_widths)
    else:
        sampled = (
            reference.wide_cases(design.name, fmt, _RANDOM_CASES)
            if operation.operand_widths
            else sampled_operands(fmt, count, _RANDOM_CASES)
        )
        operands = tuple((sampled if most else sampled[-_RANDOM_CASES:]).T)
    results = reference.expected(design.name, fmt, operands, options.overflow, options.to)
    rows: list[list[int]] = np.stack([*operands, results], axis=1).tolist()
    return rows


def _vector_rows(instance: Instance) -> list[list[int]]:
    """Return directed and random vectors, packed, with their dot products."""
    options, shape = instance.circuit, instance.vector
    fmt = options.format
    first, second = vector_cases(fmt, shape.length, _RANDOM_VECTORS, SEED)
    results = dot(
        fmt, first, second, shape.accumulate, options.to, options.overflow, wide=shape.wide
    )
    return [
        [pack_vector(a, fmt.width), pack_vector(b, fmt.width), int(result)]
        for a, b, result in zip(first.tolist(), second.tolist(), results, strict=True)
    ]


def cell_source(cell: CellInstance, module: str | None = None) -> CoreSource:
    """Return a clocked cell as a core; see :func:`circuit_source`."""
    cell = replace(cell, module=module)
    return CoreSource(
        module=cell.name,
        verilog=cell.verilog,
        ports=cell.ports,
        latency=None,
        cases=None,
        summary=CATALOGUE[cell.design].summary,
        version=installed_version(),
    )
