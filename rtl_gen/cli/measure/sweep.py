# SPDX-License-Identifier: Apache-2.0
"""``spikefloat sweep``: how often designs are right on devices that are not ideal."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from spikefloat.rtl_gen.cli.figures.physics import plot_sweep, swept_knob
from spikefloat.rtl_gen.cli.figures.write import add_plot_option, check_plot
from spikefloat.rtl_gen.cli.options import add_command, add_design_options, add_json_option
from spikefloat.rtl_gen.cli.output import print_json, print_table, tell_files
from spikefloat.rtl_gen.cli.physics_options import (
    add_physics_options,
    add_spiking_options,
    physics_grid,
    targets,
)
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Block
from spikefloat.sim.campaigns.campaign import Cell
from spikefloat.sim.campaigns.store import campaign_rows
from spikefloat.sim.devices.operands import ORDERS
from spikefloat.sim.devices.physics import IDEAL

__all__ = ["add_campaign_options", "register"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "sweep",
        "measure how often designs are right on devices that are not ideal",
        "spikefloat sweep multiply,add --budget w1,w2 --synapse-noise 0.05,0.1 --store noise.db",
        _run,
    )
    add_design_options(parser)
    add_physics_options(parser)
    add_spiking_options(parser)
    add_campaign_options(parser)
    parser.add_argument(
        "--order",
        default=ORDERS[0],
        metavar="O[,O]",
        help="how operands follow each other in the spiking style: random, or provoking (a few "
        "that charge a neuron, then one that it decides wrongly if it leaks too slowly)",
    )
    add_plot_option(parser)
    add_json_option(parser)
    parser.epilog = (
        f"{parser.epilog}\n\nDESIGN, --budget and --objective take several names, "
        f"separated by commas.\nMore designs: {', '.join(entries(Block))}."
    )


def add_campaign_options(parser: argparse.ArgumentParser) -> None:
    """Add what any campaign needs."""
    group = parser.add_argument_group("campaign")
    group.add_argument("--seed", type=int, default=0, help="of all that is random (default: 0)")
    group.add_argument(
        "--precision",
        type=float,
        default=0.005,
        metavar="H",
        help="half-width of the 95 %% confidence interval at which to stop (default: 0.005)",
    )
    group.add_argument(
        "--max-trials",
        type=int,
        default=1 << 20,
        metavar="N",
        help="trials at which to stop in any case (default: 1048576)",
    )
    group.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="processes on this machine; 0 for one on each core (default: 1)",
    )
    group.add_argument(
        "--scheduler", metavar="URL", help="address of a Dask scheduler whose workers to use"
    )
    group.add_argument(
        "--store",
        type=Path,
        metavar="FILE",
        help="SQLite file that keeps results; what is there is not run again",
    )


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Running trials")
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _run(args: argparse.Namespace) -> int:
    cells = [
        Cell(
            target=target,
            physics=physics,
            seed=args.seed,
            precision=args.precision,
            max_trials=args.max_trials,
            order=order,
        )
        for target in targets(args)
        for order in args.order.split(",")
        for physics in physics_grid(args)
    ]
    if args.plot:
        check_plot(args.plot)
        swept_knob(cell.physics.as_dict() for cell in cells)
    with _progress() as progress:
        rows = campaign_rows(
            cells,
            path=args.store,
            workers=args.workers or os.cpu_count() or 1,
            scheduler=args.scheduler,
            progress=progress,
        )
    if args.plot:
        tell_files("drawn", plot_sweep(rows, args.plot))
    if args.json:
        print_json(rows)
        return 0
    ideal = IDEAL.as_dict()
    knobs = [name for name in ideal if any(row[name] != ideal[name] for row in rows)]
    orders = ["order"] if len({row["order"] for row in rows}) > 1 else []
    spiking = ["leak bound"] if any(row["leak_bound"] is not None for row in rows) else []
    columns = [
        "design",
        "library",
        "budget",
        "objective",
        *orders,
        *knobs,
        *spiking,
        "exact %",
        "95 % interval",
        "mean ulp",
        "spikes",
        "trials",
    ]
    print_table(
        f"Exact results, seed {args.seed}",
        columns,
        [
            [
                row["design"],
                row["library"],
                row["budget"],
                row["objective"],
                *(row[name] for name in (*orders, *knobs)),
                *(f"{row['leak_bound']:.4f}" for _ in spiking),
                f"{100 * row['exact_rate']:.2f}",
                f"{100 * row['ci_low']:.2f} ... {100 * row['ci_high']:.2f}",
                "-" if row["mean_ulp"] is None else f"{row['mean_ulp']:.3g}",
                f"{row['spikes_per_operation']:.1f}",
                f"{row['trials']:,}",
            ]
            for row in rows
        ],
        numbers=columns[4:],
    )
    if args.store:
        print(f"kept in {args.store}", file=sys.stderr)
    return 0
