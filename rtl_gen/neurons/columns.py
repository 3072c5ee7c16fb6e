# SPDX-License-Identifier: Apache-2.0
"""Adding many words at once: columns of bits, compressed by full adders until two rows are left.

A full adder turns three bits of one weight into one of that weight and one of twice the weight, so
a layer of them leaves two thirds of the rows. The depth grows with the logarithm of the number of
rows, and no carry runs along a word until the very last addition.
"""

from collections.abc import Iterable

from .builder import ONE, ZERO, Bit, Word
from .gates import GateLibrary

__all__ = ["Columns"]


class Columns:
    """Bits to be added, in columns of equal weight, modulo ``2**width``.

    Parameters
    ----------
    width : int
        Number of columns, the lowest weight first.
    """

    def __init__(self, width: int) -> None:
        self._columns: list[list[Bit]] = [[] for _ in range(width)]
        self._constant = 0

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self._columns)

    @property
    def height(self) -> int:
        """Number of bits in the fullest column."""
        return max(len(column) for column in self._columns)

    def add(self, bits: Iterable[Bit], position: int = 0) -> None:
        """Add an unsigned word whose lowest bit has the weight ``2**position``."""
        for index, bit in enumerate(bits, start=position):
            if bit == ONE:
                self._constant += 1 << index
            elif bit != ZERO and index < self.width:
                self._columns[index].append(bit)

    def add_constant(self, value: int) -> None:
        """Add a constant, which may be negative."""
        self._constant += value

    def total(self, gates: GateLibrary) -> Word:
        """Return the sum of everything that was added, modulo ``2**width``."""
        first, second = self.rows(gates)
        total, _ = gates.add(first, second, ZERO)
        return gates.builder.name_word("total", total)

    def rows(self, gates: GateLibrary) -> tuple[Word, Word]:
        """Return two words whose sum is that of everything that was added, modulo ``2**width``.

        No carry runs further than one place for each layer of adders.
        """
        constant = self._constant % (1 << self.width)
        columns = [[*column, ONE] if constant >> index & 1 else list(column)
                   for index, column in enumerate(self._columns)]
        # Dadda's heights 2, 3, 4, 6, 9, 13 ...: in each layer no more adders than it takes to come
        # down to the next one.
        heights = [2]
        while heights[-1] < max(map(len, columns)):
            heights.append(heights[-1] * 3 // 2)
        for target in reversed(heights[:-1] if len(heights) > 1 else []):
            columns = _layer(gates, columns, target)
        first = tuple(column[0] if column else ZERO for column in columns)
        second = tuple(column[1] if len(column) > 1 else ZERO for column in columns)
        return first, second


def _layer(gates: GateLibrary, columns: list[list[Bit]], target: int) -> list[list[Bit]]:
    """Return columns of at most ``target`` bits with the same sum."""
    result: list[list[Bit]] = [[] for _ in columns]
    carried: list[Bit] = []
    for index, column in enumerate(columns):
        pending = list(column)
        sums: list[Bit] = []
        carries: list[Bit] = []
        while len(pending) + len(sums) + len(carried) > target and len(pending) > 1:
            take = 3 if len(pending) + len(sums) + len(carried) > target + 1 and \
                len(pending) > 2 else 2
            bits, pending = pending[:take], pending[take:]
            if take == 3:
                total, carry = gates.full_adder(bits[0], bits[1], bits[2])
            else:
                total, carry = gates.half_adder(bits[0], bits[1])
            sums.append(total)
            carries.append(carry)
        result[index] = [*pending, *sums, *carried]
        carried = carries
    return result
