# SPDX-License-Identifier: Apache-2.0
"""Golden model: blocks of elements that share a scale."""

from dataclasses import replace
from functools import reduce

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, BlockFormat, Format, Overflow, Rounding
from spikefloat.sim.golden import arithmetic, order
from spikefloat.sim.golden.rounding import NEAREST_EVEN, Rounder
from spikefloat.sim.golden.sums import pack_sum
from spikefloat.sim.golden.values import Numbers, unpack
from spikefloat.sim.golden.vectors.dot import exact_sum

__all__ = ["block_dot", "block_linear", "block_sum", "unpack_elements"]

Codes = NDArray[np.int64]

#: Format of a bias.
_BIAS = FORMATS["binary32"]


def unpack_elements(block: BlockFormat, codes: ArrayLike) -> Numbers:
    """Return the numbers that codes of elements mean, without the scale.

    Raises
    ------
    InputError
        If a code has more bits than an element.
    """
    if block.float_element is not None:
        return unpack(block.float_element, codes)
    assert not isinstance(block.element, Format)
    values = block.element.decode(codes)
    never = np.zeros(values.shape, dtype=bool)
    return Numbers(
        sign=values < 0,
        significand=abs(values),
        exponent=np.full(values.shape, -block.fraction_bits),
        is_nan=never,
        is_infinite=never,
    )


def block_dot(
    block: BlockFormat,
    a: ArrayLike,
    b: ArrayLike,
    a_scale: ArrayLike,
    b_scale: ArrayLike,
    to: Format,
    overflow: Overflow | str | None = None,
    wide: Format | None = None,
    *,
    rounder: Rounder = NEAREST_EVEN,
) -> Codes:
    """Return the dot products of blocks: exact sums over all blocks, rounded once.

    NaN if a scale or an element is NaN, if infinity meets zero, or infinities of both signs meet. A
    sum that is exactly zero is +0, unless every product is -0.

    Parameters
    ----------
    block : BlockFormat
        Format of all blocks.
    a, b : array of int
        Codes of elements; the last two axes are blocks, and the elements of each.
    a_scale, b_scale : array of int
        Codes of scales; the last axis is blocks.
    to : Format
        Format of the results.
    overflow : Overflow or str, optional
        What becomes of a value that is too large, at each rounding.
    wide : Format, optional
        Format that the exact sum of each block is rounded into; these are added one after the other,
        rounded each time, and the last sum is converted.
    rounder : Rounder
        How exact sums are rounded; rounded down, a sum that is exactly zero is -0 if a product is
        negative.

    Raises
    ------
    InputError
        If a code has too many bits, or shapes do not fit.
    """
    elements = np.broadcast_arrays(np.asarray(a), np.asarray(b))
    scales = np.broadcast_arrays(np.asarray(a_scale), np.asarray(b_scale))
    shape = elements[0].shape
    if len(shape) < 2 or scales[0].shape != shape[:-1] or not all(shape[-2:]):
        raise InputError(
            f"Elements must have one axis more than scales, not the shapes {shape} and "
            f"{scales[0].shape}"
        )
    rows = [one.reshape(-1, *shape[-2:]) for one in elements]
    columns = [one.reshape(-1, shape[-2]) for one in scales]
    terms = [
        _one_block(
            block,
            *(row[:, i] for row in rows),
            *(column[:, i] for column in columns),
            mode=rounder.mode,
        )
        for i in range(shape[-2])
    ]
    if wide is None:
        return pack_sum(to, terms, overflow, rounder).codes.reshape(shape[:-2])
    total = _add_in_turn(terms, wide, overflow)
    return arithmetic.convert(wide, to, total, overflow).reshape(shape[:-2])


def block_sum(block: BlockFormat, a: ArrayLike, b: ArrayLike) -> tuple[Codes, NDArray[np.bool_]]:
    """Return the exact sums of products of elements, without scales, and which are NaN.

    Parameters
    ----------
    block : BlockFormat
        Format of all blocks, whose elements have no infinities.
    a, b : array of int
        Codes of elements; the last axis is those of one sum.

    Returns
    -------
    tuple of arrays
        Integers in units of the smallest product, 0 if an element is NaN; and whether one is.

    Raises
    ------
    InputError
        If a code has too many bits.
    """
    total = _unscaled(block, np.asarray(a), np.asarray(b), Rounding.NEAREST_EVEN)
    sums = np.where(total.sign, -total.significand, total.significand)
    return np.where(total.is_nan, 0, sums).astype(np.int64), total.is_nan


