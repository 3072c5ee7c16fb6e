# SPDX-License-Identifier: Apache-2.0
"""What docs/data/measure_proofs.sh keeps: proofs of today's circuits, and no other answer."""

import csv

import pytest

from spikefloat.rtl_gen.checks.proving.plan import THEORY, method_of
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.formats import find_format
from tests.helpers.paths import ROOT

with (ROOT / "docs/data/proofs.csv").open(encoding="utf-8", newline="") as kept:
    ROWS = list(csv.DictReader(kept))


def instance_of(row: dict[str, str]) -> Instance:
    options = {name: row[name] for name in ("to", "rounding", "flags", "style") if row[name]}
    return make_instance(
        row["design"],
        format=row["format"],
        stages=int(row["stages"]),
        **options,  # type: ignore[arg-type]
    )


def test_rows() -> None:
    """All are proved, each once; those of 16 bits are all operations that the theory has."""
    assert {row["result"] for row in ROWS} == {"proved"}
    keys = [tuple(value for key, value in row.items() if key != "seconds") for row in ROWS]
    assert len(set(keys)) == len(keys) > 50
    plain = {(row["design"], row["format"]) for row in ROWS if not row["to"]}
    for fmt in ("binary16", "bfloat16"):
        assert {name for name, one in plain if one == fmt} >= set(THEORY) - {"convert"}
    assert ("multiply", "binary32") in plain


@pytest.mark.parametrize("fmt", sorted({row["format"] for row in ROWS}))
def test_circuits(fmt: str) -> None:
    """They are those of today: who changes one runs docs/data/measure_proofs.sh again."""
    assert find_format(fmt)
    for row in ROWS:
        if row["format"] == fmt:
            instance = instance_of(row)
            assert instance.graph.digest[:16] == row["circuit"], row
            assert method_of(instance) == row["method"]
            assert instance.graph.input_count == int(row["input_bits"])
