# SPDX-License-Identifier: Apache-2.0
"""What encoder and decoder must give, in exact integers.

A fixed-point number is a sign and a magnitude; the magnitude is an integer in units of
``2 ** -fraction_bits``.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.golden.rounding import round_half_even, round_value
from spikefloat.sim.golden.values import unpack

__all__ = ["Fixed", "decode_fixed", "encode_fixed"]


class Fixed(NamedTuple):
    """Decoded codes, one array each."""

    value: NDArray[np.int64]  #: Magnitudes; the largest one on overflow, zero for NaN.
    sign: NDArray[np.int64]  #: 1 for a negative number, zeros and infinities too; 0 for NaN.
    nan: NDArray[np.int64]  #: 1 for NaN.
    overflow: NDArray[np.int64]  #: 1 where the rounded value is larger than any magnitude.


def encode_fixed(
    fmt: Format,
    value: ArrayLike,
    sign: ArrayLike,
    *,
    fraction_bits: int,
    overflow: Overflow | str | None = None,
) -> NDArray[np.int64]:
    """Return the codes nearest to fixed-point numbers, a tie to the even one.

    Parameters
    ----------
    fmt : Format
        Format of the codes.
    value : array of int
        Magnitudes, in units of ``2 ** -fraction_bits``.
    sign : array of int
        1 for a negative number, negative zero included.
    fraction_bits : int
        Bits of a magnitude below the point.
    overflow : Overflow or str, optional
        What becomes of a number beyond the largest finite value.
    """
    magnitude = np.asarray(value, np.int64)
    return round_value(fmt, np.asarray(sign, bool), magnitude, -fraction_bits, overflow).codes


def decode_fixed(fmt: Format, codes: ArrayLike, *, integer_bits: int, fraction_bits: int) -> Fixed:
    """Return codes as fixed-point numbers, rounded to nearest, a tie to the even one.

    Parameters
    ----------
    fmt : Format
        Format of the codes.
    codes : array of int
        The codes.
    integer_bits, fraction_bits : int
        Bits of a magnitude above and below the point.
    """
    numbers = unpack(fmt, codes)
    largest = 2 ** (integer_bits + fraction_bits) - 1
    # Beyond this exponent every significand is too large; so shifts stay small.
    exponent = np.minimum(numbers.exponent, integer_bits + 1)
    rounded = round_half_even(numbers.significand, -(exponent + fraction_bits))
    overflow = numbers.is_infinite | (rounded > largest)
    return Fixed(
        value=np.where(overflow, largest, rounded).astype(np.int64),
        sign=(numbers.sign & ~numbers.is_nan).astype(np.int64),
        nan=numbers.is_nan.astype(np.int64),
        overflow=overflow.astype(np.int64),
    )
