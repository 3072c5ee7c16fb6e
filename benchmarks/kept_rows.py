# SPDX-License-Identifier: Apache-2.0
"""Rows that long runs add to a file of comma-separated values, so that they go on where they stopped."""

import csv
from collections.abc import Sequence
from pathlib import Path

__all__ = ["add_row", "begin", "rows_of"]


def begin(path: Path, columns: Sequence[str]) -> None:
    """Write the heading of a file that is not there."""
    if not path.exists():
        add_row(path, columns)


def rows_of(path: Path) -> list[list[str]]:
    """Return the rows of a file, none if it is not there."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def add_row(path: Path, row: Sequence[object]) -> None:
    """Add a row to a file."""
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(row)
