# SPDX-License-Identifier: Apache-2.0
"""``spikefloat report``: what was verified as a table for the README, or all there is as a page."""

import argparse

from spikefloat.rtl_gen.checks.tables import exactness_table, replace_table
from spikefloat.rtl_gen.cli.figures.write import check_plot
from spikefloat.rtl_gen.cli.output import note, progress, read_results
from spikefloat.rtl_gen.cli.pages.page import make_page
from spikefloat.rtl_gen.cli.selection import refuse
from spikefloat.rtl_gen.files import read_text, write_file
from spikefloat.rtl_gen.version import installed_version

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Print the table, or put it into a file; or write a page."""
    rows = [row for path in args.file for row in read_results(path, "verify")]
    if args.html is not None:
        refuse(args, "into", "with --html")
        check_plot(args.html)
        if rows:
            exactness_table(rows)  # what is no result is said before anything is measured
        from spikefloat.rtl_gen.cli.pages.overview import overview

        source = f"spikefloat {installed_version()}" + f"; {args.date}" * (args.date is not None)
        with progress("Measuring") as tell:
            exhibits = overview(rows, source, tell)
        page = make_page("Spikefloat in figures", _LEAD, exhibits)
        note(f"written: {write_file(args.html, page)}")
        return 0
    refuse(args, "date", "without --html")
    table = exactness_table(rows)
    if args.into is None:
        print(table)
    else:
        write_file(args.into, replace_table(read_text(args.into), table))
    return 0


_LEAD = (
    "Floating-point arithmetic made of nothing but integrate-and-fire neurons, as Verilog. Each "
    "figure names the command that gives its numbers, and the versions; this page needs no network."
)
