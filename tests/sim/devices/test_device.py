# SPDX-License-Identifier: Apache-2.0
"""The device model: its limits, its distribution, and that numbers can be repeated."""

import math
import random

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.sim.devices.device import BLOCK, Device
from spikefloat.sim.devices.physics import Physics
from spikefloat.sim.golden import arithmetic as golden
from tests.helpers.graphs import codes_of, evaluate_nodes, random_graph, raw_graph

TRIALS = 4 * BLOCK
#: Sums of these weights are -3 to 6, and patterns of equal sums are told apart by nothing.
WEIGHTS, THRESHOLD = (1, 2, -3, 3), 2


def single(weights=WEIGHTS, threshold=THRESHOLD, sources=None):
    sources = range(len(weights)) if sources is None else sources
    width = max(sources) + 1
    return raw_graph([(sources, weights, threshold)], inputs={"x": width}, outputs={"y": [width]})


def normal_tail(z):
    return 0.5 * math.erfc(-z / math.sqrt(2))


def rates(device, width, seed=1):
    """Return how often the device fires for each pattern of its inputs."""
    x = np.arange(TRIALS) % (1 << width)
    y = device.run({"x": x}, seed=seed).outputs["y"]
    return np.bincount(x, y) / np.bincount(x)


def chi_square(found, expected, trials):
    expected = np.asarray(expected)
    return float(np.sum((found - expected) ** 2 * trials / (expected * (1 - expected))))


def firing_rates(noise_of_sum):
    return [
        normal_tail(
            (sum(w for i, w in enumerate(WEIGHTS) if x >> i & 1) - THRESHOLD + 0.5) / noise_of_sum
        )
        for x in range(16)
    ]


@pytest.mark.parametrize("library", ["published", "native"])
def test_ideal_device_is_exact(library):
    instance = make_instance("multiply", library=library)
    a, b = np.divmod(np.arange(1 << 16), 256)
    result = Device(instance.graph).run({"a": a, "b": b}, seed=0)
    expected = golden.multiply(instance.circuit.format, a, b, instance.circuit.overflow)
    np.testing.assert_array_equal(result.outputs["y"], expected)


@pytest.mark.parametrize("weight, mismatch", [(2, 0), (40, 0), (3000, 0), (90000, 0), (3, 1e-9)])
def test_random_graphs(weight, mismatch):
    """Every way to tabulate a neuron or not, against the definition."""
    rng = random.Random(weight)
    physics = Physics(weight_mismatch=mismatch)
    draw = np.random.default_rng(1)
    inputs = {name: draw.integers(0, 32, 500) for name in "ab"}
    for fan_in in (3, 6, 12):
        graph = random_graph(rng, neurons=30, fan_in=fan_in, weight=weight)
        rows = evaluate_nodes(graph, inputs)
        result = Device(graph, physics).run(inputs, seed=0)
        np.testing.assert_array_equal(result.spikes, np.sum(rows, axis=1))
        for port in graph.outputs:
            np.testing.assert_array_equal(result.outputs[port.name], codes_of(rows, port))


@pytest.mark.parametrize("method", ["table", "synapse"])
def test_distribution(method):
    """Both ways to draw noise give the firing rates of the formula; a wrong sigma does not."""
    physics = Physics(synapse_noise=0.5, membrane_noise=0.7)
    found = rates(Device(single(), physics, method=method), 4)
    noise = math.sqrt(0.5**2 * sum(w * w for w in WEIGHTS) + 0.7**2)
    # 16 degrees of freedom: 45 is exceeded once in ten thousand times.
    assert chi_square(found, firing_rates(noise), TRIALS / 16) < 45
    assert chi_square(found, firing_rates(1.1 * noise), TRIALS / 16) > 45


def test_small_probabilities():
    """The bits beyond the first byte count: a neuron that fires once in 741 times."""
    device = Device(single((1,), 1), Physics(membrane_noise=0.5 / 3))
    silent, firing = rates(device, 1)
    expected = normal_tail(-3)
    spread = math.sqrt(expected / (TRIALS / 2))
    assert abs(silent - expected) < 4 * spread
    assert abs(1 - firing - expected) < 4 * spread


