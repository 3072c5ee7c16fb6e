# SPDX-License-Identifier: Apache-2.0
"""Checking a board through its serial line: every pair of operands, and packets that go wrong."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.board.line import Heard, play_line
from spikefloat.sim.board.line_top import Symbol, pack_symbols
from spikefloat.sim.board.model import (
    OK,
    UNKNOWN,
    BoardModel,
    Reply,
    checksum,
    received,
    request_bytes,
)
from spikefloat.sim.board.noise import NoiseCase, noise_cases
from spikefloat.sim.golden.operations import expected

__all__ = [
    "BoardResult",
    "BoardUnderTest",
    "judge_noise",
    "judge_pairs",
    "read_replies",
    "verify_board",
]

_ANSWER_BYTES = 3


@dataclass(frozen=True, kw_only=True)
class BoardUnderTest:
    """A board, and what it has to compute."""

    verilog: str  #: Text of a file with the board and all that it is made of.
    module: str
    fmt: Format
    overflow: Overflow
    operations: Mapping[str, int]  #: Number of each operation that it knows.
    identify: int  #: Number of the operation that tells the format.
    identity: int  #: What it tells.
    clocks_per_bit: int
    timeout_bits: int

    def tables(self) -> dict[int, NDArray[np.int64]]:
        """Return all results of each operation by its number, from the golden model."""
        size = 1 << self.fmt.width
        codes = np.arange(256) % size
        a, b = (grid.ravel() for grid in np.meshgrid(codes, codes, indexing="ij"))
        return {
            number: expected(name, self.fmt, [a, b], self.overflow).reshape(256, 256)
            for name, number in self.operations.items()
        }

    def compute(self) -> Callable[[int, int, int], int | None]:
        """Return what :class:`~spikefloat.sim.board.model.BoardModel` asks."""
        tables = self.tables()

        def result(operation: int, a: int, b: int) -> int | None:
            if operation == self.identify:
                return self.identity
            return int(tables[operation][a, b]) if operation in tables else None

        return result


@dataclass(frozen=True, kw_only=True)
class BoardResult:
    """How a board did."""

    pairs: dict[str, int]  #: Pairs of operands tried, by operation.
    wrong_pairs: dict[str, int]
    noise: dict[str, int]  #: Packets that went wrong, by what happened to them.
    unanswered: int  #: Good packets after these that were not answered, or wrongly.
    disagreements: int  #: Of these packets, those with any other answer than the model's.
    faults: int  #: Faults that the board told.
    seconds: float  #: Time of the simulation, without the build.
    cpu_seconds: float
    reports: tuple[str, ...]  #: What was wrong first, in words.

    @property
    def is_right(self) -> bool:
        """Whether everything was as it has to be."""
        return not self.disagreements and not self.unanswered and not any(self.wrong_pairs.values())


def read_replies(data: bytes) -> list[Reply | None]:
    """Return statuses and results in what a board said, None for each byte that fits nowhere."""
    replies: list[Reply | None] = []
    index = 0
    while index < len(data):
        packet = data[index : index + _ANSWER_BYTES]
        is_packet = (
            len(packet) == _ANSWER_BYTES
            and packet[0] >= 128 > max(packet[1:])
            and checksum((packet[0] - 128, packet[1])) == packet[2]
        )
        replies.append(
            (packet[0] % 64, (packet[0] >> 6 & 1) * 128 + packet[1]) if is_packet else None
        )
        index += _ANSWER_BYTES if is_packet else 1
    return replies


def judge_pairs(
    replies: Sequence[Reply | None], table: NDArray[np.int64], first: NDArray[np.int64]
) -> tuple[int, str]:
    """Compare the replies to the ``first`` operands with all second ones with the golden model.

    Returns
    -------
    int
        How many are wrong or missing, or too many.
    str
        The first of them in words, or nothing.
    """
    expected_replies = [(OK, int(result)) for result in table[first].ravel()]
    wrong = [
        index
        for index, pair in enumerate(zip(replies, expected_replies, strict=False))
        if pair[0] != pair[1]
    ]
    count = len(wrong) + abs(len(expected_replies) - len(replies))
    if not count:
        return 0, ""
    if not wrong:
        return count, f"{len(replies)} replies to {len(expected_replies)} requests"
    a, b = divmod(wrong[0], table.shape[1])
    return count, (
        f"0x{first[a]:02x}, 0x{b:02x} must give {expected_replies[wrong[0]]}, not {replies[wrong[0]]}"
    )


def judge_noise(
    case: NoiseCase, replies: Sequence[Reply | None], model: BoardModel, timeout_bits: int
) -> tuple[bool, bool]:
    """Compare the replies to one case with the model.

    Of faults that follow each other closely the board tells the first, and perhaps more.

    Returns
    -------
    bool
        Whether the good packet at the end was answered rightly.
    bool
        Whether everything is as the model says.
    """
    model.replies.clear()
    model.faults.clear()
    model.take(received(case.symbols, timeout_bits))
    answers = [reply for reply in replies if reply and reply[0] in (OK, UNKNOWN)]
    faults = [reply for reply in replies if not (reply and reply[0] in (OK, UNKNOWN))]
    good = model.compute(*case.good)
    agrees = (
        answers == model.replies
        and len(faults) <= len(model.faults)
        and faults[:1] == [(status, 0) for status in model.faults[:1]]
    )
    return bool(answers) and answers[-1] == (OK, good), agrees


def verify_board(
    board: BoardUnderTest,
    *,
    operations: Sequence[str],
    noise: int,
    build_dir: Path,
    simulator: str = "verilator",
    sample: int = 256,
    seed: int = 1,
    progress: Callable[[str], None] | None = None,
) -> BoardResult:
    """Send every pair of operands through a board, and then packets that go wrong.

    Parameters
    ----------
    board
        What is checked.
    operations
        Names of the operations to try on every pair of codes of eight bits.
    noise
        Number of packets that go wrong, each followed by a good one.
    build_dir
        Folder for all that is written.
    simulator
        "icarus" or "verilator".
    sample
        Number of first operands to try, evenly spread over all 256.
    seed
        Seed of the random numbers.
    progress
        Called with a few words at the start of each step.

    Raises
    ------
    BenchError
        If the build fails, or the bench does not run to its end.
    ToolError
        If the simulator is missing.
    ValueError
        If an operation is unknown.
    """
    for name in operations:
        if name not in board.operations:
            raise InputError(
                f"Operation must be one of {', '.join(board.operations)}, not {name!r}"
            )
    first = np.unique(np.linspace(0, 255, sample).astype(int))
    cases = noise_cases(
        noise, operations=len(board.operations), timeout_bits=board.timeout_bits, seed=seed
    )
    requests = [
        symbol for name in operations for symbol in _pair_symbols(board.operations[name], first)
    ]
    heard = play_line(
        board.verilog,
        board.module,
        pack_symbols([*requests, *(symbol for case in cases for symbol in case.symbols)]),
        clocks_per_bit=board.clocks_per_bit,
        build_dir=build_dir,
        simulator=simulator,
        progress=progress,
    )
    reports = [f"{heard.framing_errors} bytes of the board lack a stop bit"] * bool(
        heard.framing_errors
    )
    wrong_pairs = {}
    tables = board.tables()
    size = len(requests) // len(operations) if operations else 0
    for index, name in enumerate(operations):
        replies = read_replies(_said(heard, index * size, (index + 1) * size))
        count, report = judge_pairs(replies, tables[board.operations[name]], first)
        wrong_pairs[name] = count
        reports += [f"{name}: {report}"] * bool(report)
    packets = _judge_packets(board, heard, cases, len(requests))
    return BoardResult(
        pairs={name: len(first) * 256 for name in operations},
        wrong_pairs=wrong_pairs,
        noise=dict(Counter(case.kind for case in cases)),
        unanswered=packets.unanswered,
        disagreements=packets.disagreements,
        faults=packets.faults,
        seconds=heard.seconds,
        cpu_seconds=heard.cpu_seconds,
        reports=tuple([*reports, *packets.reports][:20]),
    )


class _Packets(NamedTuple):
    """What came of packets that go wrong; see :class:`BoardResult`."""

    unanswered: int
    disagreements: int
    faults: int
    reports: list[str]


def _judge_packets(
    board: BoardUnderTest, heard: Heard, cases: Sequence[NoiseCase], start: int
) -> _Packets:
    """Compare what was answered to cases, the first of which starts at a symbol, with the model."""
    model = BoardModel(board.compute())
    unanswered = disagreements = faults = 0
    reports = []
    for case in cases:
        end = start + len(case.symbols)
        replies = read_replies(_said(heard, start, end))
        answered, agrees = judge_noise(case, replies, model, board.timeout_bits)
        if not (answered and agrees):
            reports.append(
                f"{case.kind}, packet {case.good}: answered {replies}, must be "
                f"{model.replies} and faults {model.faults}"
            )
        unanswered += not answered
        disagreements += not agrees
        faults += sum(reply is None or reply[0] not in (OK, UNKNOWN) for reply in replies)
        start = end
    return _Packets(unanswered, disagreements, faults, reports)


def _pair_symbols(number: int, first: NDArray[np.int64]) -> list[Symbol]:
    """Return requests of an operation for first operands with all second ones, then a pause."""
    symbols = [
        Symbol(byte)
        for a in first.tolist()
        for b in range(256)
        for byte in request_bytes(number, a, b)
    ]
    symbols[-1] = symbols[-1]._replace(gap=100)
    return symbols


def _said(heard: Heard, start: int, end: int) -> bytes:
    """Return what was said while the symbols from ``start`` to ``end`` were sent.

    What comes after the very last symbol belongs to that.
    """
    first, last = np.searchsorted(heard.positions, [start, end])
    return heard.data[int(first) : int(last)]
