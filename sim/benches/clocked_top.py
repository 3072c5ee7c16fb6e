# SPDX-License-Identifier: Apache-2.0
"""One top module around many clocked designs, fed with one case in each clock.

Almost all the time of a bench goes into crossing between Python and the simulator, so that happens
once for every :data:`ROW` clocks: the top module takes a row of operands, hands them to the designs
one in each clock, and keeps a row of results. The clock is in Verilog too.
"""

from collections.abc import Sequence

from spikefloat.sim.benches.top import OPERAND_NAMES, Slice, TopInput, place_designs

__all__ = ["PERIOD", "ROW", "result_clock", "stream_top"]

#: Clocks in a row.
ROW = 256

#: Nanoseconds of a clock.
PERIOD = 10


def result_clock(latency: int) -> int:
    """Return in which clock, counted from that of its operands, a result is put into the row."""
    return latency + 1


def stream_top(designs: Sequence[TopInput], name: str = "bench_top") -> tuple[str, list[Slice]]:
    """Return the text of one file with all designs and a top module, and where each result is.

    Operand ``a`` of the next row of clocks is read from ``a_row``, the first in the low bits, and
    so on; ``discharge_row`` has a bit for each clock, for designs with that input. After these
    clocks, ``y_row`` has the results, each clock's in as many bytes as all designs need.

    Raises
    ------
    ValueError
        As :func:`spikefloat.sim.benches.top.bench_top`.
    """
    texts, instances, slices, widths = place_designs(designs, ("clk", "rst"))
    size = sum(place.size for place in slices)
    ports = ["input wire rst", f"input wire [{ROW - 1}:0] discharge_row"]
    now = []
    for operand, width in zip(OPERAND_NAMES, widths, strict=False):
        ports.append(f"input wire [{ROW * width - 1}:0] {operand}_row")
        now += [
            f"  reg [{width - 1}:0] {operand};",
            f"  always @(posedge clk) {operand} <= {operand}_row[index * {width} +: {width}];",
        ]
    ports.append(f"output reg [{ROW * size * 8 - 1}:0] y_row")
    bits = (ROW - 1).bit_length()
    return "\n".join(
        [
            *texts,
            f"module {name} (",
            ",\n".join(f"  {port}" for port in ports),
            ");",
            f"  wire [{size * 8 - 1}:0] y;",
            # A clock that Python makes costs as much as all the rest.
            "  reg clk = 1'b0;",
            f"  always #{PERIOD // 2} clk = ~clk;",
            f"  reg [{bits - 1}:0] index = {bits}'d0;",
            f"  always @(posedge clk) index <= rst ? {bits}'d0 : index + {bits}'d1;",
            "  reg discharge;",
            "  always @(posedge clk) discharge <= discharge_row[index];",
            *now,
            *instances,
            # Blocking: a part of a long word is changed, and nothing else reads it in this clock.
            f"  always @(posedge clk) y_row[index * {size * 8} +: {size * 8}] = y;",
            "endmodule",
            "",
        ]
    ), slices
