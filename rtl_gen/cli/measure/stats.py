# SPDX-License-Identifier: Apache-2.0
"""``spikefloat stats``: neurons, depth, synapses, weights and margins of a design."""

import argparse

from spikefloat.rtl_gen.cli.clocked import ClockedInstance, add_clocked_options, clocked_instances
from spikefloat.rtl_gen.cli.options import (
    add_command,
    add_design_options,
    add_json_option,
    selections,
)
from spikefloat.rtl_gen.cli.output import print_json, print_table
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Cell
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import Style
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.metrics import measure, neurons_by_scope
from spikefloat.rtl_gen.neurons.residue import graph_leak_bound
from spikefloat.rtl_gen.rtl.temporal.engine import TEMPORAL
from spikefloat.rtl_gen.rtl.timing.balance import balance
from spikefloat.rtl_gen.rtl.timing.pipeline import cut

__all__ = ["register"]


def register(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "stats",
        "count neurons, depth and synapses of a design",
        "spikefloat stats multiply --library published --json",
        _run,
    )
    add_design_options(parser)
    add_clocked_options(parser)
    add_json_option(parser)


def _figures(instance: Instance) -> dict:
    options, hardware = instance.circuit, instance.hardware
    if hardware.style is Style.TEMPORAL:
        return _temporal_figures(instance)
    graph = instance.graph
    return {
        "design": instance.design.name,
        "format": options.format.name,
        **({"to": options.to.name} if options.to else {}),
        "overflow": options.overflow.value,
        "library": options.library,
        "budget": options.budget.name,
        "objective": options.objective,
        **measure(graph).as_dict(),
        **(_pipeline_figures(graph, hardware.stages) if hardware.stages else {}),
        **(_spiking_figures(instance, graph) if hardware.style is Style.SPIKING else {}),
        "scopes": neurons_by_scope(graph),
    }


#: Figures of clocked hardware, which have a table of their own.
_CLOCKED = (
    "latency",
    "initiation_interval",
    "registers",
    "lut_levels",
    "delays",
    "leak_bound",
    "leak_bound_hard",
)


def _pipeline_figures(graph: NeuronGraph, stages: int) -> dict:
    pipeline = cut(graph, stages)
    return {
        "latency": pipeline.latency,
        "initiation_interval": 1,
        "registers": pipeline.registers,
        "lut_levels": pipeline.worst,
    }


def _spiking_figures(instance: Instance, graph: NeuronGraph) -> dict:
    hardware = make_hardware(instance)
    return {
        "latency": hardware.latency,
        "initiation_interval": hardware.initiation_interval,
        "registers": hardware.registers,
        "delays": balance(graph).delays,
        "leak_bound": str(graph_leak_bound(graph).bound),
        "leak_bound_hard": str(graph_leak_bound(graph, "hard").bound),
    }


def _temporal_figures(instance: Instance) -> dict:
    hardware = make_hardware(instance)
    neurons = TEMPORAL[instance.design.name].neurons
    return {
        "design": instance.design.name,
        "format": instance.circuit.format.name,
        "overflow": instance.circuit.overflow.value,
        "style": instance.hardware.style,
        "neurons": neurons,
        "latency": hardware.latency,
        "initiation_interval": hardware.initiation_interval,
        "scopes": {hardware.module: neurons},
    }


def _clocked_figures(instance: ClockedInstance) -> dict:
    return {
        **instance.labels,
        "neurons": instance.neurons,
        "latency": instance.latency,
        "scopes": {instance.module: instance.neurons},
    }


def _run(args: argparse.Namespace) -> int:
    clocked = clocked_instances(args)
    chosen = [] if args.design in entries(Cell) else selections(args)
    results = [*map(_figures, chosen), *map(_clocked_figures, clocked)]
    if args.json:
        print_json(results[0] if len(results) == 1 else results)
        return 0
    names = list(dict.fromkeys(name for row in results for name in row if name != "scopes"))
    columns = [name for name in names if name not in _CLOCKED]
    numbers = names[names.index("neurons") :]
    print_table(
        "Circuits",
        columns,
        [
            [f"{row[c]:.3g}" if isinstance(row.get(c), float) else row.get(c, "-") for c in columns]
            for row in results
        ],
        numbers=numbers,
    )
    clocked = [name for name in names if name in _CLOCKED]
    if clocked:
        columns = ["design", "format", *clocked]
        print_table(
            "Clocked hardware",
            columns,
            [[row.get(column, "-") for column in columns] for row in results],
            numbers=numbers,
        )
    if len(results) == 1:
        print_table(
            "Neurons by scope",
            ("scope", "neurons"),
            list(results[0]["scopes"].items()),
            numbers=("neurons",),
        )
    return 0
