# SPDX-License-Identifier: Apache-2.0
"""Layer normalisation as a neuron graph.

Sums, squares and differences from the mean are exact fixed-point numbers. Rounded are only the mean,
the reciprocal root, and each result.
"""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from spikefloat.rtl_gen.circuits.parts.fixed_point import round_fixed_point
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands, place
from spikefloat.rtl_gen.circuits.parts.unpack import pack, unpack
from spikefloat.rtl_gen.circuits.sums.exact import product_width
from spikefloat.rtl_gen.circuits.sums.terms import Term, Total, sum_terms
from spikefloat.rtl_gen.circuits.vector_operation import PortRole, VectorOperation, can_give
from spikefloat.rtl_gen.circuits.vectors.scalars import (
    Scalar,
    amount_bits,
    common_unit,
    mean,
    reciprocal_root,
    squares,
)
from spikefloat.rtl_gen.circuits.vectors.softmax import is_operand
from spikefloat.rtl_gen.circuits.vectors.sums import value_term, value_terms, value_width
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import add, invert

__all__ = ["RECORDS", "layer_norm"]


def layer_norm(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    x: Sequence[Word],
    g: Sequence[Word],
    b: Sequence[Word],
    overflow: Overflow | None = None,
    *,
    epsilon: Fraction,
) -> list[Word]:
    """Return ``(x[i] - mean) * r * g[i] + b[i]``, r the reciprocal root of variance plus epsilon.

    Mean and variance come from exact sums. The mean is rounded to bfloat16, and so is r, whose
    variance is that about the exact mean; each result is rounded once to nearest even. NaN or
    infinity in ``x`` makes all results NaN. Parameters are those of :func:`rms_norm`.
    """
    builder, count = gates.builder, len(x)
    terms = value_terms(gates, fmt, x)
    total = sum_terms(gates, terms, int(fmt.max_value / fmt.min_value), has_carry_chains=False)
    raws = [unpack(gates, fmt, code, f"unpack_x_{i}") for i, code in enumerate(x)]
    with builder.scope("special_values"):
        flags = (flag for raw in raws for flag in (raw.is_nan, raw.is_infinite))
        is_nan = gates.or_(*flags, name="nan")
        is_zero = gates.not_(total.is_below[-1])
    with builder.scope("mean", magnitude=total.magnitude):
        average = mean(gates, fmt, total.magnitude, is_zero, count)
    with builder.scope("spread"):
        amount, unit = _spread(gates, fmt, x, total, epsilon)
    with builder.scope("reciprocal_root", amount=amount):
        root = reciprocal_root(gates, amount, unit, count**2, epsilon, fmt.max_value**2 + epsilon)
    centre = _Centre(gates, fmt, average, total.is_negative)
    results = []
    for number, codes in enumerate(zip(x, g, b, strict=True)):
        with builder.scope(f"result_{number}", **dict(zip("xgb", codes, strict=True))):
            difference = centre.difference(codes[0])
            results.append(
                _affine(gates, fmt, to, difference, centre, root, codes[1:], is_nan, overflow)
            )
    return results


def _spread(
    gates: GateLibrary, fmt: Format, x: Sequence[Word], total: Total, epsilon: Fraction
) -> tuple[Word, int]:
    """Return the variance plus epsilon times the square of the count, and the exponent of its unit."""
    count, builder = len(x), gates.builder
    square_columns = Columns(product_width(fmt) + count.bit_length())
    for square in squares(gates, fmt, x):
        square_columns.add(square)
    with builder.scope("accumulate"):
        square_sum = square_columns.total(gates)
    sum_bits = int(count * fmt.max_value / fmt.min_value).bit_length()
    magnitude = total.magnitude[:sum_bits]
    with builder.scope("square", magnitude=magnitude):
        sum_square = multiply_significands(gates, magnitude, magnitude)
    unit, place_of_squares = common_unit(fmt, epsilon)
    with builder.scope("difference", square_sum=square_sum, sum_square=sum_square):
        columns = Columns(amount_bits(fmt, epsilon, count**2, unit))
        for place_of_bit in range(count.bit_length()):
            if count >> place_of_bit & 1:
                columns.add(square_sum, place_of_squares + place_of_bit)
        # What is subtracted is the complement and one, less two to the power of its width.
        columns.add(invert(gates, sum_square), place_of_squares)
        columns.add_constant(1 - (1 << len(sum_square)) << place_of_squares)
        columns.add_constant(int(count**2 * epsilon / Fraction(2) ** unit))
        return columns.total(gates), unit


