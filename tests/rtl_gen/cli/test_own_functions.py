# SPDX-License-Identifier: Apache-2.0
"""``table`` on the command line: its names, what is refused, and what is verified."""

import re
from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.cli import main
from tests.helpers.command import Capture, run_json

SOURCE = """
import math
from fractions import Fraction

def third(x):
    return Fraction(x) / 3 if math.isfinite(x) and x else x

def gauss(x):
    return math.exp(-x * x)

def pole(x):
    return 1 / x

def partial(x):
    return None if x > 3 else x
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the current folder one with files of functions."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(SOURCE)
    return tmp_path


def test_names_are_those_of_the_contents(folder: Path, capsys: Capture) -> None:
    def row(source: str, *more: str) -> dict[str, object]:
        (one,) = run_json(capsys, "verilog", "table", "--function", source, "-o", "build", *more)
        return one

    first = row("own.py:third")
    assert first["module"] == "table_e4m3fn_to_e4m3fn_5fe183b9"
    assert first["function"] == "own.py:third"
    assert row("own.py:gauss")["module"] != first["module"]
    (folder / "again.py").write_text(SOURCE.replace("third", "other"))
    assert row("again.py:other")["module"] == first["module"]
    text = (folder / "build" / f"{first['module']}.v").read_text()
    assert "spikefloat verilog table --format e4m3fn --function again.py:other" in text
    assert "SPDX" not in text


WRONG = [
    (
        "own.py:pole",
        "Function own.py:pole must give a value for code 0x0 of e4m3fn, which is 0.0, not raise "
        "ZeroDivisionError: float division by zero",
    ),
    (
        "own.py:partial",
        "Function own.py:partial must return an int, a Fraction or a float for code 0x45 of e4m3fn, "
        "which is 3.25, not None",
    ),
    (
        "own.py:thrid",
        "Function of own.py must be one of third, gauss, pole, partial, not 'thrid'; did you mean "
        "'third'?",
    ),
    ("broken.py:f", "Function file must run, not 'broken.py', which raises SyntaxError: "),
    ("none.py:f", "Function must be one that none.py defines, not 'f'; it has none"),
    ("missing.py:f", "Cannot read 'missing.py': No such file or directory"),
    ("missing.npy", "Cannot read 'missing.npy': No such file or directory"),
    ("own.py", "Function must be FILE.py:NAME, FILE.npy or FILE.csv, not 'own.py'"),
    ("short.npy", "Table short.npy must have 256 entries, one for each code of e4m3fn, not 255"),
    (
        "large.npy",
        "Table large.npy must have codes of e4m3fn, from 0 to 0xff, not 0x100 for code 0x80",
    ),
    ("square.npy", "Table square.npy must have one axis, not the shape (16, 16)"),
    (
        "bits.npy",
        "Table bits.npy must have integers, which are codes, or floats, which are values, not bool",
    ),
    (
        "mixed.csv",
        "Table mixed.csv must have numbers such as 1.5, 1/3, -inf or nan, or codes such as 0x3c "
        "everywhere, not '0x2' for code 0x1",
    ),
    ("empty.csv", "Table empty.csv must have an entry for each code, not none"),
]


@pytest.mark.parametrize("source, message", WRONG, ids=[source for source, _ in WRONG])
def test_refused(source: str, message: str, folder: Path, capsys: Capture) -> None:
    np.save("short.npy", np.arange(255))
    np.save("large.npy", np.arange(256) * 2)
    np.save("square.npy", np.zeros((16, 16)))
    np.save("bits.npy", np.zeros(256, bool))
    (folder / "mixed.csv").write_text("1.5,0x2")
    (folder / "empty.csv").write_text("\n")
    (folder / "broken.py").write_text("def f(:")
    (folder / "none.py").write_text("f = 1")
    assert main(["verilog", "table", "--function", source, "-o", "build"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"spikefloat: error: {message}")
    assert not (folder / "build").exists()


@pytest.mark.parametrize(
    "options, message",
    [
        (["table"], "Function must be given for table, such as FILE.py:NAME"),
        (
            ["exp", "--function", "x.npy"],
            "Option --function has no effect for exp; it is for table",
        ),
        (
            ["table", "--function", "codes.csv", "--rounding", "rup"],
            "Option --rounding has no effect for table; it is for designs that round",
        ),
    ],
)
def test_options_without_an_effect(
    options: list[str], message: str, folder: Path, capsys: Capture
) -> None:
    (folder / "codes.csv").write_text(",".join(["0x1"] * 256))
    assert main(["stats", *options]) == 2
    assert re.search(re.escape(message), capsys.readouterr().err)


@pytest.mark.tool
def test_verify(folder: Path, capsys: Capture) -> None:
    (row,) = run_json(capsys, "verify", "table", "--function", "own.py:gauss", "--sim", "icarus")
    assert (row["cases"], row["result"]) == (256, "bit-exact")
    module = "table_e4m3fn_to_e4m3fn_"
    run_json(capsys, "verilog", "table", "--function", "own.py:third", "-o", "build")
    (path,) = (folder / "build").glob(f"{module}*.v")
    options = ["--sim", "icarus", "--verilog", str(path), "--top", path.stem]
    assert main(["verify", "table", "--function", "own.py:gauss", *options]) == 1
    assert "FAILED" in capsys.readouterr().out


def test_campaign_of_a_table(folder: Path, capsys: Capture) -> None:
    options = ["--function", "own.py:gauss", "--synapse-noise", "0", "--store", "kept.db"]
    for _ in range(2):  # The second time from the store.
        (row,) = run_json(capsys, "sweep", "table", *options)
        assert (row["design"], row["exact_rate"]) == ("table", 1)
