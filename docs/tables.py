# SPDX-License-Identifier: Apache-2.0
"""Tables of the documentation that commands give: ``python docs/tables.py`` writes them.

A page has a table between the lines ``<!-- table:NAME -->`` and ``<!-- end -->``; the function of
that name in docs/made makes it, from what commands print with ``--json``, or from docs/data, where
scripts put what takes long, such as ``docs/data/measure.sh``. A test compares all tables. Names as
arguments choose. What is known of the circuits of 16 bits or more is written for ``spikefloat report``,
too, which has no docs/data where it is installed.
"""

import json
import sys
from collections.abc import Sequence

from made import checks, circuits, commands, designs, devices, fpga, hardware_devices
from made.common import DOCS, TABLES

from spikefloat.rtl_gen.checks.tables import mark, replace_table

__all__ = [
    "KNOWN",
    "PAGES",
    "TABLES",
    "checks",
    "circuits",
    "commands",
    "designs",
    "devices",
    "fpga",
    "hardware_devices",
    "known",
    "main",
]

PAGES = (DOCS.parent / "README.md", *sorted(DOCS.rglob("*.md")))
KNOWN = DOCS.parent / "rtl_gen/cli/pages/data/known.json"


def main(names: Sequence[str]) -> None:
    """Write every table, or some, into its page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for name, make in TABLES.items():
            if mark(name) in text and name in (names or TABLES):
                text = replace_table(text, make(), name)
        page.write_text(text, encoding="utf-8")
    if not names or "exact" in names:
        KNOWN.write_text(known(), encoding="utf-8")


def known() -> str:
    """Return what is known of circuits of 16 bits or more, as the report reads it."""
    rows = [[*circuit, how] for circuit, how in sorted(checks.known_circuits().items())]
    return "[\n" + ",\n".join(f" {json.dumps(row)}" for row in rows) + "\n]\n"


if __name__ == "__main__":
    main(sys.argv[1:])
