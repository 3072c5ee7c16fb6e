# SPDX-License-Identifier: Apache-2.0
"""Delays that balance all paths: every spike of a wave arrives in its clock, with few registers."""

from itertools import product

import numpy as np
import pytest

from spikefloat.rtl_gen.rtl.text.delay_memory import place_bits
from spikefloat.rtl_gen.rtl.timing.balance import balance
from tests.helpers.graphs import evaluate, raw_graph
from tests.helpers.spatial_examples import GRAPHS, design_graph

CIRCUITS = {
    **GRAPHS,
    **{
        f"{name}_{library}": design_graph(name, library)
        for name in ("multiply", "add")
        for library in ("native", "published")
    },
}


def arrivals(balanced):
    """Return the clock in which each node spikes, None for constants; all sources must agree."""
    graph = balanced.graph
    clocks = [0] * graph.input_count
    for node, neuron in graph.numbered_neurons():
        sources = {clocks[source] for source in neuron.sources} - {None}
        if not neuron.sources:
            clocks.append(None)
            continue
        assert len(sources) <= 1
        clocks.append((sources.pop() if sources else 0) + balanced.lines.get(node, 1))
    return clocks


@pytest.mark.parametrize("has_memory", [False, True])
@pytest.mark.parametrize("name", CIRCUITS)
def test_spikes_of_a_wave_meet(name, has_memory):
    graph = CIRCUITS[name]
    balanced = balance(graph, has_memory=has_memory)
    clocks = arrivals(balanced)
    for port in balanced.graph.outputs:
        assert {clocks[node] for node in port.nodes} <= {balanced.latency, None}
    assert balanced.latency == max(graph.layers, default=0)
    inputs = {
        port.name: np.random.default_rng(1).integers(0, 2 ** len(port.nodes), 200)
        for port in graph.inputs
    }
    wanted = evaluate(graph, inputs)
    for port, codes in evaluate(balanced.graph, inputs).items():
        assert np.array_equal(codes, wanted[port])


@pytest.mark.parametrize("name", CIRCUITS)
def test_discharge_comes_with_its_wave(name):
    balanced = balance(CIRCUITS[name], has_discharge=True)
    arrivals(balanced)
    for node, neuron in balanced.graph.numbered_neurons():
        assert neuron.weights.count(0) == (bool(neuron.sources) and node not in balanced.lines)
    assert balanced.graph.inputs[0] == ("discharge", (0,))


@pytest.mark.parametrize("has_memory", [False, True])
@pytest.mark.parametrize("name", CIRCUITS)
def test_a_source_has_one_chain(name, has_memory):
    """Each line starts at a spike, or where another ends, and no two at the same place."""
    balanced = balance(CIRCUITS[name], has_memory=has_memory)
    starts = [
        balanced.graph.neurons[node - balanced.graph.input_count].sources[0]
        for node in balanced.lines
    ]
    assert len(set(starts)) == len(starts)


def total_delay(graph, layers, latency):
    """Return the registers of the delay lines for given layers, or None if they are impossible."""
    last = list(layers)
    for node, neuron in graph.numbered_neurons():
        for source in neuron.sources:
            if layers[source] >= layers[node]:
                return None
            last[source] = max(last[source], layers[node] - 1)
    for port in graph.outputs:
        for node in port.nodes:
            last[node] = latency
    return sum(last) - sum(layers)


def test_no_schedule_needs_fewer_registers():
    # 0 and 1 are inputs; the neurons 2 and 3 may wait, and it pays if 2 does.
    graph = raw_graph(
        [
            ((0, 1), (1, 1), 2),
            ((1,), (1,), 1),
            ((3,), (1,), 1),
            ((4,), (1,), 1),
            ((2, 5), (1, 1), 1),
            ((0, 1, 6), (1, 1, 1), 1),
        ],
        inputs={"a": 1, "b": 1},
        outputs={"y": [7], "z": [4]},
    )
    latency = graph.depth
    totals = [
        total
        for layers in product(range(1, latency + 1), repeat=len(graph.neurons))
        if (total := total_delay(graph, [0, 0, *layers], latency)) is not None
    ]
    earliest = total_delay(graph, graph.layers, latency)
    assert balance(graph).delays == min(totals) < earliest


@pytest.mark.parametrize("name", ["multiply_native", "add_native"])
def test_registers_of_designs(name):
    graph = CIRCUITS[name]
    balanced = balance(graph)
    assert balanced.delays < 0.95 * total_delay(graph, graph.layers, graph.depth)
    assert balanced.neurons == sum(bool(neuron.sources) for neuron in graph.neurons)


@pytest.mark.parametrize("name", ["multiply_native", "add_native"])
def test_memory_takes_the_place_of_registers(name):
    plain, balanced = balance(CIRCUITS[name]), balance(CIRCUITS[name], has_memory=True)
    assert sum(balanced.lines.values()) == plain.delays
    assert balanced.delays < 0.6 * plain.delays
    # What is not in registers is in memory; registers besides are those of the counters.
    lengths = {balanced.lines[node] for node in balanced.in_memory}
    counters = sum(place_bits(length) for length in lengths)
    assert balanced.delays - counters + balanced.memory_bits == plain.delays
    assert {
        balanced.graph.neurons[node - balanced.graph.input_count].scope
        for node in balanced.in_memory
    } == {0}
    assert (plain.in_memory, plain.memory_bits) == (frozenset(), 0)
