# SPDX-License-Identifier: Apache-2.0
"""A neuron graph on a device that is not ideal, many trials at once.

In the spatial style each neuron starts at rest in every trial. Its membrane is the sum of
``weight * (spike + noise)`` over its synapses, plus noise of its own; it fires, 0 or 1, if that
reaches the analog threshold. Noise therefore enters inside the circuit, and wrong spikes travel on.
In the spiking style the membrane keeps something of the trial before: see
:mod:`spikefloat.sim.devices.spiking`, which draws one Gaussian for each membrane.

How noise is drawn
------------------
A sum of independent Gaussians is a Gaussian: synapses of weights ``w`` with noise ``s`` each and a
membrane with noise ``m`` give a membrane with noise ``sqrt(s**2 * sum(w**2) + m**2)``. A neuron
that has received given spikes fires with the probability ``P`` that this one Gaussian carries it
over the threshold, independently of all others. So, for each neuron, ``P`` is tabled by the sum of
its inputs (by their pattern, where weights differ from device to device), and one random byte
decides: if it is below the first eight bits of ``P``, the neuron fires; if it is equal, which
happens once in 256 times, 53 further bits decide about the rest of ``P``. This is the same
distribution to ``2**-61``. ``method="synapse"`` draws every Gaussian instead, for comparison.

Noise on the inputs of the circuit is common to all synapses of an input, so neurons there are not
independent; their membranes are summed up as numbers.

Trials come in blocks of :data:`BLOCK`, each with random numbers of its own, so that results do not
depend on how blocks are shared among calls or processes.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.devices.physics import IDEAL, Physics
from spikefloat.sim.devices.spiking import SpikingMembrane
from spikefloat.sim.devices.steps import (
    Draw,
    Membrane,
    Record,
    Rows,
    Step,
    SumTable,
    empty_record,
    join_records,
    probability,
)

__all__ = ["BLOCK", "METHODS", "Device", "DeviceResult"]

#: Trials that share one stream of random numbers. Large enough to outweigh the cost of a call.
BLOCK = 16384

#: Ways to draw noise: by table of probabilities, or each synapse by itself.
METHODS = ("table", "synapse")

#: Neurons with at most this many sources are tabled by pattern if their weights are not integers.
_PATTERN_SOURCES = 10

#: Sums are tabled if there are at most this many.
_MAX_SUMS = 1 << 16

_DEVICE_STREAM, _TRIAL_STREAM = 0, 1


@dataclass(frozen=True)
class DeviceResult:
    """What a device did in a number of trials."""

    outputs: dict[str, NDArray[np.int64]]  #: Codes of each output port.
    spikes: NDArray[np.int64]  #: In how many trials each node fired, inputs first.
    #: Every membrane in every trial, nodes in rows; None if not asked for.
    record: Record | None = None


class Device:
    """One device: a graph with its static flaws drawn, ready to run.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit. A source that a neuron names several times is as many synapses.
    physics : Physics
        How the device departs from the ideal.
    seed : int
        Decides on mismatch and stuck neurons.
    stuck : mapping of int to int, optional
        Neurons, by node number, that always give the stated value.
    flips : mapping of int to float, optional
        Neurons, by node number, whose spikes are inverted with the stated probability.
    method : str
        One of :data:`METHODS`.

    Raises
    ------
    ValueError
        If the method is unknown, or a node is not a neuron.
    """

    def __init__(
        self,
        graph: NeuronGraph,
        physics: Physics = IDEAL,
        *,
        seed: int = 0,
        stuck: Mapping[int, int] | None = None,
        flips: Mapping[int, float] | None = None,
        method: str = "table",
    ) -> None:
        if method not in METHODS:
            raise InputError(f"Method must be one of {', '.join(METHODS)}, not {method!r}")
        for node in (*(stuck or ()), *(flips or ())):
            if not graph.input_count <= node < graph.node_count:
                raise InputError(
                    f"Node must be a neuron, from {graph.input_count} to {graph.node_count - 1}, "
                    f"not {node!r}"
                )
        self._graph = graph
        self._physics = physics
        self._flips = dict(flips or {})
        self._steps = self._compile(seed, dict(stuck or {}), method)

    @property
    def graph(self) -> NeuronGraph:
        """The circuit."""
        return self._graph

    def run(
        self,
        inputs: Mapping[str, ArrayLike],
        *,
        seed: int,
        first_block: int = 0,
        record: bool = False,
    ) -> DeviceResult:
        """Run one trial for each code at the inputs.

        In the spiking style, trial ``t`` of a block of :data:`BLOCK` is wave ``t // streams`` of
        stream ``t % streams``, where ``streams`` is ``BLOCK // physics.waves``.

        Parameters
        ----------
        inputs : mapping of str to array_like of int
            Codes for each input port, flat and of the same length.
        seed : int
            Decides on noise and dropped spikes.
        first_block : int
            Number of the first block of trials, for a run that continues another.
        record : bool
            Whether to return every membrane, in the spiking style.

        Raises
        ------
        ValueError
            If the inputs are not those of the graph, their lengths differ, a code is too large, or
            membranes are asked for in the spatial style.
        """
        graph = self._graph
        if record and self._physics.style != "spiking":
            raise InputError(
                f"Style must be spiking to record membranes, not {self._physics.style!r}"
            )
        codes = self._check(inputs)
        trials = len(codes[0]) if codes else 0
        outputs = {port.name: np.zeros(trials, np.int64) for port in graph.outputs}
        spikes = np.zeros(graph.node_count, np.int64)
        records: list[Record] = []
        # A last block that is not full is run in full, so that it draws what it would draw then.
        spike_rows = np.zeros((graph.node_count, BLOCK), np.uint8)
        for index, start in enumerate(range(0, trials, BLOCK)):
            count = min(BLOCK, trials - start)
            for port, values in zip(graph.inputs, codes, strict=True):
                for bit, node in enumerate(port.nodes):
                    spike_rows[node, :count] = values[start : start + count] >> bit & 1
            draw = Draw(
                np.random.SeedSequence(seed, spawn_key=(_TRIAL_STREAM, first_block + index))
            )
            rows = Rows(
                spike_rows,
                self._analog_inputs(spike_rows, draw),
                empty_record(graph.node_count, BLOCK) if record else None,
            )
            for step in self._steps:
                step.run(rows, draw)
            for port in graph.outputs:
                result = outputs[port.name][start : start + count]
                for bit, node in enumerate(port.nodes):
                    result |= spike_rows[node, :count].astype(np.int64) << bit
            for node in range(graph.node_count):
                spikes[node] += np.count_nonzero(spike_rows[node, :count].view(np.bool_))
            if rows.record is not None:
                records.append(rows.record)
        return DeviceResult(
            outputs=outputs, spikes=spikes, record=join_records(records, trials) if record else None
        )

    def _check(self, inputs: Mapping[str, ArrayLike]) -> list[NDArray[np.int64]]:
        names = [port.name for port in self._graph.inputs]
        if set(inputs) != set(names):
            raise InputError(
                f"Inputs of {self._graph.name} must be {', '.join(names)}, "
                f"not {', '.join(inputs) or 'none'}"
            )
        codes = [np.asarray(inputs[name], np.int64) for name in names]
        for name, values in zip(names, codes, strict=True):
            if values.shape != (len(codes[0]),):
                raise InputError(
                    f"Input {name!r} must have {len(codes[0])} codes, not shape {values.shape}"
                )
        for port, values in zip(self._graph.inputs, codes, strict=True):
            wrong = values[(values < 0) | (values >> len(port.nodes) != 0)]
            if wrong.size:
                raise InputError(
                    f"Input {port.name!r} must be from 0 to {(1 << len(port.nodes)) - 1}, "
                    f"not {wrong[0]}"
                )
        return codes

    def _analog_inputs(self, spikes: NDArray[np.uint8], draw: Draw) -> NDArray[np.float32] | None:
        if not self._physics.input_noise:
            return None
        count = self._graph.input_count
        noise = draw.normal((count, BLOCK)) * np.float32(self._physics.input_noise)
        noise += spikes[:count]
        return np.clip(noise, 0, 1, out=noise) if self._physics.clamp_inputs else noise

    # ------------------------------------------------------------------------------ compilation

    def _compile(self, seed: int, stuck: dict[int, int], method: str) -> list[Step]:
        graph, physics = self._graph, self._physics
        largest = max((abs(w) for n in graph.neurons for w in n.weights), default=1)
        rng = np.random.Generator(
            np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(_DEVICE_STREAM,)))
        )
        steps: list[Step] = []
        for node, neuron in graph.numbered_neurons():
            # Everything is drawn whether it is used or not, so that one knob does not change what
            # another one does.
            luck, spread = rng.random(), rng.standard_normal(len(neuron.weights) + 1)
            if luck < physics.stuck_at_0 + physics.stuck_at_1:
                stuck.setdefault(node, int(luck >= physics.stuck_at_0))
            weights = np.array(neuron.weights, float)
            if physics.weight_levels is not None:
                step = largest / physics.weight_levels
                weights = np.round(weights / step) * step
            weights *= 1 + physics.weight_mismatch * spread[1:]
            threshold = (
                (neuron.threshold - 0.5)
                * (1 + physics.threshold_drift)
                * (1 + physics.threshold_mismatch * spread[0])
            )
            steps.append(self._step(node, neuron.sources, weights, threshold, stuck, method))
        return steps

    def _after(self, node: int, fires: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of a spike at the synapses for that of one in the neuron."""
        flip = self._flips.get(node, 0.0)
        return (fires * (1 - flip) + (1 - fires) * flip) * (1 - self._physics.dropped_spikes)

    def _step(
        self,
        node: int,
        sources: tuple[int, ...],
        weights: NDArray[np.float64],
        threshold: float,
        stuck: dict[int, int],
        method: str,
    ) -> Step:
        physics = self._physics
        if node in stuck:
            return SumTable(node, (), (), 0, np.array([float(stuck[node])]))
        distinct = tuple(dict.fromkeys(sources))
        sums = [float(weights[[s == source for s in sources]].sum()) for source in distinct]
        noise = float(
            np.hypot(physics.synapse_noise * np.sqrt((weights**2).sum()), physics.membrane_noise)
        )
        after = self._after(node, np.array([0.0, 1.0]))
        if physics.style == "spiking" and distinct:
            parts = (
                [noise]
                if method == "table"
                else [*(physics.synapse_noise * weights), physics.membrane_noise]
            )
            whole = self._graph.neurons[node - self._graph.input_count].threshold
            return SpikingMembrane(
                node, distinct, sums, parts, threshold, max(0, 1 - whole), after, physics
            )
        at_input = physics.input_noise > 0 and any(s < self._graph.input_count for s in distinct)
        if at_input or method == "synapse":
            own: Any = noise
            if method == "synapse":
                own = [*(physics.synapse_noise * weights), physics.membrane_noise]
            return Membrane(node, distinct, sums, own, threshold, after)
        if all(value == round(value) for value in sums):
            factors = [round(value) for value in sums]
            common = math.gcd(*factors) or 1
            factors = [factor // common for factor in factors]
            lowest = sum(factor for factor in factors if factor < 0)
            levels = np.arange(lowest, sum(f for f in factors if f > 0) + 1) * common
            if len(levels) <= _MAX_SUMS:
                table = self._after(node, probability(levels - threshold, noise))
                return SumTable(node, distinct, factors, -lowest, table)
        if len(distinct) <= _PATTERN_SOURCES:
            potentials = np.zeros(1)
            for value in sums:
                potentials = np.concatenate((potentials, potentials + value))
            table = self._after(node, probability(potentials - threshold, noise))
            return SumTable(node, distinct, [1 << i for i in range(len(distinct))], 0, table)
        return Membrane(node, distinct, sums, noise, threshold, after)
