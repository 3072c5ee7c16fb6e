# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs in NIR, the exchange format of neuromorphic simulators and chips.

A graph becomes a plain chain, which every reader of NIR can run: the spikes of one layer go
through one matrix of weights (``Linear``) into the next layer of integrate-and-fire neurons
(``IF``), in one time step. In such a chain a spike cannot skip a layer, so relay neurons (one
synapse of weight 1) carry it on; a spike that several later layers need has one relay in each layer
between. Relays are the only neurons added.

Weights are those of the graph; thresholds are drawn half a unit below the whole number that the
sum has to reach, so that it makes no difference whether a simulator fires at or only above the
threshold. An ``IF`` neuron that did not fire keeps its residue: every operation has to start from
rest. In Verilog that is the discharge between two waves of the spiking style.

Source: NIR 1.0, Pedersen et al., "Neuromorphic intermediate representation", Nature
Communications 15, 8122 (2024).
"""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import find_extra
from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph, Port

if TYPE_CHECKING:
    import nir

__all__ = ["NirNetwork", "export"]


@dataclass(frozen=True, kw_only=True)
class NirNetwork:
    """A neuron graph as a chain of layers."""

    graph: "nir.NIRGraph"
    relays: int  #: Neurons added to carry spikes through a layer.
    layers: int  #: Layers of neurons, which is the number of time steps if each takes one.

    def to_bytes(self) -> bytes:
        """Return the content of a ``.nir`` file (HDF5), the same for the same graph.

        The potential after a reset is left out: it is zero, which is what every version of the
        package ``nir`` takes it for, and those before 1.0.6 refuse a file that says it.
        """
        import nir

        buffer = io.BytesIO()
        nir.write(buffer, _WithoutReset(self.graph))
        return buffer.getvalue()


@dataclass(frozen=True)
class _WithoutReset:
    """A network as ``nir.write`` takes it, without the potentials after a reset."""

    graph: "nir.NIRGraph"

    def to_dict(self) -> dict[str, Any]:
        """Return what is to be written."""
        content: dict[str, Any] = self.graph.to_dict()
        for node in content["nodes"].values():
            node.pop("v_reset", None)
        return content


def export(graph: NeuronGraph) -> NirNetwork:
    """Return a neuron graph as a NIR network.

    Parameters
    ----------
    graph : NeuronGraph
        A circuit. Its input bits, in the order of its ports, least significant first, become the
        elements of the only input; likewise its output bits. The names of all bits are in the
        metadata of the network, as ``inputs`` and ``outputs``; those of the neurons of a layer as
        ``neurons`` of its node.

    Returns
    -------
    NirNetwork

    Raises
    ------
    MissingPackage
        If the package ``nir`` is not installed.
    ValueError
        If the graph has no neuron or no output.
    """
    find_extra("nir", "nir", "nir")
    import nir

    outputs = [node for port in graph.outputs for node in port.nodes]
    if not graph.neurons or not outputs:
        raise InputError(f"Graph {graph.name} must have at least one neuron and one output")
    chain = _chain(graph, outputs)
    nodes: dict[str, nir.NIRNode] = {"input": nir.Input({"input": np.array([len(chain[0])])})}
    for number, (below, layer) in enumerate(zip(chain, chain[1:], strict=False), 1):
        place = {node: index for index, node in enumerate(below)}
        weights = np.zeros((len(layer), len(below)), np.float32)
        thresholds = np.empty(len(layer), np.float32)
        for row, node in enumerate(layer):
            neuron = _neuron(graph, node, number)
            for source, weight in zip(neuron.sources, neuron.weights, strict=True):
                weights[row, place[source]] += weight
            thresholds[row] = neuron.threshold - 0.5
        nodes[f"synapses_{number}"] = nir.Linear(weights)
        nodes[f"layer_{number}"] = nir.IF(
            r=np.ones_like(thresholds),
            v_threshold=thresholds,
            metadata={"neurons": " ".join(_name(graph, node, number) for node in layer)},
        )
    nodes["output"] = nir.Output({"output": np.array([len(outputs)])})
    names = list(nodes)
    return NirNetwork(
        graph=nir.NIRGraph(
            nodes,
            list(zip(names, names[1:], strict=False)),
            metadata={
                "name": graph.name,
                "inputs": _bit_names(graph.inputs),
                "outputs": _bit_names(graph.outputs),
            },
        ),
        relays=sum(map(len, chain[1:])) - len(graph.neurons),
        layers=len(chain) - 1,
    )


def _chain(graph: NeuronGraph, outputs: list[int]) -> list[list[int]]:
    """Return the nodes of each layer: its own neurons, then what it has to pass on.

    The last layer is made of the outputs, in their order.
    """
    # A constant neuron is at the edge of a graph; here it is a neuron of the first layer.
    own = [
        max(layer, 1) if node >= graph.input_count else 0 for node, layer in enumerate(graph.layers)
    ]
    depth = max(own)
    if any(own[node] == depth and node not in outputs for node in range(graph.node_count)) or (
        len(set(outputs)) != len(outputs)
    ):
        depth += 1  # The outputs need a layer of relays.
    last_use = list(own)
    for node, neuron in enumerate(graph.neurons, graph.input_count):
        for source in neuron.sources:
            last_use[source] = max(last_use[source], own[node] - 1)
    for node in outputs:
        last_use[node] = max(last_use[node], depth - 1)
    chain = [
        [node for node in range(graph.node_count) if own[node] == layer]
        + [node for node in range(graph.node_count) if own[node] < layer <= last_use[node]]
        for layer in range(depth)
    ]
    return [*chain, outputs]


def _own_layer(graph: NeuronGraph, node: int) -> int:
    return max(graph.layers[node], 1) if node >= graph.input_count else 0


def _neuron(graph: NeuronGraph, node: int, layer: int) -> Neuron:
    """Return the neuron that fires with a node in a layer: its own, or a relay."""
    if _own_layer(graph, node) == layer:
        return graph.neurons[node - graph.input_count]
    return Neuron(sources=(node,), weights=(1,), threshold=1, scope=0, name="relay")


def _name(graph: NeuronGraph, node: int, layer: int) -> str:
    """Return the name of a neuron with its scopes, or of the relay of a node."""
    if node < graph.input_count:
        name = _bit_names(graph.inputs).split()[node]
    else:
        neuron = graph.neurons[node - graph.input_count]
        name = ".".join((*graph.scopes[neuron.scope].path, neuron.name))
    return name if _own_layer(graph, node) == layer else f"relay:{name}"


def _bit_names(ports: tuple[Port, ...]) -> str:
    return " ".join(f"{port.name}[{bit}]" for port in ports for bit in range(len(port.nodes)))
