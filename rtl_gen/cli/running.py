# SPDX-License-Identifier: Apache-2.0
"""Printing rows as they come, in a layout that is fixed before the first."""

import json
import sys
import textwrap
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol

from spikefloat.rtl_gen.cli.output import SCHEMA
from spikefloat.rtl_gen.cli.tables import (
    Row,
    Table,
    arrange,
    cell_text,
    csv_rows,
    heading,
    print_table,
)

__all__ = ["printed_rows"]

#: Characters of a number of cases, which is not known before.
_NUMBER = 9


class _Printer(Protocol):
    def add(self, row: Row) -> None:
        """Print a row."""

    def end(self, *, is_whole: bool) -> None:
        """Print what follows the last row."""


@contextmanager
def printed_rows(args: Namespace, planned: Table) -> Iterator[Callable[[Row], None]]:
    """Yield what prints a row as the options ask for: a line of a table, JSON or CSV.

    What is printed is whole JSON or CSV, whatever ends the block; or nothing, where an exception
    comes before the first row.

    Parameters
    ----------
    args : argparse.Namespace
        The command and its options.
    planned : Table
        The rows to come as far as they are known, from which the table has its columns and widths.
        A single one is printed at the end, its values one below the other.
    """
    printer: _Printer
    if args.json:
        printer = _Json(args.command)
    elif args.csv:
        printer = _Csv()
    elif len(planned.rows) == 1 and not args.wide:
        printer = _Single(planned)
    else:
        printer = _Lines(planned, is_wide=args.wide)

    def add(row: Row) -> None:
        printer.add(row)
        sys.stdout.flush()

    is_whole = False
    try:
        yield add
        is_whole = True
    finally:
        printer.end(is_whole=is_whole)


class _Json:
    def __init__(self, command: str) -> None:
        whole = json.dumps({"schema": SCHEMA, "command": command, "results": []}, indent=2)
        self._head, self._tail = whole[:-3], "\n  ]\n}"
        self._count = 0

    def add(self, row: Row) -> None:
        text = textwrap.indent(json.dumps(row, indent=2, allow_nan=False), "    ")
        print("," if self._count else self._head)
        print(text, end="")
        self._count += 1

    def end(self, *, is_whole: bool) -> None:
        if self._count:
            print(self._tail)
        elif is_whole:
            print(f"{self._head}]\n}}")


class _Csv:
    def __init__(self) -> None:
        self._write: Callable[[Row], None] | None = None

    def add(self, row: Row) -> None:
        if self._write is None:
            self._write = csv_rows(list(row))
        self._write(row)

    def end(self, *, is_whole: bool) -> None:
        pass


class _Single:
    def __init__(self, planned: Table) -> None:
        self._planned = planned
        self._rows: list[Row] = []

    def add(self, row: Row) -> None:
        self._rows.append(row)

    def end(self, *, is_whole: bool) -> None:
        if self._rows:
            print_table(replace(self._planned, rows=self._rows), is_wide=False)


class _Lines:
    def __init__(self, planned: Table, *, is_wide: bool) -> None:
        self._planned, self._is_wide = planned, is_wide
        self._widths: dict[str, int] = {}

    def add(self, row: Row) -> None:
        if not self._widths:
            columns, cells = arrange(self._planned, is_wide=self._is_wide)
            for name in columns:
                width = max(map(len, (heading(name), *cells[name])))
                self._widths[name] = max(width, _NUMBER * (name in self._planned.keep))
            self._print({name: heading(name) for name in columns}, row)
            print("-" * (sum(self._widths.values()) + 2 * len(columns) - 2))
        self._print({name: cell_text(name, row.get(name)) for name in self._widths}, row)

    def _print(self, texts: dict[str, str], row: Row) -> None:
        """Print texts below each other; columns of numbers end at the same place."""
        print(
            "  ".join(
                f"{text:{'>' if isinstance(row.get(name), (int, float)) else '<'}{self._widths[name]}}"
                for name, text in texts.items()
            ).rstrip()
        )

    def end(self, *, is_whole: bool) -> None:
        if self._widths:
            print()
