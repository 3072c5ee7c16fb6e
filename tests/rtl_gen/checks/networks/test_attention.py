# SPDX-License-Identifier: Apache-2.0
"""A transformer as neurons: every intermediate against the golden model, and planted faults."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.networks.comparison import compare
from spikefloat.rtl_gen.checks.networks.neurons import neuron_operations
from spikefloat.rtl_gen.designs.engines.units import make_units
from spikefloat.rtl_gen.networks.description import Product
from spikefloat.rtl_gen.networks.layers import Layers, digits_transformer
from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.sim.exchange.digits import load_digits
from spikefloat.sim.golden.networks.network import run_network
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.golden.rounding import encode
from spikefloat.sim.training.transformer import patches, read_weights
from tests.helpers.networks import inputs_of, small_weights

NETWORK = digits_transformer()
Made = dict[str, dict[str, np.ndarray[Any, Any]]]


@cache
def case() -> tuple[dict[str, Any], np.ndarray[Any, Any], Made]:
    """Return weights, two images and what is expected of them."""
    weights = encode_weights(NETWORK, read_weights())
    x = encode(NETWORK.code_format, patches(load_digits().test_images[:2]))
    return weights, x, run_network(NETWORK, weights, x)


@cache
def units() -> Units:
    return make_units(NETWORK, "engine")


def test_all_equal() -> None:
    weights, x, expected = case()
    found = compare(
        NETWORK, expected, run_network(NETWORK, weights, x, neuron_operations(NETWORK, units()))
    )
    assert (found.logits, found.logits_equal) == (20, 20)
    # 3,338 dot products and 1,600 results of other steps for an image, most in several forms
    assert found.intermediates == found.intermediates_equal == 23188
    assert found.first_wrong is None


def test_wrong_threshold_is_found() -> None:
    """One neuron of the conversion with a threshold too high is found in the first step."""
    weights, x, expected = case()
    graph = units().narrow
    place = graph.outputs[0].nodes[0] - graph.input_count
    neurons = list(graph.neurons)
    neurons[place] = neurons[place]._replace(threshold=neurons[place].threshold + 1)
    wrong = replace(units(), narrow=replace(graph, neurons=tuple(neurons)))
    found = compare(
        NETWORK, expected, run_network(NETWORK, weights, x, neuron_operations(NETWORK, wrong))
    )
    assert found.first_wrong == "embedding: codes"
    assert found.intermediates_equal < found.intermediates


def test_wrong_weight_is_found() -> None:
    """One bit of one weight, in the last product before the mean."""
    weights, x, expected = case()
    changed = weights["layer0_down"].copy()
    changed[3, 5] ^= 8
    found = compare(NETWORK, expected, run_network(NETWORK, {**weights, "layer0_down": changed}, x))
    assert found.first_wrong == "layer0_down: sum"


@pytest.mark.slow
def test_other_shapes() -> None:
    """Two layers, three heads, and numbers that are no powers of two."""
    layers = Layers(5, 6)
    layers.embedding(3)
    for number in range(2):
        layers.attention(number, heads=3)
        layers.feed_forward(number, 4, is_last=number == 1)
    layers.mean()
    network = layers.head(7)
    weights, x = small_weights(network), inputs_of(network, 40)
    expected = run_network(network, weights, x)
    made = make_units(network, "engine")
    neurons = neuron_operations(network, made)
    found = compare(network, expected, run_network(network, weights, x, neurons))
    assert found.first_wrong is None
    assert found.logits_equal == 40 * 7
    assert len(np.unique(expected["head"]["stream"])) > 100

    # Spikes of inputs one by one are those of all; no neuron fires twice in an operation.
    parts: list[dict[str, int]] = [{}, {}, {}]
    for spikes, own in zip(parts, (x[:2], x[:1], x[1:2]), strict=True):
        run_network(network, weights, own, neuron_operations(network, made, spikes))
    assert parts[0] == {name: parts[1][name] + parts[2][name] for name in parts[1]}
    products = [step for step in network.steps if isinstance(step, Product)]
    operations = sum(rows * columns for rows, columns, _ in map(network.product_shape, products))
    most = operations * len(made.product.neurons)
    assert 0.1 * most < parts[1][made.product.name] < 0.9 * most
