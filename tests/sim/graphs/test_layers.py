# SPDX-License-Identifier: Apache-2.0
"""The fast simulation of layers, against the golden model and against the whole circuit."""

import dataclasses

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.parts import layer_parts
from spikefloat.rtl_gen.designs.shapes import make_layer_shape
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden.vectors.layer import layer
from spikefloat.sim.graphs.layers import LayerSimulator
from spikefloat.sim.graphs.network import Network

E4M3FN = FORMATS["e4m3fn"]
LINEAR = find_design("linear")
WAYS = ("exact", "tree", "chain", "wide")


def codes(*shape: int, seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).integers(0, 256, shape)
    calm = np.random.default_rng(seed + 100).random(shape) < 0.99
    return np.where(calm, drawn & 0xBF, drawn)


def make(
    instance: Instance, activation: str, to: str, weight: np.ndarray, bias: np.ndarray | None
) -> LayerSimulator:
    parts = layer_parts(
        instance, weight.shape[1], activation, FORMATS[to], has_bias=bias is not None
    )
    return LayerSimulator(parts, weight, bias, 8)


@pytest.mark.parametrize("accumulate", WAYS)
@pytest.mark.parametrize(
    "activation, to, has_bias",
    [("none", "e4m3fn", False), ("relu", "e4m3fn", True), ("relu", "bfloat16", True)],
)
def test_equal_to_the_golden_model(
    accumulate: str, activation: str, to: str, has_bias: bool
) -> None:
    instance = make_instance(
        LINEAR, accumulate=accumulate, to=to, wide="binary16" if accumulate == "wide" else None
    )
    x, weight, bias = codes(9, 7, seed=1), codes(11, 7, seed=2), codes(11, seed=3)
    own = bias if has_bias else None
    found = make(instance, activation, to, weight, own).run(x)
    np.testing.assert_array_equal(
        found,
        layer(
            E4M3FN,
            x,
            weight,
            own,
            accumulate=accumulate,
            activation=activation,
            to=FORMATS[to],
            wide=instance.layer.wide,
            overflow=instance.circuit.overflow,
        ),
    )


@pytest.mark.parametrize("accumulate", ["exact", "tree"])
def test_equal_to_the_whole_circuit(accumulate: str) -> None:
    shape = make_layer_shape(inputs=3, outputs=2, activation="relu")
    instance = make_instance(LINEAR, accumulate=accumulate, layer=shape)
    x, weight, bias = codes(64, 3, seed=4), codes(2, 3, seed=5), codes(2, seed=6)
    whole = (
        Network(instance.graph)
        .run(
            {
                "x": (x << 8 * np.arange(3)).sum(axis=1),
                "w": np.full(64, (weight.ravel() << 8 * np.arange(6)).sum()),
                "b": np.full(64, (bias << 8 * np.arange(2)).sum()),
            }
        )["y"]
        .astype(np.int64)
    )
    found = make(instance, "relu", "e4m3fn", weight, bias).run(x)
    np.testing.assert_array_equal(found, whole[:, None] >> 8 * np.arange(2) & 0xFF)


def test_large_layer_and_batch() -> None:
    instance = make_instance(LINEAR, accumulate="tree")
    x, weight = codes(32, 128, seed=7), codes(64, 128, seed=8)
    simulator = make(instance, "none", "e4m3fn", weight, None)
    expected = layer(E4M3FN, x, weight, accumulate="tree")
    np.testing.assert_array_equal(simulator.run(x), expected)
    np.testing.assert_array_equal(simulator.run(x[:1]), expected[:1])
    assert len(np.unique(expected)) > 20


@pytest.mark.slow
def test_large_exact_layer() -> None:
    instance = make_instance(LINEAR, accumulate="exact")
    x, weight, bias = codes(32, 128, seed=9), codes(64, 128, seed=10), codes(64, seed=11)
    found = make(instance, "relu", "e4m3fn", weight, bias).run(x)
    np.testing.assert_array_equal(
        found, layer(E4M3FN, x, weight, bias, accumulate="exact", activation="relu")
    )


def test_planted_fault_is_found() -> None:
    instance = make_instance(LINEAR, accumulate="tree")
    x, weight = codes(9, 7, seed=1), codes(11, 7, seed=2)
    parts = layer_parts(instance, 7, "none", E4M3FN, has_bias=False)
    assert parts.sum is not None
    neurons = list(parts.sum.neurons)
    index = next(i for i, neuron in enumerate(neurons) if neuron.name == "round_up")
    neurons[index] = neurons[index]._replace(threshold=neurons[index].threshold + 1)
    faulty = dataclasses.replace(parts, sum=dataclasses.replace(parts.sum, neurons=tuple(neurons)))
    found = LayerSimulator(faulty, weight, None, 8).run(x)
    assert (found != layer(E4M3FN, x, weight, accumulate="tree")).any()


def test_wrong_shapes() -> None:
    parts = layer_parts(make_instance(LINEAR, accumulate="tree"), 2, "none", E4M3FN)
    with pytest.raises(ValueError, match=r"^Weights must have the shape .*, not \(2,\)$"):
        LayerSimulator(parts, [0, 0], None, 8)
    with pytest.raises(ValueError, match=r"^Bias must have the shape \(1,\), not \(2,\)$"):
        LayerSimulator(parts, [[0, 0]], [0, 0], 8)
    with pytest.raises(ValueError, match=r"^Inputs must have the shape \(batch, 2\), not \(3,\)$"):
        LayerSimulator(parts, [[0, 0]], [0], 8).run([0, 0, 0])
