# SPDX-License-Identifier: Apache-2.0
"""The exact sum of products as a neuron graph: one fixed-point number, rounded once.

Each product is moved to its place in a number that is wide enough for all of them. A negative one
is complemented there, bit by bit; what the complements are short of is the same for all, so it is
their *number* that enters the sum. Full adders that keep their carries bring the products down to
two rows; one adder with a prefix network then gives the magnitude of the sum, whatever its sign.
"""

from collections.abc import Sequence

from spikefloat.rtl_gen.circuits.parts.fixed_point import round_fixed_point, round_moved
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands, place
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import pack, unpack
from spikefloat.rtl_gen.circuits.sums.terms import Term, Total, sum_terms
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import add, gate_word, xor_word

__all__ = [
    "exact_sum",
    "product_term",
    "product_width",
    "round_total",
    "special_values",
]


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
        rounded, too_large = round_total(gates, to, total, unit, control, total.is_negative)
        if relu and too_large is not None:
            *kept, too_large = gate_word(gates, (*rounded, too_large), gates.not_(sign))
            rounded = builder.name_word("kept", kept)
    return pack(
        gates,
        to,
        resolve_overflow(to, overflow),
        sign=ZERO if relu else sign,
        magnitude=rounded,
        is_nan=is_nan,
        is_infinite=plus if relu else is_infinite,
        too_large=too_large,
        stays_finite=control.stays_finite(gates, sign),
        flags=control.flags,
    )


def round_total(
    gates: GateLibrary, to: Format, total: Total, unit: int, control: RoundingControl, sign: Bit
) -> tuple[Word, Bit | None]:
    """Return the rounded magnitude of a sum, and whether it is too large where that is told apart.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    to : Format
        Format of the result.
    total : Total
        The sum.
    unit : int
        Its lowest bit stands for ``2**unit``.
    control : RoundingControl
        How to round.
    sign : Bit
        Whether it is negative; of no matter unless the rounding uses it.
    """
    if control.is_plain:
        return round_fixed_point(gates, to, total.magnitude, total.is_below, unit)
    rounded = round_moved(
        gates,
        to,
        total.magnitude,
        unit,
        is_zero=gates.not_(total.is_below[-1]),
        control=control,
        sign=sign,
        name="sum",
    )
    return rounded, None


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
