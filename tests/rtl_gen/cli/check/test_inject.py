# SPDX-License-Identifier: Apache-2.0
"""``spikefloat inject``: what is printed, and what is refused."""

import pytest

from spikefloat.rtl_gen.cli import main
from tests.helpers.command import printed_results


@pytest.mark.tool
def test_noise(capsys, tmp_path):
    arguments = [
        "inject",
        "ripple4",
        "--synapse-noise",
        "0.15",
        "--sim",
        "icarus",
        "--trials",
        "500",
        "--build-dir",
        str(tmp_path),
    ]
    assert main([*arguments, "--json"]) == 0
    (row,) = printed_results(capsys)
    assert (row["operations"], row["spikes"], row["wrong_spikes"]) == (500, 28 * 500, 0)
    assert row["reproduced"]
    assert row["ci_low"] < row["campaign"]["exact_rate"] < row["ci_high"]
    assert (tmp_path / "ripple4_injected.v").is_file()
    assert main(arguments) == 0
    words = capsys.readouterr().out.split()
    assert {"ripple4", "28", "14,000"} <= set(words)


@pytest.mark.tool
def test_stuck(capsys):
    assert main(["inject", "xor", "--stuck", "--sim", "icarus", "--json"]) == 0
    (row,) = printed_results(capsys)
    assert (row["neurons"], row["operands"], row["detected_fraction"]) == (2, 4, 1)
    assert all(0 < own[f"tries_at_{value}"] <= 4 for own in row["by_neuron"] for value in (0, 1))


@pytest.mark.parametrize(
    "arguments, message",
    [
        (
            ["xor", "--trials", "0"],
            "Number of trials must be an integer from 1 to 1048576, not '0'",
        ),
        (
            ["multiply", "--trials", "1048576", "--library", "published"],
            "Trials of multiply_e4m3fn_published must be at most ",
        ),
        (
            ["xor", "--stuck", "--synapse-noise", "0.1"],
            "Option --synapse-noise has no effect with --stuck",
        ),
        (
            ["xor", "--sim", "no"],
            "Simulator must be one of icarus, verilator, both, auto, not 'no'",
        ),
        (["xor", "--style", "spiking", "--leak", "1"], "Leak must be below 1 where there is noise"),
    ],
)
def test_wrong(capsys, arguments, message):
    assert main(["inject", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"spikefloat: error: {message}")
