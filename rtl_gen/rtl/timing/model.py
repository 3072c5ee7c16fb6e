# SPDX-License-Identifier: Apache-2.0
"""A timing model of neuron graphs: levels of lookup tables, after mapping, between registers.

The number of neurons on a path says little about its delay: several neurons in a row share one
lookup table, and a large neuron takes several. So the graph is mapped, as synthesis would do it.
Each neuron is taken apart into decisions, of the kind that :mod:`.decisions` writes. A cut of a
signal is a set of at most k signals that determine it, hence one lookup table; the level of a
signal is one more than that of the latest signal in its best cut (FlowMap, Cong and Ding 1994, here
by enumeration of cuts). What comes out of a register is at level 0, and a lookup table never
reaches across a register.
"""

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph
from spikefloat.rtl_gen.neurons.threshold import reachable_sums

__all__ = ["LUT_INPUTS", "Timing", "TimingModel"]

#: Inputs of a lookup table: four in iCE40, ECP5 and Gowin parts.
LUT_INPUTS = 4

#: Cuts kept of each signal: the earliest, and a third as many of the smallest of the others.
_MAX_CUTS = 8

#: Level of the latest leaf, and the leaves in order.
Cut = tuple[int, tuple[int, ...]]


class TimingModel:
    """A graph, taken apart for mapping to lookup tables.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    lut_inputs : int
        Inputs of a lookup table; at least 3.

    Attributes
    ----------
    neurons : list of (list of (int, tuple of int), int or bool)
        Decisions of each neuron, each a number and what it depends on, and the signal that is the
        spike: a decision, a source, or a constant. Numbers of decisions follow those of nodes.
    """

    def __init__(self, graph: NeuronGraph, lut_inputs: int = LUT_INPUTS) -> None:
        self.graph = graph
        self.lut_inputs = lut_inputs
        self.neurons: list[tuple[list[tuple[int, tuple[int, ...]]], int | bool]] = []
        number = graph.node_count
        for neuron in graph.neurons:
            gates, root = _decisions(neuron, graph.layers, number)
            number += len(gates)
            self.neurons.append((gates, root))
        self._owners = list(range(graph.node_count))
        for node, (gates, _) in enumerate(self.neurons, graph.input_count):
            self._owners += [node] * len(gates)
        #: Cuts of a signal that nothing is known of but itself: an input, or out of a register.
        self.alone: list[list[Cut]] = [[(0, (signal,))] for signal in range(number)]
        self.constant: list[Cut] = [(0, ())]
        #: Cuts of each decision by the lists of cuts of its sources. Choices of stages are tried one
        #: after the other, and most of each is as it was. Lists stay here, so that their
        #: identities stay theirs.
        self.known: dict[tuple[int, ...], list[Cut]] = {}

    def owner(self, signal: int) -> int:
        """Return the node that a signal is, or is part of."""
        return self._owners[signal]

    def sources(self, signal: int) -> tuple[int, ...]:
        """Return the signals that a neuron or a decision is made of; none for an input."""
        owner = self.owner(signal)
        if owner < self.graph.input_count:
            return ()
        gates, root = self.neurons[owner - self.graph.input_count]
        if signal == owner:
            return () if isinstance(root, bool) else (root,)
        return gates[signal - gates[0][0]][1]

    def root(self, signal: int) -> int | bool:
        """Return the decision or input that a signal is, or whose complement; or a constant."""
        while self.graph.input_count <= signal < self.graph.node_count:
            signal = self.neurons[signal - self.graph.input_count][1]
            if isinstance(signal, bool):
                break
        return signal

    @cached_property
    def floor(self) -> int:
        """Levels of the slowest neuron by itself: no stage can be made faster than that."""
        # Every neuron in a stage of its own; stages may be as many as neurons.
        return Timing(self, range(self.graph.node_count)).worst

    def earliest(self, worst: int) -> list[int]:
        """Return the earliest stage of each node if no stage may exceed ``worst`` levels.

        Raises
        ------
        ValueError
            If a neuron by itself has more levels than that.
        """
        if worst < self.floor:
            raise InputError(f"Levels of a stage must be {self.floor} or more, not {worst}")
        timing = Timing(self)
        for node, neuron in self.graph.numbered_neurons():
            stage = max((timing.stages[source] for source in neuron.sources), default=0)
            timing.place(node, stage)
            if timing.levels[node] > worst:
                timing.place(node, stage + 1)
        return timing.stages


