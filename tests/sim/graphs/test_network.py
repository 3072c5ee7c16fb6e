# SPDX-License-Identifier: Apache-2.0
"""The bit-parallel simulation against the definition of a neuron, evaluated one by one."""

import random
import threading
from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.graphs.lowering import lower
from spikefloat.sim.graphs.network import Network
from spikefloat.sim.graphs.planes import all_pairs_planes, counter_planes, unpack_bits
from tests.helpers.graphs import all_codes, codes_of, evaluate_nodes, random_graph, raw_graph

# fan-in, weight: gates, small neurons, many equal weights, binary-like, large.
KINDS = [(2, 2), (4, 2), (6, 1), (12, 1), (8, 4), (12, 9), (12, 1000)]


def every_pair(width):
    return dict(zip("ab", all_codes(width, width), strict=True))


@pytest.mark.parametrize("fan_in, weight", KINDS)
def test_random_graphs(fan_in, weight):
    rng = random.Random(f"{fan_in} {weight}")
    fired = 0
    for neurons in range(1, 31):
        graph = random_graph(rng, neurons=neurons, fan_in=fan_in, weight=weight)
        inputs = every_pair(5)
        rows = evaluate_nodes(graph, inputs)
        network = Network(graph)
        outputs = network.run(inputs)
        assert list(outputs) == ["y", "z"]
        for port in graph.outputs:
            np.testing.assert_array_equal(outputs[port.name], codes_of(rows, port))
        planes, shape = network.pack(inputs)
        assert shape == (1024,)
        np.testing.assert_array_equal(unpack_bits(network.node_planes(planes), 1024).T, rows)
        np.testing.assert_array_equal(network.spikes(inputs), np.sum(rows[10:], axis=1))
        fired += np.sum(rows[10:])
    assert fired > 0


@pytest.mark.parametrize("trials", [0, 1, 7, 63, 64, 65, 1000, 64 * 2049 + 5])
def test_trials(trials):
    """Numbers of trials that do not fill the last word, and that need several blocks."""
    rng = random.Random(trials)
    graph = random_graph(rng, neurons=20, fan_in=4, weight=3)
    draw = np.random.default_rng(trials)
    inputs = {name: draw.integers(0, 32, trials) for name in "ab"}
    rows = evaluate_nodes(graph, inputs)
    network = Network(graph)
    for _ in range(2):  # arrays are used again
        outputs = network.run(inputs)
        for port in graph.outputs:
            assert outputs[port.name].shape == (trials,)
            np.testing.assert_array_equal(outputs[port.name], codes_of(rows, port))
        np.testing.assert_array_equal(network.spikes(inputs), np.sum(rows[10:], axis=1))


def test_shape_and_type():
    """Codes of any shape and integer type; results in the smallest unsigned type."""
    graph = raw_graph(
        [([0], [-1], 0)],
        inputs={"a": 1, "b": 9},
        outputs={"bit": [10], "nine": range(1, 10), "both": range(10)},
    )
    network = Network(graph)
    outputs = network.run({"a": [[True, False, True]], "b": [[511, 0, 256]]})
    assert {name: codes.tolist() for name, codes in outputs.items()} == {
        "bit": [[0, 1, 0]],
        "nine": [[511, 0, 256]],
        "both": [[1023, 0, 513]],
    }
    assert [codes.dtype for codes in outputs.values()] == [np.uint8, np.uint16, np.uint16]
    assert network.run({"a": 1, "b": np.int8(5)})["both"] == 11


def test_constants():
    """Neurons without synapses, and neurons that always or never fire, also as sources."""
    neurons = [
        ([], [], 0),
        ([], [], 1),
        ([0, 1], [1, 1], -1),
        ([0, 1], [1, -1], 2),
        ([2, 0], [-3, 2], -2),
        ([3, 2, 1], [1, 1, 1], 2),
    ]
    graph = raw_graph(neurons, inputs={"a": 1, "b": 1}, outputs={"y": [2, 3, 4, 5, 6, 7]})
    inputs = every_pair(1)
    expected = codes_of(evaluate_nodes(graph, inputs), graph.output("y"))
    assert expected.tolist() == [5, 37, 21, 53]
    assert Network(graph).run(inputs)["y"].tolist() == expected.tolist()
    assert Network(graph).spikes(inputs).tolist() == [4, 0, 4, 0, 2, 2]


def test_no_inputs():
    graph = raw_graph([([], [], 0)], inputs={}, outputs={"y": [0]})
    assert Network(graph).run({})["y"] == 1


