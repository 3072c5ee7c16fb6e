# SPDX-License-Identifier: Apache-2.0
"""``spikefloat map``: what it prints, what it writes, and what it refuses."""

import signal
from pathlib import Path

import pytest

import spikefloat.rtl_gen.mapping.mapper as mapper
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.equivalence import Proof, prove
from spikefloat.rtl_gen.mapping.verilog_source import read_verilog
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.graph_files import load_graph
from tests.helpers.command import printed_results

pytestmark = pytest.mark.tool

Capture = pytest.CaptureFixture[str]

PARAMETER_FORM = "Option -P must have the form NAME=VALUE with a Verilog number or string"

ADDER = """
module adder (input [3:0] a, b, input c, output [4:0] s);
  assign s = a + b + c;
endmodule
"""


@pytest.fixture
def adder(tmp_path: Path) -> Path:
    path = tmp_path / "adder.v"
    path.write_text(ADDER, encoding="utf-8")
    return path


def test_map(adder: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["map", str(adder), "-o", str(tmp_path / "out"), "--json"]) == 0
    (figures,) = printed_results(capsys)
    assert (figures["module"], figures["neurons"], figures["budget"]) == ("adder", 8, "w2")
    assert figures["proof"] == "all 512 input patterns"
    assert figures["cover_neurons"] >= 8
    assert figures["max_weight"] <= 2
    assert figures["max_fan_in"] <= 4
    written = tmp_path / "out" / "adder_neurons.v"
    assert figures["file"] == str(written)
    graph = tmp_path / "out" / "adder_neurons.json"
    assert figures["graph"] == str(graph)
    assert sorted(written.parent.iterdir()) == [graph, written]
    assert len(load_graph(graph).neurons) == 8
    assert "proved equal to its source" in written.read_text()


def test_written_verilog_is_equal_to_the_source(adder: Path, tmp_path: Path) -> None:
    """The file is read back, as any Verilog, and compared on every pattern."""
    assert main(["map", str(adder), "-o", str(tmp_path), "--json"]) == 0
    source = read_verilog([adder])
    written = read_verilog([tmp_path / "adder_neurons.v"], "adder_neurons")
    assert source.inputs == written.inputs
    assert source.outputs == written.outputs
    graph = mapper.map_circuit(written, mapper.Budget("any", 2, 4), effort=0).graph
    assert prove(source, graph).equal


def test_table(adder: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["map", str(adder), "-o", str(tmp_path), "--budget", "w3f5"]) == 0
    out = capsys.readouterr().out
    for part in ("cover neurons", "w3f5", "max fan in", "proved equal: all 512 input patterns"):
        assert part in out


