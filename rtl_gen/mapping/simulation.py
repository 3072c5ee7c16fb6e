# SPDX-License-Identifier: Apache-2.0
"""What every neuron of a changing network does on a set of patterns, and where it matters."""

import numpy as np

from spikefloat.rtl_gen.mapping.network import CONSTANT, ThresholdGate, ThresholdNetwork
from spikefloat.rtl_gen.mapping.patterns import Words, fires

__all__ = ["Simulation"]


class Simulation:
    """The words of all nodes, kept up to date while the network changes.

    Parameters
    ----------
    network : ThresholdNetwork
        The network, which must only be changed by the methods of this class while this is used.
    inputs : numpy.ndarray
        A row of words for each input.
    """

    def __init__(self, network: ThresholdNetwork, inputs: Words) -> None:
        self.network = network
        self.inputs = inputs
        self.values: dict[int, Words] = dict(enumerate(inputs))
        for node in network.order():
            self.values[node] = self.evaluate(network.gates[node])
        self._empty = np.zeros(inputs.shape[1], np.uint64)

    def evaluate(self, gate: ThresholdGate) -> Words:
        """Return where a neuron would fire."""
        if not gate.sources:
            return np.full(
                self.inputs.shape[1], ~np.uint64(0) if gate.threshold <= 0 else 0, np.uint64
            )
        return fires(gate, [self.values[source] for source in gate.sources])

    def care(self, node: int) -> Words:
        """Return the patterns on which some output depends on a node."""
        values = self.values
        outputs = self.network.output_nodes()
        if node in outputs:
            return ~self._empty
        changed = {node: ~values[node]}
        noticed = self._empty.copy()
        reached = self.network.downstream(node)
        gates = self.network.gates
        for user in self.network.order():
            if user == node or user not in reached:
                continue
            gate = gates[user]
            if not any(source in changed for source in gate.sources):
                continue
            value = fires(
                gate,
                [
                    changed[source] if source in changed else values[source]
                    for source in gate.sources
                ],
            )
            difference = value ^ values[user]
            if difference.any():
                changed[user] = value
                if user in outputs:
                    noticed |= difference
        return noticed

    def replace(self, node: int, gate: ThresholdGate) -> None:
        """Give a node another neuron and compute everything that depends on it anew."""
        self.network.replace(node, gate)
        self._update({node})

    def merge(self, node: int, other: int, inverted: bool, gates: dict[int, ThresholdGate]) -> None:
        """Replace a node by another one, or its complement, or the constant.

        ``gates`` are the new neurons of its destinations.
        """
        network = self.network
        for user, gate in gates.items():
            network.replace(user, gate)
        network.targets = [
            (other, flip ^ inverted) if target == node else (target, flip)
            for target, flip in network.targets
        ]
        self._update(set(gates))

    def restore(self, network: ThresholdNetwork, values: dict[int, Words]) -> None:
        """Go back to an earlier state."""
        self.network = network
        self.values = values

    def sweep(self) -> None:
        """Forget what no output needs."""
        self.network.sweep()
        self.values = {
            node: words
            for node, words in self.values.items()
            if node < self.network.input_count or node in self.network.gates
        }

    def outputs(self) -> list[Words]:
        """Return the words of each output bit."""
        rows = []
        for node, inverted in self.network.targets:
            words = self._empty if node == CONSTANT else self.values[node]
            rows.append(~words if inverted else words)
        return rows

    def _update(self, nodes: set[int]) -> None:
        """Compute some nodes, and what depends on them, anew."""
        touched = set(nodes)
        for node in self.network.order():
            gate = self.network.gates[node]
            if node in nodes or any(source in touched for source in gate.sources):
                value = self.evaluate(gate)
                if node not in self.values or not np.array_equal(value, self.values[node]):
                    self.values[node] = value
                    touched.add(node)
                else:
                    touched.discard(node)
