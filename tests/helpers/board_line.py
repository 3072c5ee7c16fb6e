# SPDX-License-Identifier: Apache-2.0
"""A serial line with a board at its other end that exists in Python only."""

from collections.abc import Callable

from spikefloat.sim.board.model import BoardModel, checksum

__all__ = ["ModelLine"]


class ModelLine:
    """What a serial port is to a host, with a model of a board behind it.

    Parameters
    ----------
    compute : callable
        Result of an operation and its operands, or None if it is not known.
    disturb : callable
        Called with the number of the write and its bytes; returns what reaches the board.
    disturb_answer : callable
        The same for what the board says.
    """

    def __init__(
        self,
        compute: Callable[[int, int, int], int | None],
        disturb: Callable[[int, bytes], bytes] = lambda number, data: data,
        disturb_answer: Callable[[int, bytes], bytes] = lambda number, data: data,
    ) -> None:
        self.timeout: float | None = 1.0
        self.writes = 0
        self._disturb = disturb
        self._disturb_answer = disturb_answer
        self._model = BoardModel(compute)
        self._said = b""

    def write(self, data: bytes) -> int:
        """Send bytes, and then nothing for long enough."""
        self._model.take(self._disturb(self.writes, data))
        self._model.take([-2])
        replies = [*((status, 0) for status in self._model.faults[:1]), *self._model.replies]
        self._model.faults.clear()
        self._model.replies.clear()
        self._said += self._disturb_answer(self.writes, b"".join(map(_packet, replies)))
        self.writes += 1
        return len(data)

    def read(self, size: int = 1) -> bytes:
        """Return what was said; less than ``size`` if there is no more."""
        said, self._said = self._said[:size], self._said[size:]
        return said

    def __enter__(self) -> "ModelLine":
        return self

    def __exit__(self, *error: object) -> None:
        pass


def _packet(reply: tuple[int, int]) -> bytes:
    status, result = reply
    words = [(result >> 7) << 6 | status, result & 0x7F]
    return bytes([words[0] | 0x80, words[1], checksum(words)])
