# SPDX-License-Identifier: Apache-2.0
"""Golden model of integers: from floats and back, rounding to integral values, powers of two."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format, Integer, Overflow
from spikefloat.sim.golden.rounding import (
    DIVIDE_BY_ZERO,
    INEXACT,
    INVALID,
    NEAREST_EVEN,
    Rounded,
    Rounder,
    pack,
    round_integer,
)
from spikefloat.sim.golden.values import Numbers, bit_length, check_arithmetic, unpack

__all__ = [
    "exponent_of",
    "from_integer",
    "round_to_integral",
    "scale_by_power_of_two",
    "to_integer",
]


def to_integer(fmt: Format, to: Integer, a: ArrayLike, rounder: Rounder = NEAREST_EVEN) -> Rounded:
    """Return floats as integers, in two's complement where they have a sign.

    What is out of range becomes the nearest integer in range, and NaN the largest one, as in
    RISC-V; both are invalid, and then not inexact.
    """
    check_arithmetic(fmt)
    x = unpack(fmt, a)
    rounded, inexact = _rounded(x, rounder)
    # Objects, as not all of these are an int64.
    below, above = np.array(to.lowest - 1, object), np.array(to.highest + 1, object)
    infinite = np.where(x.sign & ~x.is_nan, below, above)
    signed = np.where(x.is_infinite | x.is_nan, infinite, np.where(x.sign, -rounded, rounded))
    invalid = np.asarray((signed < to.lowest) | (signed > to.highest), bool)
    limited = np.clip(signed, to.lowest, to.highest) & ((1 << to.width) - 1)
    flags = np.where(invalid, INVALID, INEXACT * inexact)
    return Rounded(limited.astype(np.uint64).view(np.int64), flags.astype(np.int64))


def from_integer(
    source: Integer,
    fmt: Format,
    a: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return integers as floats, rounded once; zero is +0."""
    check_arithmetic(fmt)
    value = source.decode(a)
    if source.width == 64:  # Not all of their magnitudes are an int64.
        value = value.astype(object)
    no = np.zeros(value.shape, bool)
    numbers = Numbers(
        sign=np.asarray(value < 0, bool),
        significand=abs(value),
        exponent=np.zeros(value.shape, np.int64),
        is_nan=no,
        is_infinite=no,
    )
    return pack(fmt, numbers, overflow, rounder)


def round_to_integral(
    fmt: Format,
    a: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return the integral value next to ``a``; a zero keeps the sign of ``a``.

    Inexact where that is not ``a`` (``roundToIntegralExact`` of IEEE 754-2019, clause 5.9). Where
    the format has not that value, as it is beyond the largest, the result overflows.
    """
    check_arithmetic(fmt)
    x = unpack(fmt, a)
    rounded, inexact = _rounded(x, rounder)
    whole = replace(x, significand=rounded, exponent=np.zeros_like(x.exponent))
    codes, flags = pack(fmt, whole, overflow, rounder)
    return Rounded(codes, flags | INEXACT * (inexact & x.is_finite))


def scale_by_power_of_two(
    fmt: Format,
    integer: Integer,
    a: ArrayLike,
    n: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return ``a * 2**n``, rounded once; ``n`` is an integer (``scaleB``, clause 5.3.3)."""
    check_arithmetic(fmt)
    x = unpack(fmt, a)
    # Further than from the smallest value past the largest nothing changes any more.
    furthest = 4 << fmt.exponent_bits
    steps = np.clip(integer.decode(n), -furthest, furthest)
    return pack(fmt, replace(x, exponent=x.exponent + steps), overflow, rounder)


def exponent_of(fmt: Format, a: ArrayLike, overflow: Overflow | str | None = None) -> Rounded:
    """Return the exponent of ``a`` as a float of the same format (``logB``, clause 5.3.3).

    That of a subnormal is as if it were normal; that of zero is minus infinity and divides by zero,
    that of an infinity is plus infinity. An exponent that the format has not is rounded to nearest
    even.
    """
    check_arithmetic(fmt)
    x = unpack(fmt, a)
    exponent = x.exponent + bit_length(x.significand) - 1
    numbers = Numbers(
        sign=np.where(x.is_zero, True, (exponent < 0) & ~x.is_infinite),
        significand=np.where(x.is_finite & ~x.is_zero, abs(exponent), 0),
        exponent=np.zeros_like(exponent),
        is_nan=x.is_nan,
        is_infinite=x.is_zero | x.is_infinite,
    )
    codes, flags = pack(fmt, numbers, overflow)
    return Rounded(codes, np.where(x.is_zero, DIVIDE_BY_ZERO, flags))


def _rounded(x: Numbers, rounder: Rounder) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the magnitudes of finite numbers as integers, and which of them are inexact."""
    significand = x.significand.astype(object)
    return round_integer(significand, -x.exponent, x.sign, 0 * x.exponent, rounder)
