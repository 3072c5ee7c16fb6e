# SPDX-License-Identifier: Apache-2.0
"""Codes and the numbers they mean: exact unpacking, and the one place that rounds.

A finite number is an integer significand times a power of two, so everything here is integer
arithmetic and exact. Arrays hold 64-bit integers; where those are too narrow, arrays of Python
integers take their place, and the same expressions compute with either.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError, InputTypeError
from spikefloat.rtl_gen.formats import Format, NanEncoding, Overflow, resolve_overflow

__all__ = [
    "INT64_SIGNIFICAND_BITS",
    "Numbers",
    "bit_length",
    "check_arithmetic",
    "check_codes",
    "decode",
    "describe",
    "encode",
    "pack",
    "round_half_even",
    "round_value",
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

    sign: NDArray  #: Booleans; true for a negative number, negative zero and negative infinity.
    significand: NDArray  #: Integers, not negative.
    exponent: NDArray  #: Integers.
    is_nan: NDArray  #: Booleans.
    is_infinite: NDArray  #: Booleans; false for NaN.

    @property
    def is_zero(self) -> NDArray:
        """Which numbers are zero, of either sign."""
        return (self.significand == 0) & self.is_finite

    @property
    def is_finite(self) -> NDArray:
        """Which numbers are neither NaN nor infinite."""
        return ~self.is_nan & ~self.is_infinite

    def where(self, mask: NDArray) -> "Numbers":
        """Return the numbers at which ``mask`` is true, in one flat array.

        The numbers are broadcast to the shape of the mask first.
        """
        return Numbers(
            **{name: np.broadcast_to(field, mask.shape)[mask] for name, field in vars(self).items()}
        )


def check_codes(fmt: Format, codes: ArrayLike) -> NDArray[np.int64]:
    """Return ``codes`` as 64-bit integers, after a look at each of them.

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
            is_nan = codes == fmt.sign_mask
    field = magnitude >> fmt.mantissa_bits
    mantissa = magnitude & fmt.mantissa_mask
    if fmt.has_zero:
        significand = np.where(field > 0, mantissa + (1 << fmt.mantissa_bits), mantissa)
        field = np.maximum(field, 1)
    else:
        significand = mantissa + (1 << fmt.mantissa_bits)
    return Numbers(
        sign=codes & fmt.sign_mask != 0,
        significand=np.where(is_nan | is_infinite, 0, significand),
        exponent=field - fmt.bias - fmt.mantissa_bits,
        is_nan=is_nan,
        is_infinite=is_infinite,
    )


def bit_length(significand: NDArray) -> NDArray:
    """Return how many bits each integer needs; 0 for 0."""
    if significand.dtype == object:
        return _bit_length_of_objects(significand)
    return np.searchsorted(_POWERS_OF_TWO, significand, side="right")


def round_half_even(significand: NDArray, shift: NDArray) -> NDArray:
    """Return ``significand / 2**shift`` rounded to the nearest integer, a tie to the even one.

    A negative ``shift`` multiplies, which is exact.
    """
    scaled = significand << np.maximum(-shift, 0)
    shift = np.maximum(shift, 0)
    if scaled.dtype != object:
        # The shift that an int64 can take; it brings every significand below one half.
        shift = np.minimum(shift, INT64_SIGNIFICAND_BITS + 1)
    below = scaled >> shift
    above = below + 1
    to_below = scaled - (below << shift)
    to_above = (above << shift) - scaled
    even = below + (below & 1)
    return np.where(to_below < to_above, below, np.where(to_above < to_below, above, even))


