# SPDX-License-Identifier: Apache-2.0
"""The operations of a network done by the neurons of its units, in the exact simulator."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.codes import WORD_BITS, apart, side_by_side
from spikefloat.rtl_gen.networks.description import Network as Description
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.rtl_gen.rtl.styles.pass_circuits import PassCircuits
from spikefloat.sim.golden.networks.network import Operations
from spikefloat.sim.graphs.network import Network

__all__ = ["neuron_operations", "run_argmax", "run_passes"]

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
        return run_passes(units.norm, x, [np.broadcast_to(gain, x.shape)], run)

    return Operations(
        product=product,
        add=lambda a, b: run(units.add, {"a": a, "b": b})["y"],
        narrow=lambda a: run(units.narrow, {"a": a})["y"],
        gate=lambda a, b: run(units.gate, {"a": a, "b": b})["y"],
        norm=norm,
        softmax=lambda x: run_passes(units.softmax, x, run=run),
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


def run_passes(
    steps: PassCircuits, x: Codes, others: Sequence[Codes] = (), run: _Runner | None = None
) -> Codes:
    """Return what the circuits of an operation give when they are used in turn, as in hardware.

    Parameters
    ----------
    steps : PassCircuits
        The circuits.
    x : array of int
        Codes of the operand that is gone over, whose last axis is a vector.
    others : sequence of array of int
        Codes of the other operands.
    """
    run = _Runner() if run is None else run
    vectors = x.shape[:-1]
    words: dict[str, Codes] = {
        name: np.zeros((*vectors, width) if width > WORD_BITS else vectors, np.int64)
        for name, width in steps.registers_kept.items()
    }

    def use(graph: NeuronGraph | None, **given: Codes) -> dict[str, Codes]:
        if graph is None:
            return {}
        known = words | given
        made = run(graph, {port.name: known[port.name] for port in graph.inputs})
        words.update({name.removeprefix("next_"): codes for name, codes in made.items()})
        return made

    elements = list(np.moveaxis(x, -1, 0))
    firsts = [np.full(vectors, place == 0, np.int64) for place in range(len(elements))]
    for element, first in zip(elements, firsts, strict=True):
        use(steps.take, element=element, first=first)
    if steps.scan:
        for place, first in enumerate(firsts):
            elements[place] = use(steps.scan, element=elements[place])["stored"]
            use(steps.add, stored=elements[place], first=first)
    use(steps.begin)
    for _ in range(steps.digits):
        use(steps.step)
    use(steps.settle)
    columns = []
    for place, element in enumerate(elements):
        codes = {name: own[..., place] for name, own in zip(steps.others, others, strict=True)}
        columns.append(use(steps.give, element=element, **codes)["y"])
    return np.stack(columns, axis=-1)


def _padded(codes: Codes, length: int, code: int) -> Codes:
    """Return codes with more of one code at the end of the last axis."""
    missing = length - codes.shape[-1]
    return np.pad(codes, [(0, 0)] * (codes.ndim - 1) + [(0, missing)], constant_values=code)
