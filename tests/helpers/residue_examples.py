# SPDX-License-Identifier: Apache-2.0
"""Circuits and orders of operands that show what residue does."""

from fractions import Fraction
from math import ceil

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph, Port, Scope
from spikefloat.rtl_gen.neurons.residue import graph_leak_bound, leak_bound, provocation
from spikefloat.sim.graphs.sums import sums_met
from tests.helpers.graphs import all_codes, evaluate_nodes

__all__ = [
    "GATES",
    "gate_graph",
    "just_inside",
    "just_outside",
    "met_sums",
    "provoking_order",
    "single_neuron",
]

#: Published gates, and what they should give.
GATES = {"and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor}

#: How often a neuron is charged; then less than a thousandth of the way is left, at a leak of 1/8.
CHARGES = 8


def gate_graph(name: str) -> NeuronGraph:
    """Return a published gate."""
    neurons = {
        "and": [Neuron((0, 1), (1, 1), 2, 0, "both")],
        "or": [Neuron((0, 1), (1, 1), 1, 0, "either")],
        "xor": [Neuron((0, 1), (1, 1), 2, 0, "both"), Neuron((0, 1, 2), (1, 1, -2), 1, 0, "one")],
    }[name]
    return NeuronGraph(
        f"{name}_gate",
        (Port("a", (0,)), Port("b", (1,))),
        (Port("y", (1 + len(neurons),)),),
        tuple(neurons),
        (Scope((), ()),),
    )


def single_neuron(weights: tuple[int, ...], threshold: int) -> NeuronGraph:
    """Return one neuron, with a bit of ``a`` for each synapse."""
    count = len(weights)
    return NeuronGraph(
        "one_neuron",
        (Port("a", tuple(range(count))),),
        (Port("y", (count,)),),
        (Neuron(tuple(range(count)), weights, threshold, 0, "n"),),
        (Scope((), ()),),
    )


def just_inside(bound: Fraction, bits: int = 8) -> Fraction:
    """Return the largest leak of so many bits below a bound."""
    return Fraction(ceil(bound * 2**bits) - 1, 2**bits)


def just_outside(bound: Fraction, bits: int = 8) -> Fraction:
    """Return the smallest leak of so many bits above a bound."""
    return Fraction(int(bound * 2**bits) + 1, 2**bits)


def met_sums(graph: NeuronGraph) -> dict[int, frozenset[int]]:
    """Return the sums that the neurons of a circuit of two bytes meet, over all pairs."""
    a, b = all_codes(8, 8)
    return sums_met(graph, {"a": a, "b": b})


def provoking_order(graph: NeuronGraph, reset: str, seed: int, count: int) -> NDArray:
    """Return operand pairs in an order that drives weakest neurons to an error, if any order does.

    Each of ``count`` times, a pair that charges such a neuron comes a few times, and then one that
    probes it.
    """
    a, b = all_codes(8, 8)
    spikes = evaluate_nodes(graph, {"a": a, "b": b})
    met = met_sums(graph)
    bound = graph_leak_bound(graph, reset, sums=met).bound
    source = np.random.default_rng(seed)
    rows = []
    for node, neuron in graph.numbered_neurons():
        if not leak_bound(neuron.weights, neuron.threshold, reset, sums=met[node]) == bound:
            continue
        totals = sum(
            weight * spikes[bit] for bit, weight in zip(neuron.sources, neuron.weights, strict=True)
        )
        sums = provocation(neuron.weights, neuron.threshold, reset, sums=met[node])
        charges = source.choice(np.flatnonzero(totals == sums.charge), count)
        probes = source.choice(np.flatnonzero(totals == sums.probe), count)
        order = np.concatenate([np.repeat(charges[:, None], CHARGES, 1), probes[:, None]], 1)
        rows.append(np.stack([a[order.ravel()], b[order.ravel()]], 1))
    return np.concatenate(rows)
