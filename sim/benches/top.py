# SPDX-License-Identifier: Apache-2.0
"""One top module around many designs, so that one build checks them all.

Designs take their operands from inputs of the top module, several from the same one if they get
the same operands; each takes as many low bits as it has. The results of all stand side by side in
the output ``y``, each in whole bytes, so that one read brings all of them. The name of every module
gets a prefix of its own, since generated files may well use the same names.

Almost all the time of a bench goes into crossing between Python and the simulator. So the top
module has the clock in Verilog, for combinational designs, too, and that happens once for every
:data:`ROW` clocks: it takes a row of operands, hands them to the designs one in each clock, and
keeps a row of results.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.benches.dut import Contract, Dut
from spikefloat.sim.simulators.modules import module_names, rename_modules

__all__ = [
    "PERIOD",
    "ROW",
    "Top",
    "prefixed",
    "result_clock",
    "row_top",
]

#: Clocks in a row.
ROW = 256

#: Nanoseconds of a clock.
PERIOD = 10

#: What a bench's delays are counted in.
TIMESCALE = "`timescale 1ns / 1ps"

Signals = Mapping[str, str]


@dataclass(frozen=True)
class Top:
    """A top module."""

    text: str  #: One file with all designs and the top module, which is called ``bench_top``.
    slices: list[dict[str, slice]]  #: For each design the bytes of ``y`` that each output has.


def result_clock(latency: int) -> int:
    """Return in which clock, counted from that of its operands, a result is put into the row."""
    return latency + 1


def row_top(duts: Sequence[Dut], signals: Sequence[Signals]) -> Top:
    """Return a top module around combinational designs, or around clocked ones.

    Operand ``a`` of the next row of clocks is read from ``a_row``, the first in the low bits, and
    so on. After these clocks, ``y_row`` has the results, each clock's in as many bytes as all
    designs need.

    Parameters
    ----------
    duts : sequence of Dut
        The designs, all of one contract.
    signals : sequence of mapping
        For each design the input of the top module for each of its inputs.

    Raises
    ------
    InputError
        If there is no design, or the text of one lacks its module.
    """
    placed = _place(duts, signals)
    bits = 8 * placed.size
    ports = ["input wire rst"]
    now = []
    for name, width in placed.widths.items():
        ports.append(f"input wire [{ROW * width - 1}:0] {name}_row")
        now += [
            f"  reg [{width - 1}:0] {name};",
            f"  always @(posedge clk) {name} <= {name}_row[index * {width} +: {width}];",
        ]
    ports.append(f"output reg [{ROW * bits - 1}:0] y_row")
    index = (ROW - 1).bit_length()
    lines = [
        *placed.texts,
        "module bench_top (",
        ",\n".join(f"  {port}" for port in ports),
        ");",
        f"  wire [{bits - 1}:0] y;",
        # A clock that Python makes costs as much as all the rest.
        "  reg clk = 1'b0;",
        f"  always #{PERIOD // 2} clk = ~clk;",
        f"  reg [{index - 1}:0] index = {index}'d0;",
        f"  always @(posedge clk) index <= rst ? {index}'d0 : index + {index}'d1;",
        *now,
        *placed.instances,
        # Blocking: a part of a long word is changed, and nothing else reads it in this clock.
        f"  always @(posedge clk) y_row[index * {bits} +: {bits}] = y;",
        "endmodule",
        "",
    ]
    return Top("\n".join(lines), placed.slices)


class _Placed(NamedTuple):
    """Designs side by side."""

    texts: list[str]  #: Text of each, with a prefix to the names of its modules.
    instances: list[str]  #: Lines of the top module.
    slices: list[dict[str, slice]]
    widths: dict[str, int]  #: Bits of each signal.
    size: int  #: Bytes of all results.


def _place(duts: Sequence[Dut], signals: Sequence[Signals]) -> _Placed:
    """Give every design a place in a top module."""
    texts, instances, slices = [], [], []
    widths: dict[str, int] = {}
    end = 0
    for index, (dut, names) in enumerate(zip(duts, signals, strict=True)):
        texts.append(prefixed(dut, index))
        controls = ("clk", "rst") if dut.contract is Contract.CLOCKED else ()
        # A control that is driven like an operand is not taken from the top module.
        pins = [f".{port}({port})" for port in controls if port not in names]
        for port in dut.inputs:
            name = names[port.name]
            widths[name] = max(widths.get(name, 0), port.bits)
            pins.append(f".{port.name}({name}[{port.bits - 1}:0])")
        own: dict[str, slice] = {}
        padding = []
        for port in dut.outputs:
            low, high = 8 * end, 8 * (end + port.size) - 1
            pins.append(f".{port.name}(y[{low + port.bits - 1}:{low}])")
            if unused := 8 * port.size - port.bits:
                padding.append(f"  assign y[{high}:{high - unused + 1}] = {unused}'d0;")
            own[port.name] = slice(end, end + port.size)
            end += port.size
        instances.append(f"  d{index}_{dut.module} d{index} ({', '.join(pins)});")
        instances += padding
        slices.append(own)
    if not duts:
        raise InputError("No designs given; at least one is needed")
    return _Placed(texts, instances, slices, widths, end)


def prefixed(dut: Dut, index: int) -> str:
    """Return the text of a design with a prefix of its own to the names of all modules.

    If it sets a timescale, that of benches is set behind it.

    Raises
    ------
    InputError
        If the text lacks the module of the design.
    """
    if dut.module not in module_names(dut.verilog):
        raise InputError(f"No module named {dut.module!r} in the Verilog of {dut.name}")
    text = rename_modules(dut.verilog, f"d{index}_")
    # A timescale holds for all modules that follow, and Verilator keeps it over `resetall.
    return f"{text}\n{TIMESCALE}\n" if "`timescale" in text else text
