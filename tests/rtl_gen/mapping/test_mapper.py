# SPDX-License-Identifier: Apache-2.0
"""The mapper: equal results within the budget, and how small they are."""

from itertools import chain, combinations, repeat

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.mapping.mapper import Objective, map_circuit, map_graph
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget
from spikefloat.rtl_gen.neurons.builder import NeuronGraphBuilder
from tests.helpers.graphs import all_codes, evaluate
from tests.helpers.mapping_examples import (
    adder,
    error_corrector,
    keeps_budget,
    multiplier,
    outputs_of,
    parity,
    random_function,
)

W2 = BUDGETS["w2"]


@pytest.mark.parametrize("width, neurons", [(1, 2), (4, 8), (8, 16)])
def test_adder(width: int, neurons: int) -> None:
    graph = map_circuit(adder(width), W2).graph
    inputs, outputs = outputs_of(graph)
    assert np.array_equal(outputs["y"], inputs["a"] + inputs["b"] + inputs["c"])
    assert len(graph.neurons) == neurons
    assert keeps_budget(graph, W2)


@pytest.mark.parametrize("budget, neurons", [("w1", 21), ("w2", 8), ("w8", 7)])
def test_parity(budget: str, neurons: int) -> None:
    graph = map_circuit(parity(8), BUDGETS[budget]).graph
    inputs, outputs = outputs_of(graph)
    assert np.array_equal(outputs["y"], np.bitwise_count(inputs["a"]) & 1)
    assert len(graph.neurons) <= neurons
    assert keeps_budget(graph, BUDGETS[budget])


@pytest.mark.parametrize("objective", list(Objective))
@pytest.mark.parametrize("budget", [*BUDGETS, "custom"])
def test_random_functions(budget: str, objective: Objective) -> None:
    limits = Budget("custom", 1, 3) if budget == "custom" else BUDGETS[budget]
    for seed in range(6):
        circuit = random_function(seed, 6, 5, 40)
        mapping = map_circuit(circuit, limits, objective)
        assert mapping.proof.equal
        assert keeps_budget(mapping.graph, limits)
        # Not by the code that proved it: the ANDs one by one.
        inputs, outputs = outputs_of(mapping.graph)
        values = [np.zeros(64, int), *(inputs["a"] >> i & 1 for i in range(6))]
        for a, b in circuit.aig.fanins[circuit.aig.first_and :]:
            values.append((values[a >> 1] ^ a & 1) & (values[b >> 1] ^ b & 1))
        expected = sum((values[lit >> 1] ^ lit & 1) << i for i, lit in enumerate(circuit.literals))
        assert np.array_equal(outputs["y"], expected)


@pytest.mark.slow
def test_objectives_pull_apart() -> None:
    circuit = multiplier(4)
    small = map_circuit(circuit, W2, Objective.NEURONS).graph
    flat = map_circuit(circuit, W2, Objective.DEPTH).graph
    product = map_circuit(circuit, W2, Objective.PRODUCT).graph
    for graph in (small, flat, product):
        inputs, outputs = outputs_of(graph)
        assert np.array_equal(outputs["y"], inputs["a"] * inputs["b"])
    assert flat.depth < small.depth
    assert len(small.neurons) < len(flat.neurons)
    assert len(product.neurons) * product.depth <= min(
        len(g.neurons) * g.depth for g in (small, flat)
    )


def test_effort_never_hurts() -> None:
    sizes = [
        len(map_circuit(multiplier(3), W2, effort=effort).graph.neurons) for effort in range(3)
    ]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[2]


def test_same_call_same_graph() -> None:
    circuit = random_function(7, 7, 4, 60)
    assert (
        map_circuit(circuit, W2, effort=2, seed=3).graph.digest
        == map_circuit(circuit, W2, effort=2, seed=3).graph.digest
    )


def test_constants_copies_and_complements_at_outputs() -> None:
    circuit = random_function(0, 2, 1, 1)
    a, b = circuit.aig.input(0), circuit.aig.input(1)
    both = circuit.aig.and_(a, b)
    literals = (0, 1, a, b ^ 1, both, both ^ 1)
    circuit = circuit._replace(outputs=(circuit.outputs[0]._replace(width=6),), literals=literals)
    graph = map_circuit(circuit, W2).graph
    inputs, outputs = outputs_of(graph)
    for code, result in zip(inputs["a"], outputs["y"], strict=True):
        x, y = int(code) & 1, int(code) >> 1
        assert result == (0b10 | x << 2 | (1 - y) << 3 | (x & y) << 4 | (1 - (x & y)) << 5)
    assert len(graph.neurons) == 5


