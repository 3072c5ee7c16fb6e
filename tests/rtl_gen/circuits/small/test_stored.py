# SPDX-License-Identifier: Apache-2.0
"""Stored circuits: each exact on every operand pair, within its budget, and what the index says."""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.small import stored
from spikefloat.rtl_gen.circuits.small.stored import StoredCircuit, load, stored_circuits
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.sim.golden.operations import expected, find_operation
from spikefloat.sim.graphs.network import Network
from tests.helpers.graphs import all_codes

#: What the smallest and the shallowest E4M3FN circuit of each budget may take at most.
GOALS = {
    ("multiply", "w2"): (130, 20),
    ("multiply", "w8"): (95, 12),
    ("multiply", "free"): (34, 4),
    ("add", "w2"): (150, 24),
    ("add", "w8"): (110, 16),
    ("add", "free"): (70, 10),
    ("divide", "w2"): (160, 24),
    ("divide", "w8"): (80, 30),
    ("divide", "free"): (50, 18),
    ("square_root", "w2"): (25, 8),
    ("square_root", "free"): (15, 6),
    ("reciprocal", "w2"): (40, 14),
    ("reciprocal_root", "w2"): (28, 8),
    ("exp", "w2"): (60, 20),
    ("tanh", "w2"): (25, 12),
    ("sigmoid", "w2"): (42, 16),
    ("silu", "w2"): (75, 16),
    ("gelu", "w2"): (70, 16),
    ("log2", "w2"): (60, 16),
}


@pytest.mark.parametrize("circuit", stored_circuits(), ids=lambda circuit: circuit.file)
def test_all_operands(circuit: StoredCircuit) -> None:
    fmt = FORMATS[circuit.format]
    graph = load(circuit)
    names = find_design(circuit.operation).operands
    operands = all_codes(*(fmt.width,) * len(names))
    assert operands[0].size == 2 ** (fmt.width * len(names))
    actual = Network(graph).run(dict(zip(names, operands, strict=True)))["y"]
    to = fmt if find_operation(circuit.operation).converts else None
    for policy in circuit.policies:
        right = expected(circuit.operation, fmt, operands, policy, to)
        np.testing.assert_array_equal(actual, right)
    metrics = measure(graph)
    assert (metrics.neurons, metrics.depth) == (circuit.neurons, circuit.depth)
    assert all(BUDGETS[circuit.budget].allows(neuron.weights) for neuron in graph.neurons)


@pytest.mark.parametrize("operation, budget", GOALS)
def test_goals(operation: str, budget: str) -> None:
    neurons, depth = GOALS[operation, budget]
    smallest = measure(make_instance(operation, budget=budget, objective="neurons").graph)
    shallowest = measure(make_instance(operation, budget=budget, objective="depth").graph)
    assert smallest.neurons <= neurons
    assert shallowest.depth <= depth


def test_results_of_another_format_are_not_those_stored() -> None:
    """A stored function is one of codes of one format; others are what their table says."""
    narrow = make_instance("exp", objective="neurons")
    wide = make_instance("exp", to="bfloat16", objective="neurons")
    assert measure(narrow.graph).neurons < measure(make_instance("exp").graph).neurons / 2
    (codes,) = all_codes(8)
    right = expected("exp", FORMATS["e4m3fn"], [codes], None, FORMATS["bfloat16"])
    np.testing.assert_array_equal(Network(wide.graph).run({"a": codes})["y"], right)


def test_changed_file_is_refused() -> None:
    circuit = replace(stored_circuits()[0], sha256="0" * 64)
    with pytest.raises(
        ValueError, match=(r"^Data file \S+\.json must have SHA-256 0{64}, not [0-9a-f]{64}$")
    ):
        load(circuit)


def test_broken_budget_is_refused() -> None:
    circuit = next(c for c in stored_circuits() if c.budget == "free")
    with pytest.raises(ValueError, match=r"^Neuron \S+ must keep budget w1 "):
        load(replace(circuit, budget="w1"))


def test_every_file_is_in_the_index() -> None:
    names = {entry.name for entry in stored._DATA.iterdir() if entry.name.endswith(".json")}
    assert names == {circuit.file for circuit in stored_circuits()} | {"index.json"}


def test_none_is_as_good_as_another_in_all() -> None:
    for circuit in stored_circuits():
        for other in stored_circuits():
            if other != circuit and (
                other.operation,
                other.format,
                other.overflow,
                other.budget,
                other.objective,
            ) == (
                circuit.operation,
                circuit.format,
                circuit.overflow,
                circuit.budget,
                circuit.objective,
            ):
                assert circuit.objective == "neurons"
                assert other.neurons > circuit.neurons or other.depth > circuit.depth


def test_files_are_small() -> None:
    for entry in stored._DATA.iterdir():
        assert len(entry.read_bytes()) <= 60_000, entry.name
