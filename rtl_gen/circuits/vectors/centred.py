# SPDX-License-Identifier: Apache-2.0
"""What layer normalisation does with sums and elements: variance, differences from the mean, results."""

from dataclasses import replace
from fractions import Fraction

from spikefloat.rtl_gen.circuits.parts.fixed_point import round_fixed_point
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands, place
from spikefloat.rtl_gen.circuits.parts.unpack import pack, unpack
from spikefloat.rtl_gen.circuits.sums.terms import Term, Total, sum_terms
from spikefloat.rtl_gen.circuits.vectors.scalars import Scalar, amount_bits, common_unit
from spikefloat.rtl_gen.circuits.vectors.sums import value_term, value_width
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import add, invert

__all__ = ["Centre", "affine", "spread"]


def spread(
    gates: GateLibrary,
    fmt: Format,
    count: int,
    square_sum: Word,
    magnitude: Word,
    epsilon: Fraction,
) -> Word:
    """Return the variance plus epsilon, times the square of the count.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the numbers.
    count : int
        How many there are.
    square_sum : Word
        Sum of their squares, in units of that of the smallest number.
    magnitude : Word
        That of their sum, in units of the smallest number.
    epsilon : Fraction
        Above zero, its denominator a power of two.
    """
    builder = gates.builder
    sum_bits = int(count * fmt.max_value / fmt.min_value).bit_length()
    magnitude = magnitude[:sum_bits]
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
        return columns.total(gates)


class Centre:
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


def affine(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    difference: Total,
    centre: Centre,
    root: Scalar,
    codes: tuple[Word, Word],
    is_nan: Bit,
    overflow: Overflow | None,
) -> Word:
    """Return a difference times a scalar and a number plus another number, rounded once.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt, to : Format
        Formats of the numbers and of the result.
    difference : Total
        What :meth:`Centre.difference` gives.
    centre : Centre
        What that is a difference from.
    root : Scalar
        What it is multiplied by.
    codes : tuple of Word
        Codes of the number that it is multiplied by, too, and of that which is added.
    is_nan : Bit
        Whether the result is NaN in any case.
    overflow : Overflow, optional
        What a result that is too large becomes.
    """
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
