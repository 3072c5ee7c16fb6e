# SPDX-License-Identifier: Apache-2.0
"""Random walks from known circuits towards fewer neurons or less depth."""

from collections.abc import Callable
from pathlib import Path

from spikefloat.rtl_gen.circuits.small.alternatives import CONSTRUCTIONS, build_construction
from spikefloat.rtl_gen.circuits.small.stored import StoredCircuit, load, stored_circuits
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.mapping.aig import Circuit, WordPort, circuit_of_table
from spikefloat.rtl_gen.mapping.mapper import map_circuit
from spikefloat.rtl_gen.neurons.budgets import find_budget
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

from .store import DATA, all_results, describe_graph, store
from .walk import Step, walk

__all__ = ["shrink", "start_of", "table_of"]


def start_of(operation: str, fmt: str, overflow: str, budget: str, start: str) -> NeuronGraph:
    """Return the circuit that a walk begins with.

    Parameters
    ----------
    operation, fmt, overflow, budget : str
        What it computes, and within what.
    start : str
        ``structured``; ``table``, the golden model's table of an operation with few operands,
        mapped; the name of a construction; or the data file of a stored circuit.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    instance = make_instance(operation, format=fmt, overflow=overflow, budget=budget)
    if start == "structured":
        return instance.graph
    if start == "table":
        return map_circuit(table_of(instance), find_budget(budget)).graph
    for circuit in stored_circuits():
        if circuit.file == start:
            return load(circuit)
    if start not in CONSTRUCTIONS:
        raise InputError(
            f"Start must be structured, table, {', '.join(CONSTRUCTIONS)} or the name of a "
            f"data file, not {start!r}"
        )
    return build_construction(
        CONSTRUCTIONS[start], instance.circuit.format, instance.circuit.overflow
    )


def table_of(instance: Instance) -> Circuit:
    """Return the logic of an operation's table, which the golden model gives."""
    graph = instance.graph
    inputs = [WordPort(port.name, len(port.nodes)) for port in graph.inputs]
    (output,) = (WordPort(port.name, len(port.nodes)) for port in graph.outputs)
    circuit = instance.circuit
    codes = all_results(instance.design.name, circuit.format, circuit.overflow)
    return circuit_of_table(graph.name, inputs, output, codes)


def shrink(
    operation: str,
    fmt: str,
    overflow: str,
    start: str,
    step: Step,
    *,
    folder: Path = DATA,
    report: Callable[[str], None] | None = None,
) -> StoredCircuit | None:
    """Walk, and store what was found if it is better than what is stored.

    Raises
    ------
    InputError
        If a name is unknown, or the start breaks the budget.
    """
    graph = walk(start_of(operation, fmt, overflow, step.budget, start), step, report=report)
    command = [
        f"python -m search shrink {operation} --format {fmt} --overflow {overflow} "
        f"--budget {step.budget} --start {start} --visits {step.visits} --seed {step.seed}"
    ]
    usual = Step(budget=step.budget, seed=step.seed, visits=step.visits)
    command += [
        f"--{name.replace('_', '-')} {value}"
        for name, value in vars(step).items()
        if value != getattr(usual, name)
    ]
    return store(
        describe_graph(graph),
        operation=operation,
        fmt=fmt,
        overflow=overflow,
        budget=step.budget,
        origin=" ".join(command),
        folder=folder,
    )
