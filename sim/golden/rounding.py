# SPDX-License-Identifier: Apache-2.0
"""The one place of the golden model that rounds: every mode, overflow and the flags.

Everything is integer arithmetic and exact; see :mod:`spikefloat.sim.golden.values`.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import MAX_RANDOM_BITS, Format, Overflow, Rounding, resolve_overflow
from spikefloat.sim.golden.values import INT64_SIGNIFICAND_BITS, Numbers, bit_length

__all__ = [
    "DIVIDE_BY_ZERO",
    "INEXACT",
    "INVALID",
    "NEAREST_EVEN",
    "OVERFLOW",
    "UNDERFLOW",
    "Rounded",
    "Rounder",
    "encode",
    "pack",
    "round_half_even",
    "round_integer",
    "round_value",
]

#: Bits of the flags, in the order of RISC-V's fflags.
INEXACT, UNDERFLOW, OVERFLOW, DIVIDE_BY_ZERO, INVALID = 1, 2, 4, 8, 16


class Rounder(NamedTuple):
    """How to round: the mode, and what it needs beside the number."""

    mode: Rounding = Rounding.NEAREST_EVEN
    #: For stochastic modes, integers from 0 up to ``2**random_bits``, one for each number.
    random: ArrayLike = 0
    random_bits: int = 0  #: Number of random bits, 1 to :data:`MAX_RANDOM_BITS`; else 0.
    #: Whether a result is tiny if it was below the normal values before it was rounded; else, as in
    #: RISC-V, if it still is after rounding as if the exponent were unbounded.
    is_tiny_before: bool = False

    def check(self) -> None:
        """Refuse random bits that do not fit the mode.

        Raises
        ------
        ValueError
            If there are none for a stochastic mode or some for another, too many, or one of the
            numbers has more.
        """
        least, most = (1, MAX_RANDOM_BITS) if self.mode.is_stochastic else (0, 0)
        if not least <= self.random_bits <= most:
            raise InputError(
                f"Random bits of rounding {self.mode.value} must be from {least} to {most}, "
                f"not {self.random_bits}"
            )
        random = np.asarray(self.random)
        if ((random < 0) | (random >= 1 << self.random_bits)).any():
            raise InputError(f"Random numbers must be from 0 to {(1 << self.random_bits) - 1}")


#: Round to nearest, ties to even.
NEAREST_EVEN = Rounder()


class Rounded(NamedTuple):
    """Codes, and the flags that each of them raises."""

    codes: NDArray[np.int64]
    flags: NDArray[np.int64]  #: Sums of :data:`INEXACT` and so on.


def round_half_even(significand: NDArray[Any], shift: NDArray[Any]) -> NDArray[Any]:
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
    return np.asarray(
        np.where(to_below < to_above, below, np.where(to_above < to_below, above, even))
    )


def round_integer(
    significand: NDArray[Any],
    shift: NDArray[Any],
    sign: NDArray[Any],
    parity: NDArray[Any],
    rounder: Rounder,
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return ``significand / 2**shift`` rounded to an integer, and whether that is inexact.

    Parameters
    ----------
    significand : array of int
        Not negative.
    shift : array of int
        A negative one multiplies, which is exact.
    sign : array of bool
        True for a negative number.
    parity : array of int
        Is added to the integer below to tell whether its code is odd.
    rounder : Rounder
        The mode, with random numbers.
    """
    scaled = significand << np.maximum(-shift, 0)
    shift = np.maximum(shift, 0)
    if scaled.dtype != object:
        # The shift that an int64 can take; it brings every significand below one half. Stochastic
        # modes look at how far below, and so have Python integers.
        shift = np.minimum(shift, INT64_SIGNIFICAND_BITS + 1)
    below = scaled >> shift
    rest = scaled - (below << shift)
    unit = 1 << shift if scaled.dtype != object else np.left_shift(1, shift.astype(object))
    inexact = rest != 0
    is_odd = (below + parity) & 1 == 1
    bits, random = rounder.random_bits, np.asarray(rounder.random)
    match rounder.mode:
        case Rounding.NEAREST_EVEN | Rounding.NEAREST_EVEN_CODE:
            away = (rest > unit - rest) | ((rest == unit - rest) & is_odd)
        case Rounding.NEAREST_AWAY:
            away = inexact & (rest >= unit - rest)
        case Rounding.TOWARD_ZERO:
            away = np.zeros(rest.shape, bool)
        case Rounding.DOWN:
            away = inexact & sign
        case Rounding.UP:
            away = inexact & ~sign
        case Rounding.ODD:
            away = inexact & ~is_odd
        case Rounding.STOCHASTIC_A:
            away = ((rest << bits) >> shift) + random >= 1 << bits
        case Rounding.STOCHASTIC_B:
            away = ((rest << bits + 1) >> shift) + 2 * random + 1 >= 1 << bits + 1
        case Rounding.STOCHASTIC_C:
            away = round_half_even(rest << bits, shift) + random >= 1 << bits
    return below + away.astype(np.int64), inexact


