# SPDX-License-Identifier: Apache-2.0
"""``spikefloat inject``: noise and faults in the Verilog of a design, under a simulator."""

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from spikefloat.rtl_gen.checks.injection import injected_hardware
from spikefloat.rtl_gen.cli.options import add_command, add_design_options, add_json_option
from spikefloat.rtl_gen.cli.output import print_json, print_table
from spikefloat.rtl_gen.cli.physics_options import add_spiking_options, spiking_knobs, targets
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import make_folder, temporary_folder
from spikefloat.sim.campaigns.faults import inject_faults
from spikefloat.sim.campaigns.injection import (
    Injection,
    inject_noise,
)
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.devices.physics import Physics

__all__ = ["register"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "inject",
        "repeat a campaign, or stick every neuron, in the Verilog of a design",
        "spikefloat inject multiply --objective neurons --synapse-noise 0.1\n"
        "  spikefloat inject multiply --objective neurons --stuck --sim icarus",
        _run,
    )
    add_design_options(parser)
    parser.add_argument(
        "--stuck",
        action="store_true",
        help="hold every neuron at 0 and at 1, instead of noise, and say which faults show",
    )
    parser.add_argument(
        "--synapse-noise",
        type=float,
        default=0.0,
        metavar="S",
        help="noise on every synapse, in spikes (default: 0)",
    )
    parser.add_argument(
        "--membrane-noise",
        type=float,
        default=0.0,
        metavar="S",
        help="noise on every membrane, in weights of 1 (default: 0)",
    )
    add_spiking_options(parser)
    parser.add_argument(
        "--operations",
        type=int,
        default=16384,
        metavar="N",
        help="how many operations to run in hardware with noise (default: 16384)",
    )
    parser.add_argument(
        "--sim", metavar="S", default="verilator", help="icarus or verilator (default: verilator)"
    )
    parser.add_argument("--seed", type=int, default=0, help="of all that is random (default: 0)")
    parser.add_argument(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        help="folder to keep Verilog, stimuli and logs in (default: none of it is kept)",
    )
    add_json_option(parser)


def _run(args: argparse.Namespace) -> int:
    chosen = targets(args)
    if len(chosen) != 1:
        raise InputError(f"Circuits must be one to inject into, not {len(chosen)}")
    knobs = spiking_knobs(args)
    for name, values in knobs.items():
        if len(values) > 1:
            raise InputError(f"Physics {name} must have one value here, not {len(values)}")
    physics = Physics(
        synapse_noise=args.synapse_noise,
        membrane_noise=args.membrane_noise,
        **{name: values[0] for name, values in knobs.items()},
    )
    if args.stuck and physics != Physics():
        raise InputError(
            f"Noise and style must be left out where neurons are stuck, not {physics!r}"
        )
    console = Console(stderr=True)
    with (
        temporary_folder() as scratch,
        console.status("Preparing") as status,
    ):
        folder = make_folder(args.output or scratch)
        if args.stuck:
            return _stuck(args, chosen[0], folder, status.update)
        found = inject_noise(
            chosen[0],
            physics,
            injected_hardware(chosen[0], physics),
            args.sim,
            folder,
            seed=args.seed,
            waves=args.operations,
            progress=status.update,
        )
    return _show_noise(args, chosen[0], physics, found)


def _show_noise(
    args: argparse.Namespace, target: Target, physics: Physics, found: Injection
) -> int:
    row: dict[str, Any] = {
        **target.label,
        **physics.as_dict(),
        "seed": args.seed,
        "simulator": args.sim,
        "operations": found.waves,
        "exact_rate": found.exact_rate,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "spikes": found.spikes,
        "wrong_spikes": found.wrong_spikes,
        "campaign": found.cell,
        "reproduced": found.is_reproduced,
    }
    if args.json:
        print_json(row)
    else:
        columns = ["where", "operations", "exact %", "95 % interval"]
        print_table(
            f"{target.label['design']}, {len(target.graph.neurons)} neurons: "
            f"{found.wrong_spikes} of {found.spikes:,} spikes differ from those of the device",
            columns,
            [
                [
                    where,
                    f"{count:,}",
                    f"{100 * one['exact_rate']:.2f}",
                    f"{100 * one['ci_low']:.2f} ... {100 * one['ci_high']:.2f}",
                ]
                for where, count, one in (
                    (f"hardware ({args.sim})", found.waves, row),
                    ("campaign cell", found.cell["trials"], found.cell),
                )
            ],
            numbers=columns[1:],
        )
    return 0 if found.is_reproduced else 1


def _stuck(args: argparse.Namespace, target: Target, folder: Path, progress: Any) -> int:
    found = inject_faults(
        target,
        injected_hardware(target, Physics()),
        args.sim,
        folder,
        seed=args.seed,
        progress=progress,
    )
    graph = target.graph
    row: dict[str, Any] = {
        **target.label,
        "seed": args.seed,
        "simulator": args.sim,
        "neurons": len(found.neurons),
        "operands": found.operands,
        "stuck_at_0_detected": found.detected(0),
        "stuck_at_1_detected": found.detected(1),
        "detected_fraction": found.detected_fraction,
        "by_neuron": [
            {
                "neuron": "/".join(
                    (*graph.scopes[graph.neurons[number].scope].path, graph.neurons[number].name)
                ),
                "tries_at_0": own[0],
                "tries_at_1": own[1],
            }
            for number, own in found.tries.items()
        ],
    }
    if args.json:
        print_json(row)
        return 0
    columns = [
        "design",
        "library",
        "budget",
        "neurons",
        "stuck_at_0_detected",
        "stuck_at_1_detected",
        "detected %",
    ]
    print_table(
        f"Stuck neurons that some of {found.operands:,} operands show ({args.sim})",
        columns,
        [[*(row[c] for c in columns[:-1]), f"{100 * row['detected_fraction']:.2f}"]],
        numbers=columns[3:],
    )
    return 0
