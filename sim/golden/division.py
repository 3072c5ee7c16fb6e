# SPDX-License-Identifier: Apache-2.0
"""Golden model of quotients, roots and remainders, by integer division and integer roots.

A quotient or a root seldom ends. It is computed to more places than any rounding looks at, and one
more bit tells whether anything is left: such a number rounds as the exact one does.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.golden.rounding import (
    DIVIDE_BY_ZERO,
    INVALID,
    NEAREST_EVEN,
    Rounded,
    Rounder,
    pack,
)
from spikefloat.sim.golden.values import Numbers, check_arithmetic, unpack

__all__ = ["divide", "fmod", "reciprocal", "reciprocal_root", "remainder", "square_root"]

_isqrt = np.frompyfunc(math.isqrt, 1, 1)


def divide(
    fmt: Format,
    a: ArrayLike,
    b: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
    to: Format | None = None,
) -> Rounded:
    """Return ``a / b``.

    0 / 0 and infinity / infinity are NaN and invalid. Another number divided by zero is infinite,
    with the sign of both, and raises the flag for it; infinity divided by zero is infinite without
    a flag. A format whose zero has no sign has no sign for that infinity either: there it is NaN.
    """
    check_arithmetic(fmt)
    return _quotient(unpack(fmt, a), unpack(fmt, b), fmt, to or fmt, overflow, rounder)


def reciprocal(
    fmt: Format,
    a: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
    to: Format | None = None,
) -> Rounded:
    """Return ``1 / a``, as :func:`divide` does."""
    check_arithmetic(fmt)
    return _quotient(_one(a), unpack(fmt, a), fmt, to or fmt, overflow, rounder)


def square_root(
    fmt: Format,
    a: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
    to: Format | None = None,
) -> Rounded:
    """Return the square root of ``a``; that of -0 is -0, that of a negative number is invalid."""
    check_arithmetic(fmt)
    x, to = unpack(fmt, a), to or fmt
    invalid = x.sign & ~x.is_zero & ~x.is_nan
    places = _places(to, rounder)
    # Shifted left by an even number of bits, until the root has as many as are needed.
    shift = 2 * places + (x.exponent & 1)
    radicand = x.significand.astype(object) << shift
    root = _isqrt(radicand)
    return _finish(
        to,
        Numbers(
            sign=x.sign,
            significand=root << 1 | (root * root != radicand),
            exponent=(x.exponent - shift) // 2 - 1,
            is_nan=x.is_nan | invalid,
            is_infinite=x.is_infinite & ~invalid,
        ),
        INVALID * invalid,
        overflow,
        rounder,
    )


def reciprocal_root(
    fmt: Format,
    a: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
    to: Format | None = None,
) -> Rounded:
    """Return ``1 / sqrt(a)``, rounded once (IEEE 754-2019, clause 9.2: rSqrt).

    That of a zero is infinite, with the sign of the zero, and divides by zero; NaN in a format whose
    zero has no sign. That of infinity is zero, that of a negative number invalid.
    """
    check_arithmetic(fmt)
    x, to = unpack(fmt, a), to or fmt
    invalid = x.sign & ~x.is_zero & ~x.is_nan
    by_zero = x.is_zero
    no_sign = by_zero & (not fmt.has_negative_zero)
    places = 2 * _places(to, rounder) + 2 * fmt.precision
    significand = np.where(x.significand > 0, x.significand, 1).astype(object)
    # sqrt(2**(2 * places) / significand), with an even exponent.
    odd = x.exponent & 1
    significand = significand << odd
    square = (np.full(significand.shape, 1, object) << 2 * places) // significand
    root = _isqrt(square)
    exact = root * root * significand == 1 << 2 * places
    is_infinite = by_zero & ~no_sign
    return _finish(
        to,
        Numbers(
            sign=x.sign,
            significand=np.where(x.is_infinite, 0, root << 1 | ~exact.astype(bool)),
            exponent=-places - (x.exponent - odd) // 2 - 1,
            is_nan=x.is_nan | invalid | no_sign,
            is_infinite=is_infinite,
        ),
        INVALID * invalid + DIVIDE_BY_ZERO * by_zero,
        overflow,
        rounder,
    )


def remainder(fmt: Format, a: ArrayLike, b: ArrayLike) -> Rounded:
    """Return ``a - n * b``, exact, with the integer ``n`` nearest to ``a / b``, a tie to the even.

    IEEE 754-2019, clause 5.3.1. Invalid if ``a`` is infinite or ``b`` zero. A result of zero has the
    sign of ``a``.
    """
    return _remainder(fmt, a, b, to_nearest=True)


def fmod(fmt: Format, a: ArrayLike, b: ArrayLike) -> Rounded:
    """Return ``a - n * b``, exact, with ``a / b`` cut off to the integer ``n``, as C's ``fmod``."""
    return _remainder(fmt, a, b, to_nearest=False)


