# SPDX-License-Identifier: Apache-2.0
"""Golden model of what becomes of all elements of a vector: largest, its index, sum, squares."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.cases.vectors import element_cases
from spikefloat.sim.golden.rounding import pack
from spikefloat.sim.golden.values import Numbers, check_codes, unpack
from spikefloat.sim.golden.vectors.dot import exact_sum
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
    codes = np.asarray(a)
    one = np.full(codes.shape, fmt.bias << fmt.mantissa_bits)
    return _rounded(to, overflow, fmt, codes, one)


def sum_of_squares(fmt: Format, to: Format, overflow: Policy, a: ArrayLike) -> Codes:
    """Return the exact sum of squares, rounded once to nearest even."""
    codes = np.asarray(a)
    return _rounded(to, overflow, fmt, codes, codes)


def _rounded(to: Format, overflow: Policy, fmt: Format, a: Codes, b: Codes) -> Codes:
    exact: Numbers = exact_sum(fmt, np.atleast_2d(a), np.atleast_2d(b))
    return pack(to, exact, overflow).codes.reshape(a.shape[:-1])


ENTRIES = {
    name: VectorOperation(function=function, cases=element_cases)
    for name, function in {
        "vector_maximum": maximum,
        "vector_argmax": argmax,
        "vector_sum": total,
        "vector_sum_of_squares": sum_of_squares,
    }.items()
}
