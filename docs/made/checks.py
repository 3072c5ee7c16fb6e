# SPDX-License-Identifier: Apache-2.0
"""Tables of checks that take too long for a test run, as scripts keep what came of them."""

from collections.abc import Sequence

from made.common import kept, lines, made

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
