# SPDX-License-Identifier: Apache-2.0
"""Registers as nodes: on every path as many as there are cuts, named after what they keep."""

import random

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline, cut, max_stages
from spikefloat.rtl_gen.rtl.timing.registers import insert_registers
from tests.helpers.graphs import all_codes, evaluate, random_graph, raw_graph


def check(pipeline: Pipeline) -> None:
    """Check that a cut circuit is the circuit, with registers where they belong."""
    registered = insert_registers(pipeline)
    graph, cuts = registered.graph, registered.cuts
    assert len(cuts) == pipeline.registers
    assert len(graph.neurons) == len(pipeline.graph.neurons) + pipeline.registers
    # The number of registers before each node is the same on every path.
    constant = -1
    stages = [0] * graph.input_count
    for node, neuron in graph.numbered_neurons():
        before = {stages[source] for source in neuron.sources} - {constant}
        assert len(before) <= 1
        if node in cuts:
            assert (neuron.weights, neuron.threshold) == ((1,), 1)
            assert before <= {cuts[node] - 1}
        # What depends on constants alone may be anywhere.
        stages.append(max(before) + (node in cuts) if before else cuts.get(node, constant))
    assert {stages[node] for port in graph.outputs for node in port.nodes} <= {
        pipeline.latency,
        constant,
    }
    # No register is there twice.
    kept = [neuron.sources for node, neuron in graph.numbered_neurons() if node in cuts]
    assert len(set(kept)) == len(kept)
    rng = np.random.default_rng(1)
    inputs = {port.name: rng.integers(0, 1 << len(port.nodes), 500) for port in graph.inputs}
    wanted = evaluate(pipeline.graph, inputs)
    for name, codes in evaluate(graph, inputs).items():
        np.testing.assert_array_equal(codes, wanted[name])


@pytest.mark.parametrize("stages", [0, 1, 2, 5])
@pytest.mark.parametrize("name", ["multiply", "add"])
def test_designs(name, stages):
    check(cut(make_instance(name).graph, stages))


@pytest.mark.parametrize("seed", range(10))
def test_random_circuits(seed):
    graph = random_graph(random.Random(seed), neurons=60, fan_in=4, weight=2)
    check(cut(graph, max_stages(graph)))


def test_names():
    graph = raw_graph(
        [((0, 1), (1, 1), 2), ((2, 0), (1, -1), 1)], inputs={"a": 2}, outputs={"y": [3, 2]}
    )
    registered = insert_registers(Pipeline(graph, 2, (0, 0, 0, 1), ()))
    assert {
        registered.graph.neurons[node - 2].name: number for node, number in registered.cuts.items()
    } == {"a_s1[0]": 1, "n_s1[0]": 1, "n_s2[0]": 2, "n_s2[1]": 2}
    (a,) = all_codes(2)
    np.testing.assert_array_equal(
        evaluate(registered.graph, {"a": a})["y"], evaluate(graph, {"a": a})["y"]
    )


def test_a_name_that_is_taken():
    graph = raw_graph([((0,), (1,), 1), ((0,), (-1,), 0)], inputs={"a": 1}, outputs={"y": [1, 2]})
    neurons = tuple(
        neuron._replace(name=name)
        for neuron, name in zip(graph.neurons, ("n", "n_s1"), strict=True)
    )
    taken = type(graph)(graph.name, graph.inputs, graph.outputs, neurons, graph.scopes)
    names = [
        neuron.name for neuron in insert_registers(Pipeline(taken, 1, (0, 0, 0), ())).graph.neurons
    ]
    assert names == ["n", "n_s1_", "n_s1", "n_s1_s1"]
