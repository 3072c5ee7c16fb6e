# SPDX-License-Identifier: Apache-2.0
"""From floats to blocks of elements that share a scale, as a neuron graph.

The largest magnitude of a block is looked for bit by bit, from the top: where any of those that are
still largest has the bit, the others drop out. A scale that is a power of two needs only the
exponents, and one bit more that the policy decides on. Each element is then a significand at a
height that is a difference of two exponents, and is rounded as any other number.
"""

from collections.abc import Sequence

from spikefloat.rtl_gen.circuits.operations.convert import convert
from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.quotient import exponent_sum
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.circuits.shared_scale.quotients import divided_elements, divided_scale
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import (
    FORMATS,
    BlockFormat,
    Format,
    NanEncoding,
    Overflow,
    ScalePolicy,
)
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import gate_word, increment, xor_word

__all__ = ["SOURCES", "block_quantize"]

#: Formats of floats that become blocks, and the format in which they are taken apart: one with the
#: exponents of E8M0, in which no value of them is subnormal that is not in their own.
SOURCES = {"binary32": "binary32", "bfloat16": "bfloat16", "binary16": "tf32"}


def block_quantize(
    gates: GateLibrary,
    block: BlockFormat,
    fmt: Format,
    codes: Sequence[Word],
    policy: ScalePolicy = ScalePolicy.FLOOR,
) -> tuple[list[Word], Word]:
    """Return the elements nearest to floats divided by a scale, and the scale.

    A block with NaN or infinity gets the scale NaN and elements that are zero; a block of zeros the
    smallest scale. Ties go to the even code; what is above the largest element becomes that.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    block : BlockFormat
        Format of the block.
    fmt : Format
        Format of the floats, one of :data:`SOURCES`.
    codes : sequence of Word
        Their codes.
    policy : ScalePolicy
        How a scale that is a power of two is chosen.

    Raises
    ------
    InputError
        If a format is another one, or there are no floats.
    """
    if fmt.name not in SOURCES:
        raise InputError(f"Format of floats must be one of {', '.join(SOURCES)}, not {fmt.name}")
    if not codes:
        raise InputError("Number of floats must be at least 1, not 0")
    own, builder = FORMATS[SOURCES[fmt.name]], gates.builder
    if own != fmt:
        wide = []
        for number, code in enumerate(codes):
            with builder.scope(f"widen_{number}", code=code):
                wide.append(convert(gates, fmt, own, code))
        codes = wide
    raws = [unpack(gates, own, code, f"unpack_{i}") for i, code in enumerate(codes)]
    with builder.scope("special_values"):
        specials = [flag for raw in raws for flag in (raw.is_nan, raw.is_infinite)]
        is_nan = gates.or_(*specials, name="nan")
    if not block.shares_exponent:
        with builder.scope("largest"):
            largest, _ = _largest(gates, [code[:-1] for code in codes])
        with builder.scope("scale", largest=largest):
            scale = divided_scale(gates, block, own, largest)
        elements = divided_elements(gates, block, own, codes, scale)
        return _without_nan(gates, elements, scale, is_nan)
    fields = [code[own.mantissa_bits : -1] for code in codes]
    with builder.scope("largest"):
        largest, stays = _largest(gates, fields)
    with builder.scope("scale", largest=largest):
        raised = _raised(gates, block, policy, raws, stays)
        scale = _scale_code(gates, block, largest, raised)
    elements = []
    for number, raw in enumerate(raws):
        with builder.scope(f"element_{number}", significand=raw.significand, scale=scale):
            elements.append(_element(gates, block, own, raw, scale))
    return _without_nan(gates, elements, scale, is_nan)


def _without_nan(
    gates: GateLibrary, elements: Sequence[Word], scale: Word, is_nan: Bit
) -> tuple[list[Word], Word]:
    """Return a block, of which the scale is NaN and elements are zero if a flag is set."""
    with gates.builder.scope("block", is_nan=(is_nan,)):
        keep = gates.not_(is_nan)
        return (
            [gate_word(gates, code, keep) for code in elements],
            tuple(gates.or_(bit, is_nan, name="scale") for bit in scale),
        )


def _largest(gates: GateLibrary, words: Sequence[Word]) -> tuple[Word, list[Bit]]:
    """Return the largest of unsigned words, and for each whether it is as large."""
    stays: list[Bit] = [ONE] * len(words)
    bits: list[Bit] = []
    for place in reversed(range(len(words[0]))):
        having = [gates.and_(flag, word[place]) for flag, word in zip(stays, words, strict=True)]
        gates.builder.name_word(f"having{place}", having)
        found = gates.or_(*having, name=f"found[{place}]")
        bits.insert(0, found)
        missing = gates.not_(found)
        stays = [
            gates.or_(bit, gates.and_(flag, missing), name=f"stays{place}")
            for bit, flag in zip(having, stays, strict=True)
        ]
    return gates.builder.name_word("largest", tuple(bits)), stays


