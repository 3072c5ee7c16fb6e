# SPDX-License-Identifier: Apache-2.0
"""Entry point of the command line: collects the commands and turns mistakes into one sentence."""

import argparse
import os
import sys
from collections.abc import Iterable, Sequence

from spikefloat.rtl_gen.cli.commands import COMMANDS
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


class _Version(argparse.Action):
    """Look the version up only when it is asked for, which takes a while."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            number = version("spikefloat")
        except PackageNotFoundError:
            number = "(not installed)"
        parser.exit(message=f"{parser.prog} {number}\n")


def build_parser(names: Iterable[str] = COMMANDS) -> argparse.ArgumentParser:
    """Return the parser with the commands of these names."""
    parser = argparse.ArgumentParser(
        prog="spikefloat",
        description="Bit-exact float arithmetic made of spiking neurons.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--version", action=_Version, nargs=0, help="show the version of the program and exit"
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name in names:
        COMMANDS[name].load().register(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0 is success, 1 a check that failed, 2 a request that cannot be met.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    first = words[0] if words else ""
    # Only one command is needed, unless all are listed: to import takes most of the time.
    names = [first] if first in COMMANDS else [] if first == "--version" else COMMANDS
    args = build_parser(names).parse_args(words)
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
