# SPDX-License-Identifier: Apache-2.0
"""One top module around many designs with AXI4-Streams, with a source and a sink for each.

Sources and sinks are in Verilog, and Python is asked only once for every :data:`ROW` clocks: it
gives a row of controls, which say in each clock who pauses, and takes a row of what was seen. The
clock is in Verilog too. So a clock costs little more than the designs themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.benches.top import OPERAND_NAMES, module_names, rename_modules

__all__ = ["CONTROL_BITS", "ROW", "AxiDesign", "SeenSlice", "axi_top"]

#: Clocks in a row.
ROW = 256

#: Controls of each clock: the pause of the source of each operand, that of the sinks, the reset.
CONTROL_BITS = len(OPERAND_NAMES) + 2

_HARNESS = """\
// Offers the codes of a file, in order. Once offered, a code stays until it is taken.
module axi_source #(parameter WIDTH = 8, COUNT = 1, FILE = "") (
    input wire clk, input wire rst, input wire pause,
    output wire [WIDTH-1:0] tdata, output reg tvalid, input wire tready
);
    reg [WIDTH-1:0] codes [0:COUNT-1];
    reg [31:0] index = 0;
    wire [31:0] next = index + {31'd0, tvalid & tready};
    initial $readmemh(FILE, codes);
    initial tvalid = 0;
    assign tdata = tvalid ? codes[index] : 0;
    always @(posedge clk)
        if (rst) begin
            index <= 0;
            tvalid <= 0;
        end else begin
            index <= next;
            if (!tvalid || tready) tvalid <= !pause && next != COUNT;
        end
endmodule

// Takes what is offered unless told to pause. Sees each transfer, and each offer that is changed or
// withdrawn before it was taken.
module axi_sink #(parameter WIDTH = 8) (
    input wire clk, input wire rst, input wire pause,
    input wire [WIDTH-1:0] tdata, input wire tvalid, output wire tready,
    output wire [WIDTH+7:0] seen
);
    reg waiting = 0;
    reg [WIDTH-1:0] offered = 0;
    assign tready = !pause;
    wire taken = tvalid && tready && !rst;
    wire broken = waiting && !rst && (!tvalid || tdata !== offered);
    assign seen = {taken ? tdata : {WIDTH{1'b0}}, 6'd0, broken, taken};
    always @(posedge clk) begin
        waiting <= tvalid && !tready && !rst;
        offered <= tdata;
    end
endmodule
"""


@dataclass(frozen=True, kw_only=True)
class AxiDesign:
    """A design to be put into a top module."""

    verilog: str  #: Text of a file with the design and all it is made of.
    module: str  #: Name of its top module in that text.
    operand_bytes: tuple[int, ...]  #: Bytes of each operand.
    result_bytes: int
    is_clocked: bool  #: Whether it has the ports clk and rst.


@dataclass(frozen=True)
class SeenSlice:
    """Where in each clock of a row it stands what the sink of one design has seen.

    The first byte has bit 0 set if a result was taken, and bit 1 if an offer was not kept. The
    bytes after it are the result.
    """

    offset: int  #: First byte.
    size: int  #: Number of bytes, the first included.


def axi_top(
    designs: Sequence[AxiDesign], files: Sequence[str], cases: int, name: str = "bench_top"
) -> tuple[str, list[SeenSlice]]:
    """Return the text of one file with all designs and a top module, and where each result is.

    The top module has the input ``controls``, with :data:`CONTROL_BITS` bits for each clock of the
    next row, the output ``seen_row``, and the output ``row_done``, which changes after each row.

    Parameters
    ----------
    files
        For each operand a file of hexadecimal codes, as ``$readmemh`` takes it.
    cases
        Number of codes in each file.

    Raises
    ------
    ValueError
        If there is no design, if designs have other than one operand for each file, or if the text
        of a design lacks its module.
    """
    if not designs:
        raise InputError("No designs given; at least one is needed")
    texts, lines, slices = [], [], []
    offset = 0
    for index, design in enumerate(designs):
        if len(design.operand_bytes) != len(files):
            raise InputError(
                f"Operands of {design.module} must be {len(files)}, not {len(design.operand_bytes)}"
            )
        if design.module not in module_names(design.verilog):
            raise InputError(f"No module named {design.module!r} in the Verilog")
        prefix = f"d{index}_"
        texts.append(rename_modules(design.verilog, prefix))
        place = SeenSlice(offset, design.result_bytes + 1)
        lines += _design_lines(design, prefix, files, cases, place)
        slices.append(place)
        offset += place.size
    seen = 8 * offset
    top = [
        f"module {name} (",
        f"    input wire [{ROW * CONTROL_BITS - 1}:0] controls,",
        f"    output reg [{ROW * seen - 1}:0] seen_row,",
        "    output reg row_done",
        ");",
        "    reg clk = 0;",
        "    always #1 clk = ~clk;",
        f"    reg [{ROW * CONTROL_BITS - 1}:0] row = 0;",
        "    reg [31:0] index = 0;",
        "    initial row_done = 0;",
        f"    wire [{CONTROL_BITS - 1}:0] now = row[index * {CONTROL_BITS} +: {CONTROL_BITS}];",
        f"    wire rst = now[{CONTROL_BITS - 1}];",
        f"    wire [{seen - 1}:0] seen;",
        *lines,
        "    always @(posedge clk) begin",
        # Blocking: each clock changes a part of a long word, and nothing else reads it then.
        f"        seen_row[index * {seen} +: {seen}] = seen;",
        f"        if (index == {ROW - 1}) begin",
        "            index <= 0;",
        "            row <= controls;",
        "            row_done <= ~row_done;",
        "        end else index <= index + 1;",
        "    end",
        "endmodule",
        "",
    ]
    return "\n".join([_HARNESS, *texts, *top]), slices


def _design_lines(
    design: AxiDesign, prefix: str, files: Sequence[str], cases: int, place: SeenSlice
) -> list[str]:
    """Return a design with its sources and its sink, inside the top module."""
    lines, pins = [], [".clk(clk)", ".rst(rst)"] if design.is_clocked else []
    for number, (operand, file, size) in enumerate(
        zip(OPERAND_NAMES, files, design.operand_bytes, strict=False)
    ):
        wires = {signal: f"{prefix}{operand}_{signal}" for signal in ("tdata", "tvalid", "tready")}
        lines += [
            f"    wire [{8 * size - 1}:0] {wires['tdata']};",
            f"    wire {wires['tvalid']}, {wires['tready']};",
            f'    axi_source #(.WIDTH({8 * size}), .COUNT({cases}), .FILE("{file}")) '
            f"{prefix}source_{operand} (.clk(clk), .rst(rst), .pause(now[{number}]), "
            + ", ".join(f".{signal}({wire})" for signal, wire in wires.items())
            + ");",
        ]
        pins += [f".s_axis_{operand}_{signal}({wire})" for signal, wire in wires.items()]
    wires = {signal: f"{prefix}m_{signal}" for signal in ("tdata", "tvalid", "tready")}
    pins += [f".m_axis_{signal}({wire})" for signal, wire in wires.items()]
    low, high = 8 * place.offset, 8 * (place.offset + place.size) - 1
    return [
        *lines,
        f"    wire [{8 * design.result_bytes - 1}:0] {wires['tdata']};",
        f"    wire {wires['tvalid']}, {wires['tready']};",
        f"    {prefix}{design.module} {prefix[:-1]} ({', '.join(pins)});",
        f"    axi_sink #(.WIDTH({8 * design.result_bytes})) {prefix}sink (.clk(clk), .rst(rst), "
        f".pause(now[{len(OPERAND_NAMES)}]), "
        + ", ".join(f".{signal}({wire})" for signal, wire in wires.items())
        + f", .seen(seen[{high}:{low}]));",
    ]
