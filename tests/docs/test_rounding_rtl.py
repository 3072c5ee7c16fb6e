# SPDX-License-Identifier: Apache-2.0
"""What docs/data/measure_rounding.sh keeps: every case that the page says was run, and none wrong."""

import csv
import shlex

import pytest

from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design, Kind
from spikefloat.rtl_gen.designs.rounding import Flags
from spikefloat.rtl_gen.formats import find_format
from spikefloat.sim.golden.operations import find_operation
from tests.helpers.command import run_command
from tests.helpers.paths import ROOT

#: Codes of the port, or random numbers of two bits, that come with each operand.
EXTRAS = {"": 1, "port": 8, "odd": 1, "stochastic-a": 4, "stochastic-b": 4, "stochastic-c": 4}

with (ROOT / "docs/data/rounding_rtl.csv").open(encoding="utf-8", newline="") as kept:
    ROWS = list(csv.DictReader(kept))


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "binary8p3se", "binary8p4se"])
@pytest.mark.parametrize("simulator", ["verilator", "icarus"])
def test_rows(fmt: str, simulator: str) -> None:
    """They are of operations that work for the format; all operands were driven, with flags."""
    rows = [row for row in ROWS if (row["format"], row["simulator"]) == (fmt, simulator)]
    assert len(rows) > 100
    seen: set[tuple[str, str, str]] = set()
    for row in rows:
        design = entries(Design)[row["operation"]]
        assert design.kind is Kind.OPERATION
        assert fmt in design.formats
        assert int(row["mismatches"]) == 0
        assert row["flags"] == (Flags.AFTER.value if design.takes_flags else "")
        modes = row["modes"].split() or [""]
        assert bool(row["modes"]) == design.takes_rounding
        keys = {(row["operation"], row["to"], mode) for mode in modes}
        assert not keys & seen
        seen |= keys
        operands = 1 << sum(find_operation(design.name).widths(find_format(fmt)))
        most = max(operands * EXTRAS[mode] for mode in modes)
        if operands <= 1 << 16:
            assert most <= 1 << 20
            assert row["pairs"] == "all"
            assert int(row["cases"]) == operands * sum(EXTRAS[mode] for mode in modes)
        else:
            assert row["pairs"] == "sampled"
            # Icarus got a sixteenth of the cases.
            least = 10_000 if simulator == "verilator" else 6_000
            assert int(row["cases"]) > least * len(modes)


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("simulator", ["verilator", "icarus"])
def test_a_row_again(simulator: str) -> None:
    """A short one, by the command that the script runs."""
    (row,) = (
        row
        for row in ROWS
        if (row["operation"], row["format"]) == ("square_root", "e4m3fn")
        and row["simulator"] == simulator
    )
    words = (
        f"spikefloat verify {row['operation']} --format {row['format']} --sim {simulator} --flags "
        f"--rounding {','.join(row['modes'].split())} --random-bits 2 --csv --quiet"
    )
    status, printed, errors = run_command(shlex.join(words.split()))
    assert status == 0, errors
    again = list(csv.DictReader(printed.splitlines()))
    assert [one["rounding"] for one in again] == row["modes"].split()
    assert sum(int(one["cases"]) for one in again) == int(row["cases"])
    assert {one["mismatches"] for one in again} == {"0"}
