# SPDX-License-Identifier: Apache-2.0
"""Which circuits a network takes, and networks that one of each is not enough for."""

from dataclasses import replace
from fractions import Fraction

import pytest

from spikefloat.rtl_gen.designs.engines.units import make_units
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.description import Norm
from spikefloat.rtl_gen.networks.layers import Layers, digits_transformer


def test_units_of_a_small_network() -> None:
    layers = Layers(3, 4)
    layers.embedding(2)
    layers.attention(0, heads=2)
    layers.feed_forward(0, 3, is_last=True)
    layers.mean()
    units = make_units(layers.head(5), "engine")
    ports = {
        name: {port.name: len(port.nodes) for port in (*graph.inputs, *graph.outputs)}
        for name, graph in units.graphs.items()
    }
    assert ports["product"] == {"a": 40, "b": 40, "y": 16}  # five lanes, for values and places
    assert (units.norm.most, units.softmax.most) == (4, 3)
    assert {"g": 8, "y": 8}.items() <= ports["norm_give"].items()
    assert ports["softmax_scan"]["stored"] == 14
    assert ports["argmax"] == {"a": 80, "y": 3}
    assert units.neurons == sum(len(graph.neurons) for graph in units.graphs.values())


def test_several_epsilons() -> None:
    network = digits_transformer()
    steps = list(network.steps)
    assert isinstance(steps[1], Norm)
    steps[1] = replace(steps[1], epsilon=Fraction(1, 4))
    with pytest.raises(InputError, match="Epsilons of the normalisations must be one and the same"):
        make_units(replace(network, steps=tuple(steps)), "engine")
