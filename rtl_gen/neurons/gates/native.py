# SPDX-License-Identifier: Apache-2.0
"""Gates that use what a threshold neuron can do beyond a gate of two inputs.

Gates of many inputs, a full adder or a multiplexer in 2 neurons, inversion for nothing, and the
carry or comparison of several bits in one neuron where the budget permits.
"""

from collections import Counter
from collections.abc import Sequence

from spikefloat.rtl_gen.neurons.bits import CONSTANT
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates.library import GateLibrary
from spikefloat.rtl_gen.neurons.naming import add_suffix

__all__ = ["NativeGates"]


class NativeGates(GateLibrary):
    """Gates that use the whole of a threshold neuron, within the budget of the builder."""

    def not_(self, a: Bit) -> Bit:
        return ~a

    def and_(self, *bits: Bit, name: str = "and") -> Bit:
        return self._wide(bits, ONE, name)

    def or_(self, *bits: Bit, name: str = "or") -> Bit:
        return self._wide(bits, ZERO, name)

    def and_or(self, a: Bit, b: Bit, c: Bit, name: str = "and_or") -> Bit:
        terms = [(a, 1), (b, 1), (c, 2)]
        gate = self.builder.fitting_neuron(terms, 2, name)
        if gate is not None:
            return gate
        return self.or_(self.and_(a, b), c, name=name)

    def or_and(self, a: Bit, b: Bit, c: Bit, name: str = "or_and") -> Bit:
        terms = [(a, 1), (b, 1), (c, 2)]
        gate = self.builder.fitting_neuron(terms, 3, name)
        if gate is not None:
            return gate
        return self.and_(self.or_(a, b), c, name=name)

    def xor(self, a: Bit, b: Bit, name: str = "xor") -> Bit:
        both = self.and_(a, b, name=add_suffix(name, "both"))
        terms = [(a, 1), (b, 1), (both, -2)]
        gate = self.builder.fitting_neuron(terms, 1, name)
        if gate is not None:
            return gate
        return self.and_(self.or_(a, b), ~both, name=name)

    def mux(self, select: Bit, one: Bit, zero: Bit, name: str = "mux") -> Bit:
        other = self.and_(~select, zero, name=add_suffix(name, "zero"))
        return self.and_or(select, one, other, name=name)

    def half_adder(self, a: Bit, b: Bit) -> tuple[Bit, Bit]:
        return self.full_adder(a, b, ZERO)

    def full_adder(self, a: Bit, b: Bit, c: Bit) -> tuple[Bit, Bit]:
        (total,), carry = self.add((a,), (b,), c)
        return total, carry

    def add(self, a: Word, b: Word, carry_in: Bit, name: str | None = None) -> tuple[Word, Bit]:
        carries = [carry_in]
        longest, own = self._longest_windows(a, b)
        for end in range(1, len(a) + 1):
            # The widest window of positions that one neuron can add gives the least depth.
            for start in range(end):
                if end - start > longest[end] and carries[start].node not in own:
                    continue
                terms, threshold = _carry_terms(a[start:end], b[start:end], carries[start])
                carry = self.builder.fitting_neuron(terms, threshold, "carry")
                if carry is not None:
                    carries.append(carry)
                    break
            else:
                carries.append(self._small_carry(a[end - 1], b[end - 1], carries[-1]))
        if len(a) > 1:
            self.builder.name_word(name or "carry", carries[1:])
        sums = [self._sum_bit(*bits) for bits in zip(a, b, carries[:-1], carries[1:], strict=True)]
        return tuple(sums), carries[-1]

    def add_or_subtract(self, a: Word, b: Word, minus: Bit) -> tuple[Word, Bit]:
        """Add the second operand or its complement."""
        flipped = tuple(self.xor(bit, minus, name="flipped") for bit in b)
        total, carry = self.add(a, flipped, minus)
        return total, self.and_(carry, ~minus, name="carry")

    def carry_out(self, a: Word, b: Word, carry_in: Bit) -> Bit:
        start = 0
        longest, own = self._longest_windows(a, b)
        while start < len(a):
            for end in range(len(a), start, -1):
                if end - start > longest[end] and carry_in.node not in own:
                    continue
                terms, threshold = _carry_terms(a[start:end], b[start:end], carry_in)
                carry = self.builder.fitting_neuron(terms, threshold, "carry")
                if carry is not None:
                    carry_in, start = carry, end
                    break
            else:
                carry_in = self._small_carry(a[start], b[start], carry_in)
                start += 1
        return carry_in

    def equal(self, a: Word, b: Word) -> Bit:
        """Compare from both sides, as many bits at once as one neuron can."""
        parts: list[Bit] = []
        while a:
            for count in range(len(a), 0, -1):
                terms = _difference_terms(a[:count], b[:count])
                at_least = self.builder.fitting_neuron(terms, 0, "at_least")
                if at_least is not None:
                    parts += [at_least, ~self.builder.neuron(terms, 1, "above")]
                    break
            a, b = a[count:], b[count:]
        return self.and_(*parts, name="equal")

    def _longest_windows(self, a: Word, b: Word) -> tuple[list[int], set[int]]:
        """Return, for each end, the most positions below it that one neuron may be able to add.

        A carry depends on both bits of a position if all positions above it can pass a carry on,
        as they can if each has two bits that are at no other place. Where more such positions are
        on top than the fan-in permits, there is no need to try. That holds for a carry that is
        none of the bits, whose nodes are returned too.
        """
        uses = Counter(bit.node for bit in (*a, *b))
        fan_in = self.builder.budget.max_fan_in
        most = len(a) if fan_in is None else fan_in // 2
        longest = [len(a)]
        run = 0
        for x, y in zip(a, b, strict=True):
            apart = uses[x.node] == uses[y.node] == 1 and CONSTANT not in (x.node, y.node)
            run = run + 1 if apart else 0
            longest.append(most if run > most else len(a))
        return longest, uses.keys() - {CONSTANT}

    def _sum_bit(self, a: Bit, b: Bit, carry_in: Bit, carry_out: Bit) -> Bit:
        """Return the sum of three bits whose carry is known."""
        terms = [(a, 1), (b, 1), (carry_in, 1), (carry_out, -2)]
        gate = self.builder.fitting_neuron(terms, 1, "sum")
        if gate is not None:
            return gate
        return self.xor(self.xor(a, b), carry_in, name="sum")

    def _wide(self, bits: Sequence[Bit], neutral: Bit, name: str) -> Bit:
        """Return AND (neutral ONE) or OR (neutral ZERO), split by the fan-in of the budget."""

        def gate(inputs: Sequence[Bit], name: str) -> Bit:
            threshold = len(inputs) if neutral == ONE else 1
            return self.builder.neuron([(bit, 1) for bit in inputs], threshold, name)

        limit = self.builder.budget.max_fan_in or len(bits) or 1
        level = list(dict.fromkeys(bit for bit in bits if bit != neutral))
        while len(level) > limit:
            # Only as many inputs are merged as must be, so that late ones pass fewer neurons.
            merged = min(limit, len(level) - limit + 1)
            level = [*level[merged:], gate(level[:merged], add_suffix(name, "part"))]
        return gate(level, name)

    def _small_carry(self, a: Bit, b: Bit, c: Bit) -> Bit:
        """Return the majority of three bits from gates of two inputs."""
        return self.or_(self.and_(a, b), self.and_(self.or_(a, b), c), name="carry")


def _carry_terms(a: Word, b: Word, carry_in: Bit) -> tuple[list[tuple[Bit, int]], int]:
    """Return synapses and threshold of the one neuron that is the carry of ``a + b + carry_in``."""
    terms = [(carry_in, 1)]
    for position, pair in enumerate(zip(a, b, strict=True)):
        terms.extend((bit, 1 << position) for bit in pair)
    return terms, 1 << len(a)


def _difference_terms(a: Word, b: Word) -> list[tuple[Bit, int]]:
    """Return synapses whose sum is ``a - b``."""
    return [
        (bit, sign << position)
        for position, pair in enumerate(zip(a, b, strict=True))
        for bit, sign in zip(pair, (1, -1), strict=True)
    ]
