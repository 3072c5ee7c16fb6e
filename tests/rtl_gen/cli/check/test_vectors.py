# SPDX-License-Identifier: Apache-2.0
"""Test vectors on the command line: written, judged, and lying."""

from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits import operation
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.designs.build import build
from tests.helpers.command import Capture, run_json


def write(path: Path, *arguments: str) -> list[str]:
    """Write vectors and return the lines."""
    assert main(["vectors", *arguments, "-o", str(path)]) == 0
    return path.read_text().splitlines()


@pytest.mark.parametrize(
    "design, options, cases",
    [
        ("divide", "--format e5m2 --rounding rup", 65536),
        ("multiply", "--format binary4p2sf", 256),
        ("square_root", "--format binary16 --rounding odd", 65536),
        ("fma", "--format e2m1fn --rounding rna", 4096),
        ("convert", "--format bfloat16 --to e4m3fn --overflow saturate", 65536),
        ("convert", "--format int8 --to e5m2", 256),
        ("multiply", "--format e2m1fn --format-b e2m3fn --to e4m3fn --rounding rtz", 1024),
        ("to_int8", "--format e4m3fn --rounding rtz", 256),
        ("less", "--format e5m2", 65536),
        ("copy_sign", "--format e5m2", 65536),
        ("total_order", "--format e2m3fn", 4096),
    ],
)
def test_round_trip(design: str, options: str, cases: int, tmp_path: Path, capsys: Capture) -> None:
    """All cases in the form of TestFloat, the same on each run, and the circuit agrees."""
    path = tmp_path / "vectors.txt"
    lines = write(path, design, *options.split())
    assert len(lines) == len(set(lines)) == cases
    assert lines == write(path, design, *options.split())
    flags = ["--flags"] * (design not in ("copy_sign", "total_order"))
    (row,) = run_json(capsys, "verify", design, *options.split(), *flags, "--vectors", str(path))
    assert (row["cases"], row["exact"], row["simulator"]) == (cases, cases, "graph")


def test_remainders_of_wide_formats(tmp_path: Path, capsys: Capture) -> None:
    """In the sequential style, whose graphs are run in turn; in the others there is no graph."""
    path = tmp_path / "vectors.txt"
    path.write_text(
        "40A00000 40400000 BF800000 00\n"  # 5 - 2 * 3
        "7F7FFFFF 00000001 00000000 00\n"  # after 277 steps
        "3F800000 40000000 3F800000 00\n"  # a tie, to the even quotient 0
        "7F800000 3F800000 7FC00000 10\n"
        "3F800000 7FA00000 7FC00000 10\n"
    )
    words = f"verify remainder --format binary32 --flags --vectors {path}".split()
    (row,) = run_json(capsys, *words, "--style", "sequential")
    assert (row["cases"], row["exact"]) == (5, 5)
    assert (row["hardware"], row["simulator"]) == ("neuron graphs in turn", "graph")
    path.write_text(path.read_text().replace("BF800000", "3F800000"))
    assert main([*words, "--style", "sequential"]) == 1
    assert "line 1: a 0x40a00000, b 0x40400000 gives y 0xbf800000" in capsys.readouterr().out
    assert main(words) == 2
    assert "Style of remainder must be sequential for binary32" in capsys.readouterr().err


@pytest.mark.slow
def test_formats_without_one_graph_are_left_out(capsys: Capture) -> None:
    rows = run_json(capsys, "stats", "fmod", "--format", "all")
    stepped = run_json(capsys, "stats", "fmod", "--format", "all", "--style", "sequential")
    assert {row["format"] for row in stepped} - {row["format"] for row in rows} == {
        "tf32",
        "binary32",
        "binary64",
    }
    assert stepped[-1]["latency"] == 2100


def test_seed(tmp_path: Path) -> None:
    """Directed and drawn cases of wide operands; the seed changes the latter only."""
    every = ["multiply", "--format", "binary16", "--trials", "500"]
    first, second = (write(tmp_path / s, *every, "--seed", s) for s in ("1", "2"))
    assert len(first) == len(second) > 20_000
    assert first[:-500] == second[:-500]
    assert first[-500:] != second[-500:]


def test_values_are_those_of_numpy(tmp_path: Path) -> None:
    lines = write(tmp_path / "v", "add", "--format", "binary16", "--trials", "1000")
    table = np.array([[int(word, 16) for word in line.split()] for line in lines])
    a, b, y = table[:, :3].T.astype(np.uint16).view(np.float16)
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(a + b, y)
        overflows = np.isinf(a + b) & np.isfinite(a) & np.isfinite(b)
    np.testing.assert_array_equal(table[:, 3] & 4 != 0, overflows)