def test_methods_agree_on_a_circuit():
    instance = make_instance("multiply", objective="neurons")
    graph = instance.graph
    a, b = np.divmod(np.arange(1 << 16), 256)
    expected = golden.multiply(instance.circuit.format, a, b, instance.circuit.overflow)
    exact = [
        float(
            np.mean(
                Device(graph, Physics(synapse_noise=noise), method=method)
                .run({"a": a, "b": b}, seed=5)
                .outputs["y"]
                == expected
            )
        )
        for method, noise in (("table", 0.08), ("synapse", 0.08), ("synapse", 0.085))
    ]
    bound = 4 * math.sqrt(2 * 0.25 / len(a))
    assert abs(exact[0] - exact[1]) < bound
    assert abs(exact[0] - exact[2]) > bound


def test_blocks_do_not_depend_on_calls():
    graph = single()
    device = Device(graph, Physics(synapse_noise=0.3, input_noise=0.1))
    x = np.arange(2 * BLOCK + 100) % 16
    whole = device.run({"x": x}, seed=3)
    parts = [
        device.run({"x": x[i * BLOCK : (i + 1) * BLOCK]}, seed=3, first_block=i) for i in (2, 0, 1)
    ]
    np.testing.assert_array_equal(
        whole.outputs["y"], np.concatenate([parts[i].outputs["y"] for i in (1, 2, 0)])
    )
    np.testing.assert_array_equal(whole.spikes, sum(part.spikes for part in parts))
    other = device.run({"x": x}, seed=4)
    assert np.any(whole.outputs["y"] != other.outputs["y"])
    assert np.any(parts[1].outputs["y"] != parts[2].outputs["y"])  # blocks differ


def copies():
    """Two neurons that each copy the only input."""
    return raw_graph([((0,), (1,), 1)] * 2, inputs={"x": 1}, outputs={"y": [1, 2]})


@pytest.mark.parametrize(
    "knob, is_common", [("input_noise", True), ("synapse_noise", False), ("membrane_noise", False)]
)
def test_noise_on_inputs_is_common(knob, is_common):
    device = Device(copies(), Physics(**{knob: 0.5}))
    y = device.run({"x": np.zeros(TRIALS, int)}, seed=0).outputs["y"]
    assert abs(np.mean(y & 1) - normal_tail(-1)) < 0.01
    differing = np.mean((y == 1) | (y == 2))
    p = normal_tail(-1)
    assert differing == 0 if is_common else abs(differing - 2 * p * (1 - p)) < 0.01


def test_repeated_sources_average_their_noise():
    """Nine synapses in parallel, with nine times the threshold, have a third of the noise."""
    device = Device(single((1,) * 9, 5, sources=(0,) * 9), Physics(synapse_noise=0.5))
    assert abs(rates(device, 1)[0] - normal_tail(-3)) < 0.002


@pytest.mark.parametrize("noise", [{}, {"synapse_noise": 0.1}, {"input_noise": 0.01}])
def test_dropped_spikes(noise):
    device = Device(single((1,), 1), Physics(dropped_spikes=0.25, **noise))
    silent, firing = rates(device, 1)
    assert silent < 1e-3
    assert abs(firing - 0.75) < 0.01


def test_stuck_and_flipped():
    graph = single()
    x = {"x": np.arange(16)}
    clean = Device(graph).run(x, seed=0).outputs["y"]
    assert set(clean) == {0, 1}
    for value in (0, 1):
        assert set(Device(graph, stuck={4: value}).run(x, seed=0).outputs["y"]) == {value}
        knob = {f"stuck_at_{value}": 1.0}
        assert set(Device(graph, Physics(**knob)).run(x, seed=0).outputs["y"]) == {value}
    flipped = Device(graph, flips={4: 1.0}).run(x, seed=0).outputs["y"]
    np.testing.assert_array_equal(flipped, 1 - clean)


