# SPDX-License-Identifier: Apache-2.0
"""``spikefloat env``: what a shell must run for other programs to find Verilator."""

import argparse

from spikefloat.rtl_gen.cli.options import add_command
from spikefloat.sim.simulators.find import shell_lines

__all__ = ["register"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    add_command(
        commands,
        "env",
        "print what a shell must run for other programs to find Verilator",
        "spikefloat env > env.sh && . ./env.sh",
        _run,
    )


def _run(args: argparse.Namespace) -> int:
    print("\n".join(shell_lines()))
    return 0
