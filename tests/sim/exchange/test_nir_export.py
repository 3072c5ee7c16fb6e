# SPDX-License-Identifier: Apache-2.0
"""Exported networks have the neurons of their graphs, and compute what these do."""

import subprocess
import sys

import h5py
import nir
import numpy as np
import pytest
from uv import find_uv_bin

from spikefloat.rtl_gen.checks.targets import block_target
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.extras import MissingPackage
from spikefloat.rtl_gen.neurons.builder import NeuronGraphBuilder
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.exchange.nir_export import export
from spikefloat.sim.graphs.network import Network


def multiplier():
    return make_instance("multiply", objective="neurons").graph


def fire(network, spikes):
    """Run the layers of a network, with nothing but matrices."""
    names = [end for _, end in network.edges]
    assert names[0::2] == [f"synapses_{n}" for n in range(1, len(names) // 2 + 1)] + ["output"]
    for synapses, layer in zip(names[0:-1:2], names[1::2], strict=True):
        sums = spikes @ network.nodes[synapses].weight.T
        spikes = sums >= network.nodes[layer].v_threshold
    return spikes


def input_spikes(graph):
    return np.arange(1 << graph.input_count)[:, np.newaxis] >> np.arange(graph.input_count) & 1


def test_multiplier_of_every_pair():
    graph = multiplier()
    exported = export(graph)
    spikes = input_spikes(graph)
    found = fire(exported.graph, spikes) @ (1 << np.arange(8))
    every = np.arange(1 << 16)
    right = Network(graph).run({"a": every & 255, "b": every >> 8})["y"]
    assert len(found) == 65536
    np.testing.assert_array_equal(found, right)
    assert exported.layers == graph.depth


def test_weights_and_thresholds_are_those_of_the_graph():
    graph = block_target("full_adder").graph
    exported = export(graph)
    layers = [exported.graph.nodes[f"layer_{n}"] for n in range(1, exported.layers + 1)]
    names = [name for layer in layers for name in layer.metadata["neurons"].split()]
    relays = [name for name in names if name.startswith("relay:")]
    assert len(relays) == exported.relays
    assert len(names) - len(relays) == len(graph.neurons)
    synapses = sum(
        np.count_nonzero(node.weight)
        for name, node in exported.graph.nodes.items()
        if name.startswith("synapses")
    )
    assert synapses == sum(len(neuron.sources) for neuron in graph.neurons) + exported.relays
    # Margins are half a unit on both sides, so that > and >= are the same.
    assert all((layer.v_threshold % 1 == 0.5).all() and (layer.r == 1).all() for layer in layers)


def test_planted_fault_is_seen():
    graph = block_target("xor").graph
    exported = export(graph)
    right = fire(exported.graph, input_spikes(graph))
    exported.graph.nodes["layer_1"].v_threshold[0] += 1
    assert (fire(exported.graph, input_spikes(graph)) != right).any()


def test_outputs_that_are_inputs_constants_or_repeated():
    builder = NeuronGraphBuilder("edges")
    a = builder.input("a", 2)
    both = builder.neuron([(bit, 1) for bit in a], 2, "both")
    builder.output("y", (both, a[1], both))
    builder.output("z", (builder.neuron([(bit, 1) for bit in a], 1, "either"),))
    graph = builder.build()
    found = fire(export(graph).graph, input_spikes(graph))
    expected = [[a & b, b, a & b, a | b] for b in (0, 1) for a in (0, 1)]
    np.testing.assert_array_equal(found, expected)


def test_same_bytes():
    graph = block_target("ripple4").graph
    assert export(graph).to_bytes() == export(graph).to_bytes()


def test_file_can_be_read(tmp_path):
    path = tmp_path / "xor.nir"
    path.write_bytes(export(block_target("xor").graph).to_bytes())
    network = nir.read(path)
    assert network.metadata["inputs"] == "a[0] b[0]"
    assert fire(network, input_spikes(block_target("xor").graph)).ravel().tolist() == [
        False,
        True,
        True,
        False,
    ]


def test_file_says_no_more_than_old_readers_take(tmp_path):
    """The reader of nir 1.0.4 hands all that is stored to the node, which knows no reset."""
    path = tmp_path / "xor.nir"
    path.write_bytes(export(block_target("xor").graph).to_bytes())
    with h5py.File(path) as file:
        stored = {name: set(node) for name, node in file["node/nodes"].items()}
    assert stored["layer_1"] == {"type", "r", "v_threshold", "metadata"}
    assert stored["synapses_1"] == {"type", "weight"}
    assert (nir.read(path).nodes["layer_1"].v_reset == 0).all()


#: Reads a file, runs every operand through its matrices, and prints what it is and the results.
OLD_READER = """
import importlib.metadata, sys
import nir
import numpy as np

network = nir.read(sys.argv[1])
bits = len(network.metadata["inputs"].split())
spikes = np.arange(1 << bits)[:, np.newaxis] >> np.arange(bits) & 1
node = dict(network.edges)["input"]
while node != "output":
    if isinstance(network.nodes[node], nir.Linear):
        spikes = spikes @ network.nodes[node].weight.T
    else:
        spikes = spikes > network.nodes[node].v_threshold
    node = dict(network.edges)[node]
print(importlib.metadata.version("nir"), *spikes @ (1 << np.arange(spikes.shape[1])))
"""


@pytest.mark.slow
@pytest.mark.tool
def test_multiplier_in_an_old_reader(tmp_path):
    """The package nir 1.0.4, in an environment of its own, gets every product out of the file."""
    graph = multiplier()
    path = tmp_path / "multiply.nir"
    path.write_bytes(export(graph).to_bytes())
    uv = [find_uv_bin(), "run", "-q", "--no-project", "--isolated", "--python", sys.executable]
    done = subprocess.run(
        [*uv, "--with", "nir==1.0.4", "python", "-c", OLD_READER, str(path)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    version, *found = done.stdout.split()
    every = np.arange(1 << 16)
    right = Network(graph).run({"a": every & 255, "b": every >> 8})["y"]
    assert version == "1.0.4"
    np.testing.assert_array_equal(np.array(found, np.int64), right)


def test_bad_input(monkeypatch):
    empty = NeuronGraph(name="empty", inputs=(), outputs=(), neurons=(), scopes=())
    with pytest.raises(
        ValueError, match="^Graph empty must have at least one neuron and one output$"
    ):
        export(empty)
    monkeypatch.setitem(sys.modules, "nir", None)
    with pytest.raises(MissingPackage, match=r"^Package nir is not installed; run .*\[nir\]'`$"):
        export(block_target("xor").graph)
