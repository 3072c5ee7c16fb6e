# SPDX-License-Identifier: Apache-2.0
"""Input patterns, 64 to a word, and what neurons do on them."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.mapping.aig import FALSE, TRUE, Aig
from spikefloat.rtl_gen.mapping.network import ThresholdGate

__all__ = ["Words", "every_pattern", "fires", "random_patterns"]

Words = NDArray[np.uint64]

_ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
_SHORT = (
    0xAAAA_AAAA_AAAA_AAAA,
    0xCCCC_CCCC_CCCC_CCCC,
    0xF0F0_F0F0_F0F0_F0F0,
    0xFF00_FF00_FF00_FF00,
    0xFFFF_0000_FFFF_0000,
    0xFFFF_FFFF_0000_0000,
)


def every_pattern(inputs: int, *, first: int = 0, count: int | None = None) -> Words:
    """Return a row of words for each input, over all patterns or some words of them.

    Input ``i`` is bit ``i`` of the number of the pattern. With fewer than six inputs the patterns
    repeat within the one word.

    Parameters
    ----------
    inputs : int
        Number of inputs.
    first, count : int
        First word and number of words; all by default.
    """
    words = max(1, (1 << inputs) // 64)
    index = np.arange(first, words if count is None else min(words, first + count), dtype=np.uint64)
    rows = np.empty((inputs, len(index)), np.uint64)
    for i in range(inputs):
        if i < len(_SHORT):
            rows[i] = _SHORT[i]
        else:
            rows[i] = np.where(index >> np.uint64(i - len(_SHORT)) & np.uint64(1), _ALL, 0)
    return rows


def random_patterns(inputs: int, words: int, seed: int) -> Words:
    """Return a row of random words for each input; some patterns are mostly zeros or ones."""
    source = np.random.default_rng(seed)
    rows = source.integers(0, 1 << 64, (inputs, words), np.uint64)
    quarter = words // 4
    if quarter:
        sparse = source.integers(0, 1 << 64, (2, inputs, quarter), np.uint64)
        rows[:, :quarter] &= sparse[0] & sparse[1]
        rows[:, quarter : 2 * quarter] |= sparse[0] | sparse[1]
    return rows


@lru_cache(maxsize=1 << 14)
def _program(weights: tuple[int, ...], threshold: int) -> tuple[Aig, int]:
    logic = Aig(len(weights))
    literal = logic.threshold([logic.input(i) for i in range(len(weights))], weights, threshold)
    return logic, literal


def fires(gate: ThresholdGate, values: list[Words]) -> Words:
    """Return where a neuron fires, for the words of its sources."""
    logic, literal = _program(gate.weights, gate.threshold)
    if literal in (FALSE, TRUE):
        return (
            np.full_like(values[0], _ALL if literal == TRUE else 0)
            if values
            else np.zeros(1, np.uint64)
        )
    known = [values[0], *values]
    for a, b in logic.fanins[logic.first_and :]:
        x, y = known[a >> 1], known[b >> 1]
        if a & 1 and b & 1:
            known.append(~(x | y))
        elif a & 1:
            known.append(y & ~x)
        elif b & 1:
            known.append(x & ~y)
        else:
            known.append(x & y)
    result = known[literal >> 1]
    return ~result if literal & 1 else result
