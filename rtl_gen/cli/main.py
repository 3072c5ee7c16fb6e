# SPDX-License-Identifier: Apache-2.0
"""Entry point of the command line: runs a command, and says what went wrong.

A user's mistake is one sentence, a bug a traceback and a request to report it. The exit statuses
are listed in :mod:`spikefloat.rtl_gen.errors`.
"""

import errno
import os
import shlex
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from spikefloat.rtl_gen.errors import (
    BUG_STATUS,
    INTERRUPTED_STATUS,
    TERMINATED_STATUS,
    InputError,
    UserError,
    unknown_name,
)
from spikefloat.rtl_gen.version import installed_version

__all__ = ["main"]

#: What the disk says when it is full, wherever it is written to: no bug.
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class _Terminated(KeyboardInterrupt):
    """Another process asked this one to end, which is done as if it were interrupted."""


def _run(words: Sequence[str]) -> int:
    """Run the command that the words of a command line ask for, and return its exit status.

    Raises
    ------
    InputError
        If there is no such command, or it does not take the words.
    """
    if words[:1] == ["--version"]:
        print(f"spikefloat {installed_version()}")
        return 0
    # Only now, as the tables of commands and options take longer than the version.
    from spikefloat.rtl_gen.cli.commands import COMMANDS
    from spikefloat.rtl_gen.cli.output import set_level
    from spikefloat.rtl_gen.cli.parser import command_help, overview, parse

    if not words:
        raise InputError("Command must be given: see `spikefloat --help`")
    name, *rest = words
    if name == "help" and rest:
        name, rest = rest[0], ["--help"]
    if name in ("-h", "--help", "help"):
        print(overview(), end="")
        return 0
    if name not in COMMANDS:
        raise unknown_name("Command", name, COMMANDS)
    command = COMMANDS[name]
    if "-h" in rest or "--help" in rest:
        print(command_help(command), end="")
        return 0
    args = parse(command, rest)
    set_level(is_quiet=args.quiet, is_verbose=args.verbose)
    status: int = command.load().run(args)
    return status


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status, one of those in :mod:`spikefloat.rtl_gen.errors`."""
    words = sys.argv[1:] if argv is None else list(argv)
    _open_streams()
    try:
        with _ended_by_signal():
            status = _run(words)
            sys.stdout.flush()
        return status
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
        f"spikefloat: this is a bug of spikefloat {installed_version()}, not your mistake; please report "
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
