# SPDX-License-Identifier: Apache-2.0
"""``spikefloat synth`` of Verilog files and standard cells, and what an interrupt leaves of it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.measure import synth
from spikefloat.rtl_gen.errors import INTERRUPTED_STATUS
from spikefloat.rtl_gen.fpga.families import Target
from spikefloat.rtl_gen.fpga.synthesis.cache import CACHE_VARIABLE
from spikefloat.rtl_gen.fpga.synthesis.flow import Measurement
from spikefloat.rtl_gen.tools import ToolStopped
from tests.helpers.command import Capture, printed_results, run_json
from tests.helpers.paths import ROOT

LIBRARY = str(ROOT / "examples" / "cells.lib")

OWN = """\
module invert (input [7:0] a, output [7:0] y);
  assign y = ~a;
endmodule
module flip (input [7:0] a, output [7:0] y);
  assign y = {~a[7], a[6:0]};
endmodule
module wires (input [7:0] a, output [7:0] y);
  assign y = a;
endmodule
"""


@pytest.fixture(autouse=True)
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.v").write_text(OWN)
    return tmp_path


@pytest.mark.slow
@pytest.mark.tool
def test_own_beside_ours(capsys: Capture) -> None:
    """One table with the same columns; what a file has not, such as a format, is empty."""
    arguments = [
        "synth",
        "negate",
        "own.v",
        "--nan",
        "canonical",
        "--top",
        "flip",
        "--target",
        "ecp5,gates",
    ]
    assert main([*arguments, "--seeds", "4", "--json"]) == 0
    rows = printed_results(capsys)
    assert [(row["design"], row["module"], row["target"]) for row in rows] == [
        ("negate", "negate_e4m3fn_canonical", "ecp5"),
        ("negate", "negate_e4m3fn_canonical", "gates"),
        ("own.v", "flip", "ecp5"),
        ("own.v", "flip", "gates"),
    ]
    assert all(row.keys() == rows[0].keys() for row in rows)
    assert rows[2]["format"] is rows[2]["style"] is rows[2]["stages"] is None
    # Ours leaves NaN alone, so it is more than an inverter.
    assert (rows[2]["lut4"], rows[2]["levels"]) == (1, 1)
    assert rows[0]["lut4"] > 1
    assert (rows[3]["gates"], rows[3]["lut4"], rows[3]["fmax_mhz"]) == (0, None, None)
    assert [len(row["fmax_seeds"]) for row in rows] == [1, 0, 1, 0]
    assert main([*arguments, "--seeds", "4"]) == 0
    table = capsys.readouterr().out
    assert "lut6" not in table
    assert "median of seeds 4;" in table


@pytest.mark.tool
def test_standard_cells(capsys: Capture) -> None:
    (row,) = run_json(capsys, "synth", "own.v", "--top", "invert", "--liberty", LIBRARY)
    assert (row["target"], row["cells"], row["area"], row["path_ns"]) == ("cells.lib", 8, 8.0, 0.01)
    rows = run_json(
        capsys, "synth", "own.v", "--top", "flip", "--liberty", LIBRARY, "--target", "gates"
    )
    assert [row["target"] for row in rows] == ["gates", "cells.lib"]
    assert main(["synth", "own.v", "--top", "invert", "--liberty", LIBRARY]) == 0
    assert "area in the unit of the library" in capsys.readouterr().out


@pytest.mark.tool
@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["own.v"],
            "Top module must be named (--top), as there are several in own.v: invert, flip, wires",
        ),
        (["own.v", "--top", "none"], "Top module must be in own.v, not 'none'"),
        (["none.v"], "Cannot read 'none.v': No such file or directory"),
        (
            ["own.v", "--top", "wires", "--seeds", "1"],
            "Module wires must have logic or a register between its ports for a clock to be "
            "measured, which it has not; it takes nothing on ecp5",
        ),
        (
            ["own.v", "--top", "flip", "--target", "gates", "--seeds", "1"],
            "Option --seeds has no effect where nothing is placed; it is for targets that are a "
            "device",
        ),
        (
            ["own.v", "--top", "flip", "-P", "W=1"],
            "Module flip has no parameters, so 'W' cannot be set",
        ),
        (
            ["own.v", "--top", "flip", "--stages", "2"],
            "Option --stages has no effect for own.v; it is for circuits in the spatial style",
        ),
        (
            ["own.v", "--top", "flip", "--matrix"],
            "Option --matrix has no effect for Verilog files, which are measured as they are",
        ),
        (["negate", "--top", "flip"], "Option --top has no effect without a Verilog file"),
        (
            ["negate", "--liberty", "none.lib"],
            "Cannot read 'none.lib': No such file or directory",
        ),
        (["negate", "--seeds", "-1"], "Seeds must be an integer from 0 to 1073741824, not '-1'"),
    ],
)
def test_refusals(capsys: Capture, arguments: list[str], message: str) -> None:
    assert main(["synth", *arguments]) == 2
    assert capsys.readouterr().err == f"spikefloat: error: {message}\n"


@pytest.mark.tool
def test_syntax_error(capsys: Capture, folder: Path) -> None:
    (folder / "wrong.v").write_text("module m (input a output y); endmodule\n")
    assert main(["synth", "wrong.v"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        "spikefloat: error: Verilog source must be accepted by Yosys, which says:"
    )
    assert "wrong.v:1: syntax error" in line


@pytest.fixture
def interrupted(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Return what makes the measurement of a number, from 0, be interrupted from the keyboard."""

    def at(number: int) -> None:
        begun: list[str] = []

        def measure(
            verilog: str, *, target: Target, stop: Callable[[], bool], **_: object
        ) -> Measurement:
            begun.append(target.name)
            if len(begun) > number:
                os.kill(os.getpid(), signal.SIGINT)
                while not stop():
                    time.sleep(0.01)
                raise ToolStopped
            return Measurement(
                target=target.name, device=target.device, lut4=7, lut4_depth=2, tools={"t": "1"}
            )

        monkeypatch.setattr(synth, "measure", measure)

    return at


