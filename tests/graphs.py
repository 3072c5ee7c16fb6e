# SPDX-License-Identifier: Apache-2.0
"""Helpers of the tests: making small graphs and evaluating them by the definition of a neuron."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from rtl_gen.neurons.budgets import BUDGETS
from rtl_gen.neurons.builder import Bit, Word
from rtl_gen.neurons.gates import GateLibrary, make_gates
from rtl_gen.neurons.graph import NeuronGraph

#: Each library with each budget that it can be built in.
LIBRARIES_AND_BUDGETS = (
    ("published", "w2"), ("native", "w1"), ("native", "w2"), ("native", "w8"), ("native", "free"))


def evaluate(graph: NeuronGraph, inputs: Mapping[str, NDArray]) -> dict[str, NDArray]:
    """Return the outputs, with each neuron computed as it is defined: sum, then compare."""
    spikes: list[NDArray] = []
    for port in graph.inputs:
        codes = np.asarray(inputs[port.name], dtype=np.int64)
        spikes.extend(codes >> i & 1 for i in range(len(port.nodes)))
    shape = spikes[0].shape
    for neuron in graph.neurons:
        total = np.zeros(shape, dtype=np.int64)
        for source, weight in zip(neuron.sources, neuron.weights, strict=True):
            total += weight * spikes[source]
        spikes.append((total >= neuron.threshold).astype(np.int64))
    return {
        port.name: sum((spikes[node] << i for i, node in enumerate(port.nodes)),
                       np.zeros(shape, dtype=np.int64))
        for port in graph.outputs}


def all_codes(*widths: int) -> tuple[NDArray, ...]:
    """Return every combination of codes of the given widths, one flat array for each operand."""
    grids = np.meshgrid(*(np.arange(1 << width) for width in widths), indexing="ij")
    return tuple(grid.ravel() for grid in grids)


def make_graph(
    function: Callable[..., Sequence[Bit]], widths: Sequence[int], library: str = "native",
    budget: str = "w2", *, simplify: bool = True,
) -> NeuronGraph:
    """Return the graph of ``function(gates, *words)`` over inputs x0, x1, ... and output y."""
    gates: GateLibrary = make_gates("block", library, BUDGETS[budget], simplify=simplify)
    words: list[Word] = [
        gates.builder.input(f"x{i}", width) for i, width in enumerate(widths)]
    gates.builder.output("y", function(gates, *words))
    return gates.builder.build()


def run(
    function: Callable[..., Sequence[Bit]], operands: Sequence[NDArray], widths: Sequence[int],
    library: str = "native", budget: str = "w2",
) -> NDArray:
    """Return ``function`` of the operands, as a graph of the library computes it."""
    graph = make_graph(function, widths, library, budget)
    return evaluate(graph, {f"x{i}": operand for i, operand in enumerate(operands)})["y"]
