# SPDX-License-Identifier: Apache-2.0
"""Every table that docs/tables.py makes is in the pages as it makes it."""

import importlib
import re
import sys
from types import ModuleType

import pytest

from tests.helpers.paths import ROOT

#: Tables whose commands take more than two seconds.
SLOW = (
    "block_conversions",
    "block_dots",
    "dots",
    "exact",
    "dot_depths",
    "hard_wired",
    "lanes",
    "latency",
    "operations",
    "residue_bounds",
    "running_vectors",
    "two_libraries",
    "vectors",
)


def load() -> ModuleType:
    """Return docs/tables.py, which imports what stands beside it."""
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        return importlib.import_module("tables")
    finally:
        del sys.path[0]


DOCS = load()
PARTS = {
    name: text
    for page in DOCS.PAGES
    for name, text in re.findall(
        r"^<!-- table:(\w+) -->\n(.*?)\n<!-- end -->$",
        page.read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
}


def test_every_table_is_in_a_page_and_made() -> None:
    assert set(PARTS) == set(DOCS.TABLES)


def test_the_report_knows_what_is_proved() -> None:
    assert DOCS.KNOWN.read_text(encoding="utf-8") == DOCS.known(), (
        "run `python docs/tables.py exact`"
    )


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in DOCS.TABLES],
)
def test_table(name: str) -> None:
    assert PARTS[name] == DOCS.TABLES[name](), "run `python docs/tables.py`"
