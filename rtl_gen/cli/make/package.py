# SPDX-License-Identifier: Apache-2.0
"""``spikefloat package``: designs as cores for FuseSoC and Vivado, each in a folder of its own."""

import argparse
from typing import Any

from spikefloat.rtl_gen.checks.cores import cell_source, circuit_source
from spikefloat.rtl_gen.checks.verifying.plan import Subject
from spikefloat.rtl_gen.cli.make.verilog import add_once
from spikefloat.rtl_gen.cli.output import Table, show, tracked
from spikefloat.rtl_gen.cli.selection import check_name, select
from spikefloat.rtl_gen.designs.labels import labels
from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.fpga.synthesis.package import CoreSource, core_files

__all__ = ["run"]

_COLUMNS = ("core", "targets", "cases")


def run(args: argparse.Namespace) -> int:
    """Write a core for each instance."""
    circuits, cells = select(args)
    check_name(args, len(circuits) + len(cells))
    names: dict[str, None] = {}
    selected: list[Subject] = [*cells, *circuits]
    for one in selected:
        add_once(names, args.name or one.name, None)
    made: list[tuple[Subject, CoreSource]] = [
        (cell, cell_source(cell, args.name)) for cell in cells
    ]
    made += [(one, circuit_source(one, args.name)) for one in tracked(circuits, "Packaging")]
    cores = [(instance, source, core_files(source)) for instance, source in made]
    rows: list[dict[str, Any]] = []
    for instance, source, files in cores:
        paths = write_files(args.output / source.module, files)
        rows.append(
            {
                **labels(instance),
                "core": f"spikefloat:arithmetic:{source.module}:{source.version}",
                "targets": ["lint", "sim"] if source.cases else ["lint"],
                "cases": len(source.cases.rows) if source.cases else 0,
                "files": [str(path) for path in paths],
            }
        )
    count = "1 core" if len(rows) == 1 else f"{len(rows)} cores"
    title = f"Written {count} to {args.output}"
    show(args, rows, Table(title=title, columns=_COLUMNS, rows=rows, keep=_COLUMNS))
    return 0
