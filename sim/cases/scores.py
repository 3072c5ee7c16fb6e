# SPDX-License-Identifier: Apache-2.0
"""Vectors for softmax and for normalisations: directed ones, and seeded random ones."""

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.cases.corners import is_special
from spikefloat.sim.cases.vectors import element_cases

__all__ = ["affine_cases", "scale_cases", "score_cases"]

Codes = NDArray[np.int64]

#: Exponent of the numbers below which scores are, half of the time: few powers of e vanish there.
_SMALL_EXPONENT = 3

#: How many codes from each other neighbours are, at most.
_NEAR = 12


def score_cases(fmt: Format, length: int, count: int, seed: int) -> tuple[Codes]:
    """Return single operands of shape (cases, length): directed vectors, then ``count`` random ones.

    Those of :func:`~.vectors.element_cases` with a third of the random ones; then as many scores
    below eight, where few powers of e vanish beside the largest, and as many whose codes are close
    to each other.
    """
    (general,) = element_cases(fmt, length, count // 3, seed)
    rng = np.random.default_rng(seed + 1)
    others = count - count // 3
    highest = min(fmt.bias + _SMALL_EXPONENT << fmt.mantissa_bits, fmt.max_code)
    scores = rng.integers(0, highest + 1, (others, length))
    near = rng.integers(0, fmt.max_code + 1, (others, 1)) - rng.integers(0, _NEAR, scores.shape)
    scores = np.where(np.arange(others)[:, None] % 2 == 1, np.maximum(near, 0), scores)
    signs = rng.integers(0, 2, scores.shape) * fmt.sign_mask
    if fmt.has_negative_zero:
        scores |= signs
    else:
        scores |= np.where(scores != 0, signs, 0)
    return (np.concatenate([general, scores]),)


def scale_cases(fmt: Format, length: int, count: int, seed: int) -> tuple[Codes, Codes]:
    """Return numbers and what they are scaled by, of shape (cases, length) each.

    Numbers are those of :func:`score_cases`. Half of the scales are near one, the others any codes,
    with NaN and infinity rare.
    """
    (x,) = score_cases(fmt, length, count, seed)
    return x, _scales(fmt, x.shape, seed + 2)


def affine_cases(fmt: Format, length: int, count: int, seed: int) -> tuple[Codes, Codes, Codes]:
    """Return numbers, what they are scaled by, and what is added, of shape (cases, length) each.

    Those of :func:`scale_cases`. A third of what is added is zero of either sign, a third near one,
    and a third are any codes.
    """
    x, g = scale_cases(fmt, length, count, seed)
    b = _scales(fmt, x.shape, seed + 3)
    rng = np.random.default_rng(seed + 4)
    zero = fmt.sign_mask if fmt.has_negative_zero else 0
    return x, g, np.where(rng.random(b.shape) < 1 / 3, b & zero, b)


def _scales(fmt: Format, shape: tuple[int, ...], seed: int) -> Codes:
    rng = np.random.default_rng(seed)
    one = fmt.bias << fmt.mantissa_bits
    drawn = rng.integers(0, 1 << fmt.width, shape)
    drawn[is_special(fmt, drawn) & (rng.random(shape) > 1 / 16)] = one
    step = 1 << fmt.mantissa_bits
    near = np.clip(rng.integers(one - step, one + step + 1, shape), 1, fmt.max_code)
    near |= rng.integers(0, 2, shape) * fmt.sign_mask
    return np.where(rng.random(shape) < 0.5, near, drawn)
