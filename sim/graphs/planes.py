# SPDX-License-Identifier: Apache-2.0
"""Bit planes: the same bit of many trials side by side, 64 trials to a word.

A port of ``width`` bits is an array of shape ``(width, words)``: row ``i`` holds bit ``i``, and bit
``k`` of word ``w`` belongs to trial ``64 * w + k``. One logic instruction on a row then acts on all
trials. What lies beyond the last trial is padding, and may be anything.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError, InputTypeError

__all__ = [
    "WORD_BITS",
    "Planes",
    "all_pairs_planes",
    "counter_planes",
    "pack_codes",
    "unpack_bits",
    "unpack_codes",
    "word_count",
]

#: Trials in one word.
WORD_BITS = 64

#: An array of words, one row to a bit. Words are little-endian, so that bytes are trials in order.
Planes = NDArray[np.uint64]

_WORD = np.dtype("<u8")

# Rows of words within one word: bit i of the numbers 0 to 63.
_COUNTER = tuple(
    sum(1 << trial for trial in range(WORD_BITS) if trial >> bit & 1) for bit in range(6)
)

# Steps of transposing an 8 x 8 bit matrix held in a word: exchange the bits under the mask with
# those `shift` places above.
_TRANSPOSE = (
    (np.uint64(7), np.uint64(0x00AA00AA00AA00AA)),
    (np.uint64(14), np.uint64(0x0000CCCC0000CCCC)),
    (np.uint64(28), np.uint64(0x00000000F0F0F0F0)),
)


def word_count(trials: int) -> int:
    """Return how many words hold one bit of each of ``trials`` trials."""
    return -(-trials // WORD_BITS)


def pack_codes(codes: ArrayLike, width: int, *, what: str = "Codes") -> Planes:
    """Return codes as bit planes.

    Parameters
    ----------
    codes : array_like of int
        Shape ``(trials,)``, or ``(trials, lanes)`` for a port with several codes side by side,
        the first in the least significant bits.
    width : int
        Bits of one code, at most 64.
    what : str
        What the codes are, for error messages.

    Returns
    -------
    numpy.ndarray
        Planes of shape ``(lanes * width, words)``; padding is zero.

    Raises
    ------
    TypeError
        If the codes are not integers.
    ValueError
        If a code does not fit into ``width`` bits.
    """
    array = _check_codes(codes, width, what)
    lanes = array if array.ndim > 1 else array[:, np.newaxis]
    bytes_of_row = -(-len(lanes) // 8)
    planes = np.zeros((lanes.shape[1] * width, word_count(len(lanes))), _WORD)
    rows = planes.view(np.uint8)[:, :bytes_of_row]
    for lane in range(lanes.shape[1]):
        octets = np.ascontiguousarray(lanes[:, lane]).view(np.uint8)
        octets = octets.reshape(len(lanes), array.itemsize)
        for low in range(0, width, 8):
            octet = np.ascontiguousarray(octets[:, low // 8])
            for bit in range(low, min(low + 8, width)):
                rows[lane * width + bit] = np.packbits(
                    octet & np.uint8(1 << bit - low), bitorder="little"
                )
    return planes


def unpack_codes(planes: Planes, trials: int) -> NDArray[np.unsignedinteger[Any]]:
    """Return the codes that bit planes of at most 64 rows hold.

    They have the smallest unsigned type that is wide enough. The opposite of :func:`pack_codes`.

    Raises
    ------
    ValueError
        If there are more than 64 rows.
    """
    width, words = planes.shape
    if width > WORD_BITS:
        raise InputError(f"Planes of codes must be at most {WORD_BITS}, not {width}")
    dtype = _code_type(width)
    rows = np.ascontiguousarray(planes, _WORD).view(np.uint8)
    codes = np.zeros((words * WORD_BITS, dtype.itemsize), np.uint8)
    for low in range(0, width, 8):
        matrix = np.zeros((words * 8, 8), np.uint8)
        matrix[:, : min(8, width - low)] = rows[low : low + 8].T
        codes[:, low // 8] = _transpose(matrix.view(_WORD).ravel()).view(np.uint8)
    return codes.view(dtype).ravel()[:trials]


def unpack_bits(planes: Planes, trials: int) -> NDArray[np.uint8]:
    """Return the bits that bit planes hold, as zeros and ones of shape ``(trials, width)``."""
    rows = np.ascontiguousarray(planes, _WORD).view(np.uint8)
    return np.unpackbits(rows, axis=1, count=trials, bitorder="little").T


def counter_planes(width: int, words: int, first_word: int = 0) -> Planes:
    """Return the planes of consecutive numbers, modulo ``2 ** width``.

    Trial ``t`` has the number ``t + 64 * first_word``. Sweeps too large for memory are made piece
    by piece.
    """
    index = np.arange(first_word, first_word + words, dtype=_WORD)
    planes = np.empty((width, words), _WORD)
    for bit, row in enumerate(planes):
        if bit < len(_COUNTER):
            row[:] = _COUNTER[bit]
        else:
            np.right_shift(index, np.uint64(bit - len(_COUNTER)), row)
            np.bitwise_and(row, np.uint64(1), row)
            np.negative(row, row)
    return planes


def all_pairs_planes(
    width_a: int, width_b: int, *, words: int | None = None, first_word: int = 0
) -> tuple[Planes, Planes]:
    """Return the planes of every pair of operands.

    Trial ``t`` has the pair ``a, b = divmod(t, 2 ** width_b)``.

    Parameters
    ----------
    width_a, width_b : int
        Bits of the operands.
    words : int, optional
        How many words to make; all of them by default.
    first_word : int
        Where to begin.

    Returns
    -------
    tuple of numpy.ndarray
        Planes of ``a`` and of ``b``.
    """
    if words is None:
        words = word_count(1 << width_a + width_b) - first_word
    planes = counter_planes(width_a + width_b, words, first_word)
    return planes[width_b:], planes[:width_b]


def _check_codes(codes: ArrayLike, width: int, what: str) -> NDArray[np.unsignedinteger[Any]]:
    array = np.asarray(codes)
    if array.dtype.kind not in "bui":
        raise InputTypeError(f"{what} must be integers, not {array.dtype}")
    always_fits = array.dtype.kind != "i" and 8 * array.itemsize <= width
    if array.size and not always_fits:
        for value in (int(array.min()), int(array.max())):
            if not 0 <= value < 1 << width:
                raise InputError(f"{what} must be between 0 and {(1 << width) - 1}, not {value}")
    return array.astype(_code_type(width), copy=False)


def _code_type(width: int) -> np.dtype[np.unsignedinteger[Any]]:
    return next(np.dtype(f"<u{size}") for size in (1, 2, 4, 8) if width <= 8 * size)


def _transpose(matrices: Planes) -> Planes:
    """Transpose, in place, the 8 x 8 bit matrix in each word."""
    swap = np.empty_like(matrices)
    for shift, mask in _TRANSPOSE:
        np.right_shift(matrices, shift, swap)
        np.bitwise_xor(swap, matrices, swap)
        np.bitwise_and(swap, mask, swap)
        np.bitwise_xor(matrices, swap, matrices)
        np.left_shift(swap, shift, swap)
        np.bitwise_xor(matrices, swap, matrices)
    return matrices
