# SPDX-License-Identifier: Apache-2.0
"""Blocks of elements that share a scale: directed ones, and seeded random ones."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import BlockFormat, Format

__all__ = ["block_dot_cases", "interesting_scales"]

Codes = NDArray[np.int64]


def interesting_scales(block: BlockFormat) -> list[int]:
    """Return the codes of the scales one, smallest, largest and NaN."""
    scale = block.scale
    assert scale.nan_code is not None
    return [scale.bias << scale.mantissa_bits, 0, scale.max_code, scale.nan_code]


def block_dot_cases(
    block: BlockFormat, blocks: int, size: int, to: Format, count: int, seed: int
) -> dict[str, Codes]:
    """Return operands of dot products: directed ones, then ``count`` random ones.

    Directed: elements that are all zero of either sign, the smallest, the largest, the largest of
    alternating signs; one NaN, one infinity beside numbers, beside zeros and beside its negative,
    where there are such; each with the scales one, smallest, largest and NaN. Of the random ones,
    every fourth has blocks whose halves cancel, every fourth pairs of blocks that do, every fourth
    mostly zeros; the scales are near one, anywhere, or so that results are close to the smallest or
    the largest values of their format.

    Parameters
    ----------
    block : BlockFormat
        Format of the blocks.
    blocks, size : int
        Number of blocks, and of elements in each.
    to : Format
        Format of the result.
    count : int
        Number of random operands.
    seed : int
        Seed of the random ones.

    Returns
    -------
    dict of str to array of int
        ``a`` and ``b`` of the shape (cases, blocks, size), ``a_scale`` and ``b_scale`` of the shape
        (cases, blocks).
    """
    rng = np.random.default_rng(seed)
    scales = interesting_scales(block)
    pairs = [(scales[i], scales[j]) for i, j in ((0, 0), (1, 1), (2, 2), (1, 2), (3, 0), (0, 3))]
    rows = list(product(_directed(block, size), pairs))
    shape = len(rows), blocks, size
    first = {
        "a": np.array([np.broadcast_to(own[0], (blocks, size)) for own, _ in rows]),
        "b": np.array([np.broadcast_to(own[1], (blocks, size)) for own, _ in rows]),
        "a_scale": np.broadcast_to(np.array([pair[0] for _, pair in rows])[:, None], shape[:2]),
        "b_scale": np.broadcast_to(np.array([pair[1] for _, pair in rows])[:, None], shape[:2]),
    }
    drawn = _random(block, (count, blocks, size), to, rng)
    return {name: np.concatenate([first[name], drawn[name]]).astype(np.int64) for name in first}


def _negated(block: BlockFormat, codes: Codes) -> Codes:
    if isinstance(block.element, Format):
        return codes ^ block.element.sign_mask
    return -codes & (1 << block.element.width) - 1


def _directed(block: BlockFormat, size: int) -> list[tuple[Codes, Codes]]:
    """Return elements of single blocks."""
    element = block.element
    all_of = np.ones(size, np.int64)
    alternating = np.arange(size) % 2 == 1
    zeros = 0 * all_of
    if not isinstance(element, Format):
        one, least = all_of << block.fraction_bits, element.lowest & (1 << element.width) - 1
        largest = all_of * element.highest
        return [
            (zeros, one),
            (all_of, all_of),
            (largest, largest),
            (all_of * least, all_of * least),
            (all_of * least, largest),
            (np.where(alternating, _negated(block, largest), largest), largest),
        ]
    one, largest = all_of * (element.bias << element.mantissa_bits), all_of * element.max_code
    rows = [
        (zeros, one),
        (zeros | element.sign_mask, one),
        (np.where(np.arange(size) == size - 1, 0, element.sign_mask), one),
        (all_of, all_of),
        (all_of | element.sign_mask, all_of),
        (largest, largest),
        (largest, _negated(block, largest)),
        (np.where(alternating, _negated(block, largest), largest), largest),
        (np.where(np.arange(size) == 0, largest, 1), one),
    ]
    last = np.arange(size) == size - 1
    if element.nan_code is not None:
        rows.append((np.where(last, element.nan_code, one), one))
    if element.infinity_code is not None:
        infinity = element.infinity_code
        signed = np.where(alternating, infinity | element.sign_mask, infinity)
        rows += [
            (np.where(last, infinity, one), one),
            (np.where(last, infinity | element.sign_mask, one), one),
            (np.where(last, infinity, one), zeros),
            (signed, one),
        ]
    return rows


def _random(
    block: BlockFormat, shape: tuple[int, int, int], to: Format, rng: np.random.Generator
) -> dict[str, Codes]:
    count, blocks, size = shape
    a, b = (_elements(block, shape, rng) for _ in range(2))
    kind = np.arange(count) % 4
    half, pairs = size // 2, blocks // 2
    own = np.flatnonzero(kind == 1)[:, None, None]
    where = own, np.arange(blocks)[None, :, None]
    a[(*where, np.arange(half, 2 * half))] = _negated(block, a[(*where, np.arange(half))])
    b[(*where, np.arange(half, 2 * half))] = b[(*where, np.arange(half))]
    a_scale, b_scale = _scales(block, (count, blocks), to, rng)
    others = np.flatnonzero(kind == 2)[:, None]
    left, right = np.arange(0, 2 * pairs, 2), np.arange(1, 2 * pairs, 2)
    a[others, right], b[others, right] = _negated(block, a[others, left]), b[others, left]
    for scale in (a_scale, b_scale):
        scale[others, right] = scale[others, left]
    sparse = (kind == 3)[:, None, None] & (rng.random(a.shape) > 2 / size)
    a[sparse] = 0
    return {"a": a, "b": b, "a_scale": a_scale, "b_scale": b_scale}


def _elements(block: BlockFormat, shape: tuple[int, ...], rng: np.random.Generator) -> Codes:
    """Return any codes; NaN and infinity are rare, as one of them decides on the result."""
    element = block.element
    codes = rng.integers(0, 1 << element.width, shape)
    if not isinstance(element, Format):
        return codes
    special = (codes & element.magnitude_mask) > element.max_code
    keep = rng.random(shape) < 1 / (8 * np.prod(shape[1:]))
    return np.where(special & ~keep, codes & ~element.exponent_mask, codes)


def _scales(
    block: BlockFormat, shape: tuple[int, int], to: Format, rng: np.random.Generator
) -> tuple[Codes, Codes]:
    scale, (count, blocks) = block.scale, shape
    # Any number but NaN, and one of that now and then.
    a, b = rng.integers(0, scale.max_code + 1, (2, *shape))
    if block.shares_exponent:
        place = np.arange(count) // 4 % 4
        low = to.min_exponent - to.mantissa_bits // 2
        high = to.max_exponent - 2 * block.max_exponent
        center = np.select([place == 2, place == 3], [low, high], 0)[:, None]
        near = center + 2 * scale.bias + rng.integers(-12, 13, shape) - a
        is_near = (place != 1)[:, None] & (near >= 0) & (near <= scale.max_code)
        b = np.where(is_near, near, b)
    for codes in (a, b):
        codes[rng.random(shape) < 1 / (64 * blocks)] = scale.nan_code
    return a, b
