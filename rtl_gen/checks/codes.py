# SPDX-License-Identifier: Apache-2.0
"""Codes and the numbers they mean, by the name of a format."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow, find_format
from spikefloat.sim.golden import rounding, values

__all__ = ["WORD_BITS", "apart", "common_axes", "decode", "encode", "named_format", "side_by_side"]

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
        return codes.view(np.uint64)  # those of 64 bits may be numbers in two's complement
    lanes = codes.reshape(*codes.shape[: codes.ndim - axes], -1)
    if lanes.shape[-1] * width > WORD_BITS:
        return lanes
    places = np.arange(lanes.shape[-1], dtype=np.uint64) * np.uint64(width)
    return np.asarray(np.bitwise_or.reduce(lanes.astype(np.uint64) << places, axis=-1))


def apart(codes: NDArray[Any], count: int, width: int) -> NDArray[np.int64]:
    """Return the codes that a port has side by side, on an axis of their own."""
    if width * count > WORD_BITS:  # the axis of bits
        bits = codes.reshape(*codes.shape[:-1], count, width).astype(np.int64)
        return np.asarray((bits << np.arange(width)).sum(axis=-1))
    places = np.arange(count, dtype=np.uint64) * np.uint64(width)
    lanes = codes[..., None].astype(np.uint64) >> places & np.uint64((1 << width) - 1)
    return lanes.astype(np.int64)


def common_axes(
    circuit: str, arrays: Mapping[str, NDArray[np.int64]], own: Mapping[str, tuple[int, ...]]
) -> tuple[int, ...]:
    """Return the axes of operands before those that each has for itself.

    Parameters
    ----------
    circuit : str
        Its name, for messages.
    arrays : mapping of str to array of int
        Codes of each operand.
    own : mapping of str to tuple of int
        The last axes of each.

    Raises
    ------
    InputError
        If an operand has other axes.
    """
    common = []
    for name, array in arrays.items():
        place = array.ndim - len(own[name])
        if place < 0 or array.shape[place:] != own[name]:
            raise InputError(
                f"Operand {name!r} of {circuit} must end with axes of {own[name]}, "
                f"not have the shape {array.shape}"
            )
        common.append(array.shape[:place])
    try:
        return np.broadcast_shapes(*common)
    except ValueError:
        given = ", ".join(map(str, common))
        raise InputError(f"Operands of {circuit} must have one shape, not {given}") from None
