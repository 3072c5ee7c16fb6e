# SPDX-License-Identifier: Apache-2.0
"""``spikefloat list``: which designs there are."""

import argparse

from spikefloat.rtl_gen.cli.output import Table, show
from spikefloat.rtl_gen.designs.catalog import CATALOGUE
from spikefloat.rtl_gen.errors import unknown_name
from spikefloat.rtl_gen.formats import FORMATS

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """List every design, or those that are named."""
    for name in args.design or ():
        if name not in CATALOGUE:
            raise unknown_name("Design", name, CATALOGUE)
    rows = [
        {
            "name": name,
            "kind": design.kind.value,
            "summary": design.summary,
            "formats": list(design.formats),
            "check": design.check,
        }
        for name, design in CATALOGUE.items()
        if not args.design or name in args.design
    ]
    if args.design or args.wide:
        table = Table(
            title="Designs", columns=("name", "kind", "summary", "formats", "check"), rows=rows
        )
        show(args, rows, table)
        return 0
    shown = [{**row, "formats": len(row["formats"]) or None} for row in rows]
    table = Table(title="Designs", columns=("name", "kind", "summary", "formats"), rows=shown)
    show(
        args,
        rows,
        table,
        f"formats: {', '.join(FORMATS)}",
        "more about one of them: spikefloat list DESIGN",
    )
    return 0