class _Centre:
    """The mean as what numbers are subtracted from."""

    def __init__(self, gates: GateLibrary, fmt: Format, mean: Scalar, is_negative: Bit) -> None:
        self._gates, self._fmt = gates, fmt
        #: Exponent of the unit of differences: the last place of the smallest mean.
        self.unit = mean.unit + 1
        self._above = fmt.min_exponent - fmt.mantissa_bits - self.unit
        self._width = max(mean.format.precision + mean.highest - 1, value_width(fmt) + self._above)
        self._sign = gates.not_(is_negative)
        with gates.builder.scope("minus_mean", significand=mean.raw.significand):
            bits = (ONE, *invert(gates, mean.raw.significand))
            placed = place(gates, bits, mean.raw.exponent, ONE, self._width)
        self._term = Term(self._sign, ZERO, ONE, placed, ZERO, ZERO, ZERO)

    @property
    def largest(self) -> int:
        """Largest difference, in its unit."""
        return int(2 * self._fmt.max_value / Fraction(2) ** self.unit)

    def difference(self, code: Word) -> Total:
        """Return the exact difference of a number and the mean."""
        gates = self._gates
        with gates.builder.scope("difference", code=code):
            term = _widened(gates, self._fmt, code, self._sign, self._above, self._width)
            return sum_terms(gates, [self._term, term], self.largest // 2, False)


def _widened(
    gates: GateLibrary, fmt: Format, code: Word, reference: Bit, above: int, width: int
) -> Term:
    """Return a number as a term in a unit that is smaller than that of its format."""
    term = value_term(gates, fmt, code, reference)
    same = term.is_flipped
    bits = ((same,) * above + term.bits + (same,) * width)[:width]
    return replace(term, bits=bits)


def _affine(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    difference: Total,
    centre: _Centre,
    root: Scalar,
    codes: tuple[Word, Word],
    is_nan: Bit,
    overflow: Overflow | None,
) -> Word:
    """Return a difference times a scalar and a number plus another number, rounded once."""
    builder = gates.builder
    gain, offset = (
        unpack(gates, fmt, code, f"unpack_{n}") for n, code in zip("gb", codes, strict=True)
    )
    sign = gates.xor(difference.is_negative, gain.sign, name="product_sign")
    magnitude = difference.magnitude[: centre.largest.bit_length()]
    with builder.scope("product", difference=magnitude, g=gain.significand):
        factor = multiply_significands(gates, root.raw.significand, gain.significand)
        product = builder.name_word("product", multiply_significands(gates, magnitude, factor))
        unit = centre.unit + root.unit + 2 - fmt.bias - fmt.mantissa_bits
        above = fmt.min_exponent - fmt.mantissa_bits - unit
        width = len(product) + root.highest - 1 + (fmt.max_code >> fmt.mantissa_bits) - 1
        width = max(width, value_width(fmt) + above)
        longest = max(len(root.raw.exponent), len(gain.exponent))
        first, second = (
            (*word, *(ZERO,) * longest)[:longest] for word in (root.raw.exponent, gain.exponent)
        )
        amount = builder.name_word("amount", add(gates, first, second))
        placed = place(gates, invert(gates, product), amount, ONE, width)
    terms = [
        Term(sign, ZERO, ONE, placed, ZERO, ZERO, ZERO),
        _widened(gates, fmt, codes[1], sign, above, width),
    ]
    total = sum_terms(gates, terms, (1 << width) - 1, has_carry_chains=False)
    with builder.scope("round", magnitude=total.magnitude, is_below=total.is_below):
        rounded, too_large = round_fixed_point(gates, to, total.magnitude, total.is_below, unit)
    with builder.scope("special_values"):
        has_difference = difference.is_below[-1]
        lost = gates.and_(gain.is_infinite, gates.not_(has_difference), name="lost")
        both = gates.and_(
            gain.is_infinite, offset.is_infinite, gates.xor(sign, offset.sign), name="opposite"
        )
        is_nan = gates.or_(is_nan, gain.is_nan, offset.is_nan, lost, both, name="nan")
        is_infinite = gates.or_(gain.is_infinite, offset.is_infinite, name="infinite")
        finite_sign = gates.mux(offset.is_infinite, offset.sign, total.is_negative, name="sign")
        sign = gates.mux(gain.is_infinite, sign, finite_sign, name="sign")
    return pack(
        gates,
        to,
        resolve_overflow(to, overflow),
        sign=sign,
        magnitude=rounded,
        is_nan=is_nan,
        is_infinite=is_infinite,
        too_large=too_large,
    )


RECORDS = (
    VectorOperation(
        name="layer_norm",
        summary="y[i] = (x[i] - m) * r * g[i] + b[i], r = 1 / sqrt(variance + epsilon), m the mean",
        operands={"x": PortRole.FLOATS, "g": PortRole.FLOATS, "b": PortRole.FLOATS},
        result=PortRole.FLOATS,
        circuit=layer_norm,
        rounds=True,
        notes=(
            "rounding: m = s / n, once, from the exact sum s of x into bfloat16",
            "rounding: r = 1 / sqrt(q / n - (s / n)**2 + epsilon), once, from the exact sums s and q, "
            "that of squares, into bfloat16",
            "rounding: y[i] = (x[i] - m) * r * g[i] + b[i], once, into {to}; all to nearest even",
            "special values: NaN or infinity in x gives NaN everywhere",
        ),
        formats=is_operand,
        targets=can_give,
        has_epsilon=True,
        order=22,
    ),
)
