# SPDX-License-Identifier: Apache-2.0
"""Native Amaranth components on the command line, beside the printed text."""

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from tests.helpers.command import Capture, run_json


def test_verilog(tmp_path, capsys: Capture):
    (row,) = run_json(capsys, "verilog", "relu", "--backend", "amaranth", "-o", str(tmp_path))
    assert row["module"] == "relu_e4m3fn_amaranth"
    text = (tmp_path / "relu_e4m3fn_amaranth.v").read_text()
    assert "--backend amaranth" in text.partition("\nmodule ")[0]
    body = make_hardware(make_instance("relu", backend="amaranth")).verilog
    assert text.endswith(body[body.index("module ") :])


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["add", "--style", "temporal"],
            "Option --backend has no effect for add; it is for circuits in the spatial or the spiking",
        ),
        (["neuron"], "Option --backend has no effect for neuron; it is for circuits"),
        (
            ["linear", "--format", "e2m1fn", "--shape", "array"],
            "Backend of an array must be printed, not 'amaranth'",
        ),
    ],
)
def test_where_there_is_no_choice(arguments, message, tmp_path, capsys: Capture):
    assert main(["verilog", *arguments, "--backend", "amaranth", "-o", str(tmp_path)]) == 2
    assert message in capsys.readouterr().err


def test_unknown_backend(capsys: Capture):
    assert main(["verilog", "relu", "--backend", "chisel"]) == 2
    assert "Backend must be" in capsys.readouterr().err


@pytest.mark.tool
@pytest.mark.parametrize("name", ["multiply", pytest.param("add", marks=pytest.mark.slow)])
def test_both_backends_are_verified_together(name, capsys: Capture):
    rows = run_json(
        capsys,
        *["verify", name, "--format", "e3m2fn", "--backend", "all", "--sim", "icarus"],
        *["--style", "spatial,spiking", "--stages", "0,2"],
    )
    assert [row["hardware"] for row in rows] == [
        *("combinational", "combinational, amaranth", "2 stages", "2 stages, amaranth"),
        *("spiking", "spiking, amaranth"),
    ]
    assert {(row["cases"], row["exact"]) for row in rows} == {(4096, 4096)}


@pytest.mark.tool
@pytest.mark.parametrize(
    "options",
    [
        ["--stream", "--stages", "1"],
        ["--stream", "--style", "spiking", "--delays", "memory"],
        ["--style", "spiking", "--residue", "leak"],
    ],
)
def test_streams_and_membranes(options, capsys: Capture):
    rows = run_json(
        capsys,
        *["verify", "multiply", "--format", "e2m1fn", "--backend", "amaranth", "--sim", "icarus"],
        *options,
    )
    for row in rows:
        assert (row["cases"], row["mismatches"]) == (256, 0)


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("name", ["multiply", "add"])
def test_every_pair(name, capsys: Capture):
    rows = run_json(
        capsys,
        *["verify", name, "--backend", "all", "--sim", "verilator"],
        *["--style", "spatial,spiking", "--stages", "0,2"],
    )
    assert len(rows) == 6
    assert {(row["cases"], row["exact"]) for row in rows} == {(65536, 65536)}
