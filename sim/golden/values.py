# SPDX-License-Identifier: Apache-2.0
"""Codes and the numbers they mean, exactly.

A finite number is an integer significand times a power of two, so everything here is integer
arithmetic and exact. Arrays hold 64-bit integers; where those are too narrow, arrays of Python
integers take their place, and the same expressions compute with either.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError, InputTypeError
from spikefloat.rtl_gen.formats import Format, Integer, NanEncoding

__all__ = [
    "INT64_SIGNIFICAND_BITS",
    "Numbers",
    "bit_length",
    "check_arithmetic",
    "check_codes",
    "decode",
    "describe",
    "in_smallest",
    "signalling",
    "unpack",
    "value",
]

#: Longest significand that an array of 64-bit integers may have: rounding needs two bits more.
INT64_SIGNIFICAND_BITS = 61

_POWERS_OF_TWO = 1 << np.arange(63, dtype=np.int64)
_bit_length_of_objects = np.frompyfunc(int.bit_length, 1, 1)


@dataclass(frozen=True)
class Numbers:
    """Unpacked numbers, exactly: ``(-1)**sign * significand * 2**exponent``.

    Fields are arrays that broadcast against each other. Each of the two flags overrides
    significand and exponent, and NaN the sign too.
    """

    sign: NDArray[
        Any
    ]  #: Booleans; true for a negative number, negative zero and negative infinity.
    significand: NDArray[Any]  #: Integers, not negative.
    exponent: NDArray[Any]  #: Integers.
    is_nan: NDArray[Any]  #: Booleans.
    is_infinite: NDArray[Any]  #: Booleans; false for NaN.

    @property
    def is_zero(self) -> NDArray[Any]:
        """Which numbers are zero, of either sign."""
        return np.asarray((self.significand == 0) & self.is_finite)

    @property
    def is_finite(self) -> NDArray[Any]:
        """Which numbers are neither NaN nor infinite."""
        return np.asarray(~self.is_nan & ~self.is_infinite)

    def where(self, mask: NDArray[Any]) -> "Numbers":
        """Return the numbers at which ``mask`` is true, in one flat array.

        The numbers are broadcast to the shape of the mask first.
        """
        if mask.all():  # quicker than to choose all of them one by one
            return Numbers(
                **{
                    name: np.broadcast_to(field, mask.shape).ravel()
                    for name, field in vars(self).items()
                }
            )
        return Numbers(
            **{name: np.broadcast_to(field, mask.shape)[mask] for name, field in vars(self).items()}
        )


def check_codes(fmt: Format | Integer, codes: ArrayLike) -> NDArray[np.int64]:
    """Return ``codes`` as 64-bit integers, after a look at each of them.

    Codes of 64 bits are numbers in two's complement then; as operands they may be either.

    Raises
    ------
    TypeError
        If a code is not an integer.
    ValueError
        If a code does not fit the width of the format.
    """
    array = np.asarray(codes)
    if array.dtype.kind not in "iu":
        raise InputTypeError(f"Code must be an integer, not {array.dtype}")
    if fmt.width == 64:
        return array.astype(np.uint64).view(np.int64)
    wrong = (array < 0) | (array >> fmt.width != 0)
    if wrong.any():
        code = array[wrong].flat[0]
        raise InputError(f"Code of {fmt.name} must be from 0 to {2**fmt.width - 1:#x}, not {code}")
    return array.astype(np.int64)


def check_arithmetic(fmt: Format) -> None:
    """Refuse a format that cannot hold zero or a sign: that of a scale."""
    if not (fmt.has_zero and fmt.is_signed):
        raise InputError(f"Format must have a zero and a sign, not {fmt.name!r}")


def unpack(fmt: Format, codes: ArrayLike) -> Numbers:
    """Return the numbers that ``codes`` mean, exactly."""
    codes = check_codes(fmt, codes)
    magnitude = codes & fmt.magnitude_mask
    is_infinite = np.zeros(codes.shape, dtype=bool)
    match fmt.nan:
        case NanEncoding.NONE:
            is_nan = np.zeros(codes.shape, dtype=bool)
        case NanEncoding.IEEE:
            is_nan = magnitude > fmt.exponent_mask
            is_infinite = magnitude == fmt.exponent_mask
        case NanEncoding.ALL_ONES:
            is_nan = magnitude == fmt.magnitude_mask
        case NanEncoding.NEGATIVE_ZERO:
            is_nan = codes == fmt.signed_sign_mask
    if fmt.is_extended:
        is_infinite = (magnitude == fmt.infinity_code) & ~is_nan
    field = magnitude >> fmt.mantissa_bits
    mantissa = magnitude & fmt.mantissa_mask
    if fmt.has_zero:
        significand = np.where(field > 0, mantissa + (1 << fmt.mantissa_bits), mantissa)
        field = np.maximum(field, 1)
    else:
        significand = mantissa + (1 << fmt.mantissa_bits)
    return Numbers(
        sign=codes & fmt.signed_sign_mask != 0,
        significand=np.where(is_nan | is_infinite, 0, significand),
        exponent=field - fmt.bias - fmt.mantissa_bits,
        is_nan=is_nan,
        is_infinite=is_infinite,
    )


def signalling(fmt: Format, codes: ArrayLike) -> NDArray[np.bool_]:
    """Tell which codes are signalling NaNs: those whose highest mantissa bit is zero.

    IEEE 754-2019 (6.2.1) has it so; formats of other standards have quiet NaNs only.
    """
    mantissa = check_codes(fmt, codes) & fmt.mantissa_mask
    is_low = mantissa < (fmt.mantissa_mask + 1) // 2
    return np.asarray(unpack(fmt, codes).is_nan & is_low & (fmt.nan is NanEncoding.IEEE))


def in_smallest(fmt: Format, numbers: Numbers) -> NDArray[Any]:
    """Return finite numbers as integers, in units of the smallest one; of over 8 bits, Python's."""
    significand = numbers.significand.astype(object if fmt.width > 8 else np.int64)
    magnitude = significand << (numbers.exponent - (fmt.min_exponent - fmt.mantissa_bits))
    return np.asarray(np.where(numbers.sign, -magnitude, magnitude))


