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

from spikefloat.rtl_gen.mapping.functions import LISTED_INPUTS, Weighting, fit
from spikefloat.rtl_gen.mapping.patterns import Words
from spikefloat.rtl_gen.neurons.budgets import Budget

__all__ = ["Sample", "find_pairs", "fit_exactly"]

_Bits = NDArray[np.float32]

#: How many patterns each pattern is compared with in search of two that are hard to tell apart.
_SHIFTS = 3


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

    def __init__(
        self, rows: Words, on: Words, off: Words, limit: int, source: np.random.Generator
    ) -> None:
        self.on = _bits(rows, _choose(on, limit, source))
        self.off = _bits(rows, _choose(off, limit, source))


def _choose(words: Words, limit: int, source: np.random.Generator) -> NDArray[np.int64]:
    positions = np.flatnonzero(_unpack(words))
    if len(positions) > limit:
        positions = np.sort(source.choice(positions, limit, replace=False))
    return positions


def _bits(rows: Words, positions: NDArray[np.int64]) -> _Bits:
    words = rows[:, positions >> 6]
    return (words >> (positions & 63).astype(np.uint64) & np.uint64(1)).astype(np.float32)


def find_pairs(sample: Sample, retained: Sequence[int], budget: Budget) -> NDArray[np.int64]:
    """Return the pairs of candidates that, with the kept ones, might suffice for one neuron.

    Parameters
    ----------
    sample : Sample
        Patterns of the wanted function.
    retained : sequence of int
        Candidates that are sources in any case, by index.
    budget : Budget
        Limits of the neuron.

    Returns
    -------
    numpy.ndarray
        A row of two indices for each pair, the first less than the second.
    """
    size = sample.on.shape[0]
    cells = [_cells(bits, retained) for bits in (sample.on, sample.off)]
    first = _telling_apart(sample, cells)
    count = 1 << len(retained)
    present = [
        _present(bits, cell, count, first)
        for bits, cell in zip((sample.on, sample.off), cells, strict=True)
    ]
    possible = ~(present[0] & present[1]).any(axis=0)
    # A pair of two of the first kind is found twice, and one of a line with itself is none.
    place = np.full(size, size)
    place[first] = np.arange(len(first))
    possible &= place[None, :] > np.arange(len(first))[:, None]
    rows, columns = np.nonzero(possible)
    pairs = np.stack([first[rows], columns], axis=1)
    if not len(pairs) or len(retained) + 2 > LISTED_INPUTS:
        return pairs
    scale = 1 << np.arange(4 * count, dtype=np.uint32)
    masks = [(p[:, rows, columns] * scale[:, None]).sum(axis=0, dtype=np.uint32) for p in present]
    both = masks[0].astype(np.uint64) << np.uint64(32) | masks[1]
    distinct, where = np.unique(both, return_inverse=True)
    inputs = len(retained) + 2
    good = np.array(
        [
            fit(int(key >> np.uint64(32)), int(key & np.uint64(0xFFFF_FFFF)), inputs, budget)
            is not None
            for key in distinct
        ],
        bool,
    )
    fitting: NDArray[np.int64] = pairs[good[where]]
    return fitting


def _cells(bits: _Bits, retained: Sequence[int]) -> NDArray[np.int64]:
    """Return what the kept sources do on each pattern, as a number."""
    cell = np.zeros(bits.shape[1], np.int64)
    for position, index in enumerate(retained):
        cell |= bits[index].astype(np.int64) << position
    return cell


def _telling_apart(sample: Sample, cells: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return candidates of which each pair that suffices has at least one.

    Two patterns that the kept sources do not tell apart, although the function differs on them,
    must be told apart by the pair. Of many such patterns, those are taken for which the fewest
    candidates can.
    """
    best = np.arange(sample.on.shape[0])
    for cell in np.intersect1d(cells[0], cells[1]):
        on = sample.on[:, cells[0] == cell]
        off = sample.off[:, cells[1] == cell]
        for shift in range(_SHIFTS):
            count = min(on.shape[1], off.shape[1])
            differ = on[:, :count] != np.roll(off, shift, axis=1)[:, :count]
            column = int(np.argmin(differ.sum(axis=0)))
            found = np.flatnonzero(differ[:, column])
            if len(found) < len(best):
                best = found
    return best


def _present(
    bits: _Bits, cell: NDArray[np.int64], count: int, first: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Return which patterns of the kept sources and each pair occur.

    The first axis is the pattern: the kept sources, then the first and the second of the pair.
    """
    present = np.zeros((4 * count, len(first), bits.shape[0]), bool)
    for c in range(count):
        part = bits[:, cell == c]
        total = part.shape[1]
        if not total:
            continue
        both = part[first] @ part.T
        ones = part.sum(axis=1)
        present[c + 3 * count] = both > 0
        present[c + count] = ones[first][:, None] > both  # the first without the second
        present[c + 2 * count] = ones[None, :] > both
        present[c] = ones[first][:, None] + ones[None, :] - both < total
    return present


def fit_exactly(rows: Sequence[Words], on: Words, off: Words, budget: Budget) -> Weighting | None:
    """Return a neuron over some sources that is right on all patterns, or None."""
    if len(rows) > LISTED_INPUTS:
        return _fit_codes(rows, on, off, budget)
    ons = [(0, on)]
    offs = [(0, off)]
    for position, words in enumerate(rows):
        inverse = ~words
        ons = _split(ons, position, words, inverse)
        offs = _split(offs, position, words, inverse)
    on_table = sum(1 << cell for cell, _ in ons)
    off_table = sum(1 << cell for cell, _ in offs)
    return fit(on_table, off_table, len(rows), budget)


def _fit_codes(rows: Sequence[Words], on: Words, off: Words, budget: Budget) -> Weighting | None:
    """Do the same with the number that the sources make up on each pattern."""
    codes = np.zeros(on.size * 64, np.uint32)
    for position, words in enumerate(rows):
        codes |= _unpack(words).astype(np.uint32) << np.uint32(position)
    tables = []
    for wanted in (on, off):
        occurs = np.bincount(codes[_unpack(wanted).view(bool)], minlength=1 << len(rows)) > 0
        packed = np.packbits(occurs, bitorder="little")
        tables.append(int.from_bytes(packed.tobytes(), "little"))
    return fit(tables[0], tables[1], len(rows), budget)


def _unpack(words: Words) -> NDArray[np.uint8]:
    return np.unpackbits(words.view(np.uint8), bitorder="little")


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
