# SPDX-License-Identifier: Apache-2.0
"""Golden model of the operations that do not round: signs, comparisons, minimum and maximum.

Each is stated on exact numbers. NaN results are canonical; but a NaN whose sign alone would change
keeps its payload (IEEE 754-2019, 5.5.1).
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.golden.extremes import EXTREMES, extreme
from spikefloat.sim.golden.rounding import pack
from spikefloat.sim.golden.values import check_arithmetic, check_codes, decode, unpack

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
    """Return the codes of ``-a``, of NaN too; what has no sign, as the only zero or NaN, stays."""
    check_arithmetic(fmt)
    return _with_sign(fmt, a, ~unpack(fmt, a).sign)


def absolute(fmt: Format, a: ArrayLike) -> NDArray[np.int64]:
    """Return the codes of ``|a|``; a NaN that has a sign becomes positive."""
    check_arithmetic(fmt)
    return _with_sign(fmt, a, np.zeros_like(unpack(fmt, a).sign))


def _with_sign(fmt: Format, a: ArrayLike, sign: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the codes of numbers with another sign, and NaNs with that sign and their payloads."""
    numbers = unpack(fmt, a)
    codes = pack(fmt, replace(numbers, sign=sign)).codes
    if not fmt.has_negative_zero:
        return codes  # There is one NaN at most, and it has no sign.
    payload = check_codes(fmt, a) & fmt.magnitude_mask
    return np.where(numbers.is_nan, payload | np.where(sign, fmt.signed_sign_mask, 0), codes)


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
