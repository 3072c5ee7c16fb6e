# SPDX-License-Identifier: Apache-2.0
"""Running an engine on one input after the other, and recording every result of every step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.sim.benches.networks.driving import driving
from spikefloat.sim.benches.session import Session
from spikefloat.sim.benches.top import PERIOD
from spikefloat.sim.simulators.runner import BenchError

__all__ = ["EngineRecording", "EngineShape", "run_engine"]

Bytes = NDArray[np.uint8]


@dataclass(frozen=True, kw_only=True)
class EngineShape:
    """What a bench must know of an engine. Widths are in bits."""

    module: str
    input_width: int  #: Of a transfer of the input.
    tokens: int  #: Transfers of each input.
    result_width: int
    word_width: int  #: Of the port ``trace_word``, and so on.
    place_width: int
    data_width: int
    element_width: int  #: Of the lower part of ``trace_data`` that an element takes.
    elements: int  #: Elements of products for each input.
    rows: int  #: Rows of other steps for each input.

    @property
    def element_entry(self) -> int:
        """Bits of what is kept of an element, in whole bytes: data, then word, then place."""
        return -(-self.element_used // 8) * 8

    @property
    def element_used(self) -> int:
        """Bits of it that are used."""
        return self.element_width + self.word_width + self.place_width

    @property
    def row_entry(self) -> int:
        """Bits of what is kept of a row: data, then word."""
        return -(-(self.data_width + self.word_width) // 8) * 8


@dataclass(frozen=True, kw_only=True)
class EngineRecording:
    """What an engine did. The first axis of every array is the inputs."""

    results: Bytes  #: Bytes of the transfers of results.
    elements: Bytes  #: Entries of elements, in order, each of some bytes.
    rows: Bytes  #: Entries of rows, likewise.
    clocks: NDArray[np.int64]  #: From the first transfer of an input until its result was taken.
    build_seconds: float
    run_seconds: float


def run_engine(
    verilog: str, shape: EngineShape, inputs: Bytes, session: Session, gap: int = 0
) -> EngineRecording:
    """Drive an engine through inputs.

    Parameters
    ----------
    verilog : str
        The engine.
    shape : EngineShape
        Its ports, and how many results its steps have.
    inputs : array of uint8
        Bytes of shape (count, tokens, bytes of a transfer).
    session : Session
        Simulator and folder.
    gap : int
        Clocks, 0 to 15, that both ends of the streams wait before each transfer.

    Raises
    ------
    BenchError
        If the build fails, the engine does not end, or shows more or fewer results than it must.
    """
    recording = session.run(
        f"{verilog}\n{_top(shape)}",
        "tb_engine",
        {"gap": gap},
        {"images": inputs.reshape(len(inputs), -1)},
        has_delays=True,
    )
    arrays = recording.arrays
    for kind, required in (("elements", shape.elements), ("rows", shape.rows)):
        counts = arrays[f"{kind}_count"]
        if (counts != required).any():
            wrong = counts[counts != required][0]
            raise BenchError(f"Number of {kind} for an input must be {required}, not {wrong}")
    if arrays["errors"].any():
        raise BenchError("Streams must obey AXI4-Stream, and tlast be where it is expected")
    count = len(inputs)
    return EngineRecording(
        results=arrays["results"],
        elements=arrays["elements"].reshape(count, shape.elements, -1),
        rows=arrays["rows"].reshape(count, shape.rows, -1),
        clocks=arrays["clocks"].astype(np.int64),
        build_seconds=recording.build_seconds,
        run_seconds=recording.times["seconds"],
    )


def _filled(width: int, fields: str, used: int) -> str:
    """Return fields of a Verilog word, with zeros above them."""
    return f"{width - used}'d0, {fields}" if width > used else fields


def _top(s: EngineShape) -> str:
    """Return a top module that sends an input when ``go`` is set, and keeps what comes out.

    It sets ``done`` when the result is there, until ``go`` is cleared.
    """
    return "".join((_ports(s), _wires(s), _keeping(s), _driving(s)))


def _ports(s: EngineShape) -> str:
    image = s.input_width * s.tokens
    return f"""
