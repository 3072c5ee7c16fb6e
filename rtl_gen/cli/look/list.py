# SPDX-License-Identifier: Apache-2.0
"""``spikefloat list``: which designs there are."""

import argparse

from spikefloat.rtl_gen.cli.options import add_command, add_json_option
from spikefloat.rtl_gen.cli.output import print_json, print_table
from spikefloat.rtl_gen.designs.catalog import CATALOGUE

__all__ = ["register"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "list",
        "list the designs, their formats and how each is checked",
        "spikefloat list --json",
        _run,
    )
    add_json_option(parser)


def _run(args: argparse.Namespace) -> int:
    rows = [
        {
            "name": design.name,
            "summary": design.summary,
            "formats": list(design.formats),
            "check": design.check,
        }
        for design in CATALOGUE.values()
    ]
    if args.json:
        print_json(rows)
    else:
        print_table(
            "Designs",
            ("design", "what it is", "formats", "checked on"),
            [
                (row["name"], row["summary"], ", ".join(row["formats"]) or "-", row["check"])
                for row in rows
            ],
        )
    return 0
