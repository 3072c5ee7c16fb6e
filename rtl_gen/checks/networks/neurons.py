# SPDX-License-Identifier: Apache-2.0
"""The operations of a network done by the neurons of its units, in the exact simulator."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.codes import WORD_BITS, apart, side_by_side
from spikefloat.rtl_gen.circuits.vectors.softmax_steps import SoftmaxSteps
from spikefloat.rtl_gen.networks.description import Network as Description
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.sim.golden.networks.network import Operations
from spikefloat.sim.graphs.network import Network

__all__ = ["neuron_operations", "run_argmax", "run_softmax"]

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
        a = _padded(x, lanes, 0).astype(kind)[..., :, None, :]
        b = _padded(w, lanes, fmt.sign_mask).astype(kind)[..., None, :, :]
        a, b = np.broadcast_arrays(a, b)
        return run(units.product, {"a": a, "b": b}, {"a": width, "b": width})["y"]

    def norm(x: Codes, gain: Codes, epsilon: Fraction) -> Codes:
        return run(units.norm, {"x": x, "g": gain}, {"x": width, "g": width, "y": width})["y"]

    return Operations(
        product=product,
        add=lambda a, b: run(units.add, {"a": a, "b": b})["y"],
        narrow=lambda a: run(units.narrow, {"a": a})["y"],
        gate=lambda a, b: run(units.gate, {"a": a, "b": b})["y"],
        norm=norm,
        softmax=lambda x: run_softmax(units.softmax, x, run),
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
        network = self._networks.setdefault(id(graph), Network(graph))
        ports = {
            name: side_by_side(codes, 1, vectors[name]) if name in vectors else codes
            for name, codes in inputs.items()
        }
        outputs = network.run({name: np.ascontiguousarray(codes) for name, codes in ports.items()})
        if self._spikes is not None:
            fired = int(network.spikes(ports).sum())
            self._spikes[graph.name] = self._spikes.get(graph.name, 0) + fired
        widths = {port.name: len(port.nodes) for port in graph.outputs}
        return {
            name: apart(codes, widths[name] // vectors[name], vectors[name])
            if name in vectors
            else codes.astype(np.int64)
            for name, codes in outputs.items()
        }


def run_softmax(steps: SoftmaxSteps, x: Codes, run: _Runner | None = None) -> Codes:
    """Return what the circuits of a softmax give when they are used in turn, as in hardware.

    Parameters
    ----------
    steps : SoftmaxSteps
        The circuits.
    x : array of int
        Codes, whose last axis is a vector.
    """
    run = _Runner() if run is None else run
    length = x.shape[-1]
    width = len(steps.maximum.inputs[0].nodes) // length
    largest = run(steps.maximum, {"x": x}, {"x": width})["largest"]
    every = np.broadcast_to(largest[..., None], x.shape)
    powers = run(steps.power, {"code": x, "largest": every})["power"]
    bits = len(steps.divisor.inputs[0].nodes)
    own = (bits,) if bits > WORD_BITS else ()
    total = np.zeros((*largest.shape, *own), np.int64)
    for index in range(length):
        first = np.full(largest.shape, index == 0, np.int64)
        operands = {"total": total, "power": powers[..., index], "first": first}
        total = run(steps.accumulate, operands)["total_next"]
    divisor = run(steps.divisor, {"total": total})
    spread = {
        name: np.broadcast_to(
            np.expand_dims(codes, x.ndim - 1), (*x.shape, *codes.shape[x.ndim - 1 :])
        )
        for name, codes in divisor.items()
    }
    return run(steps.share, {"power": powers, "largest": every, **spread})["y"]


def _padded(codes: Codes, length: int, code: int) -> Codes:
    """Return codes with more of one code at the end of the last axis."""
    missing = length - codes.shape[-1]
    return np.pad(codes, [(0, 0)] * (codes.ndim - 1) + [(0, missing)], constant_values=code)
