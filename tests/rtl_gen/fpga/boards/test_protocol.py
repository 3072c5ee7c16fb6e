# SPDX-License-Identifier: Apache-2.0
"""Requests and answers as bytes, against the description written down a second time."""

import re
from itertools import combinations

import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Overflow, find_format
from spikefloat.rtl_gen.fpga.boards.protocol import (
    Answer,
    Request,
    decode_answer,
    decode_identity,
    decode_network,
    encode_answer,
    encode_identity,
    encode_network,
    encode_request,
    split_answers,
)
from spikefloat.rtl_gen.fpga.boards.protocol_tables import (
    ANSWER_BYTES,
    BOARD_FORMATS,
    BOARD_NETWORKS,
    IDENTIFY,
    NETWORK_OPERATIONS,
    OPERATIONS,
    REQUEST_BYTES,
    Status,
)
from spikefloat.sim.board.model import BoardModel, checksum, request_bytes
from spikefloat.sim.board.verify import read_replies


def test_requests():
    count = 0
    for operation in range(32):
        for a in range(0, 256, 3):
            for b in range(0, 256, 5):
                packet = encode_request(Request(operation, a, b))
                assert packet == request_bytes(operation, a, b)
                assert [byte >> 7 for byte in packet] == [1, 0, 0, 0]
                count += 1
    assert count == 32 * 86 * 52
    # The example of the documentation.
    assert encode_request(Request(OPERATIONS["multiply"], 0x38, 0xC0)).hex() == "a0384027"


def test_answers():
    count = 0
    for status in range(64):
        for result in range(256):
            packet = encode_answer(Answer(status, result))
            assert decode_answer(packet) == (status, result)
            assert read_replies(packet) == [(status, result)]
            assert len(packet) == ANSWER_BYTES < REQUEST_BYTES
            count += 1
    assert count == 16_384
    assert encode_answer(Answer(Status.OK, 0xC0)).hex() == "c04051"


def test_numbers():
    """Numbers that a host relies on never change."""
    assert OPERATIONS == {
        "multiply": 0,
        "add": 1,
        "subtract": 2,
        "minimum": 3,
        "maximum": 4,
        "less": 5,
        "equal": 6,
        "unordered": 7,
    }
    assert [(status.name, status.value) for status in Status] == [
        ("OK", 0),
        ("UNKNOWN_OPERATION", 1),
        ("BAD_CHECKSUM", 2),
        ("FRAMING_ERROR", 3),
        ("INCOMPLETE", 4),
        ("BUSY", 5),
    ]
    assert NETWORK_OPERATIONS == {"load": 8, "infer": 9, "read": 10}
    assert BOARD_NETWORKS == ("digits",)
    assert (encode_network("digits"), decode_network(0xC0), decode_network(0x80)) == (
        0xC0,
        "digits",
        None,
    )
    with pytest.raises(InputError, match="Network of a board must be one of 1, not 1"):
        decode_network(0xC1)
    with pytest.raises(InputError, match="Network must be digits, not 'digit'; did you"):
        encode_network("digit")
    assert IDENTIFY == 31
    assert BOARD_FORMATS[:3] == ("e4m3fn", "e5m2", "e4m3")


@pytest.mark.parametrize(
    "request_", [Request(0, 0, 0), Request(7, 0xFF, 0xFF), Request(2, 0x38, 0xC4)]
)
def test_flipped_bits(request_):
    """No request with up to three flipped bits is taken for a request."""
    packet = int.from_bytes(encode_request(request_), "big")
    model = BoardModel(lambda operation, a, b: 0)
    count = 0
    for number in (1, 2, 3):
        for flips in combinations(range(32), number):
            wrong = packet ^ sum(1 << flip for flip in flips)
            model.take(wrong.to_bytes(4, "big"))
            assert not model.replies
            assert model.faults
            model.take([-2])  # silence
            count += 1
    assert count == 32 + 496 + 4960
    model.take(packet.to_bytes(4, "big"))
    assert model.replies == [(0, 0)]


def test_flipped_bits_of_an_answer():
    packet = int.from_bytes(encode_answer(Answer(0, 0x7E)), "big")
    count = 0
    for number in (1, 2, 3):
        for flips in combinations(range(24), number):
            wrong = (packet ^ sum(1 << flip for flip in flips)).to_bytes(3, "big")
            assert decode_answer(wrong) is None
            count += 1
    assert count == 24 + 276 + 2024


def test_checksum():
    """All ones and nothing else is what the register starts with."""
    assert checksum([]) == 0x7F
    assert checksum([0x7F]) == 0
    assert checksum([0x7F ^ 1]) == 0b1000101


def test_split_answers():
    one, two = Answer(0, 0x81), Answer(4, 0)
    data = encode_answer(one) + b"\x12" + encode_answer(two) + encode_answer(one)[:2]
    assert split_answers(data) == ([one, None, two], encode_answer(one)[:2])
    broken = encode_answer(one)[:2] + encode_answer(two)
    assert split_answers(broken) == ([None, two], b"")
    assert split_answers(b"") == ([], b"")


def test_identity():
    seen = set()
    for name in BOARD_FORMATS:
        fmt = find_format(name)
        for overflow in Overflow:
            number = encode_identity(fmt, overflow)
            assert decode_identity(number) == (fmt, overflow)
            seen.add(number)
    assert len(seen) == len(Overflow) * len(BOARD_FORMATS)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: encode_request(Request(32, 0, 0)), "Operation must be from 0 to 31, not 32"),
        (lambda: encode_request(Request(0, 256, 0)), "Operand must be from 0 to 255, not 256"),
        (lambda: encode_answer(Answer(64, 0)), "Status must be from 0 to 63, not 64"),
        (lambda: encode_answer(Answer(0, -1)), "Result must be from 0 to 255, not -1"),
        (lambda: decode_identity(0x55), "Format of a board must be one of 10, not 85"),
        (lambda: decode_identity(0xC0), "Format of a board must be one of 10, not 64"),
        (
            lambda: encode_identity(find_format("binary16"), Overflow.NAN),
            f"Format of a board must be one of {', '.join(BOARD_FORMATS)}, not 'binary16'",
        ),
    ],
)
def test_wrong(call, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        call()
