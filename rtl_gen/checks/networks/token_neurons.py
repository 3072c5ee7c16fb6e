# SPDX-License-Identifier: Apache-2.0
"""The operations of a decoder done by the neurons of its units, in the exact simulator.

What passes from one circuit to the next stays in planes of bits, as all rows of a step are done at
once: a dot product takes the same calls for one row as for thousands.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.networks.passes import all_set, filled, run_passes
from spikefloat.rtl_gen.networks.description import Network as Description
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.engine.token_units import TokenUnits
from spikefloat.sim.golden.networks.tokens import TokenOperations
from spikefloat.sim.graphs.network import Network
from spikefloat.sim.graphs.planes import (
    WORD_BITS,
    Planes,
    pack_codes,
    unpack_codes,
    word_count,
)

__all__ = ["neuron_token_operations"]

Codes = NDArray[Any]


def neuron_token_operations(
    network: Description, units: TokenUnits, spikes: dict[str, int] | None = None
) -> TokenOperations:
    """Return operations that run the circuits, on all rows of a step at once.

    Parameters
    ----------
    network : Network
        The description.
    units : TokenUnits
        The circuits.
    spikes : dict of str to int, optional
        Where spikes are added up, by the name of the circuit, which takes as long as all else. Every
        operation begins at rest; steps of zeros that a dot product begins with are not computed.
    """
    run = _Circuits(network, units, spikes)
    return TokenOperations(
        product=run.product,
        add=lambda a, b: run.elements(units.add, a=a, b=b),
        narrow=lambda a: run.elements(units.narrow, a=a),
        gate=lambda a, b: run.elements(units.activations["gate"], a=a, b=b),
        activate=lambda name, a: run.elements(units.functions[name], a=a),
        norm=run.norm,
        softmax=lambda x: run.causal_softmax(x, x.shape[-1]),
        widen=lambda a: run.elements(units.widen, a=a),
        scale=lambda a, b: run.elements(units.scale, a=a, b=b),
        turn=run.turn,
        causal_softmax=run.causal_softmax,
    )


class _Circuits:
    """Runs graphs, each of which is made ready once."""

    def __init__(
        self, network: Description, units: TokenUnits, spikes: dict[str, int] | None
    ) -> None:
        self._units, self._spikes = units, spikes
        self._width = network.code_format.width
        self._negative_zero = network.code_format.sign_mask
        self._networks = {id(graph): Network(graph) for graph in units.graphs.values()}
        for own in self._networks.values():
            assert own.operations  # which are found once, before the first run
        self._begun: dict[int, Planes] = {}  #: State of one dot product after steps of zeros.

    def run(
        self, graph: NeuronGraph, planes: Mapping[str, Planes], trials: int | None = None
    ) -> dict[str, Planes]:
        """Return the planes of the outputs, and count spikes of so many trials; by default none."""
        network = self._networks[id(graph)]
        if self._spikes is not None and trials is not None:
            count = int(network.spikes_planes(planes, trials).sum())
            self._spikes[graph.name] = self._spikes.get(graph.name, 0) + count
        return network.run_planes(planes)

    def elements(self, graph: NeuronGraph, **codes: Codes) -> Codes:
        """Return the results of a circuit for each element."""
        arrays = dict(zip(codes, np.broadcast_arrays(*codes.values()), strict=True))
        shape = next(iter(arrays.values())).shape
        planes = {
            port.name: pack_codes(arrays[port.name].ravel(), len(port.nodes))
            for port in graph.inputs
        }
        count = int(np.prod(shape))
        (result,) = self.run(graph, planes, count).values()
        return unpack_codes(result, count).reshape(shape).astype(np.int64)

    def product(self, x: Codes, w: Codes) -> Codes:
        """Return all dot products of rows, a few terms at a time."""
        lane, terms = self._units.lane, self._units.terms
        shape = (*np.broadcast_shapes(x.shape[:-2], w.shape[:-2]), x.shape[-2], w.shape[-2])
        trials, steps = int(np.prod(shape)), -(-x.shape[-1] // terms)
        # Places without an operand get +0 times -0, which changes no sum, not even one of -0.
        pairs = (
            (filled(x, steps * terms, 0)[..., :, None, :], "x"),
            (filled(w, steps * terms, self._negative_zero)[..., None, :, :], "w"),
        )
        planes = {
            name: self._by_step(np.broadcast_to(codes, (*shape, steps * terms)), steps)
            for codes, name in pairs
        }
        words = word_count(trials)
        partial = self._partial(planes, words, trials)
        zeros = self._units.steps - steps
        begun = np.repeat(self._after(zeros), words, axis=1)
        state = self._accumulated(partial, begun, zeros == 0, trials)
        result = self.run(lane.finish, {"state": state}, trials)["y"]
        return unpack_codes(result, trials).reshape(shape).astype(np.int64)

    def _partial(self, planes: Mapping[str, Planes], words: int, trials: int) -> Planes:
        """Return the sums of a few products, for each step."""
        graph = self._units.lane.multiply
        if self._spikes is None:
            return self.run(graph, planes)["partial"]
        parts = []  # One step at a time: behind the trials of a step are some that do not count.
        for start in range(0, next(iter(planes.values())).shape[1], words):
            own = {
                name: np.ascontiguousarray(plane[:, start : start + words])
                for name, plane in planes.items()
            }
            parts.append(self.run(graph, own, trials)["partial"])
        return np.concatenate(parts, axis=1)

    def _accumulated(
        self, partial: Planes, state: Planes, is_first: bool, trials: int | None = None
    ) -> Planes:
        """Return the state after the steps that the partial sums are of."""
        words = state.shape[1]
        for start in range(0, partial.shape[1], words):
            inputs = {
                "state": state,
                "partial": np.ascontiguousarray(partial[:, start : start + words]),
                "first": all_set(is_first and start == 0, words),
            }
            state = self.run(self._units.lane.accumulate, inputs, trials)["state_next"]
        return state

    def _after(self, steps: int) -> Planes:
        """Return the state, of one word, after steps of zeros, as all dot products begin with some."""
        lane, terms = self._units.lane, self._units.terms
        if steps not in self._begun:
            state = np.zeros((len(lane.accumulate.input("state").nodes), 1), np.uint64)
            if steps:
                codes = {"x": 0, "w": self._negative_zero}
                planes = {
                    name: pack_codes(np.full((WORD_BITS, terms), code, np.uint16), self._width)
                    for name, code in codes.items()
                }
                partial = self.run(lane.multiply, planes)["partial"]
                state = self._accumulated(np.repeat(partial, steps, axis=1), state, True)
            self._begun[steps] = state
        return self._begun[steps]

    def _by_step(self, codes: Codes, steps: int) -> Planes:
        """Return the planes of operands: the terms of a step side by side, each step in whole words."""
        kind = np.uint8 if self._width <= 8 else np.uint16
        rows = codes.reshape(-1, steps, self._units.terms)
        trials = word_count(len(rows)) * WORD_BITS
        ordered = np.zeros((steps, trials, self._units.terms), kind)
        ordered[:, : len(rows)] = rows.swapaxes(0, 1)
        return pack_codes(ordered.reshape(steps * trials, -1), self._width)

    def norm(self, x: Codes, gain: Codes, offset: Codes | None, epsilon: Fraction) -> Codes:
        """Return normalised rows."""
        others = [gain] if offset is None else [gain, offset]
        return run_passes(self.run, self._units.norm, x, others)

    def turn(self, x: Codes, cos: Codes, sin: Codes) -> Codes:
        """Return turned pairs."""
        pairs = x.reshape(*x.shape[:-1], -1, 2)
        cosine, sine = (np.broadcast_to(part, pairs.shape[:-1]).ravel() for part in (cos, sin))
        planes = {
            "a": pack_codes(pairs.reshape(-1, 2), self._width),
            "cos": pack_codes(cosine, self._width),
            "sin": pack_codes(sine, self._width),
        }
        result = self.run(self._units.turn, planes, len(cosine))["y"]
        both = (result[: self._width], result[self._width :])
        parts = [unpack_codes(planes, len(cosine)) for planes in both]
        return np.stack(parts, axis=-1).reshape(x.shape).astype(np.int64)

    def causal_softmax(self, x: Codes, first: int) -> Codes:
        """Return shares of rows."""
        rows, columns = x.shape[-2:]
        counts = np.broadcast_to(np.tri(rows, columns, first - 1) == 1, x.shape)
        # The first element counts in any row; one more of it changes no maximum.
        codes = np.where(counts, x, x[..., :1])
        shares = run_passes(self.run, self._units.softmax, codes, counts=counts)
        return np.where(counts, shares, 0)
