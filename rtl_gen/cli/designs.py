# SPDX-License-Identifier: Apache-2.0
"""``spikefloat list``: which designs there are."""

import argparse

from rtl_gen.designs import DESIGNS

from .options import NEURON, add_command, add_json_option
from .output import print_json, print_table

__all__ = ["register"]

_NEURON = {
    "name": NEURON,
    "summary": "one clocked integrate-and-fire cell: membrane, leak, threshold, reset",
    "formats": [],
    "check": "step by step against an integer model, random spike trains",
}


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands, "list", "list the designs, their formats and how each is checked",
        "spikefloat list --json", _run)
    add_json_option(parser)


def _run(args: argparse.Namespace) -> int:
    rows = [_NEURON] + [
        {"name": design.name, "summary": design.summary, "formats": list(design.formats),
         "check": design.check}
        for design in DESIGNS.values()]
    if args.json:
        print_json(rows)
    else:
        print_table("Designs", ("design", "what it is", "formats", "checked on"), [
            (row["name"], row["summary"], ", ".join(row["formats"]) or "-", row["check"])
            for row in rows])
    return 0
