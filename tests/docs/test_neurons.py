# SPDX-License-Identifier: Apache-2.0
"""The figures that docs/neurons.md states are those that the generator gives."""

import re

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.metrics import Metrics, measure
from tests.helpers.paths import ROOT

TEXT = (ROOT / "docs" / "neurons.md").read_text(encoding="utf-8")
OPERATIONS = {"multiplier": "multiply", "adder": "add"}


def figures(operation: str, **options: str) -> Metrics:
    return measure(make_instance(operation, **options).graph)


def test_budgets() -> None:
    rows = re.findall(
        r"^\| (multiplier|adder), (fewest neurons|least depth) .*?\|(.*)\|$", TEXT, re.MULTILINE
    )
    assert len(rows) == 4
    for name, what, cells in rows:
        objective = what.split()[1]
        for budget, cell in zip(BUDGETS, cells.split("|"), strict=True):
            found = figures(OPERATIONS[name], budget=budget, objective=objective)
            first, second = (int(n) for n in re.findall(r"\d+", cell)[:2])
            if objective == "depth":
                first, second = second, first
            assert (first, second) == (found.neurons, found.depth), (name, budget, objective)


def test_formats() -> None:
    rows = re.findall(r"^\| (e\dm\d\w*) \|(.*)\|$", TEXT, re.MULTILINE)
    assert len(rows) == 7
    kinds = [
        (operation, policy) for operation in ("multiply", "add") for policy in ("nan", "saturate")
    ]
    for fmt, cells in rows:
        for (operation, policy), cell in zip(kinds, cells.split("|"), strict=True):
            few = figures(operation, format=fmt, overflow=policy, objective="neurons")
            assert int(cell) == few.neurons, (fmt, operation, policy)
