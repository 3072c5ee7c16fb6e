# SPDX-License-Identifier: Apache-2.0
"""One top module around many designs with AXI4-Streams, with a source and a sink for each.

Sources and sinks are in Verilog, and Python is asked only once for every :data:`ROW` clocks: it
gives a row of controls, which say in each clock who pauses, and takes a row of what was seen. The
clock is in Verilog too. So a clock costs little more than the designs themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.benches.dut import Cases, Check, StreamPort
from spikefloat.sim.benches.top import prefixed

__all__ = [
    "CONTROL_BITS",
    "PERIOD",
    "ROW",
    "SOURCES",
    "Seen",
    "part_ends",
    "stream_top",
    "word_bits",
    "words_of",
]

#: Clocks in a row.
ROW = 256

#: Nanoseconds of a clock.
PERIOD = 2

#: Most sources of a design.
SOURCES = 4

#: Controls of each clock: the pauses of the sources, in order, that of the sinks, the reset.
CONTROL_BITS = SOURCES + 2

_HARNESS = """\
// Offers the words of a file, in order. Once offered, a word stays until it is taken.
module axi_source #(parameter WIDTH = 8, COUNT = 1, FILE = "") (
    input wire clk, input wire rst, input wire pause, input wire [31:0] limit,
    output wire [WIDTH-1:0] word, output reg tvalid, input wire tready, output wire [31:0] next
);
    reg [WIDTH-1:0] words [0:COUNT-1];
    reg [31:0] index = 0;
    assign next = index + {31'd0, tvalid & tready};
    initial $readmemh(FILE, words);
    initial tvalid = 0;
    assign word = tvalid ? words[index] : 0;
    always @(posedge clk)
        if (rst) begin
            index <= 0;
            tvalid <= 0;
        end else begin
            index <= next;
            if (!tvalid || tready) tvalid <= !pause && next < limit;
        end
endmodule

// Takes what is offered unless told to pause. Sees each transfer, and each offer that is changed or
// withdrawn before it was taken.
module axi_sink #(parameter WIDTH = 8) (
    input wire clk, input wire rst, input wire pause,
    input wire [WIDTH-1:0] word, input wire tvalid, output wire tready,
    output wire [WIDTH-1:0] seen, output wire taken, output wire broken
);
    reg waiting = 0;
    reg [WIDTH-1:0] offered = 0;
    assign tready = !pause;
    assign taken = tvalid && tready && !rst;
    assign broken = waiting && !rst && (!tvalid || word !== offered);
    assign seen = taken ? word : {WIDTH{1'b0}};
    always @(posedge clk) begin
        waiting <= tvalid && !tready && !rst;
        offered <= word;
    end
endmodule
"""


@dataclass(frozen=True)
class Seen:
    """Where in each clock of a row it stands what was seen of one design.

    The first byte has bit 0 set if a result was taken, bit 1 if an offer was not kept, and from bit
    2 the transfers of the sources, then the alarms. The bytes after it are the data of the result;
    ``tlast``, ``tkeep`` and ``tuser``, of those it has, follow.
    """

    offset: int  #: First byte.
    size: int  #: Number of bytes, the first included.

    @classmethod
    def after(cls, offset: int, result: StreamPort) -> "Seen":
        """Return the place of a design that has this result."""
        return cls(offset, 1 + -(-word_bits(result) // 8))


def word_bits(port: StreamPort) -> int:
    """Return the bits of a transfer: data, last, keep and what goes beside."""
    return port.data_bytes * (9 if port.has_keep else 8) + port.has_last + port.user


def part_ends(cases: Cases) -> list[int]:
    """Return at which case each part ends. All operands change only between parts, or always."""
    sets = min(len(cases.operands[name]) for name in cases.operands)
    if sets == cases.count:
        return [cases.count]
    part = np.arange(cases.count) * sets // cases.count
    ends: list[int] = np.searchsorted(part, np.arange(1, sets + 1)).tolist()
    return ends


def words_of(port: StreamPort, cases: Cases) -> str:
    """Return the words of a source, as ``$readmemh`` takes them."""
    rows = port.transfers(cases.operands[port.name])[:, ::-1]
    ends = [""] * port.beats if not port.has_last else [*["0"] * (port.beats - 1), "1"]
    return "".join(f"{ends[i % port.beats]}{row.tobytes().hex()}\n" for i, row in enumerate(rows))


def stream_top(
    checks: Sequence[Check], files: Sequence[Mapping[str, str]]
) -> tuple[str, list[Seen]]:
    """Return the text of one file with all designs and a top module, and where each result is.

    The top module has the input ``controls``, with :data:`CONTROL_BITS` bits for each clock of the
    next row, and ``part``, up to which sources send; the output ``seen_row``, and the output
    ``row_done``, which changes after each row.

    Parameters
    ----------
    checks : sequence of Check
        Designs, all of whose ports are streams, and their cases.
    files : sequence of mapping
        For each of them the file of each operand.

    Raises
    ------
    InputError
        If there is no design, or the text of one lacks its module.
    """
    if not checks:
        raise InputError("No designs given; at least one is needed")
    texts, lines, places = [], [], []
    offset = 0
    for index, (check, own) in enumerate(zip(checks, files, strict=True)):
        texts.append(prefixed(check.dut, index))
        result = check.dut.outputs[0]
        assert isinstance(result, StreamPort)
        place = Seen.after(offset, result)
        lines += _design_lines(check, f"d{index}", own, result, place)
        places.append(place)
        offset += place.size
    seen = 8 * offset
    top = [
        "module bench_top (",
        f"    input wire [{ROW * CONTROL_BITS - 1}:0] controls,",
        "    input wire [7:0] part,",
        f"    output reg [{ROW * seen - 1}:0] seen_row,",
        "    output reg row_done",
        ");",
        "    reg clk = 0;",
        f"    always #{PERIOD // 2} clk = ~clk;",
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
    return "\n".join([_HARNESS, *texts, *top]), places


def _design_lines(
    check: Check, name: str, files: Mapping[str, str], result: StreamPort, place: Seen
) -> list[str]:
    """Return a design with its sources and its sink, inside the top module."""
    dut = check.dut
    lines: list[str] = []
    pins = [".aclk(clk)", ".aresetn(~rst)"] if dut.has_axi_reset else [".clk(clk)", ".rst(rst)"]
    flags = [f"{name}_taken", f"{name}_broken"]
    for number, port in enumerate(dut.inputs):
        assert isinstance(port, StreamPort)
        wire = f"{name}_{port.name}"
        bits = word_bits(port)
        lines += [
            f"    wire [{bits - 1}:0] {wire};",
            f"    wire {wire}_valid, {wire}_ready;",
            f"    wire [31:0] {wire}_next;",
            f"    axi_source #(.WIDTH({bits}), .COUNT({_transfer_count(port, check.cases)}), "
            f'.FILE("{files[port.name]}")) {wire}_source (.clk(clk), .rst(rst), '
            f".pause(now[{number}]), .limit({_limit(port, check, name)}), .word({wire}), "
            f".tvalid({wire}_valid), .tready({wire}_ready), .next({wire}_next));",
        ]
        pins += _pins(port, wire)
        flags.append(f"{wire}_valid & {wire}_ready & ~rst")
    wire = f"{name}_{result.name}"
    bits = word_bits(result)
    low, high = 8 * place.offset, 8 * (place.offset + place.size) - 1
    for alarm in dut.alarms:
        lines.append(f"    wire {name}_{alarm};")
        pins.append(f".{alarm}({name}_{alarm})")
        flags.append(f"{name}_{alarm} & ~rst")
    flags.reverse()
    unused = high - low - 7 - bits, 8 - len(flags)
    zeros = [f"{count}'d0, " if count else "" for count in unused]
    return [
        *lines,
        f"    wire [{bits - 1}:0] {wire}, {wire}_seen;",
        f"    wire {wire}_valid, {wire}_ready, {name}_taken, {name}_broken;",
        f"    {name}_{dut.module} {name} ({', '.join([*pins, *_pins(result, wire)])});",
        f"    axi_sink #(.WIDTH({bits})) {name}_sink (.clk(clk), .rst(rst), "
        f".pause(now[{SOURCES}]), .word({wire}), .tvalid({wire}_valid), .tready({wire}_ready), "
        f".seen({wire}_seen), .taken({name}_taken), .broken({name}_broken));",
        f"    assign seen[{high}:{low}] = {{{zeros[0]}{wire}_seen, {zeros[1]}{', '.join(flags)}}};",
    ]


def _pins(port: StreamPort, wire: str) -> list[str]:
    """Return the connections of one stream."""
    high = 8 * port.data_bytes - 1
    pins = {"tdata": f"{wire}[{high}:0]", "tvalid": f"{wire}_valid", "tready": f"{wire}_ready"}
    if port.has_last:
        pins["tlast"] = f"{wire}[{high + 1}]"
    if port.has_keep:
        first = high + 1 + port.has_last
        pins["tkeep"] = f"{wire}[{first + port.data_bytes - 1}:{first}]"
    if port.user:
        last = word_bits(port) - 1
        pins["tuser"] = f"{wire}[{last}:{last - port.user + 1}]"
    return [f".{port.prefix}_{signal}({net})" for signal, net in pins.items()]


def _transfer_count(port: StreamPort, cases: Cases) -> int:
    return len(cases.operands[port.name]) * port.beats


def _limit(port: StreamPort, check: Check, name: str) -> str:
    """Return up to which transfer a source may go, as an expression.

    Operands with fewer rows than there are cases are sent at the start of each part, and begin a
    part when all results of the one before have come. The others follow when these have begun.
    """
    ends = part_ends(check.cases)
    own = len(check.cases.operands[port.name])
    rows = range(1, len(ends) + 1) if own == len(ends) else ends
    counts = [row * port.beats for row in rows]
    leader = next(
        (
            other
            for other in check.dut.inputs
            if isinstance(other, StreamPort)
            and len(check.cases.operands[other.name]) < check.cases.count
        ),
        None,
    )
    text = str(counts[-1])
    for number, count in reversed(list(enumerate(counts[:-1]))):
        if leader is None or leader is port:
            begins = f"part > {number}"
        else:
            begins = f"{name}_{leader.name}_next > {(number + 1) * leader.beats}"
        text = f"({begins} ? {text} : {count})"
    return text
