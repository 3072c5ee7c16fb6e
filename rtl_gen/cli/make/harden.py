# SPDX-License-Identifier: Apache-2.0
"""``spikefloat harden``: the cheapest circuit of a design that tolerates a given noise."""

import argparse
from typing import Any

from spikefloat.rtl_gen.checks.hardened import hardened_name, hardened_verilog
from spikefloat.rtl_gen.cli.devices import device_grid, label_columns, targets
from spikefloat.rtl_gen.cli.make.verilog import add_once
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import check_name, refuse
from spikefloat.rtl_gen.designs.names import with_words, word
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import write_files
from spikefloat.sim.campaigns.hardening import find_cheapest
from spikefloat.sim.campaigns.target import Target

__all__ = ["run"]

_COLUMNS = (
    "synapse_noise",
    "membrane_noise",
    "neurons",
    "synapses",
    "depth",
    "exact_rate",
    "ci_low",
    "ci_high",
    "trials",
)


def run(args: argparse.Namespace) -> int:
    """Harden each design for each noise; budgets and objectives compete."""
    groups = _groups(args)
    grid = device_grid(args)
    check_name(args, len(groups) * len(grid))
    if args.output is None:
        refuse(args, "name", "without --output")
    # What else decides on the circuit.
    words = [
        word(name) + word(getattr(args, name.replace("-", "_")))
        for name in ("exact-rate", "cost", "max-synapses", "seed")
        if name in args.given
    ]
    rows: list[dict[str, Any]] = []
    files: dict[str, str] = {}
    for group in groups.values():
        for physics in grid:
            with progress("Hardening") as tell:
                found = find_cheapest(
                    group,
                    physics,
                    exact_rate=args.exact_rate,
                    cost=args.cost,
                    max_synapses=args.max_synapses,
                    seed=args.seed,
                    progress=tell,
                )
            row = {
                **found.target.label,
                "synapse_noise": physics.synapse_noise,
                "membrane_noise": physics.membrane_noise,
                "seed": args.seed,
                **found.result,
            }
            if args.output is not None:
                noise = physics.synapse_noise, physics.membrane_noise
                module = args.name or with_words(
                    hardened_name(found.target.graph.name, *noise), words
                )
                text = hardened_verilog(found, *noise, module=module)
                add_once(files, f"{module}.v", text)
                row["file"] = str(args.output / f"{module}.v")
            rows.append(row)
    if args.output is not None:
        write_files(args.output, files)
    columns = [name for name in label_columns(rows) if name != "objective"] + [*_COLUMNS]
    show(
        args,
        rows,
        Table(
            title="Cheapest circuits that tolerate the noise",
            columns=columns,
            rows=rows,
            keep=_COLUMNS[2:],
        ),
        *(f"written: {row['file']}" for row in rows if "file" in row),
    )
    return 0


def _groups(args: argparse.Namespace) -> dict[tuple[str, object], list[Target]]:
    """Return the circuits of each design with the same results."""
    groups: dict[tuple[str, object], list[Target]] = {}
    for target in targets(args):
        if target.label["flags"] is not None:
            raise InputError(
                f"Flags must be left out of a circuit to be hardened, not {target.label['flags']}"
            )
        groups.setdefault((target.label["design"], target.reference), []).append(target)
    return groups
