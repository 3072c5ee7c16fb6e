# SPDX-License-Identifier: Apache-2.0
"""Clocked designs on the command line: parameters, refusals, and the step-by-step style."""

import re
import shlex

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Cell
from tests.helpers.command import printed_results


@pytest.mark.parametrize(
    "options",
    [
        "--weights 1,1,-2 --threshold 0.5 --leak 0.25",
        "--weights=-1 --bias 1 --threshold 1/2 --reset hard",
        "--weights=-1,300 --bias -2 --threshold 0.5 --leak 0 --fraction-bits 3 --membrane-width 20",
    ],
)
def test_the_header_tells_how_to_repeat_it(options, tmp_path, capsys):
    assert main(["verilog", "neuron", *options.split(), "-o", str(tmp_path / "first")]) == 0
    (first,) = (tmp_path / "first").iterdir()
    assert first.name.startswith("neuron")
    text = first.read_text(encoding="utf-8")
    command = re.search(r"^// Made by: spikefloat (.*)$", text, re.M)[1]
    assert main([*shlex.split(command), "-o", str(tmp_path / "second")]) == 0
    assert (tmp_path / "second" / first.name).read_text(encoding="utf-8") == text
    capsys.readouterr()


@pytest.mark.parametrize(
    "options, message",
    [
        (["--bias", "x"], "Bias must be an integer from -1000000 to 1000000, not 'x'"),
        (["--fraction-bits", "1.5"], "Fraction bits must be an integer from 0 to 64, not '1.5'"),
        (["--fraction-bits", "0"], "Threshold must be a multiple of 1, not 3/2"),
        (["--membrane-width", "2"], "Membrane width must be at least 3, not 2"),
        (["--leak", "1/3"], "Leak must be a multiple of 1/65536, not 1/3"),
        (
            ["--threshold", "-1"],
            "Threshold must be a number above 0 and at most 1,000,000, not '-1'",
        ),
    ],
)
def test_wrong_options(options, message, tmp_path, capsys):
    folder = tmp_path / "out"
    assert main(["verilog", "neuron", *options, "-o", str(folder)]) == 2
    assert capsys.readouterr().err.strip().endswith(f"error: {message}")
    assert not folder.exists()


def test_option_of_the_neuron_for_another_design(tmp_path, capsys):
    options = ["--membrane-width", "9", "-o", str(tmp_path / "out")]
    assert main(["verilog", "multiply", *options]) == 2
    message = "Option --membrane-width has no effect for multiply; it is for neuron"
    assert message in capsys.readouterr().err


def test_codec_files(tmp_path, capsys):
    for name in ("encoder", "decoder"):
        arguments = ["--format", "e4m3fn,e5m2", "--integer-bits", "9", "--fraction-bits", "8"]
        assert main(["verilog", name, *arguments, "-o", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "decoder_e4m3fn_i9_f8.v",
        "decoder_e5m2_i9_f8.v",
        "encoder_e4m3fn_i9_f8.v",
        "encoder_e5m2_i9_f8.v",
    ]
    text = (tmp_path / "encoder_e5m2_i9_f8.v").read_text(encoding="utf-8")
    top = text[text.index("module encoder_e5m2_i9_f8 (") :]
    ports = re.findall(r"(\w+)(?: = [^,\n]*)?,?$", top[: top.index(");")], re.M)
    assert ports == ["clk", "rst", "start", "value", "sign", "ready", "spike", "valid", "code"]
    assert "latency    20 clocks" in text
    command = re.search(r"^// Made by: spikefloat (.*)$", text, re.M)[1]
    assert main([*shlex.split(command), "-o", str(tmp_path / "again")]) == 0
    assert (tmp_path / "again" / "encoder_e5m2_i9_f8.v").read_text(encoding="utf-8") == text
    capsys.readouterr()


@pytest.mark.parametrize(
    "command, message",
    [
        ("encoder --integer-bits 0", "Integer bits must be an integer from 1 to 24, not '0'"),
        ("encoder --fraction-bits 25", "Fraction bits must be from 0 to 24, not 25"),
        ("decoder --integer-bits ten", "Integer bits must be an integer from 1 to 24, not 'ten'"),
        (
            "encoder --leak 0",
            "Option --leak has no effect for encoder; it is for the spiking style and neuron",
        ),
        (
            "neuron --integer-bits 3",
            "Option --integer-bits has no effect for neuron; it is for encoder and decoder",
        ),
        (
            "encoder --format binary16",
            f"Format for encoder must be one of {', '.join(entries(Cell)['encoder'].formats)}, "
            "not 'binary16'",
        ),
        (
            "encoder --overflow wrap",
            "Overflow must be one of nan, saturate, saturate-finite, not 'wrap'",
        ),
        (
            "encoder --overflow nan,nan",
            "Output encoder_e4m3fn.v must be written once, not for two circuits of the same name; "
            "use a folder or a --name for each",
        ),
        (
            "multiply --style temporal --format binary16",
            "Format must be one with a zero, a sign and at most 8 bits, not 'binary16'",
        ),
        ("relu --style temporal", "Style of relu must be spatial or spiking, not temporal"),
    ],
)
def test_mistakes(command, message, tmp_path, capsys):
    folder = tmp_path / "out"
    assert main(["verilog", *command.split(), "-o", str(folder)]) == 2
    assert capsys.readouterr().err == f"spikefloat: error: {message}\n"
    assert not folder.exists()


def test_stats(capsys):
    def figures(*arguments):
        assert main(["stats", *arguments, "--json"]) == 0
        return printed_results(capsys)[0]

    decoder = {name: value for name, value in figures("decoder").items() if value is not None}
    assert decoder == {
        "design": "decoder",
        "format": "e4m3fn",
        "neurons": 1,
        "latency": 21,
        "scopes": {"decoder_e4m3fn": 1},
    }
    temporal = figures("multiply", "--style", "temporal")
    assert (temporal["neurons"], temporal["latency"], temporal["initiation_interval"]) == (
        9,
        33,
        33,
    )


@pytest.mark.slow
@pytest.mark.tool
def test_verify(capsys):
    def rows(*arguments):
        assert main(["verify", *arguments, "--sim", "icarus", "--json"]) == 0
        (found,) = printed_results(capsys)
        return found["cases"], found["exact"], found["pairs"]

    assert rows("decoder") == (256, 256, "all")
    cases, exact, pairs = rows("encoder", "--trials", "100")
    assert (cases == exact, pairs) == (True, "sampled")
    assert rows("add", "--style", "temporal", "--format", "e2m1fn") == (256, 256, "all")
