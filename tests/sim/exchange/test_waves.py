# SPDX-License-Identifier: Apache-2.0
"""Waveforms: the filter, the save file, and a scene that is really played."""

from pathlib import Path

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.look.waves import find_scene
from spikefloat.rtl_gen.cli.main import build_parser
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
        read_signals(VCD), "top.vcd", "top", {"a": FORMATS["e4m3fn"]}, {"e4m3fn": "e4m3fn.txt"}
    )
    lines = text.splitlines()
    assert '[dumpfile] "top.vcd"' in lines
    assert "^1 e4m3fn.txt" in lines
    assert lines[lines.index("^1 e4m3fn.txt") + 1] == "+{a (e4m3fn)} top.a[7:0]"
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
    lines = save_text(read_signals(SPIKING_VCD), "top.vcd", "top", {}, {}).splitlines()
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
    with pytest.raises(ToolError, match=r"^Converter vcd2fst must succeed, not stop: no$"):
        to_fst(VCD, tmp_path / "work")


def test_fst_without_converter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["waves", "relu", "--fst", "-o", str(tmp_path / "x")]) == 2
    error = capsys.readouterr().err
    assert error.startswith(
        "spikefloat: error: Converter vcd2fst must be on PATH, not missing: run `"
    )
    assert error.count("\n") == 1
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize(
    "arguments, kind, ports",
    [
        (["encoder"], "handshake", {"value", "sign"}),
        (["decoder"], "handshake", {"code"}),
        (["add", "--style", "temporal"], "handshake", {"a", "b"}),
        (["relu", "--style", "spiking", "--stream"], "stream", {"a"}),
        (["relu", "--style", "spiking", "--residue", "leak"], "plain", {"a", "discharge"}),
        (["dot", "--length", "3"], "plain", {"a", "b"}),
        (["neuron", "--weights", "1,2,3"], "plain", {"enable", "discharge", "synapses"}),
    ],
)
def test_scenes(arguments: list[str], kind: str, ports: set[str]) -> None:
    args = build_parser().parse_args(["waves", *arguments])
    scene = find_scene(args)
    assert scene.kind == kind
    assert all(set(step) == ports for step in scene.steps)
    assert len(scene.steps) >= 8
    assert scene.is_clocked == (arguments[0] != "dot")


@pytest.mark.tool
@pytest.mark.parametrize(
    "arguments, expected",
    [
        # 1 and -1.5 become codes; a product comes through streams with pauses.
        (["encoder"], ["b00111000 ", "b10111100 "]),
        pytest.param(["decoder"], ["b00000000010000000000 "], marks=pytest.mark.slow),
        pytest.param(
            ["multiply", "--stages", "2", "--stream"],
            ["b00111100 ", "b11111110 "],
            marks=pytest.mark.slow,
        ),
        pytest.param(
            ["multiply", "--style", "temporal"],
            ["b00111100 ", "b11111110 "],
            marks=pytest.mark.slow,
        ),
    ],
)
def test_scenes_are_played(
    arguments: list[str], expected: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["waves", *arguments, "-o", str(tmp_path)]) == 0
    (dump,) = tmp_path.glob("*.vcd")
    values = dump.read_text()
    assert [value for value in expected if value not in values] == []
    assert f'[dumpfile] "{dump.name}"' in (tmp_path / f"{dump.stem}.gtkw").read_text()
    capsys.readouterr()


@pytest.mark.tool
def test_scene_is_played(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The waveform file has the operands and the right products of the scene, in order."""
    texts = []
    for run in ("1", "2"):
        folder = tmp_path / run
        assert main(["waves", "multiply", "-o", str(folder)]) == 0
        assert {path.name for path in folder.iterdir()} == {
            "multiply_e4m3fn.vcd",
            "multiply_e4m3fn.gtkw",
            "e4m3fn.txt",
        }
        texts.append([path.read_bytes() for path in sorted(folder.iterdir())])
    assert texts[0] == texts[1]
    dump = (tmp_path / "1" / "multiply_e4m3fn.vcd").read_text()
    # 1 * 1.5 comes first, and 448 * -1 later.
    assert "b00111000 " in dump
    assert "b00111100 " in dump
    assert "b11111110 " in dump
    capsys.readouterr()


@pytest.mark.tool
def test_neuron_scene_has_a_membrane(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waves", "neuron", "--leak", "0.75", "-o", str(tmp_path)]) == 0
    signals = read_signals((tmp_path / "neuron.vcd").read_bytes())
    assert any(signal.path == ("neuron", "membrane") for signal in signals)
    assert "membrane" in (tmp_path / "neuron.gtkw").read_text()
    capsys.readouterr()


def test_one_design_at_a_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waves", "multiply", "--format", "all", "-o", str(tmp_path / "x")]) == 2
    assert "Waves must be of one design and format, not" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
