# SPDX-License-Identifier: Apache-2.0
"""Packets that went wrong on the way, each followed by one that did not."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spikefloat.sim.board.line_top import Symbol
from spikefloat.sim.board.model import request_bytes

__all__ = ["KINDS", "REST", "NoiseCase", "noise_cases"]

#: Bit times after the good packet of a case, in which a board says all that it has to say.
REST = 120


@dataclass(frozen=True)
class NoiseCase:
    """A packet that went wrong, and a good one."""

    kind: str
    symbols: tuple[Symbol, ...]
    good: tuple[int, int, int]  #: Operation and operands of the packet at the end.


def noise_cases(count: int, *, operations: int, timeout_bits: int, seed: int) -> list[NoiseCase]:
    """Return cases of every kind in turn, with random contents.

    Parameters
    ----------
    count
        How many.
    operations
        Number of operations, which are numbered from 0.
    timeout_bits
        Bits of silence after which the board gives up a packet.
    seed
        Seed of the random numbers.
    """
    rng = np.random.default_rng(seed)
    kinds = list(KINDS.items())
    cases = []
    for index in range(count):
        kind, corrupt = kinds[index % len(kinds)]
        operation, a, b = (int(number) for number in rng.integers([operations, 256, 256]))
        bad = [Symbol(data) for data in request_bytes(operation, a, b)]
        operation, a, b = (int(number) for number in rng.integers([operations, 256, 256]))
        good = (operation, a, b)
        symbols = corrupt(rng, bad, timeout_bits)
        last = [Symbol(data) for data in request_bytes(*good)]
        last[-1] = last[-1]._replace(gap=REST)
        cases.append(NoiseCase(kind, (*symbols, *last), good))
    return cases


def _flip(rng: np.random.Generator, symbols: list[Symbol], most: int) -> list[Symbol]:
    flips = np.zeros(32, bool)
    flips[rng.choice(32, int(rng.integers(1, most + 1)), replace=False)] = True
    masks = np.packbits(flips)
    return [
        symbol._replace(data=symbol.data ^ int(mask))
        for symbol, mask in zip(symbols, masks, strict=True)
    ]


def _few_bits(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    return _flip(rng, bad, 3)


def _many_bits(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    return _flip(rng, bad, 16)


def _truncated(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    return bad[: int(rng.integers(1, 4))]


def _silenced(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    *others, last = _truncated(rng, bad, timeout)
    return [*others, last._replace(gap=timeout + 20)]


def _lost(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    place = int(rng.integers(4))
    return [*bad[:place], *bad[place + 1 :]]


def _doubled(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    place = int(rng.integers(4))
    return [*bad[:place], bad[place], *bad[place:]]


def _garbage(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    return [Symbol(int(data)) for data in rng.integers(256, size=int(rng.integers(1, 24)))]


def _starts(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    return [Symbol(int(data)) for data in rng.integers(128, 256, size=int(rng.integers(2, 24)))]


def _no_stop(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    place = int(rng.integers(4))
    broken = bad[place]._replace(stop=False, gap=int(rng.integers(1, 12)))
    return [*bad[:place], broken, *bad[place + 1 :]]


def _cut(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    place = int(rng.integers(4))
    return [*bad[:place], bad[place]._replace(bits=int(rng.integers(1, 10)), gap=12)]


def _line_low(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    place = int(rng.integers(5))
    low = Symbol(0, stop=False, level=False, gap=int(rng.integers(1, 2 * timeout)))
    return [*bad[:place], low, Symbol(bits=0, gap=1), *bad[place:]]


def _glitch(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    place = int(rng.integers(4))
    return [*bad[:place], bad[place]._replace(glitch=True), *bad[place + 1 :]]


def _unknown(rng: np.random.Generator, bad: list[Symbol], timeout: int) -> list[Symbol]:
    # 31 is not an operation on operands, but it is known.
    return [
        Symbol(data)
        for data in request_bytes(
            int(rng.integers(8, 31)), *(int(code) for code in rng.integers(256, size=2))
        )
    ]


Corruption = Callable[[np.random.Generator, list[Symbol], int], list[Symbol]]

#: What can happen to a packet.
KINDS: dict[str, Corruption] = {
    "one to three bits flipped": _few_bits,
    "up to sixteen bits flipped": _many_bits,
    "truncated": _truncated,
    "truncated, then silence": _silenced,
    "a byte lost": _lost,
    "a byte doubled": _doubled,
    "garbage": _garbage,
    "only first bytes": _starts,
    "a stop bit missing": _no_stop,
    "broken off within a byte": _cut,
    "line low for a while": _line_low,
    "a glitch of one clock": _glitch,
    "unknown operation": _unknown,
}
