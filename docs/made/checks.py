# SPDX-License-Identifier: Apache-2.0
"""Tables of checks that take too long for a test run, as scripts keep what came of them."""

from collections.abc import Sequence

from made.common import kept, lines, made
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design, Kind
from spikefloat.rtl_gen.formats import Rounding, find_format

#: What stands before the names of TestFloat's functions, and what it means.
_OPERANDS = {
    "f16": "binary16",
    "f32": "binary32",
    "f64": "binary64",
    "bf16": "bfloat16",
    "i32": "int32",
    "ui32": "uint32",
    "i64": "int64",
    "ui64": "uint64",
}

SIMULATORS = {"verilator": "Verilator", "icarus": "Icarus"}

#: How an operation that rounds is run: as the codes of the port say, and in what is no code of it.
MODES = {"port", "odd", "stochastic-a", "stochastic-b", "stochastic-c"}


def operations_of(fmt: str) -> list[Design]:
    """Return the operations of the catalogue that work for a format."""
    designs = entries(Design).values()
    return [one for one in designs if one.kind is Kind.OPERATION and fmt in one.formats]


def total(rows: Sequence[dict[str, str]], name: str) -> str:
    """Return the sum of a column."""
    return f"{sum(int(row[name]) for row in rows):,}"


@made
def testfloat() -> str:
    table = []
    every = kept("testfloat")
    for letters, operands in [*_OPERANDS.items(), ("", "all")]:
        rows = [row for row in every if not letters or row["function"].split("_")[0] == letters]
        functions = {row["function"] for row in rows}
        table.append(
            [operands, len(functions), len(rows), total(rows, "vectors"), total(rows, "wrong")]
        )
    heading = ["operands", "functions", "with modes", "vectors", "other results or flags"]
    return lines(heading, table, right=True)


def run_operations(
    fmt: str, rows: Sequence[dict[str, str]], column: str, modes: set[str]
) -> tuple[int, int, int]:
    """Return how many operations that round were run in all modes, how many exact ones, and the rest."""
    run: dict[str, set[str]] = {}
    for row in rows:
        run.setdefault(row["operation"], set()).update(row[column].split())
    rounding, exact, rest = 0, 0, 0
    for design in operations_of(fmt):
        needed = modes if design.takes_rounding else set()
        if design.name not in run or not run[design.name] >= needed:
            rest += 1
        elif design.takes_rounding:
            rounding += 1
        else:
            exact += 1
    return rounding, exact, rest


@made
def rounding_wide() -> str:
    table = []
    every = kept("rounding_wide")
    for fmt in dict.fromkeys(row["format"] for row in every):
        rows = [row for row in every if row["format"] == fmt]
        modes = {mode.value for mode in Rounding if mode.is_for(find_format(fmt))}
        counts = run_operations(fmt, rows, "rounding", modes)
        table.append([fmt, *counts, total(rows, "cases"), total(rows, "wrong")])
    heading = ["format", "that round", "exact", "not, or in part", "results", "wrong"]
    return lines(heading, table, right=True)


@made
def rounding_rtl() -> str:
    table = []
    every = kept("rounding_rtl")
    for fmt in dict.fromkeys(row["format"] for row in every):
        for name, simulator in SIMULATORS.items():
            rows = [row for row in every if (row["format"], row["simulator"]) == (fmt, name)]
            sums = total(rows, "cases"), total(rows, "mismatches")
            table.append([fmt, simulator, *run_operations(fmt, rows, "modes", MODES), *sums])
    heading = ["format", "simulator", "that round", "exact", "not, or in part", "results", "wrong"]
    return lines(heading, table, right=True)
