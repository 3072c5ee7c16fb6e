# SPDX-License-Identifier: Apache-2.0
"""Which neuron's mistake reaches the output, and what that says about noise.

One neuron after another is inverted, for every operand, and what follows from it is computed. A
neuron is *critical* for an operand if the output is then wrong. With the distance of each membrane
from its threshold, that predicts how often a noisy circuit fails, to first order: mistakes that
cancel or mask each other are left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.devices.physics import Physics
from spikefloat.sim.devices.steps import probability

__all__ = ["Criticality", "Exposure", "find_criticality"]

_BLOCK = 16384

#: The smallest type that holds the sums of a neuron, for speed.
_TYPES = (np.int8, np.int16, np.int32)


@dataclass(frozen=True)
class Exposure:
    """How one neuron of a circuit is used, over all operands."""

    node: int
    #: Share of the operands for which the neuron is silent, or fires, and is critical.
    silent: float
    firing: float
    #: Share of the operands for which the membrane has this sum and the neuron is critical.
    sums: dict[int, float]

    @property
    def critical(self) -> float:
        """Share of the operands for which a mistake of the neuron reaches the output."""
        return self.silent + self.firing


@dataclass(frozen=True)
class Criticality:
    """What the neurons of a circuit mean for its output."""

    exposures: tuple[Exposure, ...]  #: In the order of the neurons.
    #: Share of the operands for which a noisy device is right, by first order, for each physics.
    predicted: tuple[float, ...]

    def detected(self, value: int) -> int:
        """Return for how many neurons some operand shows that they are stuck at ``value``."""
        shares = [exposure.silent if value else exposure.firing for exposure in self.exposures]
        return sum(share > 0 for share in shares)


def find_criticality(
    graph: NeuronGraph, inputs: Mapping[str, ArrayLike], physics: Sequence[Physics] = ()
) -> Criticality:
    """Invert every neuron for every operand.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    inputs : mapping of str to array_like of int
        Codes for each input port, flat and of the same length.
    physics : sequence of Physics
        Noise on synapses and membranes, for which to predict how often the circuit is right.

    Raises
    ------
    ValueError
        If the physics has anything but noise on synapses and membranes.
    """
    for one in physics:
        noise = Physics(synapse_noise=one.synapse_noise, membrane_noise=one.membrane_noise)
        if one != noise:
            raise InputError(
                f"Physics of a prediction must be noise on synapses and membranes, not {one!r}"
            )
    codes = {name: np.asarray(values, np.int64) for name, values in inputs.items()}
    trials = len(next(iter(codes.values())))
    survey = _Survey(graph, physics)
    for start in range(0, trials, _BLOCK):
        survey.add({name: values[start : start + _BLOCK] for name, values in codes.items()})
    return survey.result(trials)


class _Survey:
    """The counts of one circuit, filled block by block."""

    def __init__(self, graph: NeuronGraph, physics: Sequence[Physics]) -> None:
        self._graph = graph
        self._readers: list[list[tuple[int, int]]] = [[] for _ in range(graph.node_count)]
        self._low: dict[int, int] = {}
        self._types: dict[int, type[np.signedinteger]] = {}
        self._tables: dict[int, list[NDArray[np.float64]]] = {}
        self._counts: dict[int, NDArray[np.int64]] = {}
        self._survival = [0.0] * len(physics)
        for node, neuron in graph.numbered_neurons():
            merged: dict[int, int] = {}
            for source, weight in zip(neuron.sources, neuron.weights, strict=True):
                merged[source] = merged.get(source, 0) + weight
            for source, weight in merged.items():
                self._readers[source].append((node, weight))
            low = min(0, sum(w for w in merged.values() if w < 0))
            high = sum(w for w in merged.values() if w > 0)
            self._low[node] = low
            reach = max(-low, high) + abs(neuron.threshold)
            self._types[node] = next(t for t in _TYPES if reach <= np.iinfo(t).max)
            self._counts[node] = np.zeros(high - low + 1, np.int64)
            distance = np.abs(np.arange(low, high + 1) - (neuron.threshold - 0.5))
            square = sum(w * w for w in neuron.weights)
            self._tables[node] = [
                np.log1p(
                    -probability(
                        -distance,
                        float(np.hypot(one.synapse_noise * np.sqrt(square), one.membrane_noise)),
                    )
                )
                for one in physics
            ]

    def add(self, codes: Mapping[str, NDArray[np.int64]]) -> None:
        """Count a block of operands."""
        graph = self._graph
        spikes: list[NDArray[np.int8]] = []
        for port in graph.inputs:
            spikes += [(codes[port.name] >> i & 1).astype(np.int8) for i in range(len(port.nodes))]
        sums: dict[int, NDArray[Any]] = {
            node: np.zeros(len(spikes[0]), kind) for node, kind in self._types.items()
        }
        for node in range(graph.node_count):
            if node >= graph.input_count:
                threshold = graph.neurons[node - graph.input_count].threshold
                spikes.append((sums[node] >= threshold).view(np.int8))
            for reader, weight in self._readers[node]:
                sums[reader] += spikes[node] * self._types[reader](weight)
        survival = [np.zeros(len(spikes[0])) for _ in self._survival]
        for node in range(graph.input_count, graph.node_count):
            wrong = self._follow(node, spikes, sums)
            index = sums[node][wrong].astype(np.int64) - self._low[node]
            counts = self._counts[node]
            counts += np.bincount(index, minlength=len(counts))
            for total, table in zip(survival, self._tables[node], strict=True):
                total[wrong] += table[index]
        for i, total in enumerate(survival):
            self._survival[i] += float(np.exp(total).sum())

    def _follow(
        self, node: int, spikes: Sequence[NDArray[np.int8]], sums: Mapping[int, NDArray[Any]]
    ) -> NDArray[np.bool_]:
        """Return where the output is wrong if a neuron is inverted."""
        graph = self._graph
        # By how much the spikes of a node change: -1, 0 or 1; only nodes that change are there.
        changed: dict[int, NDArray[np.int8]] = {node: 1 - 2 * spikes[node]}
        moved: dict[int, NDArray[Any]] = {}
        for current in range(node, graph.node_count):
            if current != node:
                if current not in moved:
                    continue
                threshold = graph.neurons[current - graph.input_count].threshold
                change = (moved.pop(current) >= threshold).view(np.int8) - spikes[current]
                if not change.any():
                    continue
                changed[current] = change
            for reader, weight in self._readers[current]:
                before = moved.get(reader)
                step = changed[current] * self._types[reader](weight)
                moved[reader] = (sums[reader] if before is None else before) + step
        wrong = np.zeros(len(spikes[0]), np.bool_)
        for port in graph.outputs:
            for output in port.nodes:
                if output in changed:
                    wrong |= changed[output] != 0
        return wrong

    def result(self, trials: int) -> Criticality:
        """Return the shares."""
        exposures = []
        for node, neuron in self._graph.numbered_neurons():
            low, counts = self._low[node], self._counts[node]
            first = min(max(neuron.threshold - low, 0), len(counts))
            exposures.append(
                Exposure(
                    node,
                    float(counts[:first].sum() / trials),
                    float(counts[first:].sum() / trials),
                    {low + int(i): float(counts[i] / trials) for i in np.flatnonzero(counts)},
                )
            )
        return Criticality(tuple(exposures), tuple(s / trials for s in self._survival))
