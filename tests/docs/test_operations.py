# SPDX-License-Identifier: Apache-2.0
"""The figures that docs/operations.md states are those that the generator gives."""

import pytest

from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design, Kind
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.metrics import measure
from tests.helpers.paths import ROOT

LINES = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8").splitlines()
ROWS = {
    name: cells
    for name, *cells in (line.strip("| ").split(" | ") for line in LINES if line.startswith("| "))
    if name != "design"
}
FORMATS = ("e4m3fn", "e5m2")


def test_every_operation_is_there_in_order() -> None:
    assert list(ROWS) == [d.name for d in entries(Design).values() if d.kind is Kind.OPERATION]


@pytest.mark.parametrize("name", ROWS)
def test_figures(name: str) -> None:
    design = entries(Design)[name]
    summary, *figures = ROWS[name]
    assert summary == design.summary.replace("|a|", "abs(a)")
    for fmt, figure in zip(FORMATS, figures, strict=True):
        if fmt not in design.formats:
            assert figure == "-"
            continue
        metrics = measure(make_instance(design, format=fmt).graph)
        assert figure == f"{metrics.neurons} / {metrics.depth}"
