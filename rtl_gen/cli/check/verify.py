# SPDX-License-Identifier: Apache-2.0
"""``spikefloat verify``: simulate designs and compare every result with the golden model."""

import argparse
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from spikefloat.rtl_gen.checks.plan import (
    SIMULATOR_CHOICES,
    Selected,
    check,
    checked_row,
    checked_source,
)
from spikefloat.rtl_gen.cli.clocked import (
    add_clocked_options,
    clocked_instances,
    verify_clocked_instances,
)
from spikefloat.rtl_gen.cli.options import (
    add_backend_option,
    add_command,
    add_design_options,
    add_json_option,
    selections,
)
from spikefloat.rtl_gen.cli.output import print_json, print_table
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Cell
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import make_folder, temporary_folder
from spikefloat.rtl_gen.fpga.synthesis.targets import TARGETS, find_target
from spikefloat.sim.cases.exhaustive import PAIRS
from spikefloat.sim.simulators.find import find_simulator
from spikefloat.sim.simulators.runner import BenchError

__all__ = ["register"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "verify",
        "simulate a design and compare every result with the golden model",
        "spikefloat verify multiply --sim both --pairs all",
        _run,
    )
    add_design_options(parser)
    add_backend_option(parser)
    add_clocked_options(parser)
    parser.add_argument(
        "--sim",
        metavar="S",
        default="verilator",
        help="verilator, icarus or both (default: verilator)",
    )
    parser.add_argument(
        "--pairs",
        metavar="P",
        default="all",
        help="all operand pairs, or published: the pairs of non-negative finite codes, 16,129 for "
        "e4m3fn; or lattice: for a dot product of two terms, every operand over 16 codes "
        "(default: all; where there are more than a million cases, directed corner cases and "
        "--random random ones)",
    )
    parser.add_argument(
        "--random",
        metavar="N",
        type=int,
        default=100_000,
        help="random cases where not all can be tried (default: 100000)",
    )
    parser.add_argument(
        "--build-dir",
        metavar="DIR",
        type=Path,
        help="folder for what the simulator builds, kept (default: a temporary one)",
    )
    parser.add_argument(
        "--gate-level",
        metavar="T",
        help="check the netlist after synthesis, made of the cells of a target: "
        f"{', '.join(TARGETS)}",
    )
    add_json_option(parser)


def _run(args: argparse.Namespace) -> int:
    if args.sim not in SIMULATOR_CHOICES:
        raise InputError(f"Simulator must be verilator, icarus or both, not {args.sim!r}")
    for simulator in SIMULATOR_CHOICES[args.sim]:
        find_simulator(simulator)  # a missing one is said before anything is built
    if args.random < 0:
        raise InputError(f"Number of random cases must be 0 or more, not {args.random}")
    if args.pairs == "lattice":
        if args.design != "dot" or args.length != 2:
            raise InputError(
                "Pairs of a lattice must be for a dot product of --length 2, not "
                f"{args.design} of --length {args.length}"
            )
    elif args.pairs not in PAIRS:
        raise InputError(f"Pairs must be {' or '.join(PAIRS)}, not {args.pairs!r}")
    if args.gate_level is not None:
        find_target(args.gate_level)
    clocked = [
        replace(
            instance, verilog=checked_source(args.gate_level, instance.verilog, instance.module)
        )
        for instance in clocked_instances(args)
    ]
    chosen = [] if args.design in entries(Cell) else selections(args)
    console = Console(stderr=True)
    rows: list[dict] = []
    with (
        temporary_folder() as temporary,
        console.status("Generating Verilog") as status,
    ):
        folder = make_folder(args.build_dir or temporary)
        try:
            for simulator in SIMULATOR_CHOICES[args.sim] if clocked else ():
                rows += verify_clocked_instances(
                    clocked, simulator, folder, args.random, status.update
                )
            checked = check(
                chosen,
                SIMULATOR_CHOICES[args.sim],
                folder,
                Selected(pairs=args.pairs, random_cases=args.random),
                gate_level=args.gate_level,
                progress=status.update,
            )
            rows += map(checked_row, checked)
        except BenchError as error:
            console.print(f"spikefloat: {error}", markup=False, highlight=False)
            return 1
    _print(rows, args)
    return 1 if any(row["mismatches"] for row in rows) else 0


def _print(rows: list[dict], args: argparse.Namespace) -> None:
    if args.json:
        print_json(rows[0] if len(rows) == 1 else rows)
        return
    columns = [
        "design",
        "format",
        "to",
        "overflow",
        "library",
        "hardware",
        "pauses",
        "simulator",
        "pairs",
        "cases",
        "exact",
        "result",
    ]
    for row in rows:
        row["result"] = "FAILED" if row["mismatches"] else "bit-exact"
    for column, plain in (("hardware", "combinational"), ("pauses", "-")):
        if all(row[column] == plain for row in rows):
            columns.remove(column)
    netlist = f", as a netlist of {args.gate_level} cells" if args.gate_level else ""
    print_table(
        f"Compared with the golden model{netlist}",
        columns,
        [[f"{row[c]:,}" if isinstance(row[c], int) else row[c] for c in columns] for row in rows],
        numbers=("cases", "exact"),
    )
    for row in rows:
        if row["mismatches"]:
            print(row["report"])
            if "command" in row:
                print(
                    f"repeat with: {row['command']} --sim {row['simulator']} "
                    f"--pairs {args.pairs}"
                    + (f" --gate-level {args.gate_level}" if args.gate_level else "")
                )
