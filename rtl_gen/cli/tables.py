# SPDX-License-Identifier: Apache-2.0
"""Tables for people, and rows of comma-separated values."""

import csv
import json
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Row", "Table", "arrange", "cell_text", "csv_rows", "heading", "print_table"]

Row = Mapping[str, Any]

#: Columns of a terminal of which nothing is known.
_WIDTH = 80

#: Columns that are shown in percent.
_SHARES = frozenset(
    "exact_rate ci_low ci_high predicted_rate campaign_rate detected_fraction critical firing "
    "silent".split()
)


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows for a reader; the names of the columns are the keys of the rows."""

    title: str
    rows: Sequence[Row]
    columns: Sequence[str]
    more: Sequence[str] = ()  #: Columns for ``--wide`` only.
    keep: Sequence[str] = ()  #: Columns that stay, also if all rows have the same there.


def csv_rows(names: Sequence[str]) -> Callable[[Row], None]:
    """Print the names of columns, and return what prints a row."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    return lambda row: writer.writerow(
        [
            json.dumps(value) if isinstance(value, (dict, list)) else value
            for value in map(row.get, names)
        ]
    )


def cell_text(name: str, value: object) -> str:
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
            # Powers of ten are for what no one would write out.
            return f"{value:,.0f}" if 1000 <= abs(value) < 1e9 else f"{value:.3g}"
        case list() | tuple():
            return ", ".join(map(str, value)) or "-"
    return str(value)


def heading(name: str) -> str:
    """Return what stands above a column."""
    words = name.replace("_", " ")
    return f"{words} %" if name in _SHARES else words


def arrange(table: Table, *, is_wide: bool) -> tuple[list[str], dict[str, list[str]]]:
    """Print the title of a table, and return its columns and the texts of each.

    What is the same in all rows goes into the title, unless the table is wide.
    """
    title = table.title
    columns = [*table.columns, *(table.more if is_wide or len(table.rows) == 1 else ())]
    cells = {name: [cell_text(name, row.get(name)) for row in table.rows] for name in columns}
    if not is_wide and len(table.rows) > 1:
        same = [name for name in columns if len(set(cells[name])) == 1 and name not in table.keep]
        facts = [f"{heading(name)} {cells[name][0]}" for name in same if cells[name][0] != "-"]
        title = "; ".join([title, *facts])
        columns = [
            name
            for name in columns
            if name not in same and (name in table.keep or set(cells[name]) != {"-"})
        ] or columns
    print(title if is_wide else textwrap.fill(title, _WIDTH))
    return columns, cells


def print_table(table: Table, *, is_wide: bool) -> None:
    """Print a table, as wide as need be, or as the terminal is."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

    columns, cells = arrange(table, is_wide=is_wide)
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
                rich.add_row(Text(heading(name)), Text(cells[name][0]))
    else:
        room = Console().width if sys.stdout.isatty() else _WIDTH
        natural = sum(max(map(len, (heading(name), *cells[name]))) + 2 for name in columns)
        # Rich would take space from wide columns, and then cut others off where it finds none.
        end = "\n" if natural > room and not is_wide else " "
        for name in columns:  # Words are not split, unless the terminal is narrow.
            numbers = [isinstance(row.get(name), (int, float)) for row in table.rows]
            longest = max(map(len, " ".join([heading(name), *cells[name]]).split()))
            least += longest + 2
            rich.add_column(
                Text(heading(name).replace(" ", end)),
                justify="right" if any(numbers) else "left",
                min_width=longest,
                overflow="fold",
            )
        for place in range(len(table.rows)):
            rich.add_row(*(Text(cells[name][place]) for name in columns))
    width = 10_000 if is_wide else None if sys.stdout.isatty() else max(_WIDTH, least)
    Console(width=width, highlight=False).print(rich)
