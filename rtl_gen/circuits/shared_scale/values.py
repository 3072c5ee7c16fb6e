# SPDX-License-Identifier: Apache-2.0
"""From blocks of elements that share a scale to floats, as a neuron graph."""

from collections.abc import Sequence

from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.circuits.shared_scale.scale import Scale, height_of, unpack_scale
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BlockFormat, Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import increment, xor_word

__all__ = ["block_dequantize"]


def block_dequantize(
    gates: GateLibrary,
    block: BlockFormat,
    codes: Sequence[Word],
    scale_code: Word,
    to: Format,
    overflow: Overflow | None = None,
) -> list[Word]:
    """Return the values of elements times their scale, each rounded to nearest even.

    NaN if the scale or the element is, or infinity meets a scale of zero.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    block : BlockFormat
        Format of the block.
    codes : sequence of Word
        Codes of the elements.
    scale_code : Word
        That of the scale.
    to : Format
        Format of the results.
    overflow : Overflow, optional
        What a value that is too large becomes.
    """
    policy = resolve_overflow(to, overflow)
    scale = unpack_scale(gates, block.scale, scale_code, "unpack_scale")
    values = []
    for number, code in enumerate(codes):
        with gates.builder.scope(f"value_{number}", code=code):
            values.append(_value(gates, block, code, scale, to, policy))
    return values


def _raw_element(gates: GateLibrary, block: BlockFormat, code: Word) -> tuple[RawFloat, int]:
    """Return an element taken apart, and the exponent of the lowest bit if the field is 0."""
    fmt = block.float_element
    if fmt is not None:
        return unpack(gates, fmt, code), -fmt.bias - fmt.mantissa_bits
    if len(code) != block.element.width:
        raise InputError(
            f"Code must have {block.element.width} bits for {block.name}, not {len(code)}"
        )
    with gates.builder.scope("magnitude", code=code):
        sign = code[-1]
        flipped = xor_word(gates, code, sign, "flipped")
        magnitude = gates.builder.name_word("magnitude", increment(gates, flipped, sign)[:-1])
        is_zero = gates.not_(gates.or_(*code, name="nonzero"))
    raw = RawFloat(ZERO, ZERO, is_zero, sign, constant(0, 1), magnitude)
    return raw, -block.fraction_bits


def _value(
    gates: GateLibrary,
    block: BlockFormat,
    code: Word,
    scale: Scale,
    to: Format,
    policy: Overflow,
) -> Word:
    raw, unit = _raw_element(gates, block, code)
    significand, is_zero = raw.significand, raw.is_zero
    if len(scale.significand) > 1:
        significand = multiply_significands(gates, significand, scale.significand)
        is_zero = gates.or_(is_zero, scale.is_zero, name="zero")
    offset = len(significand) - 1 + unit + scale.unit
    least, most = (0, 0) if block.float_element is None else (1, (1 << len(raw.exponent)) - 1)
    bounds = least + scale.lowest, most + scale.highest
    height, is_below, lowest = height_of(gates, to, (raw.exponent, scale.exponent), offset, *bounds)
    magnitude = finish(
        gates,
        to,
        significand,
        height,
        is_below,
        lowest=lowest,
        max_zeros=None,
        zeros=(is_zero,),
        control=NEAREST_EVEN,
        sign=raw.sign,
    )
    invalid = gates.and_(raw.is_infinite, scale.is_zero, name="invalid")
    return pack(
        gates,
        to,
        policy,
        sign=raw.sign,
        magnitude=magnitude,
        is_nan=gates.or_(raw.is_nan, scale.is_nan, invalid, name="nan"),
        is_infinite=raw.is_infinite,
    )
