# SPDX-License-Identifier: Apache-2.0
"""The stages of neurons that need the fewest registers.

This is a question of a minimum cut. A vertex "neuron n comes after cut i" is on the side of the
source if that is so, another is there if its spike is needed after cut i, and the edge between the
two, which is cut if it is needed there and does not arise there, is a register. Everything that
must hold is an edge that cannot be cut. The answer is exact. Of several with as few registers, the
one with the earliest stages is taken, which is unique: the same call always gives the same
registers, whatever computes the flow.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["Condition", "StageChoice"]

_SOURCE, _SINK = 0, 1

#: Tail, head and capacity.
Edge = tuple[int, int, int]


class Condition(NamedTuple):
    """One node must be later than another."""

    first: int
    second: int
    gap: int  #: By how many stages it must be later at least: 0 or 1.


class StageChoice:
    """The choice of stages for the neurons of a graph.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    cuts : int
        Number of cuts; at least 1.
    """

    def __init__(self, graph: NeuronGraph, cuts: int) -> None:
        self._graph = graph
        self._cuts = cuts
        self._infinite = cuts * graph.node_count + 1  # more than all registers together
        self._edges: set[Edge] = set()
        constants = {node for node, neuron in graph.numbered_neurons() if not neuron.sources}
        for cut in range(1, cuts + 1):
            for node, neuron in graph.numbered_neurons():
                after = self._after(cut, node)
                self._edges |= self._never_cut(after, self._after(cut - 1, node))
                for source in set(neuron.sources) - constants:
                    self._edges |= self._never_cut(self._after(cut, source), after)
                    self._edges |= self._never_cut(after, self._needed(cut, source))
                    self._edges.add((self._needed(cut, source), self._after(cut, source), 1))
            for node in {node for port in graph.outputs for node in port.nodes} - constants:
                self._edges |= self._never_cut(_SOURCE, self._needed(cut, node))
                self._edges.add((self._needed(cut, node), self._after(cut, node), 1))

    def _after(self, cut: int, node: int) -> int:
        """Return the vertex of "the node comes after the cut"."""
        if cut == 0:
            return _SOURCE
        if cut > self._cuts or node < self._graph.input_count:
            return _SINK
        return 2 + (cut - 1) * self._graph.node_count + node

    def _needed(self, cut: int, node: int) -> int:
        """Return the vertex of "the node is needed after the cut"."""
        return 2 + (self._cuts + cut - 1) * self._graph.node_count + node

    def _never_cut(self, tail: int, head: int) -> set[Edge]:
        is_needless = tail == _SINK or head == _SOURCE
        return set() if is_needless else {(tail, head, self._infinite)}

    def solve(self, conditions: Iterable[Condition]) -> list[int] | None:
        """Return the stage of each node with the fewest registers, or None if there is no answer.

        Parameters
        ----------
        conditions : iterable of Condition
            What the stages must fulfil, besides that they never fall along a synapse.
        """
        edges = self._edges.union(
            *(
                self._never_cut(self._after(cut, first), self._after(cut + gap, second))
                for first, second, gap in conditions
                for cut in range(1 - gap, self._cuts + 1)
            )
        )
        tails, heads, capacities = np.array(sorted(edges), np.int32).T
        count = 2 + 2 * self._cuts * self._graph.node_count
        capacity = csr_array((capacities, (tails, heads)), shape=(count, count))
        flow = maximum_flow(capacity, _SOURCE, _SINK)
        if flow.flow_value >= self._infinite:
            return None
        # What the source still reaches is the smallest of the minimum cuts, by the theorem of
        # Ford and Fulkerson the same for every maximum flow.
        residual = capacity - flow.flow
        residual.eliminate_zeros()
        reached = np.zeros(count, bool)
        reached[breadth_first_order(residual, _SOURCE, return_predecessors=False)] = True
        return [0] * self._graph.input_count + [
            sum(bool(reached[self._after(cut, node)]) for cut in range(1, self._cuts + 1))
            for node, _ in self._graph.numbered_neurons()
        ]
