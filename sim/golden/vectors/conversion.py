# SPDX-License-Identifier: Apache-2.0
"""Golden model: from floats to blocks of elements that share a scale, and back, in integers."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BlockFormat, Format, Overflow, ScalePolicy
from spikefloat.sim.golden.rounding import pack, round_half_even
from spikefloat.sim.golden.values import Numbers, bit_length, unpack
from spikefloat.sim.golden.vectors.blocks import unpack_elements

__all__ = ["Blocks", "block_dequantize", "block_quantize"]

Codes = NDArray[np.int64]

#: Bits that significands are moved to, and that quotients have below theirs.
_WIDE, _QUOTIENT = 24, 30


class Blocks(NamedTuple):
    """Codes of blocks."""

    elements: Codes  #: The last axis is the elements of a block.
    scales: Codes


def block_quantize(
    block: BlockFormat,
    fmt: Format,
    codes: ArrayLike,
    policy: ScalePolicy = ScalePolicy.FLOOR,
) -> Blocks:
    """Return blocks of the values that are nearest to floats, each divided by the scale.

    A block with NaN or infinity gets the scale NaN and elements that are zero; a block of zeros the
    smallest scale. Ties go to the even code; what is above the largest element becomes that.

    Parameters
    ----------
    block : BlockFormat
        Format of the blocks.
    fmt : Format
        Format of the floats, with at most 24 bits of significand.
    codes : array of int
        Codes of floats; the last axis is a block.
    policy : ScalePolicy
        How a scale that is a power of two is chosen.

    Raises
    ------
    InputError
        If a code does not fit, or a significand is too long.
    """
    if fmt.precision > _WIDE:
        raise InputError(f"Precision of floats must be at most {_WIDE}, not {fmt.precision}")
    x = unpack(fmt, codes)
    is_nan = (x.is_nan | x.is_infinite).any(axis=-1)
    significand = np.where(x.is_finite, x.significand, 0)
    length = bit_length(significand)
    exponent = x.exponent - (_WIDE - length)
    wide = significand << (_WIDE - length)
    # Exponent first, then significand: numbers that are ordered as the magnitudes are.
    order = np.where(significand > 0, (exponent + (1 << _WIDE - 8) << _WIDE) + wide, 0)
    top = order.max(axis=-1)
    largest = top & (1 << _WIDE) - 1, (top >> _WIDE) - (1 << _WIDE - 8)
    # The largest significand has its hidden bit at the top, which the sum above has carried.
    scales = (_shared if block.shares_exponent else _divided)(block, *largest, policy)
    scales = np.where(top > 0, scales, 0)
    scale = unpack(block.scale, scales)
    divisor = np.maximum(scale.significand, 1)[..., None]
    quotient, rest = np.divmod(wide << _QUOTIENT, divisor)
    ratio = Numbers(
        sign=x.sign,
        significand=np.where(scale.is_zero[..., None], 0, quotient | (rest > 0)),
        exponent=exponent - _QUOTIENT - scale.exponent[..., None],
        is_nan=np.zeros(wide.shape, bool),
        is_infinite=np.zeros(wide.shape, bool),
    )
    elements = _elements(block, ratio)
    assert block.scale.nan_code is not None
    return Blocks(
        elements=np.where(is_nan[..., None], 0, elements),
        scales=np.where(is_nan, block.scale.nan_code, scales),
    )


def block_dequantize(
    block: BlockFormat,
    elements: ArrayLike,
    scales: ArrayLike,
    to: Format,
    overflow: Overflow | str | None = None,
) -> Codes:
    """Return the values of elements times their scales, each rounded to nearest even.

    Parameters
    ----------
    block : BlockFormat
        Format of the blocks.
    elements : array of int
        Codes; the last axis is a block.
    scales : array of int
        Codes, one for each block.
    to : Format
        Format of the results.
    overflow : Overflow or str, optional
        What becomes of a value that is too large.
    """
    x, scale = unpack_elements(block, elements), unpack(block.scale, np.asarray(scales)[..., None])
    is_nan = x.is_nan | scale.is_nan | x.is_infinite & scale.is_zero
    product = replace(
        x,
        significand=x.significand * scale.significand,
        exponent=x.exponent + scale.exponent,
        is_nan=is_nan,
        is_infinite=x.is_infinite & ~is_nan,
    )
    return pack(to, product, overflow).codes


def _shared(block: BlockFormat, significand: Codes, exponent: Codes, policy: ScalePolicy) -> Codes:
    """Return the codes of scales that are powers of two, for the largest magnitudes."""
    power = exponent + _WIDE - 1
    match policy:
        case ScalePolicy.CEIL:
            power = power + (significand > 1 << _WIDE - 1)
        case ScalePolicy.NEAREST_EVEN:
            lost = np.full(significand.shape, _WIDE - block.precision)
            power = power + (round_half_even(significand, lost) >> block.precision)
    code = power - block.max_exponent + block.scale.bias
    return np.asarray(np.clip(code, 0, block.scale.max_code))


def _divided(block: BlockFormat, significand: Codes, exponent: Codes, policy: ScalePolicy) -> Codes:
    """Return the codes of the largest magnitudes divided by the largest element."""
    quotient, rest = np.divmod(significand << _QUOTIENT, int(block.max_element))
    never = np.zeros(significand.shape, bool)
    numbers = Numbers(never, quotient | (rest > 0), exponent - _QUOTIENT, never, never)
    return pack(block.scale, numbers, Overflow.SATURATE).codes


def _elements(block: BlockFormat, ratio: Numbers) -> Codes:
    """Return the codes of elements nearest to numbers."""
    if isinstance(block.element, Format):
        return pack(block.element, ratio, Overflow.SATURATE).codes
    # Below one half of a unit nothing is left, however far.
    shift = np.clip(-(ratio.exponent + block.fraction_bits), 0, _WIDE + _QUOTIENT + 2)
    rounded = np.minimum(round_half_even(ratio.significand, shift), block.element.highest)
    return np.asarray(np.where(ratio.sign, -rounded, rounded) & (1 << block.element.width) - 1)
