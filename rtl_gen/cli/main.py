# SPDX-License-Identifier: Apache-2.0
"""Entry point of the command line: collects the commands and turns mistakes into one sentence."""

import argparse
import importlib.metadata
import os
import sys
from collections.abc import Sequence

from spikefloat.rtl_gen.cli import (
    board,
    criticality,
    demo,
    designs,
    explore,
    export,
    harden,
    host,
    inject,
    latency,
    package,
    report,
    stats,
    sweep,
    synth,
    tolerance,
    verify,
    verilog,
    waves,
)
from spikefloat.rtl_gen.cli import map as map_
from spikefloat.sim.simulators.find import ToolError

__all__ = ["main"]

_EXAMPLES = """\
examples:
  spikefloat list
  spikefloat verilog multiply --format e4m3fn -o build
  spikefloat stats multiply --library published
  spikefloat verify multiply --sim both --pairs all
  spikefloat sweep multiply --synapse-noise 0.05,0.1,0.15
  spikefloat synth multiply --target ecp5
  spikefloat map adder.v --budget w2 --objective neurons
"""

#: Exit status when the user asked for something impossible.
_USAGE_ERROR = 2


def _version() -> str:
    try:
        return importlib.metadata.version("spikefloat")
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every command."""
    parser = argparse.ArgumentParser(
        prog="spikefloat",
        description="Bit-exact float arithmetic made of spiking neurons.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (
        designs,
        verilog,
        stats,
        latency,
        explore,
        verify,
        waves,
        report,
        map_,
        sweep,
        tolerance,
        harden,
        criticality,
        inject,
        export,
        synth,
        board,
        host,
        package,
        demo,
    ):
        command.register(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0 is success, 1 a check that failed, 2 a request that cannot be met.
    """
    args = build_parser().parse_args(argv)
    try:
        return args.run(args)
    except (ValueError, OSError, ToolError) as error:
        if isinstance(error, BrokenPipeError):
            # The reader of our output has gone (as `head` does); that is no mistake.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        told = (
            f"{error.strerror}: {error.filename!r}"
            if isinstance(error, OSError) and error.filename
            else error
        )
        print(f"spikefloat: error: {told}", file=sys.stderr)
        return _USAGE_ERROR
    except KeyboardInterrupt:
        print("spikefloat: interrupted", file=sys.stderr)
        return 130
