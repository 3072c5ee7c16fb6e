# SPDX-License-Identifier: Apache-2.0
"""The host's end of a board's serial line."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from spikefloat.rtl_gen.errors import InputError, UserError
from spikefloat.rtl_gen.extras import import_extra
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.fpga.boards.board import BAUD
from spikefloat.rtl_gen.fpga.boards.protocol import (
    Answer,
    Request,
    decode_identity,
    decode_network,
    encode_request,
    split_answers,
)
from spikefloat.rtl_gen.fpga.boards.protocol_tables import IDENTIFY, NETWORK_OPERATIONS, Status

__all__ = ["BATCH", "Line", "Link", "LinkError", "open_line"]

#: Requests that are sent before their answers are read.
BATCH = 128

#: How often requests are sent anew after a fault.
_RETRIES = 3

#: Seconds without a byte after which a board has said all.
_QUIET = 0.05

#: Answers to whole packets; all others are faults, which belong to no request.
_TO_REQUESTS = (Status.OK, Status.UNKNOWN_OPERATION, Status.BUSY)


class LinkError(UserError):
    """A serial line that is not there, or a board that does not answer."""


class Line(Protocol):
    """What is needed of a serial port."""

    timeout: float | None

    def read(self, size: int = 1) -> bytes:
        """Return up to ``size`` bytes, fewer after the timeout."""

    def write(self, data: bytes) -> int | None:
        """Send bytes."""


def open_line(port: str, baud: int = BAUD, timeout: float = 2.0) -> Any:
    """Return a serial port.

    Raises
    ------
    LinkError
        If it cannot be opened.
    MissingPackage
        If pyserial is not installed.
    """
    serial = import_extra("serial", "pyserial", "host")
    try:
        return serial.Serial(port, baud, timeout=timeout)
    except (serial.SerialException, ValueError) as error:
        raise LinkError(f"Cannot open serial port {port!r}: {error}") from error


@contextmanager
def _unbroken() -> Iterator[None]:
    """Say so if the port goes away, as by a pulled plug; pyserial's errors are OSErrors."""
    try:
        yield
    except OSError as error:
        raise LinkError(f"Serial line broke off: {error}") from error


class Link:
    """Requests and answers over a serial line.

    Whatever goes wrong on the way is noticed and asked again, a few times.

    Parameters
    ----------
    line : Line
        An open serial port.

    Attributes
    ----------
    retries : int
        How often a batch had to be sent anew, so far.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self.retries = 0

    def ask(
        self, requests: Sequence[Request], progress: Callable[[int], None] | None = None
    ) -> list[Answer]:
        """Return the answers to requests, in their order.

        Parameters
        ----------
        requests : sequence of Request
            What to ask.
        progress : callable, optional
            Called with the number of requests that were answered, after each batch.

        Raises
        ------
        LinkError
            If the board does not answer each of them, again and again.
        """
        answers: list[Answer] = []
        for first in range(0, len(requests), BATCH):
            batch = requests[first : first + BATCH]
            for _ in range(1 + _RETRIES):
                with _unbroken():
                    received = self._try(batch)
                if received is not None:
                    break
                self.retries += 1
                self.settle()
            else:
                raise LinkError(
                    f"No right answer from the board after {1 + _RETRIES} attempts: requests "
                    f"{first} to {first + len(batch) - 1}"
                )
            answers += received
            if progress:
                progress(len(answers))
        return answers

    def identify(self) -> tuple[Format, Overflow] | str:
        """Return format and overflow policy of the board, or the name of the network that it has.

        Raises
        ------
        LinkError
            If it does not answer, or with a format or a network that is not known here.
        """
        (answer,) = self.ask([Request(IDENTIFY, 0, 0)])
        try:
            return decode_network(answer.result) or decode_identity(answer.result)
        except InputError as error:
            raise LinkError(str(error)) from error

    def infer(self, codes: bytes, results: int, patience: float = 10.0) -> bytes:
        """Return the results of a network.

        Parameters
        ----------
        codes : bytes
            Codes of the input, token by token.
        results : int
            Number of bytes of the results.
        patience : float
            Seconds after which a result is given up.

        Raises
        ------
        LinkError
            If the board does not answer, refuses a place, or has no result in that time.
        """
        load, infer, read = (NETWORK_OPERATIONS[name] for name in ("load", "infer", "read"))
        requests = [Request(load, place, code) for place, code in enumerate(codes)]
        self._done([*requests, Request(infer, 0, 0)])
        reads = [Request(read, place, 0) for place in range(results)]
        deadline = time.monotonic() + patience
        while (answers := self.ask(reads[:1]))[0].status == Status.BUSY:
            if time.monotonic() > deadline:
                raise LinkError(f"Result must be there in {patience:g} s, not later")
        return bytes(answer.result for answer in (*answers, *self._done(reads[1:])))

    def _done(self, requests: Sequence[Request]) -> list[Answer]:
        """Return the answers to requests that the board must not refuse."""
        answers = self.ask(requests)
        if any(answer.status != Status.OK for answer in answers):
            raise LinkError("Board must have the network whose input is sent, not another")
        return answers

    def settle(self) -> bytes:
        """Wait until the board has said all, forget what was said, and return it."""
        said = b""
        deadline = time.monotonic() + 40 * _QUIET
        with _unbroken():
            patience, self._line.timeout = self._line.timeout, _QUIET
            while time.monotonic() < deadline and (data := self._line.read(4096)):
                said += data
            self._line.timeout = patience
        return said

    def _try(self, batch: Sequence[Request]) -> list[Answer] | None:
        """Return the answers to a batch, or None if something is wrong with them."""
        self._line.write(b"".join(encode_request(request) for request in batch))
        received: list[Answer] = []
        rest = b""
        while len(received) < len(batch):
            data = self._line.read(3 * (len(batch) - len(received)) - len(rest))
            if not data:
                return None
            answers, rest = split_answers(rest + data)
            for answer in answers:
                if answer is None or answer.status not in _TO_REQUESTS:
                    return None
                received.append(answer)
        return received
