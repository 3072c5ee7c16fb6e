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
        columns.add(
            tuple(gates.and_(x, bit, name="partial") for x in a[:-1]),
            row,
            arrival=int(row == len(b) - 1),
        )
        columns.add((gates.and_(a[-1], bit, name="partial"),), row + len(a) - 1, arrival=1)
    return columns.total(gates)


def place(gates: GateLibrary, word: Word, amount: Word, fill: Bit, width: int) -> Word:
    """Return ``word << amount``, ``width`` bits wide, with ``fill`` below and above it.

    Narrow stages come first, while the word is short. The last two are one, if at most two bits of
    the word can come to the same place.
    """
    builder = gates.builder
    step = 1 << len(amount) - 2
    # Before the last two stages, the word has grown by what it may have been moved.
    can_join = len(word) + step - 1 <= 2 * step
    for stage in range(len(amount) - 2 if can_join else len(amount)):
        distance = 1 << stage
        pad = (fill,) * distance
        word = mux_word(gates, amount[stage], pad + word, word + pad)[:width]
        builder.name_word(f"by_{distance}", word)
    if not can_join:
        return (word + (fill,) * (width - len(word)))[:width]
    low, high = amount[-2:]
    moved = [
        gates.and_(x, y, name="moved")
        for x, y in (
            (gates.not_(high), gates.not_(low)),
            (gates.not_(high), low),
            (high, gates.not_(low)),
            (high, low),
        )
    ]
    # Which of two neighbours is chosen; neither if the word is elsewhere, and both if the fill is
    # set there.
    pairs = []
    for number in range(3):
        elsewhere = [*moved[:number], *moved[number + 2 :]]
        filled = gates.and_(gates.or_(*elsewhere, name="elsewhere"), fill, name="filled")
        pairs.append(
            [gates.or_(flag, filled, name="chosen") for flag in moved[number : number + 2]]
        )
    result = []
    for index in range(width):
        found = [number for number in range(4) if 0 <= index - number * step < len(word)]
        if not found:
            result.append(fill)
            continue
        number = found[0]
        bit = word[index - number * step]
        if len(found) == 1:
            result.append(gates.mux(moved[number], bit, fill, name="placed"))
            continue
        first, second = pairs[number]
        upper = gates.or_and(bit, second, first, name="placed_first")
        result.append(gates.and_or(second, word[index - (number + 1) * step], upper, name="placed"))
    return tuple(result)