def test_stuck_share():
    graph = raw_graph([((0,), (1,), 1)] * 4000, inputs={"x": 1}, outputs={"y": [1]})
    spikes = (
        Device(graph, Physics(stuck_at_0=0.2, stuck_at_1=0.1), seed=1)
        .run({"x": [0, 1]}, seed=0)
        .spikes[1:]
    )
    counts = np.bincount(spikes, minlength=3) / 4000
    np.testing.assert_allclose(counts, [0.2, 0.7, 0.1], atol=0.03)


def test_drift():
    """AND, drawn at 1.5, becomes OR below 1 and never fires above 2."""

    def truth(drift):
        device = Device(single((1, 1), 2), Physics(threshold_drift=drift))
        return list(device.run({"x": range(4)}, seed=0).outputs["y"])

    assert truth(-0.3) == truth(0.3) == [0, 0, 0, 1]
    assert truth(-0.34) == [0, 1, 1, 1]
    assert truth(0.34) == [0, 0, 0, 0]


def test_levels():
    """With steps of 2 from 0 to 4, the weight of 1 is lost, and with steps of 1 it is not."""
    graph = single((4, 1), 1)
    for levels, expected in ((2, [0, 1, 0, 1]), (4, [0, 1, 1, 1])):
        device = Device(graph, Physics(weight_levels=levels))
        assert list(device.run({"x": range(4)}, seed=0).outputs["y"]) == expected


@pytest.mark.parametrize("knob, spread", [("weight_mismatch", 0.25), ("threshold_mismatch", 0.5)])
def test_mismatch_is_drawn_once(knob, spread):
    """Each neuron is always right or always wrong, and how many are wrong is as computed."""
    graph = raw_graph([((0,), (1,), 1)] * 4000, inputs={"x": 1}, outputs={"y": [1]})
    device = Device(graph, Physics(**{knob: spread}), seed=7)
    spikes = device.run({"x": np.ones(100, int)}, seed=0).spikes[1:]
    assert set(spikes) == {0, 100}
    # The weight falls below 0.5, or the threshold rises above 1: two standard deviations.
    expected = normal_tail(-2)
    wrong = np.mean(spikes == 0)
    assert abs(wrong - expected) < 4 * math.sqrt(expected / 4000)
    again = Device(graph, Physics(**{knob: spread}), seed=7).run({"x": [1]}, seed=9).spikes[1:]
    np.testing.assert_array_equal(again * 100, spikes)
    other = Device(graph, Physics(**{knob: 0.4}), seed=8).run({"x": [1]}, seed=9).spikes[1:]
    assert np.any(other != again)


def test_wrong():
    graph = single()
    with pytest.raises(ValueError, match=r"^Method must be one of table, synapse, not 'x'$"):
        Device(graph, method="x")
    with pytest.raises(ValueError, match=r"^Node must be a neuron, from 4 to 4, not 3$"):
        Device(graph, stuck={3: 1})
    with pytest.raises(ValueError, match=r"^Inputs of circuit must be x, not y$"):
        Device(graph).run({"y": [1]}, seed=0)
    with pytest.raises(ValueError, match=r"^Input 'x' must be from 0 to 15, not 16$"):
        Device(graph).run({"x": [15, 16]}, seed=0)
    two = raw_graph([((0, 1), (1, 1), 1)], inputs={"a": 1, "b": 1}, outputs={"y": [2]})
    with pytest.raises(ValueError, match=r"^Input 'b' must have 1 codes, not shape \(2,\)$"):
        Device(two).run({"a": [1], "b": [1, 1]}, seed=0)


@pytest.mark.parametrize(
    "knobs, message",
    [
        ({"synapse_noise": -1}, r"^Physics synapse_noise must not be negative, not -1$"),
        ({"stuck_at_0": 2}, r"^Physics stuck_at_0 must be from 0 to 1, not 2$"),
        (
            {"stuck_at_0": 0.5, "stuck_at_1": 0.75},
            r"^Physics stuck_at_0 and stuck_at_1 must add up to at most 1, not 1\.25$",
        ),
        ({"weight_levels": 0}, r"^Physics weight_levels must be positive, not 0$"),
    ],
)
def test_wrong_physics(knobs, message):
    with pytest.raises(ValueError, match=message):
        Physics(**knobs)
