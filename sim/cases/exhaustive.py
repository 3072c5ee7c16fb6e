# SPDX-License-Identifier: Apache-2.0
"""Which operands a bench drives, and which of them concern which design.

Designs of several widths may share a bench. It then drives what any of them needs, and each is
checked on the cases that are its own.
"""

from collections.abc import Sequence
from math import prod

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format

__all__ = ["MAX_CASES", "PAIRS", "concerns", "operand_cases"]

#: Names of the sets of operands that need no file.
PAIRS = ("all", "published")

#: More cases than this take a simulator too long.
MAX_CASES = 2**24


def operand_cases(
    formats: Sequence[Format],
    count: int,
    pairs: str | NDArray[np.int64],
    widths: Sequence[int | None] = (),
) -> tuple[NDArray[np.int64], ...]:
    """Return the operands of every case, one array for each operand.

    Operands change one bit at a time where they can. An event-driven simulator then has a third
    less to do than in counting order.

    Parameters
    ----------
    formats
        Formats of the designs of the bench.
    count
        Number of operands.
    pairs
        "all" for all combinations of all codes; "published" for all combinations of codes of
        finite values that are not negative; else an array with one row for each case and one
        column for each operand.
    widths
        Number of bits of each operand, None for that of a code; by default all are codes.

    Raises
    ------
    InputError
        If there is no such set, there are too many cases, or the array has the wrong shape or
        codes too large for every format.
    """
    if not isinstance(pairs, str):
        rows = np.asarray(pairs)
        if rows.ndim != 2 or rows.shape[1] != count or rows.dtype.kind not in "iu":
            raise InputError(
                f"Operands must be rows of {count} integers, not {rows.dtype} {rows.shape}"
            )
        for column, size in zip(rows.T, _sizes(formats, count, "all", widths), strict=True):
            lowest = 0 if size < 1 << 64 else -size  # codes of 64 bits are in two's complement
            wrong = column[(column < lowest) | (column >= size)]
            if wrong.size:
                raise InputError(f"Operand must be from 0 to {size - 1:#x}, not {wrong[0]}")
        return tuple(rows.T.astype(np.int64))
    if pairs not in PAIRS:
        raise InputError(f"Pairs must be {' or '.join(PAIRS)}, not {pairs!r}")
    sizes = _sizes(formats, count, pairs, widths)
    if prod(sizes) > MAX_CASES:
        raise InputError(f"Number of cases must be at most {MAX_CASES}, not {prod(sizes)}")
    codes = map(_gray_codes, sizes)
    return tuple(axis.ravel() for axis in np.meshgrid(*codes, indexing="ij"))


def _sizes(
    formats: Sequence[Format], count: int, pairs: str, widths: Sequence[int | None]
) -> list[int]:
    """Return the number of codes of each operand."""
    every = pairs == "all"
    size = max(2**fmt.width if every else fmt.max_code + 1 for fmt in formats)
    return [2**width if width else size for width in widths or (None,) * count]


def concerns(
    fmt: Format,
    operands: Sequence[NDArray[np.int64]],
    pairs: str | NDArray[np.int64],
    widths: Sequence[int | None] = (),
) -> NDArray[np.bool_]:
    """Tell which cases concern a design of format ``fmt``; see :func:`operand_cases`."""
    is_published = isinstance(pairs, str) and pairs == "published"
    limit = fmt.max_code + 1 if is_published else 2**fmt.width
    limits = [2**width if width else limit for width in widths or (None,) * len(operands)]
    fits = [operand < end for operand, end in zip(operands, limits, strict=True)]
    return np.asarray(np.logical_and.reduce(fits))


def _gray_codes(size: int) -> NDArray[np.int64]:
    """Return the codes from 0 to ``size - 1``, neighbours being one bit apart if they can be."""
    counts = np.arange(1 << (size - 1).bit_length())
    codes = counts ^ counts >> 1
    return codes[codes < size]
