# SPDX-License-Identifier: Apache-2.0
"""Hardening: the function stays, the noise shrinks as computed, and nothing is wasted."""

import math
import random
from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.harden import Copies, apply_plan, choose_copies, plan_cost
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.sim.devices.device import Device
from spikefloat.sim.devices.physics import Physics
from spikefloat.sim.graphs.network import Network
from tests.helpers.graphs import all_codes, evaluate, random_graph, raw_graph


def even_plan(graph, copies):
    return [Copies(copies, copies * n.threshold - copies // 2) for n in graph.neurons]


@pytest.mark.parametrize("copies", [1, 2, 3, 8])
@pytest.mark.parametrize("replicas", [1, 2, 3])
def test_same_function(copies, replicas):
    """With synapses in parallel, neurons made several times, or both."""
    rng = random.Random(f"{copies} {replicas}")
    inputs = dict(zip("ab", all_codes(5, 5), strict=True))
    for _ in range(5):
        graph = random_graph(rng, neurons=20, fan_in=4, weight=3)
        plan = even_plan(graph, max(copies, replicas))
        hardened = apply_plan(graph, plan, replicas=[replicas] * 20)
        assert len(hardened.neurons) == 20 * replicas
        assert hardened.depth == graph.depth
        assert sum(len(n.sources) for n in hardened.neurons) == replicas * plan_cost(graph, plan)
        assert all(abs(w) == 1 for n in hardened.neurons for w in n.weights)
        assert len({(n.scope, n.name) for n in hardened.neurons}) == len(hardened.neurons)
        expected = evaluate(graph, inputs)
        for outputs in (evaluate(hardened, inputs), Network(hardened).run(inputs)):
            for name, codes in expected.items():
                np.testing.assert_array_equal(outputs[name], codes)


def test_wrong_threshold_is_seen():
    """The comparison above tells a threshold that is off by one."""
    graph = raw_graph([((0, 1), (1, 1), 2)], inputs={"x": 2}, outputs={"y": [2]})
    inputs = {"x": np.arange(4)}
    outputs = [
        list(evaluate(apply_plan(graph, [Copies(3, threshold)]), inputs)["y"])
        for threshold in (3, 4, 5, 6, 7)
    ]
    assert outputs == [[0, 1, 1, 1], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 0]]


@pytest.mark.parametrize("copies, deviations", [(1, 1), (9, 3), (25, 5)])
def test_noise_shrinks_by_the_square_root(copies, deviations):
    """A copy of a line whose threshold is one standard deviation away, and then that many."""
    graph = raw_graph([((0,), (1,), 1)], inputs={"x": 1}, outputs={"y": [1]})
    hardened = apply_plan(graph, even_plan(graph, copies))
    trials = 1 << 18
    spikes = (
        Device(hardened, Physics(synapse_noise=0.5))
        .run({"x": np.zeros(trials, int)}, seed=0)
        .spikes[1]
        / trials
    )
    expected = 0.5 * math.erfc(deviations / math.sqrt(2))
    assert abs(spikes - expected) < 4 * math.sqrt(expected / trials)


def test_replicas_outvote_stuck_neurons():
    """One of three neurons that do the same may fail."""
    graph = raw_graph([((0,), (1,), 1), ((1,), (1,), 1)], inputs={"x": 1}, outputs={"y": [2]})
    hardened = apply_plan(graph, even_plan(graph, 3), replicas=[3, 1])
    for value in (0, 1):
        one = Device(hardened, stuck={1: value}).run({"x": [0, 1]}, seed=0).outputs["y"]
        assert list(one) == [0, 1]
        two = Device(hardened, stuck={1: value, 3: value}).run({"x": [0, 1]}, seed=0).outputs["y"]
        assert list(two) == [value, value]


def exposures(graph):
    """Say that every sum of two inputs is met equally often, and always critical."""
    return [{0: 0.25, 1: 0.5, 2: 0.25} for _ in graph.neurons]


def test_choice_keeps_the_bound():
    graph = raw_graph([((0, 1), (1, 1), 2)] * 3, inputs={"x": 2}, outputs={"y": [2, 3, 4]})
    costs = []
    for failure in (0.5, 1e-2, 1e-4, 1e-8):
        plan = choose_copies(graph, exposures(graph), failure=failure, synapse_noise=0.2)
        total = 0.0
        for copies, threshold in plan:
            scale, noise = max(copies, 1), 0.2 * math.sqrt(2 * max(copies, 1))
            total += sum(
                share * 0.5 * math.erfc(abs(scale * s - threshold + 0.5) / noise / math.sqrt(2))
                for s, share in exposures(graph)[0].items()
            )
        assert total <= failure
        costs.append(plan_cost(graph, plan))
        assert plan_cost(graph, plan) <= costs[0] * 40
    assert costs == sorted(costs)
    assert costs[0] == 6  # nothing to do
    assert costs[1] < costs[2] < costs[3]


def test_choice_spends_where_it_matters():
    graph = raw_graph([((0, 1), (1, 1), 2)] * 2, inputs={"x": 2}, outputs={"y": [2, 3]})
    often, rarely = {1: 0.5, 2: 0.5}, {1: 5e-6, 2: 5e-6}
    plan = choose_copies(graph, [often, rarely], failure=1e-4, synapse_noise=0.2)
    assert plan[0].copies > 3
    assert plan[1] == Copies(0, 2)  # left as it is
    # Noise on the membrane alone is overcome by the signal, which grows with every copy.
    plan = choose_copies(graph, [often, often], failure=1e-3, membrane_noise=0.3)
    assert {choice.copies for choice in plan} == {3}


def test_verilog_of_a_hardened_circuit():
    graph = make_instance("multiply", objective="neurons").graph
    text = spatial_verilog(apply_plan(graph, even_plan(graph, 3)))
    assert f"{len(graph.neurons)} neurons" in text
    assert f"{plan_cost(graph, even_plan(graph, 3))} synapses" in text


def test_wrong():
    graph = raw_graph([((0,), (1,), 1), ((1,), (1,), 1)], inputs={"x": 1}, outputs={"y": [2]})
    with pytest.raises(ValueError, match=r"^Failure must be positive, not 0$"):
        choose_copies(graph, [{0: 1.0}] * 2, failure=0)
    with pytest.raises(
        ValueError,
        match=r"^Failure must be at least 0\.[0-9]+ with 3 synapses, "
        r"not 1e-09$",
    ):
        choose_copies(graph, [{0: 1.0}] * 2, failure=1e-9, synapse_noise=1, max_synapses=3)
    with pytest.raises(
        ValueError,
        match=r"^Copies of neuron n\[1\] must be at least 2, one for "
        r"each replica it reads, not 1$",
    ):
        apply_plan(graph, even_plan(graph, 1), replicas=[2, 1])
    with pytest.raises(ValueError, match="zip"):
        apply_plan(replace(graph, name="x"), even_plan(graph, 1)[:1])
