# SPDX-License-Identifier: Apache-2.0
"""Golden model of what becomes of all elements of a vector: largest, its index, sum, squares."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.cases.vectors import element_cases
from spikefloat.sim.golden.arithmetic import product
from spikefloat.sim.golden.rounding import NEAREST_EVEN
from spikefloat.sim.golden.sums import pack_sum
from spikefloat.sim.golden.values import Numbers, check_codes, unpack
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
    return pack_sum(to, _elements(fmt, a), overflow, NEAREST_EVEN).codes


def sum_of_squares(fmt: Format, to: Format, overflow: Policy, a: ArrayLike) -> Codes:
    """Return the exact sum of squares, rounded once to nearest even."""
    squares = [product(x, x) for x in _elements(fmt, a)]
    return pack_sum(to, squares, overflow, NEAREST_EVEN).codes


def _elements(fmt: Format, a: ArrayLike) -> list[Numbers]:
    """Return the elements of vectors, one after the other."""
    codes = np.asarray(a)
    return [unpack(fmt, codes[..., i]) for i in range(codes.shape[-1])]


ENTRIES = {
    name: VectorOperation(function=function, cases=element_cases)
    for name, function in {
        "vector_maximum": maximum,
        "vector_argmax": argmax,
        "vector_sum": total,
        "vector_sum_of_squares": sum_of_squares,
    }.items()
}
