# SPDX-License-Identifier: Apache-2.0
"""Fast and exact simulation of linear layers, from the circuits they repeat.

All products are the same circuit, and so are all sums: the product runs once, on every product of a
layer and a batch at the same time, and the sum once for each level of the tree, on all nodes of
that level. What every neuron does is as in the whole circuit, 64 times to a word.
"""

from itertools import pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.graphs.network import Network
from spikefloat.sim.graphs.planes import WORD_BITS, Planes, pack_codes, unpack_codes, word_count

__all__ = ["LayerSimulator", "Parts"]


class Parts(Protocol):
    """Circuits of a layer, such as :class:`spikefloat.rtl_gen.designs.parts.LayerParts`."""

    @property
    def accumulate(self) -> str: ...
    @property
    def output(self) -> NeuronGraph | None: ...
    @property
    def product(self) -> NeuronGraph | None: ...
    @property
    def sum(self) -> NeuronGraph | None: ...
    @property
    def bias(self) -> NeuronGraph | None: ...
    @property
    def finish(self) -> NeuronGraph | None: ...


class LayerSimulator:
    """A linear layer, ready to be run on batches.

    Parameters
    ----------
    parts : Parts
        Circuits of the layer.
    weight : array_like of int
        Codes of the weights, of shape (outputs, inputs).
    bias : array_like of int, optional
        Codes of the bias, of shape (outputs,); there must be one if the parts add one.
    width : int
        Bits of a code.

    Raises
    ------
    ValueError
        If shapes do not fit each other.
    """

    def __init__(self, parts: Parts, weight: ArrayLike, bias: ArrayLike | None, width: int) -> None:
        self._weight = np.asarray(weight)
        self._bias = None if bias is None else np.asarray(bias)
        if self._weight.ndim != 2 or not self._weight.size:
            raise InputError(
                f"Weights must have the shape (outputs, inputs), not {self._weight.shape}"
            )
        if self._bias is not None and self._bias.shape != self._weight.shape[:1]:
            raise InputError(
                f"Bias must have the shape ({len(self._weight)},), not {self._bias.shape}"
            )
        self._width = width
        self._accumulate = parts.accumulate
        self._output = _network(parts.output)
        self._product, self._sum = _network(parts.product), _network(parts.sum)
        self._convert, self._finish = _network(parts.bias), _network(parts.finish)
        self._weights: tuple[int, Planes] | None = None  # batch, planes: kept for the next call

    def run(self, x: ArrayLike) -> NDArray[np.int64]:
        """Return the codes of the outputs, of shape (batch, outputs).

        Parameters
        ----------
        x : array_like of int
            Codes of the inputs, of shape (batch, inputs).

        Raises
        ------
        ValueError
            If the shape is wrong.
        """
        codes = np.asarray(x)
        if codes.ndim != 2 or codes.shape[1] != self._weight.shape[1]:
            raise InputError(
                f"Inputs must have the shape (batch, {self._weight.shape[1]}), not {codes.shape}"
            )
        if self._output is not None:
            return self._exact(self._output, codes)
        return self._rounded(codes)

    def _exact(self, network: Network, x: NDArray[Any]) -> NDArray[np.int64]:
        batch, outputs = len(x), len(self._weight)
        shape = (batch, outputs, x.shape[1])
        operands = {
            "x": pack_codes(np.broadcast_to(x[:, None], shape).reshape(-1, shape[2]), self._width),
            "w": pack_codes(
                np.broadcast_to(self._weight, shape).reshape(-1, shape[2]), self._width
            ),
        }
        if self._bias is not None:
            operands["b"] = pack_codes(
                np.broadcast_to(self._bias, (batch, outputs)).ravel(), self._width
            )
        rows = network.run_planes(operands)["y"]
        return unpack_codes(rows, batch * outputs).reshape(batch, outputs).astype(np.int64)

    def _rounded(self, x: NDArray[Any]) -> NDArray[np.int64]:
        """Run products, sums and the rest; trials of one input follow those of another."""
        batch, outputs = len(x), len(self._weight)
        assert self._product is not None
        assert self._sum is not None
        words = word_count(batch * outputs)
        terms = _run(
            self._product, self._spread(np.repeat(x.T, outputs, axis=1)), self._weight_planes(batch)
        )
        terms = terms.reshape(len(terms), -1, words)
        total = self._in_turn(terms) if self._accumulate == "chain" else self._in_pairs(terms)
        if self._bias is not None:
            bias = self._spread(np.tile(self._bias, batch)[None])
            if self._convert is not None:
                bias = _run(self._convert, bias)
            total = _run(self._sum, total, bias)
        if self._finish is not None:
            total = _run(self._finish, total)
        return unpack_codes(total, batch * outputs).reshape(batch, outputs).astype(np.int64)

    def _weight_planes(self, batch: int) -> Planes:
        if self._weights is None or self._weights[0] != batch:
            self._weights = batch, self._spread(np.tile(self._weight.T, (1, batch)))
        return self._weights[1]

    def _spread(self, rows: NDArray[Any]) -> Planes:
        """Return the planes of rows of codes, each of which fills whole words."""
        count, trials = rows.shape
        padded = np.zeros((count, word_count(trials) * WORD_BITS), np.uint64)
        padded[:, :trials] = rows
        return pack_codes(padded.ravel(), self._width)

    def _in_pairs(self, terms: Planes) -> Planes:
        assert self._sum is not None
        while terms.shape[1] > 1:
            bits, count, words = terms.shape
            even = count // 2 * 2
            sums = _run(
                self._sum,
                np.ascontiguousarray(terms[:, 0:even:2]).reshape(bits, -1),
                np.ascontiguousarray(terms[:, 1:even:2]).reshape(bits, -1),
            )
            sums = sums.reshape(bits, -1, words)
            terms = np.concatenate([sums, terms[:, even:]], axis=1) if even < count else sums
        return terms[:, 0]

    def _in_turn(self, terms: Planes) -> Planes:
        assert self._sum is not None
        total = terms[:, 0]
        for _, index in pairwise(range(terms.shape[1])):
            total = _run(self._sum, total, terms[:, index])
        return total


def _network(graph: NeuronGraph | None) -> Network | None:
    return None if graph is None else Network(graph)


def _run(network: Network, *operands: Planes) -> Planes:
    return network.run_planes(dict(zip("ab", operands, strict=False)))["y"]