def bit_length(significand: NDArray[Any]) -> NDArray[Any]:
    """Return how many bits each integer needs; 0 for 0."""
    if significand.dtype == object:
        return np.asarray(_bit_length_of_objects(significand))
    return np.searchsorted(_POWERS_OF_TWO, significand, side="right")


def decode(fmt: Format, codes: ArrayLike) -> NDArray[np.float64]:
    """Return the values of ``codes`` as ``float64``, which holds those of every format exactly."""
    numbers = unpack(fmt, codes)
    magnitude = np.ldexp(numbers.significand.astype(np.float64), numbers.exponent)
    magnitude = np.where(numbers.is_infinite, np.inf, magnitude)
    magnitude = np.where(numbers.is_nan, np.nan, magnitude)
    return np.where(numbers.sign & ~numbers.is_nan, -magnitude, magnitude)


def value(fmt: Format, code: int) -> Fraction | float:
    """Return the value of one code: a fraction, or an infinite or NaN ``float``.

    The sign of a zero is lost.
    """
    numbers = unpack(fmt, code)
    if numbers.is_nan or numbers.is_infinite:
        return float(decode(fmt, code))
    magnitude = int(numbers.significand) * Fraction(2) ** int(numbers.exponent)
    return -magnitude if numbers.sign else magnitude


def describe(fmt: Format, code: int) -> str:
    """Return the value of one code in a few characters, for people: ``1.875``, ``-0``, ``NaN``."""
    number = float(decode(fmt, code))
    if np.isnan(number):
        return "NaN"
    if np.isinf(number):
        return "Inf" if number > 0 else "-Inf"
    return repr(number).removesuffix(".0")
