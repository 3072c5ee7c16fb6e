# SPDX-License-Identifier: Apache-2.0
"""``spikefloat inject``: what is printed, and what is refused."""

import json

import pytest

from spikefloat.rtl_gen.cli import main


@pytest.mark.tool
def test_noise(capsys, tmp_path):
    arguments = [
        "inject",
        "ripple4",
        "--synapse-noise",
        "0.15",
        "--sim",
        "icarus",
        "--operations",
        "500",
        "-o",
        str(tmp_path),
    ]
    assert main([*arguments, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["operations"], row["spikes"], row["wrong_spikes"]) == (500, 28 * 500, 0)
    assert row["reproduced"]
    assert row["ci_low"] < row["campaign"]["exact_rate"] < row["ci_high"]
    assert (tmp_path / "ripple4_injected.v").is_file()
    assert main(arguments) == 0
    assert "ripple4, 28 neurons: 0 of 14,000 spikes differ" in capsys.readouterr().out


@pytest.mark.tool
def test_stuck(capsys):
    assert main(["inject", "xor", "--stuck", "--sim", "icarus", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["neurons"], row["operands"], row["detected_fraction"]) == (2, 4, 1)
    assert all(0 < own[f"tries_at_{value}"] <= 4 for own in row["by_neuron"] for value in (0, 1))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["xor,and"], "Circuits must be one to inject into, not 2"),
        (
            ["xor", "--style", "spiking", "--leak", "0,0.5"],
            "Physics leak must have one value here, not 2",
        ),
        (["xor", "--stuck", "--synapse-noise", "0.1"], "Noise and style must be left out where "),
        (["xor", "--sim", "no"], "Simulator must be icarus or verilator, not 'no'"),
        (["xor", "--style", "spiking", "--leak", "1"], "Leak must be below 1 where there is noise"),
    ],
)
def test_wrong(capsys, arguments, message):
    assert main(["inject", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"spikefloat: error: {message}")
