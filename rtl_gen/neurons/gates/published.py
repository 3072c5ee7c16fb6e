# SPDX-License-Identifier: Apache-2.0
"""The gates of the paper (arXiv 2512.07724), with its neuron counts.

AND, OR and NOT take 1 neuron, XOR 2, a multiplexer 4, a half adder 3, a full adder 7.
"""

from collections.abc import Sequence

from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates.library import GateLibrary
from spikefloat.rtl_gen.neurons.naming import add_suffix

__all__ = ["PublishedGates"]


class PublishedGates(GateLibrary):
    """The gates of the paper, each a neuron or a small net of two-input neurons."""

    def not_(self, a: Bit) -> Bit:
        return self.builder.neuron([(a, -1)], 0, "not")

    def and_(self, *bits: Bit, name: str = "and") -> Bit:
        return self._tree(bits, 2, ONE, name)

    def or_(self, *bits: Bit, name: str = "or") -> Bit:
        return self._tree(bits, 1, ZERO, name)

    def and_or(self, a: Bit, b: Bit, c: Bit, name: str = "and_or") -> Bit:
        return self.or_(self.and_(a, b), c, name=name)

    def or_and(self, a: Bit, b: Bit, c: Bit, name: str = "or_and") -> Bit:
        return self.and_(self.or_(a, b), c, name=name)

    def xor(self, a: Bit, b: Bit, name: str = "xor") -> Bit:
        both = self.and_(a, b, name=add_suffix(name, "both"))
        return self.builder.neuron([(a, 1), (b, 1), (both, -2)], 1, name)

    def mux(self, select: Bit, one: Bit, zero: Bit, name: str = "mux") -> Bit:
        return self.or_(self.and_(select, one), self.and_(self.not_(select), zero), name=name)

    def half_adder(self, a: Bit, b: Bit) -> tuple[Bit, Bit]:
        return self.xor(a, b, name="sum"), self.and_(a, b, name="carry")

    def full_adder(self, a: Bit, b: Bit, c: Bit) -> tuple[Bit, Bit]:
        half = self.xor(a, b, name="half_sum")
        total = self.xor(half, c, name="sum")
        return total, self.or_(self.and_(a, b), self.and_(half, c), name="carry")

    def add(self, a: Word, b: Word, carry_in: Bit, name: str | None = None) -> tuple[Word, Bit]:
        sums, carries = [], [carry_in]
        for bit_a, bit_b in zip(a, b, strict=True):
            total, carry = self.full_adder(bit_a, bit_b, carries[-1])
            sums.append(total)
            carries.append(carry)
        if name is not None:
            self.builder.name_word(name, carries[1:])
        return tuple(sums), carries[-1]

    def carry_out(self, a: Word, b: Word, carry_in: Bit) -> Bit:
        return self.add(a, b, carry_in)[1]

    def equal(self, a: Word, b: Word) -> Bit:
        differing = [self.xor(*bits, name="differ") for bits in zip(a, b, strict=True)]
        return self.not_(self.or_(*differing, name="unequal"))

    def add_or_subtract(self, a: Word, b: Word, minus: Bit) -> tuple[Word, Bit]:
        """Add and subtract in parallel and select, as the paper does."""
        total, carry = self.add(a, b, ZERO)
        difference, _ = self.add(a, tuple(self.not_(bit) for bit in b), ONE)
        selected = tuple(self.mux(minus, *bits) for bits in zip(difference, total, strict=True))
        return selected, self.and_(carry, self.not_(minus), name="carry")

    def _tree(self, bits: Sequence[Bit], threshold: int, empty: Bit, name: str) -> Bit:
        """Combine bits pairwise, in a balanced tree."""
        level = list(bits) or [empty]
        while len(level) > 1:
            pairs = [level[i : i + 2] for i in range(0, len(level), 2)]
            level = [
                self.builder.neuron([(p[0], 1), (p[1], 1)], threshold, name)
                if len(p) == 2
                else p[0]
                for p in pairs
            ]
        return level[0]
