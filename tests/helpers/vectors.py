# SPDX-License-Identifier: Apache-2.0
"""A stranger's vectors: values of ml_dtypes, fractions, and a search for the nearest value.

Nothing here knows how the golden model or the circuits work.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable
from fractions import Fraction
from functools import cache

import numpy as np
from ml_dtypes import bfloat16, float8_e4m3fn, float8_e5m2

__all__ = ["code_of_sum", "nearest_code", "ordered_values", "values"]

_DTYPES = {"e4m3fn": float8_e4m3fn, "e5m2": float8_e5m2, "bfloat16": bfloat16}
_NAN = {"e4m3fn": 0x7F, "e5m2": 0x7E, "bfloat16": 0x7FC0}
_INFINITY = {"e5m2": 0x7C, "bfloat16": 0x7F80}


@cache
def values(fmt: str) -> np.ndarray:
    """Return the value of each code."""
    dtype = np.dtype(_DTYPES[fmt])
    bits = 8 * dtype.itemsize
    codes = np.arange(1 << bits).astype(f"u{dtype.itemsize}")
    with np.errstate(invalid="ignore"):  # signalling NaNs
        return codes.view(dtype).astype(np.float64)


@cache
def _magnitudes(fmt: str) -> list[Fraction]:
    """Return finite values without sign in order, and the one that would come after the largest."""
    finite = [
        Fraction(x) for x in values(fmt)[: len(values(fmt)) // 2].tolist() if math.isfinite(x)
    ]
    return [*finite, 2 * finite[-1] - finite[-2]]


def nearest_code(fmt: str, exact: Fraction, *, is_negative: bool) -> int:
    """Return the code whose value is nearest, of two the even one; beyond, infinity or NaN."""
    table, magnitude = _magnitudes(fmt), abs(exact)
    place = bisect_left(table, magnitude)
    if place == len(table):
        place -= 1
    elif place:
        below, above = magnitude - table[place - 1], table[place] - magnitude
        if below < above or (below == above and place % 2):
            place -= 1
    if place == len(table) - 1:
        if fmt not in _INFINITY:
            return _NAN[fmt]
        place = _INFINITY[fmt]
    return place | is_negative * len(values(fmt)) // 2


def code_of_sum(fmt: str, terms: Iterable[tuple[float, ...]]) -> int:
    """Return the code of the exact sum of products of floats."""
    total, special, negatives = Fraction(0), 0.0, []
    for factors in terms:
        negatives.append(math.prod(math.copysign(1, x) for x in factors) < 0)
        if all(map(math.isfinite, factors)):
            total += math.prod(map(Fraction, factors))
        else:
            special += math.prod(factors)  # Python's own floats know what becomes of infinities
    if math.isnan(special):
        return _NAN[fmt]
    sign = len(values(fmt)) // 2
    if math.isinf(special):
        infinity = _INFINITY.get(fmt)
        return _NAN[fmt] if infinity is None else infinity | (special < 0) * sign
    is_negative = all(negatives) if total == 0 else total < 0
    return nearest_code(fmt, total, is_negative=is_negative)


def ordered_values(fmt: str) -> np.ndarray:
    """Return the value of each code, with -0 a little below +0, for numpy to compare."""
    own = values(fmt)
    return np.where((own == 0) & np.signbit(own), -1e-300, own)
