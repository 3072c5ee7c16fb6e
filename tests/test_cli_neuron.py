# SPDX-License-Identifier: Apache-2.0
"""The design ``neuron`` on the command line: every parameter of the cell."""

import re
import shlex

import pytest

from rtl_gen.cli import main


@pytest.mark.parametrize("options", [
    "--weights 1,1,-2 --threshold 0.5 --leak 0.25",
    "--weights=-1 --bias 1 --threshold 1/2 --reset hard",
    "--weights=-1,300 --bias -2 --threshold 0.5 --leak 0 --fraction-bits 3 --membrane-width 20",
])
def test_the_header_tells_how_to_repeat_it(options, tmp_path, capsys):
    assert main(["verilog", "neuron", *options.split(), "-o", str(tmp_path / "first")]) == 0
    text = (tmp_path / "first" / "neuron.v").read_text(encoding="utf-8")
    command = re.search(r"^// Made by: spikefloat (.*)$", text, re.M)[1]
    assert main([*shlex.split(command), "-o", str(tmp_path / "second")]) == 0
    assert (tmp_path / "second" / "neuron.v").read_text(encoding="utf-8") == text
    capsys.readouterr()


@pytest.mark.parametrize("options, message", [
    (["--bias", "x"], "Bias must be an integer, not 'x'"),
    (["--fraction-bits", "1.5"], "Fraction bits must be an integer, not '1.5'"),
    (["--fraction-bits", "0"], "Threshold must be a multiple of 1, not 3/2"),
    (["--membrane-width", "2"], "Membrane width must be at least 3, not 2"),
    (["--leak", "1/3"], "Leak must be a multiple of 1/65536, not 1/3"),
    (["--threshold", "-1"], "Threshold must be positive, not -1"),
])
def test_wrong_options(options, message, tmp_path, capsys):
    folder = tmp_path / "out"
    assert main(["verilog", "neuron", *options, "-o", str(folder)]) == 2
    assert capsys.readouterr().err.strip().endswith(f"error: {message}")
    assert not folder.exists()


def test_option_of_the_neuron_for_another_design(tmp_path, capsys):
    options = ["--membrane-width", "9", "-o", str(tmp_path / "out")]
    assert main(["verilog", "multiply", *options]) == 2
    message = "Option --membrane-width must be used with the design neuron, not 'multiply'"
    assert message in capsys.readouterr().err
