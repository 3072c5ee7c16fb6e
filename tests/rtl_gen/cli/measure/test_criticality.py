# SPDX-License-Identifier: Apache-2.0
"""``spikefloat criticality``: the figures of a gate that can be worked out by hand."""

from spikefloat.rtl_gen.cli import main
from tests.helpers.command import printed_results


def test_xor(capsys):
    assert main(["criticality", "xor", "--json"]) == 0
    (row,) = printed_results(capsys)
    # The hidden AND matters for 01, 10 and 11: for 00 the output stays silent either way.
    both, out = row["by_neuron"]
    assert (both["critical"], both["firing"], both["silent"]) == (0.75, 0.25, 0.5)
    assert (out["critical"], out["firing"], out["silent"]) == (1, 0.5, 0.5)
    assert (row["operands"], row["neurons"], row["detected_fraction"]) == (4, 2, 1)


def test_multiplier(capsys):
    assert main(["criticality", "multiply", "--objective", "neurons", "--rows", "3"]) == 0
    table = capsys.readouterr().out
    assert "of 83 neurons stuck at 0, 83 are detected, at 1, 83" in " ".join(table.split())
    assert table.count("100.00") >= 2  # sign and mantissa


def test_wrong(capsys):
    assert main(["criticality", "nand"]) == 2
    assert capsys.readouterr().err.startswith("spikefloat: error: Design must be one of ")
