# SPDX-License-Identifier: Apache-2.0
"""``spikefloat inject``: noise and faults in the Verilog of designs, under a simulator."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.checks.injection import injected_hardware
from spikefloat.rtl_gen.cli.devices import device_grid, targets
from spikefloat.rtl_gen.cli.output import Table, progress, show
from spikefloat.rtl_gen.cli.selection import refuse
from spikefloat.rtl_gen.cli.simulators import build_folder, simulators
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.campaigns.faults import inject_faults
from spikefloat.sim.campaigns.injection import inject_noise
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.devices.physics import Physics

__all__ = ["run"]

#: Most operations times neurons, which a stimulus holds in memory.
_MAX_STIMULI = 1 << 28

_COLUMNS = (
    "design",
    "library",
    "budget",
    "synapse_noise",
    "membrane_noise",
    "leak",
    "simulator",
    "neurons",
    "spikes",
    "wrong_spikes",
    "operations",
    "exact_rate",
    "ci_low",
    "ci_high",
    "campaign_rate",
    "reproduced",
)
_STUCK_COLUMNS = (
    "design",
    "library",
    "budget",
    "simulator",
    "operands",
    "neurons",
    "stuck_at_0_detected",
    "stuck_at_1_detected",
    "detected_fraction",
)


def run(args: argparse.Namespace) -> int:
    """Inject into each circuit, on each device, in each simulator."""
    selected = targets(args)
    if args.stuck:
        refuse(args, "synapse-noise membrane-noise style residue leak trials", "with --stuck")
    grid = device_grid(args)
    rows: list[dict[str, Any]] = []
    with build_folder(args.build_dir) as folder, progress("Preparing") as tell:
        for simulator in simulators(args.sim):
            for target in selected:
                for physics in grid:
                    place = folder
                    if len(selected) * len(grid) > 1 or args.sim == "both":
                        place = folder / f"{len(rows)}_{target.graph.name}_{simulator}"
                    row = (
                        _stuck(target, simulator, place, args.seed, tell)
                        if args.stuck
                        else _noise(args, target, physics, simulator, place, tell)
                    )
                    rows.append({**target.label, "simulator": simulator, "seed": args.seed, **row})
    title = "Stuck neurons that some operands show" if args.stuck else "Noise in hardware"
    columns = _STUCK_COLUMNS if args.stuck else _COLUMNS
    show(args, rows, Table(title=title, columns=columns, rows=rows, keep=columns[-7:]))
    return 0 if all(row.get("reproduced", True) for row in rows) else 1


def _noise(
    args: argparse.Namespace,
    target: Target,
    physics: Physics,
    simulator: str,
    folder: Path,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    neurons = len(target.graph.neurons)
    if args.trials * neurons > _MAX_STIMULI:
        raise InputError(
            f"Trials of {target.graph.name} must be at most {_MAX_STIMULI // neurons}, as each of "
            f"its {neurons} neurons has noise of its own, not {args.trials}"
        )
    found = inject_noise(
        target,
        physics,
        injected_hardware(target, physics),
        simulator,
        folder,
        seed=args.seed,
        waves=args.trials,
        progress=progress,
    )
    return {
        **physics.as_dict(),
        "neurons": neurons,
        "operations": found.waves,
        "exact_rate": found.exact_rate,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "spikes": found.spikes,
        "wrong_spikes": found.wrong_spikes,
        "campaign_rate": found.cell["exact_rate"],
        "campaign": found.cell,
        "reproduced": found.is_reproduced,
    }


def _stuck(
    target: Target, simulator: str, folder: Path, seed: int, progress: Callable[[str], None]
) -> dict[str, Any]:
    found = inject_faults(
        target,
        injected_hardware(target, Physics()),
        simulator,
        folder,
        seed=seed,
        progress=progress,
    )
    graph = target.graph
    return {
        "neurons": len(found.neurons),
        "operands": found.operands,
        "stuck_at_0_detected": found.detected(0),
        "stuck_at_1_detected": found.detected(1),
        "detected_fraction": found.detected_fraction,
        "by_neuron": [
            {
                "neuron": graph.path(graph.neurons[number]),
                "tries_at_0": own[0],
                "tries_at_1": own[1],
            }
            for number, own in found.tries.items()
        ],
    }
