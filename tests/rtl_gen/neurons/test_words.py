# SPDX-License-Identifier: Apache-2.0
"""Word blocks: exhaustive at small widths in both libraries, properties at larger ones."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikefloat.rtl_gen.neurons import words
from spikefloat.rtl_gen.neurons.builder import Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from tests.helpers.graphs import LIBRARIES_AND_BUDGETS, all_codes, evaluate, make_graph, run


def _subtract(gates: GateLibrary, a: Word, b: Word) -> Word:
    difference, not_below = words.subtract(gates, a, b)
    return (*difference, not_below)


def _shift_right(gates: GateLibrary, a: Word, amount: Word, sticky: Word) -> Word:
    kept, lost = words.shift_right_sticky(gates, a, amount, sticky[0])
    return (*kept, lost)


def _shift_right_narrow_first(gates: GateLibrary, a: Word, amount: Word, sticky: Word) -> Word:
    kept, lost = words.shift_right_sticky(gates, a, amount, sticky[0], narrow_first=True)
    return (*kept, lost)


def _count(gates: GateLibrary, a: Word) -> Word:
    count, any_set = words.leading_zero_count(gates, a)
    return (*count, any_set)


def _add_or_subtract(gates: GateLibrary, a: Word, b: Word, minus: Word) -> Word:
    total, carry = gates.add_or_subtract(a, b, minus[0])
    return (*total, carry)


def _leading_zeros(a: int, width: int) -> int:
    """Return count and, above it, whether a bit is set."""
    any_bit = 1 << (width - 1).bit_length()
    return width - a.bit_length() + any_bit if a else 0


def _right(a: int, amount: int, sticky: int, width: int) -> int:
    lost = sticky or a & ((1 << amount) - 1) != 0
    return a >> amount | int(lost) << width


#: name: (circuit, widths for a size n, expected(n, *operands))
BLOCKS: dict[str, tuple[Callable, Callable, Callable]] = {
    "add": (
        lambda g, a, b, c: words.add(g, a, b, c[0]),
        lambda n: (n, n, 1),
        lambda n, a, b, c: a + b + c,
    ),
    "subtract": (_subtract, lambda n: (n, n), lambda n, a, b: (a - b) % 2**n + (a >= b) * 2**n),
    "increment": (
        lambda g, a, c: words.increment(g, a, c[0]),
        lambda n: (n, 1),
        lambda n, a, c: a + c,
    ),
    "at_least": (
        lambda g, a, b: [words.at_least(g, a, b)],
        lambda n: (n, n),
        lambda n, a, b: int(a >= b),
    ),
    "invert": (words.invert, lambda n: (n,), lambda n, a: 2**n - 1 - a),
    "gate_word": (
        lambda g, a, e: words.gate_word(g, a, e[0]),
        lambda n: (n, 1),
        lambda n, a, e: a * e,
    ),
    "mux_word": (
        lambda g, s, a, b: words.mux_word(g, s[0], a, b),
        lambda n: (1, n, n),
        lambda n, s, a, b: a if s else b,
    ),
    "shift_left": (words.shift_left, lambda n: (n, 3), lambda n, a, s: (a << s) % 2**n),
    "shift_right_sticky": (
        _shift_right,
        lambda n: (n, 3, 1),
        lambda n, a, s, t: _right(a, s, t, n),
    ),
    "shift_right_sticky, narrow first": (
        _shift_right_narrow_first,
        lambda n: (n, 3, 1),
        lambda n, a, s, t: _right(a, s, t, n),
    ),
    "leading_zero_count": (_count, lambda n: (n,), lambda n, a: _leading_zeros(a, n)),
    "array_multiply": (words.array_multiply, lambda n: (n, n), lambda n, a, b: a * b),
}


@pytest.mark.parametrize("library, budget", LIBRARIES_AND_BUDGETS)
@pytest.mark.parametrize("size", [2, 3, 4])
@pytest.mark.parametrize("block", BLOCKS)
def test_every_operand(block: str, size: int, library: str, budget: str) -> None:
    function, widths, expected = BLOCKS[block]
    operands = all_codes(*widths(size))
    assert operands[0].size == 2 ** sum(widths(size))
    actual = run(function, operands, widths(size), library, budget)
    wanted = [expected(size, *(int(x) for x in row)) for row in zip(*operands, strict=True)]
    np.testing.assert_array_equal(actual, wanted)


@pytest.mark.parametrize("library, budget", LIBRARIES_AND_BUDGETS)
@pytest.mark.parametrize("block", BLOCKS)
@settings(deadline=None, max_examples=10)
@given(data=st.data())
def test_properties_at_larger_widths(
    block: str, library: str, budget: str, data: st.DataObject
) -> None:
    function, widths, expected = BLOCKS[block]
    size = data.draw(st.integers(5, 13), label="size")
    rows = data.draw(
        st.lists(
            st.tuples(*(st.integers(0, 2**width - 1) for width in widths(size))),
            min_size=1,
            max_size=20,
        ),
        label="operands",
    )
    operands = [np.array(column) for column in zip(*rows, strict=True)]
    actual = run(function, operands, widths(size), library, budget)
    assert actual.tolist() == [expected(size, *row) for row in rows]


@pytest.mark.parametrize("library, budget", LIBRARIES_AND_BUDGETS)
def test_add_or_subtract(library: str, budget: str) -> None:
    a, b, minus = (
        column[all_codes(4, 4, 1)[0] >= all_codes(4, 4, 1)[1]] for column in all_codes(4, 4, 1)
    )
    assert a.size == 2 * (16 * 17 // 2)
    actual = run(_add_or_subtract, (a, b, minus), (4, 4, 1), library, budget)
    np.testing.assert_array_equal(actual, np.where(minus, a - b, a + b))


@pytest.mark.parametrize("library, budget", LIBRARIES_AND_BUDGETS)
def test_or_shift_left_moves_out_zeros_only(library: str, budget: str) -> None:
    a, amount = all_codes(6, 2)
    fits = (a << amount) < 2**6
    assert fits.sum() == 64 + 32 + 16 + 8
    actual = run(words.or_shift_left, (a[fits], amount[fits]), (6, 2), library, budget)
    np.testing.assert_array_equal(actual, a[fits] << amount[fits])


@pytest.mark.parametrize("library, budget", LIBRARIES_AND_BUDGETS)
@pytest.mark.parametrize("kept_bits", range(1, 8))
def test_or_shift_left_sticky(kept_bits: int, library: str, budget: str) -> None:
    """It gives the top bits of or_shift_left, and whether there is more below."""

    def shift(gates: GateLibrary, a: Word, amount: Word) -> Word:
        kept, sticky = words.or_shift_left_sticky(gates, a, amount, kept_bits)
        return (*kept, sticky)

    a, amount = all_codes(7, 3)
    fits = (a << amount) < 2**7
    moved = (a << amount)[fits]
    assert moved.size == 128 + 64 + 32 + 16 + 8 + 4 + 2 + 1
    lost = 7 - kept_bits
    expected = moved >> lost | (moved % 2**lost != 0) << kept_bits
    actual = run(shift, (a[fits], amount[fits]), (7, 3), library, budget)
    np.testing.assert_array_equal(actual, expected)


@pytest.mark.parametrize("value", range(16))
def test_equal_constant(value: int) -> None:
    (a,) = all_codes(4)
    actual = run(lambda g, x: [words.equal_constant(g, x, value)], (a,), (4,))
    np.testing.assert_array_equal(actual, a == value)


def test_comparison_is_one_neuron_where_the_budget_permits() -> None:
    def at_least(gates: GateLibrary, a: Word, b: Word) -> Word:
        return (words.at_least(gates, a, b),)

    sizes = {
        budget: len(make_graph(at_least, (7, 7), "native", budget).neurons)
        for budget in ("w2", "w8", "free")
    }
    assert sizes == {"w2": 6, "w8": 2, "free": 1}


def test_checker_sees_a_planted_fault() -> None:
    """One threshold of a correct adder, changed by one, gives a wrong sum."""
    graph = make_graph(lambda g, a, b: words.add(g, a, b), (3, 3))
    operands = dict(zip(("x0", "x1"), all_codes(3, 3), strict=True))
    expected = operands["x0"] + operands["x1"]
    for index, change in itertools.product(range(len(graph.neurons)), (-1, 1)):
        neurons = list(graph.neurons)
        neurons[index] = neurons[index]._replace(threshold=neurons[index].threshold + change)
        faulty = type(graph)(graph.name, graph.inputs, graph.outputs, tuple(neurons), graph.scopes)
        assert (evaluate(faulty, operands)["y"] != expected).any()


@pytest.mark.parametrize("function", [words.add, words.at_least])
def test_widths_must_agree(function: Callable) -> None:
    with pytest.raises(ValueError, match=r"^Words must have the same width, not 2 and 3$"):
        make_graph(lambda g, a, b: [function(g, a, b)], (2, 3))


def test_constant_out_of_range() -> None:
    assert [bit.inverted for bit in constant(5, 3)] == [True, False, True]
    with pytest.raises(ValueError, match=r"^Constant must be between 0 and 7, not 8$"):
        constant(8, 3)
