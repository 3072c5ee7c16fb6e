# SPDX-License-Identifier: Apache-2.0
"""Somebody's own Verilog, judged by the golden model in place of the generated one."""

import re
from pathlib import Path

import pytest

from spikefloat.rtl_gen.cli import main
from tests.helpers.command import Capture, run_json

COMMAND = ["verify", "negate", "--format", "e2m1fn", "--sim", "icarus", "--verilog"]

#: Right but for one code; with what a file may set for the files behind it.
WRONG = """\
`timescale 1ps / 1ps
`default_nettype none
module flip(input wire a, output wire y); assign y = ~a; endmodule
module mine(a, y);
  input wire [3:0] a;
  output wire [3:0] y;
  flip flip(.a(a[3]), .y(y[3]));
  assign y[2:0] = a == 4'd5 ? 3'd0 : a[2:0];
endmodule
"""


@pytest.mark.tool
def test_wrong_and_right(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "mine.v"
    path.write_text(WRONG)
    assert main([*COMMAND, str(path)]) == 1
    printed = capsys.readouterr().out
    assert "mine: 1 of 16 results wrong\n  a=0x5 (3): got 0x8 (-0), expected 0xD (-3)\n" in printed
    assert f"--sim icarus --verilog {path}" in printed
    path.write_text(WRONG.replace("4'd5", "4'd0"))
    (row,) = run_json(capsys, *COMMAND, str(path), "--top", "mine")
    assert (row["cases"], row["exact"]) == (16, 16)


@pytest.mark.tool
def test_waves_of_the_first_wrong_case(tmp_path: Path, capsys: Capture) -> None:
    """The wrong case with those around it, and nothing else; into a folder or a file."""
    path = tmp_path / "mine.v"
    path.write_text(WRONG)
    folder = tmp_path / "waves"
    assert main([*COMMAND, str(path), "--waves", str(folder)]) == 1
    assert {one.name for one in folder.iterdir()} == {"mine.vcd", "mine.gtkw", "e2m1fn.txt"}
    dump = (folder / "mine.vcd").read_text()
    code = next(line.split()[3] for line in dump.splitlines() if line.endswith(" a [3:0] $end"))
    driven = [int(bits, 2) for bits in re.findall(rf"^b([01]+) {re.escape(code)}$", dump, re.M)]
    assert driven == [2, 3, 4, 5, 6, 7]
    assert "waveforms of the first wrong case: " in capsys.readouterr().err
    assert main([*COMMAND, str(path), "--waves", str(tmp_path / "w" / "one.vcd"), "-q"]) == 1
    assert (tmp_path / "w" / "one.vcd").read_text() == dump
    assert '[dumpfile] "' + str(tmp_path) in (tmp_path / "w" / "one.gtkw").read_text()


@pytest.mark.parametrize(
    "text, options, message",
    [
        ("", [], "Verilog must have a module, not none ('"),
        ("module x(input a); endmodule", [], "Ports of module 'x' must be a, y; it has no y"),
        ("module a(); endmodule\nmodule b(); endmodule", [], "must be named with --top, as it may"),
        (WRONG, ["--top", "min"], "must be one of flip, mine, not 'min'"),
    ],
)
def test_files_that_are_refused(
    text: str,
    options: list[str],
    message: str,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("spikefloat.rtl_gen.cli.check.verify.simulators", lambda text: ("icarus",))
    path = tmp_path / "mine.v"
    path.write_text(text)
    assert main([*COMMAND, str(path), *options]) == 2
    printed = capsys.readouterr().err
    assert message in printed
    assert printed.count("\n") == 1
