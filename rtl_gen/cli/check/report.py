# SPDX-License-Identifier: Apache-2.0
"""``spikefloat report``: what was verified, as a table for the README."""

import argparse

from spikefloat.rtl_gen.checks.tables import exactness_table, replace_table
from spikefloat.rtl_gen.cli.output import read_results
from spikefloat.rtl_gen.files import read_text, write_file

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Print the table, or put it into a file."""
    table = exactness_table([row for path in args.file for row in read_results(path, "verify")])
    if args.into is None:
        print(table)
    else:
        write_file(args.into, replace_table(read_text(args.into), table))
    return 0