def _raised(
    gates: GateLibrary,
    block: BlockFormat,
    policy: ScalePolicy,
    raws: Sequence[RawFloat],
    stays: Sequence[Bit],
) -> Bit:
    """Return whether the exponent of the largest magnitude counts as one more.

    A subnormal has the exponent 0 here, as if its highest bit were the hidden one; if that is not
    set it is so small that the scale is the smallest in any case.
    """
    if policy is ScalePolicy.FLOOR:
        return ZERO
    raised = []
    for flag, raw in zip(stays, raws, strict=True):
        *mantissa, hidden = raw.significand
        up = _rounds_up(gates, block, policy, mantissa)
        if block.max_exponent == 0:  # Else the scale of subnormals is the smallest, or below it.
            *lower, top = mantissa
            below = gates.and_(top, _rounds_up(gates, block, policy, lower), name="subnormal_up")
            up = gates.mux(hidden, up, below, name="up")
        raised.append(gates.and_(flag, up, name="raises"))
    return gates.or_(*raised, name="raised")


def _rounds_up(
    gates: GateLibrary, block: BlockFormat, policy: ScalePolicy, mantissa: Sequence[Bit]
) -> Bit:
    """Return whether a significand with a hidden bit before this mantissa counts as 2."""
    if policy is ScalePolicy.CEIL:
        return gates.or_(*mantissa, name="above_power")
    # All bits that an element keeps are set, and so is the next one: a tie goes up, too.
    if len(mantissa) < block.precision:
        return ZERO
    return gates.and_(*mantissa[len(mantissa) - block.precision :], name="rounds_to_power")


def _scale_code(gates: GateLibrary, block: BlockFormat, largest: Word, raised: Bit) -> Word:
    """Return the code of a scale, at least the smallest and at most the largest."""
    bits = len(largest) + 2
    total = exponent_sum(gates, (largest, (raised,)), (), -block.max_exponent, bits)
    *code, _, is_below = total
    code = list(gate_word(gates, tuple(code), gates.not_(is_below)))
    if block.max_exponent == 0:
        # Only then can it be that of NaN, which is one more than the largest.
        code[0] = gates.and_(code[0], gates.not_(gates.and_(*code, name="too_large")))
    return gates.builder.name_word("code", tuple(code))


def _magnitude_format(block: BlockFormat) -> Format:
    """Return a float format whose magnitudes are those of elements.

    An integer in sign and magnitude is a float with one bit of exponent: the hidden bit is its
    highest one, and all of its units are alike.
    """
    if block.float_element is not None:
        return block.float_element
    bits = block.element.width - 2
    return Format(
        name=f"{block.element.name}_magnitude",
        exponent_bits=1,
        mantissa_bits=bits,
        bias=1 - (bits - block.fraction_bits),
        nan=NanEncoding.NONE,
    )


def _element(
    gates: GateLibrary, block: BlockFormat, fmt: Format, raw: RawFloat, scale: Word
) -> Word:
    """Return the code of an element: a float divided by a scale."""
    element = _magnitude_format(block)
    offset = block.scale.bias - fmt.bias - element.min_exponent
    lowest = 1 - block.scale.max_code + offset
    bits = max(element.exponent_bits, (-lowest).bit_length(), len(raw.exponent)) + 2
    *height, is_below = exponent_sum(gates, (raw.exponent,), (scale,), offset, bits)
    magnitude = finish(
        gates,
        element,
        raw.significand,
        tuple(height),
        is_below,
        lowest=lowest,
        max_zeros=None,
        zeros=(raw.is_zero,),
        control=NEAREST_EVEN,
        sign=raw.sign,
    )
    code = pack(
        gates,
        element,
        Overflow.SATURATE,
        sign=raw.sign,
        magnitude=magnitude,
        is_nan=ZERO,
        is_infinite=ZERO,
    )
    if block.float_element is not None:
        return code
    *bits_of, sign = code
    with gates.builder.scope("negate", magnitude=bits_of):
        flipped = xor_word(gates, (*bits_of, ZERO), sign, "flipped")
        return gates.builder.name_word("integer", increment(gates, flipped, sign)[:-1])
