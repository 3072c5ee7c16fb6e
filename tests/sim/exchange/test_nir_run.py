# SPDX-License-Identifier: Apache-2.0
"""Independent simulators do with exported networks what the graph does, neuron by neuron."""

import sys

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.targets import block_target
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.extras import MissingPackage
from spikefloat.sim.devices.device import Device
from spikefloat.sim.devices.physics import Physics
from spikefloat.sim.exchange.nir_chain import read_chain
from spikefloat.sim.exchange.nir_export import export
from spikefloat.sim.exchange.nir_nest import run_in_nest
from spikefloat.sim.exchange.nir_run import find_nir_simulator, run_network
from spikefloat.sim.exchange.nir_simulators import NIR_SIMULATORS

# Norse uses what PyTorch and nirtorch are about to drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.torch.jit.* is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:nirtorch.load is being deprecated:DeprecationWarning"),
]

XOR = (np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1]))

GRAPHS = {
    "xor": block_target("xor").graph,
    "full_adder": block_target("full_adder").graph,
    "multiply": make_instance("multiply", objective="neurons").graph,
}


def write(tmp_path, graph, *, fault=0.0):
    exported = export(graph)
    exported.graph.nodes["layer_1"].v_threshold[0] += fault
    path = tmp_path / "network.nir"
    path.write_bytes(exported.to_bytes())
    return path


def operands(graph, count):
    """Return all operands of a graph, or some that are drawn."""
    bits = graph.input_count
    codes = np.arange(1 << bits)
    if len(codes) > count:
        codes = np.random.default_rng(1).choice(codes, count, replace=False)
    found = {}
    for port in graph.inputs:
        found[port.name] = codes & ((1 << len(port.nodes)) - 1)
        codes = codes >> len(port.nodes)
    return found


def compare(chain, run, graph, record, biases=None):
    """Hold every neuron, and what is left on it where it did not fire, against the graph."""
    places = {}
    for node, neuron in enumerate(graph.neurons, graph.input_count):
        places[".".join((*graph.scopes[neuron.scope].path, neuron.name))] = node
    assert len(places) == len(graph.neurons)
    names = [name for layer in chain.layers for name in layer.neurons]
    own = [row for row, name in enumerate(names) if not name.startswith("relay:")]
    nodes = [places[names[row]] for row in own]
    assert sorted(nodes) == list(range(graph.input_count, graph.node_count))
    np.testing.assert_array_equal(run.spikes[own], record.fired[nodes])
    left = record.potentials[nodes]
    if biases is not None:  # the record has them
        left = left - np.array([biases[node - graph.input_count] for node in nodes])[:, np.newaxis]
    is_silent = ~run.spikes[own]
    np.testing.assert_array_equal(run.membranes[own][is_silent], left[is_silent])
    assert (left[is_silent] != 0).any() or graph.name == "full_adder"


@pytest.mark.slow
@pytest.mark.tool
@pytest.mark.parametrize("simulator", NIR_SIMULATORS)
@pytest.mark.parametrize("name", GRAPHS)
def test_every_neuron_is_that_of_the_graph(simulator, name, tmp_path):
    """All operands of the XOR and the full adder, 2,048 pairs of the multiplier, each from rest."""
    graph = GRAPHS[name]
    path = write(tmp_path, graph)
    trials = operands(graph, 2048)
    run = run_network(path, list(trials.values()), simulator, record=True)
    result = Device(graph, Physics(style="spiking", leak=0.0, reset="hard")).run(
        trials, seed=1, record=True
    )
    biases = [max(0, 1 - neuron.threshold) for neuron in graph.neurons]
    compare(read_chain(path), run, graph, result.record, None if simulator == "nest" else biases)
    np.testing.assert_array_equal(run.codes, next(iter(result.outputs.values())))


@pytest.mark.slow
@pytest.mark.tool
def test_residue_in_nest(tmp_path):
    """2,048 waves, none from rest: nothing leaks, and a spike takes all of a membrane."""
    graph = GRAPHS["multiply"]
    chain = read_chain(write(tmp_path, graph))
    trials = operands(graph, 2048)
    run = run_in_nest(chain, chain.spikes(list(trials.values())), record=True, rests=False)
    physics = Physics(style="spiking", leak=1.0, reset="hard", waves=16384)
    result = Device(graph, physics).run(trials, seed=1, record=True)
    compare(chain, run, graph, result.record)
    np.testing.assert_array_equal(run.codes, result.outputs["y"])
    right = Device(graph).run(trials, seed=1).outputs["y"]
    assert np.count_nonzero(run.codes != right) > 1000


@pytest.mark.slow
@pytest.mark.tool
@pytest.mark.parametrize("simulator", NIR_SIMULATORS)
def test_planted_fault_is_seen(simulator, tmp_path):
    graph = GRAPHS["xor"]
    right = run_network(write(tmp_path, graph), XOR, simulator).codes
    assert right.tolist() == [0, 1, 1, 0]
    wrong = run_network(write(tmp_path, graph, fault=1.0), XOR, simulator).codes
    assert wrong.tolist() != right.tolist()


def test_files_that_are_something_else(tmp_path):
    path = tmp_path / "text.nir"
    path.write_text("hello\n", encoding="utf-8")
    for wrong in (path, tmp_path / "missing.nir"):
        with pytest.raises(ValueError, match="must be a network written by spikefloat export"):
            run_network(wrong, XOR, "nest")
    with pytest.raises(ValueError, match="Operands must be 2, not 1"):
        run_network(write(tmp_path, GRAPHS["xor"]), XOR[:1], "nest")


@pytest.mark.parametrize("simulator", NIR_SIMULATORS)
def test_missing_simulator(simulator, monkeypatch):
    *_, (module, package) = NIR_SIMULATORS[simulator].items()
    monkeypatch.setitem(sys.modules, module, None)
    if module != "nest":
        monkeypatch.setitem(sys.modules, "torch", sys)
    monkeypatch.setitem(sys.modules, "nirtorch" if module == "snntorch" else "nir", sys)
    with pytest.raises(
        MissingPackage, match=rf"^Package {package} is not installed; run .*\[{simulator}\]'`$"
    ):
        find_nir_simulator(simulator)
