# SPDX-License-Identifier: Apache-2.0
"""``spikefloat criticality``: which neurons matter most, and whether stuck ones are found."""

import argparse
from typing import Any

from spikefloat.rtl_gen.cli.figures.physics import plot_criticality
from spikefloat.rtl_gen.cli.figures.write import add_plot_option, check_plot
from spikefloat.rtl_gen.cli.options import add_command, add_design_options, add_json_option
from spikefloat.rtl_gen.cli.output import print_json, print_table, tell_files, tracked
from spikefloat.rtl_gen.cli.physics_options import targets
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.campaigns.criticality import find_criticality
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.devices.operands import operand_sample

__all__ = ["register"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "criticality",
        "say whose mistakes reach the output, and how many stuck neurons show",
        "spikefloat criticality multiply --library published --top 5",
        _run,
    )
    add_design_options(parser)
    parser.add_argument(
        "--top",
        type=int,
        default=10,
        metavar="N",
        help="how many neurons to print in a table (default: 10)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=0,
        help="of the operands, where they are too many to try all (default: 0)",
    )
    add_plot_option(parser)
    add_json_option(parser)


def _figures(target: Target, seed: int) -> dict[str, Any]:
    graph = target.graph
    operands = operand_sample(graph, seed)
    found = find_criticality(graph, operands)
    neurons: list[dict[str, Any]] = []
    for exposure in found.exposures:
        neuron = graph.neurons[exposure.node - graph.input_count]
        neurons.append(
            {
                "neuron": "/".join((*graph.scopes[neuron.scope].path, neuron.name)),
                "node": exposure.node,
                "layer": graph.layers[exposure.node],
                "sources": list(dict.fromkeys(neuron.sources)),
                "critical": exposure.critical,
                "silent": exposure.silent,
                "firing": exposure.firing,
            }
        )
    count = len(neurons)
    return {
        **target.label,
        "operands": len(next(iter(operands.values()))),
        "neurons": count,
        "mean_critical": sum(row["critical"] for row in neurons) / count,
        "stuck_at_0_detected": found.detected(0),
        "stuck_at_1_detected": found.detected(1),
        "detected_fraction": (found.detected(0) + found.detected(1)) / (2 * count),
        "by_neuron": neurons,
    }


def _run(args: argparse.Namespace) -> int:
    check_plot(args.plot)
    chosen = targets(args)
    if args.plot and len(chosen) != 1:
        raise InputError(f"Circuits must be one for a picture, not {len(chosen)}")
    rows = [_figures(target, args.seed) for target in tracked(chosen, "Inverting neurons")]
    if args.plot:
        tell_files("drawn", plot_criticality(rows[0], args.plot))
    if args.json:
        print_json(rows[0] if len(rows) == 1 else rows)
        return 0
    for row in rows:
        title = (
            f"{row['design']}, {row['library']}: {row['operands']:,} operands; of "
            f"{row['neurons']} neurons stuck at 0, {row['stuck_at_0_detected']} are detected, "
            f"at 1, {row['stuck_at_1_detected']}"
        )
        worst = sorted(row["by_neuron"], key=lambda neuron: -neuron["critical"])[: args.top]
        shares = ("wrong if inverted %", "stuck at 0 %", "stuck at 1 %")
        print_table(
            title,
            ("neuron", "node", *shares),
            [
                (
                    n["neuron"],
                    n["node"],
                    f"{100 * n['critical']:.2f}",
                    f"{100 * n['firing']:.2f}",
                    f"{100 * n['silent']:.2f}",
                )
                for n in worst
            ],
            numbers=("node", *shares),
        )
    return 0
