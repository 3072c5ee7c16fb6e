# SPDX-License-Identifier: Apache-2.0
"""Where a number lies among the values of a format, and the code that it is rounded to."""

from dataclasses import dataclass, replace
from fractions import Fraction

from spikefloat.rtl_gen.circuits.functions.outcome import Irrational
from spikefloat.rtl_gen.circuits.parts.powers import binary_exponent
from spikefloat.rtl_gen.formats import Format

__all__ = ["Position", "locate"]

#: Precision of the first bounds, and of the last: a value that they do not decide is a mistake.
_FIRST_PRECISION, _LAST_PRECISION = 64, 1 << 14


@dataclass(frozen=True)
class Position:
    """A number that is not zero, cut off some places below the last one of a format."""

    is_negative: bool
    #: Codes of the format count up by one from value to value: that of the magnitude below.
    below: int
    rest: int  #: What is between that one and the magnitude, in so many bits, cut off.
    rest_bits: int
    is_cut: bool  #: Whether anything was cut off.
    is_below_normal: bool  #: Whether the magnitude is less than the smallest normal value.
    is_next_to_normal: bool  #: Whether that is the value above it.

    @property
    def is_inexact(self) -> bool:
        """Whether it lies between two values."""
        return self.is_cut or self.rest != 0

    @property
    def one_place_further(self) -> "Position | None":
        """The number among values of one place more, if it is next to the smallest normal value.

        So it would lie, had the exponent no end; None if it would still be below that value.
        """
        half = 1 << self.rest_bits - 1
        if not (self.is_next_to_normal and self.rest >= half):
            return None
        return replace(self, below=2 * self.below + 1, rest=2 * (self.rest - half))


def _place(
    fmt: Format, magnitude: Fraction, rest_bits: int, is_from_below: bool
) -> tuple[int, int, int, bool]:
    """Return the code below a magnitude, the rest, the exponent, and whether anything is cut off.

    From below, it is that of all numbers that are less by little enough.
    """
    exponent = binary_exponent(magnitude)
    if is_from_below and magnitude == Fraction(2) ** exponent:
        exponent -= 1
    quantum = max(exponent, fmt.min_exponent) - fmt.mantissa_bits
    lowest = fmt.min_exponent - fmt.mantissa_bits
    scaled = magnitude / Fraction(2) ** (quantum - rest_bits)
    whole = (scaled.numerator - is_from_below) // scaled.denominator
    below = (quantum - lowest << fmt.mantissa_bits) + (whole >> rest_bits)
    return below, whole & ((1 << rest_bits) - 1), exponent, scaled.denominator != 1


def locate(fmt: Format, number: Fraction | Irrational, rest_bits: int) -> Position:
    """Return where a number that is not zero lies among the values of a format with zero.

    Parameters
    ----------
    fmt : Format
        The format.
    number : Fraction or Irrational
        The number; bounds are narrowed until they agree.
    rest_bits : int
        Number of places below the last one to tell, at least 2.

    Raises
    ------
    ArithmeticError
        If bounds never agree, as they would for an irrational number that is none.
    """

    def position(
        is_negative: bool, magnitude: Fraction, is_irrational: bool, is_from_below: bool = False
    ) -> Position:
        below, rest, exponent, is_cut = _place(fmt, magnitude, rest_bits, is_from_below)
        return Position(
            is_negative,
            below,
            rest,
            rest_bits,
            is_cut or is_irrational,
            exponent < fmt.min_exponent,
            below == (1 << fmt.mantissa_bits) - 1,
        )

    if isinstance(number, Fraction):
        return position(number < 0, abs(number), False)
    tiny, huge = fmt.min_value / 2 ** (rest_bits + 1), 4 * fmt.max_value
    precision = _FIRST_PRECISION
    while precision <= _LAST_PRECISION:
        low, high = number.bounds(precision)
        if low >= 0 or (high is not None and high <= 0):
            is_negative = low < 0
            least, most = (low, high) if not is_negative else (-(high or 0), -low)
            # Below half of the last bit of the rest, and beyond every code, all numbers are alike.
            if most is not None and most <= tiny:
                return position(is_negative, tiny, True)
            if least >= huge:
                return position(is_negative, huge, True)
            # The number itself is neither of its bounds.
            found = position(is_negative, max(least, tiny), True)
            if most is not None and found == position(is_negative, most, True, is_from_below=True):
                return found
        precision *= 2
    raise ArithmeticError(f"Bounds of a value of {fmt.name} do not agree")
