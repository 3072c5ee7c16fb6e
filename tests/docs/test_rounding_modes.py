# SPDX-License-Identifier: Apache-2.0
"""What is kept of runs in the exact simulator: whether operations were run in all their modes."""

import csv

import pytest

from spikefloat.rtl_gen.circuits.functions.operations import MAX_OPERAND_WIDTH
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.formats import FORMATS, Rounding
from spikefloat.sim.golden.functions import FUNCTIONS
from tests.helpers.paths import ROOT

#: Formats that conversions of wide ones were run with.
WIDE = ("e4m3fn", "e5m2", *[fmt.name for fmt in FORMATS.values() if fmt.width > 8])


def modes_of(design: Design, fmt: str, to: str) -> set[str]:
    """Return the modes that an operation has in a format, and for a result."""
    if not design.takes_rounding:
        return {""}
    is_computed = design.name in FUNCTIONS and FORMATS[fmt].width > MAX_OPERAND_WIDTH
    modes = [mode for mode in Rounding if mode.is_for(FORMATS[to or fmt])]
    return {mode.value for mode in modes if not (is_computed and mode.is_stochastic)}


def missing(rows: list[dict[str, str]], fmt: str) -> list[str]:
    """Return what is said to be run in a format, but not in each mode, or to each result."""
    operations = entries(Design)
    own = [row for row in rows if row["format"] == fmt]
    found = []
    for name in dict.fromkeys(row["operation"] for row in own):
        for to in {row["to"] for row in own if row["operation"] == name}:
            run = {row["rounding"] for row in own if (row["operation"], row["to"]) == (name, to)}
            if run != modes_of(operations[name], fmt, to):
                found.append(f"{name} {to}")
    targets = {row["to"] for row in own if row["operation"] == "convert"}
    known = operations["convert"].targets(FORMATS[fmt])
    wanted = [to for to in known if FORMATS[fmt].width <= 8 or to in WIDE]
    return found + [f"convert {to}" for to in wanted if to not in (*targets, fmt)]


@pytest.mark.parametrize("fmt", FORMATS)
def test_no_mode_is_missing(fmt: str) -> None:
    """Of an operation that was run: each mode was, and each result of a conversion."""
    name = "rounding_wide" if FORMATS[fmt].width > 8 else "rounding_narrow"
    with (ROOT / f"docs/data/{name}.csv").open(encoding="utf-8", newline="") as kept:
        rows = list(csv.DictReader(kept))
    assert missing(rows, fmt) == []
    is_signed = FORMATS[fmt].is_signed
    assert sum(row["format"] == fmt for row in rows) > (300 if is_signed else 0)
    # A row that is taken out is noticed.
    place = next(
        n for n, row in enumerate(rows) if row["format"] == fmt and row["rounding"] == "rdn"
    )
    assert missing(rows[:place] + rows[place + 1 :], fmt) != []
