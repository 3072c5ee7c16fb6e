# SPDX-License-Identifier: Apache-2.0
"""Small circuits that long searches found, kept as data files and checked when loaded.

Each file in ``data/`` is one circuit; ``index.json`` says what it computes, within which budget,
how it was found, and its SHA-256. Of one kind and budget, those are kept that no other is as good
as in both neurons and depth, and one for each objective of lookup tables. The searches are in the
folder ``search/`` of the repository; the tests compare every stored circuit with the golden model
for all operands.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, CHIPS, Budget
from spikefloat.rtl_gen.neurons.builder import Bit, NeuronGraphBuilder
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.graph_files import parse_graph

__all__ = ["StoredCircuit", "fitting_circuits", "load", "read_graph", "stored_circuits"]

_DATA = files("spikefloat.rtl_gen.circuits") / "data"


@dataclass(frozen=True, kw_only=True)
class StoredCircuit:
    """One entry of the index."""

    file: str  #: Name of the data file.
    operation: str  #: Name of the design.
    format: str
    overflow: str  #: Policies that it keeps, with commas between them.
    budget: str  #: Name of the budget that every neuron keeps.
    origin: str  #: How it was found, in a few words.
    neurons: int
    depth: int
    sha256: str  #: Of the data file.
    #: What it was searched for: ``neurons`` (or depth, which is the same kind), ``luts``, ``fmax``.
    objective: str = "neurons"

    @property
    def policies(self) -> tuple[str, ...]:
        """Overflow policies that it keeps; they have one result for every operand."""
        return tuple(self.overflow.split(","))


@lru_cache
def stored_circuits() -> tuple[StoredCircuit, ...]:
    """Return every entry of the index."""
    entries = json.loads((_DATA / "index.json").read_text(encoding="utf-8"))
    return tuple(StoredCircuit(**entry) for entry in entries)


@lru_cache(maxsize=64)
def load(circuit: StoredCircuit) -> NeuronGraph:
    """Return the neuron graph of a data file.

    Raises
    ------
    ValueError
        If the file is not the one the index speaks of, or breaks its budget.
    """
    content = (_DATA / circuit.file).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != circuit.sha256:
        raise InputError(
            f"Data file {circuit.file} must have SHA-256 {circuit.sha256}, not {digest}"
        )
    graph, budget = (
        parse_graph(content.decode(), f"Data file {circuit.file}"),
        BUDGETS[circuit.budget],
    )
    for neuron in graph.neurons:
        if not budget.allows(neuron.weights):
            raise InputError(
                f"Neuron {graph.name}/{neuron.name} must keep budget {budget}, "
                f"not use weights {neuron.weights}"
            )
    return graph


def read_graph(description: dict[str, Any], name: str, budget: Budget) -> NeuronGraph:
    """Return the neuron graph that a search gives, as plain data.

    Parameters
    ----------
    description : dict
        ``inputs`` (port and width), ``neurons`` (sources, weights, threshold) and ``outputs`` (port
        and nodes).
    name : str
        Name of the circuit.
    budget : Budget
        Limits of each neuron.

    Raises
    ------
    ValueError
        If a neuron breaks the budget.
    """
    builder = NeuronGraphBuilder(name, budget=budget)
    lines: list[Bit] = []
    for port, width in description["inputs"]:
        lines.extend(builder.input(port, width))
    for sources, weights, threshold in description["neurons"]:
        terms = zip((lines[source] for source in sources), weights, strict=True)
        lines.append(builder.neuron(terms, threshold))
    for port, nodes in description["outputs"]:
        builder.output(port, [lines[node] for node in nodes])
    return builder.build()


def fitting_circuits(
    operation: str, fmt: Format, overflow: Overflow, budget: Budget, objective: str = "neurons"
) -> tuple[StoredCircuit, ...]:
    """Return the stored circuits of an objective that compute an operation and keep a budget.

    The budget of a circuit may be tighter than the one asked for. Within the limits of a chip it
    may also be a wider one, if its neurons happen to keep them.
    """
    return tuple(
        circuit
        for circuit in stored_circuits()
        if (circuit.operation, circuit.format, circuit.objective)
        == (operation, fmt.name, objective)
        and overflow.value in circuit.policies
        and _keeps(circuit, budget)
    )


def _keeps(circuit: StoredCircuit, budget: Budget) -> bool:
    if BUDGETS[circuit.budget].is_within(budget):
        return True
    return budget.name in CHIPS and budget.holds(load(circuit))
