# SPDX-License-Identifier: Apache-2.0
"""Putting a circuit among the stored ones: checked for all operands, then written down."""

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import spikefloat.rtl_gen.circuits
from spikefloat.rtl_gen.circuits.small.stored import StoredCircuit, read_graph
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import read_json, write_files
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.formats.records import find_format
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, find_budget
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.graph_text import graph_text
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.sim.golden.operations import expected, find_operation
from spikefloat.sim.graphs.network import Network

__all__ = [
    "DATA",
    "all_operands",
    "all_results",
    "count_wrong",
    "describe_graph",
    "same_policies",
    "store",
]

#: Where the stored circuits are, in the source tree.
DATA = Path(spikefloat.rtl_gen.circuits.__file__).parent / "data"

_INDEX = "index.json"


def all_operands(operation: str, fmt: Format) -> tuple[NDArray[np.int64], ...]:
    """Return an array for each operand, over all combinations; the first changes fastest."""
    widths = find_operation(operation).widths(fmt)
    grid = np.indices([1 << width for width in reversed(widths)])
    return tuple(row.ravel() for row in grid[::-1])


def all_results(operation: str, fmt: Format, overflow: Overflow | str) -> NDArray[np.int64]:
    """Return what the golden model gives for :func:`all_operands`, in the same format."""
    to = fmt if find_operation(operation).converts else None
    return expected(operation, fmt, all_operands(operation, fmt), overflow, to)


def count_wrong(graph: NeuronGraph, operation: str, fmt: str, overflow: str) -> int:
    """Return for how many combinations of operands a circuit differs from the golden model."""
    record = find_format(fmt)
    operands = all_operands(operation, record)
    names = [port.name for port in graph.inputs]
    actual = Network(graph).run(dict(zip(names, operands, strict=True)))["y"]
    return int((actual != all_results(operation, record, overflow)).sum())


def same_policies(operation: str, fmt: str, overflow: str) -> str:
    """Return all overflow policies under which every result is that of one, joined by commas."""
    record = find_format(fmt)
    results = all_results(operation, record, overflow)
    policies = {resolve_overflow(record, p) for p in Overflow if record.has_nan or p.saturates}
    return ",".join(
        policy.value
        for policy in Overflow
        if policy in policies and np.array_equal(results, all_results(operation, record, policy))
    )


def describe_graph(graph: NeuronGraph) -> dict[str, Any]:
    """Return a graph as plain data, the form that a search gives."""
    return {
        "inputs": [[port.name, len(port.nodes)] for port in graph.inputs],
        "neurons": [[list(n.sources), list(n.weights), n.threshold] for n in graph.neurons],
        "outputs": [[port.name, list(port.nodes)] for port in graph.outputs],
    }


def store(
    description: dict[str, Any],
    *,
    operation: str,
    fmt: str,
    overflow: str,
    budget: str,
    origin: str,
    folder: Path = DATA,
    objective: str = "neurons",
) -> StoredCircuit | None:
    """Write a circuit and its line in the index, unless a stored one is as good.

    Stored circuits of the same kind that the new one beats in neurons and depth are removed. Of an
    objective of lookup tables there is one, which the new one replaces.

    Parameters
    ----------
    description : dict
        The circuit, as plain data.
    operation, fmt, overflow, budget : str
        What it computes, and the limits that it keeps.
    origin : str
        How it was found, in a few words.
    folder : Path
        Where to write.
    objective : str
        What it was searched for: ``neurons``, ``luts`` or ``fmax``.

    Returns
    -------
    StoredCircuit or None
        The new entry of the index, or None if an entry has no more neurons and no more depth.

    Raises
    ------
    InputError
        If the circuit breaks its budget, or is wrong for some operands.
    """
    graph = read_graph(description, f"{operation}_{fmt}", find_budget(budget))
    wrong = count_wrong(graph, operation, fmt, overflow)
    if wrong:
        raise InputError(f"Circuit must be exact for all operands, not wrong for {wrong}")
    overflow = same_policies(operation, fmt, overflow)
    metrics = measure(graph)
    listed = folder / _INDEX
    entries = read_json(listed, "Stored circuits") if listed.exists() else []
    index = [StoredCircuit(**entry) for entry in entries]
    rivals = [
        c
        for c in index
        if (c.operation, c.format, c.overflow, c.budget, c.objective)
        == (operation, fmt, overflow, budget, objective)
    ]
    if objective == "neurons":
        if any(c.neurons <= metrics.neurons and c.depth <= metrics.depth for c in rivals):
            return None
        beaten = [c for c in rivals if metrics.neurons <= c.neurons and metrics.depth <= c.depth]
    else:
        beaten = rivals
    content = graph_text(graph)
    entry = StoredCircuit(
        file=(
            f"{operation}_{fmt}_{overflow.replace(',', '_')}_{budget}_"
            + ("" if objective == "neurons" else f"{objective}_")
            + f"{metrics.neurons}x{metrics.depth}.json"
        ),
        operation=operation,
        format=fmt,
        overflow=overflow,
        budget=budget,
        origin=origin,
        neurons=metrics.neurons,
        depth=metrics.depth,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        objective=objective,
    )
    index_text = _index_text([*(c for c in index if c not in beaten), entry])
    write_files(folder, {entry.file: content, _INDEX: index_text})
    for old in beaten:
        if old.file != entry.file:
            (folder / old.file).unlink()
    return entry


def _index_text(circuits: list[StoredCircuit]) -> str:
    """Return the index of circuits, sorted, as JSON."""
    index = sorted(
        circuits,
        key=lambda c: (
            c.operation,
            c.format,
            c.overflow,
            list(BUDGETS).index(c.budget),
            c.objective != "neurons",
            c.objective,
            c.neurons,
        ),
    )
    lines = [asdict(c) for c in index]
    for line in lines:
        if line["objective"] == "neurons":
            del line["objective"]
    return json.dumps(lines, indent=1) + "\n"
