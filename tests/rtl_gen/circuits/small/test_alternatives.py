# SPDX-License-Identifier: Apache-2.0
"""Constructions and stored circuits as alternatives to the structured ones."""

from dataclasses import replace

import pytest

from spikefloat.rtl_gen.circuits.small.alternatives import (
    CONSTRUCTIONS,
    alternatives,
    build_construction,
)
from spikefloat.rtl_gen.circuits.small.two_deep_multiply import two_deep_multiply
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS, Overflow
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, CHIPS
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.sim.golden.operations import expected
from spikefloat.sim.graphs.network import Network
from tests.helpers.graphs import all_codes
from tests.helpers.oracle import assert_same_codes

#: Construction: its neurons and depth for its first format.
FIGURES = {
    "two_deep": (1843, 2),
    "code_domain": (94, 22),
    "code_read": (30, 10),
    "log_domain": (184, 26),
    "log_quotient": (187, 28),
    "serial": (174, 53),
    "two_path": (335, 25),
}

CASES = [
    pytest.param(name, fmt, policy, id=f"{name}-{fmt}-{policy.value}")
    for name, record in CONSTRUCTIONS.items()
    for fmt in record.formats
    for policy in record.policies
]


@pytest.mark.parametrize("name, fmt, policy", CASES)
def test_every_pair(name: str, fmt: str, policy: Overflow) -> None:
    record, code = CONSTRUCTIONS[name], FORMATS[fmt]
    graph = build_construction(record, code, policy)
    a, b = all_codes(code.width, code.width)
    assert a.size == 4**code.width
    actual = Network(graph).run({"a": a, "b": b})["y"].astype("int64")
    assert_same_codes(code, (a, b), actual, expected(record.operation, code, (a, b), policy))
    assert all(BUDGETS[record.budget].allows(neuron.weights) for neuron in graph.neurons)


@pytest.mark.parametrize("name", CONSTRUCTIONS)
def test_size(name: str) -> None:
    record = CONSTRUCTIONS[name]
    metrics = measure(build_construction(record, FORMATS[record.formats[0]], record.policies[0]))
    assert (metrics.neurons, metrics.depth) == FIGURES[name]


@pytest.mark.parametrize("operation", ["multiply", "add", "divide", "square_root"])
@pytest.mark.parametrize("budget", BUDGETS | CHIPS)
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
def test_objective_takes_the_best(operation: str, budget: str, fmt: str) -> None:
    instance = make_instance(operation, format=fmt, budget=budget)
    circuit = instance.circuit
    known = [
        instance.graph,
        *(
            other.graph
            for other in alternatives(operation, circuit.format, circuit.overflow, circuit.budget)
        ),
    ]

    def chosen(objective: str) -> NeuronGraph:
        return make_instance(operation, format=fmt, budget=budget, objective=objective).graph

    assert len(chosen("neurons").neurons) == min(len(graph.neurons) for graph in known)
    assert chosen("depth").depth == min(graph.depth for graph in known)
    assert all(circuit.budget.holds(graph) for graph in known)


def test_without_an_alternative_the_structured_circuit_is_taken() -> None:
    made, structured = (
        make_instance("negate", objective=o).graph for o in ("neurons", "structure")
    )
    assert replace(made, name=structured.name) == structured


@pytest.mark.parametrize(
    "name, own, other",
    [(name, "e4m3fn", "e5m2") for name in ("log_domain", "log_quotient", "serial", "two_path")]
    + [(name, "e5m2", "e4m3fn") for name in ("code_domain", "code_read")],
)
def test_other_format_is_refused(name: str, own: str, other: str) -> None:
    gates = make_gates("circuit", "native", BUDGETS["w2"])
    a, b = (gates.builder.input(port, 8) for port in "ab")
    with pytest.raises(ValueError, match=rf"^Format must be {own}, not '{other}'$"):
        CONSTRUCTIONS[name].circuit(gates, FORMATS[other], a, b, Overflow.NAN)


@pytest.mark.parametrize(
    "name, policy",
    [
        ("serial", "saturate"),
        ("two_path", "saturate"),
        ("code_domain", "saturate-finite"),
        ("code_read", "saturate-finite"),
    ],
)
def test_other_policy_is_refused(name: str, policy: str) -> None:
    gates = make_gates("circuit", "native", BUDGETS["w2"])
    a, b = (gates.builder.input(port, 8) for port in "ab")
    fmt = FORMATS[CONSTRUCTIONS[name].formats[0]]
    with pytest.raises(
        ValueError, match=rf"^Overflow must be nan .*for this construction, not '{policy}'$"
    ):
        CONSTRUCTIONS[name].circuit(gates, fmt, a, b, Overflow(policy))


def test_two_deep_needs_a_negative_zero() -> None:
    gates = make_gates("multiply", "native", BUDGETS["free"])
    a, b = (gates.builder.input(name, 8) for name in "ab")
    with pytest.raises(ValueError, match=r"^Format must have a negative zero, not 'e4m3fnuz'$"):
        two_deep_multiply(gates, FORMATS["e4m3fnuz"], a, b)
