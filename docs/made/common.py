# SPDX-License-Identifier: Apache-2.0
"""What the tables of the documentation have in common: how they are entered, run and written."""

import contextlib
import csv
import io
import json
import shlex
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.cli import main as spikefloat

DOCS = Path(__file__).parent.parent
TABLES: dict[str, Callable[[], str]] = {}

#: Circuits of budget w2, as pages call them.
OBJECTIVES = {"structure": "structure", "neurons": "fewest neurons", "depth": "least depth"}
DESIGNS = {"multiply": "multiplier", "add": "adder"}


def made(function: Callable[[], str]) -> Callable[[], str]:
    """Have a function make the table of its name."""
    TABLES[function.__name__] = function
    return function


@cache
def run(command: str) -> list[dict[str, Any]]:
    """Return the results of a command of spikefloat."""
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        status = spikefloat([*shlex.split(command), "--json"])
    if status:
        raise RuntimeError(f"{command} ended with status {status}")
    results: list[dict[str, Any]] = json.loads(printed.getvalue())["results"]
    return results


@cache
def kept(name: str) -> list[dict[str, str]]:
    """Return the results in a file of docs/data."""
    with (DOCS / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def lines(heading: Sequence[str], rows: Iterable[Sequence[object]], *, right: bool = False) -> str:
    """Return a table; all columns but the first can be aligned on the right."""
    rule = "|---|" + ("---:|" if right else "---|") * (len(heading) - 1)
    first, *others = (f"| {' | '.join(map(str, row))} |" for row in (heading, *rows))
    return "\n".join([first, rule, *others])


def stats(options: str) -> dict[str, Any]:
    return run(f"stats {options}")[0]


def size(options: str) -> str:
    """Return neurons and depth as all pages write them."""
    row = stats(options)
    return f"{row['neurons']:,} / {row['depth']:,}"
