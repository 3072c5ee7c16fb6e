# SPDX-License-Identifier: Apache-2.0
"""``spikefloat sweep``: grids, what is printed, and what is refused."""

import json
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from spikefloat.rtl_gen.checks.targets import block_target
from spikefloat.rtl_gen.cli import main
from spikefloat.rtl_gen.cli.devices import label_columns
from spikefloat.rtl_gen.cli.options.physics import KNOBS
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Block
from spikefloat.sim.campaigns import target
from spikefloat.sim.campaigns.store import ResultStore
from spikefloat.sim.devices.physics import IDEAL
from tests.helpers.command import Capture, printed_results, run_json


def test_grid(capsys, tmp_path):
    arguments = [
        "sweep",
        "multiply,xor",
        "--budget",
        "w1,w2",
        "--library",
        "all",
        "--objective",
        "neurons",
        "--synapse-noise",
        "0.05,0.2",
        "--dropped-spikes",
        "0",
        "--trials",
        "1",
        "--store",
        str(tmp_path / "noise.db"),
        "--json",
    ]
    assert main(arguments) == 0
    rows = printed_results(capsys)
    # The multiplier with each budget and as published, then the gate.
    assert [(row["design"], row["library"], row["budget"]) for row in rows[::2]] == [
        ("multiply", "native", "w1"),
        ("multiply", "native", "w2"),
        ("multiply", "published", "-"),
        ("xor", "published", "-"),
    ]
    assert [row["synapse_noise"] for row in rows] == [0.05, 0.2] * 4
    assert all(rows[i]["exact_rate"] > rows[i + 1]["exact_rate"] for i in range(0, 8, 2))
    assert main(arguments) == 0
    assert printed_results(capsys) == rows


def test_table(capsys):
    noise = ["--input-noise", "0.1,0.2", "--clamp-inputs", "--wide"]
    assert main(["sweep", "ripple4", *noise]) == 0
    table = " ".join(capsys.readouterr().out.split())
    assert "input noise" in table
    assert "clamp inputs" in table
    assert "synapse noise" not in table
    assert "99.9" in table


def test_leak(capsys):
    """A range has both ends; gates are right up to their bound, and not beyond."""
    assert (
        main(
            [
                "sweep",
                "and,or",
                "--style",
                "spiking",
                "--leak",
                "0:1:0.05",
                "--trials",
                "1",
                "--order",
                "provoking",
                "--json",
            ]
        )
        == 0
    )
    rows = printed_results(capsys)
    assert [row["leak"] for row in rows] == 2 * [round(i / 20, 2) for i in range(21)]
    for row in rows:
        bound = {"and": 1 / 3, "or": 1 / 4}[row["design"]]
        assert row["operand_leak_bound"] == pytest.approx(bound)
        assert (row["exact_rate"] == 1) == (row["leak"] <= bound)


def test_discharge(capsys):
    """Discharged before every wave, a circuit stands any noise like the spatial one."""
    assert (
        main(
            [
                "sweep",
                "xor",
                "--style",
                "spiking",
                "--residue",
                "discharge",
                "--synapse-noise",
                "0.2",
                "--json",
            ]
        )
        == 0
    )
    (spiking,) = printed_results(capsys)
    assert main(["sweep", "xor", "--synapse-noise", "0.2", "--json"]) == 0
    (spatial,) = printed_results(capsys)
    assert (spiking["waves"], spatial["operand_leak_bound"]) == (1, None)
    assert spiking["ci_low"] < spatial["exact_rate"] < spiking["ci_high"]


