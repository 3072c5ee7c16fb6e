# SPDX-License-Identifier: Apache-2.0
"""One-bit functions made of neurons, in two libraries behind one interface.

``published`` holds exactly the constructions of the paper (arXiv 2512.07724), with its neuron
counts: AND, OR and NOT 1, XOR 2, multiplexer 4, half adder 3, full adder 7.

``native`` uses what a threshold neuron can do beyond a gate: gates of many inputs, a full adder or
a multiplexer in 2 neurons, inversion for nothing, and the carry or comparison of several bits in
one neuron where the budget permits.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from enum import StrEnum

from spikefloat.rtl_gen.errors import find_member
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, NeuronGraphBuilder, Word

__all__ = ["GateLibrary", "Library", "NativeGates", "PublishedGates", "make_gates"]


class GateLibrary(ABC):
    """Functions of single bits, each added to ``builder`` as neurons.

    Parameters
    ----------
    builder : NeuronGraphBuilder
        Where the neurons are made.
    """

    def __init__(self, builder: NeuronGraphBuilder) -> None:
        self._builder = builder

    @property
    def builder(self) -> NeuronGraphBuilder:
        """Where the neurons are made."""
        return self._builder

    @abstractmethod
    def not_(self, a: Bit) -> Bit:
        """Return the complement."""

    @abstractmethod
    def and_(self, *bits: Bit, name: str = "and") -> Bit:
        """Return whether all bits are set; ONE for no bits."""

    @abstractmethod
    def or_(self, *bits: Bit, name: str = "or") -> Bit:
        """Return whether any bit is set; ZERO for no bits."""

    @abstractmethod
    def and_or(self, a: Bit, b: Bit, c: Bit, name: str = "and_or") -> Bit:
        """Return ``(a and b) or c``."""

    @abstractmethod
    def or_and(self, a: Bit, b: Bit, c: Bit, name: str = "or_and") -> Bit:
        """Return ``(a or b) and c``."""

    @abstractmethod
    def xor(self, a: Bit, b: Bit, name: str = "xor") -> Bit:
        """Return whether exactly one bit is set."""

    @abstractmethod
    def mux(self, select: Bit, one: Bit, zero: Bit, name: str = "mux") -> Bit:
        """Return ``one`` if ``select`` is set, else ``zero``."""

    @abstractmethod
    def half_adder(self, a: Bit, b: Bit) -> tuple[Bit, Bit]:
        """Return sum and carry of two bits."""

    @abstractmethod
    def full_adder(self, a: Bit, b: Bit, c: Bit) -> tuple[Bit, Bit]:
        """Return sum and carry of three bits."""

    @abstractmethod
    def add(self, a: Word, b: Word, carry_in: Bit) -> tuple[Word, Bit]:
        """Return the sum of two words of one width and a bit, and its carry."""

    @abstractmethod
    def carry_out(self, a: Word, b: Word, carry_in: Bit) -> Bit:
        """Return only the carry of :meth:`add`."""

    @abstractmethod
    def equal(self, a: Word, b: Word) -> Bit:
        """Return whether two words of one width are equal."""

    @abstractmethod
    def add_or_subtract(self, a: Word, b: Word, minus: Bit) -> tuple[Word, Bit]:
        """Return ``a - b`` if ``minus`` is set, else ``a + b``, and the carry of the latter.

        ``a`` must be at least ``b`` where they are subtracted.
        """


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
        both = self.and_(a, b, name=f"{name}_both")
        return self.builder.neuron([(a, 1), (b, 1), (both, -2)], 1, name)

    def mux(self, select: Bit, one: Bit, zero: Bit, name: str = "mux") -> Bit:
        return self.or_(self.and_(select, one), self.and_(self.not_(select), zero), name=name)

    def half_adder(self, a: Bit, b: Bit) -> tuple[Bit, Bit]:
        return self.xor(a, b, name="sum"), self.and_(a, b, name="carry")

    def full_adder(self, a: Bit, b: Bit, c: Bit) -> tuple[Bit, Bit]:
        half = self.xor(a, b, name="half_sum")
        total = self.xor(half, c, name="sum")
        return total, self.or_(self.and_(a, b), self.and_(half, c), name="carry")

    def add(self, a: Word, b: Word, carry_in: Bit) -> tuple[Word, Bit]:
        sums = []
        for bit_a, bit_b in zip(a, b, strict=True):
            total, carry_in = self.full_adder(bit_a, bit_b, carry_in)
            sums.append(total)
        return tuple(sums), carry_in

    def carry_out(self, a: Word, b: Word, carry_in: Bit) -> Bit:
        return self.add(a, b, carry_in)[1]

    def equal(self, a: Word, b: Word) -> Bit:
        differing = [self.xor(*bits, name="differ") for bits in zip(a, b, strict=True)]
        return self.not_(self.or_(*differing, name="unequal"))

    def add_or_subtract(self, a: Word, b: Word, minus: Bit) -> tuple[Word, Bit]:
        """Add and subtract in parallel and select, as the paper does."""
        total, carry = self.add(a, b, ZERO)
        difference, _ = self.add(a, tuple(self.not_(bit) for bit in b), ONE)
        chosen = tuple(self.mux(minus, *bits) for bits in zip(difference, total, strict=True))
        return chosen, self.and_(carry, self.not_(minus), name="carry")

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
        if self.builder.fits(terms, 2):
            return self.builder.neuron(terms, 2, name)
        return self.or_(self.and_(a, b), c, name=name)

    def or_and(self, a: Bit, b: Bit, c: Bit, name: str = "or_and") -> Bit:
        terms = [(a, 1), (b, 1), (c, 2)]
        if self.builder.fits(terms, 3):
            return self.builder.neuron(terms, 3, name)
        return self.and_(self.or_(a, b), c, name=name)

    def xor(self, a: Bit, b: Bit, name: str = "xor") -> Bit:
        both = self.and_(a, b, name=f"{name}_both")
        terms = [(a, 1), (b, 1), (both, -2)]
        if self.builder.fits(terms, 1):
            return self.builder.neuron(terms, 1, name)
        return self.and_(self.or_(a, b), ~both, name=name)

    def mux(self, select: Bit, one: Bit, zero: Bit, name: str = "mux") -> Bit:
        other = self.and_(~select, zero, name=f"{name}_zero")
        return self.and_or(select, one, other, name=name)

    def half_adder(self, a: Bit, b: Bit) -> tuple[Bit, Bit]:
        return self.full_adder(a, b, ZERO)

    def full_adder(self, a: Bit, b: Bit, c: Bit) -> tuple[Bit, Bit]:
        (total,), carry = self.add((a,), (b,), c)
        return total, carry

    def add(self, a: Word, b: Word, carry_in: Bit) -> tuple[Word, Bit]:
        carries = [carry_in]
        for end in range(1, len(a) + 1):
            # The widest window of positions that one neuron can add gives the least depth.
            for start in range(end):
                terms, threshold = _carry_terms(a[start:end], b[start:end], carries[start])
                if self.builder.fits(terms, threshold):
                    carries.append(self.builder.neuron(terms, threshold, "carry"))
                    break
            else:
                carries.append(self._small_carry(a[end - 1], b[end - 1], carries[-1]))
        if len(a) > 1:
            self.builder.name_word("carry", carries[1:])
        sums = [self._sum_bit(*bits) for bits in zip(a, b, carries[:-1], carries[1:], strict=True)]
        return tuple(sums), carries[-1]

    def add_or_subtract(self, a: Word, b: Word, minus: Bit) -> tuple[Word, Bit]:
        """Add the second operand or its complement."""
        flipped = tuple(self.xor(bit, minus, name="flipped") for bit in b)
        total, carry = self.add(a, flipped, minus)
        return total, self.and_(carry, ~minus, name="carry")

    def carry_out(self, a: Word, b: Word, carry_in: Bit) -> Bit:
        start = 0
        while start < len(a):
            for end in range(len(a), start, -1):
                terms, threshold = _carry_terms(a[start:end], b[start:end], carry_in)
                if self.builder.fits(terms, threshold):
                    carry_in = self.builder.neuron(terms, threshold, "carry")
                    start = end
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
                if self.builder.fits(terms, 0):
                    break
            parts.append(self.builder.neuron(terms, 0, "at_least"))
            parts.append(~self.builder.neuron(terms, 1, "above"))
            a, b = a[count:], b[count:]
        return self.and_(*parts, name="equal")

    def _sum_bit(self, a: Bit, b: Bit, carry_in: Bit, carry_out: Bit) -> Bit:
        """Return the sum of three bits whose carry is known."""
        terms = [(a, 1), (b, 1), (carry_in, 1), (carry_out, -2)]
        if self.builder.fits(terms, 1):
            return self.builder.neuron(terms, 1, "sum")
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
            level = [*level[merged:], gate(level[:merged], f"{name}_part")]
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


class Library(StrEnum):
    """Which functions of one bit there are, and of which neurons they are made."""

    NATIVE = "native"
    PUBLISHED = "published"


def make_gates(
    name: str,
    library: str = Library.NATIVE,
    budget: Budget = BUDGETS["w2"],
    *,
    simplify: bool = True,
) -> GateLibrary:
    """Return a gate library over a new builder of circuit ``name``.

    Parameters
    ----------
    name : str
        Name of the circuit.
    library : str
        ``native`` or ``published``.
    budget : Budget
        Limits of a neuron, for the native library. The published gates always need weights up to
        2 and a fan-in of up to 3.
    simplify : bool
        Whether constants, copies and unneeded neurons are removed.

    Raises
    ------
    ValueError
        If the library is unknown.
    """
    if find_member(Library, "Library", library) is Library.NATIVE:
        return NativeGates(NeuronGraphBuilder(name, budget=budget, simplify=simplify))
    # Repeats are kept: the paper counts, and a device would build, each gate by itself.
    return PublishedGates(
        NeuronGraphBuilder(
            name, budget=BUDGETS["w2"], simplify=simplify, share=False, free_inversion=False
        )
    )