def block_linear(
    block: BlockFormat,
    x: ArrayLike,
    x_scale: ArrayLike,
    weight: ArrayLike,
    weight_scale: ArrayLike,
    bias: ArrayLike | None,
    to: Format,
    overflow: Overflow | str | None = None,
    *,
    relu: bool = False,
    wide: Format | None = None,
) -> Codes:
    """Return ``weight @ x + bias`` for blocks: exact sums over all blocks and the bias, rounded once.

    NaN and zeros as in :func:`block_dot`, where the bias counts as one more product. With ReLU, what
    is negative before that rounding is +0.

    Parameters
    ----------
    block : BlockFormat
        Format of all blocks.
    x, x_scale : array of int
        Codes of the inputs: of shape ``(..., blocks, size)`` and ``(..., blocks)``.
    weight, weight_scale : array of int
        Codes of the weights: of shape ``(outputs, blocks, size)`` and ``(outputs, blocks)``.
    bias : array of int or None
        Codes of binary32 of shape ``(outputs,)``, or None to add nothing.
    to : Format
        Format of the results.
    overflow : Overflow or str, optional
        What becomes of a value that is too large, at each rounding.
    relu : bool
        Whether what is negative becomes +0.
    wide : Format, optional
        As in :func:`block_dot`; the bias is converted to it and added last.

    Returns
    -------
    array of int64
        Codes of shape ``(..., outputs)``.
    """
    inputs, scales = np.asarray(x), np.asarray(x_scale)
    blocks = inputs.shape[-2]
    rows, columns = inputs.reshape(-1, *inputs.shape[-2:]), scales.reshape(-1, blocks)
    results = []
    for number, (own, own_scales) in enumerate(
        zip(np.asarray(weight), np.asarray(weight_scale), strict=True)
    ):
        terms = []
        for i in range(blocks):
            same = np.broadcast_to(own[i], rows[:, i].shape)
            same_scale = np.broadcast_to(own_scales[i], columns[:, i].shape)
            terms.append(_one_block(block, rows[:, i], same, columns[:, i], same_scale))
        codes = None
        if bias is not None:
            codes = np.broadcast_to(np.asarray(bias)[number], len(rows))
        if wide is None:
            terms += [] if codes is None else [unpack(_BIAS, codes)]
            results.append(pack_sum(to, terms, overflow, NEAREST_EVEN, relu=relu).codes)
            continue
        total = _add_in_turn(terms, wide, overflow)
        if codes is not None:
            addend = arithmetic.convert(_BIAS, wide, codes, overflow)
            total = arithmetic.add(wide, total, addend, overflow)
        if relu:
            total = order.relu(wide, total)
        results.append(arithmetic.convert(wide, to, total, overflow))
    return np.stack(results, axis=-1).reshape(*inputs.shape[:-2], -1)


def _add_in_turn(terms: list[Numbers], wide: Format, overflow: Overflow | str | None) -> Codes:
    """Return the sums of numbers that are rounded one by one, and so is each sum."""
    codes = [pack_sum(wide, [term], overflow, NEAREST_EVEN).codes for term in terms]
    return reduce(lambda a, b: arithmetic.add(wide, a, b, overflow), codes)


def _one_block(
    block: BlockFormat,
    a: Codes,
    b: Codes,
    a_scale: Codes,
    b_scale: Codes,
    *,
    mode: Rounding = Rounding.NEAREST_EVEN,
) -> Numbers:
    """Return the exact dot products of one block each, with the scales."""
    total = _unscaled(block, a, b, mode)
    negative = unpack_elements(block, a).sign ^ unpack_elements(block, b).sign
    combine = np.any if mode is Rounding.DOWN else np.all
    scales = unpack(block.scale, a_scale), unpack(block.scale, b_scale)
    is_zero = scales[0].is_zero | scales[1].is_zero
    is_nan = total.is_nan | scales[0].is_nan | scales[1].is_nan
    return replace(
        total,
        # A scale that is zero makes a zero of every product, and each keeps its sign.
        sign=np.where(is_zero, combine(negative, axis=-1), total.sign),
        significand=total.significand * scales[0].significand * scales[1].significand,
        exponent=total.exponent + scales[0].exponent + scales[1].exponent,
        is_nan=is_nan,
        is_infinite=total.is_infinite & ~is_nan,
    )


def _unscaled(block: BlockFormat, a: Codes, b: Codes, mode: Rounding) -> Numbers:
    """Return the exact sums of the products of the last axis, in units of the smallest product."""
    if block.float_element is not None:
        return exact_sum(block.float_element, a, b, mode)
    x, y = unpack_elements(block, a), unpack_elements(block, b)
    values = np.where(x.sign ^ y.sign, -1, 1) * x.significand * y.significand
    amount = values.sum(axis=-1)
    never = np.zeros(amount.shape, dtype=bool)
    exponent = np.full(amount.shape, -2 * block.fraction_bits)
    # Products of integers are no -0; only rounded down is their sum.
    cancels = (amount == 0) & (values < 0).any(axis=-1) & (mode is Rounding.DOWN)
    return Numbers((amount < 0) | cancels, abs(amount), exponent, never, never)
