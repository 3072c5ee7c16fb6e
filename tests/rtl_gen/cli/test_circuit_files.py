# SPDX-License-Identifier: Apache-2.0
"""Circuits from files, in place of a design: from map to noise, hardware and exports."""

from pathlib import Path

import pytest

import spikefloat as sf
from spikefloat.rtl_gen.cli import main
from tests.helpers.command import run_json

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(sf.design("multiply", objective="neurons").save(tmp_path / "product.json"))


def test_figures_are_those_of_the_design(file: str, capsys: Capture) -> None:
    (own,) = run_json(capsys, "stats", file)
    (design,) = run_json(capsys, "stats", "multiply", "--objective", "neurons")
    assert own["design"] == file
    assert own["format"] is None
    for figure in ("neurons", "depth", "synapses", "margin", "scopes"):
        assert own[figure] == design[figure]
    (own,) = run_json(capsys, "stats", file, "--style", "spiking")
    assert own["latency"] == design["depth"]


def test_verilog_is_that_of_the_design(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(file).parent)
    assert main(["verilog", "product.json", "--stages", "2"]) == 0
    text = Path("multiply_e4m3fn_neurons_p2.v").read_text(encoding="utf-8")
    assert "\n// made by: spikefloat verilog product.json --stages 2\n" in text
    expected = sf.design("multiply", objective="neurons").hardware(stages=2).verilog()
    bodies = [part[part.index("\n\n") :] for part in (text, expected)]
    assert bodies[0] == bodies[1]


def test_noise(file: str, capsys: Capture) -> None:
    """The circuit is compared with itself, and so is as often right as the design."""
    noise = ["--synapse-noise", "0.05", "--trials", "1", "--seed", "3"]
    rows = run_json(capsys, "sweep", f"{file},multiply", "--objective", "neurons", *noise)
    assert [row["design"] for row in rows] == [file, "multiply"]
    assert rows[0]["exact_rate"] == rows[1]["exact_rate"] < 1
    (row,) = run_json(capsys, "tolerance", file, "--trials", "16384")
    assert row["largest"] == pytest.approx(0.043, abs=0.003)
    (row,) = run_json(capsys, "criticality", file)
    assert row["neurons"] == 83


def test_export(file: str, tmp_path: Path, capsys: Capture) -> None:
    (row,) = run_json(capsys, "export", file, "-o", str(tmp_path))
    assert row["file"] == str(tmp_path / "multiply_e4m3fn_neurons.nir")
    assert row["neurons"] == 83


def test_mapped_circuit_is_such_a_file(tmp_path: Path, capsys: Capture) -> None:
    source = tmp_path / "xor.v"
    source.write_text("module x(input a, input b, output y); assign y = a ^ b; endmodule\n")
    (row,) = run_json(capsys, "map", str(source), "-o", str(tmp_path))
    graph = sf.load_graph(row["graph"])
    assert [int(sf.Circuit(graph).simulate(a=a, b=b)) for a in (0, 1) for b in (0, 1)] == [
        0,
        1,
        1,
        0,
    ]
    (noise,) = run_json(capsys, "sweep", row["graph"], "--trials", "1")
    assert noise["exact_rate"] == 1


def with_clock(folder: Path) -> str:
    """Write a circuit one of whose ports is called clk, and return its file."""
    gates = sf.make_gates("gate")
    a, b = (gates.builder.input(name, 1)[0] for name in ("clk", "b"))
    gates.builder.output("y", [gates.and_(a, b)])
    return str(gates.builder.build().save(folder / "gate.json"))


@pytest.mark.tool
def test_port_called_clk(tmp_path: Path, capsys: Capture) -> None:
    """As gates and streams it works; where a clock is needed, it is refused in one sentence."""
    file = with_clock(tmp_path)
    (row,) = run_json(capsys, "verify", file, "--sim", "icarus")
    assert (row["cases"], row["exact"]) == (4, 4)
    for words in (
        ["verilog", file, "--style", "spiking"],
        ["package", file],
    ):
        assert main([*words, "-o", str(tmp_path / "x")]) == 2
        error = capsys.readouterr().err
        assert " must not be clk " in error
        assert error.count("\n") == 1
    assert not (tmp_path / "x").exists()


@pytest.mark.slow
@pytest.mark.tool
def test_verify_compares_with_the_circuit_itself(tmp_path: Path, capsys: Capture) -> None:
    """On both simulators, as what it is asked to become; a file and a design in one table."""
    file = str(sf.design("multiply", format="e2m1fn").save(tmp_path / "product.json"))
    rows = run_json(capsys, "verify", f"{file},negate", "--sim", "both", "--format", "e2m1fn")
    assert [(row["design"], row["simulator"]) for row in rows] == [
        (name, simulator) for name in (file, "negate") for simulator in ("icarus", "verilator")
    ]
    assert [(row["reference"], row["cases"], row["exact"]) for row in rows[1:3]] == [
        ("its own simulation", 256, 256),
        ("golden model", 16, 16),
    ]
    options = ["--stages", "0,1", "--style", "spatial,spiking", "--sim", "icarus"]
    rows = run_json(capsys, "verify", file, *options)
    assert [row["hardware"] for row in rows] == ["combinational", "1 stage", "spiking"]
    assert {(row["cases"], row["exact"]) for row in rows} == {(256, 256)}
    assert rows[1]["command"] == f"spikefloat verify {file} --stages 1"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--budget", "w1"], "Option --budget has no effect for "),
        (
            ["--style", "temporal"],
            "Style of multiply_e4m3fn_neurons must be spatial or spiking, not ",
        ),
        (["--stages", "99"], "Stages of multiply_e4m3fn_neurons must be from 0 to 26, not 99"),
    ],
)
def test_options_that_do_not_fit(
    arguments: list[str], message: str, file: str, tmp_path: Path, capsys: Capture
) -> None:
    assert main(["verilog", file, *arguments, "-o", str(tmp_path / "x")]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("command", ["sweep", "stats", "verilog", "export", "synth"])
def test_damaged_file_is_one_sentence(command: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "damaged.json"
    for text in ("", "{}", '{"format":"spikefloat-graph","version":2}'):
        path.write_text(text)
        assert main([command, str(path)]) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"spikefloat: error: Circuit file '{path}' must be ")
        assert error.count("\n") == 1
    assert main([command, str(tmp_path / "missing.json")]) == 2
    assert "Cannot read " in capsys.readouterr().err
