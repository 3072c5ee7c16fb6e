# SPDX-License-Identifier: Apache-2.0
"""``spikefloat report``: what was verified, as a table for the README."""

import argparse
from collections import defaultdict
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.cli.options import add_command
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import read_json, read_text, write_file
from spikefloat.rtl_gen.formats import FORMATS

__all__ = ["exactness_table", "register", "replace_table"]

_END = "<!-- end -->"


def _start(name: str) -> str:
    return f"<!-- table:{name} -->"


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "report",
        "turn results of verify into a table, printed or put into a file",
        "spikefloat verify multiply --format all --json > results.json\n"
        "  spikefloat report results.json --into README.md",
        _run,
    )
    parser.add_argument(
        "results",
        metavar="FILE",
        type=Path,
        nargs="+",
        help="what `spikefloat verify --json` printed",
    )
    parser.add_argument(
        "--into",
        metavar="FILE",
        type=Path,
        help=f"file in which to replace what is between {_start('exact')} and {_END}",
    )


def exactness_table(rows: list[dict[str, Any]]) -> str:
    """Return results as a Markdown table: formats by designs, with the number of cases.

    A cell has the cases of one run; it is marked if any run had a wrong result.

    Raises
    ------
    ValueError
        If a row is no result of ``verify``.
    """
    cells: dict[tuple[str, str], list[dict]] = defaultdict(list)
    try:
        for row in rows:
            if row["design"] in entries(Design):
                cells[row["format"], row["design"]].append(row)
        designs = [name for name in entries(Design) if any(key[1] == name for key in cells)]
        formats = [name for name in FORMATS if any(key[0] == name for key in cells)]
        lines = [
            "| cases, all exact | " + " | ".join(name.replace("_", " ") for name in designs),
            "|---|" + "---:|" * len(designs),
        ]
        lines[0] += " |"
        for fmt in formats:
            texts = [_cell(cells.get((fmt, name), [])) for name in designs]
            lines.append(f"| {fmt} | " + " | ".join(texts) + " |")
        wrong = sum(row["mismatches"] for row in rows)
        total = sum(row["cases"] for row in rows)
        ways = ", ".join(
            f"{what} {' and '.join(sorted({row[key] for row in rows if row[key] != '-'}))}"
            for what, key in (
                ("libraries", "library"),
                ("overflow", "overflow"),
                ("simulators", "simulator"),
            )
        )
    except KeyError as error:
        raise InputError(
            f"Results must be what verify --json printed; there is no {error} in a row"
        ) from None
    heading = lines[0] if not wrong else lines[0].replace("cases, all exact", "cases")
    lines[0] = heading
    return "\n".join(
        [
            *lines,
            "",
            f"{total:,} results of {len(rows)} runs were compared with the golden model; "
            f"{wrong:,} differed ({ways}).",
        ]
    )


def _cell(rows: list[dict]) -> str:
    if not rows:
        return "-"
    wrong = sum(row["mismatches"] for row in rows)
    # Runs with other result formats are other cases; policies, libraries and simulators are not.
    targets = {row.get("to"): row["cases"] for row in rows}
    sampled = " *" if any(row.get("pairs") == "sampled" for row in rows) else ""
    text = f"{sum(targets.values()):,}{sampled}"
    return text if not wrong else f"**{wrong:,} wrong** of {text}"


def replace_table(text: str, table: str, name: str = "exact") -> str:
    """Return a text with the part between the marks of a name replaced.

    Raises
    ------
    ValueError
        If the marks are missing.
    """
    before, start, rest = text.partition(_start(name))
    _, end, after = rest.partition(_END)
    if not start or not end:
        raise InputError(
            f"No lines {_start(name)} and {_END} in the file, between which the table goes"
        )
    return f"{before}{start}\n{table}\n{_END}{after}"


def _run(args: argparse.Namespace) -> int:
    rows: list[dict] = []
    for path in args.results:
        result = read_json(path, "Results")
        rows += result if isinstance(result, list) else [result]
    table = exactness_table(rows)
    if args.into is None:
        print(table)
    else:
        write_file(args.into, replace_table(read_text(args.into), table))
    return 0
