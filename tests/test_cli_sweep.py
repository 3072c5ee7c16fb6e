# SPDX-License-Identifier: Apache-2.0
"""``spikefloat sweep``: grids, what is printed, and what is refused."""

import json

import pytest

from rtl_gen.cli import main
from rtl_gen.cli.physics_options import BLOCKS, KNOBS, block_target
from sim.physics import IDEAL


def test_grid(capsys, tmp_path):
    arguments = [
        "sweep", "multiply,xor", "--budget", "w1,w2", "--library", "all", "--objective",
        "neurons", "--synapse-noise", "0.05,0.2", "--dropped-spikes", "0", "--max-trials", "1",
        "--store", str(tmp_path / "noise.db"), "--json"]
    assert main(arguments) == 0
    rows = json.loads(capsys.readouterr().out)
    # The multiplier with each budget and as published, then the gate.
    assert [(row["design"], row["library"], row["budget"]) for row in rows[::2]] == [
        ("multiply", "native", "w1"), ("multiply", "native", "w2"), ("multiply", "published", "-"),
        ("xor", "published", "-")]
    assert [row["synapse_noise"] for row in rows] == [0.05, 0.2] * 4
    assert all(rows[i]["exact_rate"] > rows[i + 1]["exact_rate"] for i in range(0, 8, 2))
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out) == rows


def test_table(capsys):
    assert main(["sweep", "ripple4", "--input-noise", "0.1,0.2", "--clamp-inputs"]) == 0
    table = capsys.readouterr().out
    assert "input_noise" in table
    assert "clamp_inputs" in table
    assert "synapse_noise" not in table
    assert "99.9" in table


def test_published_adder_and_gates():
    counts = [len(block_target(name).graph.neurons) for name in BLOCKS]
    assert counts == [1, 1, 2, 7, 28]
    assert {*KNOBS, "clamp_inputs"} == set(IDEAL.as_dict())


@pytest.mark.parametrize("arguments, message", [
    (["nand"], "Design must be one of "),
    (["xor", "--synapse-noise", "much"], "Physics synapse_noise must be a number, not 'much'"),
    (["xor", "--synapse-noise", "-1"], "Physics synapse_noise must not be negative, not -1.0"),
    (["xor", "--precision", "0"], "Precision must be positive, not 0.0"),
    (["xor", "--workers", "-1"], "Number of workers must be positive, not -1"),
])
def test_wrong(capsys, arguments, message):
    assert main(["sweep", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"spikefloat: error: {message}")
