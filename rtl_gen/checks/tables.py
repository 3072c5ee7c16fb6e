# SPDX-License-Identifier: Apache-2.0
"""Markdown tables of what was verified and measured, and putting them into a document."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.latencies import Latency
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS

__all__ = ["END", "exactness_table", "latency_table", "mark", "replace_table"]

#: What ends a table in a document.
END = "<!-- end -->"

_STYLES = ("temporal", "sequential", "spatial", "spiking")

#: What is needed of a row, and of which kind it is.
_NEEDED = {
    "design": str,
    "format": str,
    "library": str,
    "overflow": str,
    "simulator": str,
    "cases": int,
    "mismatches": int,
}


def mark(name: str) -> str:
    """Return what begins a table of a name in a document."""
    return f"<!-- table:{name} -->"


def exactness_table(rows: Sequence[dict[str, Any]]) -> str:
    """Return results as a Markdown table: formats by designs, with the number of cases.

    A cell has the cases of one run; it is marked if any run had a wrong result.

    Parameters
    ----------
    rows : sequence of dict
        Results of ``spikefloat verify --json``.

    Raises
    ------
    InputError
        If a row is no result of ``verify``.
    """
    cells: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        for key, kind in _NEEDED.items():
            if not isinstance(row.get(key), (kind, type(None))) or key not in row:
                raise InputError(
                    f"Results must be what verify --json printed; there is no {key!r} in a row"
                )
        if row["design"] in entries(Design):
            cells[row["format"], row["design"]].append(row)
    designs = [name for name in entries(Design) if any(key[1] == name for key in cells)]
    formats = [name for name in FORMATS if any(key[0] == name for key in cells)]
    wrong = sum(row["mismatches"] for row in rows)
    total = sum(row["cases"] for row in rows)
    heading = "cases" if wrong else "cases, all exact"
    lines = [
        f"| {heading} | {' | '.join(name.replace('_', ' ') for name in designs)} |",
        "|---|" + "---:|" * len(designs),
    ]
    for fmt in formats:
        texts = [_cell(cells.get((fmt, name), [])) for name in designs]
        lines.append(f"| {fmt} | {' | '.join(texts)} |")
    ways = ", ".join(
        f"{what} {' and '.join(sorted({row[key] for row in rows if row[key]}))}"
        for what, key in (
            ("libraries", "library"),
            ("overflow", "overflow"),
            ("simulators", "simulator"),
        )
    )
    summary = (
        f"{total:,} results of {len(rows)} runs were compared with the golden model; "
        f"{wrong:,} differed ({ways})."
    )
    return "\n".join([*lines, "", summary])


def _cell(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "-"
    wrong = sum(row["mismatches"] for row in rows)
    # Runs with other result formats are other cases; policies, libraries and simulators are not.
    targets = {row.get("to"): row["cases"] for row in rows}
    sampled = " *" if any(row.get("pairs") == "sampled" for row in rows) else ""
    text = f"{sum(targets.values()):,}{sampled}"
    return text if not wrong else f"**{wrong:,} wrong** of {text}"


def latency_table(rows: Sequence[Latency]) -> str:
    """Return the times as a Markdown table: operations and formats by styles."""
    times: dict[tuple[str, str], dict[str, list[Latency]]] = {}
    for row in rows:
        times.setdefault((row.operation, row.format), {}).setdefault(row.style, []).append(row)
    lines = [
        "| latency / interval, in clocks | temporal | sequential | spatial | "
        "spatial, P stages | spiking |",
        "|---|---|---|---|---|---|",
    ]
    for (operation, fmt), styles in times.items():
        cells = [f"{operation} {fmt}"]
        for style in _STYLES:
            own = styles.get(style, [])
            cells.append(next((_clocks(row) for row in own if row.stages == 0), "-"))
            if style == "spatial":
                staged = [row for row in own if row.stages]
                is_plain = all((row.latency, row.interval) == (row.stages, 1) for row in staged)
                text = "P / 1" if is_plain else ", ".join(map(_clocks, staged))
                cells.append(text if staged else "-")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _clocks(row: Latency) -> str:
    if row.interval == 0:
        return "combinational"
    return f"{row.latency:,} / {row.interval:,}"


def replace_table(text: str, table: str, name: str = "exact") -> str:
    """Return a text with the part between the marks of a name replaced.

    Raises
    ------
    InputError
        If the marks are missing.
    """
    before, start, rest = text.partition(mark(name))
    _, end, after = rest.partition(END)
    if not start or not end:
        raise InputError(
            f"No lines {mark(name)} and {END} in the file, between which the table goes"
        )
    return f"{before}{start}\n{table}\n{END}{after}"
