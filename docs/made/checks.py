# SPDX-License-Identifier: Apache-2.0
"""Tables of checks that take too long for a test run, as scripts keep what came of them."""

from collections.abc import Sequence

from made.common import kept, lines, made
from spikefloat.rtl_gen.circuits.functions.operations import MAX_OPERAND_WIDTH
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design, Kind
from spikefloat.rtl_gen.formats import Rounding, find_format
from spikefloat.sim.golden.functions import FUNCTIONS

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
        if design.name in FUNCTIONS and find_format(fmt).width > MAX_OPERAND_WIDTH:
            # Computed, and known only as far as other modes look.
            needed = {mode for mode in needed if not Rounding(mode).is_stochastic}
        if design.name not in run or not run[design.name] >= needed:
            rest += 1
        elif design.takes_rounding:
            rounding += 1
        else:
            exact += 1
    return rounding, exact, rest


@made
def rounding_wide() -> str:
    return _rounding("rounding_wide")


@made
def rounding_narrow() -> str:
    return _rounding("rounding_narrow")


def _rounding(name: str) -> str:
    """Return the table of what was run in the exact simulator: operations by format."""
    table = []
    every = kept(name)
    # Conversions to scales have one more.
    modes = {mode.value for mode in Rounding if mode.is_for(find_format("binary32"))}
    for fmt in dict.fromkeys(row["format"] for row in every):
        rows = [row for row in every if row["format"] == fmt]
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


def known_circuits() -> dict[tuple[str, str], str]:
    """Return operations and formats of 16 bits or more that are known to be right for all operands.

    Rounded to nearest even, in native gates: whether they are proved, or every pair was run.
    """
    proofs = (row for row in kept("proofs") if row["result"] == "proved")
    usual = (
        row
        for row in proofs
        if row["rounding"] in ("", "rne")
        and row["stages"] == "0"
        and not row["to"]
        and row["style"] == "spatial"
    )
    run = (row for row in kept("every_pair") if row["wrong"] == "0" and row["library"] == "native")
    known = {(row["operation"], row["format"]): "every pair" for row in run}
    known |= {
        (row["design"], row["format"]): "proved" for row in usual if row["library"] == "native"
    }
    return known


@made
def every_pair() -> str:
    table = []
    every = kept("every_pair")
    for fmt in dict.fromkeys(row["format"] for row in every):
        rows = [row for row in every if row["format"] == fmt]
        names = ", ".join(row["operation"] for row in rows)
        dates = " to ".join(dict.fromkeys((rows[0]["date"], rows[-1]["date"])))
        sums = total(rows, "pairs"), total(rows, "wrong"), total(rows, "cpu_seconds")
        table.append([fmt, names, *sums, dates])
    heading = ["format", "operations", "pairs", "wrong", "seconds of CPU", "date"]
    return lines(heading, table)


@made
def proofs() -> str:
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in kept("proofs"):
        to = f" to {row['to']}" if row["to"] else ""
        flags = ", flags" if row["flags"] else ""
        style = "" if row["style"] == "spatial" else f", {row['style']}"
        what = row["format"] + to + flags + style, row["method"], row["result"]
        groups.setdefault(what, []).append(row)
    table = []
    for (what, method, result), rows in groups.items():
        names = ", ".join(dict.fromkeys(row["design"] for row in rows))
        modes = ", ".join(dict.fromkeys(row["rounding"] for row in rows if row["rounding"]))
        stages = ", ".join(dict.fromkeys(row["stages"] for row in rows))
        most = max(float(row["seconds"]) for row in rows)
        table.append([what, names, modes or "-", stages, method, len(rows), most, result])
    heading = [
        "format",
        "operations",
        "modes",
        "stages",
        "method",
        "circuits",
        "longest, s",
        "result",
    ]
    return lines(heading, table)
