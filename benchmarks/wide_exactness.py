# SPDX-License-Identifier: Apache-2.0
"""Every operation on formats of 16 bits and more, in every rounding mode, with flags.

Every code goes through the neuron graph of a circuit and through the golden model, or, where these
are more than 2^20, directed operands of that operation and a million random ones. The stochastic
modes have eight random bits. An operation that is too large for a single graph goes through the
graphs of its steps, in turn. A row for each circuit is added to the file; rows that are there are
not run again, so that a run goes on where it stopped. Take out those of a circuit that changed.

    python benchmarks/wide_exactness.py docs/data/rounding_wide.csv
    python benchmarks/wide_exactness.py rows.csv --format binary32 --design divide
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

import numpy as np
from kept_rows import add_row, begin, rows_of

from spikefloat.rtl_gen.checks.verifying.plan import Selected, make_check, pairs_of
from spikefloat.rtl_gen.checks.verifying.steps import run_steps
from spikefloat.rtl_gen.circuits.functions.operations import MAX_OPERAND_WIDTH
from spikefloat.rtl_gen.designs.build import build_steps
from spikefloat.rtl_gen.designs.catalog import entries, find_entry
from spikefloat.rtl_gen.designs.design import Design, Kind
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.formats import Rounding, find_format
from spikefloat.sim.golden.functions import FUNCTIONS
from spikefloat.sim.graphs.network import Network

FORMATS = ("binary16", "bfloat16", "tf32", "binary32", "binary64")
#: Formats that conversions have as results.
TARGETS = ("e4m3fn", "e5m2", *FORMATS)

COLUMNS = ("operation", "format", "to", "rounding", "flags", "operands", "cases", "wrong", "date")


def is_computed(design: Design, fmt: str) -> bool:
    """Tell whether a function is computed, and not a table."""
    return design.name in FUNCTIONS and find_format(fmt).width > MAX_OPERAND_WIDTH


def instances(
    design: Design, fmt: str, results: Iterable[str] = TARGETS, random_bits: int = 8
) -> Iterator[Instance]:
    """Yield the circuits of a design: one of each result and each way of rounding."""
    targets = [to for to in design.targets(find_format(fmt)) if to in results and to != fmt]
    for to in targets if design.name == "convert" else (None,):
        result = find_format(to or fmt)
        modes = (
            [mode for mode in Rounding if mode.is_for(result)] if design.takes_rounding else [None]
        )
        for mode in modes:
            # These are known only as far as other modes look.
            if mode and mode.is_stochastic and is_computed(design, fmt):
                continue
            yield make_instance(
                design.name,
                format=fmt,
                to=to,
                rounding=mode.value if mode else None,
                random_bits=random_bits if mode and mode.is_stochastic else None,
                flags="after" if design.takes_flags else None,
                style="sequential" if design.missing_graph(find_format(fmt)) else "spatial",
            )


def key(instance: Instance) -> tuple[str, ...]:
    """Return what tells a row from the others."""
    target = instance.circuit.result_format.name
    rounding = instance.circuit.rounding
    return (
        instance.design.name,
        instance.circuit.format.name,
        "" if target == instance.circuit.format.name else target,
        rounding.mode_name if instance.design.takes_rounding else "",
        rounding.flags.value if instance.design.takes_flags else "",
    )


def run(instance: Instance, selected: Selected) -> tuple[str, int, int]:
    """Return which cases were tried, how many, and how many gave other codes or flags."""
    cases = make_check(instance, selected).cases
    # Codes of 64 bits are in two's complement there.
    codes = {name: array.astype(np.uint64) for name, array in cases.operands.items()}
    if instance.design.missing_graph(instance.circuit.format):
        results = run_steps(build_steps(instance.design, instance.circuit), codes)
    else:
        results = Network(instance.graph).run(codes)
    wrong = np.zeros(len(cases.indices), bool)
    for name, expected in cases.expected.items():
        wrong |= results[name][cases.indices].astype(np.int64) != expected
    return pairs_of(instance, selected), len(wrong), int(wrong.sum())


def operations(fmt: str, names: Sequence[str] | None) -> Iterator[Design]:
    """Yield those of some operations, by default of all, that work for a format."""
    every = entries(Design).values()
    for design in every if names is None else (find_entry(name, Design) for name in names):
        if design.kind is Kind.OPERATION and fmt in design.formats:
            yield design


def run_missing(
    path: Path, wanted: Iterable[Instance], run: Callable[[Instance], tuple[str, int, int]]
) -> int:
    """Run the circuits that a file has no row of, and add the rows.

    Parameters
    ----------
    path : Path
        The file.
    wanted : iterable of Instance
        The circuits.
    run : callable
        Returns which cases were tried, how many, and how many were wrong.

    Returns
    -------
    int
        How many were wrong in all that was run.
    """
    begin(path, COLUMNS)
    done = {tuple(row[:5]) for row in rows_of(path)}
    every = 0
    for instance in wanted:
        if key(instance) in done:
            continue
        tried, count, wrong = run(instance)
        every += wrong
        print(*key(instance), tried, f"{count:,} cases, {wrong} wrong", file=sys.stderr)
        add_row(path, [*key(instance), tried, count, wrong, date.today().isoformat()])
    return every


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--format", choices=FORMATS, help="by default all, one after another")
    parser.add_argument("--design", help="by default all operations")
    parser.add_argument("--count", type=int, default=1_000_000, help="random cases")
    args = parser.parse_args()
    selected = Selected(random_cases=args.count)
    wanted = (
        instance
        for fmt in ([args.format] if args.format else FORMATS)
        for design in operations(fmt, [args.design] if args.design else None)
        for instance in instances(design, fmt)
    )
    return int(run_missing(args.file, wanted, lambda instance: run(instance, selected)) > 0)


if __name__ == "__main__":
    raise SystemExit(main())
