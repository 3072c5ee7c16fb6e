# SPDX-License-Identifier: Apache-2.0
"""The generated Verilog as logic again, and what a circuit gives for operands."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.proving.registers import without_registers
from spikefloat.rtl_gen.designs.hardware import Hardware
from spikefloat.rtl_gen.files import temporary_folder
from spikefloat.rtl_gen.mapping.aig import Aig, Circuit
from spikefloat.rtl_gen.mapping.netlist import circuit_of_netlist
from spikefloat.rtl_gen.mapping.patterns import Words
from spikefloat.rtl_gen.mapping.verilog_source import read_netlist
from spikefloat.sim.graphs.planes import unpack_codes

__all__ = ["Codes", "part", "read_back", "results"]

#: Codes of each port.
Codes = dict[str, NDArray[np.int64]]


def read_back(
    hardware: Hardware,
    cuts: Sequence[str] = (),
    stop: Callable[[], bool] | None = None,
    *,
    has_reset: bool = False,
) -> Circuit:
    """Return what Yosys reads in the Verilog of a design, its registers counted and taken out.

    Parameters
    ----------
    hardware : Hardware
        The design as hardware.
    cuts : sequence of str
        Wires that are cut; see :func:`read_netlist`.
    stop : callable, optional
        Asked now and then whether Yosys is to end.
    has_reset : bool
        Whether a reset may be of effect; see :func:`without_registers`.

    Raises
    ------
    UnequalPaths
        If registers are not what a pipeline of its latency has.
    ToolStopped
        If it was to end.
    MissingPackage
        If Yosys is not installed.
    """
    module: dict[str, Any]
    with temporary_folder() as folder:
        path = folder / f"{hardware.module}.v"
        path.write_text(hardware.verilog, encoding="utf-8")
        module = read_netlist(path, hardware.module, cuts=cuts, extra="prove", stop=stop)
    if hardware.latency:
        return without_registers(module, hardware.module, hardware.latency, has_reset=has_reset)
    return circuit_of_netlist(module, hardware.module)


def results(circuit: Circuit, rows: Words, trials: int) -> tuple[Codes, Codes]:
    """Return the codes at the inputs and at the outputs of a circuit, by the names of the ports.

    Parameters
    ----------
    circuit : Circuit
        What is computed.
    rows : array of uint64
        Words of each input bit.
    trials : int
        How many patterns they hold.
    """
    values = circuit.aig.simulate(rows)
    literals = np.array(circuit.literals)
    bits = values[literals >> 1] ^ np.where(literals & 1, ~np.uint64(0), np.uint64(0))[:, None]
    sides = []
    for ports, words in ((circuit.inputs, rows), (circuit.outputs, bits)):
        ends = np.cumsum([port.width for port in ports])[:-1]
        sides.append(
            {
                port.name: unpack_codes(own, trials).astype(np.int64)
                for port, own in zip(ports, np.split(words, ends), strict=True)
            }
        )
    return sides[0], sides[1]


def part(circuit: Circuit, outputs: Sequence[str]) -> Circuit:
    """Return a circuit with some outputs, and those inputs that they depend on or that are operands.

    The inputs that a cut made are left out; nothing may depend on them.
    """
    inputs = tuple(port for port in circuit.inputs if not port.name.endswith("_i"))
    literals: list[int] = []
    start = 0
    for port in circuit.outputs:
        if port.name in outputs:
            literals += circuit.literals[start : start + port.width]
        start += port.width
    aig = Aig(sum(port.width for port in inputs))
    return Circuit(
        circuit.name,
        inputs,
        tuple(port for port in circuit.outputs if port.name in outputs),
        aig,
        tuple(circuit.aig.copied(literals, aig)),
    )
