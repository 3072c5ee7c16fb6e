# SPDX-License-Identifier: Apache-2.0
"""Criticality, against circuits with one neuron inverted, and predictions against measurements."""

import random

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.sim.campaigns.criticality import find_criticality
from spikefloat.sim.devices.device import Device
from spikefloat.sim.devices.physics import Physics
from spikefloat.sim.golden import arithmetic as golden
from tests.helpers.graphs import all_codes, evaluate_nodes, random_graph


@pytest.mark.parametrize("fan_in, weight", [(2, 1), (4, 2), (8, 300)])
def test_against_inverted_neurons(fan_in, weight):
    rng = random.Random(fan_in)
    inputs = dict(zip("ab", all_codes(5, 5), strict=True))
    shares = []
    for _ in range(5):
        graph = random_graph(rng, neurons=25, fan_in=fan_in, weight=weight)
        rows = np.array(evaluate_nodes(graph, inputs))
        clean = Device(graph).run(inputs, seed=0).outputs
        found = find_criticality(graph, inputs)
        for exposure in found.exposures:
            wrong = Device(graph, flips={exposure.node: 1.0}).run(inputs, seed=0).outputs
            differs = np.logical_or.reduce([wrong[name] != clean[name] for name in clean])
            fired = rows[exposure.node] == 1
            assert exposure.firing == np.mean(differs & fired)
            assert exposure.silent == np.mean(differs & ~fired)
            assert sum(exposure.sums.values()) == pytest.approx(exposure.critical)
            neuron = graph.neurons[exposure.node - graph.input_count]
            above = sum(
                share for total, share in exposure.sums.items() if total >= neuron.threshold
            )
            assert above == pytest.approx(exposure.firing)
            shares.append(exposure.critical)
    assert any(0 < share < 1 for share in shares)


def multiplier():
    instance = make_instance("multiply", objective="neurons")
    a, b = all_codes(8, 8)
    expected = golden.multiply(instance.circuit.format, a, b, instance.circuit.overflow)
    return instance.graph, {"a": a, "b": b}, expected


def test_prediction():
    """The prediction is right to a few percent of the failures where they are few."""
    graph, inputs, expected = multiplier()
    physics = [
        Physics(synapse_noise=0.05),
        Physics(membrane_noise=0.14),
        Physics(synapse_noise=0.04, membrane_noise=0.08),
    ]
    predicted = find_criticality(graph, inputs, physics).predicted
    for one, rate in zip(physics, predicted, strict=True):
        failures = np.mean(
            [
                np.mean(Device(graph, one).run(inputs, seed=seed).outputs["y"] != expected)
                for seed in range(4)
            ]
        )
        assert 0.0005 < failures < 0.1
        assert 1 - rate == pytest.approx(failures, rel=0.15)
    assert find_criticality(graph, inputs, [Physics()]).predicted == (1.0,)


def test_stuck_neurons_are_detected():
    """Every stuck neuron of the multiplier shows, and the counts are those of a campaign."""
    graph, inputs, expected = multiplier()
    found = find_criticality(graph, inputs)
    assert found.detected(0) == found.detected(1) == len(graph.neurons) == 83
    for exposure in found.exposures[::10]:
        for value in (0, 1):
            wrong = Device(graph, stuck={exposure.node: value}).run(inputs, seed=0)
            share = np.mean(wrong.outputs["y"] != expected)
            assert share == (exposure.silent if value else exposure.firing) > 0


def test_undetectable():
    """A stuck neuron that no output needs, or that nothing fires, is not counted."""
    graph, inputs, _ = multiplier()
    few = {name: codes[:1] for name, codes in inputs.items()}
    found = find_criticality(graph, few)
    assert found.detected(0) < 83
    assert found.detected(1) < 83


def test_wrong():
    graph, inputs, _ = multiplier()
    with pytest.raises(
        ValueError,
        match=r"^Physics of a prediction must be noise on synapses and "
        r"membranes, not Physics\(",
    ):
        find_criticality(graph, inputs, [Physics(input_noise=0.1)])
