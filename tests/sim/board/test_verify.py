# SPDX-License-Identifier: Apache-2.0
"""The judges of a board, without a board: each is shown to notice what is wrong."""

import re

import numpy as np
import pytest

from spikefloat.rtl_gen.fpga.boards.protocol import Answer, encode_answer
from spikefloat.sim.board.line_top import Symbol, board_top, pack_symbols
from spikefloat.sim.board.model import BoardModel, received, request_bytes
from spikefloat.sim.board.noise import KINDS, REST, noise_cases
from spikefloat.sim.board.verify import judge_noise, judge_pairs, read_replies

TABLE = np.arange(65_536).reshape(256, 256) % 251
CHOSEN = np.array([0, 7])


def test_replies():
    data = encode_answer(Answer(0, 0xFF)) + b"\x05" + encode_answer(Answer(3, 0))
    assert read_replies(data) == [(0, 0xFF), None, (3, 0)]
    assert read_replies(data[:2]) == [None, None]


@pytest.mark.parametrize(
    "fault, count, report",
    [
        (lambda replies: replies, 0, ""),
        (lambda replies: replies[:-1], 1, "511 replies to 512 requests"),
        (lambda replies: [*replies, (0, 1)], 1, "513 replies to 512 requests"),
        (
            lambda replies: [*replies[:257], (0, 1), *replies[258:]],
            1,
            "0x07, 0x01 must give (0, 36), not (0, 1)",
        ),
        (
            lambda replies: [*replies[:2], None, *replies[3:]],
            1,
            "0x00, 0x02 must give (0, 2), not None",
        ),
    ],
)
def test_pairs(fault, count, report):
    right = [(0, int(result)) for result in TABLE[CHOSEN].ravel()]
    assert judge_pairs(fault(right), TABLE, CHOSEN) == (count, report)


@pytest.mark.parametrize(
    "replies, answered, agrees",
    [
        ([(4, 0), (0, 3)], True, True),
        ([(0, 3)], True, False),  # the fault is not told
        ([(2, 0), (0, 3)], True, False),  # another fault
        ([(4, 0), (4, 0), (0, 3)], True, False),  # one too many
        ([(4, 0), (0, 3), (0, 3)], True, False),
        ([(4, 0), (0, 2)], False, False),  # a wrong result
        ([(4, 0)], False, False),  # wedged
        ([None, (0, 3)], True, False),
    ],
)
def test_noise(replies, answered, agrees):
    (case,) = (
        case
        for case in noise_cases(13, operations=1, timeout_bits=64, seed=1)
        if case.kind == "truncated"
    )
    model = BoardModel(lambda operation, a, b: 3)
    assert judge_noise(case, replies, model, 64) == (answered, agrees)


def test_cases():
    cases = noise_cases(130, operations=8, timeout_bits=64, seed=1)
    assert [case.kind for case in cases[:13]] == list(KINDS)
    assert cases == noise_cases(130, operations=8, timeout_bits=64, seed=1)
    assert cases != noise_cases(130, operations=8, timeout_bits=64, seed=2)
    for case in cases:
        assert bytes(symbol.data for symbol in case.symbols[-4:]) == request_bytes(*case.good)
        assert case.symbols[-1].gap == REST
        # A model that takes the case ends with the good packet, whatever came before.
        model = BoardModel(lambda operation, a, b: None)
        model.take(received(case.symbols, 64))
        assert model.replies[-1] == (1, case.good[0])


def test_symbols():
    words = pack_symbols([Symbol(0x5A), Symbol(1, False, 3, 7, False, True)])
    assert words.tolist() == [0x5A | 1 << 8 | 10 << 9 | 1 << 13, 1 | 3 << 9 | 7 << 16 | 1 << 14]
    assert pack_symbols([]).size == 0
    for symbol in (Symbol(256), Symbol(bits=11), Symbol(gap=65_536), Symbol(-1)):
        with pytest.raises(ValueError, match=r"^Symbol's \w+ must be from 0 to \d+, not"):
            pack_symbols([symbol])


def test_line_that_breaks_off():
    symbols = [
        Symbol(0b0000_0000, bits=3),
        Symbol(7, bits=0),
        Symbol(9, stop=False),
        Symbol(1, gap=64),
        Symbol(2, gap=64, level=False),
    ]
    assert list(received(symbols, 64)) == [0b1111_1100, -1, 1, -2, 2]


def test_top():
    text = board_top("module board; endmodule", "board")
    assert re.search(r"\n  board board \(\.clk\(clk\)", text)
