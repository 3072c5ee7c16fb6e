# SPDX-License-Identifier: Apache-2.0
"""Adding many words at once: columns of bits, compressed by full adders until two rows are left.

A full adder turns three bits of one weight into one of that weight and one of twice the weight, so
a layer of them leaves two thirds of the rows. The depth grows with the logarithm of the number of
rows, and no carry runs along a word until the very last addition.

The bits that are there first are added first (after Oklobdzija). So bits that come late, such as
the carries of the column before, pass few adders; and no adder is spent on two bits only.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["Columns"]

#: Bits of a column that are counted together.
_COUNTED = 6

#: A bit, and when it is there, counted in full adders.
_Entry = tuple[int, Bit]


class Columns:
    """Bits to be added, in columns of equal weight, modulo ``2**width``.

    Parameters
    ----------
    width : int
        Number of columns, the lowest weight first.
    """

    def __init__(self, width: int) -> None:
        self._columns: list[list[_Entry]] = [[] for _ in range(width)]
        self._constant = 0

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self._columns)

    @property
    def height(self) -> int:
        """Number of bits in the fullest column."""
        return max(len(column) for column in self._columns)

    def add(self, bits: Iterable[Bit], position: int = 0, *, arrival: int = 0) -> None:
        """Add an unsigned word whose lowest bit has the weight ``2**position``.

        Parameters
        ----------
        bits : iterable of Bit
            The word.
        position : int
            Where its lowest bit stands.
        arrival : int
            When it is there, counted in full adders; what comes later is added later.
        """
        for index, bit in enumerate(bits, start=position):
            if bit == ONE:
                self._constant += 1 << index
            elif bit != ZERO and index < self.width:
                self._columns[index].append((arrival, bit))

    def add_constant(self, value: int) -> None:
        """Add a constant, which may be negative."""
        self._constant += value

    def total(self, gates: GateLibrary) -> Word:
        """Return the sum of everything that was added, modulo ``2**width``."""
        total, _ = gates.add(*self.rows(gates), ZERO, "total_carry")
        return gates.builder.name_word("total", total)

    def rows(self, gates: GateLibrary) -> tuple[Word, Word]:
        """Return two words whose sum, modulo ``2**width``, is that of everything that was added.

        They are called ``first_row`` and ``second_row``. What the first adder of each column makes
        is ``sum1`` and ``carry1``, of the second ``sum2`` and ``carry2``, and so on, each with the
        column as its index.
        """
        constant = self._constant % (1 << self.width)
        deadline = self._deadline()
        rows: list[list[Bit]] = []
        carried: list[_Entry] = []
        ranks: list[tuple[list[Bit], list[Bit]]] = []
        for index, column in enumerate(self._columns):
            entries = [*column, *carried]
            if constant >> index & 1:
                entries.append((0, ONE))
            # Of an odd number of bits, adders of three leave one, which waits for the last carry.
            # If two bits are added first, the last carry is one of two bits that are left.
            takes = _takes(len(entries), False)
            if _finish([when for when, _ in entries], takes) > deadline:
                takes = _takes(len(entries), True)
            left, sums, carried = _reduce(gates, entries, takes)
            rows.append([*left, ZERO, ZERO][:2])
            for rank, (bit, (_, carry)) in enumerate(zip(sums, carried, strict=True)):
                if rank == len(ranks):
                    ranks.append(([ZERO] * self.width, [ZERO] * (self.width + 1)))
                ranks[rank][0][index], ranks[rank][1][index + 1] = bit, carry
        name_word = gates.builder.name_word
        for rank, (sum_bits, carry_bits) in enumerate(ranks, start=1):
            name_word(f"sum{rank}", sum_bits)
            name_word(f"carry{rank}", carry_bits)
        # What no adder has made keeps the name that it has.
        made = {bit for sums, carries in ranks for bit in (*sums, *carries)}
        for name, row in zip(("first_row", "second_row"), zip(*rows, strict=True), strict=True):
            name_word(name, [bit if bit in made else ZERO for bit in row])
        return tuple(row[0] for row in rows), tuple(row[1] for row in rows)

    def count(self, gates: GateLibrary) -> None:
        """Count the bits of each column in sixes, as far as there are so many.

        The number of six bits has three, each one table of six inputs: three tables for three rows
        less, where full adders take six. It is four adders, and so more neurons than those are.
        """
        while self.height > _COUNTED:
            columns: list[list[_Entry]] = [[] for _ in range(self.width)]
            for index, column in enumerate(self._columns):
                pending = sorted(column, key=lambda entry: entry[0])
                while len(pending) > 2:
                    size = min(len(pending), _COUNTED) if len(pending) > _COUNTED - 2 else 3
                    taken, pending = pending[:size], pending[size:]
                    done = taken[-1][0] + 1
                    bits = _count_bits(gates, [bit for _, bit in taken])
                    for target, bit in zip(columns[index:], bits, strict=False):
                        target.append((done, bit))
                columns[index] += pending
            self._columns = columns

    def _deadline(self) -> int:
        """Return when the results of all adders can be there: the depth of a tree of them."""
        heights = [2]
        late = max((when for column in self._columns for when, _ in column), default=0)
        while heights[-1] < self.height:
            heights.append(heights[-1] * 3 // 2)
        return max(len(heights) - 1, late + 1)


def _count_bits(gates: GateLibrary, bits: list[Bit]) -> list[Bit]:
    """Return how many of three to six bits are set, as a number of two or three bits."""
    low, carry = gates.full_adder(*bits[:3])
    if len(bits) == 3:
        return [low, carry]
    other, other_carry = gates.full_adder(*[*bits[3:], ZERO, ZERO][:3])
    total, last_carry = gates.half_adder(low, other)
    return [total, *gates.full_adder(carry, other_carry, last_carry)]


def _takes(count: int, half_first: bool) -> list[int]:
    """Return how many bits each adder of a column takes, until two bits are left, or one."""
    takes = []
    if half_first and count % 2 and count > 1:
        takes.append(2)
        count -= 1
    while count > 2:
        takes.append(3)
        count -= 2
    return takes


def _finish(arrivals: list[int], takes: list[int]) -> int:
    """Return when the last adder of a column is done, if each takes what is there first."""
    pending, done = list(arrivals), 0
    heapify(pending)
    for take in takes:
        done = max([heappop(pending) for _ in range(take)]) + 1
        heappush(pending, done)
    return done


def _reduce(
    gates: GateLibrary, entries: list[_Entry], takes: list[int]
) -> tuple[list[Bit], list[Bit], list[_Entry]]:
    """Return what is left of a column, and sums and carries of its adders."""
    # In the order of arrival, and of entry among equals.
    pending = [(when, order, bit) for order, (when, bit) in enumerate(entries)]
    heapify(pending)
    sums: list[Bit] = []
    carries: list[_Entry] = []
    for number, take in enumerate(takes, start=len(entries)):
        taken = [heappop(pending) for _ in range(take)]
        bits = [bit for _, _, bit in taken] + [ZERO] * (3 - take)
        total, carry = gates.full_adder(bits[0], bits[1], bits[2])
        done = taken[-1][0] + 1
        heappush(pending, (done, number, total))
        sums.append(total)
        carries.append((done, carry))
    return [bit for _, _, bit in sorted(pending)], sums, carries
