# SPDX-License-Identifier: Apache-2.0
"""Which operations are tried on every operand in which format, as a table for a page."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from spikefloat.rtl_gen.cli.pages.measured import known_circuits
from spikefloat.rtl_gen.cli.pages.page import Exhibit, html_table
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design, Kind
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden.operations import find_operation

__all__ = ["cell_of", "matrix"]


class _Cell(NamedTuple):
    """What is said of an operation in a format, and which class the cell has."""

    text: str
    kind: str


def cell_of(design: Design, fmt: str, results: Sequence[Mapping[str, Any]] = ()) -> _Cell:
    """Return what is tried of an operation in a format, or what came of it.

    Parameters
    ----------
    design : Design
        The operation.
    fmt : str
        Name of the format.
    results : sequence of mapping
        Rows of ``verify`` for both.
    """
    if fmt not in design.formats:
        return _Cell("", "none")
    wrong = sum(row["mismatches"] for row in results)
    if wrong:
        return _Cell(f"{wrong:,} wrong", "wrong")
    operation = find_operation(design.name)
    if operation.is_exhaustive(FORMATS[fmt]):
        bits = sum(operation.widths(FORMATS[fmt]))
        cell = _Cell(f"all 2^{bits}", "all")
    elif how := known_circuits().get((design.name, fmt)):
        cell = _Cell(how, "all")
    else:
        cell = _Cell("sampled", "some")
    return _Cell(f"✓ {cell.text}", "run") if results else cell


def matrix(results: Sequence[Mapping[str, Any]], source: str) -> Exhibit:
    """Return the table of all operations and formats.

    Parameters
    ----------
    results : sequence of mapping
        Rows of ``verify``; where there are some, they are marked, and wrong ones stand out.
    source : str
        Versions and date.
    """
    designs = [one for one in entries(Design).values() if one.kind is Kind.OPERATION]
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in results:
        found.setdefault((row["design"], row["format"]), []).append(row)
    cells = [
        [cell_of(one, fmt, found.get((one.name, fmt), ())) for fmt in FORMATS] for one in designs
    ]
    every = [cell.text.removeprefix("✓ ") for row in cells for cell in row if cell.kind != "none"]
    whole = sum(text.startswith("all") for text in every)
    proved, pairs = every.count("proved"), every.count("every pair")
    more = f", and with {pairs:,} more every pair was run" if pairs else ""
    run = ""
    if results:
        cases, wrong = (sum(row[key] for row in results) for key in ("cases", "mismatches"))
        run = (
            f" Of the results given, {cases:,} of {len(results):,} runs, {wrong:,} differed from the "
            "golden model; what was run has a tick."
        )
    return Exhibit(
        key="exactness",
        title="What is exact, and how it is checked",
        text=f"{len(designs)} operations in {len(FORMATS)} formats: in {whole:,} of {len(every):,} "
        "cases verify tries every operand (“all 2^16” are 65,536). Of the wider ones, rounded to "
        f"nearest even, a solver has shown for {proved:,} that no operand is wrong (“proved”, by "
        f"spikefloat prove){more}; in the others verify tries "
        f"directed corner cases and random ones (“sampled”).{run}",
        picture=html_table(
            ["operation", *FORMATS],
            (
                [one.name, *(cell.text for cell in row)]
                for one, row in zip(designs, cells, strict=True)
            ),
            caption="Operands that verify tries, by operation and format",
            classes=[[cell.kind for cell in row] for row in cells],
        ),
        command="spikefloat verify all --format all --json",
        source=source,
    )
