# SPDX-License-Identifier: Apache-2.0
"""Tables of the documentation that commands give: ``python docs/tables.py`` writes them.

A page has a table between the lines ``<!-- table:NAME -->`` and ``<!-- end -->``; the function of
that name in docs/made makes it, from what commands print with ``--json``, or from docs/data, where
scripts put what takes long, such as ``docs/data/measure.sh``. A test compares all tables. Names as
arguments choose.
"""

import sys
from collections.abc import Sequence

from made import checks, circuits, designs, devices, fpga, hardware_devices
from made.common import DOCS, TABLES

from spikefloat.rtl_gen.checks.tables import mark, replace_table

__all__ = [
    "PAGES",
    "TABLES",
    "checks",
    "circuits",
    "designs",
    "devices",
    "fpga",
    "hardware_devices",
    "main",
]

PAGES = (DOCS.parent / "README.md", *sorted(DOCS.rglob("*.md")))


def main(names: Sequence[str]) -> None:
    """Write every table, or some, into its page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for name, make in TABLES.items():
            if mark(name) in text and name in (names or TABLES):
                text = replace_table(text, make(), name)
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
