# SPDX-License-Identifier: Apache-2.0
"""``spikefloat verify``: simulate designs and compare every result with the golden model."""

import argparse
from typing import Any

from spikefloat.rtl_gen.checks.cells import check_cells
from spikefloat.rtl_gen.checks.plan import Selected, check
from spikefloat.rtl_gen.checks.tables import checked_row
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import select
from spikefloat.rtl_gen.cli.simulators import build_folder, simulators
from spikefloat.rtl_gen.designs.cells import CellInstance
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.shapes import VectorShape
from spikefloat.rtl_gen.errors import InputError

__all__ = ["run"]

_COLUMNS = (
    "design",
    "format",
    "to",
    "overflow",
    "library",
    "budget",
    "objective",
    "length",
    "accumulate",
    "layers",
    "hardware",
    "pauses",
    "simulator",
    "pairs",
    "cases",
    "exact",
    "result",
)


def run(args: argparse.Namespace) -> int:
    """Simulate each instance in each simulator."""
    names = simulators(args.sim)  # a missing one is said before anything is built
    circuits, cells = select(args)
    if args.pairs == "lattice":
        every: list[Instance | CellInstance] = [*cells, *circuits]
        for one in every:
            if not _is_pair(one):
                raise InputError(
                    f"Pairs of a lattice must be for dot products of --length 2, not {one.name}"
                )
    selected = Selected(pairs=args.pairs, random_cases=args.trials)
    with progress("Generating Verilog") as tell, build_folder(args.build_dir) as folder:
        rows = [
            row
            for name in (names if cells else ())
            for row in check_cells(
                cells,
                name,
                folder / "cells",
                args.trials,
                gate_level=args.gate_level,
                progress=tell,
            )
        ]
        checked = check(
            circuits, names, folder, selected, gate_level=args.gate_level, progress=tell
        )
        rows += map(checked_row, checked)
    netlist = f", as a netlist of {args.gate_level} cells" if args.gate_level else ""
    shown = [{**row, "result": "FAILED" if row["mismatches"] else "bit-exact"} for row in rows]
    table = Table(
        title=f"Compared with the golden model{netlist}",
        columns=_COLUMNS,
        rows=shown,
        keep=("cases", "exact", "result"),
    )
    show(args, rows, table, *_reports(args, rows))
    return 1 if any(row["mismatches"] for row in rows) else 0


def _is_pair(one: object) -> bool:
    """Return whether an instance is a dot product of two terms."""
    return (
        isinstance(one, Instance) and isinstance(one.shape, VectorShape) and one.shape.length == 2
    )


def _reports(args: argparse.Namespace, rows: list[dict[str, Any]]) -> list[str]:
    lines = []
    for row in rows:
        if row["mismatches"]:
            lines.append(row["report"])
            if "command" in row:
                gates = f" --gate-level {args.gate_level}" if args.gate_level else ""
                lines.append(
                    f"repeat with: {row['command']} --sim {row['simulator']} --pairs {args.pairs}"
                    + gates
                )
    return lines
