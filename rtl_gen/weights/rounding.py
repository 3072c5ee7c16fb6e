# SPDX-License-Identifier: Apache-2.0
"""Numbers to codes of a format and back, each rounded once.

Numbers are floats of any type, or exact fractions where weights were scaled or joined before.
"""

import sys
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow, resolve_overflow

__all__ = ["code_values", "format_of_dtype", "quantise", "to_floats", "to_fractions"]

#: Bits of the floats that fractions become; two more than any format has would do.
_FLOAT_BITS = 52

#: Formats that weights may come in.
_FORMATS = [fmt for fmt in FORMATS.values() if fmt.is_signed and fmt.width <= 16]

#: Exponent of the smallest subnormal float64.
_MIN_EXPONENT = -1074


def quantise(
    fmt: Format,
    values: NDArray[np.floating[Any]],
    overflow: Overflow | str | None = None,
    *,
    what: str = "Values",
) -> NDArray[np.int64]:
    """Return the codes nearest to finite values, ties to the even code.

    Parameters
    ----------
    fmt : Format
        Format of up to 16 bits, with a zero and a sign.
    values : array of float
        What to round; of any float type of numpy, also one that is wider than 64 bits.
    overflow : Overflow or str, optional
        ``saturate`` makes the largest finite value of whatever is too large; otherwise that is
        refused.
    what : str
        What the values are, for error messages.

    Returns
    -------
    array of int64
        The codes, of the same shape.

    Raises
    ------
    InputError
        If a value is NaN, infinite or, unless the policy says otherwise, too large.
    """
    array = np.asarray(values)
    array = array.astype(np.promote_types(array.dtype, np.float64), copy=False)
    if not np.isfinite(array).all():
        wrong = array[~np.isfinite(array)].flat[0]
        raise InputError(f"{what} must be finite, not {wrong}")
    magnitudes = _magnitudes(fmt)
    # Past the middle between two neighbours, or on it if the upper one is even, it is the upper
    # one. Sums of neighbours are exact in float64, and so is half of them. The last middle is that
    # between the largest value and the next one, if the format went on.
    step = magnitudes[-1] - magnitudes[-2]
    following = np.append(magnitudes[1:], magnitudes[-1] + step)
    middles = ((magnitudes + following) / 2).astype(array.dtype)
    size = np.abs(array)
    codes = np.searchsorted(middles, size, side="left")
    tie = middles[np.minimum(codes, len(middles) - 1)] == size
    codes = codes + (tie & (codes % 2 == 1))
    if (codes > fmt.max_code).any():
        if resolve_overflow(fmt, overflow) is not Overflow.SATURATE:
            wrong = array[codes > fmt.max_code].flat[0]
            raise InputError(
                f"{what} must be at most {float(fmt.max_value):g} in size for {fmt.name}, "
                f"not {wrong:g}"
            )
        codes = np.minimum(codes, fmt.max_code)
    negative = np.signbit(array) & (codes != 0 if not fmt.has_negative_zero else True)
    return np.asarray(np.where(negative, codes | fmt.sign_mask, codes).astype(np.int64))


def _magnitudes(fmt: Format) -> NDArray[np.float64]:
    """Return every finite value that is not negative, in the order of the codes."""
    codes = np.arange(fmt.max_code + 1)
    field, mantissa = codes >> fmt.mantissa_bits, codes & fmt.mantissa_mask
    significand = np.where(field > 0, mantissa + (1 << fmt.mantissa_bits), mantissa)
    exponent = np.maximum(field, 1) - fmt.bias - fmt.mantissa_bits
    return np.asarray(np.ldexp(significand.astype(np.float64), exponent))


def code_values(fmt: Format, codes: NDArray[Any]) -> NDArray[np.float64]:
    """Return the values of codes of a format of up to 16 bits, with a zero and a sign.

    What is neither a number nor a code of the format is NaN.
    """
    table = np.full(1 << (8 if fmt.width <= 8 else 16), np.nan)
    magnitudes = _magnitudes(fmt)
    for sign, mask in ((1, 0), (-1, fmt.sign_mask)):
        table[mask : mask + len(magnitudes)] = sign * magnitudes
        if fmt.infinity_code is not None:
            table[mask | fmt.infinity_code] = sign * np.inf
    if fmt.nan_code == fmt.sign_mask:
        table[fmt.sign_mask] = np.nan
    return np.asarray(table[codes])


def format_of_dtype(dtype: np.dtype[Any]) -> Format | None:
    """Return the format whose codes an array has in memory, or None if its type does not say.

    These are the types of ``ml_dtypes``, which need not be installed. A ``.npy`` file keeps only
    their size, and among those of two bytes there is but bfloat16.
    """
    name = "bfloat16" if dtype == "V2" else dtype.name
    if name == "float16":  # of numpy itself, in any order of its bytes
        return None
    return next((fmt for fmt in _FORMATS if name in (fmt.name, *fmt.aliases)), None)


def to_fractions(values: NDArray[Any], what: str = "Values") -> NDArray[np.object_]:
    """Return the exact values of floats or integers as an array of fractions.

    Parameters
    ----------
    values : array
        Floats, integers, codes of a known type, or fractions, which stay what they are.
    what : str
        What the values are, for error messages.

    Raises
    ------
    InputError
        If a value is NaN or infinite.
    """
    if values.dtype.kind == "O":
        return values
    fmt = format_of_dtype(values.dtype)
    if values.dtype.name in ("int2", "int4", "uint2", "uint4"):  # of ml_dtypes
        values = values.astype(np.int64)
    elif fmt is not None:
        values = code_values(fmt, values.view(f"u{values.dtype.itemsize}"))
    if not np.isfinite(values).all():
        raise InputError(f"{what} must be finite, not {values[~np.isfinite(values)].flat[0]}")
    found = np.empty(values.size, object)
    found[:] = [Fraction(*value.as_integer_ratio()) for value in values.ravel().tolist()]
    return found.reshape(values.shape)


def to_floats(values: NDArray[Any]) -> NDArray[Any]:
    """Return floats that round to any format of up to 16 bits as given values do.

    Fractions are rounded to odd: what is not exact has an odd significand, which is on the same
    side of every number of fewer bits as the fraction, and on none of them. So a format that these
    floats are rounded to gets what it would get from the fractions (Boldo and Melquiond, "Emulation
    of a FMA and correctly rounded sums: proved algorithms using rounding to odd", 2008).
    """
    if values.dtype.kind != "O":
        return values
    floats = [_to_odd(value) for value in values.ravel()]
    return np.array(floats, np.float64).reshape(values.shape)


def _to_odd(value: Fraction) -> float:
    above, below = abs(value.numerator), value.denominator
    exponent = max(above.bit_length() - below.bit_length() - _FLOAT_BITS, _MIN_EXPONENT)
    if exponent > 0:
        below <<= exponent
    else:
        above <<= -exponent
    significand, rest = divmod(above, below)
    try:
        size = min(float(significand | bool(rest)) * 2.0**exponent, sys.float_info.max)
    except OverflowError:
        size = sys.float_info.max  # which is odd
    return -size if value < 0 else size
