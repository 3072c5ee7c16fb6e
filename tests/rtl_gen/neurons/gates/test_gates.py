# SPDX-License-Identifier: Apache-2.0
"""Gates of both libraries: what they compute, and the counts of the paper."""

from collections.abc import Callable

import numpy as np
import pytest

from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary, make_gates
from spikefloat.rtl_gen.neurons.words import add, array_multiply
from tests.helpers.graphs import LIBRARIES_AND_BUDGETS, all_codes, make_graph, run

Function = Callable[..., Word]

#: name: (circuit, number of one-bit operands, what it should be)
GATES: dict[str, tuple[Function, int, Callable]] = {
    "not": (lambda g, a: [g.not_(a[0])], 1, lambda a: 1 - a),
    "and": (lambda g, a, b: [g.and_(a[0], b[0])], 2, lambda a, b: a & b),
    "and 5": (lambda g, *x: [g.and_(*(w[0] for w in x))], 5, lambda *x: np.bitwise_and.reduce(x)),
    "or": (lambda g, a, b: [g.or_(a[0], b[0])], 2, lambda a, b: a | b),
    "or 7": (lambda g, *x: [g.or_(*(w[0] for w in x))], 7, lambda *x: np.bitwise_or.reduce(x)),
    "and-or": (lambda g, a, b, c: [g.and_or(a[0], b[0], c[0])], 3, lambda a, b, c: a & b | c),
    "or-and": (lambda g, a, b, c: [g.or_and(a[0], b[0], c[0])], 3, lambda a, b, c: (a | b) & c),
    "xor": (lambda g, a, b: [g.xor(a[0], b[0])], 2, lambda a, b: a ^ b),
    "mux": (lambda g, s, a, b: [g.mux(s[0], a[0], b[0])], 3, lambda s, a, b: np.where(s, a, b)),
    "half adder": (lambda g, a, b: g.half_adder(a[0], b[0]), 2, lambda a, b: a + b),
    "full adder": (lambda g, a, b, c: g.full_adder(a[0], b[0], c[0]), 3, lambda a, b, c: a + b + c),
    "equal": (
        lambda g, *x: [g.equal(tuple(w[0] for w in x[:3]), tuple(w[0] for w in x[3:]))],
        6,
        lambda *x: (np.array(x[:3]) == np.array(x[3:])).all(axis=0).astype(int),
    ),
}


@pytest.mark.parametrize("library, budget", LIBRARIES_AND_BUDGETS)
@pytest.mark.parametrize("gate", GATES)
def test_function(gate: str, library: str, budget: str) -> None:
    function, arity, expected = GATES[gate]
    operands = all_codes(*[1] * arity)
    assert operands[0].size == 2**arity
    actual = run(function, operands, [1] * arity, library, budget)
    np.testing.assert_array_equal(actual, expected(*operands))


@pytest.mark.parametrize(
    "name, function, widths, count",
    [
        ("AND", GATES["and"][0], [1, 1], 1),
        ("OR", GATES["or"][0], [1, 1], 1),
        ("NOT", GATES["not"][0], [1], 1),
        ("XOR", GATES["xor"][0], [1, 1], 2),
        ("MUX", GATES["mux"][0], [1, 1, 1], 4),
        ("half adder", GATES["half adder"][0], [1, 1], 3),
        ("full adder", GATES["full adder"][0], [1, 1, 1], 7),
        ("4-bit ripple adder", lambda g, a, b, c: add(g, a, b, c[0]), [4, 4, 1], 28),
        ("4x4 array multiplier", array_multiply, [4, 4], 88),
    ],
)
def test_published_counts(name: str, function: Function, widths: list[int], count: int) -> None:
    """Every count of the paper's table of gates, taken without simplification."""
    assert len(make_graph(function, widths, "published", simplify=False).neurons) == count


@pytest.mark.parametrize(
    "gate, count",
    [
        ("and", 1),
        ("and 5", 2),
        ("or", 1),
        ("and-or", 1),
        ("or-and", 1),
        ("xor", 2),
        ("mux", 2),
        ("half adder", 2),
        ("full adder", 2),
    ],
)
def test_native_counts(gate: str, count: int) -> None:
    function, arity, _ = GATES[gate]
    assert len(make_graph(function, [1] * arity).neurons) == count


def test_native_inversion_is_free() -> None:
    def not_and(gates: GateLibrary, a: Word, b: Word) -> Word:
        return (gates.and_(gates.not_(a[0]), b[0]),)

    graph = make_graph(not_and, [1, 1])
    assert len(graph.neurons) == 1
    assert sorted(graph.neurons[0].weights) == [-1, 1]


def test_unknown_library() -> None:
    with pytest.raises(ValueError, match=r"^Library must be native or published, not 'mine'$"):
        make_gates("block", "mine")


def test_no_inputs_are_neutral() -> None:
    for library in ("native", "published"):
        assert run(lambda g, a: [g.and_(), g.or_()], all_codes(1), [1], library).tolist() == [1, 1]
