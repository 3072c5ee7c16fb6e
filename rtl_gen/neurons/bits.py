# SPDX-License-Identifier: Apache-2.0
"""Spike lines while a circuit is being built: bits, their complements, constants, words."""

from typing import NamedTuple

__all__ = ["CONSTANT", "ONE", "ZERO", "Bit", "Word", "constant", "split_word"]

#: Node of the two constant lines.
CONSTANT = -1


class Bit(NamedTuple):
    """One spike line, or its complement.

    The complement costs nothing by itself: a synapse of weight ``w`` on ``1 - x`` is a synapse of
    weight ``-w`` on ``x``, with the threshold lowered by ``w``.
    """

    node: int
    inverted: bool = False

    def __invert__(self) -> "Bit":
        return Bit(self.node, not self.inverted)

    def __repr__(self) -> str:
        if self.node == CONSTANT:
            return "ONE" if self.inverted else "ZERO"
        return f"{'~' if self.inverted else ''}Bit({self.node})"


#: A word is a tuple of bits, least significant first.
Word = tuple[Bit, ...]

#: The spike line that never fires.
ZERO = Bit(CONSTANT)
#: The spike line that always fires.
ONE = ~ZERO


def constant(value: int, width: int) -> Word:
    """Return ``value`` as a word of constants.

    Raises
    ------
    ValueError
        If ``value`` needs more than ``width`` bits.
    """
    if not 0 <= value < 1 << width:
        raise ValueError(f"Constant must be between 0 and {(1 << width) - 1}, not {value!r}")
    return tuple(ONE if value >> i & 1 else ZERO for i in range(width))


def split_word(word: Word, width: int) -> list[Word]:
    """Return a word in parts of ``width`` bits, the lowest first."""
    return [word[start : start + width] for start in range(0, len(word), width)]
