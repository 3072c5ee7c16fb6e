# SPDX-License-Identifier: Apache-2.0
"""Threshold functions of a few inputs: equal descriptions of one function, and its simplest one.

Many pairs of weights and threshold describe the same function: ``3a + b >= 1`` is ``a + b >= 1``,
and ``2a + b >= 2`` is ``a``. Reducing each neuron to its simplest description lets the builder
recognise repeats and constants.
"""

from functools import lru_cache
from math import gcd

__all__ = ["reachable_sums", "reduce_threshold"]

#: Above this fan-in the exact search for synapses without effect would be slow; it is skipped.
_EXACT_FAN_IN = 10


def reachable_sums(weights: tuple[int, ...]) -> set[int]:
    """Return every value that a weighted sum of spikes can take."""
    sums = {0}
    for weight in weights:
        sums |= {total + weight for total in sums}
    return sums


@lru_cache(maxsize=65536)
def reduce_threshold(
    weights: tuple[int, ...], threshold: int
) -> tuple[tuple[int, ...], int] | bool:
    """Return the simplest known weights and threshold of the same function.

    Parameters
    ----------
    weights : tuple of int
        Weight of each synapse, not zero.
    threshold : int
        Sum at which the neuron fires.

    Returns
    -------
    tuple or bool
        New weights, with 0 for a synapse without effect, and new threshold; or True or False if
        the neuron always or never fires.
    """
    reduced = list(weights)
    while True:
        before = (tuple(reduced), threshold)
        low = sum(w for w in reduced if w < 0)
        high = sum(w for w in reduced if w > 0)
        if low >= threshold:
            return True
        if high < threshold:
            return False
        # A weight that decides alone, whatever the others do, need not be larger than that.
        for index, weight in enumerate(reduced):
            if weight > 0 and low + weight > threshold:
                high -= weight - (threshold - low)
                reduced[index] = threshold - low
            elif weight < 0 and high + weight < threshold - 1:
                low += (threshold - 1 - high) - weight
                reduced[index] = threshold - 1 - high
        if sum(w != 0 for w in reduced) <= _EXACT_FAN_IN:
            for index, weight in enumerate(reduced):
                if weight and not _matters(tuple(reduced), index, threshold):
                    reduced[index] = 0
        divisor = gcd(*reduced)
        if divisor > 1:
            reduced = [w // divisor for w in reduced]
            threshold = -(-threshold // divisor)
        if (tuple(reduced), threshold) == before:
            return before


def _matters(weights: tuple[int, ...], index: int, threshold: int) -> bool:
    """Tell whether the spike on one synapse ever changes the result."""
    weight = weights[index]
    others = reachable_sums(weights[:index] + weights[index + 1 :])
    return any((total >= threshold) != (total + weight >= threshold) for total in others)
