# SPDX-License-Identifier: Apache-2.0
"""Waveforms of a design: its scene, and that it is really played."""

import re
from pathlib import Path

import pytest

import spikefloat as sf
from spikefloat.rtl_gen.checks.scenes import scene_check
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
    "arguments, contract, ports",
    [
        (["encoder"], "handshake", {"value", "sign"}),
        (["decoder"], "handshake", {"code"}),
        (["add", "--style", "temporal"], "handshake", {"a", "b"}),
        (["relu", "--style", "spiking", "--stream"], "stream", {"a"}),
        (["relu", "--style", "spiking", "--residue", "leak"], "clocked", {"a", "discharge"}),
        (["dot", "--length", "3"], "combinational", {"a", "b"}),
        (["neuron", "--weights", "1,2,3"], "clocked", {"rst", "enable", "discharge", "synapses"}),
        (["add", "--rounding", "port", "--flags"], "combinational", {"a", "b", "rounding"}),
        (["linear", "--shape", "array"], "stream", {"x", "w"}),
    ],
)
def test_scenes(arguments: list[str], contract: str, ports: set[str]) -> None:
    circuits, cells = select(parse(COMMANDS["waves"], arguments))
    (check,) = map(scene_check, [*circuits, *cells])
    assert check.dut.contract.value == contract
    assert {port.name for port in check.dut.inputs} == ports
    assert 8 <= check.cases.count <= 50
    if "discharge" in ports and "rst" not in ports:
        assert check.cases.operands["discharge"].tolist() == [1] + [0] * (check.cases.count - 1)
    if "rounding" in ports:
        assert set(check.cases.operands["rounding"].tolist()) == set(range(8))


def has_value(dump: str, bits: str) -> bool:
    """Tell whether a signal has a value; Icarus writes it without zeros in front."""
    return re.search(rf"^b0*{bits.lstrip('0')} ", dump, re.MULTILINE) is not None


@pytest.mark.tool
@pytest.mark.parametrize(
    "arguments, expected",
    [
        # 1 and -1.5 become codes; a product comes through streams with pauses.
        (["encoder"], ["00111000", "10111100"]),
        (["decoder"], ["00000000010000000000"]),
        (["multiply", "--stages", "2", "--stream"], ["00111100", "11111110"]),
        (["multiply", "--style", "temporal"], ["00111100", "11111110"]),
    ],
)
def test_scenes_are_played(
    arguments: list[str], expected: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["waves", *arguments, "--sim", "icarus", "-o", str(tmp_path)]) == 0
    (dump,) = tmp_path.glob("*.vcd")
    values = dump.read_text()
    assert [value for value in expected if not has_value(values, value)] == []
    assert f'[dumpfile] "{dump}"' in (tmp_path / f"{dump.stem}.gtkw").read_text()
    capsys.readouterr()


def signals_of(path: Path) -> set[str]:
    return {".".join(signal.path) for signal in read_signals(path.read_bytes())}


@pytest.mark.tool
def test_what_is_added_for_a_reader(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers of a vector, what membranes must reach, and when the result of a pipeline is valid."""
    folder = ["--format", "e2m1fn", "--sim", "icarus", "-o", str(tmp_path)]
    assert main(["waves", "dot", "--length", "2", "--stages", "1", *folder]) == 0
    (dump,) = tmp_path.glob("dot*.vcd")
    numbers = {f"{dump.stem}.numbers.{name}" for name in ("a_0", "a_1", "b_0", "b_1")}
    assert numbers < signals_of(dump)
    lines = dump.read_text().splitlines()
    (valid,) = (line.split()[3] for line in lines if line.endswith(" result_valid $end"))
    # Operands are taken half a clock after the start, and the result is there a clock later.
    assert lines[lines.index(f"1{valid}") - 1] == "#15000"
    save = dump.with_suffix(".gtkw").read_text()
    assert "{a[1] (e2m1fn)} " in save
    assert "\n*-15.000000 15000 -1 " in save
    assert main(["waves", "multiply", "--style", "spiking", "--residue", "leak", *folder]) == 0
    (dump,) = tmp_path.glob("multiply*.vcd")
    names = signals_of(dump)
    membranes = {name for name in names if name.endswith(".membrane")}
    assert len(membranes) > 50
    assert {name.replace(".membrane", ".threshold") for name in membranes} < names
    save = dump.with_suffix(".gtkw").read_text()
    # The parts of the multiplier, in the order in which the data goes through them.
    groups = [save.index(f"\n-{name}\n") for name in ("unpack_a", "significand_product", "round")]
    assert groups == sorted(groups)
    capsys.readouterr()


@pytest.mark.tool
def test_circuit_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = sf.design("negate", format="e2m1fn").save(tmp_path / "negate.json")
    assert main(["waves", str(file), "--sim", "icarus", "-o", str(tmp_path / "out")]) == 0
    assert {"negate_e2m1fn.a", "negate_e2m1fn.y"} <= signals_of(
        tmp_path / "out" / "negate_e2m1fn.vcd"
    )
    capsys.readouterr()


@pytest.mark.slow
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
        texts.append(
            [
                path.read_text(encoding="utf-8").replace(str(folder), "")
                for path in sorted(folder.iterdir())
            ]
        )
    assert texts[0] == texts[1]
    dump = (tmp_path / "1" / "multiply_e4m3fn.vcd").read_text()
    # 1 * 1.5 comes first, and 448 * -1 later.
    assert "b00111000 " in dump
    assert "b00111100 " in dump
    assert "b11111110 " in dump
    capsys.readouterr()


@pytest.mark.tool
def test_neuron_scene_has_a_membrane(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["waves", "neuron", "--leak", "0.75", "--sim", "icarus", "-o", str(tmp_path)]) == 0
    (dump,) = tmp_path.glob("neuron*.vcd")
    signals = read_signals(dump.read_bytes())
    assert any(signal.path == (dump.stem, "membrane") for signal in signals)
    assert "membrane" in dump.with_suffix(".gtkw").read_text()
    capsys.readouterr()


@pytest.mark.tool
def test_several_designs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    formats = ["--format", "e4m3fn,e5m2", "--sim", "icarus"]
    assert main(["waves", "negate,neuron", *formats, "-o", str(tmp_path)]) == 0
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
