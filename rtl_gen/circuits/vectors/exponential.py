# SPDX-License-Identifier: Apache-2.0
"""Powers of e of differences that are not positive, rounded to bfloat16, as neurons.

The difference of two codes is a fixed-point number. Times the logarithm of e to base two it is the
exponent of a power of two: its whole part goes to the exponent of the result, and the fraction to an
interpolation. The value is irrational unless the difference is zero, so that one more bit says that
something is left. That the places suffice has been tried with all differences of each format.
"""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

from spikefloat.rtl_gen.circuits.functions.computed import log2_of_e
from spikefloat.rtl_gen.circuits.functions.enclosure import Arithmetic, enclose
from spikefloat.rtl_gen.circuits.functions.interpolation import Segments, interpolate
from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.powers import binary_exponent
from spikefloat.rtl_gen.circuits.parts.quotient import exponent_sum
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN
from spikefloat.rtl_gen.formats import FORMATS, Format, NanEncoding
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import at_least, gate_word, invert

__all__ = ["Exponential", "exponential", "make_exponential"]

#: Format of the powers of e, whose range is cut down to what a format of operands can give.
_POWERS = FORMATS["bfloat16"]

#: From this on the power of minus a difference is below half of the smallest bfloat16.
_FAR = 93

#: Places of exponent and result behind the point; two to the second number segments with
#: polynomials of the third one's degree. The second line is for differences of more bits than
#: any of two numbers of 8 bits has, below the limit.
_PLACES, _SEGMENT_BITS, _DEGREE = 24, 5, 2
_MORE_PLACES, _MORE_SEGMENT_BITS, _MORE_DEGREE = 43, 8, 3

#: Most bits of a difference, below the limit, for the fewer places.
_FEW_BITS = 24

#: Differences of so many bits have a table instead.
_TABLE_BITS = 7

#: Places of a product that are computed below those.
_KEPT = 3


@dataclass(frozen=True)
class Exponential:
    """What the powers of e of a format's differences are."""

    unit: int  #: A difference of one is ``2**unit``.
    limit: int  #: From this difference on, the power is zero.
    #: That of the powers, which has their precision and no more exponents than it takes; a power
    #: has the value that it has in bfloat16.
    format: Format

    @property
    def largest(self) -> Fraction:
        """Largest difference below the limit."""
        return (self.limit - 1) * Fraction(2) ** self.unit

    @property
    def bits(self) -> int:
        """Bits of a difference below the limit."""
        return (self.limit - 1).bit_length()

    @property
    def segments(self) -> Segments:
        """Polynomials for the powers of two with a fraction as their exponent."""
        if self.bits <= _FEW_BITS:
            return Segments(_exp2, _SEGMENT_BITS, _DEGREE, _PLACES)
        return Segments(_exp2, _MORE_SEGMENT_BITS, _MORE_DEGREE, _MORE_PLACES)


def _exp2(r: Arithmetic, x: Any) -> Any:
    return r.exp2(x)


@lru_cache(maxsize=16)
def make_exponential(fmt: Format) -> Exponential:
    """Return what the powers of e of differences of numbers are.

    Parameters
    ----------
    fmt : Format
        Format of the numbers.
    """
    unit = fmt.min_exponent - fmt.mantissa_bits
    largest = int(2 * fmt.max_value / fmt.min_value)
    limit = min(largest + 1, _FAR << -unit)
    # Of the smallest power. It is not rounded up to the next exponent, or that one is not needed.
    lowest = max(-1 - _whole((limit - 1) * Fraction(2) ** unit), _POWERS.min_exponent)
    powers = replace(
        _POWERS,
        name="power",
        aliases=(),
        exponent_bits=(1 - lowest).bit_length(),
        bias=1 - lowest,
        nan=NanEncoding.NONE,
        is_signed=False,
    )
    return Exponential(unit, limit, powers)


def exponential(gates: GateLibrary, made: Exponential, difference: Word, is_gone: Bit) -> Word:
    """Return the code of ``exp(-difference * 2**unit)``, rounded once to nearest even.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    made : Exponential
        What the powers are, from :func:`make_exponential`.
    difference : Word
        Not negative.
    is_gone : Bit
        Whether the difference is infinite, so that the power is zero.
    """
    width = made.bits
    if made.limit < 1 << len(difference):
        far = at_least(gates, difference, constant(made.limit, len(difference)))
        is_gone = gates.or_(is_gone, far, name="gone")
    if width <= _TABLE_BITS:
        return _looked_up(gates, made, difference[:width], is_gone)
    with gates.builder.scope("product", difference=difference):
        exponent = _product(gates, made, difference[:width])
    # Of a negative exponent, rounded down, the fraction is the complement.
    segments = made.segments
    fraction, whole = invert(gates, exponent[: segments.places]), exponent[segments.places :]
    significand = interpolate(gates, segments, fraction)
    # 2**-t is 2**(-whole - 1) times the significand, which is from 1 to 2.
    fmt = made.format
    offset = -1 - fmt.min_exponent
    lowest = offset - _whole(made.largest)
    bits = max(offset.bit_length(), (-lowest).bit_length(), fmt.exponent_bits) + 1
    *height, is_below = exponent_sum(gates, (), (whole,), offset, bits)
    keep = gates.not_(is_gone)
    rounded = finish(
        gates,
        fmt,
        gate_word(gates, significand, keep),
        tuple(height),
        is_below if lowest < 0 else ZERO,
        lowest=lowest,
        max_zeros=0,
        zeros=(is_gone,),
        control=NEAREST_EVEN,
        sign=ZERO,
        sticky=keep,
    )
    return rounded[: fmt.width]


def _looked_up(gates: GateLibrary, made: Exponential, difference: Word, is_gone: Bit) -> Word:
    """Return the code of a power from a table."""
    from spikefloat.rtl_gen.circuits.parts.lookup import look_up  # loads numpy

    codes = [_power_code(made, min(d, made.limit - 1)) for d in range(1 << len(difference))]
    with gates.builder.scope("table", difference=difference):
        code = look_up(gates, codes, difference, made.format.width)
        return gate_word(gates, code, gates.not_(is_gone))


def _power_code(made: Exponential, difference: int) -> int:
    """Return the code of a power that is not below the smallest normal number, rounded."""
    argument = -difference * Fraction(2) ** made.unit
    codes = []
    for value in enclose(lambda r: r.exp(r.number(argument)), 128):
        assert value is not None
        exponent = binary_exponent(value)
        steps = round(value / Fraction(2) ** (exponent - made.format.mantissa_bits))
        codes.append((exponent - made.format.min_exponent << made.format.mantissa_bits) + steps)
    (code,) = set(codes)
    return int(code)


def _whole(difference: Fraction) -> int:
    """Return the whole part of a difference times the logarithm of e."""
    return int(math.floor(difference * enclose(log2_of_e, 64)[0]))


def _product(gates: GateLibrary, made: Exponential, difference: Word) -> Word:
    """Return a difference times the logarithm of e, with the places of its power, a little too small."""
    places = made.segments.places + _KEPT
    # So many places more that what the factor is cut by is below those of the product.
    more = max(len(difference) + made.unit, 0)
    number = enclose(log2_of_e, places + more + 64)[0]
    factor = int(number * (1 << places + more))
    cut = more - made.unit
    columns = Columns(places + _whole(made.largest).bit_length())
    for place in range(factor.bit_length()):
        if factor >> place & 1:
            start = place - cut
            columns.add(difference[max(-start, 0) :], max(start, 0))
    return columns.total(gates)[_KEPT:]
