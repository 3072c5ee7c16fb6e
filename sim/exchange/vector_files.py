# SPDX-License-Identifier: Apache-2.0
"""Files of test vectors as Berkeley TestFloat writes them: operands, result and flags on each line.

All are hexadecimal numbers with spaces between them. The flags are those of
:mod:`spikefloat.sim.golden.rounding`: from bit 4 down invalid, division by zero, overflow,
underflow, inexact.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError

__all__ = ["Vectors", "parse_vectors", "print_vectors"]

_FLAG_BITS = 5
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]+")


class Vectors(NamedTuple):
    """Cases, one for each line of a file."""

    operands: list[NDArray[np.int64]]  #: Codes of each operand.
    result: NDArray[np.int64]
    flags: NDArray[np.int64] | None  #: None if the lines have none.


def print_vectors(vectors: Vectors, widths: Sequence[int], result_width: int) -> str:
    """Return cases as lines.

    Parameters
    ----------
    vectors : Vectors
        The cases.
    widths : sequence of int
        Number of bits of each operand.
    result_width : int
        Number of bits of the result.
    """
    columns = [*zip(vectors.operands, widths, strict=True), (vectors.result, result_width)]
    # Codes of 64 bits are numbers in two's complement.
    columns = [(codes.astype(np.uint64), width) for codes, width in columns]
    if vectors.flags is not None:
        columns.append((vectors.flags, _FLAG_BITS))
    line = " ".join(f"{{:0{-(-width // 4)}X}}" for _, width in columns) + "\n"
    return "".join(map(line.format, *(column.tolist() for column, _ in columns)))


def parse_vectors(
    text: str, widths: Sequence[int], result_width: int, *, needs_flags: bool = True
) -> Vectors:
    """Return the cases of lines.

    Parameters
    ----------
    text : str
        The lines, each with the same number of columns.
    widths : sequence of int
        Number of bits of each operand.
    result_width : int
        Number of bits of the result.
    needs_flags : bool
        Whether lines must have flags, or may.

    Raises
    ------
    InputError
        If there is no line, or one is not as it must be; it is named by its number.
    """
    every = [*widths, result_width, _FLAG_BITS]
    lines = text.splitlines()
    if not lines:
        raise InputError("Vectors must be at least one line, not an empty file")
    count = len(lines[0].split())
    if needs_flags or count != len(every) - 1:
        count = len(every)
    rows = [_row(number, line, every[:count]) for number, line in enumerate(lines, 1)]
    columns = list(np.array(rows, np.uint64).astype(np.int64).T)
    flags = columns[len(every) - 1] if count == len(every) else None
    return Vectors(columns[: len(widths)], columns[len(widths)], flags)


def _row(number: int, line: str, widths: Sequence[int]) -> list[int]:
    """Return the numbers of one line."""
    words = line.split()
    if len(words) != len(widths) or not all(map(_HEXADECIMAL.fullmatch, words)):
        operands = len(widths) - 1 - (widths[-1] == _FLAG_BITS)
        raise InputError(
            f"Line {number} of the vectors must be {len(widths)} hexadecimal numbers "
            f"({operands} operand{'s' * (operands > 1)}, result"
            f"{', flags' * (operands + 2 == len(widths))}), not {line!r}"
        )
    codes = [int(word, 16) for word in words]
    for word, code, width in zip(words, codes, widths, strict=True):
        if code >> width:
            raise InputError(
                f"Line {number} of the vectors must have a number of {width} bits, not {word!r}"
            )
    return codes
