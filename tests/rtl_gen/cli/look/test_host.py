# SPDX-License-Identifier: Apache-2.0
"""The host program, with boards that are simulated, modelled, or not there."""

import re

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.networks.digits import digits_case
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.formats import Overflow, find_format
from spikefloat.rtl_gen.fpga.boards.protocol import encode_identity, encode_network
from spikefloat.rtl_gen.fpga.boards.protocol_tables import IDENTIFY, NETWORK_OPERATIONS
from spikefloat.sim.board.terminal import board_terminal
from spikefloat.sim.golden.arithmetic import multiply
from spikefloat.sim.golden.networks.network import run_network
from spikefloat.sim.golden.vectors.reductions import argmax
from tests.helpers.board_line import ModelLine
from tests.helpers.command import Capture, run_json

E4M3FN = find_format("e4m3fn")


def with_board(monkeypatch: pytest.MonkeyPatch, first_wrong: int = 256) -> None:
    """Let a model that can multiply be at every port; it errs from one first operand on."""
    table = multiply(E4M3FN, [[a] for a in range(256)], [list(range(256))], Overflow.NAN)

    def compute(operation: int, a: int, b: int) -> int | None:
        if operation == IDENTIFY:
            return encode_identity(E4M3FN, Overflow.NAN)
        return int(table[a, b]) ^ (a >= first_wrong) if operation == 0 else None

    monkeypatch.setattr(
        "spikefloat.rtl_gen.cli.look.host.open_line", lambda port, baud: ModelLine(compute)
    )


