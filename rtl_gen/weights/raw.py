# SPDX-License-Identifier: Apache-2.0
"""Arrays from the bytes of a file, after a check that they are there and not too many."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["MAX_ELEMENTS", "DamagedError", "check_shape", "make_array"]

#: Most elements of an array. The largest layer that can be built has a quarter.
MAX_ELEMENTS = 1 << 24


class DamagedError(Exception):
    """A part of a file cannot be what it is called; the message is why, without the file."""


def check_shape(shape: object, bits: int, available: int, what: str) -> tuple[tuple[int, ...], int]:
    """Return the shape and the number of bytes of an array, if the file has them.

    Parameters
    ----------
    shape : tuple of int
        What the file says about the array.
    bits : int
        Bits of an element.
    available : int
        Bytes that the file has for the array.
    what : str
        Which array it is, for messages.

    Raises
    ------
    DamagedError
        If the shape is none, the array is too large, or the file too short.
    """
    if not isinstance(shape, tuple | list) or not all(
        isinstance(axis, int) and axis >= 0 for axis in shape
    ):
        raise DamagedError(f"the shape of {what} must be whole numbers, not {shape!r}")
    count = math.prod(shape)
    if count > MAX_ELEMENTS:
        raise DamagedError(f"{what} must have at most {MAX_ELEMENTS} elements, not {count}")
    size = -(-count * bits // 8)
    if size > available:
        raise DamagedError(f"{what} needs {size} bytes, of which the file has {max(available, 0)}")
    return tuple(shape), size


def make_array(
    read: Callable[[int], bytes],
    dtype: np.dtype[Any],
    shape: object,
    what: str,
    available: int,
    is_fortran: bool = False,
) -> NDArray[Any]:
    """Return an array of bytes that are read now.

    Parameters
    ----------
    read : function
        Returns so many bytes of the file.
    dtype : numpy.dtype
        Type of the elements.
    shape : tuple of int
        Shape of the array.
    what : str
        Which array it is, for messages.
    available : int
        Bytes that the file has for the array.
    is_fortran : bool
        Whether the first axis changes fastest.

    Raises
    ------
    DamagedError
        If the elements are Python objects or records, or the bytes are not there.
    """
    if dtype.hasobject:
        raise DamagedError(f"{what} holds Python objects")
    if dtype.names or dtype.shape:
        raise DamagedError(f"{what} holds records")
    axes, size = check_shape(shape, 8 * dtype.itemsize, available, what)
    raw = read(size)
    read(1)  # An archive checks its sum where the array ends.
    if len(raw) < size:
        raise DamagedError(f"{what} needs {size} bytes, of which the file has {len(raw)}")
    return np.frombuffer(raw, dtype).reshape(axes, order="F" if is_fortran else "C")
