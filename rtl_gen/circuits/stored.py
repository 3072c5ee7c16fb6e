# SPDX-License-Identifier: Apache-2.0
"""Small circuits that long searches found, kept as data files and checked when loaded.

Each file in ``data/`` is one circuit; ``index.json`` says what it computes, within which budget,
what it was searched for, and its SHA-256. The searches are in the folder ``search/`` of the
repository; the tests compare every stored circuit with the golden model on all operand pairs.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from rtl_gen.formats import Format, Overflow
from rtl_gen.neurons.budgets import BUDGETS, Budget
from rtl_gen.neurons.builder import NeuronGraphBuilder, Word
from rtl_gen.neurons.gates import GateLibrary
from rtl_gen.neurons.graph import NeuronGraph

__all__ = ["StoredCircuit", "load", "stored_circuits", "use_stored"]

_DATA = files("rtl_gen.circuits") / "data"


@dataclass(frozen=True, kw_only=True)
class StoredCircuit:
    """One entry of the index."""

    file: str  #: Name of the data file.
    operation: str  #: Name of the design.
    format: str
    overflow: str
    budget: str  #: Name of the budget that every neuron keeps.
    objective: str  #: What was searched for: fewest ``neurons`` or least ``depth``.
    neurons: int
    depth: int
    sha256: str  #: Of the data file.


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
        raise ValueError(
            f"Data file {circuit.file} must have SHA-256 {circuit.sha256}, not {digest}")
    description = json.loads(content)
    builder = NeuronGraphBuilder(
        f"{circuit.operation}_{circuit.format}", budget=BUDGETS[circuit.budget])
    lines: list = []
    for name, width in description["inputs"]:
        lines.extend(builder.input(name, width))
    for sources, weights, threshold in description["neurons"]:
        terms = zip((lines[source] for source in sources), weights, strict=True)
        lines.append(builder.neuron(terms, threshold))
    for name, nodes in description["outputs"]:
        builder.output(name, [lines[node] for node in nodes])
    return builder.build()


def use_stored(
    gates: GateLibrary, operation: str, fmt: Format, overflow: Overflow, budget: Budget,
    objective: str, operands: dict[str, Word],
) -> Word | None:
    """Build the best stored circuit for a purpose into a graph and return its result.

    Returns None if there is none. The budget of the circuit may be tighter than the one asked for.
    """
    fitting = [
        circuit for circuit in stored_circuits()
        if (circuit.operation, circuit.format, circuit.overflow) == (
            operation, fmt.name, overflow.value)
        and _within(BUDGETS[circuit.budget], budget)]
    if not fitting:
        return None
    best = min(fitting, key=lambda circuit: (
        (circuit.depth, circuit.neurons) if objective == "depth"
        else (circuit.neurons, circuit.depth)))
    (result,) = gates.builder.embed(load(best), operands).values()
    return result


def _within(inner: Budget, outer: Budget) -> bool:
    """Tell whether keeping one budget means keeping the other."""
    return all(
        allowed is None or (limit is not None and limit <= allowed)
        for limit, allowed in ((inner.max_weight, outer.max_weight),
                               (inner.max_fan_in, outer.max_fan_in)))
