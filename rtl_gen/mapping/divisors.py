# SPDX-License-Identifier: Apache-2.0
"""Finding sources from which one neuron could compute a wanted function.

The wanted function is given on patterns: where it must fire and where it must not. Keeping a few
sources, all pairs of further ones are tried at once, on a sample of the patterns, by counting in
how many patterns each pair occurs (a matrix product); what the sample does not rule out is then
checked on all patterns.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rtl_gen.neurons.budgets import Budget

from .functions import LISTED_INPUTS, Weighting, fit
from .patterns import Words

__all__ = ["Sample", "find_pairs", "fit_exactly"]

_Bits = NDArray[np.float32]


class Sample:
    """Some of the patterns where a function is wanted, as bits of all candidate sources.

    Parameters
    ----------
    rows : numpy.ndarray
        A row of words for each candidate.
    on, off : numpy.ndarray
        Words of the patterns where the function must fire and where it must not.
    limit : int
        Largest number of patterns of each kind.
    source : numpy.random.Generator
        Source of chance.
    """

    def __init__(self, rows: Words, on: Words, off: Words, limit: int,
                 source: np.random.Generator) -> None:
        self.on = _bits(rows, _choose(on, limit, source))
        self.off = _bits(rows, _choose(off, limit, source))


def _choose(words: Words, limit: int, source: np.random.Generator) -> NDArray[np.int64]:
    positions = np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little"))
    if len(positions) > limit:
        positions = np.sort(source.choice(positions, limit, replace=False))
    return positions


def _bits(rows: Words, positions: NDArray[np.int64]) -> _Bits:
    words = rows[:, positions >> 6]
    return (words >> (positions & 63).astype(np.uint64) & np.uint64(1)).astype(np.float32)


def find_pairs(sample: Sample, kept: Sequence[int], budget: Budget) -> NDArray[np.int64]:
    """Return the pairs of candidates that, with the kept ones, might suffice for one neuron.

    Parameters
    ----------
    sample : Sample
        Patterns of the wanted function.
    kept : sequence of int
        Candidates that are sources in any case, by index.
    budget : Budget
        Limits of the neuron.

    Returns
    -------
    numpy.ndarray
        A row of two indices for each pair, the first less than the second.
    """
    size = sample.on.shape[0]
    present = [_present(bits, kept) for bits in (sample.on, sample.off)]
    conflict = (present[0] & present[1]).any(axis=0)
    upper = np.triu(~conflict, 1)
    pairs = np.argwhere(upper)
    if not len(pairs) or len(kept) + 2 > LISTED_INPUTS:
        return pairs
    flat = pairs[:, 0] * size + pairs[:, 1]
    scale = 1 << np.arange(present[0].shape[0], dtype=np.uint32)
    masks = [
        (p.reshape(p.shape[0], -1)[:, flat] * scale[:, None]).sum(axis=0, dtype=np.uint32)
        for p in present]
    both = masks[0].astype(np.uint64) << np.uint64(32) | masks[1]
    distinct, where = np.unique(both, return_inverse=True)
    inputs = len(kept) + 2
    good = np.array([
        fit(int(key >> np.uint64(32)), int(key & np.uint64(0xFFFF_FFFF)), inputs, budget)
        is not None for key in distinct], bool)
    return pairs[good[where]]


def _present(bits: _Bits, kept: Sequence[int]) -> NDArray[np.bool_]:
    """Return which patterns of the kept sources and each pair occur.

    The first axis is the pattern: the kept sources, then the first and the second of the pair.
    """
    size = bits.shape[0]
    cells = 1 << len(kept)
    cell = np.zeros(bits.shape[1], np.int64)
    for position, index in enumerate(kept):
        cell |= bits[index].astype(np.int64) << position
    present = np.zeros((4 * cells, size, size), bool)
    for c in range(cells):
        part = bits[:, cell == c]
        total = part.shape[1]
        if not total:
            continue
        both = part @ part.T
        ones = np.diagonal(both)
        present[c + 3 * cells] = both > 0
        present[c + cells] = ones[:, None] > both  # the first without the second
        present[c + 2 * cells] = ones[None, :] > both
        present[c] = ones[:, None] + ones[None, :] - both < total
    return present


def fit_exactly(rows: Sequence[Words], on: Words, off: Words, budget: Budget) -> Weighting | None:
    """Return a neuron over some sources that is right on all patterns, or None."""
    ons = [(0, on)]
    offs = [(0, off)]
    for position, words in enumerate(rows):
        inverse = ~words
        ons = _split(ons, position, words, inverse)
        offs = _split(offs, position, words, inverse)
    on_table = sum(1 << cell for cell, _ in ons)
    off_table = sum(1 << cell for cell, _ in offs)
    return fit(on_table, off_table, len(rows), budget)


def _split(
    cells: list[tuple[int, Words]], position: int, words: Words, inverse: Words
) -> list[tuple[int, Words]]:
    result = []
    for cell, mask in cells:
        with_it = mask & words
        if with_it.any():
            result.append((cell | 1 << position, with_it))
        without = mask & inverse
        if without.any():
            result.append((cell, without))
    return result