def test_same_call_same_bytes(adder: Path, tmp_path: Path) -> None:
    for folder in ("x", "y"):
        assert (
            main(
                [
                    "map",
                    str(adder),
                    "-o",
                    str(tmp_path / folder),
                    "--objective",
                    "product",
                    "--budget",
                    "w8",
                    "--json",
                ]
            )
            == 0
        )
    assert (tmp_path / "x" / "adder_neurons_w8_product.v").read_bytes() == (
        tmp_path / "y" / "adder_neurons_w8_product.v"
    ).read_bytes()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["--budget", "w3"],
            "Budget must be one of w1, w2, w8, free, loihi, spinnaker, or such as w3f5 (weights up "
            "to 3, fan-in up to 5), not 'w3'",
        ),
        (
            ["--budget", "w2f1"],
            "Budget must permit two synapses of weight 1, not be w2f1 (|weight| <= 2, fan-in <= 1)",
        ),
        (["--objective", "speed"], "Objective must be one of neurons, depth, product, not 'speed'"),
        (["--effort", "9"], "Effort must be an integer from 0 to 3, not '9'"),
        (["--seed", "-1"], "Seed must be an integer from 0 to 4294967295, not '-1'"),
        (["--top", "other"], "Top module must be in {file}, not 'other'"),
    ],
)
def test_refuses(
    adder: Path, tmp_path: Path, capsys: Capture, arguments: list[str], message: str
) -> None:
    assert main(["map", str(adder), "-o", str(tmp_path / "out"), *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err == f"spikefloat: error: {message.format(file=adder)}\n"
    assert captured.out == ""
    assert not (tmp_path / "out").exists()


def test_refuses_a_missing_file(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "none.v"
    assert main(["map", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"spikefloat: error: Cannot read {str(path)!r}: No such file or directory\n"
    )


def test_writes_nothing_that_was_not_proved(
    adder: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def doubt(circuit: Circuit, graph: NeuronGraph, progress: object) -> Proof:
        return Proof(False, "a differing pattern", {"a": 1, "b": 2, "c": 0})

    monkeypatch.setattr(mapper, "prove", doubt)
    assert main(["map", str(adder), "-o", str(tmp_path / "out")]) == 70
    captured = capsys.readouterr()
    assert "MappingError: Result is not equal to adder: it differs at {'a': 1" in captured.err
    assert captured.out == ""
    assert not (tmp_path / "out").exists()


def test_interrupt_writes_the_best_so_far(
    adder: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first Ctrl-C comes while covers are made; the file is proved, and the status says it."""

    def interrupted(*args: object, **kwargs: object) -> object:
        signal.raise_signal(signal.SIGINT)
        return cover(*args, **kwargs)

    cover = mapper.cover
    monkeypatch.setattr(mapper, "cover", interrupted)
    assert main(["map", str(adder), "-o", str(tmp_path / "out"), "--json"]) == 130
    monkeypatch.undo()
    (figures,) = printed_results(capsys)
    assert not figures["complete"]
    assert figures["proof"] == "all 512 input patterns"
    written = read_verilog([tmp_path / "out" / "adder_neurons.v"], "adder_neurons")
    graph = mapper.map_circuit(written, mapper.Budget("any", 2, 4), effort=0).graph
    assert prove(read_verilog([adder]), graph).equal


def test_second_interrupt_writes_nothing(
    adder: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object, **kwargs: object) -> object:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("the second one ends the command")

    monkeypatch.setattr(mapper, "prove", interrupted)
    assert main(["map", str(adder), "-o", str(tmp_path / "out")]) == 130
    captured = capsys.readouterr()
    assert "spikefloat: nothing was proved, so nothing is written\n" in captured.err
    assert captured.out == ""
    assert not (tmp_path / "out").exists()


def test_no_time_is_a_bound(adder: Path, tmp_path: Path, capsys: Capture) -> None:
    assert main(["map", str(adder), "-o", str(tmp_path), "--seconds", "0"]) == 0
    out = capsys.readouterr().out
    assert "the search was stopped: more time may give a smaller circuit\n" in out
    assert "proved equal: all 512 input patterns\n" in out
    for seconds in ("-1", "inf", "nan"):
        assert main(["map", str(adder), f"--seconds={seconds}"]) == 2
        message = f"Seconds must be a number from 0 to 1,000,000, not {seconds!r}"
        assert capsys.readouterr().err == f"spikefloat: error: {message}\n"


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["-P", "N"],
            "Option -P must have the form NAME=VALUE with a Verilog number or string, not 'N'",
        ),
        (
            ["-P", "N=1), x("],
            "Option -P must have the form NAME=VALUE with a Verilog number or string, not 'N=1), x('",
        ),
        (["-D", "2x"], "Option -D must have the form NAME or NAME=VALUE, not '2x'"),
        (["-D", "A=\n`x"], r"Option -D must have the form NAME or NAME=VALUE, not 'A=\n`x'"),
        (["-I", "none"], "Folder of included files must exist, not 'none'"),
        (["--language", "vhdl"], "Language must be verilog or systemverilog, not 'vhdl'"),
    ],
)
def test_refuses_settings(adder: Path, capsys: Capture, arguments: list[str], message: str) -> None:
    assert main(["map", str(adder), *arguments]) == 2
    assert capsys.readouterr().err == f"spikefloat: error: {message}\n"


def test_settings(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "include").mkdir()
    (tmp_path / "include" / "k.vh").write_text("`define K 1\n", encoding="utf-8")
    path = tmp_path / "m.v"
    path.write_text(
        '`include "k.vh"\nmodule m #(parameter W = 2) (input [W-1:0] bit, output y);\n'
        "`ifdef ODD\nassign y = ^bit ^ `K ^ `V;\n`endif\nendmodule\n",
        encoding="utf-8",
    )
    command = ["map", str(path), "-o", str(tmp_path), "-I", str(tmp_path / "include")]
    assert main([*command, "-DODD", "-D", "V=1'b0", "-P", "W=3", "--json"]) == 0
    assert printed_results(capsys)[0]["proof"] == "all 8 input patterns"
    text = (tmp_path / "m_neurons_ODD_V_1_b0_W_3.v").read_text(encoding="utf-8")
    header = text[: text.index("\n\n")].replace("\n// ", " ")
    assert """map m.v -I include -D ODD -D 'V=1'"'"'b0' -P W=3 --budget w2""" in header
    written = read_verilog([tmp_path / "m_neurons_ODD_V_1_b0_W_3.v"])
    assert [tuple(port) for port in written.inputs] == [("bit", 3)]
    assert written.source is not None
    assert [port.name for port in written.source.ports] == ["bit", "y"]
