# SPDX-License-Identifier: Apache-2.0
"""Designs as cores, with a bench that has the results of the golden model."""

from dataclasses import replace
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.golden import golden_operation
from spikefloat.rtl_gen.checks.scenes import few_cases
from spikefloat.rtl_gen.checks.verifying.plan import Selected, make_check
from spikefloat.rtl_gen.designs.catalog import CATALOGUE
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.designs.header import design_hardware, instance_summary
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.designs.shapes import LayerShape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.synthesis.core_bench import Cases, Handshake
from spikefloat.rtl_gen.fpga.synthesis.package import CoreSource
from spikefloat.rtl_gen.rtl.cells.cell_parameters import CellParameters
from spikefloat.rtl_gen.version import installed_version
from spikefloat.sim.benches.dut import Check, Contract, Port, StreamPort
from spikefloat.sim.benches.packing import pack_vector
from spikefloat.sim.golden.operations import find_operation

__all__ = ["cell_source", "circuit_source"]

#: With more cases than this, corners and random ones are put into the bench, or every so many.
_MAX_CASES = 2**16
_RANDOM_CASES = 4096
_RANDOM_VECTORS = 64


def circuit_source(instance: Instance | SavedCircuit, module: str | None = None) -> CoreSource:
    """Return a circuit as a core with a bench, where there is one for it.

    Parameters
    ----------
    instance : Instance or SavedCircuit
        What to package.
    module : str, optional
        Name of the top module; by default that of the instance.

    Raises
    ------
    InputError
        If the circuit of a file has a port with the name of a clock or a reset.
    """
    hardware = design_hardware(instance, module)
    is_fixed = not (hardware.is_stream or instance.hardware.style.has_handshake)
    if isinstance(instance, Instance):
        summary = f"{instance_summary(instance)} ({instance.circuit.format.name})"
    else:
        summary = f"circuit of the file {PurePath(instance.path).name}"
        for port in (*instance.graph.inputs, *instance.graph.outputs):
            if port.name in ("clk", "rst"):
                raise InputError(
                    f"Ports of a circuit to be packaged must not be clk and rst, as its bench and "
                    f"its example have these, not {port.name!r} ({instance.path})"
                )
    return CoreSource(
        module=hardware.module,
        verilog=hardware.verilog,
        ports=hardware.ports,
        summary=f"{summary}, made of spiking neurons",
        latency=hardware.latency if is_fixed else None,
        cases=_circuit_cases(instance, hardware),
        version=installed_version(),
    )


def _circuit_cases(instance: Instance | SavedCircuit, hardware: Hardware) -> Cases | None:
    """Return operands and what they must give, as verify has them; None for what has no bench."""
    selected = Selected(random_cases=_RANDOM_CASES)
    reference = "its own simulation"
    if isinstance(instance, Instance):
        reference = "the golden model"
        is_layer = isinstance(instance.shape, LayerShape)
        if instance.has_own_streams or is_layer and hardware.is_clocked:
            return None
        if instance.shape is not None:
            selected = Selected(random_cases=_RANDOM_VECTORS)
        elif _has_many(instance):
            selected = Selected(pairs="sampled", random_cases=_RANDOM_CASES)
    return replace(_cases(make_check(instance, selected)), reference=reference)


def _has_many(instance: Instance) -> bool:
    """Tell whether an operation has more operands than go into a bench, or takes long for each."""
    widths = find_operation(golden_operation(instance)).widths(instance.circuit.format)
    return instance.hardware.style.has_handshake or 1 << sum(widths) > _MAX_CASES


def cell_source(cell: CellInstance, module: str | None = None) -> CoreSource:
    """Return a clocked cell as a core; see :func:`circuit_source`. A neuron has no bench."""
    cell = replace(cell, module=module)
    cases = None
    if not isinstance(cell.parameters, CellParameters):
        # As many numbers as Icarus tries.
        cases = _cases(make_check(cell, Selected(random_cases=_RANDOM_CASES), "icarus"))
    return CoreSource(
        module=cell.name,
        verilog=cell.verilog,
        ports=cell.ports,
        latency=None,
        cases=cases,
        summary=CATALOGUE[cell.design].summary,
        version=installed_version(),
    )


def _cases(check: Check) -> Cases:
    """Return the cases of a check as the bench of a core has them."""
    count = len(check.cases.indices)
    if count > _MAX_CASES:
        check = few_cases(check, np.linspace(0, count - 1, _MAX_CASES).astype(int))
    dut, cases = check.dut, check.cases
    columns = [_numbers(port, cases.rows(port.name)) for port in dut.inputs]
    columns += [_numbers(port, cases.expected[port.name]) for port in dut.outputs]
    for place, port in enumerate(dut.inputs):
        if port.name == "discharge":  # with the first case, whichever verify begins with
            columns[place] = [int(index == 0) for index in range(len(columns[place]))]
    return Cases(
        operands=tuple(_signal(port, dut.contract) for port in dut.inputs),
        rows=list(zip(*columns, strict=True)),
        results=tuple(_signal(port, dut.contract) for port in dut.outputs),
        handshake=_handshake(check),
    )


def _numbers(port: Port, rows: NDArray[np.int64]) -> list[int]:
    """Return a number for each case, that of several of a port being all of them side by side."""
    if port.count == 1:
        return [int(row) for row in rows.reshape(-1)]
    return [pack_vector(row, port.width) for row in rows.tolist()]


def _signal(port: Port, contract: Contract) -> str:
    if isinstance(port, StreamPort):
        return f"{port.prefix}_tdata"
    return "m_axis_tuser" if contract is Contract.STREAM else port.name


def _handshake(check: Check) -> Handshake | None:
    """Return how operands are given and results taken, if not in every clock."""
    dut = check.dut
    if dut.contract is Contract.STREAM:
        words = [port.prefix for port in dut.inputs if isinstance(port, StreamPort)]
        return Handshake(
            offer=tuple(f"{word}_tvalid" for word in words),
            accept=tuple(f"{word}_tready" for word in words),
            valid="m_axis_tvalid",
            take="m_axis_tready",
            interval=1 + dut.latency,
        )
    if dut.contract is Contract.HANDSHAKE:
        return Handshake(
            offer=("start",),
            accept=("ready",),
            valid="valid",
            take=None,
            interval=dut.latency + 1,
        )
    return None
