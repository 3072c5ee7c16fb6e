# SPDX-License-Identifier: Apache-2.0
"""Running the engine of a decoder on one token after the other, and recording all that it makes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.sim.benches.networks.driving import driving
from spikefloat.sim.benches.session import Session
from spikefloat.sim.benches.top import PERIOD
from spikefloat.sim.simulators.runner import BenchError

__all__ = ["DecoderRecording", "DecoderShape", "run_decoder"]

Codes = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class DecoderShape:
    """What a bench must know of the engine of a decoder. Widths are in bits, of whole bytes."""

    module: str
    token_width: int  #: Of ``s_axis_x_tdata``.
    result_width: int  #: Of ``m_axis_y_tdata``.
    results: int  #: Transfers for each token.
    code_width: int  #: Of a code in ``trace_data``.
    codes: int  #: Codes that are written for a token, at most.


@dataclass(frozen=True, kw_only=True)
class DecoderRecording:
    """What an engine did. The first axis of every array is the tokens."""

    results: Codes  #: All transfers for each token.
    codes: list[Codes]  #: Codes that were written for each, in order.
    clocks: Codes  #: From the transfer of a token to that of its last result, both counted.
    build_seconds: float
    run_seconds: float


def run_decoder(
    verilog: str,
    shape: DecoderShape,
    tokens: Codes,
    ends: NDArray[np.bool_],
    session: Session,
    gap: int = 0,
) -> DecoderRecording:
    """Send tokens, each when the one before has all its results.

    Parameters
    ----------
    verilog : str
        The engine.
    shape : DecoderShape
        Its ports, and how much it makes.
    tokens : array of int
        Numbers of tokens.
    ends : array of bool
        Behind which of them a sequence ends.
    session : Session
        Simulator and folder.
    gap : int
        Clocks, 0 to 15, that both ends of the streams wait before each transfer.

    Raises
    ------
    BenchError
        If the build fails, the engine does not end, or its streams are wrong.
    """
    token_bytes = tokens.astype("<u4").view(np.uint8).reshape(len(tokens), -1)
    images = np.hstack([token_bytes[:, : shape.token_width // 8], ends.astype(np.uint8)[:, None]])
    recording = session.run(
        f"{verilog}\n{_top(shape)}", "tb_engine", {"gap": gap}, {"images": images}, has_delays=True
    )
    arrays = recording.arrays
    if arrays["errors"].any():
        raise BenchError("Streams must obey AXI4-Stream, and tlast be where it is expected")
    counts = arrays["elements_count"].astype(np.int64)
    if (counts > shape.codes).any():
        raise BenchError(f"Codes of a token must be at most {shape.codes}, not {counts.max()}")
    size = -(-shape.code_width // 8)
    elements = _numbers(arrays["elements"], size)
    return DecoderRecording(
        results=_numbers(arrays["results"], shape.result_width // 8),
        codes=[row[:count] for row, count in zip(elements, counts, strict=True)],
        clocks=arrays["clocks"].astype(np.int64),
        build_seconds=recording.build_seconds,
        run_seconds=recording.times["seconds"],
    )


def _numbers(rows: NDArray[np.uint8], size: int) -> Codes:
    """Return numbers of so many bytes, the lowest first."""
    parts = rows.reshape(len(rows), -1, size).astype(np.int64)
    return np.asarray((parts << 8 * np.arange(size)).sum(axis=2))


def _top(s: DecoderShape) -> str:
    """Return a top module that sends a token when ``go`` is set, and keeps what comes out.

    It sets ``done`` when the last result is there, until ``go`` is cleared.
    """
    return "".join((_ports(s), _wires(s), _keeping(s), _driving(s)))


def _entry(s: DecoderShape) -> int:
    """Return the bits of what is kept of a code, in whole bytes."""
    return -(-s.code_width // 8) * 8


def _ports(s: DecoderShape) -> str:
    return f"""
module bench_top (
  input wire rst,
  input wire go,
  input wire [3:0] gap,
  input wire [{s.token_width + 7}:0] image,
  output reg done,
  output reg error,
  output reg [{s.result_width * s.results - 1}:0] result,
  output reg [31:0] clocks,
  output reg [31:0] elements_count,
  output reg [31:0] rows_count,
  output reg [{_entry(s) * s.codes - 1}:0] elements,
  output reg [7:0] rows
);
"""


def _wires(s: DecoderShape) -> str:
    """Return the clock, the engine, and what it shows."""
    return f"""  reg clk = 1'b0;
  always #{PERIOD // 2} clk = ~clk;
  reg running = 1'b0, sent = 1'b0;
  reg [3:0] wait_in = 4'd0, wait_out = 4'd0;
  reg [31:0] number = 32'd0;
  wire x_valid = running && !sent && wait_in == gap;
  wire y_ready = running && wait_out == gap;
  wire x_ready, y_valid, y_last, frame_error, valid, is_pair;
  wire [{s.result_width - 1}:0] y;
  wire [{2 * s.code_width - 1}:0] data;
  reg was_waiting = 1'b0;
  reg [{s.result_width - 1}:0] offered;
  {s.module} engine (
    .clk(clk), .rst(rst), .s_axis_x_tdata(image[{s.token_width - 1}:0]),
    .s_axis_x_tvalid(x_valid), .s_axis_x_tready(x_ready), .s_axis_x_tlast(image[{s.token_width}]),
    .m_axis_y_tdata(y), .m_axis_y_tvalid(y_valid), .m_axis_y_tready(y_ready),
    .m_axis_y_tlast(y_last), .frame_error(frame_error), .trace_valid(valid),
    .trace_is_pair(is_pair), .trace_data(data)
  );
"""


def _keeping(s: DecoderShape) -> str:
    """Return what puts codes side by side, and counts them."""
    width, entry = s.code_width, _entry(s)
    pad = f"{entry - width}'d0, " if entry > width else ""
    low, high = f"{{{pad}data[{width - 1}:0]}}", f"{{{pad}data[{2 * width - 1}:{width}]}}"
    return f"""  // Blocking: parts of long words are changed, and nothing else reads them in this clock.
  always @(posedge clk) begin
    if (valid) begin
      if (elements_count < {s.codes}) elements[elements_count * {entry} +: {entry}] = {low};
      elements_count = elements_count + 32'd1;
    end
    if (valid && is_pair) begin
      if (elements_count < {s.codes}) elements[elements_count * {entry} +: {entry}] = {high};
      elements_count = elements_count + 32'd1;
    end
    if (rst || (go && !running && !done)) elements_count = 32'd0;
  end
  // All bits are defined, also of what the first tokens do not write.
  initial elements = {entry * s.codes}'d0;
"""


def _driving(s: DecoderShape) -> str:
    """Return what sends a token, takes the results, and watches the streams."""
    return driving(
        sending="""    rows <= 8'd0;
    rows_count <= 32'd0;
    if (running && !sent) wait_in <= wait_in == gap ? wait_in : wait_in + 4'd1;
    if (x_valid && x_ready) sent <= 1'b1;
""",
        taking=f"""        wait_out <= 4'd0;
        result[number * {s.result_width} +: {s.result_width}] <= y;
        number <= number + 32'd1;
        if (y_last != (number == {s.results - 1}) || !sent) error <= 1'b1;
        if (number == {s.results - 1}) begin
          running <= 1'b0;
          done <= 1'b1;
        end
""",
        beginning="""      sent <= 1'b0;
      number <= 32'd0;
""",
    )
