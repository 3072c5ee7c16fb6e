# SPDX-License-Identifier: Apache-2.0
"""Entry point of the command line: collects the commands, and says what went wrong.

A user's mistake is one sentence, a bug a traceback and a request to report it. The exit statuses
are listed in :mod:`spikefloat.rtl_gen.errors`.
"""

import argparse
import errno
import os
import shlex
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from spikefloat.rtl_gen.cli.commands import COMMANDS
from spikefloat.rtl_gen.errors import (
    BUG_STATUS,
    INTERRUPTED_STATUS,
    TERMINATED_STATUS,
    UserError,
)

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

#: What the disk says when it is full, wherever it is written to: no bug.
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class _Terminated(KeyboardInterrupt):
    """Another process asked this one to end, which is done as if it were interrupted."""


class _Version(argparse.Action):
    """Look the version up only when it is asked for, which takes a while."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        parser.exit(message=f"{parser.prog} {_version()}\n")


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("spikefloat")
    except PackageNotFoundError:
        return "(not installed)"


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
    """Run one command and return its exit status, one of those in :mod:`spikefloat.rtl_gen.errors`.

    Raises
    ------
    SystemExit
        If the arguments do not even parse, or help is asked for.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    first = words[0] if words else ""
    # Only one command is needed, unless all are listed: to import takes most of the time.
    names = [first] if first in COMMANDS else [] if first == "--version" else COMMANDS
    _open_streams()
    try:
        with _ended_by_signal():
            args = build_parser(names).parse_args(words)
            status: int = args.run(args)
            sys.stdout.flush()
        return status
    except SystemExit:  # argparse printed the help
        sys.stdout.flush()
        raise
    except BrokenPipeError:
        # The reader closed the pipe (as `head` does): not an error.
        _drop_output()
        return 0
    except UserError as error:
        print(f"spikefloat: error: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt as error:
        is_asked = isinstance(error, _Terminated)
        print(f"spikefloat: {'terminated' if is_asked else 'interrupted'}", file=sys.stderr)
        return TERMINATED_STATUS if is_asked else INTERRUPTED_STATUS
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _NO_SPACE:
            _drop_output()
            what = error.filename or "the output, or the folder of temporary files (TMPDIR)"
            print(f"spikefloat: error: {error.strerror}: {what}", file=sys.stderr)
            return UserError.exit_status
        _report_bug(words)
        return BUG_STATUS


def _report_bug(words: Sequence[str]) -> None:
    """Show the traceback of what is no user's mistake, and ask for a report."""
    import platform
    import traceback

    traceback.print_exc()
    print(
        f"spikefloat: this is a bug of spikefloat {_version()}, not your mistake; please report "
        f"the lines above and this one (Python {platform.python_version()}, {platform.system()}): "
        f"{shlex.join(['spikefloat', *words])}",
        file=sys.stderr,
    )


def _open_streams() -> None:
    """Give up output quietly where the caller closed the stream (``>&-``).

    Else the next file that is opened would take its place, and get what a tool prints.
    """
    if sys.stdout is not None and sys.stderr is not None:
        return
    while os.open(os.devnull, os.O_RDWR) <= 2:
        pass
    sys.stdout = sys.stdout or os.fdopen(1, "w", encoding="utf-8")
    sys.stderr = sys.stderr or os.fdopen(2, "w", encoding="utf-8")


def _drop_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Let SIGTERM end the block like an interrupt: temporary folders are removed."""

    def end(signum: int, frame: FrameType | None) -> None:
        raise _Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)