def _remainder(fmt: Format, a: ArrayLike, b: ArrayLike, *, to_nearest: bool) -> Rounded:
    check_arithmetic(fmt)
    x, y = unpack(fmt, a), unpack(fmt, b)
    invalid = (x.is_infinite | y.is_zero) & ~x.is_nan & ~y.is_nan
    exponent = np.minimum(x.exponent, y.exponent)
    dividend, divisor = (
        number.significand.astype(object) << (number.exponent - exponent) for number in (x, y)
    )
    safe = np.where(divisor == 0, 1, divisor)
    # Nothing is left over by an infinite divisor.
    count = np.where(y.is_infinite, 0, dividend // safe)
    rest = dividend - count * safe
    if to_nearest:
        up = (2 * rest > safe) | ((2 * rest == safe) & (count & 1 == 1))
        rest = np.where(up & ~y.is_infinite, rest - safe, rest)
    return _finish(
        fmt,
        Numbers(
            sign=x.sign ^ (rest < 0),
            significand=abs(rest),
            exponent=exponent,
            is_nan=x.is_nan | y.is_nan | invalid,
            is_infinite=np.zeros(np.shape(rest), bool),
        ),
        INVALID * invalid,
        None,
        NEAREST_EVEN,
    )


def _places(to: Format, rounder: Rounder) -> int:
    """Return how many bits any rounding looks at, the one below the last place included."""
    return to.precision + rounder.random_bits + 3


def _one(like: ArrayLike) -> Numbers:
    """Return the number one, in the shape of an array."""
    no = np.zeros(np.shape(like), bool)
    one = np.ones(np.shape(like), np.int64)
    return Numbers(sign=no, significand=one, exponent=0 * one, is_nan=no, is_infinite=no)


def _quotient(
    x: Numbers,
    y: Numbers,
    fmt: Format,
    to: Format,
    overflow: Overflow | str | None,
    rounder: Rounder,
) -> Rounded:
    invalid = (x.is_zero & y.is_zero) | (x.is_infinite & y.is_infinite)
    by_zero = y.is_zero & x.is_finite & ~x.is_zero
    no_sign = y.is_zero & ~x.is_nan & (not fmt.has_negative_zero)
    # As many bits as are needed, whatever the significands.
    shift = _places(to, rounder) + fmt.precision
    dividend = x.significand.astype(object) << shift
    divisor = np.where(y.significand > 0, y.significand, 1).astype(object)
    quotient = dividend // divisor
    significand = quotient << 1 | (quotient * divisor != dividend)
    is_nan = x.is_nan | y.is_nan | invalid | no_sign
    return _finish(
        to,
        Numbers(
            sign=x.sign ^ y.sign,
            significand=np.where(y.is_infinite, 0, significand),
            exponent=x.exponent - y.exponent - shift - 1,
            is_nan=is_nan,
            is_infinite=(x.is_infinite | by_zero) & ~is_nan,
        ),
        INVALID * invalid + DIVIDE_BY_ZERO * by_zero,
        overflow,
        rounder,
    )


def _finish(
    to: Format,
    numbers: Numbers,
    flags: NDArray[Any],
    overflow: Overflow | str | None,
    rounder: Rounder,
) -> Rounded:
    """Return the rounded numbers; the flags of the operation take the place of those of rounding."""
    codes, of_rounding = pack(to, numbers, overflow, rounder)
    return Rounded(codes, np.where(flags != 0, flags, of_rounding))