def test_published_adder_and_gates():
    counts = [len(block_target(name).graph.neurons) for name in entries(Block)]
    assert counts == [1, 1, 2, 7, 28]
    spiking = {"style", "leak", "reset", "waves", "potential_bits"}
    assert {*(knob.key for knob in KNOBS), "clamp_inputs", *spiking} == set(IDEAL.as_dict())


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["nand"], "Design must be one of "),
        (["dot"], "Design must have one code for each operand, not vectors (dot)"),
        (["multiply", "--stages", "2"], "Option --stages has no effect for the command sweep"),
        (
            ["xor", "--synapse-noise", "much"],
            "Synapse noise must be a number from 0 to 1,000,000, not 'much'",
        ),
        (
            ["xor", "--synapse-noise", "-1"],
            "Synapse noise must be a number from 0 to 1,000,000, not '-1'",
        ),
        (
            ["xor", "--precision", "0"],
            "Precision must be a number above 0 and at most 0.5, not '0'",
        ),
        (
            ["xor", "--leak", "0.5"],
            "Option --leak has no effect for xor; it is for the spiking style",
        ),
        (
            ["xor", "--style", "spiking", "--residue", "hard"],
            "Leak must be given where membranes keep a residue (hard), not left out",
        ),
        (["xor", "--style", "spiking", "--residue", "no"], "Residue must be one of discharge, "),
        (
            ["xor", "--style", "spiking", "--residue", "discharge", "--leak", "0.5"],
            "Option --leak has no effect where membranes are discharged",
        ),
        (
            ["xor", "--style", "spiking", "--leak", "0:1:0"],
            "Leak must be numbers or ranges start:stop:step of at most 10000 values, not '0:1:0'",
        ),
        (
            ["xor", "--order", "provoking"],
            "Option --order has no effect for xor; it is for the spiking style",
        ),
        (
            ["xor", "--workers", "-1"],
            "Number of workers must be an integer from 0 to 1024, not '-1'",
        ),
    ],
)
def test_wrong(capsys, arguments, message):
    assert main(["sweep", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"spikefloat: error: {message}")


#: Runs a command, and kills itself when the sixth cell begins.
KILLED = """\
import os, signal, sys
from spikefloat.rtl_gen.cli import main
from spikefloat.sim.campaigns import store

run_cell, done = store.run_cell, []

def run_or_die(cell):
    if len(done) == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(cell)
    return run_cell(cell)

store.run_cell = run_or_die
main(sys.argv[1:])
"""


def test_killed_in_the_middle(tmp_path):
    """A process that is killed loses no finished cell, and leaves a file that can be used."""
    path = tmp_path / "store.db"
    arguments = [
        "sweep",
        "ripple4",
        "--store",
        str(path),
        "--json",
        "--synapse-noise",
        ",".join(f"{0.1 + i / 100:.2f}" for i in range(12)),
    ]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *arguments], capture_output=True, check=False
    )
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, b"")
    with closing(ResultStore(path)) as store:
        assert len(store) == 5
    output = subprocess.run(
        [sys.executable, "-m", "spikefloat", *arguments], capture_output=True, check=True, text=True
    ).stdout
    with closing(ResultStore(path)) as store:
        assert len(json.loads(output)["results"]) == len(store) == 12


def test_rounding_and_flags(capsys: Capture, tmp_path: Path) -> None:
    """On ideal devices every mode is exact with its flags; rows say what they are of."""
    words = ["add", "--format", "e2m1fn", "--trials", "1", "--workers", "1"]
    kinds = ["--rounding", "rdn,port,stochastic-a", "--random-bits", "2", "--flags"]
    rows = run_json(capsys, "sweep", *words, *kinds, "--synapse-noise", "0,0.2")
    assert [(row["rounding"], row["random_bits"], row["flags"]) for row in rows[::2]] == [
        ("rdn", None, "after"),
        ("port", None, "after"),
        ("stochastic-a", 2, "after"),
    ]
    assert [row["exact_rate"] for row in rows[::2]] == [1, 1, 1]
    assert all(row["exact_rate"] < 1 and row["mean_ulp"] > 0 for row in rows[1::2])
    assert {(row["to"], row["overflow"]) for row in rows} == {(None, "saturate")}
    (row,) = run_json(capsys, "criticality", "add", "--format", "e2m1fn", "--rounding", "rup")
    assert row["rounding"] == "rup"
    (row,) = run_json(capsys, "export", *words[:3], *kinds[-1:], "-o", str(tmp_path))
    assert (row["overflow"], row["flags"]) == ("saturate", "after")
    assert main(["harden", *words[:3], "--objective", "structure", "--flags"]) == 2
    assert "Flags must be left out of a circuit to be hardened" in capsys.readouterr().err


def test_wrong_flag_is_noticed(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    right = target.RoundedReference.expected
    monkeypatch.setattr(
        target.RoundedReference, "expected", lambda self, operands: right(self, operands) ^ 1 << 4
    )
    words = ["--format", "e2m1fn", "--trials", "1", "--workers", "1"]
    (row,) = run_json(capsys, "sweep", "add", *words, "--flags")
    assert (row["exact_rate"], row["mean_ulp"]) == (0, 0)


def test_rows_of_campaigns_tell_second_formats_apart(capsys: Capture) -> None:
    words = "sweep fpu --format e2m1fn --format-2 e2m3fn --synapse-noise 0.1 --trials 64"
    (row,) = run_json(capsys, *words.split())
    assert (row["format"], row["format_2"]) == ("e2m1fn", "e2m3fn")
    columns = label_columns([row, {**row, "format_2": "e3m2fn"}])
    assert columns[:3] == ["design", "format", "format_2"]
