# SPDX-License-Identifier: Apache-2.0
"""Clocks of boards, and what a divider makes of them."""

import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.boards.board import BAUD, NETWORK_CLOCKS, Board
from spikefloat.rtl_gen.fpga.boards.boards import BOARDS
from spikefloat.rtl_gen.fpga.boards.constraints import constraint_files
from spikefloat.rtl_gen.fpga.boards.protocol_tables import BOARD_NETWORKS


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
def test_for_network(board: Board) -> None:
    """The divider is the smallest power of two that is slow enough; pins stay as they are."""
    assert tuple(NETWORK_CLOCKS) == BOARD_NETWORKS
    for name, most in NETWORK_CLOCKS.items():
        slow = board.for_network(name)
        assert slow.clock_frequency <= most
        assert slow.divider == 1 or 2 * slow.clock_frequency > most
        assert constraint_files(slow) == constraint_files(board)


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
def test_divided(board: Board) -> None:
    assert board.divided(1) == board
    slow = board.divided(8)
    assert slow.clock_frequency * 8 == slow.frequency == board.frequency
    assert abs(slow.clocks_per_bit * BAUD / slow.clock_frequency - 1) <= 0.02


def test_wrong_divider() -> None:
    board = BOARDS["icebreaker"]
    for divider in (0, 3, 16, -2):
        with pytest.raises(InputError, match=f"must be one of 1, 2, 4, 8, not {divider}"):
            board.divided(divider)
