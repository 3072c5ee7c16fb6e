# SPDX-License-Identifier: Apache-2.0
"""And-inverter graphs, and neuron graphs and tables as such."""

import re
from itertools import product

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.mapping.aig import (
    FALSE,
    TRUE,
    Aig,
    WordPort,
    circuit_of_graph,
    circuit_of_table,
)
from spikefloat.rtl_gen.mapping.mapper import map_circuit
from spikefloat.rtl_gen.mapping.patterns import every_pattern
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from tests.helpers.graphs import all_codes, evaluate

#: Operands of a table.
PORTS = (WordPort("a", 3), WordPort("b", 4))


def test_constants_and_repeats() -> None:
    aig = Aig(2)
    a, b = aig.input(0), aig.input(1)
    assert aig.and_(a, FALSE) == FALSE
    assert aig.and_(TRUE, a) == a
    assert aig.and_(a, a) == a
    assert aig.and_(a, a ^ 1) == FALSE
    both = aig.and_(a, b)
    assert aig.and_(b, a) == both
    assert aig.and_(both, a) == both
    assert aig.and_(both, a ^ 1) == FALSE
    assert aig.and_(both ^ 1, a ^ 1) == a ^ 1
    assert aig.and_(both ^ 1, a) == aig.and_(a, b ^ 1)
    assert len(aig) == 5


def test_threshold_by_definition() -> None:
    """Every neuron of four synapses with weights of -2 to 3 and every level is decomposed right."""
    rows = every_pattern(4)
    checked = 0
    for weights in product((-2, -1, 1, 3), repeat=4):
        sums = [sum(w for i, w in enumerate(weights) if m >> i & 1) for m in range(16)]
        for threshold in range(min(sums), max(sums) + 2):
            aig = Aig(4)
            literal = aig.threshold([aig.input(i) for i in range(4)], weights, threshold)
            words = aig.simulate(rows)[literal >> 1]
            value = int(words[0]) ^ (0xFFFF_FFFF_FFFF_FFFF if literal & 1 else 0)
            assert value & 0xFFFF == sum(1 << m for m in range(16) if sums[m] >= threshold)
            checked += 1
    assert checked == 2304


def test_circuit_of_graph() -> None:
    graph = make_instance("multiply").graph
    circuit = circuit_of_graph(graph)
    assert [tuple(port) for port in circuit.inputs] == [("a", 8), ("b", 8)]
    assert [tuple(port) for port in circuit.outputs] == [("y", 8)]
    values = circuit.aig.simulate(every_pattern(16))
    a, b = all_codes(8, 8)  # the first operand is the slower one here
    expected = evaluate(graph, {"a": b, "b": a})["y"]
    for bit, literal in enumerate(circuit.literals):
        words = ~values[literal >> 1] if literal & 1 else values[literal >> 1]
        found = np.unpackbits(words.view(np.uint8), bitorder="little")
        assert np.array_equal(found, expected >> bit & 1)


def test_every_pattern() -> None:
    for inputs in range(1, 10):
        rows = every_pattern(inputs)
        bits = np.unpackbits(rows.view(np.uint8), axis=1, bitorder="little")[:, : 1 << inputs]
        codes = sum(bits[i].astype(int) << i for i in range(inputs))
        assert np.array_equal(codes, np.arange(1 << inputs))
    part = every_pattern(9, first=3, count=2)
    assert np.array_equal(part, every_pattern(9)[:, 3:5])


@pytest.mark.parametrize("budget", ["w1", "w2", "w8", "free"])
def test_any_table(budget: str) -> None:
    """Random tables of seven inputs, all zeros and all ones among their bits, come out as given."""
    table = np.random.default_rng(1).integers(0, 32, 1 << 7) & 0b10111 | 0b00001
    circuit = circuit_of_table("any", PORTS, WordPort("y", 5), table)
    graph = map_circuit(circuit, BUDGETS[budget], effort=0).graph
    b, a = all_codes(4, 3)  # the first operand is the low end of the index
    np.testing.assert_array_equal(evaluate(graph, {"a": a, "b": b})["y"], table)


def test_equal_parts_are_shared() -> None:
    """A bit that ignores an input is decided without it, and a complement costs nothing."""
    b = np.arange(128) >> 3
    odd = b & 1
    circuit = circuit_of_table("shared", PORTS, WordPort("y", 2), odd | (1 - odd) << 1)
    assert circuit.literals[0] == circuit.literals[1] ^ 1 == circuit.aig.input(3)
    assert len(circuit.aig) == circuit.aig.first_and


@pytest.mark.parametrize(
    "table, message",
    [
        (
            np.zeros(64, int),
            "Table of wrong must have 128 entries, one for each combination of its 7 input bits, "
            "not the shape (64,)",
        ),
        (
            np.arange(128),
            "Entries of the table of wrong must be from 0 to 31, not from 0 to 127",
        ),
        (
            np.arange(128) % 9 - 1,
            "Entries of the table of wrong must be from 0 to 31, not from -1 to 7",
        ),
    ],
)
def test_bad_table_is_refused(table: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        circuit_of_table("wrong", PORTS, WordPort("y", 5), table)
