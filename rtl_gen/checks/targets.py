# SPDX-License-Identifier: Apache-2.0
"""Circuits with what they have to compute, as campaigns run them."""

from dataclasses import replace

from spikefloat.rtl_gen.designs.catalog import find_entry
from spikefloat.rtl_gen.designs.design import Block
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import Library
from spikefloat.sim.campaigns.target import FloatReference, IntegerReference, Target, graph_target

__all__ = ["block_target", "design_target"]


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
        return replace(target, label={**target.label, "design": instance.path})
    instance.require_usual_rounding("where devices are not ideal")
    circuit, name = instance.circuit, instance.design.name
    return Target(
        label={
            "design": name,
            "format": circuit.format.name,
            "library": circuit.library,
            "budget": circuit.budget.name if circuit.library is Library.NATIVE else "-",
            "objective": circuit.objective,
        },
        graph=instance.graph,
        reference=FloatReference(
            operation=name, fmt=circuit.format, overflow=circuit.overflow, to=circuit.to
        ),
    )
