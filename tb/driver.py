# SPDX-License-Identifier: Apache-2.0
"""Driving a combinational design through many operands, as fast as cocotb goes."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from cocotb.triggers import Timer
from numpy.typing import NDArray

__all__ = ["drive_cases"]


async def drive_cases(inputs, output, operands: Sequence[NDArray]) -> NDArray[np.uint8]:
    """Apply every case and return what came out.

    Almost all the time goes into crossing between Python and the simulator. So handles are looked
    up once, one trigger is used again and again, an operand is written only when it changes, and
    the output is read as bytes.

    Parameters
    ----------
    inputs : sequence of handles
        Input signals, as many as there are operands. Those that change least come first.
    output : handle
        Output signal, of whole bytes.
    operands
        One array for each input, all of the same length.

    Returns
    -------
    array of bytes
        One row for each case; the least significant byte of the output is in column 0.

    Raises
    ------
    AssertionError
        If the output has undefined bits.
    """
    *slow_inputs, fast_input = inputs
    *slow_operands, fast_operand = operands
    fast_values = fast_operand.tolist()
    settled = Timer(1, "step")
    rows = []
    case = 0
    try:
        for start, stop in pairwise(_row_bounds(slow_operands, len(fast_values))):
            for handle, values in zip(slow_inputs, slow_operands, strict=True):
                handle.value = int(values[start])
            for case in range(start, stop):
                fast_input.value = fast_values[case]
                await settled
                rows.append(output.value.to_bytes(byteorder="little"))
    except ValueError:
        given = ", ".join(f"{values[case]:#x}" for values in operands)
        raise AssertionError(
            f"Output must be defined, not {output.value}, for operands {given}"
        ) from None
    return np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), len(output) // 8)


def _row_bounds(operands: Sequence[NDArray], count: int) -> list[int]:
    """Return the cases at which any of the operands changes, from the first to the end."""
    changes = np.zeros(max(count - 1, 0), bool)
    for values in operands:
        changes |= values[1:] != values[:-1]
    return [0, *(np.flatnonzero(changes) + 1).tolist(), count]
