# SPDX-License-Identifier: Apache-2.0
"""And-inverter graphs, and neuron graphs as such."""

from itertools import product

import numpy as np

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.mapping.aig import FALSE, TRUE, Aig, circuit_of_graph
from spikefloat.rtl_gen.mapping.patterns import every_pattern
from tests.helpers.graphs import all_codes, evaluate


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
