# SPDX-License-Identifier: Apache-2.0
"""The host's end of the line: what goes wrong is asked again, and never believed."""

import re
import sys

import pytest

from spikefloat.rtl_gen.extras import MissingPackage
from spikefloat.rtl_gen.formats import Overflow, find_format
from spikefloat.rtl_gen.fpga.boards.link import BATCH, Link, LinkError, open_line
from spikefloat.rtl_gen.fpga.boards.protocol import Request, encode_identity
from spikefloat.rtl_gen.fpga.boards.protocol_tables import IDENTIFY
from tests.helpers.board_line import ModelLine

E5M2 = find_format("e5m2")


def compute(operation: int, a: int, b: int) -> int | None:
    if operation == IDENTIFY:
        return encode_identity(E5M2, Overflow.SATURATE)
    return a ^ b if operation == 0 else None


REQUESTS = [Request(0, a, b) for a in range(0, 256, 51) for b in range(256)]
ANSWERS = [(0, request.a ^ request.b) for request in REQUESTS]


def test_ask():
    line = ModelLine(compute)
    link = Link(line)
    done = []
    assert link.ask(REQUESTS, done.append) == ANSWERS
    assert line.writes == len(done) == -(-len(REQUESTS) // BATCH)
    assert done[-1] == len(REQUESTS) == 1536
    assert link.retries == 0
    assert link.identify() == (E5M2, Overflow.SATURATE)
    # An operation that is not known is an answer, not a fault.
    assert link.ask([Request(5, 1, 2)]) == [(1, 5)]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda data: data[:-1],  # a byte lost
        lambda data: data[1:],
        lambda data: data[:9] + bytes([data[9] ^ 1]) + data[10:],  # a bit flipped
        lambda data: b"\x12\x34" + data,  # noise before
        lambda data: b"",
    ],
)
@pytest.mark.parametrize("way", ["disturb", "disturb_answer"])
def test_disturbed(wrong, way):
    """Every other time the line is disturbed, one way or the other."""
    line = ModelLine(compute, **{way: lambda number, data: data if number % 2 else wrong(data)})
    link = Link(line)
    assert link.ask(REQUESTS) == ANSWERS
    assert link.retries == line.writes // 2
    assert link.retries >= -(-len(REQUESTS) // BATCH)
    assert line.timeout == 1.0


def test_dead():
    link = Link(ModelLine(compute, disturb=lambda number, data: b""))
    message = "No right answer from the board after 4 attempts: requests 0 to 9"
    with pytest.raises(LinkError, match=f"^{re.escape(message)}$"):
        link.ask(REQUESTS[:10])


def test_unknown_format():
    link = Link(ModelLine(lambda operation, a, b: 99))
    with pytest.raises(LinkError, match=r"^Format of a board must be one of 10, not 99$"):
        link.identify()


def test_no_port():
    with pytest.raises(LinkError, match=r"^Cannot open serial port '/nowhere/tty': .*No such file"):
        open_line("/nowhere/tty")


def test_pulled_plug():
    class Broken(ModelLine):
        def read(self, size=1):
            raise OSError("device disconnected")

    link = Link(Broken(compute))
    for action in (lambda: link.ask(REQUESTS[:1]), link.settle):
        with pytest.raises(LinkError, match=r"^Serial line broke off: device disconnected$"):
            action()


def test_no_pyserial(monkeypatch):
    monkeypatch.setitem(sys.modules, "serial", None)
    with pytest.raises(
        MissingPackage, match=r"^Package pyserial is not installed; run .*\[host\]'`$"
    ):
        open_line("/nowhere/tty")