def test_interrupt_prints_what_there_is(
    capsys: Capture, interrupted: Callable[[int], None]
) -> None:
    """The rows so far, as a table or as whole JSON, and the exit status of an interrupt."""
    arguments = ["synth", "negate", "--target", "ecp5,ice40,gowin", "--jobs", "1"]
    interrupted(2)
    assert main([*arguments, "--json"]) == INTERRUPTED_STATUS
    rows = printed_results(capsys)
    assert [(row["target"], row["lut4"]) for row in rows] == [("ecp5", 7), ("ice40", 7)]
    interrupted(1)
    assert main(arguments) == INTERRUPTED_STATUS
    printed = capsys.readouterr()
    assert "interrupted: 1 of 3 rows" in printed.out
    assert "what there is so far is printed; interrupt again to do without" in printed.err
    interrupted(0)
    assert main(arguments) == INTERRUPTED_STATUS
    assert capsys.readouterr().out == ""


@pytest.mark.slow
@pytest.mark.tool
def test_interrupt_ends_tools(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """A tool that runs is ended at once, and none begins; seeds that are done count."""
    ended = []

    class Popen(subprocess.Popen):
        def kill(self) -> None:
            ended.append(self.pid)
            super().kill()

    def tell(step: str) -> None:
        if "seed 2" in step:
            os.kill(os.getpid(), signal.SIGINT)

    original = synth.measure

    def measure(*args: object, **options: object) -> Measurement:
        return original(*args, **{**options, "progress": tell})  # type: ignore[arg-type]

    monkeypatch.setattr(synth, "measure", measure)
    monkeypatch.setattr(subprocess, "Popen", Popen)
    arguments = ["synth", "own.v", "--top", "invert", "--target", "ice40,gates", "--jobs", "1"]
    assert main([*arguments, "--json"]) == INTERRUPTED_STATUS
    (row,) = printed_results(capsys)
    assert len(ended) == 1
    assert (row["target"], row["note"]) == ("ice40", "interrupted after seeds 1")
    assert row["fmax_seeds"] == [row["fmax_mhz"]]


@pytest.mark.tool
def test_progress_names_stage_and_seed(capsys: Capture) -> None:
    assert main(["synth", "own.v", "--top", "flip", "--seeds", "5,6", "--verbose"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        f"spikefloat: {step}"
        for step in (
            "synthesizing flip for ecp5",
            "placing flip on ecp5, seed 5",
            "placing flip on ecp5, seed 6",
        )
    ]
