# SPDX-License-Identifier: Apache-2.0
"""Waveforms of a design: its scene, and that it is really played."""

from pathlib import Path

import pytest

from spikefloat.rtl_gen.checks.scenes import circuit_scene, clocked_scene
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.commands import COMMANDS
from spikefloat.rtl_gen.cli.parser import parse
from spikefloat.rtl_gen.cli.selection import select
from spikefloat.sim.exchange.waves import read_signals


def test_fst_without_converter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(["waves", "relu", "--fst", "-o", str(tmp_path / "x")]) == 2
    error = capsys.readouterr().err
    assert error.startswith("spikefloat: error: Converter vcd2fst is not on PATH; run `")
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
    circuits, cells = select(parse(COMMANDS["waves"], arguments))
    (scene,) = [*map(circuit_scene, circuits), *map(clocked_scene, cells)]
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


@pytest.mark.tool
def test_several_designs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waves", "negate,neuron", "--format", "e4m3fn,e5m2", "-o", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        *(
            f"{name}.{suffix}"
            for name in ("negate_e4m3fn", "negate_e5m2", "neuron")
            for suffix in ("vcd", "gtkw")
        ),
        "e4m3fn.txt",
        "e5m2.txt",
    }
    assert capsys.readouterr().out.count("look at them with: ") == 3


def test_each_file_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Waves of one module with two meanings would overwrite each other."""
    arguments = ["waves", "multiply", "--library", "native,native", "-o", str(tmp_path / "x")]
    assert main(arguments) == 2
    assert "Output multiply_e4m3fn must be written once, not for " in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
