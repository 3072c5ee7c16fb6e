# SPDX-License-Identifier: Apache-2.0
"""The other end of a board's serial line, in Verilog: what a host sends, and what it hears.

Crossing between Python and the simulator is what costs time, so it happens once for a row of
symbols. A symbol is a byte and all that can happen to it on the line; the model knows nothing of
the receiver and the sender that it talks to, and has a bit time of its own.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError

__all__ = ["HEARD", "PERIOD", "ROW", "Symbol", "board_top", "pack_symbols"]

#: Symbols in a row.
ROW = 512

#: Bytes that can be heard while a row is sent.
HEARD = 1024

#: Nanoseconds of a clock.
PERIOD = 10

#: Bits of a byte on the line, with start and stop bit.
_FRAME_BITS = 10


class Symbol(NamedTuple):
    """A byte on the line, and what follows it."""

    data: int = 0
    stop: bool = True  #: Whether there is a stop bit.
    bits: int = _FRAME_BITS  #: How many bits are sent, of 10: the line may break off.
    gap: int = 0  #: Bit times after it, up to 65535.
    level: bool = True  #: Level of the line in the gap.
    glitch: bool = False  #: Whether the line is low for one clock, two bit times before.


def pack_symbols(symbols: Sequence[Symbol]) -> NDArray[np.uint32]:
    """Return symbols as the top module takes them, one word for each.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    columns = np.array(symbols, np.int64).reshape(-1, len(Symbol._fields))
    for column, limit in ((0, 0xFF), (2, _FRAME_BITS), (3, 0xFFFF)):
        wrong = columns[(columns[:, column] < 0) | (columns[:, column] > limit), column]
        if wrong.size:
            raise InputError(
                f"Symbol's {Symbol._fields[column]} must be from 0 to {limit}, not {wrong[0]}"
            )
    return (columns @ (1 << np.array([0, 8, 9, 16, 13, 14]))).astype(np.uint32)


_SEND = f"""\
  // verilator lint_off ZERODLY
  real bit_ns;
  reg [31:0] symbol;
  reg [9:0] frame;
  integer index, number;
  initial begin
    done = 1'b0;
    index = 0;
    #{10 * PERIOD};
    forever begin
      @(go);
      heard_count = 0;
      bit_ns = bit_time / 1000.0;
      for (index = 0; index < count; index = index + 1) begin
        symbol = symbols[index * 32 +: 32];
        if (symbol[14]) begin
          line = 1'b0;
          #{PERIOD};
          line = 1'b1;
          #(2.0 * bit_ns);
        end
        frame = {{symbol[8], symbol[7:0], 1'b0}};
        for (number = 0; number < symbol[12:9]; number = number + 1) begin
          line = frame[number];
          #(bit_ns);
        end
        if (symbol[31:16] != 0) begin
          line = symbol[13];
          #(bit_ns * symbol[31:16]);
        end
      end
      line = 1'b1;
      #(bit_ns * settle);
      done = ~done;
    end
  end"""

_RECEIVE = f"""\
  // Waits for a start bit, and looks at the middle of each bit.
  real sample_ns;
  reg [7:0] shifted;
  integer taken;
  initial forever begin
    @(negedge answer);
    sample_ns = bit_time / 1000.0;
    #(sample_ns / 2.0);
    for (taken = 0; taken < 8; taken = taken + 1) begin
      #(sample_ns);
      shifted[taken] = answer;
    end
    #(sample_ns);
    heard[heard_count * 32 +: 32] = {{index[15:0], 7'd0, ~answer, shifted}};
    heard_count = heard_count + 1;
  end
  initial heard_count = 0;
  initial heard = {HEARD * 32}'d0;"""


def board_top(verilog: str, module: str, name: str = "bench_top") -> str:
    """Return the text of one file with a board and its host.

    When ``go`` changes, the first ``count`` of ``symbols`` are sent, and ``settle`` bit times later
    ``done`` changes. ``heard`` then has ``heard_count`` bytes, each in 32 bits: those that came
    since ``go``, with bit 8 set where the stop bit was missing, and in the upper half the number of
    the symbol that was being sent. A bit lasts ``bit_time`` picoseconds, a clock of the board
    :data:`PERIOD` nanoseconds.

    Parameters
    ----------
    verilog : str
        Text of a file with the board and all that it is made of.
    module : str
        Its module, with ports ``clk``, ``rst``, ``rx``, ``tx`` and ``lights``.
    name : str
        Name of the top module.
    """
    return "\n".join(
        [
            verilog,
            f"""\
module {name} (
  input wire [{ROW * 32 - 1}:0] symbols,
  input wire [31:0] count,
  input wire [31:0] settle,
  input wire [31:0] bit_time,
  input wire go,
  output reg done,
  output reg [{HEARD * 32 - 1}:0] heard,
  output reg [31:0] heard_count,
  output wire [7:0] lights
);
  reg clk = 1'b0;
  always #{PERIOD // 2} clk = ~clk;
  reg rst = 1'b1;
  initial #{4 * PERIOD} rst = 1'b0;

  reg line = 1'b1;
  wire answer;
  {module} board (.clk(clk), .rst(rst), .rx(line), .tx(answer), .lights(lights));

{_SEND}

{_RECEIVE}
endmodule
""",
        ]
    )
