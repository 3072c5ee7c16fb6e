# SPDX-License-Identifier: Apache-2.0
"""The spiking style on the command line."""

from pathlib import Path

import pytest

from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.residue import graph_leak_bound, safe_leak
from tests.helpers.command import Capture, printed_results, run_json

MULTIPLIER = make_instance("multiply").graph
SOFT, HARD = (graph_leak_bound(MULTIPLIER, reset).bound for reset in ("soft", "hard"))


def test_stats(capsys: Capture) -> None:
    (figures,) = run_json(capsys, "stats", "multiply", "--style", "spiking")
    assert figures["latency"] == figures["depth"]
    assert figures["initiation_interval"] == 1
    assert figures["registers"] == figures["neurons"] + figures["delay_registers"]
    assert (figures["leak_bound"], figures["leak_bound_hard"]) == (str(SOFT), str(HARD))
    (leaky,) = run_json(capsys, "stats", "multiply", "--style", "spiking", "--residue", "leak")
    assert leaky["registers"] > 2 * figures["registers"]
    assert main(["stats", "multiply", "--style", "spiking"]) == 0
    assert "initiation interval" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments, ports, header",
    [
        ([], "clk rst a b y", "membranes: every wave finds the membranes at rest"),
        (["--residue", "discharge"], "clk rst a b y", "every wave finds the membranes at rest"),
        (
            ["--residue", "leak"],
            "clk rst discharge a b y",
            f"membranes: leak {safe_leak(SOFT)}, soft reset",
        ),
        (
            ["--residue", "hard", "--leak", "0.0625"],
            "clk rst discharge a b y",
            "without discharge: exact whatever came before, as the leak is below the bound of the "
            f"circuit, {HARD} membranes: leak 1/16, hard reset",
        ),
        (
            ["--residue", "leak", "--leak", "0.75"],
            "clk rst discharge a b y",
            "without discharge: may err after some waves, as the leak is not below the bound of the "
            f"circuit, {SOFT}",
        ),
    ],
)
def test_verilog(
    arguments: list[str], ports: str, header: str, capsys: Capture, tmp_path: Path
) -> None:
    rows = run_json(
        capsys, "verilog", "multiply", "--style", "spiking", *arguments, "-o", str(tmp_path)
    )
    words = {"leak": "_leak", "hard": "_hard", "0.0625": "_leak1_16", "0.75": "_leak3_4"}
    suffix = "".join(words.get(argument, "") for argument in arguments)
    assert [row["module"] for row in rows] == [f"multiply_e4m3fn_spiking{suffix}"]
    text = (tmp_path / f"multiply_e4m3fn_spiking{suffix}.v").read_text()
    said = " ".join(text[: text.index("\n\nmodule")].replace("\n//", " ").split())
    for part in (
        header,
        "--style spiking",
        " ".join(arguments)
        .replace("0.0625", "1/16")
        .replace("0.75", "3/4")
        .replace("--residue discharge", ""),
    ):
        assert part in said
    top = text[text.index(f"module multiply_e4m3fn_spiking{suffix} (") :]
    top = top[: top.index(");")]
    assert [line.rstrip(",").split()[-1] for line in top.splitlines()[1:]] == ports.split()


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--residue", "none"], "Residue must be one of discharge, hard, leak, not 'none'"),
        (["--residue", "leak", "--leak", "1"], "Leak must be at least 0 and below 1, not 1"),
        (["--residue", "hard", "--leak=-0.5"], "Leak must be a number from 0 to 1, not '-0.5'"),
        (["--residue", "leak", "--leak", "1/3"], "Leak must be a multiple of 1/65536, not 1/3"),
        (
            ["--residue", "leak", "--leak", "little"],
            "Leak must be a number from 0 to 1, not 'little'",
        ),
        (["--leak", "0.5"], "Leak must be left out where membranes are discharged, not 1/2"),
        (
            ["--stages", "2"],
            "Option --stages has no effect for multiply; it is for circuits in the spatial style",
        ),
    ],
)
@pytest.mark.parametrize("command", ["verilog", "stats", "verify"])
def test_mistakes(command: str, arguments: list[str], message: str, capsys: Capture) -> None:
    """One sentence, exit status 2."""
    assert main([command, "multiply", "--style", "spiking", *arguments]) == 2
    assert capsys.readouterr().err == f"spikefloat: error: {message}\n"


@pytest.mark.tool
def test_verify(capsys: Capture, tmp_path: Path) -> None:
    """Codes of E2M1 at rest, and with a leak far above the bound, which is found out."""
    arguments = [
        "verify",
        "multiply",
        "--format",
        "e2m1fn",
        "--style",
        "spiking",
        "--sim",
        "icarus",
        "--build-dir",
        str(tmp_path),
        "--json",
    ]
    assert main(arguments) == 0
    assert printed_results(capsys)[0]["exact"] == 256
    assert main([*arguments, "--residue", "leak", "--leak", "0.875"]) == 1
    assert printed_results(capsys)[0]["exact"] < 200
    assert main([*arguments, "--residue", "hard"]) == 0
    assert printed_results(capsys)[0]["exact"] == 256
