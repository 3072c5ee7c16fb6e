# SPDX-License-Identifier: Apache-2.0
"""Golden model of the operations that do not round: signs, comparisons, minimum and maximum.

Each is stated on exact numbers. NaN results are canonical, also where only a sign would change.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.golden.extremes import EXTREMES, extreme
from spikefloat.sim.golden.rounding import pack
from spikefloat.sim.golden.values import check_arithmetic, decode, unpack

__all__ = [
    "absolute",
    "equal",
    "less",
    "maximum",
    "minimum",
    "negate",
    "relu",
    "unordered",
]


def negate(fmt: Format, a: ArrayLike) -> NDArray[np.int64]:
    """Return the codes of ``-a``; the only zero of a format without negative zero stays."""
    check_arithmetic(fmt)
    numbers = unpack(fmt, a)
    return pack(fmt, replace(numbers, sign=~numbers.sign)).codes


def absolute(fmt: Format, a: ArrayLike) -> NDArray[np.int64]:
    """Return the codes of ``|a|``."""
    check_arithmetic(fmt)
    numbers = unpack(fmt, a)
    return pack(fmt, replace(numbers, sign=np.zeros_like(numbers.sign))).codes


def relu(fmt: Format, a: ArrayLike) -> NDArray[np.int64]:
    """Return ``a`` where it is positive or NaN, else +0, also for -0 and negative infinity."""
    check_arithmetic(fmt)
    numbers = unpack(fmt, a)
    return pack(
        fmt,
        replace(
            numbers,
            sign=np.zeros_like(numbers.sign),
            significand=np.where(numbers.sign, 0, numbers.significand),
            is_infinite=numbers.is_infinite & ~numbers.sign,
        ),
    ).codes


def less(fmt: Format, a: ArrayLike, b: ArrayLike) -> NDArray[np.bool_]:
    """Tell where ``a < b``. Zeros are equal whatever their signs; NaN is less than nothing."""
    check_arithmetic(fmt)
    return decode(fmt, a) < decode(fmt, b)


def equal(fmt: Format, a: ArrayLike, b: ArrayLike) -> NDArray[np.bool_]:
    """Tell where ``a == b``. Zeros are equal whatever their signs; NaN is equal to nothing."""
    check_arithmetic(fmt)
    return np.asarray(decode(fmt, a) == decode(fmt, b))


def unordered(fmt: Format, a: ArrayLike, b: ArrayLike) -> NDArray[np.bool_]:
    """Tell where ``a`` or ``b`` is NaN."""
    check_arithmetic(fmt)
    return np.asarray(unpack(fmt, a).is_nan | unpack(fmt, b).is_nan)


def minimum(fmt: Format, a: ArrayLike, b: ArrayLike) -> NDArray[np.int64]:
    """Return the lesser of ``a`` and ``b`` as IEEE 754-2019 ``minimum``.

    NaN if either is NaN; -0 is less than +0.
    """
    return extreme(EXTREMES["minimum"], fmt, a, b)


def maximum(fmt: Format, a: ArrayLike, b: ArrayLike) -> NDArray[np.int64]:
    """Return the greater of ``a`` and ``b`` as IEEE 754-2019 ``maximum``.

    NaN if either is NaN; +0 is greater than -0.
    """
    return extreme(EXTREMES["maximum"], fmt, a, b)
