# SPDX-License-Identifier: Apache-2.0
"""Golden model of questions about codes: compares, the total order, classes, neighbours, signs."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.golden.rounding import INVALID, Rounded
from spikefloat.sim.golden.values import check_arithmetic, check_codes, decode, unpack

__all__ = [
    "CLASSES",
    "COMPARES",
    "classify",
    "compare",
    "copy_sign",
    "next_down",
    "next_up",
    "predicate",
    "total_order",
]

#: Compares, each true or false of two numbers that are no NaN.
COMPARES = {
    "less": np.less,
    "less_equal": np.less_equal,
    "equal": np.equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
}

#: The ten classes of IEEE 754-2019 (clause 5.7.2), in the order of RISC-V's fclass: bit 0 first.
#: Here every NaN is of the last one.
CLASSES = (
    "negative infinity",
    "negative normal",
    "negative subnormal",
    "negative zero",
    "positive zero",
    "positive subnormal",
    "positive normal",
    "positive infinity",
    "signalling NaN",
    "quiet NaN",
)


def compare(
    name: str, fmt: Format, a: ArrayLike, b: ArrayLike, *, is_signalling: bool = False
) -> Rounded:
    """Return 1 where a relation of :data:`COMPARES` holds, else 0; it never does for NaN.

    Zeros are equal whatever their signs. A signalling compare of any NaN is invalid.
    """
    check_arithmetic(fmt)
    holds = COMPARES[name](decode(fmt, a), decode(fmt, b))
    is_nan = unpack(fmt, a).is_nan | unpack(fmt, b).is_nan
    return Rounded(holds.astype(np.int64), INVALID * (is_nan & is_signalling))


def total_order(fmt: Format, a: ArrayLike, b: ArrayLike) -> NDArray[np.bool_]:
    """Tell where ``a`` comes before ``b`` or is the same code (IEEE 754-2019, clause 5.10).

    From negative NaN over minus infinity, -0 and +0 to plus infinity and NaN; among NaNs of the same
    sign by their payload. The one NaN of a format without negative zero is the last of all.
    """
    check_arithmetic(fmt)
    return _rank(fmt, a) <= _rank(fmt, b)


def _rank(fmt: Format, codes: ArrayLike) -> NDArray[np.int64]:
    codes = check_codes(fmt, codes)
    magnitude = codes & fmt.magnitude_mask
    rank = np.where(codes & fmt.signed_sign_mask != 0, ~magnitude, magnitude)
    if not fmt.has_negative_zero and fmt.nan_code is not None:
        rank = np.where(codes == fmt.nan_code, fmt.magnitude_mask + 1, rank)
    return rank


def classify(fmt: Format, a: ArrayLike) -> NDArray[np.int64]:
    """Return a word of ten bits, of which the one for the class of ``a`` is set."""
    check_arithmetic(fmt)
    x = unpack(fmt, a)
    is_subnormal, is_normal = _normality(fmt, a)
    place = np.select(
        [x.is_nan, x.is_infinite, x.is_zero, is_subnormal, is_normal],
        [
            9,
            np.where(x.sign, 0, 7),
            np.where(x.sign, 3, 4),
            np.where(x.sign, 2, 5),
            1 + 5 * ~x.sign,
        ],
    )
    return np.asarray(np.left_shift(1, place))


def predicate(name: str, fmt: Format, a: ArrayLike) -> NDArray[np.bool_]:
    """Return whether one of the eight predicates of P3109 (section 4.5) holds.

    NaN has no sign here, unless its code has.
    """
    check_arithmetic(fmt)
    x = unpack(fmt, a)
    is_subnormal, is_normal = _normality(fmt, a)
    match name:
        case "is_zero":
            return x.is_zero
        case "is_one":
            return np.asarray(decode(fmt, a) == 1)
        case "is_nan":
            return x.is_nan
        case "is_infinite":
            return x.is_infinite
        case "is_finite":
            return x.is_finite
        case "is_sign_minus":
            # The one NaN of a format without negative zero only looks as if it had a sign.
            return x.sign & (~x.is_nan | fmt.has_negative_zero)
        case "is_normal":
            return is_normal
        case _:
            return is_subnormal


def copy_sign(name: str, fmt: Format, a: ArrayLike, b: ArrayLike) -> NDArray[np.int64]:
    """Return ``a`` with a sign from ``b``: ``copy``, ``negate`` or ``xor`` of both signs.

    A NaN stays as it is but for its sign (clause 5.5.1); in a format without negative zero, zero
    and NaN, which have no sign, stay what they are.
    """
    check_arithmetic(fmt)
    a, b = np.broadcast_arrays(check_codes(fmt, a), check_codes(fmt, b))
    mask = fmt.signed_sign_mask
    of_a, of_b = a & mask, b & mask
    sign = {"copy": of_b, "negate": of_b ^ mask, "xor": of_a ^ of_b}[name]
    result = (a & fmt.magnitude_mask) | sign
    if fmt.has_negative_zero:
        return result
    return np.where(a & fmt.magnitude_mask == 0, a, result)


def next_up(fmt: Format, a: ArrayLike) -> NDArray[np.int64]:
    """Return the least value greater than ``a`` (IEEE 754-2019, clause 5.3.1).

    From the largest finite value that is infinity, or the value itself where there is none; infinity
    and NaN stay. From the negative value next to zero it is -0, where there is one; from zero of
    either sign the smallest positive value.
    """
    return _next(fmt, a, is_down=False)


def next_down(fmt: Format, a: ArrayLike) -> NDArray[np.int64]:
    """Return the greatest value less than ``a``: ``-next_up(-a)``."""
    return _next(fmt, a, is_down=True)


def _next(fmt: Format, a: ArrayLike, *, is_down: bool) -> NDArray[np.int64]:
    check_arithmetic(fmt)
    x = unpack(fmt, a)
    magnitude = check_codes(fmt, a) & fmt.magnitude_mask
    grows = x.is_zero | (x.sign == is_down)
    highest = fmt.max_code if fmt.infinity_code is None else fmt.infinity_code
    moved = np.where(grows, np.minimum(magnitude + 1, highest), magnitude - 1)
    sign = np.where(x.is_zero, is_down, x.sign)
    if not fmt.has_negative_zero:
        sign = sign & (moved != 0)
    codes = np.where(sign, moved | fmt.signed_sign_mask, moved)
    return codes if fmt.nan_code is None else np.where(x.is_nan, fmt.nan_code, codes)


def _normality(fmt: Format, a: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return which codes are subnormal, and which are normal."""
    x = unpack(fmt, a)
    field = check_codes(fmt, a) & fmt.exponent_mask
    finite = x.is_finite & ~x.is_zero
    return finite & (field == 0), finite & (field != 0)
