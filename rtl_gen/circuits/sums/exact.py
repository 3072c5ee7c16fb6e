# SPDX-License-Identifier: Apache-2.0
"""The exact sum of products as a neuron graph: one fixed-point number, rounded once.

Each product is moved to its place in a number that is wide enough for all of them. A negative one
is complemented there, bit by bit; what the complements are short of is the same for all, so it is
their *number* that enters the sum. Full adders that keep their carries bring the products down to
two rows; one adder with a prefix network then gives the magnitude of the sum, whatever its sign.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.parts.fixed_point import round_fixed_point, round_moved
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands, place
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import pack, unpack
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.carry_chain import carry_chain
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.gates.prefix import prefix_carries
from spikefloat.rtl_gen.neurons.words import add, gate_word, invert, xor_word

__all__ = [
    "Term",
    "Total",
    "exact_sum",
    "product_term",
    "product_width",
    "special_values",
    "sum_terms",
]


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


def exact_sum(
    gates: GateLibrary,
    fmt: Format,
    a: Sequence[Word],
    b: Sequence[Word],
    to: Format | None = None,
    overflow: Overflow | None = None,
    *,
    relu: bool = False,
    has_carry_chains: bool = False,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the code of ``a[0] * b[0] + a[1] * b[1] + ...``, rounded once.

    Operands may be constants, whose neurons then fold away.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the operands.
    a, b : sequence of Word
        Codes of the operands, as many of each.
    to : Format, optional
        Format of the result; by default that of the operands.
    overflow : Overflow, optional
        What a value that is too large becomes.
    relu : bool
        Whether a negative sum becomes +0 before it is rounded.
    has_carry_chains : bool
        Whether complements are counted, and added to the first terms, one after the other in adders
        that hardware may write as additions. That takes far fewer lookup tables and more time.
    control : RoundingControl
        How to round; to nearest even, without flags, where negative sums become +0.
    """
    to = to or fmt
    policy = resolve_overflow(to, overflow)
    builder = gates.builder
    width = product_width(fmt)
    terms: list[Term] = []
    for number, (x, y) in enumerate(zip(a, b, strict=True)):
        with builder.scope(f"term_{number}", a=x, b=y):
            terms.append(product_term(gates, fmt, x, y, width, terms[0].sign if terms else None))
    largest = int((fmt.max_value / fmt.min_value) ** 2)
    total = sum_terms(gates, terms, largest, has_carry_chains)
    with builder.scope(
        "special_values",
        term_sign=[term.sign for term in terms],
        term_infinite=[term.is_infinite for term in terms],
        term_nan=[term.is_nan for term in terms],
        term_invalid=[term.is_invalid for term in terms],
    ):
        plus, is_infinite, is_nan, sign = special_values(gates, terms, total, control)
    with builder.scope("round", magnitude=total.magnitude, is_below=total.is_below):
        unit = 2 * (fmt.min_exponent - fmt.mantissa_bits)
        too_large = None
        if control.is_plain:
            rounded, too_large = round_fixed_point(gates, to, total.magnitude, total.is_below, unit)
        else:
            rounded = round_moved(
                gates,
                to,
                total.magnitude,
                unit,
                is_zero=gates.not_(total.is_below[-1]),
                control=control,
                sign=total.is_negative,
                name="sum",
            )
        if relu and too_large is not None:
            *kept, too_large = gate_word(gates, (*rounded, too_large), gates.not_(sign))
            rounded = builder.name_word("kept", kept)
    return pack(
        gates,
        to,
        policy,
        sign=ZERO if relu else sign,
        magnitude=rounded,
        is_nan=is_nan,
        is_infinite=plus if relu else is_infinite,
        too_large=too_large,
        stays_finite=control.stays_finite(gates, sign),
        flags=control.flags,
    )


def product_width(fmt: Format) -> int:
    """Return the bits of any product of two magnitudes, in units of that of the smallest."""
    return 2 * fmt.precision + 2 * ((fmt.max_code >> fmt.mantissa_bits) - 1)


