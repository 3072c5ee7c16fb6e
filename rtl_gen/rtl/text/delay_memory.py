# SPDX-License-Identifier: Apache-2.0
"""Delay lines in memory: which lengths of line are worth one, and how a line is made of them.

A memory of a few words is read and written at the same place in every clock, place after place, so
that what it gives is as old as the way around. All lines of one length share it, side by side in
one word, and so share the counter of places, too. A line of another length is a memory and
registers, or several memories, one after the other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations

__all__ = ["LONGEST", "choose_lengths", "memory_module", "place_bits", "split_line"]

#: Longest delay of one memory: 16 words, as in small memories of FPGAs, and the register after it.
LONGEST = 17

#: A shorter one saves next to nothing.
_SHORTEST = 4

#: How many different lengths there may be, each with a counter of its own.
_MOST_LENGTHS = 3

#: What a small memory costs, in registers: 4 bits by 16 words take the place of 4 to 6 lookup
#: tables of an FPGA, each of which comes with a register.
_MEMORY_BITS = 4
_MEMORY_COST = 6


def split_line(clocks: int, lengths: Iterable[int]) -> list[int]:
    """Return the delays that make up a line, registers first: of these, then of memories.

    Parameters
    ----------
    clocks : int
        Delay of the line.
    lengths : iterable of int
        Lengths of the memories, of which the longest that fits is taken, again and again.

    Returns
    -------
    list of int
        The delay of its registers, which may be 0, then that of each memory.
    """
    parts = []
    for length in sorted(lengths, reverse=True):
        count, clocks = divmod(clocks, length)
        parts += [length] * count
    return [clocks, *parts]


def place_bits(length: int) -> int:
    """Return the bits of the counter of a memory: it has a word for each clock but the last."""
    return max((length - 2).bit_length(), 1)


def choose_lengths(lines: Mapping[int, int]) -> tuple[int, ...]:
    """Return the lengths of memory for which delay lines cost least; none if registers do.

    Parameters
    ----------
    lines : mapping of int to int
        How many lines there are of each delay.
    """
    candidates = range(_SHORTEST, min(LONGEST, max(lines, default=0)) + 1)
    choices = [
        choice for count in range(_MOST_LENGTHS + 1) for choice in combinations(candidates, count)
    ]
    return min(choices, key=lambda choice: (_cost(lines, choice), len(choice), choice))


def _cost(lines: Mapping[int, int], lengths: tuple[int, ...]) -> int:
    memories: Counter[int] = Counter()
    cost = 0
    for clocks, count in lines.items():
        registers, *parts = split_line(clocks, lengths)
        cost += registers * count
        for length in parts:
            memories[length] += count
    for length, width in memories.items():
        # The registers behind it, the counter and its lookup tables, and the memory itself.
        cost += width + 2 * place_bits(length) + _MEMORY_COST * -(-width // _MEMORY_BITS)
    return cost


def memory_module(name: str) -> str:
    """Return the Verilog of delay lines in memory."""
    return f"""\
// Delay lines in a memory: y is what x was LENGTH clocks ago. There is a word for each of these
// clocks but the last, which y keeps; in each clock a word is read, and then written over.
module {name} #(
    parameter LENGTH = 3,
    parameter PLACE_BITS = 1,
    parameter [PLACE_BITS-1:0] LAST_PLACE = 1,
    parameter WIDTH = 1
) (
    input  wire             clk,
    input  wire [WIDTH-1:0] x,
    output reg  [WIDTH-1:0] y
);
    reg [WIDTH-1:0] spikes [0:LENGTH-2];
    // Around and around. Wherever it begins, it is soon where it belongs, so it needs no reset.
    reg [PLACE_BITS-1:0] place;
    initial place = 0;
    always @(posedge clk) begin
        place <= place == 0 ? LAST_PLACE : place - 1'b1;
        spikes[place] <= x;
        y <= spikes[place];
    end
endmodule
"""