def test_lying_vector(tmp_path: Path, capsys: Capture) -> None:
    """A wrong result or a wrong flag is found; another NaN is as good."""
    path = tmp_path / "v"
    lines = write(path, "divide", "--format", "e5m2")
    nan = lines.index("00 00 7E 10")
    lines[nan] = "00 00 FD 10"
    path.write_text("\n".join(lines))
    judge = ["verify", "divide", "--format", "e5m2", "--flags", "--vectors", str(path)]
    assert main(judge) == 0
    capsys.readouterr()
    for wrong in ("3C 44 36 00", "3C 44 35 01"):  # 1 / 4, and 1 / 3
        lines[0x3C44] = wrong
        path.write_text("\n".join(lines))
        assert main(judge) == 1
        out = capsys.readouterr().out
        assert f"line {0x3C44 + 1}: a 0x3c, b 0x44 gives y 0x34, flags 0x0, not y 0x3" in out
        assert "repeat with: spikefloat verify divide --format e5m2" in out


#: Signalling and quiet NaNs of binary16, as TestFloat prints them: worked out by hand.
SIGNALLING = {
    "add": "7D01 3C00 7E00 10\n3C00 FC01 7E00 10\n7E00 3C00 7E00 00\nFDFF 7E00 7E00 10\n",
    "less": "7D01 3C00 0 10\n7E01 3C00 0 00\n3C00 4000 1 00\n",
    "signalling_less": "7D01 3C00 0 10\n7E01 3C00 0 10\n3C00 4000 1 00\n",
    "square_root": "FC01 7E00 10\nFE00 7E00 00\n4400 4000 00\n",
}


@pytest.mark.parametrize("design", SIGNALLING)
def test_signalling_nans(
    design: str, tmp_path: Path, capsys: Capture, fresh_builds: pytest.MonkeyPatch
) -> None:
    """They raise invalid; a circuit that takes them for quiet ones is found."""
    path = tmp_path / "v"
    path.write_text(SIGNALLING[design])
    judge = ["verify", design, "--format", "binary16", "--flags", "--vectors", str(path)]
    assert main(judge) == 0
    build.cache_clear()
    fresh_builds.setattr(operation, "raise_signalling", lambda *args: None)
    assert main(judge) == (design != "signalling_less")
    if design != "signalling_less":
        assert "line 1: a 0x" in capsys.readouterr().out


@pytest.mark.tool
def test_simulators(tmp_path: Path, capsys: Capture) -> None:
    """The same file judges the Verilog, and finds one wrong line there."""
    path = tmp_path / "v"
    lines = write(path, "multiply", "--format", "e2m1fn", "--rounding", "rtz")
    judge = ["multiply", "--format", "e2m1fn", "--rounding", "rtz", "--vectors", str(path)]
    rows = run_json(capsys, "verify", *judge, "--sim", "icarus", "--stages", "0,1")
    assert [(row["cases"], row["exact"]) for row in rows] == [(256, 256)] * 2
    lines[7] = lines[7][:4] + "6" + lines[7][5:]
    path.write_text("\n".join(lines))
    assert main(["verify", *judge, "--sim", "icarus"]) == 1


@pytest.mark.parametrize(
    "arguments, message",
    [
        ("vectors dot", "Design of vectors must be a scalar operation, not 'dot'"),
        ("vectors add --seed 3", "Option --seed has no effect where all cases are written, as for"),
        ("vectors add --rounding port", "Rounding of vectors must be one mode, such as rne, "),
        ("vectors add --rounding up", "Rounding must be one of rne, rtz, "),
        ("vectors negate --rounding rtz", "Rounding must be rne, without flags, for negate"),
        ("verify add --vectors v --trials 5", "Option --trials has no effect with --vectors"),
        (
            "verify add --vectors v --stages 1",
            "Option --stages has no effect with --vectors and with",
        ),
        ("verify add,dot --vectors v", "Design of vectors must be a scalar operation, not 'dot'"),
        ("verify add --vectors v", "Line 2 of the vectors must be 4 hexadecimal numbers (2 oper"),
        ("verify add --vectors w", "Cannot read"),
    ],
)
def test_refused(
    arguments: str,
    message: str,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("v").write_text("38 38 40 00\n38 38 zz 00\n")
    assert main(arguments.split()) == 2
    assert message in capsys.readouterr().err
