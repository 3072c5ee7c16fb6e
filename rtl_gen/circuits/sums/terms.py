# SPDX-License-Identifier: Apache-2.0
"""The sum of fixed-point numbers with signs, each complemented where that is negative."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.carry_chain import carry_chain
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.gates.prefix import prefix_carries
from spikefloat.rtl_gen.neurons.words import invert

__all__ = ["Term", "Total", "sum_terms"]

#: With carry chains, so many complements are counted by a tree, which gives three bits, and those
#: up to the second number one after the other, which gives four; the others by a tree again, as the
#: depth must not grow with the terms.
_COUNTED_FIRST, _COUNTED_IN_TURN = 5, 15

#: To so many terms the count is added one after the other, as far as it reaches.
_ADDED_IN_TURN = 2


@dataclass(frozen=True)
class Term:
    """A product in its place."""

    sign: Bit
    differs: Bit  #: Whether that is not the sign of the first product.
    is_flipped: Bit  #: Whether the bits are complemented.
    bits: Word  #: Magnitude in units of the product of the smallest values, or its complement.
    is_nan: Bit
    is_infinite: Bit
    is_invalid: Bit  #: Whether it is infinity times zero, and so NaN.


@dataclass(frozen=True)
class Total:
    """The exact sum."""

    is_negative: Bit  #: Whether it is below zero, or a zero of products that are all negative.
    magnitude: Word
    is_below: Word  #: For each bit of the magnitude, whether any bit there or below is set.


def _count(gates: GateLibrary, words: Iterable[Word], width: int) -> Word:
    """Return the sum of words."""
    counted = Columns(width)
    for word in words:
        counted.add(word)
    return counted.total(gates)


def _count_in_turn(gates: GateLibrary, flags: Sequence[Bit], width: int) -> Word:
    """Return how many flags are set, most of them counted one after the other."""
    in_turn = flags[_COUNTED_FIRST:_COUNTED_IN_TURN]
    count = _count(gates, ((flag,) for flag in flags[:_COUNTED_FIRST]), min(width, 3))
    for flag in in_turn:
        count = carry_chain(gates, count, carry_in=flag)[:4]
    return _count(gates, (count, *((flag,) for flag in flags[_COUNTED_IN_TURN:])), width)


def sum_terms(
    gates: GateLibrary,
    terms: Sequence[Term],
    largest: int,
    has_carry_chains: bool,
    *,
    has_counters: bool = False,
) -> Total:
    """Add all terms, the magnitude of none of which is above ``largest``.

    For few lookup tables either carry chains are used, or counters of six bits.

    With ``w`` bits, the complement of ``m`` is ``2**w - 1 - m``. So ``n`` complements make the sum
    of all bits too large by ``n * (2**w - 1)``. The first term is always a complement, and the sum
    negated if that term is positive. Added are, besides the bits, the number of the *other*
    complements, and ``-n * 2**w``, which is its complement at ``2**w``. What comes out is the sum
    less one; its complement is the sum negated, and a carry into the lowest column makes it the
    sum. So the sign decides between two numbers that one prefix network gives.
    """
    builder = gates.builder
    width = len(terms[0].bits)
    # As many bits as the number of terms has, and a sign if their sum needs another one.
    needed = (len(terms) * largest).bit_length() + 1 - width
    extra = max(len(terms).bit_length(), needed)
    flipped = [term.is_flipped for term in terms[1:]]
    differs = [term.differs for term in terms]
    with builder.scope("complements", differs=differs):
        number = (
            _count_in_turn(gates, flipped, extra)
            if has_carry_chains
            else _count(gates, ((flag,) for flag in flipped), extra)
        )
        builder.name_word("count", number)
    with builder.scope("accumulate", count=number):
        columns = Columns(width + extra)
        columns.add(invert(gates, number), width)
        lowest = number
        in_turn = _ADDED_IN_TURN if has_carry_chains else 0
        # Carry chains take longest, and what they give is added first all the same. So only these
        # few bits are on the longest path, and synthesis can save tables everywhere else.
        arrival = -1 if has_carry_chains else 0
        for term in terms[:in_turn]:
            total = carry_chain(gates, lowest, term.bits[:extra])
            lowest = total[:extra]
            columns.add(total[extra:], extra, arrival=arrival)
            columns.add(term.bits[extra:], extra)
        for term in terms[in_turn:]:
            columns.add(term.bits)
        columns.add(lowest, arrival=arrival)
        if has_counters:
            columns.count(gates)
        first, second = columns.rows(gates)
    return _magnitude(gates, terms, first, second)


def _magnitude(gates: GateLibrary, terms: Sequence[Term], first: Word, second: Word) -> Total:
    """Return sign and magnitude of two rows whose sum is that of all terms, less one."""
    builder, differs = gates.builder, [term.differs for term in terms]
    with builder.scope("magnitude", first_row=first, second_row=second, differs=differs):
        pairs = [*zip(first, second, strict=True)]
        generate = builder.name_word("both", [gates.and_(x, y) for x, y in pairs])
        half = builder.name_word(
            "half_sum", [gates.xor(x, y, name=f"half_sum[{i}]") for i, (x, y) in enumerate(pairs)]
        )
        carries = prefix_carries(gates, generate, half)
        negative = gates.xor(half[-1], carries[-2][0], name="negative")
        plus = gates.not_(negative)
        into = [(ZERO, ONE), *carries[:-2]]
        sums = [
            gates.full_adder(
                half[i], negative, gates.and_or(passed, plus, made, name=f"carry_in[{i}]")
            )
            for i, (made, passed) in enumerate(into)
        ]
        builder.name_word("carry", [carry for _, carry in sums])
        magnitude = builder.name_word("magnitude", [bit for bit, _ in sums])
        is_below = tuple(gates.not_(passed) for _, passed in carries[:-1])
        # The lowest is half a sum, and called so.
        builder.name_word("is_below", (ZERO, *is_below[1:]))
        # If the sum is zero, all bits are set. It is minus zero if all products are.
        first_sign = terms[0].sign
        is_zero = gates.and_(half[-1], carries[-2][1], name="zero")
        differ = gates.not_(gates.and_(*(term.is_flipped for term in terms), name="all_alike"))
        cleared = gates.and_(is_zero, differ, name="plus_zero")
        sign = gates.and_(
            gates.not_(gates.xor(negative, first_sign, name="opposite")),
            gates.not_(cleared),
            name="minus",
        )
    return Total(sign, magnitude, is_below)
