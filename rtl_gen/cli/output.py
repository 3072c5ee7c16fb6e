# SPDX-License-Identifier: Apache-2.0
"""Printing: tables for people, JSON and CSV for machines, and progress on the error stream."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from spikefloat.rtl_gen.cli.tables import Row, Table, csv_rows, print_table
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import read_json

__all__ = [
    "SCHEMA",
    "Progress",
    "Table",
    "note",
    "progress",
    "read_results",
    "set_level",
    "show",
    "tracked",
]

#: Name and version of what ``--json`` prints; docs/reference/json.md describes it.
SCHEMA = "spikefloat/1"

#: Seconds between lines of progress where there is no terminal.
_SILENCE = 60.0

Item = TypeVar("Item")


class _Level:
    """How much is said on the error stream."""

    is_quiet = False
    is_verbose = False


def set_level(*, is_quiet: bool, is_verbose: bool) -> None:
    """Say how much is printed on the error stream, beside errors."""
    _Level.is_quiet, _Level.is_verbose = is_quiet, is_verbose


def note(text: str) -> None:
    """Print a line that is no result, on the error stream."""
    if not _Level.is_quiet:
        print(f"spikefloat: {text}", file=sys.stderr)


@dataclass
class Progress:
    """What is being done, and how much of it is done."""

    what: str
    report: Callable[[str, int, int], None]
    done: int = 0
    total: int = 0

    def __call__(self, step: str) -> None:
        """Say what is being done now."""
        self.what = step
        self.report(self.what, self.done, self.total)

    def count(self, done: int, total: int) -> None:
        """Say how much is done."""
        self.done, self.total = done, total
        self.report(self.what, done, total)


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """Yield what a long step calls; it is shown on the error stream.

    On a terminal, it is a line that changes; elsewhere, a line a minute, or one for each step with
    ``--verbose``.
    """
    if _Level.is_quiet:
        yield Progress(what, lambda step, done, total: None)
    elif sys.stderr.isatty():
        with _bar(what) as report:
            yield Progress(what, report)
    else:
        with _lines(what) as report:
            yield Progress(what, report)


@contextmanager
def _bar(what: str) -> Iterator[Callable[[str, int, int], None]]:
    from rich import progress as bars
    from rich.console import Console
    from rich.markup import escape

    columns = (
        bars.SpinnerColumn(),
        bars.TextColumn("{task.description}"),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TimeElapsedColumn(),
    )
    with bars.Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        # Results that go elsewhere must not come out here.
        redirect_stdout=sys.stdout.isatty(),
    ) as display:
        task = display.add_task(escape(what), total=None)
        yield lambda step, done, total: display.update(
            task, description=escape(step), completed=done, total=total or None
        )


@contextmanager
def _lines(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """Print a line a minute, also while a step takes longer, or one for each step if verbose."""
    began, ended = time.monotonic(), threading.Event()
    now = what, 0, 0

    def report(step: str, done: int, total: int) -> None:
        nonlocal now
        if _Level.is_verbose and step != now[0]:
            note(step)
        now = step, done, total

    def remind() -> None:
        while not ended.wait(_SILENCE):
            step, done, total = now
            count = f" ({done} of {total})" if total else ""
            note(f"{step}{count}, {(time.monotonic() - began) / 60:.0f} min")

    thread = threading.Thread(target=remind, daemon=True)
    thread.start()
    try:
        yield report
    finally:
        ended.set()
        thread.join()


def tracked(items: Sequence[Item], what: str) -> Iterator[Item]:
    """Yield items, and show how many are done."""
    with progress(what) as tell:
        for place, item in enumerate(items):
            tell.count(place, len(items))
            yield item


def show(args: Any, results: Sequence[Row], *parts: Table | str) -> None:
    """Print results as the options ask for: tables and lines, JSON or CSV.

    Parameters
    ----------
    args : argparse.Namespace
        The command and its options.
    results : sequence of mapping
        Every result with all its figures.
    *parts : Table or str
        What a reader is shown instead.
    """
    if args.json:
        json.dump(
            {"schema": SCHEMA, "command": args.command, "results": list(results)},
            sys.stdout,
            indent=2,
            allow_nan=False,
        )
        print()
    elif args.csv:
        write = csv_rows(list(dict.fromkeys(name for row in results for name in row)))
        for row in results:
            write(row)
    else:
        for part in parts:
            if isinstance(part, str):
                print(part)
            else:
                print_table(part, is_wide=args.wide)


def read_results(path: Path, command: str) -> list[dict[str, Any]]:
    """Return the results that a command printed with ``--json`` into a file.

    Raises
    ------
    InputError
        If the file is damaged, or another command's, or of another version.
    """
    refusal = f"File must be what `spikefloat {command} --json` printed, not {str(path)!r}"
    content = read_json(path, "Results")
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise InputError(f"{refusal}: it has no schema {SCHEMA}")
    if content.get("command") != command:
        raise InputError(f"{refusal}: it is of the command {content.get('command')!r}")
    results = content.get("results")
    if not isinstance(results, list) or not all(isinstance(row, dict) for row in results):
        raise InputError(f"{refusal}: its results are no list of objects")
    return results
