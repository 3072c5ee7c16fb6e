# SPDX-License-Identifier: Apache-2.0
"""Who pauses in which clock: patterns for the two ends of a stream."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError

__all__ = ["PAUSES", "Pauses", "find_pauses", "pause_rows"]

#: Chance of a pause in each clock of the pattern ``random``.
_RANDOM = 0.5


def _never(rng: np.random.Generator, count: int, start: int) -> NDArray[np.bool_]:
    return np.zeros(count, bool)


def _one_in_four(rng: np.random.Generator, count: int, start: int) -> NDArray[np.bool_]:
    return np.asarray((np.arange(start, start + count) % 4) == 3)


def _random(rng: np.random.Generator, count: int, start: int) -> NDArray[np.bool_]:
    return rng.random(count) < _RANDOM


#: Patterns by name. Each is given a source of random numbers, a number of clocks and the first.
PAUSES: dict[str, Callable[[np.random.Generator, int, int], NDArray[np.bool_]]] = {
    "never": _never,
    "one_in_four": _one_in_four,
    "random": _random,
}


def find_pauses(name: str) -> Callable[[np.random.Generator, int, int], NDArray[np.bool_]]:
    """Return the pattern called ``name``.

    Raises
    ------
    ValueError
        If there is no such pattern.
    """
    try:
        return PAUSES[name]
    except KeyError:
        raise InputError(f"Pauses must be one of {', '.join(PAUSES)}, not {name!r}") from None


def pause_rows(name: str, seed: int, count: int) -> Iterator[NDArray[np.bool_]]:
    """Yield the pauses of ``count`` clocks at a time, without end, the same for the same seed.

    Raises
    ------
    ValueError
        If there is no such pattern.
    """
    pattern = find_pauses(name)
    rng = np.random.default_rng(seed)
    start = 0
    while True:
        yield pattern(rng, count, start)
        start += count


@dataclass(frozen=True, kw_only=True)
class Pauses:
    """Who pauses, and how long that is watched.

    Raises
    ------
    InputError
        If there is no such pattern.
    """

    source: str = "never"  #: Pattern of the sources, each with random numbers of its own.
    sink: str = "never"  #: Pattern of the sinks.
    results: int | None = None  #: How many results to wait for; all of them if None.
    seed: int = 1

    def __post_init__(self) -> None:
        find_pauses(self.source)
        find_pauses(self.sink)

    def __str__(self) -> str:
        if self.source == self.sink:
            return "none" if self.source == "never" else self.source
        return f"{self.source}, {self.sink}"
