# SPDX-License-Identifier: Apache-2.0
"""Removing neurons by computing their destinations from other spike lines.

Every move keeps the function of the network on all patterns of the simulation, not that of each
neuron: what a neuron does where no output depends on it is free. With every input pattern
simulated that is exact; with samples, each move must be confirmed by a proof.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np

from spikefloat.rtl_gen.mapping.divisors import Sample, find_pairs, fit_exactly
from spikefloat.rtl_gen.mapping.functions import LISTED_INPUTS
from spikefloat.rtl_gen.mapping.network import CONSTANT, ThresholdGate, ThresholdNetwork, redirected
from spikefloat.rtl_gen.mapping.patterns import Words
from spikefloat.rtl_gen.mapping.simulation import Simulation
from spikefloat.rtl_gen.neurons.budgets import Budget

__all__ = ["Resubstitution", "Search"]

#: Stands for "no limit" where layers are compared.
_ANY_LAYER = 1 << 30
#: Fan-in that is used where the budget sets no limit.
_FREE_FAN_IN = 8
#: Where weights must be solved for, not looked up, only one in so many pairs is tried.
_SOLVED_SHARE = 2
#: Candidates of all neurons together, and the fewest that one gets.
_WORK = 60_000
_LEAST_DIVISORS = 64
#: Destinations of a neuron that count as near it: a line that all use is near nothing.
_NEAR_FANOUTS = 12
#: Progress is reported after this many neurons or moves.
_REPORTED = 10


@dataclass(frozen=True)
class Search:
    """How hard to look for sources of one neuron."""

    divisors: int = 260  #: Most candidate sources.
    sample: int = 512  #: Most patterns of each kind that rule candidates out.
    kept_sets: int = 6  #: Sets of sources that are kept while pairs are added.
    trials: int = 24  #: Pairs that are checked on all patterns, for each set.


class Resubstitution:
    """Makes a network smaller or flatter.

    Parameters
    ----------
    network : ThresholdNetwork
        What to improve; it is changed.
    inputs : numpy.ndarray
        Words of each input: all patterns, or a sample.
    budget : Budget
        Limits of a neuron.
    search : Search
        Effort for each neuron.
    seed : int
        Seed for the order in which neurons are visited.
    confirm : callable, optional
        Tells whether a network still computes the source; asked after each move.
    stop : callable, optional
        Asked before each neuron; once it returns true, no more is done.
    """

    def __init__(
        self,
        network: ThresholdNetwork,
        inputs: Words,
        budget: Budget,
        search: Search = Search(),
        *,
        seed: int = 0,
        confirm: Callable[[ThresholdNetwork, int, ThresholdGate], bool] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._simulation = Simulation(network, inputs)
        self._budget = budget
        self._search = search
        self._chance = np.random.default_rng(seed)
        self._confirm = confirm
        self._stop = stop
        self._fan_in = min(budget.max_fan_in or _FREE_FAN_IN, _FREE_FAN_IN)
        #: Depth that must be kept, or None if depth does not matter.
        self.depth_limit: int | None = None

    @property
    def network(self) -> ThresholdNetwork:
        """The network as it is now."""
        return self._simulation.network

    def shrink(self, report: Callable[[str], None] | None = None) -> int:
        """Try once to remove each neuron; return how many neurons went."""
        before = len(self.network.gates)
        nodes = sorted(self.network.gates)
        order = self._chance.permutation(len(nodes))
        fanouts = self.network.fanouts
        first = sorted(order, key=lambda i: min(len(fanouts[nodes[i]]), 3))
        for count, index in enumerate(first):
            if self._stop():
                break
            if report is not None and count % _REPORTED == 0:
                report(f"shrinking, {count} of {len(first)}")
            node = nodes[index]
            if node in self.network.gates and not self._merge(node):
                self._eliminate(node)
        return before - len(self.network.gates)

    def wander(self, moves: int, report: Callable[[str], None] | None = None) -> int:
        """Change sources of random neurons at no cost, so that others may become removable.

        Returns how many neurons went.
        """
        before = len(self.network.gates)
        for count in range(moves):
            if self._stop():
                break
            if report is not None and count % _REPORTED == 0:
                report(f"wandering, {count} of {moves}")
            nodes = sorted(self.network.gates)
            if not nodes:
                break
            node = nodes[self._chance.integers(len(nodes))]
            sources = self.network.gates[node].sources
            if not sources:
                continue
            avoided = sources[self._chance.integers(len(sources))]
            gate = self._rewire(node, avoided)
            if gate is not None:
                self._simulation.replace(node, gate)
                # What lost a destination is the most likely to go altogether.
                if avoided in self.network.gates and not self._merge(avoided):
                    self._eliminate(avoided)
                self._simulation.sweep()
        return before - len(self.network.gates)

    def flatten(self) -> bool:
        """Try to make the depth less by one; return whether that worked."""
        network = self.network
        target = network.depth() - 1
        if target < 1:
            return False
        saved = network.copy(), dict(self._simulation.values)
        latest = network.slack_levels(target)
        for node in list(network.order()):
            if self._stop():
                break
            if network.levels()[node] <= latest[node] or not network.gates[node].sources:
                continue
            layers = network.levels()
            deep = max(network.gates[node].sources, key=lambda s: (layers[s], s))
            gate = self._rewire(node, deep, below=latest[node])
            if gate is not None:
                self._simulation.replace(node, gate)
                latest = network.slack_levels(target)
        if network.depth() > target:
            self._simulation.restore(*saved)
            return False
        self._simulation.sweep()
        return True

    # ------------------------------------------------------------------------------- moves

    def _merge(self, node: int) -> bool:
        """Replace a neuron by a spike line that does the same, or the opposite, where it matters."""
        simulation, network = self._simulation, self.network
        care = self._care(node)
        value = simulation.values[node]
        candidates = self._candidates(node, node, None)
        rows = np.stack([np.zeros_like(value), *(simulation.values[c] for c in candidates)])
        differs = (rows ^ value) & care
        for inverted, wrong in ((False, differs.any(axis=1)), (True, (differs ^ care).any(axis=1))):
            for index in np.flatnonzero(~wrong):
                other = CONSTANT if index == 0 else candidates[index - 1]
                if inverted and node in network.output_nodes():
                    continue  # the complement would be a neuron of its own
                if self._redirect(node, other, inverted):
                    return True
        return False

    def _redirect(self, node: int, other: int, inverted: bool) -> bool:
        simulation, network = self._simulation, self.network
        gates = {}
        for user in sorted(network.fanouts[node]):
            gate = redirected(network.gates[user], node, other, inverted)
            if not self._budget.allows(gate.weights):
                return False
            gates[user] = gate
        if self._confirm is not None:
            whole = (
                ThresholdGate((other,), (-1,), 0) if inverted else ThresholdGate((other,), (1,), 1)
            )
            if other == CONSTANT:
                whole = ThresholdGate((), (), 0 if inverted else 1)
            if not self._confirm(network, node, whole):
                return False
        simulation.merge(node, other, inverted, gates)
        simulation.sweep()
        return True

    def _eliminate(self, node: int) -> bool:
        """Give every destination of a neuron other sources; if that works the neuron goes."""
        simulation, network = self._simulation, self.network
        if node not in network.gates or node in network.output_nodes():
            return False
        saved = None
        for user in sorted(network.fanouts[node]):
            gate = self._rewire(user, node)
            if gate is None:
                if saved is not None:
                    simulation.restore(*saved)
                return False
            if saved is None:
                saved = network.copy(), dict(simulation.values)
            simulation.replace(user, gate)
        simulation.sweep()
        return True

    # ------------------------------------------------------------------------------- search

    def _rewire(self, node: int, avoided: int, *, below: int | None = None) -> ThresholdGate | None:
        """Return another neuron for a node that does not need one of its sources."""
        simulation, network = self._simulation, self.network
        care = self._care(node)
        value = simulation.values[node]
        on, off = care & value, care & ~value
        candidates = self._candidates(node, avoided, below)
        position = {candidate: index for index, candidate in enumerate(candidates)}
        near = [s for s in network.gates[node].sources if s in position]
        if avoided in network.gates:
            near += [s for s in network.gates[avoided].sources if s in position and s not in near]
        if len(near) + 2 <= self._fan_in or not candidates:
            kept_sets: Iterator[tuple[int, ...]] = iter([tuple(near)])
        else:
            kept_sets = combinations(near, max(0, self._fan_in - 2))
        if len(candidates) < 2 or self._fan_in < 2:
            return None
        rows = np.stack([simulation.values[c] for c in candidates])
        sample = Sample(rows, on, off, self._search.sample, self._chance)
        trials = self._search.trials
        if self._fan_in > LISTED_INPUTS:
            trials //= _SOLVED_SHARE
        for subset in islice(kept_sets, self._search.kept_sets):
            indices = [position[k] for k in subset]
            pairs = find_pairs(sample, indices, self._budget)
            if len(pairs) > trials:
                pairs = pairs[self._chance.permutation(len(pairs))[:trials]]
            for pair in pairs:
                selected = list(dict.fromkeys((*indices, *map(int, pair))))
                weighting = fit_exactly([rows[i] for i in selected], on, off, self._budget)
                if weighting is None:
                    continue
                terms = [
                    (candidates[i], w)
                    for i, w in zip(selected, weighting.weights, strict=True)
                    if w
                ]
                gate = ThresholdGate(
                    tuple(s for s, _ in terms), tuple(w for _, w in terms), weighting.threshold
                )
                if self._confirm is None or self._confirm(network, node, gate):
                    return gate
        return None

    def _care(self, node: int) -> Words:
        """Return the patterns on which a neuron matters; all where each change needs a proof.

        Such a proof compares what single neurons do, so nothing is gained by leaving any free.
        """
        if self._confirm is not None:
            return np.full_like(self._simulation.values[node], ~np.uint64(0))
        return self._simulation.care(node)

    def _candidates(self, node: int, avoided: int, below: int | None) -> list[int]:
        """Return spike lines that a node may have as sources, nearest first if there are many."""
        network = self.network
        layers = network.levels()
        if below is None:
            below = _ANY_LAYER
            if self.depth_limit is not None:
                below = network.slack_levels(self.depth_limit)[node]
        barred = network.downstream(node) | {avoided}
        found = [
            n
            for n in (*range(network.input_count), *network.order())
            if n not in barred and layers[n] < below
        ]
        # In a large network there are many neurons to work on, so each gets fewer candidates.
        limit = min(self._search.divisors, max(_LEAST_DIVISORS, _WORK // (1 + len(network.gates))))
        if len(found) <= limit:
            return found
        distance = self._distances(node, 2 * limit)
        far = len(distance)
        found.sort(key=lambda n: (distance.get(n, far), n))
        return found[:limit]

    def _distances(self, node: int, count: int) -> dict[int, int]:
        """Return the nodes nearest to a node, along synapses in either direction."""
        network = self.network
        distance = {node: 0}
        queue = deque([node])
        while queue and len(distance) < count:
            current = queue.popleft()
            sources = network.gates[current].sources if current in network.gates else ()
            for other in (*sources, *sorted(network.fanouts[current])[:_NEAR_FANOUTS]):
                if other not in distance:
                    distance[other] = distance[current] + 1
                    queue.append(other)
        return distance
