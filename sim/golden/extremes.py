# SPDX-License-Identifier: Apache-2.0
"""Golden model of the minima and maxima of IEEE 754-2019 (clause 9.6) and P3109.

Each is a choice between the operands: by value or by magnitude, the lesser or the greater one. They
differ in what a NaN, or an infinity, does. -0 is less than +0; of equal magnitudes, the choice is by
value. A NaN result is the canonical one.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.golden.values import (
    Numbers,
    check_arithmetic,
    check_codes,
    decode,
    signalling,
    unpack,
)

__all__ = ["EXTREMES", "Extreme", "extreme"]


@dataclass(frozen=True, kw_only=True)
class Extreme:
    """Which of two operands is chosen."""

    is_greater: bool
    by_magnitude: bool = False
    #: What is passed over for the other operand: nothing, so that NaN wins; "nan" (the Number
    #: operations); "quiet" (quiet NaN only: minNum and maxNum of IEEE 754-2008, 5.3.1); "infinity"
    #: (NaN and infinities: P3109's MinimumFinite and MaximumFinite).
    ignores: str = ""


def _family(name: str, *, is_greater: bool) -> dict[str, Extreme]:
    return {
        name: Extreme(is_greater=is_greater),
        f"{name}_number": Extreme(is_greater=is_greater, ignores="nan"),
        f"{name}_magnitude": Extreme(is_greater=is_greater, by_magnitude=True),
        f"{name}_magnitude_number": Extreme(
            is_greater=is_greater, by_magnitude=True, ignores="nan"
        ),
        f"{name}_finite": Extreme(is_greater=is_greater, ignores="infinity"),
    }


#: All of them, by name.
EXTREMES: dict[str, Extreme] = {
    **_family("minimum", is_greater=False),
    **_family("maximum", is_greater=True),
    "min_num": Extreme(is_greater=False, ignores="quiet"),
    "max_num": Extreme(is_greater=True, ignores="quiet"),
}


def extreme(which: Extreme, fmt: Format, a: ArrayLike, b: ArrayLike) -> NDArray[np.int64]:
    """Return the operand that is chosen, or NaN.

    Where both operands are passed over, the choice is as if neither were: NaN if one is NaN, else
    between two infinities.
    """
    check_arithmetic(fmt)
    a, b = np.broadcast_arrays(check_codes(fmt, a), check_codes(fmt, b))
    x, y = unpack(fmt, a), unpack(fmt, b)
    first = _precedes(fmt, a, b, x, y, which.by_magnitude)
    takes_a = ~first if which.is_greater else first
    out_a, out_b = (
        _is_passed_over(which, number) & ~(signalling(fmt, codes) & (which.ignores == "quiet"))
        for number, codes in ((x, a), (y, b))
    )
    only_one = out_a ^ out_b
    selected = np.where(np.where(only_one, out_b, takes_a), a, b)
    is_nan = (x.is_nan | y.is_nan) & ~only_one
    if which.ignores == "quiet":
        is_nan = is_nan | signalling(fmt, a) | signalling(fmt, b)
    if fmt.nan_code is None:
        return selected
    return np.where(is_nan, fmt.nan_code, selected)


def _is_passed_over(which: Extreme, number: Numbers) -> NDArray[Any]:
    if which.ignores in ("nan", "quiet"):
        return number.is_nan
    if which.ignores == "infinity":
        return np.asarray(number.is_nan | number.is_infinite)
    return np.zeros(number.is_nan.shape, bool)


def _precedes(
    fmt: Format, a: NDArray[Any], b: NDArray[Any], x: Numbers, y: Numbers, by_magnitude: bool
) -> NDArray[Any]:
    """Tell where ``a`` comes before ``b``; for NaN that means nothing."""
    left, right = decode(fmt, a), decode(fmt, b)
    by_value = (left < right) | ((left == right) & x.sign & ~y.sign)
    if not by_magnitude:
        return np.asarray(by_value)
    return np.asarray((abs(left) < abs(right)) | ((abs(left) == abs(right)) & by_value))
