# SPDX-License-Identifier: Apache-2.0
"""Codes and the numbers they mean, by the name of a format."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format, Overflow, find_format
from spikefloat.sim.golden import rounding, values

__all__ = ["WORD_BITS", "decode", "encode", "named_format", "side_by_side"]

#: Widest port whose codes are one number in the exact simulation.
WORD_BITS = 64


def encode(
    format: Format | str, numbers: ArrayLike, overflow: Overflow | str | None = None
) -> NDArray[np.int64]:
    """Return the codes nearest to numbers, a tie to the even one.

    Parameters
    ----------
    format : Format or str
        The format.
    numbers : array_like of float
        The numbers, infinities and NaN included.
    overflow : Overflow or str, optional
        ``nan`` or ``saturate``: what becomes of a number that is too large.

    Examples
    --------
    >>> encode("e4m3fn", [1.5, -2, 448, 1e9]).tolist()
    [60, 192, 126, 127]
    """
    return rounding.encode(named_format(format), numbers, overflow)


def decode(format: Format | str, codes: ArrayLike) -> NDArray[np.float64]:
    """Return the numbers that codes mean, exactly.

    Examples
    --------
    >>> decode("e4m3fn", [0x3C, 0xC0, 0x7E, 0x7F]).tolist()
    [1.5, -2.0, 448.0, nan]
    """
    return values.decode(named_format(format), codes)


def named_format(format: Format | str) -> Format:
    """Return a format, which may be given by its name."""
    return find_format(format) if isinstance(format, str) else format


def side_by_side(codes: NDArray[np.int64], axes: int, width: int) -> NDArray[Any]:
    """Return the codes of the last axes as a port takes them: one number, or many lanes."""
    if not axes:
        return codes
    lanes = codes.reshape(*codes.shape[: codes.ndim - axes], -1)
    if lanes.shape[-1] * width > WORD_BITS:
        return lanes
    places = np.arange(lanes.shape[-1], dtype=np.uint64) * np.uint64(width)
    return np.asarray(np.bitwise_or.reduce(lanes.astype(np.uint64) << places, axis=-1))
