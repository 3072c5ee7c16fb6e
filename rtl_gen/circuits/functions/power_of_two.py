# SPDX-License-Identifier: Apache-2.0
"""Powers of two of a float, and of its multiples, as neurons in fixed point.

``2**t`` is ``2**whole * 2**fraction``: the whole part of ``t``, rounded down, goes to the exponent
of the result, and the fraction to an interpolation. The product with the logarithm of the base comes
first, while the significand is short; then it is moved to its place, and what falls off is cut.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from spikefloat.rtl_gen.circuits.functions.enclosure import Arithmetic, enclose
from spikefloat.rtl_gen.circuits.functions.interpolation import Segments, interpolate
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands
from spikefloat.rtl_gen.circuits.parts.quotient import exponent_sum
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import gate_word, increment, shift_right_sticky, xor_word

__all__ = ["Power", "Precision", "power_of_two"]


@dataclass(frozen=True)
class Precision:
    """How exactly a power of two is computed."""

    places: int  #: Places of exponent and result behind the point.
    segment_bits: int  #: Two to this power segments are interpolated.
    degree: int  #: Degree of the polynomials.
    #: Operands from two to this power on are all alike: the result is known without the power.
    limit: int


@dataclass(frozen=True)
class Power:
    """``significand * 2**whole``, where the significand is from 1 to 2.

    The whole part is that of the absolute exponent, rounded down. Of a negative exponent, which
    :attr:`is_negative` tells, it is the complement. All its bits are set if the operand is too large.
    """

    significand: Word
    whole: Word
    is_negative: Bit  #: Whether the exponent is negative; not that of zero.
    is_exact: Bit  #: Whether the significand is 1.
    is_beyond: Bit  #: Whether the operand is too large.

    def exponent(self, gates: GateLibrary, counts: Bit = ONE) -> Word:
        """Return the whole part in two's complement, or zero unless it counts."""
        sign = gates.and_(self.is_negative, counts, name="sign")
        whole = xor_word(gates, self.whole, self.is_negative, "whole")
        return (*gate_word(gates, whole, counts), sign)


def _exp2(r: Arithmetic, x: Any) -> Any:
    return r.exp2(x)


def power_of_two(
    gates: GateLibrary,
    fmt: Format,
    raw: RawFloat,
    precision: Precision,
    *,
    is_negative: Bit,
    factor: Callable[[Arithmetic], Any] | None = None,
) -> Power:
    """Return two to the power of a float, whose sign is given, times a factor.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the float.
    raw : RawFloat
        The float.
    precision : Precision
        How exactly to compute.
    is_negative : Bit
        Whether the exponent is negative, not the sign of the float.
    factor : callable, optional
        The factor by its arithmetic, an irrational number from 1 to 4; none by default.
    """
    builder = gates.builder
    places = precision.places
    product, point = raw.significand, fmt.mantissa_bits
    if factor is not None:
        # The factor has two more places than the exponent, for operands up to 4.
        number = enclose(factor, places + 64)[0]
        point += places + 2
        multiplier = int(number * (1 << places + 2))
        with builder.scope("product", significand=raw.significand):
            bits = constant(multiplier, multiplier.bit_length())
            product = multiply_significands(gates, bits, raw.significand)
    else:
        number = Fraction(1)
    is_negative = gates.and_(is_negative, gates.not_(raw.is_zero), name="is_negative")
    # Operands below the limit give so many bits before the point.
    whole_bits = (math.ceil(number * (1 << precision.limit)) - 1).bit_length()
    with builder.scope("fixed_point", product=product, exponent=raw.exponent):
        fixed, lost, is_beyond = _place(gates, fmt, raw, product, point, precision, whole_bits)
    with builder.scope("negate", fixed=fixed, is_negative=(is_negative,)):
        # Rounded down, a negative number that was cut is the complement.
        turned = xor_word(gates, fixed, is_negative, "turned")
        exact = ZERO if factor is not None else gates.not_(lost)
        carry = gates.and_(is_negative, exact, name="carry")
        turned = increment(gates, turned, carry)[:-1] if carry != ZERO else turned
    fraction, whole = turned[:places], turned[places:]
    whole = tuple(
        gates.or_(gates.xor(bit, is_negative, name="whole"), is_beyond, name=f"whole[{i}]")
        for i, bit in enumerate(whole)
    )
    is_exact = raw.is_zero
    if factor is None:
        is_exact = gates.not_(gates.or_(*fraction, lost, name="inexact"))
    segments = Segments(_exp2, precision.segment_bits, precision.degree, places)
    significand = interpolate(gates, segments, fraction)
    return Power(significand, builder.name_word("whole", whole), is_negative, is_exact, is_beyond)


def _place(
    gates: GateLibrary,
    fmt: Format,
    raw: RawFloat,
    product: Word,
    point: int,
    precision: Precision,
    whole_bits: int,
) -> tuple[Word, Bit, Bit]:
    """Return a product in fixed point, whether bits were cut, and if the operand is too large."""
    width = precision.places + whole_bits
    # Where the product stands for the largest operands below the limit.
    shift = precision.places + precision.limit - 1 - point
    word = (ZERO,) * shift + product if shift > 0 else product[-shift:]
    cut = gates.or_(*product[: max(-shift, 0)], name="cut")
    word = (*word, *(ZERO,) * width)[:width]
    top = precision.limit - 1 + fmt.bias
    *distance, is_beyond = exponent_sum(gates, (), (raw.exponent,), top, len(raw.exponent) + 1)
    stages = width.bit_length()
    far = gates.or_(*distance[stages:], name="far")
    moved, lost = shift_right_sticky(gates, word, tuple(distance[:stages]), cut)
    keep = gates.not_(gates.or_(far, is_beyond, name="gone"))
    lost = gates.or_(lost, gates.and_(far, gates.not_(raw.is_zero)), name="lost")
    return gate_word(gates, moved, keep), lost, is_beyond
