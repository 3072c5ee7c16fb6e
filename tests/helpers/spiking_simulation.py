# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as membranes that live on from one wave to the next, step by step.

A wave is one set of operands. It passes one layer of neurons in each step, and the next wave is
right behind it. Potentials are integers, in units of ``2 ** -fraction_bits``, so that every step is
exact. Nothing is shared with the generator: thresholds, bias, leak and reset are written here once
more, from their definition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.graphs.sums import input_bits

__all__ = ["SpikingResult", "SpikingSimulation"]

Codes = Mapping[str, ArrayLike]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class SpikingResult:
    """What came out of a number of waves."""

    outputs: dict[str, Integers]  #: Code of each output port for each wave, in the shape of inputs.
    #: Whether each neuron fired, by wave and then in the order of the neurons; None if not asked.
    spikes: NDArray[np.bool_] | None


@dataclass
class SpikingSimulation:
    """A circuit of integrate-and-fire neurons, and the state of its membranes.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    leak : Fraction
        Share of a potential that is left after one wave, a binary fraction from 0 to 1.
    reset : str
        ``"soft"`` to subtract the level at which the neuron fires, ``"hard"`` to return to zero.
    fraction_bits : int, optional
        Potentials are multiples of ``2 ** -fraction_bits``; what leak leaves is rounded to the next
        of them that is not further from zero. By default, one more than the leak has.
    rails : sequence of (int, int), optional
        Least and greatest potential of each neuron, in units, at which it saturates.

    Raises
    ------
    ValueError
        If the reset is unknown, or the leak is not a binary fraction from 0 to 1.
    """

    graph: NeuronGraph
    leak: Fraction = Fraction(0)
    reset: str = "soft"
    fraction_bits: int | None = None
    rails: Sequence[tuple[int, int]] | None = None
    #: Potential of each neuron after the last wave, in units; one column for each stream.
    membranes: Integers = field(init=False)

    def __post_init__(self) -> None:
        if self.reset not in ("soft", "hard"):
            raise InputError(f"Reset must be soft or hard, not {self.reset!r}")
        leak = Fraction(self.leak)
        if not 0 <= leak <= 1 or leak.denominator & (leak.denominator - 1):
            raise InputError(f"Leak must be a binary fraction from 0 to 1, not {self.leak}")
        self._share, self._whole = leak.numerator, leak.denominator
        if self.fraction_bits is None:
            self.fraction_bits = leak.denominator.bit_length()
        if self.fraction_bits < 1:
            raise InputError(f"Fraction bits must be 1 or more, not {self.fraction_bits}")
        self._unit = 1 << self.fraction_bits
        neurons = self.graph.neurons
        # A neuron that would fire at rest is raised by a bias, so that its level is positive.
        bias = [max(0, 1 - neuron.threshold) for neuron in neurons]
        self._bias = np.array(bias, np.int64).reshape(-1, 1) * self._unit
        thresholds = np.array([neuron.threshold for neuron in neurons], np.int64).reshape(-1, 1)
        self._level = thresholds * self._unit + self._bias - self._unit // 2
        fan_in = max((len(neuron.sources) for neuron in neurons), default=0)
        self._sources = np.zeros((len(neurons), fan_in), np.int64)
        self._weights = np.zeros((len(neurons), fan_in, 1), np.int64)
        self._ages = np.ones((len(neurons), fan_in), np.int64)
        layers = self.graph.layers
        for row, (node, neuron) in enumerate(self.graph.numbered_neurons()):
            count = len(neuron.sources)
            self._sources[row, :count] = neuron.sources
            self._weights[row, :count, 0] = np.array(neuron.weights, np.int64) * self._unit
            self._ages[row, :count] = [layers[node] - layers[source] for source in neuron.sources]
        self.rest()

    def rest(self, streams: int = 1) -> None:
        """Return every membrane to rest.

        Parameters
        ----------
        streams : int
            Number of independent streams of waves.
        """
        self.membranes = np.zeros((len(self.graph.neurons), streams), np.int64)

    def run(
        self, inputs: Codes, *, discharge: bool | Sequence[bool] = False, record: bool = False
    ) -> SpikingResult:
        """Send waves through the circuit, one behind the other.

        Parameters
        ----------
        inputs : mapping of str to array of int
            Codes of each input port: one for each wave, or one row of streams for each wave.
        discharge : bool or sequence of bool
            Whether, for all waves or for each, every membrane is returned to rest before it.
        record : bool
            Whether to return the spikes of every neuron.
        """
        bits = input_bits(self.graph, inputs)
        waves, streams = bits.shape[1:]
        if self.membranes.shape[1] != streams:
            self.rest(streams)
        rest = np.broadcast_to(np.asarray(discharge, bool), (waves,))
        fired = self._fire(bits, rest)
        shape = np.shape(next(iter(inputs.values())))
        outputs = {
            port.name: sum(
                (fired[node].astype(np.int64) << index for index, node in enumerate(port.nodes)),
                np.zeros((waves, streams), np.int64),
            ).reshape(shape)
            for port in self.graph.outputs
        }
        spikes = None
        if record:
            spikes = np.moveaxis(fired[self.graph.input_count :], 0, -1)
            spikes = spikes.reshape(*shape, len(self.graph.neurons))
        return SpikingResult(outputs, spikes)

    def _fire(self, bits: NDArray[np.bool_], rest: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return whether each node fired in each wave, with nodes in rows."""
        graph = self.graph
        waves, streams = bits.shape[1:]
        # In step s a neuron of layer t takes its step for wave s - t. So each step is one operation
        # on all neurons, and each wave sees every membrane as the wave before left it.
        layers = np.array(graph.layers[graph.input_count :], np.int64)
        depth = int(layers.max(initial=0))
        fired = np.zeros((graph.node_count, waves, streams), bool)
        fired[: graph.input_count] = bits
        constant = np.array([not neuron.sources for neuron in graph.neurons], bool)
        always = np.array([neuron.threshold <= 0 for neuron in graph.neurons], bool)
        fired[graph.input_count :][constant & always] = True
        rails = None
        if self.rails is not None:
            rails = tuple(
                np.array(side, np.int64).reshape(-1, 1) for side in zip(*self.rails, strict=True)
            )
        for step in range(1, waves + depth):
            wave = step - layers
            rows = np.flatnonzero((wave >= 0) & (wave < waves) & ~constant)
            now = wave[rows]
            spikes = fired[self._sources[rows], now[:, None]]
            remaining = self.membranes[rows]
            remaining[rest[now]] = 0
            remaining = np.sign(remaining) * (np.abs(remaining) * self._share // self._whole)
            total = remaining + self._bias[rows] + (spikes * self._weights[rows]).sum(axis=1)
            fires = total >= self._level[rows]
            fired[graph.input_count + rows, now] = fires
            left = np.where(fires, total - self._level[rows] if self.reset == "soft" else 0, total)
            if rails is not None:
                left = np.clip(left, rails[0][rows], rails[1][rows])
            self.membranes[rows] = left
        return fired