def test_compute(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    with_board(monkeypatch)
    (row,) = run_json(capsys, "host", "--port", "x", "compute", "multiply", "0x38", "0x40")
    assert row == {
        "operation": "multiply",
        "format": "e4m3fn",
        "overflow": "nan",
        "a": 0x38,
        "b": 0x40,
        "result": 0x40,
        "expected": 0x40,
    }
    assert main(["host", "--port", "x", "compute", "multiply", "1.5", "-2"]) == 0
    assert capsys.readouterr().out == "multiply 0x3c (1.5) 0xc0 (-2): 0xc4 (-3)\n"
    assert main(["host", "--port", "x", "identify"]) == 0
    assert capsys.readouterr().out.startswith("e4m3fn, overflow to nan: multiply, add,")


def test_sweep(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    with_board(monkeypatch)
    (row,) = run_json(capsys, "host", "--port", "x", "sweep")
    assert (row["pairs"], row["wrong"], row["retries"]) == (65_536, 0, 0)


def test_wrong_results(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    with_board(monkeypatch, first_wrong=0xFF)
    assert main(["host", "--port", "x", "sweep", "multiply", "--sample", "2"]) == 1
    out = capsys.readouterr().out
    assert re.search(r"(?s)multiply\s.*pairs\s+512\s.*wrong\s+256\s", out)
    assert "multiply 0xff 0x00 must give 0x7f, not 0x7e" in out
    assert main(["host", "--port", "x", "compute", "multiply", "0xff", "0"]) == 1
    assert "The golden model says 0x7f (NaN)" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["compute", "divide", "1", "2"],
            "Operation must be one of multiply, add, subtract, minimum, maximum, less, equal, "
            "unordered, not 'divide'",
        ),
        (
            ["compute", "multiply", "1"],
            "Arguments of compute must be an operation and two operands, not 'multiply 1'",
        ),
        (["identify", "x"], "Arguments of identify must be nothing, not 'x'"),
        (
            ["sweep", "multiply", "add"],
            "Arguments of sweep must be one list of operations, not 'multiply add'",
        ),
        (["sweep", "--sample", "0"], "Sample must be an integer from 1 to 256, not '0'"),
        (
            ["compute", "multiply", "0.3", "2"],
            "Operand must be a code such as 0x7e or a number that e4m3fn has, not '0.3'",
        ),
        (
            ["compute", "multiply", "0x100", "2"],
            "Operand must be a code such as 0x7e or a number that e4m3fn has, not '0x100'",
        ),
        (
            ["compute", "multiply", "two", "2"],
            "Operand must be a code such as 0x7e or a number that e4m3fn has, not 'two'",
        ),
        (["compute", "add", "1", "2"], "Board must know add, not refuse it"),
    ],
)
def test_wrong(
    arguments: list[str], message: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_board(monkeypatch)
    assert main(["host", "--port", "x", *arguments]) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", f"spikefloat: error: {message}\n")


def test_no_port(capsys: Capture) -> None:
    assert main(["host", "--port", "/nowhere/tty", "identify"]) == 2
    assert capsys.readouterr().err == (
        "spikefloat: error: Cannot open serial port '/nowhere/tty': [Errno 2] could not open port "
        "/nowhere/tty: [Errno 2] No such file or directory: '/nowhere/tty'\n"
    )


def test_timeout() -> None:
    terminal = board_terminal("", "board", clocks_per_bit=4, timeout_bits=45)
    with pytest.raises(ValueError, match=r"^Timeout must be more than 45 bits, not 45$"):
        terminal.__enter__()


@pytest.mark.tool
def test_simulated_board(capsys: Capture) -> None:
    """The same program, through a pseudo-terminal, with the Verilog of a board behind it."""
    rows = run_json(
        capsys,
        "host",
        "--simulate",
        "upduino",
        "--sim",
        "icarus",
        "--format",
        "e2m1fn",
        "--overflow",
        "saturate",
        "sweep",
        "multiply,equal",
    )
    assert [
        (row["operation"], row["overflow"], row["pairs"], row["wrong"], row["retries"])
        for row in rows
    ] == [
        ("multiply", "saturate", 256, 0, 0),
        ("equal", "saturate", 256, 0, 0),
    ]


@pytest.mark.slow
@pytest.mark.tool
def test_a_sweep_of_a_simulated_board(capsys: Capture) -> None:
    """Tests of the board put every pair through its line."""
    (row,) = run_json(capsys, "host", "--simulate", "icebreaker", "sweep", "--sample", "16")
    assert (row["pairs"], row["wrong"], row["retries"]) == (16 * 256, 0, 0)


def with_network(monkeypatch: pytest.MonkeyPatch, last: int = 0) -> None:
    """Let a model of the digits transformer be at every port; ``last`` is put into the lowest logit."""
    case = digits_case(2)
    logits = run_network(case.network, case.weights, case.x)["head"]["stream"][:, 0]
    wide = case.network.stream_format
    codes, results = bytearray(64), bytearray(21)

    def compute(operation: int, a: int, b: int) -> int | None:
        if operation == IDENTIFY:
            return encode_network("digits")
        if operation == NETWORK_OPERATIONS["load"]:
            codes[a] = b
            return b
        if operation == NETWORK_OPERATIONS["infer"]:
            (number,) = [n for n, x in enumerate(case.x) if x.astype("u1").tobytes() == codes]
            own = logits[number] ^ np.eye(10, dtype=int)[0] * last
            results[:20] = own.astype("<u2").tobytes()
            results[20] = int(argmax(wide, wide, None, logits)[number])
            return 0
        return results[a] if operation == NETWORK_OPERATIONS["read"] else None

    monkeypatch.setattr(
        "spikefloat.rtl_gen.cli.look.host.open_line", lambda port, baud: ModelLine(compute)
    )


def test_classify(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    with_network(monkeypatch)
    (row,) = run_json(capsys, "host", "--port", "x", "classify", "--images", "2")
    found = {name: row[name] for name in ("network", "images", "logits", "logits_equal")}
    assert found == {"network": "digits", "images": 2, "logits": 20, "logits_equal": 20}
    assert (row["classes_equal"], row["first_wrong"], row["retries"]) == (2, None, 0)
    assert main(["host", "--port", "x", "identify"]) == 0
    assert capsys.readouterr().out == "network: digits\n"
    assert main(["host", "--port", "x", "compute", "add", "1", "2"]) == 2
    assert "Board must compute with floats for compute, not digits" in capsys.readouterr().err


def test_classify_wrong(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    with_network(monkeypatch, last=1)
    assert main(["host", "--port", "x", "classify", "--images", "2"]) == 1
    assert "Image 0 is the first with another result" in capsys.readouterr().out
    with_board(monkeypatch)
    assert main(["host", "--port", "x", "classify"]) == 2
    assert "Board must have a network for classify, not e4m3fn" in capsys.readouterr().err
