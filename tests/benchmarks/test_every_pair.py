# SPDX-License-Identifier: Apache-2.0
"""benchmarks/every_pair.py: its quick reference is the golden model, faults are counted, rows kept."""

import csv
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.formats import find_format
from spikefloat.sim.golden.rounding import round_value
from tests.helpers.paths import ROOT

SCRIPT = ROOT / "benchmarks/every_pair.py"

with (ROOT / "docs/data/every_pair.csv").open(encoding="utf-8", newline="") as kept:
    ROWS = list(csv.DictReader(kept))


@pytest.fixture
def every_pair(monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import every_pair

    return every_pair


def test_rows(every_pair) -> None:
    """They are of today's circuits: who changes one runs `make exhaust16` again."""
    assert ROWS
    for row in ROWS:
        assert (row["pairs"], row["wrong"]) == (str(1 << 32), "0")
        made = make_instance(row["operation"], format=row["format"], library=row["library"])
        assert row["circuit"] == made.graph.digest[:16]
        assert row["operation"] in every_pair.REFERENCES
    keys = [(row["operation"], row["format"], row["library"]) for row in ROWS]
    assert len(set(keys)) == len(keys)


def test_references_are_the_golden_model(every_pair) -> None:
    for fmt in every_pair.FORMATS:
        for name in every_pair.REFERENCES:
            every_pair.check_reference(make_instance(name, format=fmt), 1000)


def test_a_wrong_reference_is_refused(every_pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(every_pair.REFERENCES, "add", every_pair.REFERENCES["subtract"])
    with pytest.raises(ValueError, match=r"golden model; \d+ differ"):
        every_pair.check_reference(make_instance("add", format="binary16"), 10)


def test_rounding_is_that_of_numpy_and_of_fractions(every_pair) -> None:
    """Near every boundary: values of 64 bits beside each code and each tie, of either sign."""
    fmt = find_format("binary16")
    codes = np.arange(fmt.exponent_mask, dtype=np.uint16)
    values = codes.view(np.float16).astype(np.float64)
    ties = (values[:-1] + values[1:]) / 2
    near = np.concatenate([values, ties, [65519.999, 65520.0, 65521.0, np.inf, np.nan]])
    near = np.concatenate([near, np.nextafter(near, 0), np.nextafter(near, np.inf)])
    near = np.concatenate([near, -near])
    with np.errstate(over="ignore"):
        expected = near.astype(np.float16)
    found = every_pair.rounded(fmt, near).astype(np.uint16)
    is_nan = np.isnan(expected)
    assert (found[~is_nan] == expected.view(np.uint16)[~is_nan]).all()
    assert (found[is_nan] == fmt.nan_code).all()
    brain = find_format("bfloat16")
    source = np.random.default_rng(1)
    some = np.ldexp(source.normal(size=300), source.integers(-140, 120, 300))
    mantissas, exponents = np.frexp(np.abs(some))
    exact = np.ldexp(mantissas, 53).astype(np.int64), exponents - 53
    assert (every_pair.rounded(brain, some) == round_value(brain, some < 0, *exact).codes).all()


def test_a_fault_is_counted(every_pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """One weight of the rounding, and the first wrong pair is named."""
    options = ("add", "binary16", "native")
    assert every_pair.run_piece(options, 0x3C00, 2)[:2] == (0, "")
    down = make_instance("add", format="binary16", rounding="rdn").graph
    monkeypatch.setattr(Instance, "graph", down)
    wrong, example, _ = every_pair.run_piece(options, 0x3C00, 2)
    assert 1000 < wrong < 1 << 17
    assert example.startswith("a=0x3c00 b=0x")


def test_a_reference_that_is_missing_is_named() -> None:
    words = [sys.executable, str(SCRIPT), "rows.csv", "--design", "remainder"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--design must be of multiply, add" in done.stderr


def test_pieces_that_were_run_are_not_run_again(every_pair, tmp_path: Path) -> None:
    """But for those of another circuit."""

    class Pool:
        """Does nothing, and says that one pair of each piece was wrong."""

        firsts: ClassVar[list[int]] = []

        def map(self, function: object, options: object, firsts: list[int]) -> list[object]:
            self.firsts += firsts
            return [(1, "", 2.5)] * len(firsts)

    part, key = tmp_path / "rows.part", ("add", "binary16", "native", "0123")
    for row in ((*key, 256, 3, 1.5), (*key[:3], "4567", 0, 9, 9.5)):
        every_pair.add_row(part, row)
    assert every_pair.run(key, part, Pool()) == (255 + 3, 255 * 2.5 + 1.5)
    assert len(Pool.firsts) == 255
    assert 256 not in Pool.firsts
    assert every_pair.run(key, part, Pool()) == (255 + 3, 255 * 2.5 + 1.5)
    assert len(Pool.firsts) == 255