module bench_top (
  input wire rst,
  input wire go,
  input wire [3:0] gap,
  input wire [{image - 1}:0] image,
  output reg done,
  output reg error,
  output reg [{s.result_width - 1}:0] result,
  output reg [31:0] clocks,
  output reg [31:0] elements_count,
  output reg [31:0] rows_count,
  output reg [{s.element_entry * s.elements - 1}:0] elements,
  output reg [{s.row_entry * s.rows - 1}:0] rows
);
"""


def _wires(s: EngineShape) -> str:
    """Return the clock, the engine, and what it shows."""
    element, row = s.element_entry, s.row_entry
    element_fields = _filled(element, f"place, word, data[{s.element_width - 1}:0]", s.element_used)
    row_fields = _filled(row, "word, data", s.data_width + s.word_width)
    return f"""  reg clk = 1'b0;
  always #{PERIOD // 2} clk = ~clk;
  reg [31:0] token = 32'd0;
  reg [3:0] wait_in = 4'd0, wait_out = 4'd0;
  reg running = 1'b0;
  wire x_valid = running && token < {s.tokens} && wait_in == gap;
  wire x_last = token == {s.tokens - 1};
  wire x_ready, y_valid, y_last, frame_error, valid, is_row;
  wire y_ready = running && wait_out == gap;
  wire [{s.result_width - 1}:0] y;
  wire [{s.word_width - 1}:0] word;
  wire [{s.place_width - 1}:0] place;
  wire [{s.data_width - 1}:0] data;
  wire [{element - 1}:0] element = {{{element_fields}}};
  wire [{row - 1}:0] row = {{{row_fields}}};
  reg was_waiting = 1'b0;
  reg [{s.result_width - 1}:0] offered;
  {s.module} engine (
    .clk(clk), .rst(rst), .s_axis_x_tdata(image[token * {s.input_width} +: {s.input_width}]),
    .s_axis_x_tvalid(x_valid), .s_axis_x_tready(x_ready), .s_axis_x_tlast(x_last),
    .m_axis_y_tdata(y), .m_axis_y_tvalid(y_valid), .m_axis_y_tready(y_ready),
    .m_axis_y_tlast(y_last), .frame_error(frame_error), .trace_valid(valid),
    .trace_is_row(is_row), .trace_word(word), .trace_place(place), .trace_data(data)
  );
"""


def _keeping(s: EngineShape) -> str:
    """Return what puts results side by side, and counts them."""
    element, row = s.element_entry, s.row_entry
    return f"""  // Blocking: parts of long words are changed, and nothing else reads them in this clock.
  always @(posedge clk) begin
    if (valid && !is_row) begin
      if (elements_count < {s.elements}) elements[elements_count * {element} +: {element}] = element;
      elements_count = elements_count + 32'd1;
    end
    if (valid && is_row) begin
      if (rows_count < {s.rows}) rows[rows_count * {row} +: {row}] = row;
      rows_count = rows_count + 32'd1;
    end
    if (rst || (go && !running && !done)) begin
      elements_count = 32'd0;
      rows_count = 32'd0;
    end
  end
"""


def _driving(s: EngineShape) -> str:
    """Return what sends an input, takes the result, and watches the streams."""
    return driving(
        sending=f"""    if (running && token < {s.tokens}) wait_in <= wait_in == gap ? 4'd0 : wait_in + 4'd1;
    if (x_valid && x_ready) token <= token + 32'd1;
    if (x_valid && !x_ready) wait_in <= wait_in;
""",
        taking=f"""        result <= y;
        if (!y_last || token != {s.tokens}) error <= 1'b1;
        running <= 1'b0;
        done <= 1'b1;
""",
        beginning="""      token <= 32'd0;
""",
    )
