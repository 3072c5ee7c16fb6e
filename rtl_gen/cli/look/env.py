# SPDX-License-Identifier: Apache-2.0
"""``spikefloat env``: what a shell must run for other programs to find Verilator."""

import argparse

from spikefloat.sim.simulators.find import shell_lines

__all__ = ["run"]


def run(args: argparse.Namespace) -> int:
    print("\n".join(shell_lines()))
    return 0
