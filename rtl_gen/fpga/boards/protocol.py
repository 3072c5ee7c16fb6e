# SPDX-License-Identifier: Apache-2.0
"""What is said on the serial line of a board: requests, answers and how they are checked.

Only the first byte of a packet has its top bit set, so a receiver that lost the thread finds it
again with the next packet, whatever came before. The top bits of the operands travel in the first
byte of a request, that of the result in the first byte of an answer; the last byte is the checksum.
docs/howto/board.md has the table.
"""

from collections.abc import Sequence
from typing import NamedTuple

from amaranth.lib.crc import Algorithm, Parameters

from spikefloat.rtl_gen.errors import InputError, unknown_name
from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow
from spikefloat.rtl_gen.fpga.boards.protocol_tables import (
    ANSWER_BYTES,
    BOARD_FORMATS,
    BOARD_NETWORKS,
    OPERATION_WIDTH,
    POLICIES,
    START,
    STATUS_WIDTH,
)

__all__ = [
    "CHECKSUM",
    "Answer",
    "Request",
    "decode_answer",
    "decode_identity",
    "decode_network",
    "encode_answer",
    "encode_identity",
    "encode_network",
    "encode_request",
    "split_answers",
]

#: Checksum over the lower seven bits of the bytes before it. The polynomial is (x + 1) times the
#: primitive x^6 + x + 1: all errors of up to three bits are found in up to 63.
CHECKSUM: Parameters = Algorithm(
    crc_width=7,
    polynomial=0x45,
    initial_crc=0x7F,
    reflect_input=False,
    reflect_output=False,
    xor_output=0,
)(data_width=7)


#: Bits of the number of a format or a network.
_NUMBER_BITS = 6

#: What is above the number of a network, where a policy is above that of a format.
_NETWORK = 3


class Request(NamedTuple):
    """What a host asks for."""

    operation: int
    a: int
    b: int


class Answer(NamedTuple):
    """What a board says to it."""

    status: int
    result: int


def encode_request(request: Request) -> bytes:
    """Return a request as bytes.

    Raises
    ------
    ValueError
        If an operand is not a byte, or the operation has more than 5 bits.
    """
    _check(request.operation, OPERATION_WIDTH, "Operation")
    _check(request.a, 8, "Operand")
    _check(request.b, 8, "Operand")
    tops = request.a >> 7 << 6 | request.b >> 7 << 5
    return _packet([tops | request.operation, request.a & 0x7F, request.b & 0x7F])


def encode_answer(answer: Answer) -> bytes:
    """Return an answer as bytes.

    Raises
    ------
    ValueError
        If the result is not a byte, or the status has more than 6 bits.
    """
    _check(answer.status, STATUS_WIDTH, "Status")
    _check(answer.result, 8, "Result")
    return _packet([answer.result >> 7 << 6 | answer.status, answer.result & 0x7F])


def decode_answer(packet: Sequence[int]) -> Answer | None:
    """Return what a packet says, or None if it is no answer or its checksum is wrong."""
    first, *others = packet
    if len(packet) != ANSWER_BYTES or not first & START or any(byte & START for byte in others):
        return None
    words = [byte & 0x7F for byte in packet[:-1]]
    if CHECKSUM.compute(words) != packet[-1]:
        return None
    return Answer(first & (1 << STATUS_WIDTH) - 1, (first >> 6 & 1) << 7 | packet[1])


def split_answers(data: bytes) -> tuple[list[Answer | None], bytes]:
    """Return the answers in what came from a board, and the beginning of one that goes on.

    None stands for what is not an answer, or one that fails its checksum.
    """
    answers: list[Answer | None] = []
    start = 0
    while start < len(data):
        end = start + 1
        while end < len(data) and end < start + ANSWER_BYTES and not data[end] & START:
            end += 1
        is_whole = end == start + ANSWER_BYTES
        if end == len(data) and not is_whole and data[start] & START:
            break
        answers.append(decode_answer(data[start:end]))
        start = end
    return answers, data[start:]


def encode_identity(fmt: Format, overflow: Overflow) -> int:
    """Return the result of IDENTIFY: the number of the format, plus 64 times that of the policy.

    Raises
    ------
    ValueError
        If there is no board for that format.
    """
    if fmt.name not in BOARD_FORMATS:
        raise InputError(
            f"Format of a board must be one of {', '.join(BOARD_FORMATS)}, not {fmt.name!r}"
        )
    return BOARD_FORMATS.index(fmt.name) | POLICIES.index(overflow) << _NUMBER_BITS


def decode_identity(result: int) -> tuple[Format, Overflow]:
    """Return format and overflow policy from the result of IDENTIFY.

    Raises
    ------
    ValueError
        If there is no such format, or no such policy.
    """
    policy, number = result >> _NUMBER_BITS, result & (1 << _NUMBER_BITS) - 1
    if policy >= len(POLICIES) or number >= len(BOARD_FORMATS):
        raise InputError(
            f"Format of a board must be one of {len(BOARD_FORMATS)}, not {result & 0x7F}"
        )
    return FORMATS[BOARD_FORMATS[number]], POLICIES[policy]


def encode_network(name: str) -> int:
    """Return the result of IDENTIFY of a board with a network.

    Raises
    ------
    ValueError
        If there is no board for that network.
    """
    if name not in BOARD_NETWORKS:
        raise unknown_name("Network", name, BOARD_NETWORKS)
    return _NETWORK << _NUMBER_BITS | BOARD_NETWORKS.index(name)


def decode_network(result: int) -> str | None:
    """Return the name of a network from the result of IDENTIFY, or None if the board has none.

    Raises
    ------
    ValueError
        If there is no such network.
    """
    kind, number = result >> _NUMBER_BITS, result & (1 << _NUMBER_BITS) - 1
    if kind != _NETWORK:
        return None
    if number >= len(BOARD_NETWORKS):
        raise InputError(f"Network of a board must be one of {len(BOARD_NETWORKS)}, not {number}")
    return BOARD_NETWORKS[number]


def _packet(words: list[int]) -> bytes:
    return bytes([words[0] | START, *words[1:], CHECKSUM.compute(words)])


def _check(value: int, width: int, noun: str) -> None:
    if not 0 <= value < 1 << width:
        raise InputError(f"{noun} must be from 0 to {(1 << width) - 1}, not {value!r}")
