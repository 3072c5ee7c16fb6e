# SPDX-License-Identifier: Apache-2.0
"""``spikefloat criticality``: which neurons matter most, and whether stuck ones are found."""

import argparse
from typing import Any

from spikefloat.rtl_gen.cli.devices import targets
from spikefloat.rtl_gen.cli.figures.criticality import plot_criticality
from spikefloat.rtl_gen.cli.figures.write import check_plot
from spikefloat.rtl_gen.cli.output import Table, note, show, tracked
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.campaigns.criticality import find_criticality
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.devices.operands import operand_sample

__all__ = ["run"]

_COLUMNS = ("neuron", "node", "critical", "firing", "silent")


def run(args: argparse.Namespace) -> int:
    """Invert every neuron of each circuit."""
    check_plot(args.plot)
    selected = targets(args)
    if args.plot and len(selected) != 1:
        raise InputError(f"Circuits must be one for a picture, not {len(selected)}")
    rows = [_figures(target, args.seed) for target in tracked(selected, "Inverting neurons")]
    if args.plot:
        note(f"drawn: {', '.join(map(str, plot_criticality(rows[0], args.plot)))}")
    tables = [
        Table(
            title=f"{row['design']}, {row['library']}: {row['operands']:,} operands; of "
            f"{row['neurons']} neurons stuck at 0, {row['stuck_at_0_detected']} are detected, "
            f"at 1, {row['stuck_at_1_detected']}; share of operands with a wrong result if a "
            "neuron is inverted (critical), if it is stuck at 0 (firing), or at 1 (silent)",
            columns=_COLUMNS,
            keep=_COLUMNS,
            rows=sorted(row["by_neuron"], key=lambda one: -one["critical"])[: args.rows],
        )
        for row in rows
    ]
    show(args, rows, *tables)
    return 0


def _figures(target: Target, seed: int) -> dict[str, Any]:
    graph = target.graph
    operands = operand_sample(graph, seed)
    found = find_criticality(graph, operands)
    neurons: list[dict[str, Any]] = []
    for exposure in found.exposures:
        neuron = graph.neurons[exposure.node - graph.input_count]
        neurons.append(
            {
                "neuron": graph.path(neuron),
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
        "seed": seed,
        "neurons": count,
        "mean_critical": sum(row["critical"] for row in neurons) / count,
        "stuck_at_0_detected": found.detected(0),
        "stuck_at_1_detected": found.detected(1),
        "detected_fraction": (found.detected(0) + found.detected(1)) / (2 * count),
        "by_neuron": neurons,
    }
