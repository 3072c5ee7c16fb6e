# SPDX-License-Identifier: Apache-2.0
"""Golden model: exact sums of numbers, rounded once."""

from dataclasses import replace
from functools import reduce

import numpy as np

from spikefloat.rtl_gen.formats import Format, Overflow, Rounding
from spikefloat.sim.golden.rounding import INVALID, Rounded, Rounder, pack
from spikefloat.sim.golden.values import INT64_SIGNIFICAND_BITS, Numbers, bit_length

__all__ = ["pack_sum", "rectified"]


def _sum(terms: list[Numbers], mode: Rounding) -> Numbers:
    """Return the exact sums, over the smallest of the exponents."""
    exponent = np.minimum.reduce([term.exponent for term in terms])
    total = sum(
        np.where(term.sign, -term.significand, term.significand) << (term.exponent - exponent)
        for term in terms
    )
    positive, negative = (
        np.logical_or.reduce([term.is_infinite & (term.sign == sign) for term in terms])
        for sign in (False, True)
    )
    is_nan = np.logical_or.reduce([term.is_nan for term in terms]) | (positive & negative)
    # Only where all agree has an exact zero their sign; else the mode decides (clause 6.3).
    combine = np.logical_or if mode is Rounding.DOWN else np.logical_and
    of_zero = combine.reduce([term.sign for term in terms])
    return Numbers(
        sign=np.select([positive, negative, total != 0], [False, True, total < 0], default=of_zero),
        significand=abs(total),
        exponent=exponent,
        is_nan=is_nan,
        is_infinite=(positive | negative) & ~is_nan,
    )


def rectified(numbers: Numbers) -> Numbers:
    """Return +0 for what is negative, before it is rounded."""
    return replace(
        numbers,
        sign=np.zeros_like(numbers.sign),
        significand=np.where(numbers.sign, 0, numbers.significand),
        is_infinite=numbers.is_infinite & ~numbers.sign,
    )


def pack_sum(
    to: Format,
    terms: list[Numbers],
    overflow: Overflow | str | None,
    rounder: Rounder,
    *,
    relu: bool = False,
) -> Rounded:
    """Return the sums, rounded once; with ReLU, what is negative is +0 before.

    Where the exponents are so far apart that the exact sum outgrows 64 bits, it is computed with
    Python integers instead: slower, and just as exact.
    """
    lengths = [bit_length(term.significand) for term in terms]
    tops = [term.exponent + length for term, length in zip(terms, lengths, strict=True)]
    lowest = reduce(np.minimum, [term.exponent for term in terms])
    # A zero may stand far above or below the others.
    span = reduce(np.maximum, [reduce(np.maximum, tops) - lowest, *lengths]) + len(terms)
    fits = np.asarray(span <= INT64_SIGNIFICAND_BITS)
    is_nan = np.broadcast_to(reduce(np.logical_or, [term.is_nan for term in terms]), fits.shape)
    random = np.broadcast_to(rounder.random, fits.shape)
    codes, flags = (np.empty(fits.shape, dtype=np.int64) for _ in range(2))
    for mask, integer in ((fits, np.int64), (~fits, object)):
        if not mask.any():
            continue
        exact = [
            replace(term, significand=term.significand.astype(integer))
            for term in (number.where(mask) for number in terms)
        ]
        total = _sum(exact, rounder.mode)
        total = rectified(total) if relu else total
        codes[mask], flags[mask] = pack(to, total, overflow, rounder._replace(random=random[mask]))
        flags[mask] |= INVALID * (total.is_nan & ~is_nan[mask])
    return Rounded(codes, flags)