def round_value(
    fmt: Format,
    sign: ArrayLike,
    significand: ArrayLike,
    exponent: ArrayLike,
    overflow: Overflow | str | None = None,
) -> NDArray[np.int64]:
    """Round ``(-1)**sign * significand * 2**exponent`` to codes: nearest, ties to even.

    Nothing else in the golden model rounds.

    Parameters
    ----------
    fmt : Format
        Format of the result.
    sign : array of bool
        True for a negative number.
    significand : array of int
        Not negative. Either 64-bit integers below ``2**INT64_SIGNIFICAND_BITS``, or an array of
        Python integers of any size.
    exponent : array of int
        Power of two of the last bit of the significand.
    overflow : Overflow or str, optional
        What becomes of a value that rounds past the largest finite one; by default, that of the
        format.

    Returns
    -------
    array of int64
        Codes. A zero keeps its sign if the format has a negative zero. In a format without zero,
        a positive value below the smallest becomes the smallest, and zero becomes NaN; in a
        format without sign, so does a negative value. In a format without mantissa bits, where
        every significand is 1 and thus odd, every tie goes up to the next power of two.
    """
    policy = resolve_overflow(fmt, overflow)
    sign, significand, exponent = np.broadcast_arrays(sign, significand, exponent)
    is_zero = significand == 0

    # The last place of a result is worth 2**quantum: less for smaller values, down to the
    # subnormals, which share the last place of the smallest normal value.
    lowest = fmt.min_exponent - fmt.mantissa_bits
    quantum = np.maximum(exponent + bit_length(significand) - fmt.precision, lowest)
    quantum = np.where(is_zero, lowest, quantum).astype(np.int64)
    steps = round_half_even(significand, quantum - exponent)

    # Positive codes count the values of a format in order. Below the first doubling of the
    # quantum a code is the number of quanta; each doubling skips 2**mantissa_bits codes. So a
    # significand that rounds up to the next power of two needs no care.
    magnitude = ((quantum - lowest) << fmt.mantissa_bits) + steps.astype(np.int64)
    if not fmt.has_zero:
        magnitude = np.maximum(magnitude - (1 << fmt.mantissa_bits), 0)

    too_large = magnitude > fmt.max_code
    is_nan = np.zeros(magnitude.shape, dtype=bool)
    if policy is Overflow.SATURATE:
        magnitude = np.where(too_large, fmt.max_code, magnitude)
    elif fmt.infinity_code is not None:
        magnitude = np.where(too_large, fmt.infinity_code, magnitude)
    else:
        is_nan = too_large
    if not fmt.has_zero:
        is_nan = is_nan | is_zero
    if not fmt.is_signed:
        is_nan = is_nan | sign
    if not fmt.has_negative_zero:
        sign = sign & (magnitude != 0)

    codes = np.where(sign, magnitude | fmt.sign_mask, magnitude)
    if fmt.nan_code is not None:  # otherwise the policy has left none
        codes = np.where(is_nan, fmt.nan_code, codes)
    return codes.astype(np.int64)


def pack(
    fmt: Format, numbers: Numbers, overflow: Overflow | str | None = None
) -> NDArray[np.int64]:
    """Return the codes of ``numbers``, rounded once; NaN and infinity as documented here.

    An infinity stays one under either policy, as it is not an overflow. A format without infinity
    treats it as a value too large: NaN, or the largest finite value with its sign, as the policy
    says. Every NaN becomes the canonical one. A format without NaN makes it a zero of the opposite
    sign, as ml_dtypes does.
    """
    policy = resolve_overflow(fmt, overflow)
    codes = round_value(fmt, numbers.sign, numbers.significand, numbers.exponent, policy)

    if fmt.infinity_code is not None:
        infinity = fmt.infinity_code
    else:
        infinity = fmt.max_code
    infinities = np.where(numbers.sign, infinity | fmt.sign_mask, infinity)
    codes = np.where(numbers.is_infinite, infinities, codes)

    if fmt.nan_code is None:
        return np.where(numbers.is_nan, np.where(numbers.sign, 0, fmt.sign_mask), codes)
    is_nan = numbers.is_nan
    if not fmt.has_infinity and policy is Overflow.NAN:
        is_nan = is_nan | numbers.is_infinite
    if not fmt.is_signed:
        is_nan = is_nan | (numbers.is_infinite & numbers.sign)
    return np.where(is_nan, fmt.nan_code, codes)


def decode(fmt: Format, codes: ArrayLike) -> NDArray[np.float64]:
    """Return the values of ``codes`` as ``float64``, which holds those of every format exactly."""
    numbers = unpack(fmt, codes)
    magnitude = np.ldexp(numbers.significand.astype(np.float64), numbers.exponent)
    magnitude = np.where(numbers.is_infinite, np.inf, magnitude)
    magnitude = np.where(numbers.is_nan, np.nan, magnitude)
    return np.where(numbers.sign & ~numbers.is_nan, -magnitude, magnitude)


def encode(
    fmt: Format, values: ArrayLike, overflow: Overflow | str | None = None
) -> NDArray[np.int64]:
    """Return the codes nearest to ``values``, which are floats, rounded once as in :func:`pack`."""
    values = np.asarray(values, dtype=np.float64)
    is_finite = np.isfinite(values)
    fraction, exponent = np.frexp(np.where(is_finite, np.abs(values), 0.0))
    return pack(
        fmt,
        Numbers(
            sign=np.signbit(values),
            significand=np.asarray(fraction * 2.0**53, dtype=np.int64),  # 53 bits: exact
            exponent=np.asarray(exponent, dtype=np.int64) - 53,
            is_nan=np.isnan(values),
            is_infinite=np.isinf(values),
        ),
        overflow,
    )


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
