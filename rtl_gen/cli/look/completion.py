# SPDX-License-Identifier: Apache-2.0
"""``spikefloat completion``: what completes the command line in a shell."""

import argparse

from spikefloat.rtl_gen.cli.completion import SHELLS
from spikefloat.rtl_gen.designs.catalog import CATALOGUE
from spikefloat.rtl_gen.errors import unknown_name

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    """Print the script for a shell."""
    if args.shell not in SHELLS:
        raise unknown_name("Shell", args.shell, SHELLS)
    print(SHELLS[args.shell](tuple(CATALOGUE)), end="")
    return 0
