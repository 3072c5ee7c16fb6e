# SPDX-License-Identifier: Apache-2.0
"""Helpers of the tests: making small graphs and evaluating them by the definition of a neuron."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.builder import Bit
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph, Port, Scope

#: Each library with each budget that it can be built in.
LIBRARIES_AND_BUDGETS = (
    ("published", "w2"),
    ("native", "w1"),
    ("native", "w2"),
    ("native", "w8"),
    ("native", "free"),
)


def evaluate_nodes(graph: NeuronGraph, inputs: Mapping[str, NDArray]) -> list[NDArray]:
    """Return the spikes of every node, each neuron computed as it is defined: sum, then compare."""
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
    return spikes


def codes_of(spikes: Sequence[NDArray], port: Port) -> NDArray:
    """Return the codes of a port, from the spikes of every node."""
    return sum(
        (spikes[node] << i for i, node in enumerate(port.nodes)),
        np.zeros(spikes[0].shape, dtype=np.int64),
    )


def evaluate(graph: NeuronGraph, inputs: Mapping[str, NDArray]) -> dict[str, NDArray]:
    """Return the outputs, by the definition of a neuron."""
    spikes = evaluate_nodes(graph, inputs)
    return {port.name: codes_of(spikes, port) for port in graph.outputs}


def all_codes(*widths: int) -> tuple[NDArray, ...]:
    """Return every combination of codes of the given widths, one flat array for each operand."""
    grids = np.meshgrid(*(np.arange(1 << width) for width in widths), indexing="ij")
    return tuple(grid.ravel() for grid in grids)


def make_graph(
    function: Callable[..., Sequence[Bit]],
    widths: Sequence[int],
    library: str = "native",
    budget: str = "w2",
    *,
    simplify: bool = True,
) -> NeuronGraph:
    """Return the graph of ``function(gates, *words)`` over inputs x0, x1, ... and output y."""
    inputs = {f"x{i}": width for i, width in enumerate(widths)}
    return build_graph(
        "block", inputs, function, library=library, budget=BUDGETS[budget], simplify=simplify
    )


def run(
    function: Callable[..., Sequence[Bit]],
    operands: Sequence[NDArray],
    widths: Sequence[int],
    library: str = "native",
    budget: str = "w2",
) -> NDArray:
    """Return ``function`` of the operands, as a graph of the library computes it."""
    graph = make_graph(function, widths, library, budget)
    return evaluate(graph, {f"x{i}": operand for i, operand in enumerate(operands)})["y"]


def raw_graph(
    neurons: Iterable[tuple[Iterable[int], Iterable[int], int]],
    *,
    inputs: Mapping[str, int],
    outputs: Mapping[str, Iterable[int]],
) -> NeuronGraph:
    """Return the graph of these (sources, weights, threshold), without any simplification.

    Input ports are given by their width, output ports by their nodes.
    """
    ports: list[Port] = []
    first = 0
    for name, width in inputs.items():
        ports.append(Port(name, tuple(range(first, first + width))))
        first += width
    return NeuronGraph(
        name="circuit",
        inputs=tuple(ports),
        outputs=tuple(Port(name, tuple(nodes)) for name, nodes in outputs.items()),
        neurons=tuple(
            Neuron(tuple(s), tuple(w), t, 0, f"n[{i}]") for i, (s, w, t) in enumerate(neurons)
        ),
        scopes=(Scope((), ()),),
    )


def random_graph(
    rng: random.Random, *, neurons: int, fan_in: int, weight: int, width: int = 5
) -> NeuronGraph:
    """Return random neurons, constants among them, with repeated bits at the outputs y and z."""
    made: list[tuple[list[int], list[int], int]] = []
    for index in range(neurons):
        nodes = 2 * width + index
        sources = rng.sample(range(nodes), rng.randint(0, min(fan_in, nodes)))
        weights = [rng.choice((-1, 1)) * rng.randint(1, weight) for _ in sources]
        low, high = sum(w for w in weights if w < 0), sum(w for w in weights if w > 0)
        made.append((sources, weights, rng.randint(low, high + 1)))
    nodes = 2 * width + neurons
    y = [nodes - 1, nodes - 1, 0, *(rng.randrange(nodes) for _ in range(12))]
    return raw_graph(made, inputs={"a": width, "b": width}, outputs={"y": y, "z": y[3:5]})
