# SPDX-License-Identifier: Apache-2.0
"""The streams of a layer on an array of lanes, clock by clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

__all__ = ["LayerDriver", "Transfer"]


@dataclass(frozen=True)
class Transfer:
    """What is sent in one clock."""

    data: int
    last: bool


@dataclass
class _Source:
    """Offers transfers, in order. Once offered, one stays until it is taken."""

    queue: Sequence[Transfer]
    pauses: Iterator[bool]
    index: int = 0
    offered: bool = False
    taken_at: list[int] = field(default_factory=list)

    def step(self, ready: bool, clock: int, wait: bool = False) -> None:
        """See what became of the offer of this clock, and decide on that of the next."""
        if self.offered and ready:
            self.taken_at.append(clock)
            self.index += 1
            self.offered = False
        pause = next(self.pauses) or wait
        if not self.offered:
            self.offered = not pause and self.index < len(self.queue)

    @property
    def bits(self) -> tuple[int, int, int]:
        """Data, valid and last."""
        if not self.offered:
            return 0, 0, 0
        transfer = self.queue[self.index]
        return transfer.data, 1, int(transfer.last)


class LayerDriver:
    """Drives one design, and keeps what comes out.

    Parameters
    ----------
    x, w : sequence of Transfer
        What to send, of inputs and of weights.
    pauses : three iterators of bool
        Who pauses in which clock: sources of inputs and of weights, and the sink.
    y_bytes : int
        Bytes of a transfer of results.
    weights_first : bool
        Whether inputs wait until the first of the weights was taken.
    """

    def __init__(
        self,
        x: Sequence[Transfer],
        w: Sequence[Transfer],
        pauses: tuple[Iterator[bool], Iterator[bool], Iterator[bool]],
        y_bytes: int,
        *,
        weights_first: bool = False,
    ) -> None:
        self.x = _Source(x, pauses[0])
        self.w = _Source(w, pauses[1])
        self._pauses = pauses[2]
        self._y_bytes = y_bytes
        self._weights_first = weights_first and bool(w)
        self._ready = False
        self._waiting: int | None = None
        self.results: list[tuple[int, int, int]] = []  #: Data, keep and last.
        self.result_clocks: list[int] = []
        self.broken = 0  #: Offers that were changed or withdrawn before they were taken.
        self.frame_error = False

    @property
    def progress(self) -> tuple[int, int, int]:
        """How many transfers there were of each stream."""
        return self.x.index, self.w.index, len(self.results)

    def step(self, seen: int, clock: int) -> int:
        """Take in what was seen in this clock, and return what to drive in the next."""
        self.w.step(bool(seen & 2), clock)
        self.x.step(bool(seen & 1), clock, wait=self._weights_first and not self.w.index)
        self.frame_error |= bool(seen & 4)
        offer = seen >> 3 if seen & 8 else None
        if self._waiting is not None and offer != self._waiting:
            self.broken += 1
        self._waiting = offer if not self._ready else None
        if self._ready and offer is not None:
            keep = seen >> 8 & (1 << self._y_bytes) - 1
            self.results.append((seen >> 8 + self._y_bytes, keep, seen >> 4 & 1))
            self.result_clocks.append(clock)
        self._ready = not next(self._pauses)
        x_data, x_valid, x_last = self.x.bits
        w_data, w_valid, w_last = self.w.bits
        return (
            int(self._ready)
            | x_valid << 1
            | x_last << 2
            | w_valid << 3
            | w_last << 4
            | w_data << 8
            | x_data << 16
        )
