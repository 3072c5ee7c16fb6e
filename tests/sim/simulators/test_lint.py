# SPDX-License-Identifier: Apache-2.0
"""Lint finds what it should, and says so in its exit status."""

import re

import pytest

from spikefloat.sim.simulators.lint import lint, main

CLEAN = "module clean (input wire [1:0] a, output wire y);\n  assign y = ^a;\nendmodule\n"
NARROW = "module narrow (input wire [1:0] a, output wire y);\n  assign y = a;\nendmodule\n"


@pytest.fixture
def files(tmp_path):
    for name, text in [("clean", CLEAN), ("narrow", NARROW), ("empty", "")]:
        (tmp_path / f"{name}.v").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.tool
def test_lint(files, capsys):
    assert lint(files / "clean.v") == ""
    assert main([str(files / "clean.v")]) == 0
    assert capsys.readouterr().out == "Verilog files without a warning: 1\n"


@pytest.mark.tool
def test_lint_of_a_fault(files, capsys):
    assert "WIDTHTRUNC" in lint(files / "narrow.v")
    assert main([str(files / "clean.v"), str(files / "narrow.v")]) == 1
    assert "narrow.v:2:" in capsys.readouterr().err


@pytest.mark.tool
def test_fault_in_the_first_module(files):
    """The top is the module that no other one names, wherever it stands."""
    path = files / "top.v"
    inner = CLEAN.replace("clean", "inner")
    top = "module top (input wire [1:0] a, output wire [2:0] y);\n  inner i (.a(a), .y(y));\nendmodule\n"
    path.write_text(top + inner, encoding="utf-8")
    assert "top.v:2:" in lint(path)


@pytest.mark.parametrize(
    "name, message",
    [
        ("empty.v", "error: File must have a module, not '.*empty.v'\n"),
        ("missing.v", "error: Cannot read '.*missing.v': No such file or directory\n"),
    ],
)
def test_lint_of_wrong_files(files, capsys, name, message):
    assert main([str(files / name)]) == 2
    assert re.fullmatch(message, capsys.readouterr().err)


def test_lint_of_nothing(capsys):
    assert main([]) == 2
    assert capsys.readouterr().err == (
        "error: No files given; run python -m spikefloat.sim.simulators.lint FILE...\n"
    )
