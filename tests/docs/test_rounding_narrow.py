# SPDX-License-Identifier: Apache-2.0
"""What benchmarks/narrow_exactness.py keeps: all operands in every mode, and none wrong."""

import csv
from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design, Kind
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.formats import FORMATS, find_format
from spikefloat.sim.golden.operations import find_operation
from tests.helpers.paths import ROOT

#: Operands of more bits are sampled.
MAX_BITS = 24

with (ROOT / "docs/data/rounding_narrow.csv").open(encoding="utf-8", newline="") as kept:
    ROWS = list(csv.DictReader(kept))


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import narrow_exactness

    return narrow_exactness


def test_rows() -> None:
    """All operands, unless they are too many, with all random numbers of two bits."""
    seen = set()
    for row in ROWS:
        design, fmt = entries(Design)[row["operation"]], find_format(row["format"])
        assert design.kind is Kind.OPERATION
        assert fmt.name in design.formats
        assert fmt.width <= 8
        assert int(row["wrong"]) == 0
        assert bool(row["flags"]) == design.takes_flags
        assert bool(row["rounding"]) == design.takes_rounding
        widths = find_operation(design.name).widths(fmt)
        is_triple = widths == (fmt.width,) * 3
        is_drawn = row["rounding"].startswith("stochastic")
        if row["operands"] == "all":
            assert int(row["cases"]) == 1 << sum(widths) + 2 * (is_drawn and not is_triple)
        else:
            assert sum(widths) > 20
            assert not is_triple
            assert int(row["cases"]) > 1_000_000
        key = tuple(row[name] for name in ("operation", "format", "to", "rounding"))
        assert key not in seen
        seen.add(key)


def test_a_run_again(script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in the file is not run again; the rows are those that are kept."""
    file = tmp_path / "rows.csv"
    words = ["", str(file), "--format", "e2m1fn", "--design", "fma,divide,negate"]
    monkeypatch.setattr("sys.argv", words)
    assert script.main() == 0
    text = file.read_text()
    again = [row.split(",")[:-1] for row in text.splitlines()[1:]]
    assert len(again) == 19
    kept = [list(row.values())[:-1] for row in ROWS]
    assert all(row in kept for row in again)
    assert script.main() == 0
    assert file.read_text() == text


@pytest.mark.parametrize("name, at_least", [("fma", 10_000), ("faa", 10_000)])
def test_a_fault_is_counted(script, monkeypatch: pytest.MonkeyPatch, name, at_least) -> None:
    """Of a circuit whose results are those of another one."""
    up, down = (
        make_instance(name, format="e2m3fn", rounding=mode, flags="after")
        for mode in ("rup", "rdn")
    )
    assert script.run_triples(up) == ("all", 1 << 18, 0)
    monkeypatch.setattr(Instance, "graph", down.graph)
    assert script.run_triples(up)[2] > at_least


def test_pairs_that_do_not_stand_for_others(script, monkeypatch: pytest.MonkeyPatch) -> None:
    """Are noticed: here each stands for the neighbours of those it should."""
    instance = make_instance("fma", format="e2m3fn", flags="after")
    first, inverse = script.first_pairs(instance.design, FORMATS["e2m3fn"])
    assert len(first) < len(inverse) // 4
    monkeypatch.setattr(script, "first_pairs", lambda *_: (first, np.roll(inverse, 1)))
    with pytest.raises(ValueError, match="stand for others"):
        script.run_triples(instance)
