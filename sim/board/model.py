# SPDX-License-Identifier: Apache-2.0
"""What a board must answer, byte by byte: the protocol once more, from its description alone.

Nothing here is shared with the generator: layout, checksum and numbers are written down again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from spikefloat.sim.board.line_top import Symbol

__all__ = ["BoardModel", "Reply", "checksum", "received", "request_bytes"]

#: Status and result.
Reply = tuple[int, int]

OK, UNKNOWN, BAD_CHECKSUM, FRAMING, INCOMPLETE = range(5)


def checksum(words: Iterable[int]) -> int:
    """Return the checksum of words of seven bits: x^7 + x^6 + x^2 + 1, from all ones, bit by bit."""
    register = 0x7F
    for word in words:
        for bit in range(6, -1, -1):
            top = register >> 6 ^ word >> bit & 1
            register = (register << 1 & 0x7F) ^ (0b1000101 if top else 0)
    return register


def request_bytes(operation: int, a: int, b: int) -> bytes:
    """Return a request, made by the table of the description."""
    words = [(a >= 128) * 64 + (b >= 128) * 32 + operation, a % 128, b % 128]
    return bytes([128 + words[0], words[1], words[2], checksum(words)])


def received(symbols: Iterable[Symbol], timeout_bits: int) -> Iterable[int]:
    """Yield what a receiver makes of a line: bytes, -1 for one without a stop bit, -2 for a silence
    of at least ``timeout_bits``.

    Where the line breaks off within a byte, or is low after one, it must be high for long enough
    before the next one; what comes of it otherwise is not defined.
    """
    for symbol in symbols:
        if symbol.bits == 10:
            yield symbol.data if symbol.stop else -1
        elif symbol.bits:
            # The line at rest looks like ones.
            yield symbol.data | 0xFF << symbol.bits - 1 & 0xFF
        if symbol.gap >= timeout_bits and symbol.level:
            yield -2


@dataclass
class BoardModel:
    """A board that is told what it receives."""

    compute: Callable[[int, int, int], int | None]  #: Result, or None for an unknown operation.
    replies: list[Reply] = field(default_factory=list)  #: To whole packets, in order.
    faults: list[int] = field(default_factory=list)  #: All of them, told or not.
    _packet: list[int] = field(default_factory=list)
    _is_lost: bool = False

    def take(self, items: Iterable[int]) -> None:
        """Receive what :func:`received` yields."""
        for item in items:
            if item == -2:
                if self._packet:
                    self._fault(INCOMPLETE)
            elif item == -1:
                self._stray(FRAMING)
            elif item & 0x80:
                if self._packet:
                    self._fault(INCOMPLETE)
                self._packet = [item & 0x7F]
                self._is_lost = False
            elif not self._packet:
                self._stray(INCOMPLETE)
            else:
                self._packet.append(item)
                if len(self._packet) == 4:
                    self._finish(self._packet)

    def _finish(self, packet: Sequence[int]) -> None:
        first, low_a, low_b, check = packet
        if checksum((first, low_a, low_b)) != check:
            self._fault(BAD_CHECKSUM)
            return
        operation = first & 0x1F
        result = self.compute(
            operation, (first >> 6 & 1) * 128 + low_a, (first >> 5 & 1) * 128 + low_b
        )
        self.replies.append((UNKNOWN, operation) if result is None else (OK, result))
        self._packet = []

    def _stray(self, status: int) -> None:
        if not self._is_lost:
            self._fault(status)
        self._packet = []

    def _fault(self, status: int) -> None:
        self.faults.append(status)
        self._packet = []
        self._is_lost = True
