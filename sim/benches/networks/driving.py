# SPDX-License-Identifier: Apache-2.0
"""The part of a bench's top module that drives an engine, and watches its streams."""

__all__ = ["driving"]


def driving(*, sending: str, taking: str, beginning: str) -> str:
    """Return the clocked block of a top module, and its end.

    It begins when ``go`` is set, counts ``clocks`` from the first transfer, and sets ``error`` where
    the stream of results changes while it waits, or the engine says so.

    Parameters
    ----------
    sending : str
        Statements of each clock, for the stream of inputs: they set ``wait_in``.
    taking : str
        Statements for a transfer of results: the last clears ``running`` and sets ``done``.
    beginning : str
        Statements for the clock in which it begins, beside those for both waits and ``clocks``.
    """
    return f"""  always @(posedge clk) begin
{sending}    if (running && (clocks != 32'd0 || x_valid && x_ready)) clocks <= clocks + 32'd1;
    was_waiting <= y_valid && !y_ready;
    offered <= y;
    if (was_waiting && (!y_valid || y != offered) || frame_error) error <= 1'b1;
    if (y_valid) begin
      wait_out <= wait_out == gap ? wait_out : wait_out + 4'd1;
      if (y_ready) begin
{taking}      end
    end
    if (done && !go) done <= 1'b0;
    if (go && !running && !done) begin
      running <= 1'b1;
{beginning}      clocks <= 32'd0;
      wait_in <= 4'd0;
      wait_out <= 4'd0;
    end
    if (rst) begin
      running <= 1'b0;
      done <= 1'b0;
      error <= 1'b0;
      was_waiting <= 1'b0;
    end
  end
endmodule
"""
