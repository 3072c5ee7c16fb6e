# SPDX-License-Identifier: Apache-2.0
"""Products of significands, and moving a word to its place in a fixed-point number."""

from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import mux_word

__all__ = ["multiply_significands", "place"]


def multiply_significands(gates: GateLibrary, a: Word, b: Word) -> Word:
    """Return the product of two significands, as wide as both together."""
    columns = Columns(len(a) + len(b))
    for row, bit in enumerate(b):
        # The hidden bits are known last.
        partial = tuple(gates.and_(x, bit, name=f"partial_{row}[{i}]") for i, x in enumerate(a))
        columns.add(partial[:-1], row, arrival=int(row == len(b) - 1))
        columns.add(partial[-1:], row + len(a) - 1, arrival=1)
    return columns.total(gates)


def place(gates: GateLibrary, word: Word, amount: Word, fill: Bit, width: int) -> Word:
    """Return ``word << amount - 2``, ``width`` bits wide, with ``fill`` below and above it.

    The amount is the sum of two effective exponents, which begin at 1, so it is 2 too large: the
    two lowest bits, which stay empty, are left out.

    Narrow stages come first, while the word is short. The last two are one, if at most two bits of
    the word can come to the same place.
    """
    width += 2
    step = 1 << len(amount) - 2
    # Before the last two stages, the word has grown by what it may have been moved.
    can_join = len(word) + step - 1 <= 2 * step
    for stage in range(len(amount) - 2 if can_join else len(amount)):
        distance = 1 << stage
        pad = (fill,) * distance
        word = mux_word(gates, amount[stage], pad + word, word + pad, f"by_{distance}")[:width]
    if not can_join:
        return gates.builder.name_word("placed", (word + (fill,) * (width - len(word)))[2:width])
    low, high = amount[-2:]
    moved = [
        gates.and_(x, y, name=f"moved[{number}]")
        for number, (x, y) in enumerate(
            (
                (gates.not_(high), gates.not_(low)),
                (gates.not_(high), low),
                (high, gates.not_(low)),
                (high, low),
            )
        )
    ]
    # Which of two neighbours is selected; neither if the word is elsewhere, and both if the fill is
    # set there.
    pairs = []
    for number in range(3):
        elsewhere = [*moved[:number], *moved[number + 2 :]]
        filled = gates.and_(
            gates.or_(*elsewhere, name=f"elsewhere[{number}]"), fill, name=f"filled[{number}]"
        )
        pairs.append(
            [
                gates.or_(flag, filled, name=f"selected{number}[{i}]")
                for i, flag in enumerate(moved[number : number + 2])
            ]
        )
    result = []
    for index in range(2, width):
        found = [number for number in range(4) if 0 <= index - number * step < len(word)]
        if not found:
            result.append(fill)
            continue
        number = found[0]
        bit = word[index - number * step]
        if len(found) == 1:
            result.append(gates.mux(moved[number], bit, fill, name=f"placed[{index - 2}]"))
            continue
        first, second = pairs[number]
        upper = gates.or_and(bit, second, first, name=f"placed_first{number}[{index - 2}]")
        result.append(gates.and_or(second, word[index - (number + 1) * step], upper))
    return gates.builder.name_word("placed", result)
