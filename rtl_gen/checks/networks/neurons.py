# SPDX-License-Identifier: Apache-2.0
"""The operations of a network done by the neurons of its units, in the exact simulator."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.codes import apart, side_by_side
from spikefloat.rtl_gen.checks.networks.passes import filled, run_passes
from spikefloat.rtl_gen.networks.description import Network as Description
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.sim.golden.networks.network import Operations
from spikefloat.sim.graphs.network import Network
from spikefloat.sim.graphs.planes import Planes

__all__ = ["neuron_operations", "run_argmax"]

Codes = NDArray[Any]


def neuron_operations(
    network: Description, units: Units, spikes: dict[str, int] | None = None
) -> Operations:
    """Return operations that run the circuits, on all rows of a step at once.

    Parameters
    ----------
    network : Network
        The description.
    units : Units
        The circuits.
    spikes : dict of str to int, optional
        Where spikes are added up, by the name of the circuit. Every operation begins at rest.
    """
    run = _Runner(spikes)
    fmt, lanes = network.code_format, network.lanes
    width = fmt.width
    kind = np.uint8 if width <= 8 else np.uint16

    def product(x: Codes, w: Codes) -> Codes:
        # Lanes without an operand get +0 times -0, which changes no sum, not even one of -0.
        a = filled(x, lanes, 0).astype(kind)[..., :, None, :]
        b = filled(w, lanes, fmt.sign_mask).astype(kind)[..., None, :, :]
        a, b = np.broadcast_arrays(a, b)
        return run(units.product, {"a": a, "b": b}, {"a": width, "b": width})["y"]

    def norm(x: Codes, gain: Codes, offset: Codes | None, epsilon: Fraction) -> Codes:
        others = [gain] if offset is None else [gain, offset]
        return run_passes(run.planes, units.norm, x, others)

    return Operations(
        product=product,
        add=lambda a, b: run(units.add, {"a": a, "b": b})["y"],
        narrow=lambda a: run(units.narrow, {"a": a})["y"],
        gate=lambda a, b: run(units.activations["gate"], {"a": a, "b": b})["y"],
        activate=lambda name, a: run(units.functions[name], {"a": a})["y"],
        norm=norm,
        softmax=lambda x: run_passes(run.planes, units.softmax, x),
    )


def run_argmax(units: Units, results: Codes) -> Codes:
    """Return the index of the largest of some results, over the last axis.

    Parameters
    ----------
    units : Units
        The circuits.
    results : array of int
        Codes.
    """
    width = len(units.argmax.inputs[0].nodes) // results.shape[-1]
    return _Runner()(units.argmax, {"a": results}, {"a": width})["y"]


class _Runner:
    """Runs graphs, each of which is made ready once."""

    def __init__(self, spikes: dict[str, int] | None = None) -> None:
        self._networks: dict[int, Network] = {}
        self._spikes = spikes

    def __call__(
        self,
        graph: NeuronGraph,
        inputs: Mapping[str, Codes],
        vectors: Mapping[str, int] | None = None,
    ) -> dict[str, Codes]:
        """Return the outputs of a graph; ``vectors`` has the bits of an element of each vector."""
        vectors = vectors or {}
        network = self._network(graph)
        ports = {
            name: side_by_side(codes, 1, vectors[name]) if name in vectors else codes
            for name, codes in inputs.items()
        }
        outputs = network.run({name: np.ascontiguousarray(codes) for name, codes in ports.items()})
        if self._spikes is not None:
            self._count(graph, network.spikes(ports))
        widths = {port.name: len(port.nodes) for port in graph.outputs}
        return {
            name: apart(codes, widths[name] // vectors[name], vectors[name])
            if name in vectors
            else codes.astype(np.int64)
            for name, codes in outputs.items()
        }

    def planes(
        self, graph: NeuronGraph, inputs: Mapping[str, Planes], trials: int
    ) -> dict[str, Planes]:
        """Return the planes of the outputs of a graph."""
        network = self._network(graph)
        if self._spikes is not None:
            self._count(graph, network.spikes_planes(inputs, trials))
        return network.run_planes(inputs)

    def _network(self, graph: NeuronGraph) -> Network:
        if id(graph) not in self._networks:
            self._networks[id(graph)] = Network(graph)
        return self._networks[id(graph)]

    def _count(self, graph: NeuronGraph, spikes: NDArray[np.int64]) -> None:
        assert self._spikes is not None
        self._spikes[graph.name] = self._spikes.get(graph.name, 0) + int(spikes.sum())
