# SPDX-License-Identifier: Apache-2.0
"""Delays that make all spikes of one wave arrive together, when every neuron takes one clock.

A neuron in layer ``t`` sees its sources one clock after they spike, so a source in layer ``s``
needs ``t - 1 - s`` more clocks to get there. One chain of registers behind each source serves all
its destinations, which tap it where they need it; so it is as long as the farthest one asks for.

A neuron that is not on a longest path may wait. The layers are chosen so that the chains are
shortest in total: a linear program whose matrix is totally unimodular, so that the answer is whole.
Of several answers the one with the earliest layers is taken. It is unique, because the earliest of
two such schedules, neuron by neuron, is one, too; so the same circuit always gets the same one.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_array

from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph, Port, Scope
from spikefloat.rtl_gen.rtl.text.delay_memory import choose_lengths, place_bits, split_line
from spikefloat.rtl_gen.rtl.text.names import Label, split_index

__all__ = ["DISCHARGE", "BalancedGraph", "balance"]

#: Input that comes with a wave, and with it passes all layers.
DISCHARGE = "discharge"

#: A circuit with more nodes than this has every neuron in its earliest layer.
_SCHEDULED_NODES = 20_000


@dataclass(frozen=True)
class BalancedGraph:
    """A circuit with its axonal delays. Made by :func:`balance`."""

    #: The circuit with delays among its neurons: each copies its one source. A delay that carries
    #: ``sum[2]`` and brings it 3 clocks late in all is called ``sum_d3[2]``.
    #: If it has a discharge, this is the first input, and every neuron has a synapse of weight zero
    #: that brings it, as late as the wave that it came with.
    graph: NeuronGraph
    lines: dict[int, int]  #: Which nodes are delays, and of how many clocks.
    latency: int  #: Clocks from operands to result.
    in_memory: frozenset[int] = frozenset()  #: Which of the delays are in memories.

    @property
    def neurons(self) -> int:
        """Number of neurons that have synapses, and so take a clock."""
        return sum(bool(neuron.sources) for neuron in self.graph.neurons) - len(self.lines)

    @property
    def delays(self) -> int:
        """Number of registers in all delay lines, of one bit each."""
        counters = {self.lines[node] for node in self.in_memory}
        return (
            len(self.in_memory)
            + sum(map(place_bits, counters))
            + sum(length for node, length in self.lines.items() if node not in self.in_memory)
        )

    @property
    def memory_bits(self) -> int:
        """Number of bits that are kept in memories."""
        return sum(self.lines[node] - 1 for node in self.in_memory)


@lru_cache(maxsize=64)
def balance(
    graph: NeuronGraph, *, has_discharge: bool = False, has_memory: bool = False
) -> BalancedGraph:
    """Return a circuit with the delays that it needs to take one wave in each clock.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    has_discharge : bool
        Whether an input is added that reaches every neuron together with the wave it came with.
    has_memory : bool
        Whether delays are put into memories where that is worth it. Those are in the module of the
        whole circuit, as lines from everywhere share them.
    """
    latency = max(graph.layers, default=0)  # which is the depth, unless a neuron is of no use
    layers = _layers(graph, latency)
    return _Rewriter(graph, layers, latency, has_discharge, has_memory).rewrite()


def _layers(graph: NeuronGraph, latency: int) -> list[int]:
    """Return the layer of each node for which the delay lines are shortest in total."""
    if graph.node_count > _SCHEDULED_NODES or latency == 0:
        return list(graph.layers)
    count = graph.node_count
    constants = _constants(graph)
    # Variables: the layer of each node, then the layer up to which each is needed.
    pairs: list[tuple[int, int]] = []  # the first variable is not greater than the second ...
    slack: list[int] = []  # ... plus this
    for node, neuron in graph.numbered_neurons():
        for source in set(neuron.sources) - constants:
            pairs += [(source, node), (node, count + source)]
            slack += [-1, 1]
    for node in range(count):
        pairs.append((node, count + node))
        slack.append(0)
    least, most = np.zeros(2 * count), np.full(2 * count, latency)
    fixed = [*range(graph.input_count), *constants]
    most[fixed] = 0
    for port in graph.outputs:
        least[[count + node for node in port.nodes if node not in constants]] = latency
    # A register costs more than all that earlier layers could save.
    register = count * latency + 1
    cost = np.repeat([-register, register], count)
    cost[:count] += 1
    rows = np.arange(len(pairs))
    columns = np.array(pairs)
    matrix = coo_array(
        (
            np.concatenate([np.ones(len(pairs)), -np.ones(len(pairs))]),
            (np.concatenate([rows, rows]), columns.T.ravel()),
        ),
        shape=(len(pairs), 2 * count),
    )
    result = linprog(
        cost,
        A_ub=matrix.tocsr(),
        b_ub=slack,
        bounds=np.stack([least, most], axis=1),
        method="highs-ds",
    )
    layers: list[int] = np.rint(result.x[:count]).astype(int).tolist()
    _check(graph, layers, latency)
    return layers


def _check(graph: NeuronGraph, layers: list[int], latency: int) -> None:
    """Refuse a schedule in which some neuron comes before its sources."""
    constants = _constants(graph)
    for node, neuron in graph.numbered_neurons():
        first = max((layers[s] for s in neuron.sources if s not in constants), default=-1) + 1
        if neuron.sources and not max(first, 1) <= layers[node] <= latency:
            raise ArithmeticError(
                f"Layer of node {node} must be from {first} to {latency}, not {layers[node]}"
            )


def _constants(graph: NeuronGraph) -> set[int]:
    return {node for node, neuron in graph.numbered_neurons() if not neuron.sources}


class _Rewriter:
    """Puts delays into a graph."""

    def __init__(
        self,
        graph: NeuronGraph,
        layers: list[int],
        latency: int,
        has_discharge: bool,
        has_memory: bool,
    ) -> None:
        self._graph = graph
        self._has_discharge = has_discharge
        self._first = graph.input_count + has_discharge  # number of the first neuron
        self._layers = layers
        self._latency = latency
        self._constants = _constants(graph)
        self._taps = self._find_taps()
        self._lengths = (
            choose_lengths(
                Counter(clocks for taps in self._taps for clocks in _clocks_between(taps))
            )
            if has_memory
            else ()
        )
        self._in_memory: set[int] = set()
        self._names = {(neuron.scope, neuron.name) for neuron in graph.neurons}
        self._neurons: list[Neuron] = []
        self._lines: dict[int, int] = {}
        self._at: dict[tuple[int, int], int] = {}  # new number of each node, by its delay

    def rewrite(self) -> BalancedGraph:
        """Return the graph with delays, each right behind its source."""
        graph = self._graph
        inputs = graph.inputs
        if self._has_discharge:
            inputs = (
                Port(DISCHARGE, (0,)),
                *(port._replace(nodes=tuple(node + 1 for node in port.nodes)) for port in inputs),
            )
        for port, new in zip(graph.inputs, inputs[self._has_discharge :], strict=True):
            self._at.update(
                ((node, 0), number) for node, number in zip(port.nodes, new.nodes, strict=True)
            )
        discharges = self._add_discharges() if self._has_discharge else []
        for port in graph.inputs:
            for index, node in enumerate(port.nodes):
                label = port.name, index if len(port.nodes) > 1 else None
                self._add_delays(node, 0, label)
        for node, neuron in graph.numbered_neurons():
            sources = tuple(
                self._at[source, self._delay(source, node)] for source in neuron.sources
            )
            weights = neuron.weights
            if sources and discharges:
                sources, weights = (*sources, discharges[self._layers[node] - 1]), (*weights, 0)
            self._at[node, 0] = self._add(neuron._replace(sources=sources, weights=weights))
            self._add_delays(node, neuron.scope, split_index(neuron.name))
        outputs = tuple(
            port._replace(
                nodes=tuple(self._at[node, self._output_delay(node)] for node in port.nodes)
            )
            for port in graph.outputs
        )
        balanced = NeuronGraph(
            graph.name,
            inputs,
            outputs,
            tuple(self._neurons),
            tuple(map(self._rename, graph.scopes)),
        )
        return BalancedGraph(balanced, self._lines, self._latency, frozenset(self._in_memory))

    def _delay(self, source: int, node: int) -> int:
        if source in self._constants:
            return 0
        return self._layers[node] - 1 - self._layers[source]

    def _output_delay(self, node: int) -> int:
        return 0 if node in self._constants else self._latency - self._layers[node]

    def _find_taps(self) -> list[set[int]]:
        taps: list[set[int]] = [set() for _ in range(self._graph.node_count)]
        for node, neuron in self._graph.numbered_neurons():
            for source in neuron.sources:
                taps[source].add(self._delay(source, node))
        for port in self._graph.outputs:
            for node in port.nodes:
                taps[node].add(self._output_delay(node))
        return taps

    def _add(self, neuron: Neuron) -> int:
        self._neurons.append(neuron)
        return self._first + len(self._neurons) - 1

    def _add_discharges(self) -> list[int]:
        """Return the discharge as late as each layer needs it."""
        nodes = [0]
        for delay in range(1, self._latency):
            name = f"{DISCHARGE}_d[{delay}]"
            nodes.append(self._add(Neuron((nodes[-1],), (1,), 1, 0, name)))
            self._lines[nodes[-1]] = 1
        return nodes

    def _add_delays(self, node: int, scope: int, label: Label) -> None:
        before = 0
        last = self._at[node, 0]
        for clocks in _clocks_between(self._taps[node]):
            registers, *memories = split_line(clocks, self._lengths)
            if registers:
                before += registers
                last = self._add_line(last, registers, scope, self._delayed(label, before, ""))
            for length in memories:
                before += length
                path = "_".join(self._graph.scopes[scope].path)
                last = self._add_line(last, length, 0, self._delayed(label, before, path))
                self._in_memory.add(last)
            self._at[node, before] = last

    def _delayed(self, label: Label, clocks: int, path: str) -> str:
        """Return what a word or a bit is called some clocks later, perhaps outside its scope."""
        base, index = label
        return (
            (f"{path}_" if path else "")
            + f"{base}_d{clocks}"
            + ("" if index is None else f"[{index}]")
        )

    def _add_line(self, source: int, length: int, scope: int, name: str) -> int:
        while (scope, name) in self._names:  # a circuit may have such a name of its own
            name = f"delayed_{name}"
        self._names.add((scope, name))
        new = self._add(Neuron((source,), (1,), 1, scope, name))
        self._lines[new] = length
        return new

    def _rename(self, scope: Scope) -> Scope:
        """Return a scope in which delayed words are called after the words that they delay."""
        return scope._replace(
            ports=tuple(renamed for port in scope.ports for renamed in self._delayed_ports(port))
        )

    def _delayed_ports(self, port: Port) -> Iterable[Port]:
        # A bit of the word that no neuron needed is no node.
        delays = sorted(
            {delay for node in port.nodes if node >= 0 for delay in (0, *self._taps[node])}
        )
        for delay in delays:
            name = f"{port.name}_d{delay}" if delay else port.name
            # A bit that nothing wants this late has no node; no scope takes it as an input.
            yield Port(name, tuple(self._at.get((node, delay), -1) for node in port.nodes))


def _clocks_between(taps: set[int]) -> list[int]:
    """Return the delays of a chain: up to its first tap, then from tap to tap."""
    marks = sorted(taps | {0})
    return [after - before for before, after in pairwise(marks)]
