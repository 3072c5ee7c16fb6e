# SPDX-License-Identifier: Apache-2.0
"""Tables of the documentation that commands give: ``python docs/tables.py`` writes them.

A page has a table between the lines ``<!-- table:NAME -->`` and ``<!-- end -->``; the function of
that name here makes it, from what commands print with ``--json``, or from docs/data, where
``docs/data/measure.sh`` puts what takes long. A test compares all tables.
"""

import contextlib
import csv
import io
import json
import shlex
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.checks.tables import latency_table, mark, replace_table
from spikefloat.rtl_gen.cli import main as spikefloat
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design, Kind
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.designs.latencies import latencies
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.residue import graph_leak_bound
from spikefloat.sim.devices.operands import circuit_leak_bound

__all__ = ["PAGES", "TABLES", "main"]

DOCS = Path(__file__).parent
PAGES = (DOCS.parent / "README.md", *sorted(DOCS.glob("*.md")))
TABLES: dict[str, Callable[[], str]] = {}

#: Circuits of budget w2, as pages call them.
OBJECTIVES = {"structure": "structure", "neurons": "fewest neurons", "depth": "least depth"}
DESIGNS = {"multiply": "multiplier", "add": "adder"}
#: The circuits of the pages about devices.
KINDS = {"published": "published gates", "w1": "w1", "w2": "w2", "w8": "w8", "free": "free"}


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


@made
def smallest() -> str:
    def row(title: str, options: str, bold: str = "") -> list[str]:
        cells = []
        for design in DESIGNS:
            neurons, depth = size(f"{design} {options}").split(" / ")
            marks = [f"**{n}**" if bold == key else n for key, n in (("n", neurons), ("d", depth))]
            cells.append(" / ".join(marks))
        return [title, *cells]

    release = [
        next(r for r in run(f"explore {design}") if r["source"] == "release") for design in DESIGNS
    ]
    return lines(
        ["E4M3FN, neurons / depth", *DESIGNS.values()],
        [
            [
                "the paper's own code (arXiv 2512.07724)",
                *(f"{row['neurons']:,} / {row['depth']}" for row in release),
            ],
            row(
                "`--library published`: the paper's gates, neuron for neuron", "--library published"
            ),
            row("native gates (the default): weights up to 2, fan-in up to 4", ""),
            row("`--objective neurons`, same limits", "--objective neurons", "n"),
            row("`--objective depth`, same limits", "--objective depth", "d"),
            row("`--budget free --objective neurons`", "--budget free --objective neurons", "n"),
        ],
    )


@made
def two_libraries() -> str:
    kinds = ("published", "native")
    names = ("minimum", "maximum", "less", "equal", "unordered")

    def sizes(options: str) -> list[str]:
        return [size(f"{options} --library {library}") for library in kinds]

    signs = [
        ", ".join(
            f"{stats(f'{name} --library {library}')['neurons']}"
            for name in ("negate", "absolute", "relu")
        )
        for library in kinds
    ]
    return lines(
        ["", *kinds],
        [
            ["`fma`, a * b + c rounded once", *sizes("fma")],
            [
                "`widening_multiply`, exact, to bfloat16",
                *sizes("widening_multiply --to bfloat16"),
            ],
            ["`convert` to binary16", *sizes("convert --to binary16")],
            *([f"`{name}`", *sizes(name)] for name in names),
            ["`negate`, `absolute`, `relu`: neurons", *signs],
        ],
    )


@made
def dots() -> str:
    lengths = (2, 4, 16)
    return lines(
        ["E4M3FN, native, neurons / depth", *map(str, lengths)],
        [
            [f"`{way}`", *(size(f"dot --length {n} --accumulate {way}") for n in lengths)]
            for way in ("tree", "chain", "exact")
        ],
    )


@made
def codec_clocks() -> str:
    sizes = (("e4m3fn", 10), ("e5m2", 10), ("e5m2", 16))
    return lines(
        ["format, N + M", "encoder", "decoder"],
        [
            [
                f"{fmt.upper()}, {bits} + {bits}",
                *(
                    stats(f"{cell} --format {fmt} --integer-bits {bits} --fraction-bits {bits}")[
                        "latency"
                    ]
                    for cell in ("encoder", "decoder")
                ),
            ]
            for fmt, bits in sizes
        ],
    )


@made
def budgets() -> str:
    bounds = {"neurons": "fewest neurons / its depth", "depth": "least depth / its neurons"}
    rows = []
    for objective, title in bounds.items():
        for design, name in DESIGNS.items():
            cells = []
            for budget in BUDGETS:
                row = stats(f"{design} --budget {budget} --objective {objective}")
                other = "depth" if objective == "neurons" else "neurons"
                cells.append(f"**{row[objective]}** / {row[other]}")
            rows.append([f"{name}, {title}", *cells])
    limits = [["limits of a neuron", *(_limits(budget) for budget in BUDGETS)]]
    return lines(["", *BUDGETS], [*limits, *rows])


def _limits(name: str) -> str:
    budget = BUDGETS[name]
    if budget.max_weight is None:
        return "none"
    return f"weight {budget.max_weight}, fan-in {budget.max_fan_in}"


@made
def fewest() -> str:
    policies = ("nan", "saturate")
    formats = [
        name
        for name in entries(Design)["multiply"].formats
        if any((DOCS.parent / "rtl_gen/circuits/data").glob(f"multiply_{name}_nan_w2_*x*.json"))
    ]
    return lines(
        ["format", *(f"{design}, {policy}" for design in DESIGNS for policy in policies)],
        [
            [
                fmt,
                *(
                    stats(f"{design} --format {fmt} --overflow {policy} --objective neurons")[
                        "neurons"
                    ]
                    for design in DESIGNS
                    for policy in policies
                ),
            ]
            for fmt in formats
        ],
    )


@made
def operations() -> str:
    rows = []
    for name, design in entries(Design).items():
        if design.kind is Kind.OPERATION:
            cells = [
                size(f"{name} --format {fmt}").replace(",", "") if fmt in design.formats else "-"
                for fmt in ("e4m3fn", "e5m2")
            ]
            rows.append([name, design.summary.replace("|a|", "abs(a)"), *cells])
    return lines(["design", "result", "e4m3fn: neurons / depth", "e5m2: neurons / depth"], rows)


@made
def latency() -> str:
    return latency_table([row for fmt in ("e4m3fn", "e5m2") for row in latencies(fmt)])


@made
def residue_bounds() -> str:
    rows = []
    for design, name in DESIGNS.items():
        for objective, title in OBJECTIVES.items():
            graph = make_instance(design, objective=objective).graph
            rows.append(
                [
                    f"{name}, {title}",
                    *(
                        f"{graph_leak_bound(graph, reset).bound} "
                        f"({Fraction(circuit_leak_bound(graph, reset)).limit_denominator(1000)})"
                        for reset in ("soft", "hard")
                    ),
                ]
            )
    return lines(["E4M3FN, budget w2", "soft reset", "hard reset"], rows)


def main() -> None:
    """Write every table into its page."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for name, make in TABLES.items():
            if mark(name) in text:
                text = replace_table(text, make(), name)
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
