# SPDX-License-Identifier: Apache-2.0
"""The scoreboard tells right from wrong, and says what was wrong."""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import find_format
from spikefloat.sim.benches.dut import Cases, Check, Dut, Port
from spikefloat.sim.benches.scoreboard import Scoreboard

E4M3FN = find_format("e4m3fn")

CODE = Port("y", 8, fmt=E4M3FN)


def make_board(actual, expected, operands=None, output=CODE, **more):
    codes = np.arange(len(expected))
    named = dict(zip("ab", operands or [codes, codes], strict=False))
    dut = Dut(
        name="product",
        verilog="",
        module="product",
        inputs=tuple(Port(name, 8, fmt=E4M3FN) for name in named),
        outputs=(output,),
    )
    cases = Cases(operands=named, expected={"y": np.array(expected)})
    return Scoreboard(Check(dut=dut, cases=cases), {"y": np.array(actual)}, **more)


def test_right():
    board = make_board([1, 2, 3], [1, 2, 3])
    assert (board.cases, board.wrong.tolist(), board.report()) == (3, [], "")
    assert board.mismatches == 0


def test_wrong():
    operands = [np.array([0x01, 0x3A]), np.array([0x7F, 0x80])]
    board = make_board([0x37, 0x80], [0x7F, 0x80], operands)
    assert board.wrong.tolist() == [0]
    assert board.mismatches == 1
    assert board.report() == (
        "product: 1 of 2 results wrong\n"
        "  a=0x01 (0.001953125) b=0x7F (NaN): got 0x37 (0.9375), expected 0x7F (NaN)"
    )


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
    board = make_board([0], [1], codes, Port("y", 1))
    assert board.report().splitlines()[1] == "  a=0x38 (1) b=0x40 (2): got 0, expected 1"


def test_result_in_another_format():
    result = Port("y", 16, fmt=find_format("binary16"))
    board = make_board([0x3C01], [0x3C00], [np.array([0x38])], result)
    assert board.report() == (
        "product: 1 of 1 results wrong\n"
        "  a=0x38 (1): got 0x3C01 (1.0009765625), expected 0x3C00 (1)"
    )


def test_one_of_many_numbers():
    board = make_board([[1, 2], [3, 5]], [[1, 2], [3, 4]], output=Port("y", 8, 2))
    assert board.wrong.tolist() == [1]
    assert board.report().splitlines()[1].endswith("got y[1]=0x5, expected y[1]=0x4")


@pytest.mark.parametrize(
    "actual, count, message",
    [([1, 2], 1, "2 results, not 3"), ([1, 2, 3, 4], 1, "4 results, not 3"), ([], 3, "0 results")],
)
def test_missing_and_additional_results_are_wrong(actual, count, message):
    board = make_board(np.array(actual, int), [1, 2, 3])
    assert (board.cases, board.mismatches) == (3, count)
    assert message in board.report().splitlines()[1]


def test_undefined_results_are_wrong():
    board = make_board([1, 2], [1, 2], undefined={"y": np.array([False, True])})
    assert board.wrong.tolist() == [1]
    assert "got undefined, expected 0x02" in board.report()


def test_faults_are_wrong():
    board = make_board([1, 2], [1, 2], faults=np.array([True, False]), notes=["frame_error is set"])
    assert board.wrong.tolist() == [0]
    assert board.report("none").splitlines()[:2] == [
        "product (pauses: none): 1 of 2 results wrong",
        "  frame_error is set",
    ]


def test_count():
    with pytest.raises(ValueError, match=r"^Number of expected results y must be 3, not 2$"):
        Cases(operands={"a": np.arange(3)}, expected={"y": np.arange(2)})
    with pytest.raises(ValueError, match=r"^Number of cases must be more than 0, not 0$"):
        Cases(operands={"a": np.arange(0)}, expected={"y": np.arange(0)})
    check = make_board([1], [1], [np.array([1])]).check
    dut = replace(check.dut, inputs=(Port("c", 8),))
    with pytest.raises(ValueError, match=r"^Cases of product have no operand 'c'; they have a$"):
        replace(check, dut=dut)
