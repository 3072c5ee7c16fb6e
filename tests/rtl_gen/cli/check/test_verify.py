# SPDX-License-Identifier: Apache-2.0
"""Clocked circuits on the command line: several at once, and all that there are."""

import json
from pathlib import Path

import pytest

from spikefloat.rtl_gen.circuits.functions.records import FUNCTIONS
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.designs.catalog import entries, find_design
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.formats import INTEGERS
from tests.helpers.command import Capture, run_json


@pytest.mark.tool
def test_styles_and_stages(capsys: Capture) -> None:
    """Everything that a design can be, in one command and one build."""
    rows = run_json(
        capsys,
        "verify",
        "multiply",
        "--format",
        "e2m1fn",
        "--style",
        "spatial,spiking",
        "--stages",
        "0,1,3",
        "--sim",
        "icarus",
    )
    assert [(row["hardware"], row["pauses"]) for row in rows] == [
        ("combinational", None),
        ("1 stage", None),
        ("3 stages", None),
        ("spiking", None),
    ]
    assert {(row["cases"], row["exact"]) for row in rows} == {(256, 256)}


@pytest.mark.tool
def test_streams(capsys: Capture) -> None:
    """A row for every design without pauses, and one with them."""
    arguments = [
        "verify",
        "multiply",
        "--format",
        "e2m1fn",
        "--style",
        "spatial,spiking",
        "--stages",
        "2",
        "--stream",
        "--sim",
        "icarus",
    ]
    rows = run_json(capsys, *arguments)
    assert [(row["hardware"], row["pauses"]) for row in rows] == [
        ("2 stages, streams", "none"),
        ("2 stages, streams", "random"),
        ("spiking, streams", "none"),
        ("spiking, streams", "random"),
    ]
    assert {(row["cases"], row["exact"]) for row in rows} == {(256, 256)}
    assert "--style spiking --stream" in rows[-1]["command"]


@pytest.mark.tool
def test_dot(capsys: Capture) -> None:
    arguments = [
        "verify",
        "dot",
        "--format",
        "e2m1fn",
        "--length",
        "2",
        "--trials",
        "300",
        "--style",
        "spatial,spiking",
        "--stages",
        "1",
        "--sim",
        "icarus",
    ]
    rows = run_json(capsys, *arguments)
    assert [row["hardware"] for row in rows] == ["1 stage", "spiking"]
    assert {(row["cases"], row["exact"]) for row in rows} == {(308, 308)}
    rows = run_json(capsys, *arguments, "--stream")
    assert [(row["hardware"], row["pauses"]) for row in rows] == [
        (f"{hardware}, streams", pauses)
        for hardware in ("1 stage", "spiking")
        for pauses in ("none", "random")
    ]
    assert {(row["cases"], row["exact"]) for row in rows} == {(308, 308)}


#: Of so few neurons in E2M1FN, or for one element, that there is nothing to cut.
_WITHOUT_STAGES = {
    *("reciprocal", "square_root", "reciprocal_root", "negate", "absolute", "relu", "convert"),
    *("copy_sign", "negate_sign", "xor_sign", "next_up", "next_down", "classify"),
    *("is_zero", "is_one", "is_sign_minus", "is_normal", "is_subnormal"),
    *("round_to_integral", "exponent_of", *(f"to_{name}" for name in INTEGERS)),
    *("from_int4", "from_uint4"),
    *("vector_maximum", "vector_argmax", "vector_sum", "vector_sum_of_squares", "softmax"),
    "rope",  # of pairs only
    *FUNCTIONS,
}


@pytest.mark.parametrize(
    "options, missing",
    [
        pytest.param(("--stages", "2"), _WITHOUT_STAGES, marks=pytest.mark.slow),
        (("--style", "temporal"), set(entries(Design)) - {"multiply", "add"}),
    ],
)
def test_all_that_there_are(
    options: tuple[str, ...], missing: set[str], capsys: Capture, tmp_path: Path
) -> None:
    """What does not exist is left out, and named; the rest is written."""
    assert (
        main(
            [
                "verilog",
                "all",
                "--format",
                "e2m1fn",
                "--length",
                "1",
                *options,
                "--json",
                "-o",
                str(tmp_path),
            ]
        )
        == 0
    )
    captured = capsys.readouterr()
    rows = json.loads(captured.out)["results"]
    there = {name for name in entries(Design) if "e2m1fn" in find_design(name).formats}
    assert {row["design"] for row in rows} == there - missing
    assert {Path(row["file"]).name for row in rows} == {path.name for path in tmp_path.iterdir()}
    told = captured.err.splitlines()
    assert told[0].startswith("spikefloat: left out: neuron, encoder, decoder, as --st")
    assert all(line.startswith("spikefloat: left out: ") for line in told)
    assert len(told) == 1 + len(there & missing)


def test_all_styles_of_one(capsys: Capture) -> None:
    """A style in which a design does not exist is left out, too."""
    assert main(["stats", "relu", "--style", "all", "--json"]) == 0
    captured = capsys.readouterr()
    assert len(json.loads(captured.out)["results"]) == 2
    assert captured.err == (
        "spikefloat: left out: Style of relu must be spatial or spiking, not sequential\n"
        "spikefloat: left out: Style of relu must be spatial or spiking, not temporal\n"
    )


def test_none_at_all(capsys: Capture, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert (
        main(
            [
                "verilog",
                "all",
                "--stages",
                "999",
                "--format",
                "e2m1fn",
                "--length",
                "1",
                "-o",
                str(folder),
            ]
        )
        == 2
    )
    assert capsys.readouterr().err.endswith(
        "spikefloat: error: No designs given; at least one is needed\n"
    )
    assert not folder.exists()


@pytest.mark.tool
def test_netlist(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "negate", "--gate-level", "ecp5", "--sim", "icarus"]) == 0
    out = capsys.readouterr().out
    assert "as a netlist of ecp5 cells" in out
    assert "bit-exact" in out
    assert main(["verify", "negate", "--gate-level", "vax", "--sim", "icarus"]) == 2
    assert capsys.readouterr().err.startswith("spikefloat: error: Target must be one of")
