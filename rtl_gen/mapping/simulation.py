# SPDX-License-Identifier: Apache-2.0
"""What every neuron of a changing network does on a set of patterns, and where it matters."""

import numpy as np

from spikefloat.rtl_gen.mapping.network import CONSTANT, Cell, Network
from spikefloat.rtl_gen.mapping.patterns import Words, fires

__all__ = ["Simulation"]


class Simulation:
    """The words of all nodes, kept up to date while the network changes.

    Parameters
    ----------
    network : Network
        The network, which must only be changed by the methods of this class while this is used.
    inputs : numpy.ndarray
        A row of words for each input.
    """

    def __init__(self, network: Network, inputs: Words) -> None:
        self.network = network
        self.inputs = inputs
        self.values: dict[int, Words] = dict(enumerate(inputs))
        for node in network.order():
            self.values[node] = self.evaluate(network.cells[node])
        self._empty = np.zeros(inputs.shape[1], np.uint64)

    def evaluate(self, cell: Cell) -> Words:
        """Return where a neuron would fire."""
        if not cell.sources:
            return np.full(
                self.inputs.shape[1], ~np.uint64(0) if cell.threshold <= 0 else 0, np.uint64
            )
        return fires(cell, [self.values[source] for source in cell.sources])

    def care(self, node: int) -> Words:
        """Return the patterns on which some output depends on a node."""
        values = self.values
        outputs = self.network.output_nodes()
        if node in outputs:
            return ~self._empty
        changed = {node: ~values[node]}
        seen = self._empty.copy()
        reached = self.network.downstream(node)
        cells = self.network.cells
        for user in self.network.order():
            if user == node or user not in reached:
                continue
            cell = cells[user]
            if not any(source in changed for source in cell.sources):
                continue
            value = fires(
                cell,
                [
                    changed[source] if source in changed else values[source]
                    for source in cell.sources
                ],
            )
            difference = value ^ values[user]
            if difference.any():
                changed[user] = value
                if user in outputs:
                    seen |= difference
        return seen

    def replace(self, node: int, cell: Cell) -> None:
        """Give a node another neuron and compute everything that depends on it anew."""
        self.network.replace(node, cell)
        self._update({node})

    def merge(self, node: int, other: int, inverted: bool, cells: dict[int, Cell]) -> None:
        """Replace a node by another one, or its complement, or the constant.

        ``cells`` are the new neurons of its destinations.
        """
        network = self.network
        for user, cell in cells.items():
            network.replace(user, cell)
        network.targets = [
            (other, flip ^ inverted) if target == node else (target, flip)
            for target, flip in network.targets
        ]
        self._update(set(cells))

    def restore(self, network: Network, values: dict[int, Words]) -> None:
        """Go back to an earlier state."""
        self.network = network
        self.values = values

    def sweep(self) -> None:
        """Forget what no output needs."""
        self.network.sweep()
        self.values = {
            node: words
            for node, words in self.values.items()
            if node < self.network.input_count or node in self.network.cells
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
            cell = self.network.cells[node]
            if node in nodes or any(source in touched for source in cell.sources):
                value = self.evaluate(cell)
                if node not in self.values or not np.array_equal(value, self.values[node]):
                    self.values[node] = value
                    touched.add(node)
                else:
                    touched.discard(node)
