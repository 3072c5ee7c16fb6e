# SPDX-License-Identifier: Apache-2.0
"""Lookup tables as neurons of budget w2, each by itself, so that synthesis finds the tables again.

A function that one neuron cannot be is peeled: ``f = T(h, some inputs)``, where T is a neuron and h
a function that is free wherever T does not listen to it, hence simpler than f. Where peeling does
not help, f is two functions of fewer inputs and a multiplexer of two neurons.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.circuits.small.stored import read_graph
from spikefloat.rtl_gen.mapping.functions import Weighting, fit, input_table, listing
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

from .table_network import TableNetwork

__all__ = ["neurons_of", "to_graph"]

_BUDGET = BUDGETS["w2"]
_MOST_SOURCES = 4

#: Peels that are followed: by one neuron, and by more.
_ONE_NEURON_TRIES, _TRIES = 400, 12

#: Neurons above which a multiplexer is tried, too.
_MANY = 4


class Spike(NamedTuple):
    """A neuron of a recipe; its sources are inputs of the function, then neurons before it."""

    sources: tuple[int, ...]
    weights: tuple[int, ...]
    threshold: int


#: Neurons in order, the last of which is the function.
Recipe = tuple[Spike, ...]


def to_graph(network: TableNetwork, name: str) -> NeuronGraph:
    """Return a network of lookup tables as a neuron graph of budget w2."""
    nodes = list(range(network.input_count))
    neurons: list[tuple[list[int], list[int], int]] = []
    for sources, truth in network.tables:
        recipe = neurons_of(truth, len(sources))
        lines = [nodes[source] for source in sources]
        for spike in recipe:
            neurons.append(
                ([lines[s] for s in spike.sources], list(spike.weights), spike.threshold)
            )
            lines.append(network.input_count + len(neurons) - 1)
        nodes.append(lines[-1])
    return read_graph(
        {
            "inputs": [list(port) for port in network.inputs],
            "neurons": neurons,
            "outputs": [
                [port, [nodes[node] for node in places]] for port, places in network.outputs
            ],
        },
        name,
        _BUDGET,
    )


def neurons_of(truth: int, inputs: int) -> Recipe:
    """Return neurons that compute a function.

    Parameters
    ----------
    truth : int
        Its truth table.
    inputs : int
        Number of its inputs, up to 6.
    """
    return _solve(truth, ((1 << (1 << inputs)) - 1) ^ truth, inputs, _MOST_SOURCES)


@lru_cache(maxsize=1 << 16)
def _solve(on: int, off: int, inputs: int, patience: int) -> Recipe:
    """Return neurons that fire on some patterns and not on others."""
    neuron = _one(on, off, inputs)
    if neuron is not None:
        return (neuron,)
    places = _needed(on, off, inputs)
    if len(places) < inputs:
        inner = _solve(*_project(on, off, inputs, places), len(places), patience)
        return _place(inner, len(places), places, inputs)
    best = _peel(on, off, inputs, patience) if patience else None
    if best is not None and len(best) <= _MANY:
        return best
    choices = [_multiplex(on, off, inputs, bit, min(patience, 2)) for bit in range(inputs)]
    return min([*([best] if best else []), *choices], key=len)


def _peel(on: int, off: int, inputs: int, patience: int) -> Recipe | None:
    high, low, kinds = _outer(inputs)
    is_one, is_zero = np.uint64(on), np.uint64(off)
    fits = ((high & low & is_zero) == 0) & ((~high & ~low & is_one) == 0)
    listens = high & ~low
    selected = np.nonzero(fits)[0]
    counts = np.bitwise_count(listens[selected] & (is_one | is_zero))
    selected = selected[np.argsort(counts, kind="stable")]
    inner: dict[tuple[int, int], int] = {}
    for index in selected:
        inner.setdefault((int(listens[index] & is_one), int(listens[index] & is_zero)), int(index))
    for (ones, zeros), kind in list(inner.items())[:_ONE_NEURON_TRIES]:
        neuron = _one(ones, zeros, inputs)
        if neuron is not None:
            return (neuron, _listen(kinds[kind], inputs))
    found = [
        (*recipe, _listen(kinds[kind], inputs + len(recipe) - 1))
        for (ones, zeros), kind in list(inner.items())[:_TRIES]
        for recipe in [_solve(ones, zeros, inputs, patience - 1)]
    ]
    return min(found, key=len) if found else None


def _listen(kind: tuple[tuple[int, ...], Weighting], inner: int) -> Spike:
    """Return the outer neuron of a peel, which listens to a node besides some inputs."""
    places, (weights, threshold) = kind
    terms = [
        (place, weight) for place, weight in zip((*places, inner), weights, strict=True) if weight
    ]
    return Spike(tuple(p for p, _ in terms), tuple(w for _, w in terms), threshold)


def _multiplex(on: int, off: int, inputs: int, bit: int, patience: int) -> Recipe:
    """Return ``2 * [then + bit >= 2] + otherwise - bit >= 1``."""
    rest = tuple(place for place in range(inputs) if place != bit)
    high = input_table(bit, inputs)
    then = _solve(*_project(on & high, off & high, inputs, rest), len(rest), patience)
    otherwise = _solve(*_project(on & ~high, off & ~high, inputs, rest), len(rest), patience)
    first = _place(then, len(rest), rest, inputs)
    second = _place(otherwise, len(rest), rest, inputs, len(first))
    last = inputs + len(first) + len(second)
    return (
        *first,
        *second,
        Spike((inputs + len(first) - 1, bit), (1, 1), 2),
        Spike((last, last - 1, bit), (2, 1, -1), 1),
    )


def _place(
    recipe: Recipe, count: int, places: Sequence[int], inputs: int, before: int = 0
) -> Recipe:
    """Return neurons of a function of few inputs as those of one of more."""

    def node(source: int) -> int:
        return places[source] if source < count else source - count + inputs + before

    return tuple(spike._replace(sources=tuple(map(node, spike.sources))) for spike in recipe)


@lru_cache(maxsize=1 << 16)
def _one(on: int, off: int, inputs: int) -> Spike | None:
    """Return a single neuron that fires on some patterns and not on others, if there is one."""
    sizes = (inputs,) if inputs <= _MOST_SOURCES else range(_MOST_SOURCES - 1, _MOST_SOURCES + 1)
    for size in sizes:
        for places in combinations(range(inputs), size):
            ones, zeros = _project(on, off, inputs, places)
            weighting = None if ones & zeros else fit(ones, zeros, size, _BUDGET)
            if weighting is not None:
                terms = [(p, w) for p, w in zip(places, weighting.weights, strict=True) if w]
                return Spike(
                    tuple(p for p, _ in terms), tuple(w for _, w in terms), weighting.threshold
                )
    return None


def _needed(on: int, off: int, inputs: int) -> tuple[int, ...]:
    """Return inputs without which the patterns cannot be told apart, and which are enough."""
    places = tuple(range(inputs))
    for place in range(inputs):
        fewer = tuple(other for other in places if other != place)
        ones, zeros = _project(on, off, inputs, fewer)
        if not ones & zeros:
            places = fewer
    return places


def _project(on: int, off: int, inputs: int, places: tuple[int, ...]) -> tuple[int, int]:
    """Return what a function of some inputs must be on the patterns of all."""
    ones = zeros = 0
    for pattern, index in enumerate(_indices(inputs, places)):
        ones |= (on >> pattern & 1) << index
        zeros |= (off >> pattern & 1) << index
    return ones, zeros


@lru_cache(maxsize=1024)
def _indices(inputs: int, places: tuple[int, ...]) -> list[int]:
    return [
        sum((pattern >> place & 1) << i for i, place in enumerate(places))
        for pattern in range(1 << inputs)
    ]


@lru_cache
def _outer(
    inputs: int,
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], list[tuple[tuple[int, ...], Weighting]]]:
    """Return all neurons that listen to some of the inputs and to one more line, positively.

    That is their truth tables if that line is 1 and if it is 0, and the neurons.
    """
    high: list[int] = []
    low: list[int] = []
    kinds: list[tuple[tuple[int, ...], Weighting]] = []
    for size in range(1, _MOST_SOURCES):
        neurons = _neurons(size + 1)
        for places in combinations(range(inputs), size):
            indices = _indices(inputs, places)
            for table, weighting in neurons:
                if weighting.weights[-1] <= 0:
                    continue
                upper = table >> (1 << size)
                high.append(sum((upper >> i & 1) << p for p, i in enumerate(indices)))
                low.append(sum((table >> i & 1) << p for p, i in enumerate(indices)))
                kinds.append((places, weighting))
    return np.array(high, np.uint64), np.array(low, np.uint64), kinds


def _neurons(inputs: int) -> list[tuple[int, Weighting]]:
    """Return the functions that one neuron can be, simplest first, and its weights for each."""
    listed = listing(inputs, _BUDGET)
    return list(zip(map(int, listed.tables), listed.weightings, strict=True))
