# SPDX-License-Identifier: Apache-2.0
"""Circuits with what they have to compute, as campaigns run them."""

from dataclasses import replace
from typing import Any

from spikefloat.rtl_gen.checks.golden import golden_operation
from spikefloat.rtl_gen.checks.verifying.graphs import bench_ways
from spikefloat.rtl_gen.designs.catalog import find_entry
from spikefloat.rtl_gen.designs.design import Block
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.labels import labels
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.rtl_gen.neurons.graph import Port
from spikefloat.sim.campaigns.target import (
    FloatReference,
    IntegerReference,
    RoundedReference,
    Target,
    graph_target,
)

__all__ = ["block_target", "design_target"]

#: What tells a circuit from others, in rows of campaigns; None for what does not apply.
LABELS = (
    "design",
    "format",
    "format_2",
    "to",
    "overflow",
    "library",
    "budget",
    "objective",
    "rounding",
    "random_bits",
    "flags",
    "nan",
)


def block_target(name: str) -> Target:
    """Return a block of the catalogue, made of the gates of the paper.

    Raises
    ------
    InputError
        If there is no such block.
    """
    block = find_entry(name, Block)
    graph = build_graph(
        name if block.operation == "sum" else f"{name}_gate",
        block.inputs,
        block.circuit,
        library=Library.PUBLISHED,
        simplify=False,
    )
    return Target(
        label={
            **dict.fromkeys(LABELS),
            "design": name,
            "format": "-",
            "library": Library.PUBLISHED,
            "budget": "-",
            "objective": "-",
        },
        graph=graph,
        reference=IntegerReference(operation=block.operation),
    )


def design_target(instance: Instance | SavedCircuit) -> Target:
    """Return a float design; or the circuit of a file, which is compared with itself."""
    if isinstance(instance, SavedCircuit):
        target = graph_target(instance.graph)
        label = {**dict.fromkeys(LABELS), **target.label, "design": instance.path}
        return replace(target, label=label)
    circuit = instance.circuit
    own = labels(instance)
    label = {
        **{name: own[name] for name in LABELS},
        "budget": circuit.budget.name if circuit.library is Library.NATIVE else "-",
        "objective": circuit.objective,
    }
    what: dict[str, Any] = {
        "operation": golden_operation(instance),
        "fmt": circuit.format,
        "overflow": circuit.overflow,
        "to": circuit.to,
    }
    ways = bench_ways(instance)
    if ways.is_usual:
        return Target(label=label, graph=instance.graph, reference=FloatReference(**what))
    graph = instance.graph
    if len(graph.outputs) > 1:  # The flags stand above the result.
        nodes = tuple(node for port in graph.outputs for node in port.nodes)
        graph = replace(graph, outputs=(Port("results", nodes),))
    return Target(label=label, graph=graph, reference=RoundedReference(**what, ways=ways))