def test_source_beyond_the_budget() -> None:
    builder = NeuronGraphBuilder("wide")
    bits = builder.input("x", 9)
    builder.output("y", [builder.neuron([(bit, 1 + i) for i, bit in enumerate(bits)], 23)])
    mapping = map_graph(builder.build(), W2)
    inputs, outputs = outputs_of(mapping.graph)
    expected = sum((inputs["x"] >> i & 1) * (1 + i) for i in range(9)) >= 23
    assert np.array_equal(outputs["y"], expected)
    assert keeps_budget(mapping.graph, W2)


def test_more_inputs_than_can_be_tried() -> None:
    circuit = adder(16)
    mapping = map_circuit(circuit, W2)
    assert mapping.proof.method.startswith("satisfiability")
    assert len(mapping.graph.neurons) == 32
    chance = np.random.default_rng(0)
    codes = {
        "a": chance.integers(0, 1 << 16, 2000),
        "b": chance.integers(0, 1 << 16, 2000),
        "c": chance.integers(0, 2, 2000),
    }
    assert np.array_equal(evaluate(mapping.graph, codes)["y"], codes["a"] + codes["b"] + codes["c"])


def test_stop_gives_the_best_so_far() -> None:
    """However early the search is stopped, the result is proved; later ones are not worse."""
    sizes = []
    for answers in (0, 5, 40, 100_000):
        answer = chain(repeat(False, answers), repeat(True))
        mapping = map_circuit(multiplier(4), W2, effort=2, stop=answer.__next__)
        assert mapping.proof.equal
        assert keeps_budget(mapping.graph, W2)
        inputs, outputs = outputs_of(mapping.graph)
        assert np.array_equal(outputs["y"], inputs["a"] * inputs["b"])
        assert mapping.is_complete == (answers == 100_000)
        sizes.append(len(mapping.graph.neurons))
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]


def test_much_exclusive_or() -> None:
    """A circuit of 41 inputs, as error correction has them: proved, and not by much searching."""
    circuit = error_corrector()
    mapping = map_circuit(circuit, W2, effort=0)
    assert len(mapping.graph.neurons) <= 228
    columns = np.array([sum(1 << i for i in c) for c in combinations(range(8), 3)][:32])
    chance = np.random.default_rng(0)
    data = chance.integers(0, 1 << 32, 500)
    bits = data[:, None] >> np.arange(32) & 1
    checks = np.bitwise_xor.reduce(bits * columns, axis=1)
    flipped = chance.integers(0, 32, 500)
    codes = {"d": data ^ 1 << flipped, "k": checks, "e": np.ones(500, int)}
    assert np.array_equal(evaluate(mapping.graph, codes)["y"], data)
    codes["e"] = np.zeros(500, int)
    assert np.array_equal(evaluate(mapping.graph, codes)["y"], codes["d"])


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"effort": 4}, r"^Effort must be between 0 and 3, not 4$"),
        ({"effort": -1}, r"^Effort must be between 0 and 3, not -1$"),
        (
            {"budget": Budget("single", 2, 1)},
            r"^Budget must permit two synapses of weight 1, not be single "
            r"\(\|weight\| <= 2, fan-in <= 1\)$",
        ),
    ],
)
def test_wrong_arguments(kwargs: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        map_circuit(adder(1), **{"budget": W2, **kwargs})


@pytest.mark.slow
@pytest.mark.parametrize(
    "name, library, neurons",
    [
        ("multiply", "native", 150),
        ("multiply", "published", 150),
        ("add", "native", 160),
        ("add", "published", 155),
    ],
)
def test_shrinks_the_designs(name: str, library: str, neurons: int) -> None:
    source = make_instance(name, library=library).graph
    graph = map_graph(source, W2).graph
    a, b = all_codes(8, 8)
    assert np.array_equal(
        evaluate(graph, {"a": a, "b": b})["y"], evaluate(source, {"a": a, "b": b})["y"]
    )
    assert keeps_budget(graph, W2)
    assert len(graph.neurons) <= neurons