class Timing:
    """Levels of the signals of a graph, found node by node in topological order.

    Parameters
    ----------
    model : TimingModel
        The graph.
    stages : sequence of int, optional
        Stage of each node, never falling along a synapse. If given, every node is placed.

    Attributes
    ----------
    stages : list of int
        Stage of each node.
    levels : list of int
        Lookup tables from the registers, or the inputs, to each signal of the node's stage.
    """

    def __init__(self, model: TimingModel, stages: Sequence[int] | None = None) -> None:
        count = model.graph.node_count + sum(len(gates) for gates, _ in model.neurons)
        self._model = model
        self.stages = [0] * model.graph.node_count
        self.levels = [0] * count
        #: Cuts of each signal in its own stage, the earliest first and the signal itself last.
        self._cuts: list[list[Cut]] = model.alone[: model.graph.input_count]
        self._cuts += [[] for _ in range(count - len(self._cuts))]
        if stages is not None:
            for node in range(model.graph.input_count, model.graph.node_count):
                self.place(node, stages[node])

    @property
    def worst(self) -> int:
        """Largest level of a node."""
        return max(self.levels[: len(self.stages)], default=0)

    def place(self, node: int, stage: int) -> None:
        """Put a neuron, whose sources have a place, into a stage and find its level there."""
        gates, root = self._model.neurons[node - self._model.graph.input_count]
        self.stages[node] = stage
        for number, sources in gates:
            known = [self._cuts_in(source, stage) for source in sources]
            key = (number, *map(id, known))
            cuts = self._model.known.get(key)
            if cuts is None:
                merged = self._merge(known)
                cuts = [*merged, (merged[0][0] + 1, (number,))]
                self._model.known[key] = cuts
            self.levels[number] = cuts[-1][0]
            self._cuts[number] = cuts
        if isinstance(root, bool):  # a constant disappears into whatever uses it
            self._cuts[node] = self._model.constant
        else:
            self._cuts[node] = self._cuts_in(root, stage)
            self.levels[node] = self.levels[root] if self._is_in(root, stage) else 0

    def leaves(self, signal: int) -> tuple[int, ...]:
        """Return the inputs of the lookup table of a signal; none for an input or a constant."""
        return () if self.levels[signal] == 0 else self._cuts[signal][0][1]

    def tables(self, signal: int) -> list[Cut]:
        """Return the lookup tables that a decision may be, the earliest first."""
        return [cut for cut in self._cuts[signal] if cut[1] != (signal,)]

    def table_neurons(self, signal: int) -> set[int]:
        """Return the neurons that are, in whole or in part, in the lookup table of a signal."""
        stage = self.stages[self._model.owner(signal)]
        leaves = self.leaves(signal)
        found: set[int] = set()
        pending = [signal]
        while pending:
            signal = pending.pop()
            if signal not in found and signal not in leaves and self._is_in(signal, stage):
                found.add(signal)
                pending += self._model.sources(signal)
        return {self._model.owner(signal) for signal in found}

    def _is_in(self, signal: int, stage: int) -> bool:
        return signal >= len(self.stages) or self.stages[signal] == stage

    def _cuts_in(self, signal: int, stage: int) -> list[Cut]:
        """Return the cuts of a signal, as seen from a stage."""
        cuts = self._cuts[signal]
        return cuts if self._is_in(signal, stage) or not cuts[0][1] else self._model.alone[signal]

    def _merge(self, sources: Sequence[list[Cut]]) -> list[Cut]:
        """Return the best cuts of what depends on signals with these cuts."""
        merged: list[Cut] = [(0, ())]
        for cuts in sources:
            found: dict[tuple[int, ...], int] = {}
            for level, leaves in merged:
                for later, more in cuts:
                    union = tuple(sorted({*leaves, *more}))
                    if len(union) <= self._model.lut_inputs:
                        found[union] = max(level, later)
            order = sorted((level, len(leaves), leaves) for leaves, level in found.items())
            # Small cuts leave the most room for what comes later.
            order[_MAX_CUTS:] = sorted(order[_MAX_CUTS:], key=lambda cut: (cut[1], cut[0], cut[2]))[
                : _MAX_CUTS // 3
            ]
            merged = [(level, leaves) for level, _, leaves in order]
        return merged


def _decisions(
    neuron: Neuron, layers: Sequence[int], number: int
) -> tuple[list[tuple[int, tuple[int, ...]]], int | bool]:
    """Take a neuron apart into decisions.

    Returns
    -------
    decisions : list of (int, tuple of int)
        Number, counted from ``number``, and sources of each, after those it depends on.
    root : int or bool
        Signal that is the spike, or whose complement it is.
    """
    # The latest synapse decides at the root, where it has the shortest way.
    order = sorted(
        range(len(neuron.sources)), key=lambda index: (-layers[neuron.sources[index]], index)
    )
    sources = [neuron.sources[index] for index in order]
    weights = [neuron.weights[index] for index in order]
    sums = [sorted(reachable_sums(tuple(weights[index:]))) for index in range(len(weights) + 1)]
    gates: list[tuple[int, tuple[int, ...]]] = []
    known: dict[tuple[int, int], int | bool] = {}

    def decide(index: int, need: int) -> int | bool:
        """Return the signal that tells whether the synapses from ``index`` on add up to it."""
        place = bisect_left(sums[index], need)
        if place in (0, len(sums[index])):
            return place == 0
        if (index, place) not in known:
            known[index, place] = join(
                sources[index], decide(index + 1, need - weights[index]), decide(index + 1, need)
            )
        return known[index, place]

    def join(source: int, high: int | bool, low: int | bool) -> int | bool:
        if type(high) is type(low) and high == low:
            return high
        if isinstance(high, bool) and isinstance(low, bool):
            return source
        branches = (branch for branch in (high, low) if not isinstance(branch, bool))
        gates.append((number + len(gates), (source, *branches)))
        return gates[-1][0]

    return gates, decide(0, neuron.threshold)
