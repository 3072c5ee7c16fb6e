# SPDX-License-Identifier: Apache-2.0
"""Metrics of a graph, against values found by hand."""

import pytest

from spikefloat.rtl_gen.neurons.metrics import measure, neuron_margin, neurons_by_scope
from tests.helpers.graphs import make_graph
from tests.rtl_gen.neurons.test_graph import full_adder


def test_full_adder() -> None:
    metrics = measure(full_adder())
    assert metrics.as_dict() == {
        "neurons": 2,
        "depth": 2,
        "synapses": 7,
        "max_weight": 2,
        "max_fan_in": 4,
        "margin": 0.5,
        "relative_margin": 0.5 / 5,
    }


def test_constant_output_has_no_synapses() -> None:
    metrics = measure(make_graph(lambda g, a: [g.or_(a[0], g.not_(a[0]))], (1,)))
    assert (metrics.neurons, metrics.synapses, metrics.margin, metrics.depth) == (1, 0, 0.5, 0)


@pytest.mark.parametrize(
    "weights, threshold, margin",
    [((1, 1), 2, 0.5), ((2, 2), 3, 0.5), ((4, 4), 6, 1.5), ((1,) * 25, 3, 0.5)],
)
def test_neuron_margin(weights: tuple[int, ...], threshold: int, margin: float) -> None:
    assert neuron_margin(weights, threshold) == margin


def test_neurons_by_scope() -> None:
    assert neurons_by_scope(full_adder()) == {"adder": 2}
    assert neurons_by_scope(make_graph(lambda g, a, b: [g.xor(a[0], b[0])], (1, 1))) == {"top": 2}
