# SPDX-License-Identifier: Apache-2.0
"""Operands for operations with too many cases to try them all: corners, then seeded random ones."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.cases.corners import (
    corner_codes,
    directed_pairs,
    random_codes,
    random_pairs,
    random_triples,
)

__all__ = ["EXHAUSTIVE_CASES", "SEED", "is_exhaustive", "sampled_operands"]

#: Most cases that are all tried in RTL simulation: every pair of codes of ten bits.
EXHAUSTIVE_CASES = 2**20

#: Seed of the random operands.
SEED = 1

#: Corner codes that are combined in triples: as many as give about 40,000 of them.
_TRIPLE_CORNERS = 31


def is_exhaustive(fmt: Format, operand_count: int) -> bool:
    """Tell whether an operation has few enough cases to try them all."""
    return (1 << fmt.width * operand_count) <= EXHAUSTIVE_CASES


def sampled_operands(
    fmt: Format, operand_count: int, random_count: int, seed: int = SEED
) -> NDArray[np.int64]:
    """Return directed and then random operands, one row for each case.

    Parameters
    ----------
    fmt : Format
        Format of the operands.
    operand_count : int
        1, 2 or 3.
    random_count : int
        Number of random cases.
    seed : int
        Seed of the random cases.

    Raises
    ------
    ValueError
        If there is another number of operands.
    """
    if operand_count == 1:
        directed = corner_codes(fmt)[:, None]
        drawn = random_codes(fmt, random_count, seed)[:, None]
    elif operand_count == 2:
        directed = np.stack(directed_pairs(fmt), axis=1)
        drawn = np.stack(random_pairs(fmt, random_count, seed), axis=1)
    elif operand_count == 3:
        corners = corner_codes(fmt)
        ends = [0, 1, fmt.max_code, fmt.sign_mask, fmt.sign_mask | fmt.max_code]
        corners = np.union1d(corners[:: max(1, len(corners) // _TRIPLE_CORNERS)], ends)
        directed = np.array(list(product(corners.tolist(), repeat=3)))
        drawn = np.stack(random_triples(fmt, random_count, seed), axis=1)
    else:
        raise InputError(f"Number of operands must be 1, 2 or 3, not {operand_count!r}")
    return np.concatenate([directed, drawn])
