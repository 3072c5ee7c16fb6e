# SPDX-License-Identifier: Apache-2.0
"""Somebody's own Verilog, judged by the golden model in place of the generated one."""

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
