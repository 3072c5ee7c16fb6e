# SPDX-License-Identifier: Apache-2.0
"""Printing results: a table for people, JSON for machines."""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import track
from rich.table import Table

__all__ = ["print_json", "print_table", "tell_files", "tracked"]

Item = TypeVar("Item")


def tracked(items: Sequence[Item], what: str) -> Iterable[Item]:
    """Yield items with a progress bar on the error stream, where that is a terminal."""
    console = Console(stderr=True)
    return track(items, what, console=console, transient=True, disable=not console.is_terminal)


def tell_files(what: str, files: Iterable[Path]) -> None:
    """Name files that were written, on the error stream."""
    print(f"{what}: {', '.join(map(str, files))}", file=sys.stderr)


def print_json(result: Any) -> None:
    """Print a result as JSON."""
    json.dump(result, sys.stdout, indent=2)
    print()


def print_table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    *,
    numbers: Sequence[str] = (),
) -> None:
    """Print rows under a title, the columns named in ``numbers`` to the right."""
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    # Without a terminal the width is not known; a table that wraps would be hard to read.
    Console(width=None if sys.stdout.isatty() else 160).print(table)
