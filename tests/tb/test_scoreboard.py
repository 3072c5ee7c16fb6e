# SPDX-License-Identifier: Apache-2.0
"""The scoreboard tells right from wrong, and says what was wrong."""

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import find_format
from spikefloat.tb.scoreboard import Scoreboard

E4M3FN = find_format("e4m3fn")


def make_board(actual, expected, operands=None):
    codes = np.arange(len(expected))
    return Scoreboard(
        "product", E4M3FN, operands or [codes, codes], np.array(actual), np.array(expected)
    )


def test_right():
    board = make_board([1, 2, 3], [1, 2, 3])
    assert (board.cases, board.wrong.tolist(), board.report()) == (3, [], "")
    board.check(3)


def test_wrong():
    operands = [np.array([0x01, 0x3A]), np.array([0x7F, 0x80])]
    board = make_board([0x37, 0x80], [0x7F, 0x80], operands)
    assert board.wrong.tolist() == [0]
    report = (
        "product: 1 of 2 results wrong\n"
        "  a=0x01 (0.001953125) b=0x7F (NaN): got 0x37 (0.9375), expected 0x7F (NaN)"
    )
    assert board.report() == report
    with pytest.raises(AssertionError) as raised:
        board.check(2)
    assert str(raised.value) == report


def test_message_is_short():
    board = make_board(np.ones(100, int), np.zeros(100, int))
    lines = board.report().splitlines()
    assert lines[0] == "product: 100 of 100 results wrong"
    assert len(lines) == 10
    assert lines[-1] == "  and 92 more"


def test_result_that_is_not_a_code():
    board = make_board([0x100], [0])
    assert "got 0x100 (not a code), expected 0x00 (0)" in board.report()


def test_result_that_is_a_bit():
    codes = [np.array([0x38]), np.array([0x40])]
    board = Scoreboard("less", E4M3FN, codes, np.array([0]), np.array([1]), is_predicate=True)
    assert board.report().splitlines()[1] == "  a=0x38 (1) b=0x40 (2): got 0, expected 1"


def test_count():
    message = "^Number of cases of product must be 4, not 3$"
    with pytest.raises(AssertionError, match=message):
        make_board([1, 2, 3], [1, 2, 3]).check(4)
    message = "^Number of results of product must be 3, not 2$"
    with pytest.raises(AssertionError, match=message):
        make_board([1, 2], [1, 2, 3])


def test_result_in_another_format():
    board = Scoreboard(
        "widened",
        E4M3FN,
        [np.array([0x38])],
        np.array([0x3C01]),
        np.array([0x3C00]),
        to=find_format("binary16"),
    )
    assert board.report() == (
        "widened: 1 of 1 results wrong\n"
        "  a=0x38 (1): got 0x3C01 (1.0009765625), expected 0x3C00 (1)"
    )
