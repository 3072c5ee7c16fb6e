# SPDX-License-Identifier: Apache-2.0
"""``spikefloat latency``: how long operations take in each style of hardware."""

import argparse
import itertools

from spikefloat.rtl_gen.checks.latencies import check_latencies
from spikefloat.rtl_gen.checks.tables import latency_table, replace_table
from spikefloat.rtl_gen.cli.output import Table, progress, show, tracked
from spikefloat.rtl_gen.cli.selection import refuse
from spikefloat.rtl_gen.cli.simulators import one_simulator
from spikefloat.rtl_gen.designs.catalog import CATALOGUE
from spikefloat.rtl_gen.designs.latencies import latencies
from spikefloat.rtl_gen.files import read_text, temporary_folder, write_file

__all__ = ["run"]

_COLUMNS = ("operation", "format", "style", "stages", "latency", "initiation_interval")


def run(args: argparse.Namespace) -> int:
    """Make the hardware of each style, and run it if asked to."""
    if args.check:
        one_simulator("icarus")  # a missing one is said before anything is built
    if args.into is not None:
        refuse(args, "json csv wide", "with --into")
    formats = CATALOGUE["encoder"].formats if "all" in args.format else args.format
    cases = list(itertools.product(formats, args.length))
    rows = [
        row
        for fmt, length in tracked(cases, "Making hardware")
        for row in latencies(fmt, stages=tuple(args.stages), length=length)
    ]
    wrong: list[str] = []
    if args.check:
        with temporary_folder() as folder, progress("Running the hardware"):
            wrong = check_latencies(rows, folder)
    if args.into is not None:
        table = replace_table(read_text(args.into), latency_table(rows), "latency")
        write_file(args.into, table)
    results = [
        {
            "operation": row.operation,
            "format": row.format,
            "style": row.style,
            "stages": row.stages,
            "latency": row.latency,
            "initiation_interval": row.interval,
        }
        for row in rows
    ]
    lines = wrong
    if args.check and not wrong:
        lines = ["checked: each result came right, and when it was due"]
    parts = [Table(title="Clocks", columns=_COLUMNS, rows=results, keep=_COLUMNS[4:])] * (
        args.into is None
    )
    show(args, results, *parts, *lines)
    return 1 if wrong else 0
