# SPDX-License-Identifier: Apache-2.0
"""A neuron graph that can be changed: what the optimisation works on."""

from collections.abc import Iterable
from typing import NamedTuple

from spikefloat.rtl_gen.mapping.aig import Circuit, WordPort
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, NeuronGraphBuilder
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.threshold import reduce_threshold

__all__ = [
    "CONSTANT",
    "ThresholdGate",
    "ThresholdNetwork",
    "empty_network",
    "network_of_graph",
    "redirected",
]

#: Node number of the constant: a neuron without synapses is never needed inside.
CONSTANT = -1


class ThresholdGate(NamedTuple):
    """A neuron: it fires when the weighted sum of its sources reaches the threshold."""

    sources: tuple[int, ...]
    weights: tuple[int, ...]
    threshold: int


class ThresholdNetwork:
    """Neurons that can be replaced one at a time.

    Nodes below ``input_count`` are inputs. Outputs are nodes, or complements of them, or the
    constant; a complement at an output costs a neuron only where the node cannot be flipped.
    """

    def __init__(
        self, name: str, inputs: tuple[WordPort, ...], outputs: tuple[WordPort, ...]
    ) -> None:
        self.name = name
        self.inputs = inputs
        self.outputs = outputs
        self.input_count = sum(port.width for port in inputs)
        self.gates: dict[int, ThresholdGate] = {}
        self.fanouts: dict[int, set[int]] = {i: set() for i in range(self.input_count)}
        #: Node and complement flag of each output bit.
        self.targets: list[tuple[int, bool]] = []
        self._next = self.input_count
        self._order: list[int] | None = None
        self._levels: dict[int, int] | None = None

    def add(self, gate: ThresholdGate) -> int:
        """Add a neuron and return its node."""
        node = self._next
        self._next += 1
        self.fanouts[node] = set()
        self._connect(node, gate)
        return node

    def replace(self, node: int, gate: ThresholdGate) -> None:
        """Give a node another neuron."""
        for source in self.gates[node].sources:
            self.fanouts[source].discard(node)
        self._connect(node, gate)

    def copy(self) -> "ThresholdNetwork":
        """Return a network that can be changed independently."""
        other = ThresholdNetwork(self.name, self.inputs, self.outputs)
        other.gates = dict(self.gates)
        other.fanouts = {node: set(users) for node, users in self.fanouts.items()}
        other.targets = list(self.targets)
        other._next = self._next
        return other

    def output_nodes(self) -> set[int]:
        """Return the nodes that drive outputs."""
        return {node for node, _ in self.targets if node != CONSTANT}

    def order(self) -> list[int]:
        """Return the neurons in topological order, the same for equal networks."""
        if self._order is None:
            order: list[int] = []
            state: dict[int, int] = {}
            for root in sorted(self.gates):
                stack = [root]
                while stack:
                    node = stack[-1]
                    if node < self.input_count or state.get(node) == 2:
                        stack.pop()
                    elif state.get(node) == 1:
                        state[node] = 2
                        order.append(node)
                        stack.pop()
                    else:
                        state[node] = 1
                        stack.extend(s for s in self.gates[node].sources if not state.get(s))
            self._order = order
        return self._order

    def levels(self) -> dict[int, int]:
        """Return the layer of each node: 0 for inputs."""
        if self._levels is None:
            levels = dict.fromkeys(range(self.input_count), 0)
            for node in self.order():
                levels[node] = 1 + max(
                    (levels[source] for source in self.gates[node].sources), default=0
                )
            self._levels = levels
        return self._levels

    def depth(self) -> int:
        """Return the number of neurons on the longest path."""
        levels = self.levels()
        return max((levels[node] for node in self.output_nodes()), default=0)

    def slack_levels(self, depth: int) -> dict[int, int]:
        """Return the largest layer that each neuron may have in a network of a given depth."""
        latest = dict.fromkeys(self.gates, depth)
        for node in reversed(self.order()):
            for source in self.gates[node].sources:
                if source in latest:
                    latest[source] = min(latest[source], latest[node] - 1)
        return latest

    def downstream(self, node: int) -> set[int]:
        """Return the nodes that depend on a node, itself included."""
        visited = {node}
        stack = [node]
        while stack:
            for user in self.fanouts[stack.pop()]:
                if user not in visited:
                    visited.add(user)
                    stack.append(user)
        return visited

    def upstream(self, nodes: Iterable[int]) -> set[int]:
        """Return the neurons that some nodes need, themselves included."""
        visited: set[int] = set()
        stack = list(nodes)
        while stack:
            node = stack.pop()
            if node in self.gates and node not in visited:
                visited.add(node)
                stack.extend(self.gates[node].sources)
        return visited

    def sweep(self) -> None:
        """Remove neurons that no output needs."""
        needed = self.upstream(self.output_nodes())
        for node in [node for node in self.gates if node not in needed]:
            for source in self.gates[node].sources:
                self.fanouts.get(source, set()).discard(node)
            del self.gates[node]
        for node in [n for n in self.fanouts if n >= self.input_count and n not in needed]:
            del self.fanouts[node]
        self._changed()

    def cost(self) -> tuple[int, int]:
        """Return neurons, with those for complements at outputs, and depth, without them."""
        polarities: dict[int, set[bool]] = {}
        for node, inverted in self.targets:
            if node != CONSTANT:
                polarities.setdefault(node, set()).add(inverted)
        extra = sum(
            len(p) == 2 or (node < self.input_count and p == {True})
            for node, p in polarities.items()
        )
        constants = len({inverted for node, inverted in self.targets if node == CONSTANT})
        return len(self.gates) + extra + constants, self.depth()

    def graph(self) -> NeuronGraph:
        """Return the network as an immutable graph."""
        builder = NeuronGraphBuilder(self.name, budget=BUDGETS["free"])
        lines: dict[int, Bit] = {}
        index = 0
        for port in self.inputs:
            for bit in builder.input(port.name, port.width):
                lines[index] = bit
                index += 1
        # A neuron that outputs need only as its complement is made as its complement.
        flipped = self.output_nodes() - {node for node, inverted in self.targets if not inverted}
        names = self._names()
        for node in self.order():
            gate = self.gates[node]
            sign = -1 if node in flipped else 1
            threshold = 1 - gate.threshold if sign < 0 else gate.threshold
            bit = builder.neuron(
                [(lines[s], sign * w) for s, w in zip(gate.sources, gate.weights, strict=True)],
                threshold,
                names.get(node, "n"),
            )
            lines[node] = ~bit if sign < 0 else bit
        index = 0
        for port in self.outputs:
            bits = []
            for node, inverted in self.targets[index : index + port.width]:
                bit = ZERO if node == CONSTANT else lines[node]
                bits.append(~bit if inverted else bit)
            builder.output(port.name, bits)
            index += port.width
        return builder.build()

    def _names(self) -> dict[int, str]:
        names: dict[int, str] = {}
        index = 0
        for port in self.outputs:
            for position in range(port.width):
                node = self.targets[index][0]
                names.setdefault(node, f"{port.name}[{position}]" if port.width > 1 else port.name)
                index += 1
        return names

    def _connect(self, node: int, gate: ThresholdGate) -> None:
        self.gates[node] = gate
        for source in gate.sources:
            self.fanouts[source].add(node)
        self._changed()

    def _changed(self) -> None:
        self._order = self._levels = None


