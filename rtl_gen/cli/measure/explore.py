# SPDX-License-Identifier: Apache-2.0
"""``spikefloat explore``: every known circuit for an operation, neurons against depth."""

import argparse
from pathlib import Path

from spikefloat.rtl_gen.cli.figures.pareto import write_figure
from spikefloat.rtl_gen.cli.options import add_command, add_json_option
from spikefloat.rtl_gen.cli.output import print_json, print_table
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.exploration import Point, explore

__all__ = ["register"]

_COLUMNS = (
    "source",
    "library",
    "budget",
    "neurons",
    "depth",
    "synapses",
    "max_weight",
    "max_fan_in",
    "margin",
    "relative_margin",
    "is_pareto",
    "chosen_for",
)


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "explore",
        "compare every known circuit for a design: neurons, depth, margin",
        "spikefloat explore multiply -o build",
        _run,
    )
    parser.add_argument("design", metavar="DESIGN", help="multiply, add, or any other design")
    parser.add_argument(
        "--format", metavar="F", default="e4m3fn", help="number format (default: e4m3fn)"
    )
    parser.add_argument(
        "--overflow", metavar="P", help="nan or saturate (default: nan where the format can)"
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        help="also draw the figure there, as PNG and SVG (needs matplotlib)",
    )
    add_json_option(parser)


def _run(args: argparse.Namespace) -> int:
    design = find_design(args.design)
    points = explore(design, args.format, args.overflow)
    if args.output is not None:
        title = f"{args.format.upper()} {design.name}: every known circuit"
        write_figure(points, title, args.output, f"{design.name}_{args.format}_pareto")
    if args.json:
        print_json([point.as_dict() for point in points])
        return 0
    print_table(
        f"Circuits for {design.name}, {args.format}",
        _COLUMNS,
        [_row(point) for point in points],
        numbers=_COLUMNS[3:10],
    )
    return 0


def _row(point: Point) -> list[object]:
    figures = point.as_dict()
    cells: list[object] = []
    for column in _COLUMNS:
        value = figures.get(column, "-")
        if isinstance(value, bool):
            value = "yes" if value else ""
        elif isinstance(value, float):
            value = f"{value:.2g}"
        elif isinstance(value, list):
            value = " ".join(value)
        cells.append(value)
    return cells