def test_wide_fan_in():
    """Neurons of 100 synapses, which are added; checked at random and near the threshold."""
    rng = random.Random(100)
    weights = [rng.choice((-1, 1)) * rng.randint(1, 30) for _ in range(100)]
    graph = raw_graph(
        [(range(100), weights, threshold) for threshold in (-40, 0, 3, 55)],
        inputs={"a": 100},
        outputs={"y": range(100, 104)},
    )
    bits = np.random.default_rng(100).integers(0, 2, (5000, 100))
    totals = bits @ np.array(weights)
    expected = sum((totals >= t).astype(int) << i for i, t in enumerate((-40, 0, 3, 55)))
    assert set(totals) >= {-41, -40, -1, 0, 2, 3, 54, 55}
    np.testing.assert_array_equal(Network(graph).run({"a": bits})["y"], expected)


def test_wide_ports():
    """A port of 80 bits takes bits or ten codes of 8 bits, and gives bits."""
    graph = raw_graph([], inputs={"a": 80}, outputs={"y": reversed(range(80)), "z": [79, 0]})
    network = Network(graph)
    codes = np.random.default_rng(80).integers(0, 256, (3, 70, 10), np.uint8)
    bits = np.unpackbits(codes, axis=-1, bitorder="little")
    for given in (codes, bits, bits.astype(bool)):
        outputs = network.run({"a": given})
        assert outputs["y"].shape == (3, 70, 80)
        np.testing.assert_array_equal(outputs["y"], bits[..., ::-1])
        np.testing.assert_array_equal(outputs["z"], codes[..., 9] // 128 + codes[..., 0] % 2 * 2)


def test_large_programs():
    """A program of many registers runs in shorter blocks, with the same results."""
    weights = [1 << bit for bit in range(13)]
    neurons = [(range(13), weights, threshold) for threshold in range(1, 4501)]
    graph = raw_graph(neurons, inputs={"a": 13}, outputs={"y": [4512]})
    assert lower(graph, every_node=True).registers > 4096
    codes = np.random.default_rng(1).integers(0, 8192, 64 * 1500 + 3)
    spikes = Network(graph).spikes({"a": codes})
    at_least = np.cumsum(np.bincount(codes, minlength=8192)[::-1])[::-1]
    np.testing.assert_array_equal(spikes, at_least[1:4501])


@pytest.mark.parametrize("library", ["native", "published"])
@pytest.mark.parametrize("name", ["multiply", "add"])
def test_designs(name, library):
    """All 65,536 pairs of the FP8 designs, equal to the golden model."""
    assert name in entries(Design)
    instance = make_instance(name, library=library)
    network = Network(instance.graph)
    inputs = every_pair(8)
    result = network.run(inputs)["y"]
    assert result.size == 65536
    expected = getattr(golden, name)(
        instance.circuit.format, *inputs.values(), instance.circuit.overflow
    )
    np.testing.assert_array_equal(result, expected)
    planes = dict(zip("ab", all_pairs_planes(8, 8), strict=True))
    np.testing.assert_array_equal(
        network.run_planes(planes)["y"], network.run_planes(network.pack(inputs)[0])["y"]
    )


def test_planted_faults_show():
    """A threshold changed by one, in any neuron of an adder, changes a result."""
    neurons = []
    carry = None
    for bit in range(4):
        sources = [bit, 4 + bit] + ([] if carry is None else [carry])
        neurons.append((sources, [1] * len(sources), 2))
        carry = 8 + len(neurons) - 1
        neurons.append(([*sources, carry], [1] * len(sources) + [-2], 1))
    graph = raw_graph(neurons, inputs={"a": 4, "b": 4}, outputs={"y": [9, 11, 13, 15, 14]})
    inputs = every_pair(4)
    good = Network(graph).run(inputs)["y"]
    np.testing.assert_array_equal(good, inputs["a"] + inputs["b"])
    for index, neuron in enumerate(graph.neurons):
        for change in (-1, 1):
            faulty = neuron._replace(threshold=neuron.threshold + change)
            broken = replace(
                graph, neurons=(*graph.neurons[:index], faulty, *graph.neurons[index + 1 :])
            )
            result = Network(broken).run(inputs)["y"]
            assert np.any(result != good)
            np.testing.assert_array_equal(
                result, codes_of(evaluate_nodes(broken, inputs), broken.output("y"))
            )


def test_spikes_of_first_trials():
    graph = raw_graph([([0], [-1], 0), ([0, 5], [1, 1], 2)], inputs={"a": 8}, outputs={"y": [8, 9]})
    network = Network(graph)
    planes = {"a": counter_planes(8, 4)}
    assert network.spikes_planes(planes).tolist() == [128, 64]
    assert network.spikes_planes(planes, 101).tolist() == [51, 18]
    assert network.spikes_planes(planes, 0).tolist() == [0, 0]


def test_threads():
    """Threads that share a network do not disturb each other."""
    network = Network(make_instance("multiply").graph)
    planes = [dict(zip(order, all_pairs_planes(8, 8), strict=True)) for order in ("ab", "ba")]
    expected = [network.run_planes(p)["y"] for p in planes]
    same = []

    def work(index):
        same.extend(
            np.array_equal(network.run_planes(planes[index])["y"], expected[index])
            for _ in range(20)
        )

    threads = [threading.Thread(target=work, args=(i,)) for i in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert same == [True] * 40


PAIR = raw_graph([([0, 8], [1, 1], 2)], inputs={"a": 8, "b": 8}, outputs={"y": [16]})
WIDE = raw_graph([], inputs={"a": 66}, outputs={"y": [0]})


@pytest.mark.parametrize(
    "graph, inputs, error, message",
    [
        (PAIR, {"a": 1}, ValueError, "Inputs of circuit must be a, b, not a"),
        (PAIR, {}, ValueError, "Inputs of circuit must be a, b, not none"),
        (PAIR, {"a": 1, "b": 1, "c": 1}, ValueError, "Inputs of circuit must be a, b, not a, b, c"),
        (PAIR, {"a": [1], "b": [256]}, ValueError, "Input 'b' must be between 0 and 255, not 256"),
        (
            PAIR,
            {"a": [0, -1], "b": [1, 2]},
            ValueError,
            "Input 'a' must be between 0 and 255, not -1",
        ),
        (PAIR, {"a": [1], "b": [1.0]}, TypeError, "Input 'b' must be integers, not float64"),
        (
            PAIR,
            {"a": [1, 2], "b": [[1, 2]]},
            ValueError,
            "Input 'b' must have codes of shape (2,), not (1, 2)",
        ),
        (
            WIDE,
            {"a": np.zeros((5, 4), int)},
            ValueError,
            "Input 'a' must have bits, or codes of equal width, that make up 66 bits along its last "
            "axis, not 4",
        ),
        (
            WIDE,
            {"a": 3},
            ValueError,
            "Input 'a' must have bits, or codes of equal width, that make up 66 bits along its last "
            "axis, not 0",
        ),
        (
            WIDE,
            {"a": [[3, 2**33]]},
            ValueError,
            "Input 'a' must be between 0 and 8589934591, not 8589934592",
        ),
    ],
)
def test_codes_wrong(graph, inputs, error, message):
    for method in (Network(graph).run, Network(graph).spikes, Network(graph).pack):
        with pytest.raises(error) as caught:
            method(inputs)
        assert str(caught.value) == message


WORDS = np.zeros((8, 3), np.uint64)


@pytest.mark.parametrize(
    "inputs, error, message",
    [
        ({"a": WORDS}, ValueError, "Inputs of circuit must be a, b, not a"),
        (
            {"a": WORDS, "b": WORDS[:7]},
            ValueError,
            "Planes of input 'b' must have shape (8, 3), not (7, 3)",
        ),
        (
            {"a": WORDS, "b": WORDS[:, 1:]},
            ValueError,
            "Planes of input 'b' must have shape (8, 3), not (8, 2)",
        ),
        (
            {"a": WORDS[0], "b": WORDS},
            ValueError,
            "Planes of input 'a' must have shape (8, words), not (3,)",
        ),
        (
            {"a": WORDS, "b": WORDS.astype(int)},
            TypeError,
            "Planes of input 'b' must be uint64, not int64",
        ),
    ],
)
def test_planes_wrong(inputs, error, message):
    network = Network(PAIR)
    for method in (network.run_planes, network.node_planes, network.spikes_planes):
        with pytest.raises(error) as caught:
            method(inputs)
        assert str(caught.value) == message


@pytest.mark.parametrize("trials", [-1, 193])
def test_trials_wrong(trials):
    with pytest.raises(ValueError, match=rf"^Trials must be between 0 and 192, not {trials}$"):
        Network(PAIR).spikes_planes({"a": WORDS, "b": WORDS}, trials)
