# SPDX-License-Identifier: Apache-2.0
"""The sum of a vector and the sum of its squares: one fixed-point number, rounded once.

Elements are placed and added as the products of :mod:`~spikefloat.rtl_gen.circuits.sums.exact` are:
elements in a number half as wide, and squares by twice their exponents. Squares have no signs, so
all of them are complements there, and nobody counts these.
"""

from collections.abc import Sequence

from spikefloat.rtl_gen.circuits.parts.placing import place
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, raise_signalling, unpack
from spikefloat.rtl_gen.circuits.sums.exact import product_width, round_total, special_values
from spikefloat.rtl_gen.circuits.sums.terms import Term, sum_terms
from spikefloat.rtl_gen.circuits.vector_operation import (
    PortRole,
    Running,
    VectorOperation,
    can_give,
)
from spikefloat.rtl_gen.circuits.vectors.accumulator import Accumulator
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import invert, xor_word

__all__ = [
    "RECORDS",
    "square_term",
    "value_term",
    "value_terms",
    "value_width",
    "vector_sum",
    "vector_sum_of_squares",
]


def vector_sum(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    a: Sequence[Word],
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> list[Word]:
    """Return the code of the exact sum, rounded once.

    NaN if an element is NaN, or infinities have both signs. A sum that is exactly zero is +0, unless
    every element is -0.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the elements.
    to : Format
        Format of the result.
    a : sequence of Word
        Codes of the elements, at least one.
    overflow : Overflow, optional
        What a sum that is too large becomes.
    control : RoundingControl
        How to round.
    """
    terms = value_terms(gates, fmt, a)
    unit = fmt.min_exponent - fmt.mantissa_bits
    largest = int(fmt.max_value / fmt.min_value)
    raise_signalling(gates, control.flags, (fmt,) * len(a), a)
    return [_rounded_sum(gates, to, terms, largest, unit, overflow, control)]


def vector_sum_of_squares(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    a: Sequence[Word],
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> list[Word]:
    """Return the code of the exact sum of squares, rounded once.

    NaN if an element is NaN, infinity if one is infinite. A zero is +0.

    Parameters are those of :func:`vector_sum`.
    """
    terms = []
    for number, code in enumerate(a):
        with gates.builder.scope(f"element_{number}", code=code):
            terms.append(square_term(gates, fmt, code))
    largest = int((fmt.max_value / fmt.min_value) ** 2)
    unit = 2 * (fmt.min_exponent - fmt.mantissa_bits)
    raise_signalling(gates, control.flags, (fmt,) * len(a), a)
    return [_rounded_sum(gates, to, terms, largest, unit, overflow, control)]


def _rounded_sum(
    gates: GateLibrary,
    to: Format,
    terms: Sequence[Term],
    largest: int,
    unit: int,
    overflow: Overflow | None,
    control: RoundingControl,
) -> Word:
    total = sum_terms(gates, terms, largest, has_carry_chains=False)
    with gates.builder.scope("special_values"):
        _, is_infinite, is_nan, sign = special_values(gates, terms, total, control)
        is_signed = any(term.sign != ZERO for term in terms)
        sign = sign if is_signed else ZERO
    with gates.builder.scope("round", magnitude=total.magnitude, is_below=total.is_below):
        is_negative = total.is_negative if is_signed else ZERO
        rounded, too_large = round_total(gates, to, total, unit, control, is_negative)
    return pack(
        gates,
        to,
        resolve_overflow(to, overflow),
        sign=sign,
        magnitude=rounded,
        is_nan=is_nan,
        is_infinite=is_infinite,
        too_large=too_large,
        stays_finite=control.stays_finite(gates, sign),
        flags=control.flags,
    )


def value_width(fmt: Format) -> int:
    """Return the bits of any magnitude, in units of the smallest."""
    return fmt.precision + (fmt.max_code >> fmt.mantissa_bits) - 1


def value_term(gates: GateLibrary, fmt: Format, code: Word, reference: Bit | None) -> Term:
    """Return an element in its place, complemented if its sign is ``reference``.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    fmt : Format
        Format of the element.
    code : Word
        Its code.
    reference : Bit, optional
        Sign of the first element; None for that one itself.

    Returns
    -------
    Term
        In units of the smallest value, :func:`value_width` bits wide.
    """
    raw = unpack(gates, fmt, code)
    differs = ZERO if reference is None else gates.xor(raw.sign, reference, name="differs")
    same = ONE if reference is None else gates.not_(differs)
    flipped = xor_word(gates, raw.significand, same, "flipped")
    # The exponent begins at 1, and amounts of ``place`` at 2; these have two bits or more.
    amount = (*raw.exponent, ZERO) if len(raw.exponent) < 2 else raw.exponent
    placed = place(gates, (same, *flipped), amount, same, value_width(fmt))
    return Term(raw.sign, differs, same, placed, raw.is_nan, raw.is_infinite, ZERO)


def value_terms(gates: GateLibrary, fmt: Format, a: Sequence[Word]) -> list[Term]:
    """Return the elements of a vector in their places; the first one's sign is the reference."""
    terms: list[Term] = []
    for number, code in enumerate(a):
        with gates.builder.scope(f"element_{number}", code=code):
            terms.append(value_term(gates, fmt, code, terms[0].sign if terms else None))
    return terms


def square_term(gates: GateLibrary, fmt: Format, code: Word) -> Term:
    """Return the complement of the square of an element, in units of that of the smallest value."""
    raw = unpack(gates, fmt, code)
    bits_of_square = invert(gates, square(gates, fmt, raw))
    return Term(ZERO, ZERO, ONE, bits_of_square, raw.is_nan, raw.is_infinite, ZERO)


def square(gates: GateLibrary, fmt: Format, raw: RawFloat) -> Word:
    """Return the square of a number, in units of that of the smallest value."""
    bits = raw.significand
    columns = Columns(2 * len(bits))
    for row, bit in enumerate(bits):
        columns.add((bit,), 2 * row)
        # Bits i and j make two products that are alike: one, of twice the weight.
        both = (
            gates.and_(other, bit, name=f"both_{row}[{column}]")
            for column, other in enumerate(bits[row + 1 :], row + 1)
        )
        columns.add(both, 2 * (row + 1))
    amount = (ZERO, *raw.exponent)
    return place(gates, columns.total(gates), amount, ZERO, product_width(fmt))


def _value(gates: GateLibrary, fmt: Format, code: Word) -> Term:
    return value_term(gates, fmt, code, ONE)


_SUMS = {
    "vector_sum": (
        "y = a[0] + a[1] + ..., the exact sum rounded once to nearest even",
        vector_sum,
        Accumulator(value_width, _value, 1),
        "an exact zero is +0, unless every element is -0 (rounded down, -0 unless every one is +0)",
    ),
    "vector_sum_of_squares": (
        "y = a[0] * a[0] + a[1] * a[1] + ..., the exact sum rounded once to nearest even",
        vector_sum_of_squares,
        Accumulator(product_width, square_term, 2),
        "a zero is +0",
    ),
}

RECORDS = tuple(
    VectorOperation(
        name=name,
        summary=summary,
        operands={"a": PortRole.FLOATS},
        result=PortRole.FLOAT,
        circuit=circuit,
        rounds=True,
        takes_rounding=True,
        takes_flags=True,
        notes=(f"rounding: y, once, from the exact sum into {{to}}, {{rounding}}; {zero}",),
        targets=can_give,
        running=Running(
            state=accumulator.state_width, step=accumulator.step, finish=accumulator.finish
        ),
        order=order,
    )
    for order, (name, (summary, circuit, accumulator, zero)) in enumerate(_SUMS.items(), 3)
)
