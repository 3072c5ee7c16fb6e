# SPDX-License-Identifier: Apache-2.0
"""``spikefloat verify``: simulate designs and compare every result with the golden model."""

import argparse
import tempfile
from pathlib import Path

from rich.console import Console

from sim.runner import BenchError
from sim.tools import find_simulator
from sim.verify import BenchDesign, VerifyResult, verify

from .options import (
    Selection,
    add_command,
    add_design_options,
    add_json_option,
    command_line,
    selections,
)
from .output import print_json, print_table
from .verilog import design_verilog

__all__ = ["register"]

_SIMULATORS = {"verilator": ("verilator",), "icarus": ("icarus",), "both": ("icarus", "verilator")}


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands, "verify", "simulate a design and compare every result with the golden model",
        "spikefloat verify multiply --sim both --pairs all", _run)
    add_design_options(parser)
    parser.add_argument(
        "--sim", metavar="S", default="verilator",
        help="verilator, icarus or both (default: verilator)")
    parser.add_argument(
        "--pairs", metavar="P", default="all",
        help="all operand pairs, or published: the pairs of non-negative finite codes, 16,129 for "
             "e4m3fn (default: all)")
    parser.add_argument(
        "--build-dir", metavar="DIR", type=Path,
        help="folder for what the simulator builds, kept (default: a temporary one)")
    add_json_option(parser)


def _bench_design(selection: Selection) -> BenchDesign:
    design, options = selection
    module = "_".join((
        design.name, options.format.name, options.overflow.value, options.library,
        options.budget.name, options.objective))
    return BenchDesign(
        name=module, verilog=design_verilog(selection, module), module=module,
        operation=design.name, fmt=options.format, overflow=options.overflow,
        library=options.library)


def _row(selection: Selection, result: VerifyResult) -> dict:
    design, options = selection
    return {
        "design": design.name, "format": options.format.name,
        "overflow": options.overflow.value, "library": options.library,
        "simulator": result.simulator, "cases": result.cases,
        "exact": result.cases - result.mismatches, "mismatches": result.mismatches,
        "seconds": round(result.seconds, 3), "report": result.report,
    }


def _run(args: argparse.Namespace) -> int:
    if args.sim not in _SIMULATORS:
        raise ValueError(f"Simulator must be verilator, icarus or both, not {args.sim!r}")
    chosen = selections(args)
    for simulator in _SIMULATORS[args.sim]:
        find_simulator(simulator)  # a missing one is said before anything is built
    console = Console(stderr=True)
    rows = []
    with tempfile.TemporaryDirectory(prefix="spikefloat-") as temporary, console.status(
            "Generating Verilog") as status:
        designs = [_bench_design(selection) for selection in chosen]
        for simulator in _SIMULATORS[args.sim]:
            folder = args.build_dir or Path(temporary)
            try:
                results = verify(designs, simulator, args.pairs, folder, status.update)
            except BenchError as error:
                console.print(f"spikefloat: {error}", markup=False, highlight=False)
                return 1
            rows += [_row(*pair) for pair in zip(chosen, results, strict=True)]
    _print(rows, chosen, args)
    return 1 if any(row["mismatches"] for row in rows) else 0


def _print(rows: list[dict], chosen: list[Selection], args: argparse.Namespace) -> None:
    if args.json:
        print_json(rows[0] if len(rows) == 1 else rows)
        return
    columns = ("design", "format", "overflow", "library", "simulator", "cases", "exact", "result")
    for row in rows:
        row["result"] = "FAILED" if row["mismatches"] else "bit-exact"
    print_table(
        "Compared with the golden model", columns,
        [[f"{row[c]:,}" if isinstance(row[c], int) else row[c] for c in columns] for row in rows],
        numbers=("cases", "exact"))
    for row in rows:
        if row["mismatches"]:
            print(row["report"])
            print(f"repeat with: {command_line('verify', chosen[rows.index(row) % len(chosen)])} "
                  f"--sim {row['simulator']} --pairs {args.pairs}")
