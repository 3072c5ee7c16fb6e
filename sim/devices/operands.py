# SPDX-License-Identifier: Apache-2.0
"""Operands for devices: all of them, random ones, or waves in an order that residue cannot stand.

Random waves seldom drive a membrane as far as it can go, so a stream of them that is right proves
little. A provoking order does it on purpose: again and again it takes a neuron, charges it with a
few waves, and then sends one that it decides wrongly if it leaks too slowly.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.residue import graph_leak_bound, leak_bound, provocation
from spikefloat.sim.graphs.sums import sums_met

__all__ = [
    "MAX_OPERANDS",
    "ORDERS",
    "all_operands",
    "circuit_leak_bound",
    "operand_sample",
    "provoking_waves",
    "random_operands",
]

#: How operands follow each other: evenly drawn, or made to drive neurons to errors.
ORDERS = ("random", "provoking")

#: All operands are looked at if there are no more than these; else as many random ones.
MAX_OPERANDS = 1 << 16

#: Waves for one neuron, of which the last is the probe.
_SEGMENT = 8

Codes = dict[str, NDArray[np.int64]]


class _Way(NamedTuple):
    """Operands that charge a neuron, and operands that then probe it, by their number."""

    charges: NDArray[np.int64]
    probes: NDArray[np.int64]


def all_operands(graph: NeuronGraph) -> Codes:
    """Return all combinations of codes at the inputs."""
    widths = {port.name: len(port.nodes) for port in graph.inputs}
    rest = np.arange(1 << sum(widths.values()))
    codes = {}
    for name, width in widths.items():
        codes[name] = rest & (1 << width) - 1
        rest = rest >> width
    return codes


def operand_sample(graph: NeuronGraph, seed: int = 0) -> Codes:
    """Return all combinations of codes at the inputs, or random ones if they are too many."""
    if 1 << graph.input_count <= MAX_OPERANDS:
        return all_operands(graph)
    return random_operands(graph, MAX_OPERANDS, np.random.Generator(np.random.PCG64(seed)))


def random_operands(graph: NeuronGraph, count: int, rng: np.random.Generator) -> Codes:
    """Return codes for every input, drawn evenly."""
    return {port.name: rng.integers(0, 1 << len(port.nodes), count) for port in graph.inputs}


def provoking_waves(
    graph: NeuronGraph, reset: str, shape: tuple[int, int], rng: np.random.Generator
) -> Codes:
    """Return codes for streams of waves that charge neurons and then probe them.

    Which neuron, and by which of its suitable operands, is drawn evenly for every eight waves.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    reset : str
        One of :data:`spikefloat.rtl_gen.neurons.residue.RESETS`.
    shape : tuple of int
        Number of waves and of streams.
    rng : numpy.random.Generator
        Where random numbers come from.

    Returns
    -------
    dict
        Codes for each input, flat, wave by wave.

    Raises
    ------
    ValueError
        If no neuron can be driven to an error, or there are too few waves to do so.
    """
    waves, streams = shape
    if waves < 2:
        raise InputError(f"Waves must be 2 or more for a provoking order, not {waves}")
    sample, ways = _ways(graph, reset)
    if not ways:
        raise InputError(
            f"Order of operands must be random for {graph.name}, which stands any leak below 1, "
            "not 'provoking'"
        )
    selected = np.empty(shape, np.int64)
    length = min(_SEGMENT, waves)
    for start in range(0, waves, length):
        who = rng.integers(0, len(ways), streams)
        # As many draws for whichever neuron it is, so that streams do not shift each other.
        luck = rng.random((length, streams))
        for index, way in enumerate(ways):
            mine = np.flatnonzero(who == index)
            selected[start : start + length - 1, mine] = _pick(way.charges, luck[:-1, mine])
            selected[start + length - 1, mine] = _pick(way.probes, luck[-1, mine])
    return {name: codes[selected.ravel()] for name, codes in sample.items()}


@lru_cache(maxsize=64)
def circuit_leak_bound(graph: NeuronGraph, reset: str) -> float:
    """Return the leak below which a circuit is exact whatever waves come, if nothing is noisy.

    Neurons meet the sums that all the operands give them; for a circuit with too many operands,
    all sums that their weights allow.
    """
    sums = None
    if 1 << graph.input_count <= MAX_OPERANDS:
        sums = sums_met(graph, operand_sample(graph))
    return float(graph_leak_bound(graph, reset, sums=sums).bound)


def _pick(numbers: NDArray[np.int64], luck: NDArray[np.float64]) -> NDArray[np.int64]:
    return numbers[(luck * len(numbers)).astype(np.int64)]


@lru_cache(maxsize=4)
def _ways(graph: NeuronGraph, reset: str) -> tuple[Codes, list[_Way]]:
    """Return operands, and for each neuron that can be made to err how they do it."""
    sample = operand_sample(graph)
    fired = [
        (codes >> bit & 1).astype(np.int8)
        for name, codes in sample.items()
        for bit in range(len(graph.input(name).nodes))
    ]
    ways = []
    for _, neuron in graph.numbered_neurons():
        total = np.zeros(len(fired[0]), np.int32)
        for source, weight in zip(neuron.sources, neuron.weights, strict=True):
            total += np.int32(weight) * fired[source]
        fired.append((total >= neuron.threshold).view(np.int8))
        sums = frozenset(np.unique(total).tolist())
        if leak_bound(neuron.weights, neuron.threshold, reset, sums=sums) == 1:
            continue
        way = provocation(neuron.weights, neuron.threshold, reset, sums=sums)
        assert way is not None  # there is one wherever the bound is below 1
        ways.append(_Way(np.flatnonzero(total == way.charge), np.flatnonzero(total == way.probe)))
    return sample, ways