def network_of_graph(graph: NeuronGraph) -> ThresholdNetwork:
    """Return a neuron graph as a network."""
    network = ThresholdNetwork(
        graph.name,
        tuple(WordPort(p.name, len(p.nodes)) for p in graph.inputs),
        tuple(WordPort(p.name, len(p.nodes)) for p in graph.outputs),
    )
    for neuron in graph.neurons:
        network.add(ThresholdGate(neuron.sources, neuron.weights, neuron.threshold))
    network.targets = [(node, False) for port in graph.outputs for node in port.nodes]
    network.sweep()
    return network


def empty_network(circuit: Circuit) -> ThresholdNetwork:
    """Return a network with the ports of a circuit and no neurons."""
    return ThresholdNetwork(circuit.name, circuit.inputs, circuit.outputs)


def redirected(gate: ThresholdGate, node: int, other: int, inverted: bool) -> ThresholdGate:
    """Return a neuron with one source replaced by another, its complement, or a constant."""
    terms: dict[int, int] = {}
    threshold = gate.threshold
    for source, weight in zip(gate.sources, gate.weights, strict=True):
        if source == node:
            if inverted:
                threshold -= weight
                weight = -weight
            source = other
        if source != CONSTANT:
            terms[source] = terms.get(source, 0) + weight
    remaining = {source: weight for source, weight in terms.items() if weight}
    reduced = reduce_threshold(tuple(remaining.values()), threshold)
    if isinstance(reduced, bool):
        return ThresholdGate((), (), 0 if reduced else 1)
    weights, threshold = reduced
    pairs = [(s, w) for s, w in zip(remaining, weights, strict=True) if w]
    return ThresholdGate(tuple(s for s, _ in pairs), tuple(w for _, w in pairs), threshold)
