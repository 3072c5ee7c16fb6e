# SPDX-License-Identifier: Apache-2.0
"""Waveforms: the filter, the save file, and the converter."""

from pathlib import Path

import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.exchange.waves import Signal, filter_text, read_signals, save_text, to_fst
from spikefloat.sim.golden.arithmetic import describe
from spikefloat.sim.simulators.find import ToolError

VCD = b"""$timescale 1ps $end
 $scope module ports $end
  $var wire 8 # a [7:0] $end
 $upscope $end
 $scope module top $end
  $var wire 8 $ a [7:0] $end
  $scope module part $end
   $var wire 5 % membrane [4:0] $end
   $scope module some_cell $end
    $var wire 2 & x [1:0] $end
    $var wire 1 ' spike $end
   $upscope $end
  $upscope $end
 $upscope $end
$enddefinitions $end
"""


@pytest.mark.parametrize("name", ["e4m3fn", "e5m2", "e3m2fn", "e2m1fn"])
def test_filter_has_every_code(name: str) -> None:
    fmt = FORMATS[name]
    lines = dict(line.split(" ") for line in filter_text(fmt).splitlines())
    assert {int(code, 16) for code in lines} == set(range(2**fmt.width))
    for code, text in lines.items():
        assert text == describe(fmt, int(code, 16))
    assert len(lines) >= 2**fmt.width


def test_signals_are_read_with_their_scopes() -> None:
    assert read_signals(VCD) == [
        Signal(("ports", "a"), 8),
        Signal(("top", "a"), 8),
        Signal(("top", "part", "membrane"), 5),
        Signal(("top", "part", "some_cell", "x"), 2),
        Signal(("top", "part", "some_cell", "spike"), 1),
    ]


def test_save_file_groups_and_translates() -> None:
    text = save_text(
        read_signals(VCD),
        "top.vcd",
        "top",
        {"a": FORMATS["e4m3fn"]},
        {"e4m3fn": "e4m3fn.txt"},
        ports=["a"],
        folder=Path("/work"),
    )
    lines = text.splitlines()
    # With their folder, so that GTKWave may be started in any.
    assert '[dumpfile] "/work/top.vcd"' in lines
    assert "^1 /work/e4m3fn.txt" in lines
    assert lines[lines.index("^1 /work/e4m3fn.txt") + 1] == "+{a (e4m3fn)} top.a[7:0]"
    # The membrane is a curve, in the group of its scope; neurons have no group.
    assert lines.index("-part") < lines.index("top.part.membrane[4:0]")
    assert "some_cell" not in text
    assert "ports" not in text


SPIKING_VCD = b"""$timescale 1ps $end
 $scope module ports $end
  $var wire 8 # a [7:0] $end
 $upscope $end
 $scope module top $end
  $var wire 8 $ a [7:0] $end
  $var wire 3 ) a_d [3:1] $end
  $scope module n_10_cell $end
   $var wire 2 & x [1:0] $end
   $var wire 1 ' spike $end
   $var wire 5 % membrane [4:0] $end
  $upscope $end
  $scope module n_9_cell $end
   $var wire 2 & x [1:0] $end
   $var wire 1 ' spike $end
   $var wire 5 % membrane [4:0] $end
  $upscope $end
  $scope module a_d_line $end
   $var wire 32 * LENGTH [31:0] $end
   $var wire 5 + spikes [4:0] $end
  $upscope $end
 $upscope $end
$enddefinitions $end
"""


def test_membranes_of_a_spiking_circuit() -> None:
    """They are curves in a group of their own, in the order of their numbers."""
    signals = read_signals(SPIKING_VCD)
    where = {"ports": ["a"], "folder": Path("/work")}
    lines = save_text(signals, "top.vcd", "top", {}, {}, **where).splitlines()
    wanted = [
        "-membranes",
        "+{n_9} top.n_9_cell.membrane[4:0]",
        "+{n_9: spike} top.n_9_cell.spike",
        "+{n_10} top.n_10_cell.membrane[4:0]",
        "-inside",
        "top.a_d[3:1]",
    ]
    assert [line for line in lines if line in wanted] == [
        *wanted[:4],
        "-membranes",
        *wanted[4:],
        "-inside",
    ]
    assert not [line for line in lines if "LENGTH" in line or ".x[" in line]
    # In the order of the data, where it is known; with the marker at the first result.
    order = ["n_10_cell", "n_9_cell"]
    text = save_text(signals, "top.vcd", "top", {}, {}, **where, order=order, valid=25)
    assert text.index("{n_10}") < text.index("{n_9}")
    assert "\n*-15.000000 25000 -1 " in text


def put_program(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a program the only vcd2fst that is found."""
    program = folder / "vcd2fst"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_fst(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_program(tmp_path, 'cp "$1" "$2"', monkeypatch)
    assert to_fst(VCD, tmp_path / "work") == VCD
    put_program(tmp_path, "echo no >&2; exit 1", monkeypatch)
    with pytest.raises(ToolError, match=r"^Converter vcd2fst failed: no$"):
        to_fst(VCD, tmp_path / "work")
