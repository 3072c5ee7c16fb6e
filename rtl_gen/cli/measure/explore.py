# SPDX-License-Identifier: Apache-2.0
"""``spikefloat explore``: every known circuit for designs, neurons against depth."""

import argparse
from typing import Any

from spikefloat.rtl_gen.cli.figures.pareto import plot_circuits
from spikefloat.rtl_gen.cli.figures.write import check_plot
from spikefloat.rtl_gen.cli.output import Table, note, show, tracked
from spikefloat.rtl_gen.designs.catalog import entries, find_design
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.exploration import explore
from spikefloat.rtl_gen.errors import InputError

__all__ = ["run"]

_COLUMNS = (
    "source",
    "library",
    "budget",
    "neurons",
    "depth",
    "relative_margin",
    "is_pareto",
    "chosen_for",
)
_MORE = ("synapses", "max_weight", "max_fan_in", "margin")


def run(args: argparse.Namespace) -> int:
    """Compare the circuits of each design, format and overflow policy."""
    check_plot(args.plot)
    is_all = "all" in args.design
    designs = (
        list(entries(Design).values()) if is_all else [find_design(name) for name in args.design]
    )
    cases = [
        (design, fmt, policy)
        for design in designs
        for fmt in (design.formats if "all" in args.format else args.format)
        for policy in args.overflow or [None]
        if not is_all or fmt in design.formats
    ]
    if args.plot and len(cases) != 1:
        raise InputError(f"Circuits must be those of one design for a picture, not of {len(cases)}")
    rows: list[dict[str, Any]] = []
    tables = []
    for design, fmt, policy in tracked(cases, "Exploring"):
        points = explore(design, fmt, policy)
        own = [
            {"design": design.name, "format": fmt, "overflow": policy, **point.as_dict()}
            for point in points
        ]
        rows += own
        title = f"Circuits for {design.name}, {fmt}"
        tables.append(Table(title=title, columns=_COLUMNS, more=_MORE, rows=own, keep=_COLUMNS))
        if args.plot:
            drawing = f"{fmt.upper()} {design.name}: every known circuit"
            files = plot_circuits(points, drawing, args.plot)
            note(f"drawn: {', '.join(map(str, files))}")
    show(args, rows, *tables)
    return 0
