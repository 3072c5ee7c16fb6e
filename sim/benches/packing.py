# SPDX-License-Identifier: Apache-2.0
"""Integers as the bytes that benches and simulators exchange, lowest bits first."""

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError

__all__ = ["pack_lanes", "pack_vector", "unpack_lanes"]

Bits = NDArray[np.uint8]


def pack_vector(codes: list[int], width: int) -> int:
    """Return codes side by side, element 0 lowest."""
    return sum(code << width * place for place, code in enumerate(codes))


def pack_lanes(values: NDArray[np.int64], width: int) -> Bits:
    """Return rows of integers as rows of bytes, the first integer in the lowest bits.

    Raises
    ------
    InputError
        If a value does not fit a signed or an unsigned lane.
    """
    if values.size and not -(1 << width - 1) <= values.min() <= values.max() < 1 << width:
        raise InputError(
            f"Values must fit {width} bits, not be from {values.min()} to {values.max()}"
        )
    if width % 8 == 0 or values.shape[1] == 1:
        # Whole bytes need no detour over bits.
        size = -(-width // 8)
        masked = values.astype(np.int64) & (1 << min(width, 63)) - 1
        lanes = np.ascontiguousarray(masked, "<i8").view(np.uint8).reshape(*values.shape, 8)
        if size <= 7:
            return np.ascontiguousarray(lanes[..., :size]).reshape(len(values), -1)
    bits = (values[:, :, None] >> np.arange(width) & 1).astype(np.uint8)
    return np.packbits(bits.reshape(len(values), -1), axis=1, bitorder="little")


def unpack_lanes(
    rows: Bits, lanes: int, width: int = 1, *, is_signed: bool = False
) -> NDArray[np.int64]:
    """Return rows of bytes as rows of integers, from lanes of so many bits."""
    if lanes == 1 and width <= 56 or width % 8 == 0 and width <= 56:
        size = -(-width // 8)
        parts = rows[:, : lanes * size].reshape(len(rows), lanes, size).astype(np.int64)
        values = parts @ (1 << 8 * np.arange(size, dtype=np.int64))
        return np.where(values >> width - 1, values - (1 << width), values) if is_signed else values
    bits = np.unpackbits(rows, axis=1, bitorder="little", count=lanes * width)
    weights = 1 << np.arange(width)
    if is_signed:
        weights[-1] *= -1
    return bits.reshape(len(rows), lanes, width).astype(np.int64) @ weights
