# SPDX-License-Identifier: Apache-2.0
"""The weighted sums that the neurons of a graph meet, and the bits that come in."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph, Port

__all__ = ["input_bits", "sums_met"]

Codes = Mapping[str, ArrayLike]
Integers = NDArray[np.int64]


def sums_met(graph: NeuronGraph, inputs: Codes) -> dict[int, frozenset[int]]:
    """Return the weighted sums that each neuron meets, by node, if every wave starts from rest.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    inputs : mapping of str to array of int
        Codes of each input port, one for each case.
    """
    fired = np.zeros((graph.node_count, np.size(next(iter(inputs.values())))), bool)
    fired[: graph.input_count] = input_bits(graph, inputs)[:, :, 0]
    met = {}
    for node, neuron in graph.numbered_neurons():
        total = np.zeros(fired.shape[1], np.int64)
        for source, weight in zip(neuron.sources, neuron.weights, strict=True):
            total += weight * fired[source]
        fired[node] = total >= neuron.threshold
        met[node] = frozenset(np.unique(total).tolist())
    return met


def input_bits(graph: NeuronGraph, inputs: Codes) -> NDArray[np.bool_]:
    """Return the bits of the input ports: bit, wave, stream.

    Raises
    ------
    InputError
        If the inputs are others than those of the graph.
    """
    names = [port.name for port in graph.inputs]
    if sorted(inputs) != sorted(names):
        raise InputError(f"Inputs must be {', '.join(names)}, not {', '.join(inputs)}")
    return np.concatenate([_bits(port, np.asarray(inputs[port.name])) for port in graph.inputs])


def _bits(port: Port, codes: Integers) -> NDArray[np.bool_]:
    rows = codes.reshape(len(codes), -1)
    return np.stack([(rows >> index & 1).astype(bool) for index in range(len(port.nodes))])