def special_values(
    gates: GateLibrary, terms: Sequence[Term], total: Total, control: RoundingControl
) -> tuple[Bit, Bit, Bit, Bit]:
    """Return whether an infinity is positive, whether the sum is infinite or NaN, and its sign."""
    infinite = [term.is_infinite for term in terms]
    signs = [term.sign for term in terms]
    plus = gates.or_(
        *(
            gates.and_(flag, gates.not_(sign), name=f"plus_infinity[{i}]")
            for i, (flag, sign) in enumerate(zip(infinite, signs, strict=True))
        ),
        name="any_plus",
    )
    minus = gates.or_(
        *(
            gates.and_(flag, sign, name=f"minus_infinity[{i}]")
            for i, (flag, sign) in enumerate(zip(infinite, signs, strict=True))
        ),
        name="any_minus",
    )
    invalid = gates.and_(plus, minus, name="invalid")
    is_nan = gates.or_(*(term.is_nan for term in terms), invalid, name="nan")
    if control.flags is not None:
        nans = gates.or_(*(term.is_nan for term in terms), name="nan_term")
        invalid = gates.and_(invalid, gates.not_(nans), name="invalid_sum")
        control.raise_invalid(gates, invalid, *(term.is_invalid for term in terms), nans=())
    is_infinite = gates.or_(plus, minus, name="infinite")
    finite_sign = _finite_sign(gates, total, signs, control)
    sign = gates.mux(is_infinite, minus, finite_sign, name="sign")
    return plus, is_infinite, is_nan, sign


def _finite_sign(
    gates: GateLibrary, total: Total, signs: Sequence[Bit], control: RoundingControl
) -> Bit:
    """Return the sign of a finite sum; that of an exact zero may be a matter of the rounding."""
    if not control.uses_sign:
        return total.is_negative
    is_nonzero = total.is_below[-1]
    all_minus, any_minus = gates.and_(*signs), gates.or_(*signs, name="any_negative")
    zero_sign = control.zero_sign(gates, all_minus, any_minus, is_nonzero)
    return gates.mux(is_nonzero, total.is_negative, zero_sign, name="finite_sign")


def product_term(
    gates: GateLibrary, fmt: Format, x: Word, y: Word, width: int, reference: Bit | None
) -> Term:
    """Return a product, complemented if its sign is ``reference``, which is its own if None."""
    builder = gates.builder
    raw_x, raw_y = unpack(gates, fmt, x, "unpack_a"), unpack(gates, fmt, y, "unpack_b")
    sign = gates.xor(raw_x.sign, raw_y.sign, name="sign")
    differs = ZERO if reference is None else gates.xor(sign, reference, name="differs")
    same = ONE if reference is None else gates.not_(differs)
    product = builder.name_word(
        "product", multiply_significands(gates, raw_x.significand, raw_y.significand)
    )
    flipped = xor_word(gates, product, same, "flipped")
    amount = builder.name_word("amount", add(gates, raw_x.exponent, raw_y.exponent))
    placed = place(gates, flipped, amount, same, width)
    infinite = gates.or_(raw_x.is_infinite, raw_y.is_infinite, name="infinite")
    is_zero = gates.or_(raw_x.is_zero, raw_y.is_zero, name="zero")
    invalid = gates.and_(infinite, is_zero, name="invalid")
    is_nan = gates.or_(raw_x.is_nan, raw_y.is_nan, invalid, name="nan")
    any_nan = gates.or_(raw_x.is_nan, raw_y.is_nan, name="nan_operand")
    invalid = gates.and_(invalid, gates.not_(any_nan), name="invalid")
    return Term(sign, differs, same, placed, is_nan, infinite, invalid)


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
    gates: GateLibrary, terms: Sequence[Term], largest: int, has_carry_chains: bool
) -> Total:
    """Add all terms, the magnitude of none of which is above ``largest``.

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
        first, second = columns.rows(gates)
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
