# SPDX-License-Identifier: Apache-2.0
"""What benchmarks/wide_exactness.py keeps: every operation in every mode, and none wrong."""

import csv
from pathlib import Path

import pytest

from spikefloat.rtl_gen.checks.verifying.plan import Selected
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design, Kind
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.formats import Rounding, find_format
from spikefloat.sim.golden.operations import find_operation
from tests.helpers.paths import ROOT

with (ROOT / "docs/data/rounding_wide.csv").open(encoding="utf-8", newline="") as kept:
    ROWS = list(csv.DictReader(kept))


def test_rows() -> None:
    """They are of operations that work for the format, with all operands or a million random ones."""
    seen = set()
    for row in ROWS:
        design = entries(Design)[row["operation"]]
        fmt = find_format(row["format"])
        assert design.kind is Kind.OPERATION
        assert fmt.name in design.formats
        assert int(row["wrong"]) == 0
        assert bool(row["flags"]) == design.takes_flags
        modes = [mode.value for mode in Rounding] if design.takes_rounding else [""]
        assert row["rounding"] in modes
        operands = 1 << sum(find_operation(design.name).widths(fmt))
        if row["operands"] == "all":
            assert int(row["cases"]) >= operands
        else:
            assert operands > 1 << 20
            assert int(row["cases"]) > 1_000_000
        key = tuple(row[name] for name in ("operation", "format", "to", "rounding"))
        assert key not in seen
        seen.add(key)
    assert len(seen) > 50


def test_a_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With fewer cases; what is in the file is not run again."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import wide_exactness

    file = tmp_path / "rows.csv"
    words = ["", str(file), "--format", "binary16", "--design", "divide", "--count", "100"]
    monkeypatch.setattr("sys.argv", words)
    assert wide_exactness.main() == 0
    assert len(capsys.readouterr().err.splitlines()) == 9
    text = file.read_text()
    assert wide_exactness.main() == 0
    assert capsys.readouterr().err == ""
    assert file.read_text() == text


def test_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operation without a single graph is run step by step."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import wide_exactness

    instance = make_instance("fmod", format="tf32", flags="after", style="sequential")
    tried, count, wrong = wide_exactness.run(instance, Selected(random_cases=100))
    assert (tried, wrong) == ("sampled", 0)
    assert count > 200


def test_a_fault_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a circuit whose results are those of another one."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import wide_exactness

    up, down = (make_instance("add", format="binary16", rounding=mode) for mode in ("rup", "rdn"))
    _, count, wrong = wide_exactness.run(up, Selected(random_cases=100))
    assert count > 10_000
    assert wrong == 0
    monkeypatch.setattr(Instance, "graph", down.graph)
    assert wide_exactness.run(up, Selected(random_cases=100))[2] > 1_000