def round_value(
    fmt: Format,
    sign: ArrayLike,
    significand: ArrayLike,
    exponent: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Round ``(-1)**sign * significand * 2**exponent`` to codes.

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
        format. A mode that never goes away from zero on that side gives the largest finite value;
        so does rounding to odd.
    rounder : Rounder
        How to round.

    Returns
    -------
    Rounded
        A zero keeps its sign if the format has a negative zero. In a format without zero, a
        positive value below the smallest becomes the smallest, and zero becomes NaN; in a format
        without sign, so does a negative value that is not zero: both are invalid. Where every
        significand is 1, a tie goes to the even code in a format with zero or where the mode asks
        for it, and else up to the next power of two.
    """
    rounder.check()
    policy = resolve_overflow(fmt, overflow)
    sign, significand, exponent = np.broadcast_arrays(sign, significand, exponent)
    if rounder.mode.is_stochastic:
        significand = significand.astype(object)
    is_zero = significand == 0
    # The last place of a result is worth 2**quantum: less for smaller values, down to the
    # subnormals, which share the last place of the smallest normal value.
    lowest = fmt.min_exponent - fmt.mantissa_bits
    length = bit_length(significand).astype(np.int64)
    quantum = np.maximum(exponent + length - fmt.precision, lowest)
    quantum = np.where(is_zero, lowest, quantum).astype(np.int64)
    # Codes count on by one. Where a mantissa has no bits, that is what "even" is about.
    by_code = not fmt.mantissa_bits and (fmt.has_zero or rounder.mode is Rounding.NEAREST_EVEN_CODE)
    parity = (quantum - lowest + (not fmt.has_zero)) * by_code
    steps, inexact = round_integer(significand, quantum - exponent, sign, parity, rounder)
    # Positive codes count the values of a format in order. Below the first doubling of the
    # quantum a code is the number of quanta; each doubling skips 2**mantissa_bits codes. So a
    # significand that rounds up to the next power of two needs no care. Beyond the last, 64 bits
    # might be too few.
    last = (fmt.max_code >> fmt.mantissa_bits) - fmt.has_zero
    magnitude = (np.minimum(quantum - lowest, last) << fmt.mantissa_bits) + steps.astype(np.int64)
    if not fmt.has_zero:
        magnitude = np.maximum(magnitude - (1 << fmt.mantissa_bits), 0)
    too_large = (magnitude > fmt.max_code) | (quantum - lowest > last)
    tiny = np.asarray(~is_zero & (exponent + length - 1 < fmt.min_exponent))
    edge = tiny & (exponent + length == fmt.min_exponent)
    if not rounder.is_tiny_before and edge.any():
        # With an unbounded exponent, these may round up to the smallest normal value.
        at_edge = rounder._replace(random=np.broadcast_to(rounder.random, edge.shape)[edge])
        shift = np.asarray(length - fmt.precision)[edge]
        unbounded, _ = round_integer(significand[edge], shift, sign[edge], 0 * shift, at_edge)
        tiny[edge] = unbounded != 1 << fmt.precision
    stays_finite = _stays_finite(rounder.mode, sign) | policy.saturates
    is_nan = np.zeros(magnitude.shape, dtype=bool)
    if fmt.infinity_code is None:
        is_nan = too_large & ~stays_finite
        magnitude = np.where(too_large, fmt.max_code, magnitude)
    else:
        beyond = np.where(stays_finite, fmt.max_code, fmt.infinity_code)
        magnitude = np.where(too_large, beyond, magnitude)
    invalid = np.zeros(magnitude.shape, dtype=bool)
    if not fmt.has_zero:
        invalid = invalid | is_zero
    if not fmt.is_signed:
        invalid = invalid | (sign & ~(is_zero if fmt.has_zero else False))
    if not fmt.has_negative_zero:
        sign = sign & (magnitude != 0)
    codes = np.where(sign, magnitude | fmt.signed_sign_mask, magnitude)
    if fmt.nan_code is not None:  # otherwise the policy has left none
        codes = np.where(is_nan | invalid, fmt.nan_code, codes)
    flags = np.where(
        invalid,
        INVALID,
        INEXACT * (inexact | too_large) + UNDERFLOW * (tiny & inexact) + OVERFLOW * too_large,
    )
    return Rounded(codes.astype(np.int64), flags.astype(np.int64))


def _stays_finite(mode: Rounding, sign: NDArray[Any]) -> NDArray[Any]:
    """Tell where a mode gives the largest finite value for one that is too large."""
    if mode is Rounding.DOWN:
        return ~sign
    if mode is Rounding.UP:
        return sign
    return np.full(sign.shape, mode in (Rounding.TOWARD_ZERO, Rounding.ODD))


def pack(
    fmt: Format,
    numbers: Numbers,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return the codes of ``numbers``, rounded once; NaN and infinity as documented here.

    An infinity stays one, as it is not an overflow, unless the policy is to give finite values
    only. A format without infinity treats it as a value too large: NaN, or the largest finite
    value with its sign, as the policy says; that raises overflow and inexact. Every NaN becomes
    the canonical one, and raises nothing. A format without NaN makes it a zero of the opposite
    sign, as ml_dtypes does, which is invalid.
    """
    policy = resolve_overflow(fmt, overflow)
    codes, flags = round_value(
        fmt, numbers.sign, numbers.significand, numbers.exponent, policy, rounder
    )
    code = fmt.infinity_code if policy is not Overflow.SATURATE_FINITE else None
    stays = code is not None
    infinity = fmt.max_code if code is None else code
    infinities = np.where(numbers.sign, infinity | fmt.signed_sign_mask, infinity)
    codes = np.where(numbers.is_infinite, infinities, codes)
    flags = np.where(numbers.is_infinite, 0 if stays else OVERFLOW + INEXACT, flags)
    if fmt.nan_code is None:
        codes = np.where(numbers.is_nan, np.where(numbers.sign, 0, fmt.signed_sign_mask), codes)
        return Rounded(codes, np.where(numbers.is_nan, INVALID, flags))
    becomes_nan = np.zeros(codes.shape, bool)
    if not fmt.has_infinity and policy is Overflow.NAN:
        becomes_nan = numbers.is_infinite
    if not fmt.is_signed:
        negative = numbers.is_infinite & numbers.sign
        flags = np.where(negative, INVALID, flags)
        becomes_nan = becomes_nan | negative
    codes = np.where(becomes_nan | numbers.is_nan, fmt.nan_code, codes)
    return Rounded(codes, np.where(numbers.is_nan, 0, flags))


def encode(
    fmt: Format,
    values: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
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
        rounder,
    ).codes
