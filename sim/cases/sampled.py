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
    draw_codes,
    random_codes,
    random_pairs,
    random_triples,
)

__all__ = [
    "EXHAUSTIVE_CASES",
    "SEED",
    "USUAL_CASES",
    "is_exhaustive",
    "mixed_cases",
    "pair_cases",
    "sampled_operands",
    "single_cases",
    "triple_cases",
]

#: Most cases that are all tried in RTL simulation: every pair of codes of ten bits.
EXHAUSTIVE_CASES = 2**20

#: Seed of the random operands.
SEED = 1

#: Corner codes that are combined in triples: as many as give about 40,000 of them.
_TRIPLE_CORNERS = 31


def is_exhaustive(fmt: Format, operand_count: int) -> bool:
    """Tell whether an operation has few enough cases to try them all."""
    return (1 << fmt.width * operand_count) <= EXHAUSTIVE_CASES


def single_cases(fmt: Format, random_count: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return corner codes, then random ones, each a row of its own."""
    return np.concatenate([corner_codes(fmt), random_codes(fmt, random_count, seed)])[:, None]


def pair_cases(fmt: Format, random_count: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return directed pairs, then random ones, one row for each."""
    return np.concatenate([directed_pairs(fmt), random_pairs(fmt, random_count, seed)], axis=1).T


def triple_cases(fmt: Format, random_count: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return triples of corner codes, then random triples, one row for each."""
    corners = corner_codes(fmt)
    ends = [0, 1, fmt.max_code, fmt.signed_sign_mask, fmt.signed_sign_mask | fmt.max_code]
    corners = np.union1d(corners[:: max(1, len(corners) // _TRIPLE_CORNERS)], ends)
    directed = np.array(list(product(corners.tolist(), repeat=3)))
    drawn = np.stack(random_triples(fmt, random_count, seed), axis=1)
    return np.concatenate([directed, drawn])


def mixed_cases(
    formats: tuple[Format, ...], random_count: int, seed: int = SEED
) -> NDArray[np.int64]:
    """Return operands that each have a format: corner codes combined, then random ones, as rows."""
    corners = [corner_codes(fmt) for fmt in formats]
    most = _TRIPLE_CORNERS if len(formats) > 2 else max(map(len, corners))
    axes = [codes[:: max(1, len(codes) // most)] for codes in corners]
    grid = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
    rng = np.random.default_rng(seed)
    drawn = [draw_codes(rng, fmt.width, random_count) for fmt in formats]
    return np.concatenate([grid, np.stack(drawn, axis=1)])


#: Directed, then random operands, by the number of operands.
USUAL_CASES = {1: single_cases, 2: pair_cases, 3: triple_cases}


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
    InputError
        If there is another number of operands.
    """
    if operand_count not in USUAL_CASES:
        raise InputError(f"Number of operands must be 1, 2 or 3, not {operand_count!r}")
    return USUAL_CASES[operand_count](fmt, random_count, seed)
