# SPDX-License-Identifier: Apache-2.0
"""The optimiser: it keeps the function and the limits, and repeats itself."""

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.search.shrink import start_of
from spikefloat.search.store import count_wrong
from spikefloat.search.walk import Step, format_network, parse_network, walk
from spikefloat.sim.graphs.network import Network
from tests.helpers.graphs import all_codes, make_graph


def structured(operation: str, fmt: str, budget: str = "w2") -> NeuronGraph:
    return make_instance(operation, format=fmt, budget=budget).graph


def test_text_format() -> None:
    graph = structured("multiply", "e2m1fn")
    again = parse_network(format_network(graph), graph, BUDGETS["w2"])
    assert [n[:3] for n in again.neurons] == [n[:3] for n in graph.neurons]
    assert again.outputs == graph.outputs


@pytest.mark.tool
@pytest.mark.parametrize("budget", ["w1", "w2", "w8"])
@pytest.mark.parametrize("operation", ["multiply", "add"])
def test_short_walk(operation: str, budget: str) -> None:
    graph = structured(operation, "e2m1fn", budget)
    step = Step(budget=budget, seed=3, visits=3000)
    found = walk(graph, step)
    assert count_wrong(found, operation, "e2m1fn", "saturate") == 0
    assert len(found.neurons) < 0.8 * len(graph.neurons)
    assert all(BUDGETS[budget].allows(neuron.weights) for neuron in found.neurons)
    assert walk(graph, step) == found


@pytest.mark.tool
def test_depth_can_be_limited_or_searched_for() -> None:
    graph = structured("add", "e2m1fn")
    limited = walk(graph, Step(budget="w2", seed=1, visits=2000, max_depth=graph.depth))
    assert limited.depth <= graph.depth
    shallow = walk(graph, Step(budget="w2", seed=1, visits=2000, depth_cost=1.0, slack=20))
    assert shallow.depth < graph.depth
    assert count_wrong(shallow, "add", "e2m1fn", "saturate") == 0


@pytest.mark.tool
def test_constant_and_copied_neurons_go() -> None:
    graph = make_graph(
        lambda gates, x: (gates.mux(x[0], x[1], gates.and_(x[1], gates.or_(x[0], x[2]))),), [8]
    )
    found = walk(graph, Step(budget="w2", seed=1, visits=200))
    (x,) = all_codes(8)
    np.testing.assert_array_equal(
        Network(found).run({"x0": x})["y"], Network(graph).run({"x0": x})["y"]
    )
    assert len(found.neurons) == 1


@pytest.mark.tool
def test_start_that_breaks_the_budget_is_refused() -> None:
    graph = structured("add", "e2m1fn", "w8")
    with pytest.raises(
        ValueError,
        match=(r"^Optimiser failed: Network must keep the limits of a neuron$"),
    ):
        walk(graph, Step(budget="w1", seed=1, visits=1))


@pytest.mark.tool
@pytest.mark.slow
def test_beginning_of_a_walk_is_golden() -> None:
    """A walk from a stored circuit, which does not change, goes as it went."""
    start = start_of("multiply", "e4m3fn", "nan", "w8", "multiply_e4m3fn_nan_w2_83x29.json")
    found = walk(start, Step(budget="w8", seed=1, visits=4000))
    assert count_wrong(found, "multiply", "e4m3fn", "nan") == 0
    assert (len(found.neurons), found.depth) == (78, 32)
    assert found.digest.startswith("b29406ca799f")


def test_unknown_start_is_refused() -> None:
    with pytest.raises(
        ValueError,
        match=(
            r"^Start must be structured, table, two_deep, .* or the name of a data file, not 'x'$"
        ),
    ):
        start_of("multiply", "e4m3fn", "nan", "w2", "x")


@pytest.mark.parametrize(
    "operation, fmt",
    [("square_root", "e4m3fn"), ("reciprocal", "e5m2"), ("multiply", "e2m1fn"), ("tanh", "e4m3fn")],
)
def test_start_from_the_golden_table(operation: str, fmt: str) -> None:
    overflow = make_instance(operation, format=fmt).circuit.overflow.value
    graph = start_of(operation, fmt, overflow, "w2", "table")
    assert count_wrong(graph, operation, fmt, overflow) == 0
    assert graph.name == make_instance(operation, format=fmt).name
    assert all(BUDGETS["w2"].allows(neuron.weights) for neuron in graph.neurons)
