# SPDX-License-Identifier: Apache-2.0
"""The fewest registers, against every choice of stages of small circuits."""

import itertools
import random

import pytest

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.timing.min_registers import Condition, StageChoice
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline
from tests.helpers.graphs import random_graph, raw_graph


def every_choice(graph: NeuronGraph, cuts: int, conditions):
    """Yield the stages of nodes, and their number of registers, that are allowed."""
    free = [node for node, neuron in graph.numbered_neurons() if neuron.sources]
    for chosen in itertools.product(range(cuts + 1), repeat=len(free)):
        stages = [0] * graph.node_count
        for node, stage in zip(free, chosen, strict=True):
            stages[node] = stage
        rising = all(
            stages[source] <= stages[node]
            for node, neuron in graph.numbered_neurons()
            for source in neuron.sources
        )
        if rising and all(stages[b] >= stages[a] + gap for a, b, gap in conditions):
            yield stages, Pipeline(graph, cuts, tuple(stages), ()).registers


@pytest.mark.parametrize("cuts", [1, 2])
@pytest.mark.parametrize("seed", range(12))
def test_fewest_of_all(seed, cuts):
    rng = random.Random(seed)
    graph = random_graph(rng, neurons=7, fan_in=3, weight=2, width=3)
    conditions = []
    for _ in range(3):
        first, second = sorted(rng.sample(range(graph.input_count, graph.node_count), 2))
        conditions.append(Condition(first, second, rng.randint(0, 1)))
    conditions = [c for c in conditions if all(graph.neurons[node - 6].sources for node in c[:2])]
    choices = list(every_choice(graph, cuts, conditions))
    assert choices
    fewest = min(registers for _, registers in choices)
    chosen = StageChoice(graph, cuts).solve(conditions)
    best = [stages for stages, registers in choices if registers == fewest]
    assert chosen in best
    # The earliest of the best, in every node.
    assert chosen == [min(column) for column in zip(*best, strict=True)]


def test_a_chain_is_shared():
    """A spike that is needed twice, one and two cuts later, has two registers and not three."""
    graph = raw_graph(
        [((0,), (1,), 1), ((1,), (-1,), 0), ((1, 2), (1, 1), 2)],
        inputs={"a": 1},
        outputs={"y": [1, 2, 3]},
    )
    assert Pipeline(graph, 2, (0, 0, 1, 2), ()).registered == {1: 2, 2: 2}
    assert Pipeline(graph, 2, (0, 0, 1, 2), ()).registers == 3


def test_no_answer():
    graph = raw_graph([((0,), (1,), 1), ((1,), (-1,), 0)], inputs={"a": 1}, outputs={"y": [2]})
    choice = StageChoice(graph, 1)
    assert choice.solve([Condition(1, 2, 1)]) == [0, 0, 1]
    assert choice.solve([Condition(1, 2, 1), Condition(2, 1, 0)]) is None
    assert choice.solve([Condition(0, 1, 1), Condition(1, 2, 1)]) is None
    assert choice.solve([]) == [0, 0, 0]
