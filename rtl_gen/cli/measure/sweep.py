# SPDX-License-Identifier: Apache-2.0
"""``spikefloat sweep``: how often designs are right on devices that are not ideal."""

import argparse
import os

from spikefloat.rtl_gen.cli.devices import label_columns, targets
from spikefloat.rtl_gen.cli.figures.sweep import plot_sweep, swept_knob
from spikefloat.rtl_gen.cli.figures.write import check_plot
from spikefloat.rtl_gen.cli.output import Table, note, progress, show
from spikefloat.rtl_gen.cli.presets import list_devices, named_grid, on_device
from spikefloat.sim.campaigns.campaign import Cell
from spikefloat.sim.campaigns.store import campaign_rows
from spikefloat.sim.devices.physics import IDEAL

__all__ = ["run"]

_FIGURES = (
    "operand_leak_bound",
    "exact_rate",
    "ci_low",
    "ci_high",
    "mean_ulp",
    "spikes_per_operation",
    "trials",
)


def run(args: argparse.Namespace) -> int:
    """Run a campaign cell for each circuit on each device."""
    if args.list_devices:
        return list_devices(args)
    grid = named_grid(args)
    cells = [
        Cell(
            target=on_device(target, preset),
            physics=physics,
            seed=args.seed,
            precision=args.precision,
            max_trials=args.trials,
            order=order,
        )
        for target in targets(args)
        for order in args.order
        for preset, physics in grid
        if physics.style == "spiking" or order == "random"
    ]
    if args.plot:
        check_plot(args.plot)
        swept_knob(cell.physics.as_dict() for cell in cells)
    with progress("Running trials") as tell:
        rows = campaign_rows(
            cells,
            path=args.store,
            workers=args.workers or os.cpu_count() or 1,
            scheduler=args.scheduler,
            progress=tell.count,
        )
    if args.plot:
        note(f"drawn: {', '.join(map(str, plot_sweep(rows, args.plot)))}")
    ideal = IDEAL.as_dict()
    columns = [
        *label_columns(rows),
        "order",
        *(name for name in ideal if any(row[name] != ideal[name] for row in rows)),
        *_FIGURES,
    ]
    title = f"Exact results, seed {args.seed}"
    show(args, rows, Table(title=title, columns=columns, rows=rows, keep=_FIGURES))
    if args.store:
        note(f"kept in {args.store}")
    return 0
