# SPDX-License-Identifier: Apache-2.0
"""Threshold functions of a few inputs: equal descriptions of one function, and a simple one.

Many pairs of weights and threshold describe the same function: ``3a + b >= 1`` is ``a + b >= 1``,
and ``2a + b >= 2`` is ``a``. Reducing each neuron to a simple description lets the builder
recognise repeats and constants, and keeps weights within what a device can hold.
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
    """Return simpler weights and threshold of the same function.

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
    # A negative weight on a line is a positive one on its complement, so only those are handled.
    negative = [weight < 0 for weight in weights]
    sizes = [abs(weight) for weight in weights]
    level = threshold - sum(weight for weight in weights if weight < 0)
    while True:
        before = (tuple(sizes), level)
        total = sum(sizes)
        if level <= 0:
            return True
        if total < level:
            return False
        for index, size in enumerate(sizes):
            if size > level:  # fires alone: need not be larger than that
                total -= size - level
                sizes[index] = level
            elif size > total - level + 1:  # vetoes alone: need not be larger than that
                excess = size - (total - level + 1)
                sizes[index] -= excess
                level -= excess
                total -= excess
        if sum(size > 0 for size in sizes) <= _EXACT_FAN_IN:
            for index, size in enumerate(sizes):
                if size and not _matters(tuple(sizes), index, level):
                    sizes[index] = 0
        divisor = gcd(*sizes)
        if divisor > 1:
            sizes = [size // divisor for size in sizes]
            level = -(-level // divisor)
        if (tuple(sizes), level) == before:
            break
    signed = tuple(-size if neg else size for size, neg in zip(sizes, negative, strict=True))
    return signed, level + sum(weight for weight in signed if weight < 0)


def _matters(sizes: tuple[int, ...], index: int, level: int) -> bool:
    """Tell whether the spike on one synapse ever changes the result."""
    others = reachable_sums(sizes[:index] + sizes[index + 1 :])
    return any(level - sizes[index] <= total < level for total in others)
