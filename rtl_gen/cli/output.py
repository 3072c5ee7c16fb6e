# SPDX-License-Identifier: Apache-2.0
"""Printing: tables for people, JSON and CSV for machines, and progress on the error stream."""

import csv
import json
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

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

#: Name and version of what ``--json`` prints; docs/json.md describes it.
SCHEMA = "spikefloat/1"

#: Columns of a terminal of which nothing is known.
_WIDTH = 80

#: Seconds between lines of progress where there is no terminal.
_SILENCE = 60.0

#: Columns that are shown in percent.
_SHARES = frozenset(
    "exact_rate ci_low ci_high predicted_rate campaign_rate detected_fraction critical firing "
    "silent".split()
)

Item = TypeVar("Item")
Row = Mapping[str, Any]


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
        yield Progress(what, _Lines())


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
    with bars.Progress(*columns, console=Console(stderr=True), transient=True) as display:
        task = display.add_task(escape(what), total=None)
        yield lambda step, done, total: display.update(
            task, description=escape(step), completed=done, total=total or None
        )


@dataclass
class _Lines:
    """Lines of progress, not too many of them."""

    last: float = field(default_factory=lambda: time.monotonic())
    step: str = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        is_due = now - self.last >= _SILENCE
        if is_due or (_Level.is_verbose and step != self.step):
            note(f"{step} ({done} of {total})" if total else step)
            self.last, self.step = now, step


def tracked(items: Sequence[Item], what: str) -> Iterator[Item]:
    """Yield items, and show how many are done."""
    with progress(what) as tell:
        for place, item in enumerate(items):
            tell.count(place, len(items))
            yield item


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows for a reader; the names of the columns are the keys of the rows."""

    title: str
    rows: Sequence[Row]
    columns: Sequence[str]
    more: Sequence[str] = ()  #: Columns for ``--wide`` only.
    keep: Sequence[str] = ()  #: Columns that stay, also if all rows have the same there.


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
        _print_csv(results)
    else:
        for part in parts:
            if isinstance(part, str):
                print(part)
            else:
                _print_table(part, is_wide=args.wide)


def _print_csv(results: Sequence[Row]) -> None:
    names = list(dict.fromkeys(name for row in results for name in row))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    for row in results:
        writer.writerow(
            [
                json.dumps(value) if isinstance(value, (dict, list)) else value
                for value in map(row.get, names)
            ]
        )


def _text(name: str, value: object) -> str:
    """Return the value of a column for a reader."""
    if name in _SHARES and isinstance(value, (int, float)):
        return f"{100 * value:.3f}"
    match value:
        case None | "":
            return "-"
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.3g}"
        case list() | tuple():
            return ", ".join(map(str, value)) or "-"
    return str(value)


def _heading(name: str) -> str:
    words = name.replace("_", " ")
    return f"{words} %" if name in _SHARES else words


def _print_table(table: Table, *, is_wide: bool) -> None:
    """Print a table; what is the same in all rows goes into the title, unless it is wide."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    title = table.title
    columns = [*table.columns, *(table.more if is_wide or len(table.rows) == 1 else ())]
    cells = {name: [_text(name, row.get(name)) for row in table.rows] for name in columns}
    if not is_wide and len(table.rows) > 1:
        same = [name for name in columns if len(set(cells[name])) == 1 and name not in table.keep]
        facts = [f"{_heading(name)} {cells[name][0]}" for name in same if cells[name][0] != "-"]
        title = "; ".join([title, *facts])
        columns = [
            name for name in columns if name not in same and set(cells[name]) != {"-"}
        ] or columns
    print(title if is_wide else textwrap.fill(title, _WIDTH))
    least = 0
    rich = RichTable(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    if len(table.rows) == 1 and not is_wide:
        # One below the other: a single row has too many columns for its line.
        rich.show_header = False
        rich.box = None
        rich.add_column()
        rich.add_column(overflow="fold")
        for name in columns:
            if cells[name][0] != "-":
                rich.add_row(Text(_heading(name)), Text(cells[name][0]))
    else:
        for name in columns:  # Words are not split, unless the terminal is narrow.
            numbers = [isinstance(row.get(name), (int, float)) for row in table.rows]
            longest = max(map(len, " ".join([_heading(name), *cells[name]]).split()))
            least += longest + 2
            rich.add_column(
                Text(_heading(name)),
                justify="right" if any(numbers) else "left",
                min_width=longest,
                overflow="fold",
            )
        for place in range(len(table.rows)):
            rich.add_row(*(Text(cells[name][place]) for name in columns))
    width = 10_000 if is_wide else None if sys.stdout.isatty() else max(_WIDTH, least)
    Console(width=width, highlight=False).print(rich)


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
