# SPDX-License-Identifier: Apache-2.0
"""Blocks whose scale is a float: the largest magnitude divided by the largest element (NVFP4).

No element is divided. Where one element ends and the next begins is a number of few bits, and that
times the scale is a float of the operands' own format, made once for a block. What a float becomes is
how many of these it has passed; codes of floats without sign compare as their values do.
"""

from collections.abc import Sequence
from fractions import Fraction

from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands
from spikefloat.rtl_gen.circuits.parts.quotient import exponent_sum
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN
from spikefloat.rtl_gen.circuits.parts.unpack import pack, unpack
from spikefloat.rtl_gen.circuits.shared_scale.scale import Scale, height_of, unpack_scale
from spikefloat.rtl_gen.formats import BlockFormat, Format, Overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import at_least, gate_word

__all__ = ["divided_elements", "divided_scale"]

#: Bits of a significand that is divided; a quotient by three has eight of them at least, and a scale
#: is rounded to four. What is below only tells whether there is a rest.
_DIVIDED_BITS = 10


def divided_scale(gates: GateLibrary, block: BlockFormat, fmt: Format, largest: Word) -> Word:
    """Return the code of a magnitude divided by 6, rounded to nearest even, at most the largest.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    block : BlockFormat
        A format whose largest element is 6.
    fmt : Format
        Format of the magnitude.
    largest : Word
        Its code without sign.
    """
    assert block.max_element == 6
    raw = unpack(gates, fmt, (*largest, ZERO), "unpack_largest")
    padded = (ZERO,) * (_DIVIDED_BITS - fmt.precision) + raw.significand
    lost = len(padded) - _DIVIDED_BITS
    with gates.builder.scope("divide", significand=padded):
        quotient, rest = _third(gates, padded[lost:])
        rest = gates.or_(*padded[:lost], rest, name="sticky")
    # A sixth is the half of a third.
    unit = fmt.precision - _DIVIDED_BITS - fmt.mantissa_bits - fmt.bias - 1
    height, is_below, lowest = height_of(
        gates,
        block.scale,
        (raw.exponent,),
        len(quotient) - 1 + unit,
        1,
        fmt.max_code >> fmt.mantissa_bits,
    )
    magnitude = finish(
        gates,
        block.scale,
        quotient,
        height,
        is_below,
        lowest=lowest,
        max_zeros=None,
        zeros=(raw.is_zero,),
        control=NEAREST_EVEN,
        sign=ZERO,
        sticky=rest,
    )
    return pack(
        gates,
        block.scale,
        Overflow.SATURATE,
        sign=ZERO,
        magnitude=magnitude,
        is_nan=ZERO,
        is_infinite=ZERO,
    )


def divided_elements(
    gates: GateLibrary, block: BlockFormat, fmt: Format, codes: Sequence[Word], scale_code: Word
) -> list[Word]:
    """Return the codes of floats divided by a scale, zeros of their sign if that is zero.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    block : BlockFormat
        Format of the elements and the scale.
    fmt : Format
        Format of the floats.
    codes : sequence of Word
        Codes of finite floats.
    scale_code : Word
        Code of the scale, not NaN.
    """
    element = block.float_element
    assert element is not None
    scale = unpack_scale(gates, block.scale, scale_code, "unpack_scale")
    limits = [
        _limit(gates, fmt, scale, (_value(element, code) + _value(element, code + 1)) / 2, code)
        for code in range(element.max_code)
    ]
    elements = []
    for number, word in enumerate(codes):
        with gates.builder.scope(f"element_{number}", code=word):
            *magnitude, sign = word
            passed = [
                _passes(gates, tuple(magnitude), limit, is_even=code % 2 == 0)
                for code, limit in enumerate(limits)
            ]
            count = _count_passed(gates, passed, element.width - 1)
            count = gate_word(gates, count, gates.not_(scale.is_zero))
            elements.append(gates.builder.name_word("element", (*count, sign)))
    return elements


def _value(fmt: Format, code: int) -> Fraction:
    """Return the value of the code of a number that is not negative."""
    field, mantissa = code >> fmt.mantissa_bits, code & fmt.mantissa_mask
    significand = mantissa + (bool(field) << fmt.mantissa_bits)
    return significand * Fraction(2) ** (max(field, 1) - fmt.bias - fmt.mantissa_bits)


def _third(gates: GateLibrary, word: Word) -> tuple[Word, Bit]:
    """Return a number divided by three, and whether there is a rest; bit by bit from the top."""
    quotient: list[Bit] = []
    one, two = ZERO, ZERO  # The rest so far.
    for place in reversed(range(len(word))):
        bit = word[place]
        both = gates.and_(one, bit, name=f"three[{place}]")
        quotient.insert(0, gates.or_(two, both, name=f"third[{place}]"))
        # Twice the rest and the bit: 2 of 1 and 0, or of 2 and 1; 1 of 0 and 1, or of 2 and 0.
        none = gates.not_(gates.or_(one, two, name=f"some[{place}]"))
        cleared = gates.not_(bit)
        one, two = (
            gates.or_(gates.and_(none, bit), gates.and_(two, cleared), name=f"one[{place}]"),
            gates.or_(gates.and_(one, cleared), gates.and_(two, bit), name=f"two[{place}]"),
        )
    return tuple(quotient), gates.or_(one, two, name="rest")


def _limit(gates: GateLibrary, fmt: Format, scale: Scale, factor: Fraction, code: int) -> Word:
    """Return the code without sign of a scale times a factor of a few bits, which is exact."""
    twos = (factor.numerator & -factor.numerator).bit_length() - 1
    odd = factor.numerator >> twos
    exponent = twos - (factor.denominator.bit_length() - 1)
    with gates.builder.scope(f"limit_{code}", scale=scale.significand):
        product = multiply_significands(gates, scale.significand, constant(odd, odd.bit_length()))
        offset = len(product) - 1 + scale.unit + exponent - fmt.min_exponent
        bits = max((offset + scale.highest).bit_length(), fmt.exponent_bits) + 1
        *height, _ = exponent_sum(gates, (scale.exponent,), (), offset, bits)
        return finish(
            gates,
            fmt,
            product,
            tuple(height),
            ZERO,
            lowest=offset + scale.lowest,
            max_zeros=None,
            zeros=(scale.is_zero,),
            control=NEAREST_EVEN,
            sign=ZERO,
        )[: fmt.width - 1]


def _passes(gates: GateLibrary, magnitude: Word, limit: Word, *, is_even: bool) -> Bit:
    """Return whether a magnitude is beyond a limit; on it the element below stays if it is even."""
    if not is_even:
        return at_least(gates, magnitude, limit)
    return gates.not_(at_least(gates, limit, magnitude))


def _count_passed(gates: GateLibrary, passed: Sequence[Bit], width: int) -> Word:
    """Return how many flags are set, of which each has all before it set, too."""
    bits = []
    for place in range(width):
        # The bit is set from each odd multiple of its weight to the next multiple.
        steps = range(1 << place, len(passed) + 1, 2 << place)
        parts = []
        for step in steps:
            end = step + (1 << place)
            until = gates.not_(passed[end - 1]) if end <= len(passed) else ONE
            parts.append(gates.and_(passed[step - 1], until))
        bits.append(gates.or_(*parts, name=f"passed[{place}]"))
    return tuple(bits)
