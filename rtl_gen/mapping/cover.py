# SPDX-License-Identifier: Apache-2.0
"""Choosing cuts that together compute a circuit: one neuron for each chosen cut.

As for look-up tables: first the cover of least depth, then rounds that recover neurons, by a flow
of costs and at last exactly, within the depth if that is the objective.
"""

from collections.abc import Callable

from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.cuts import Cut, enumerate_cuts
from spikefloat.rtl_gen.mapping.network import (
    CONSTANT,
    ThresholdGate,
    ThresholdNetwork,
    empty_network,
)
from spikefloat.rtl_gen.neurons.budgets import Budget

__all__ = ["cover"]

_FAR = 1 << 30


def cover(
    circuit: Circuit,
    budget: Budget,
    *,
    keep_depth: bool,
    size: int,
    cut_limit: int,
    rounds: int = 3,
) -> ThresholdNetwork:
    """Return a network of neurons that computes a circuit.

    Parameters
    ----------
    circuit : Circuit
        The logic.
    budget : Budget
        Limits of a neuron.
    keep_depth : bool
        Whether the least depth that the cuts permit is kept; otherwise only neurons count.
    size, cut_limit : int
        Largest number of leaves of a cut, and number of cuts of a node.
    rounds : int
        Rounds of each kind of recovery.
    """
    nodes = circuit.aig.cone(circuit.literals)
    cuts = enumerate_cuts(circuit.aig, nodes, budget, size=size, limit=cut_limit)
    work = _Cover(
        circuit,
        nodes,
        {
            node: [cut for cut in cuts[node] if cut.neuron and cut.leaves != (node,)]
            for node in nodes
        },
    )
    work.choose(lambda cut: (work.arrival_of(cut), work.flow_of(cut)))
    depth = work.depth() if keep_depth else _FAR
    for _ in range(rounds):
        work.require(depth)
        work.choose(lambda cut: (work.flow_of(cut), work.arrival_of(cut)))
    for _ in range(rounds):
        work.require(depth)
        work.recover()
    return work.network()


class _Cover:
    """A choice of one cut for each node, and what follows from it."""

    def __init__(self, circuit: Circuit, nodes: list[int], cuts: dict[int, list[Cut]]) -> None:
        self._circuit = circuit
        self._first = circuit.aig.first_and
        self._nodes = nodes
        self._cuts = cuts
        self._roots = [lit >> 1 for lit in circuit.literals if lit >> 1 >= self._first]
        self._chosen: dict[int, Cut] = {}
        self._arrival: dict[int, int] = {}
        self._flow: dict[int, float] = {}
        self._required: dict[int, int] = {}
        self._uses: dict[int, int] = {}
        # Before there is a choice, the destinations in the graph stand for those in the cover.
        self._shared: dict[int, float] = {}
        for node in nodes:
            for fanin in circuit.aig.fanins[node]:
                self._shared[fanin >> 1] = self._shared.get(fanin >> 1, 0) + 1

    def arrival_of(self, cut: Cut) -> int:
        """Return the layer of a cut."""
        return 1 + max(self._arrival.get(leaf, 0) for leaf in cut.leaves)

    def flow_of(self, cut: Cut) -> float:
        """Return an estimate of the neurons that a cut costs."""
        return 1 + sum(
            self._flow.get(leaf, 0.0) / max(1.0, self._shared.get(leaf, 1)) for leaf in cut.leaves
        )

    def depth(self) -> int:
        """Return the depth of the choice."""
        return max((self._arrival[root] for root in self._roots), default=0)

    def choose(self, cost: Callable[[Cut], tuple[float, float]]) -> None:
        """Choose the cheapest cut of each node that comes in time, and count what is used."""
        for node in self._nodes:
            limit = self._required.get(node, _FAR)
            cut = min(
                self._cuts[node],
                key=lambda c: (self.arrival_of(c) > limit, *cost(c), len(c.leaves), c.leaves),
            )
            self._take(node, cut)
        self._count()

    def require(self, depth: int) -> None:
        """Set the latest layer of each used node."""
        self._required = dict.fromkeys(self._roots, depth)
        for node in reversed(self._nodes):
            if self._uses.get(node):
                limit = self._required[node] - 1
                for leaf in self._chosen[node].leaves:
                    self._required[leaf] = min(self._required.get(leaf, _FAR), limit)

    def recover(self) -> None:
        """Choose for each used node the cut that adds the fewest neurons to the cover."""
        for node in self._nodes:
            if not self._uses.get(node):
                self._take(node, self._chosen[node])
                continue
            limit = self._required.get(node, _FAR)
            self._release(node)
            best = None
            for cut in self._cuts[node]:
                late = self.arrival_of(cut) > limit
                self._chosen[node] = cut
                added = self._hold(node)
                self._release(node)
                key = (late, added, self.arrival_of(cut), len(cut.leaves), cut.leaves)
                if best is None or key < best[0]:
                    best = (key, cut)
            assert best is not None
            self._take(node, best[1])
            self._hold(node)
        self._count()

    def network(self) -> ThresholdNetwork:
        """Return the neurons of the choice."""
        network = empty_network(self._circuit)
        known = {1 + i: i for i in range(self._circuit.aig.input_count)}
        for node in self._nodes:
            if self._uses.get(node):
                cut = self._chosen[node]
                assert cut.neuron is not None
                known[node] = network.add(
                    ThresholdGate(tuple(known[leaf] for leaf in cut.leaves), *cut.neuron)
                )
        network.targets = [
            (known[literal >> 1] if literal > 1 else CONSTANT, bool(literal & 1))
            for literal in self._circuit.literals
        ]
        network.sweep()
        return network

    def _take(self, node: int, cut: Cut) -> None:
        self._chosen[node] = cut
        self._arrival[node] = self.arrival_of(cut)
        self._flow[node] = self.flow_of(cut)

    def _hold(self, node: int) -> int:
        """Count the leaves of a node as used; return the number of neurons that this adds."""
        added = 1
        for leaf in self._chosen[node].leaves:
            self._uses[leaf] = self._uses.get(leaf, 0) + 1
            if leaf >= self._first and self._uses[leaf] == 1:
                added += self._hold(leaf)
        return added

    def _release(self, node: int) -> None:
        for leaf in self._chosen[node].leaves:
            self._uses[leaf] -= 1
            if leaf >= self._first and self._uses[leaf] == 0:
                self._release(leaf)

    def _count(self) -> None:
        uses: dict[int, int] = {}
        for root in self._roots:
            uses[root] = uses.get(root, 0) + 1
        for node in reversed(self._nodes):
            if uses.get(node):
                for leaf in self._chosen[node].leaves:
                    uses[leaf] = uses.get(leaf, 0) + 1
        self._uses = uses
        # Averaged over the rounds, so that the choice settles.
        for node in self._nodes:
            self._shared[node] = (self._shared.get(node, 1) + 2 * uses.get(node, 0)) / 3
