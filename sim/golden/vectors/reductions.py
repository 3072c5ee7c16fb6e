# SPDX-License-Identifier: Apache-2.0
"""Golden model of what becomes of all elements of a vector: largest, its index, sum, squares."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.cases.vectors import element_cases
from spikefloat.sim.golden.arithmetic import product
from spikefloat.sim.golden.rounding import INVALID, NEAREST_EVEN, Rounded, Rounder
from spikefloat.sim.golden.sums import pack_sum
from spikefloat.sim.golden.values import Numbers, check_codes, signalling, unpack
from spikefloat.sim.golden.vectors.operation import VectorOperation

__all__ = ["ENTRIES", "argmax", "maximum", "sum_of_squares", "total"]

Codes = NDArray[np.int64]
Policy = Overflow | str | None


def maximum(fmt: Format, to: Format, overflow: Policy, a: ArrayLike) -> Codes:
    """Return the code of the largest element, +0 above -0; the canonical NaN if one is NaN."""
    codes = check_codes(fmt, a)
    place = argmax(fmt, to, overflow, codes)
    largest = np.take_along_axis(codes, place[..., None], axis=-1)[..., 0]
    if fmt.nan_code is None:
        return largest
    return np.where(unpack(fmt, codes).is_nan.any(axis=-1), fmt.nan_code, largest)


def argmax(fmt: Format, to: Format, overflow: Policy, a: ArrayLike) -> Codes:
    """Return the index of the first NaN, or else of the first largest element, +0 above -0."""
    codes = check_codes(fmt, a)
    magnitude = codes & fmt.magnitude_mask
    # Numbers of one sign are ordered as their codes are, negative ones the other way round.
    order = np.where(codes & fmt.signed_sign_mask != 0, ~magnitude, magnitude)
    # Of 64 bits, the largest magnitude is NaN itself.
    above_all = min(fmt.magnitude_mask + 1, np.iinfo(np.int64).max)
    place = np.where(unpack(fmt, codes).is_nan, above_all, order).argmax(axis=-1)
    return np.asarray(place, np.int64)


def total(fmt: Format, to: Format, overflow: Policy, a: ArrayLike) -> Codes:
    """Return the exact sum, rounded once to nearest even; of -0 only, -0."""
    return total_flagged(fmt, to, overflow, a).codes


def total_flagged(
    fmt: Format, to: Format, overflow: Policy, a: ArrayLike, rounder: Rounder = NEAREST_EVEN
) -> Rounded:
    """Return the exact sum, rounded once, with flags; rounded down, a zero is -0 beside one -0."""
    return _with_signals(fmt, a, pack_sum(to, _elements(fmt, a), overflow, rounder))


def sum_of_squares(fmt: Format, to: Format, overflow: Policy, a: ArrayLike) -> Codes:
    """Return the exact sum of squares, rounded once to nearest even."""
    return sum_of_squares_flagged(fmt, to, overflow, a).codes


def sum_of_squares_flagged(
    fmt: Format, to: Format, overflow: Policy, a: ArrayLike, rounder: Rounder = NEAREST_EVEN
) -> Rounded:
    """Return the exact sum of squares, rounded once, with flags."""
    squares = [product(x, x) for x in _elements(fmt, a)]
    return _with_signals(fmt, a, pack_sum(to, squares, overflow, rounder))


def _with_signals(fmt: Format, a: ArrayLike, rounded: Rounded) -> Rounded:
    """Return results with the flag that signalling NaNs raise, too."""
    signals = signalling(fmt, np.asarray(a)).any(axis=-1)
    return rounded._replace(flags=rounded.flags | INVALID * signals)


def _elements(fmt: Format, a: ArrayLike) -> list[Numbers]:
    """Return the elements of vectors, one after the other."""
    codes = np.asarray(a)
    return [unpack(fmt, codes[..., i]) for i in range(codes.shape[-1])]


ENTRIES = {
    name: VectorOperation(function=function, cases=element_cases, flagged=flagged)
    for name, (function, flagged) in {
        "vector_maximum": (maximum, None),
        "vector_argmax": (argmax, None),
        "vector_sum": (total, total_flagged),
        "vector_sum_of_squares": (sum_of_squares, sum_of_squares_flagged),
    }.items()
}
