# SPDX-License-Identifier: Apache-2.0
"""Cutting circuits: speed first, then registers; what is refused; the same answer every time."""

import random

import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.rtl.timing.model import Timing, TimingModel
from spikefloat.rtl_gen.rtl.timing.pipeline import cut, max_stages
from tests.helpers.graphs import random_graph, raw_graph


def graph_of(name: str, library: str = "native"):
    return make_instance(name, library=library).graph


@pytest.mark.parametrize("stages", range(6))
@pytest.mark.parametrize("name", ["multiply", "add"])
def test_stages_are_balanced(name, stages):
    graph = graph_of(name)
    pipeline = cut(graph, stages)
    model = TimingModel(graph)
    assert pipeline.latency == stages
    assert len(pipeline.levels) == stages + 1
    assert pipeline.worst == Timing(model, pipeline.stages).worst
    # One level more than an even division at most: a neuron is not divided.
    total = Timing(model, [0] * graph.node_count).worst
    assert -(-total // (stages + 1)) <= pipeline.worst <= -(-total // (stages + 1)) + 1
    for node, neuron in graph.numbered_neurons():
        assert all(pipeline.stages[source] <= pipeline.stages[node] for source in neuron.sources)
    # No worse than a register at each output for each cut, and for each input.
    assert (pipeline.registers == 0) == (stages == 0)
    assert pipeline.registers < 25 * stages or not stages


@pytest.mark.parametrize("seed", range(8))
def test_random_circuits_can_be_cut(seed):
    graph = random_graph(random.Random(seed), neurons=100, fan_in=4, weight=3)
    most = max_stages(graph)
    assert most >= 1
    worst = [cut(graph, stages).worst for stages in range(most + 1)]
    assert worst == sorted(worst, reverse=True)
    assert worst[-1] == TimingModel(graph).floor < worst[0]


def test_too_many_stages():
    graph = graph_of("multiply")
    most = max_stages(graph)
    assert 20 <= most <= 30
    for stages in (-1, most + 1):
        with pytest.raises(
            ValueError,
            match=rf"^Stages of multiply_e4m3fn must be from 0 to "
            rf"{most}, not {stages}$",
        ):
            cut(graph, stages)


def test_as_many_stages_as_there_can_be():
    """A neuron in each stage, on the longest path."""
    graph = graph_of("relu")
    assert cut(graph, max_stages(graph)).levels == (1, 1, 1)


def test_a_circuit_without_neurons_cannot_be_cut():
    graph = raw_graph([], inputs={"a": 2}, outputs={"y": [1, 0]})
    assert cut(graph, 0).levels == (0,)
    with pytest.raises(ValueError, match=r"^Stages of circuit must be from 0 to 0, not 1$"):
        cut(graph, 1)


def test_same_answer_every_time():
    graph = graph_of("add")
    first = cut(graph, 3)
    cut.cache_clear()
    assert cut(graph, 3) == first
    assert (first.levels, first.registers) == ((8, 8, 8, 5), 47)
