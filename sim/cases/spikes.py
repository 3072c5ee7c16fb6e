# SPDX-License-Identifier: Apache-2.0
"""Spikes for integrate-and-fire cells, clock by clock."""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

__all__ = ["Clock", "spike_train"]

#: Clocks of random spikes, and then of the strongest spikes toward each rail in turn.
_RANDOM_CLOCKS = 2000
_RAIL_CLOCKS = 200


class Clock(NamedTuple):
    """Inputs of the cells in one clock."""

    rst: bool
    enable: bool
    discharge: bool
    synapses: list[list[int]]  #: Spikes of each cell, zero or one for each weight.


def spike_train(weights: Sequence[Sequence[int]], seed: int) -> Iterator[Clock]:
    """Yield the inputs of cells with the given weights.

    The density of random spikes drifts, so that membranes wander far from rest. Then come the
    strongest spikes in one direction, and in the other, long enough to stay at each rail.
    """
    source = random.Random(seed)
    density = 0.5
    for _ in range(_RANDOM_CLOCKS):
        if source.random() < 0.05:
            density = source.choice([0.0, 0.1, 0.5, 0.9, 1.0])
        yield Clock(
            rst=source.random() < 0.01,
            enable=source.random() < 0.9,
            discharge=source.random() < 0.02,
            synapses=[[int(source.random() < density) for _ in own] for own in weights],
        )
    for sign in (1, -1, 1):
        for _ in range(_RAIL_CLOCKS):
            spikes = [[int(weight * sign > 0) for weight in own] for own in weights]
            yield Clock(rst=False, enable=True, discharge=False, synapses=spikes)
