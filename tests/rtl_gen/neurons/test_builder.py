# SPDX-License-Identifier: Apache-2.0
"""The graph builder: simplification, names, scopes, embedding, and what it refuses."""

import re
from typing import Any

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, NeuronGraphBuilder, constant
from tests.helpers.graphs import all_codes, evaluate


def make(**options: object) -> tuple[NeuronGraphBuilder, Bit, Bit]:
    builder = NeuronGraphBuilder("circuit", **options)  # type: ignore[arg-type]
    return builder, builder.input("a", 1)[0], builder.input("b", 1)[0]


def test_repeats_are_made_once() -> None:
    builder, a, b = make()
    first = builder.neuron([(a, 1), (b, 1)], 2)
    assert builder.neuron([(b, 1), (a, 1)], 2) == first
    assert builder.neuron([(a, 3), (b, 3)], 5) == first
    assert builder.neuron([(a, -1), (b, -1)], -1) == ~first
    assert builder.neuron([(~a, 1), (~b, 1)], 1) == ~first


def test_repeats_are_kept_on_request() -> None:
    builder, a, b = make(share=False)
    assert builder.neuron([(a, 1), (b, 1)], 2) != builder.neuron([(a, 1), (b, 1)], 2)


def test_constants_and_copies_are_folded() -> None:
    builder, a, b = make()
    assert builder.neuron([(a, 1), (ONE, 1)], 1) == ONE
    assert builder.neuron([(a, 1), (ZERO, 1)], 2) == ZERO
    assert builder.neuron([(a, 1), (ONE, 1)], 2) == a
    assert builder.neuron([(a, 1), (~a, 1), (b, 1)], 2) == b
    assert builder.neuron([(a, -1)], 0) == ~a
    assert builder.neuron([(a, 2), (b, 1)], 2) == a


def test_unsimplified_makes_what_is_asked_for() -> None:
    builder, a, _ = make(simplify=False)
    copies = [builder.neuron([(a, 1), (ONE, 1)], 2) for _ in range(2)]
    builder.output("y", copies[:1])
    assert len(builder.build().neurons) == 2


def test_unneeded_neurons_are_dropped() -> None:
    builder, a, b = make()
    builder.neuron([(a, 1), (b, 1)], 1, "unused")
    builder.output("y", [builder.neuron([(a, 1), (b, 1)], 2, "used")])
    assert [neuron.name for neuron in builder.build().neurons] == ["used"]


def test_outputs_that_need_a_neuron_of_their_own() -> None:
    builder, a, b = make()
    both = builder.neuron([(a, 1), (b, 1)], 2)
    builder.output("y", [ONE, ZERO, ~a, a, ~both, both])
    graph = builder.build()
    codes = all_codes(1, 1)
    actual = evaluate(graph, dict(zip("ab", codes, strict=True)))["y"]
    np.testing.assert_array_equal(actual, [0b010101, 0b010101, 0b011001, 0b101001])


def test_names_are_unique_and_words_are_numbered() -> None:
    builder, a, b = make()
    bits = [
        builder.neuron([(a, 1), (b, 1)], 2, "x"),
        builder.neuron([(a, 1), (b, 1)], 1, "x"),
        builder.neuron([(a, 1), (b, -1)], 1, "x"),
        builder.neuron([(a, -1), (b, 1)], 1, "x"),
    ]
    builder.name_word("part", (bits[0],))
    builder.name_word("sum", (bits[0], ~bits[1]))
    builder.name_word("sum", (bits[3],))
    builder.output("y", bits)
    assert [n.name for n in builder.build().neurons] == ["sum[0]", "sum_n[1]", "x", "sum_2[0]"]


def test_numbers_of_words_do_not_look_like_an_index() -> None:
    builder, a, b = make()
    hints = ("x[1]", "x[1]", "row_0[1]", "row_0[1]")
    terms = [([(a, 1), (b, 1)], 2), ([(a, 1), (b, 1)], 1), ([(a, 1), (b, -1)], 1)]
    terms.append(([(a, -1), (b, 1)], 1))
    builder.output(
        "y", [builder.neuron(*pair, hint) for pair, hint in zip(terms, hints, strict=True)]
    )
    names = [neuron.name for neuron in builder.build().neurons]
    assert names == ["x[1]", "x2[1]", "row_0[1]", "row_0_2[1]"]


def test_scopes_nest_and_stay_unique() -> None:
    builder, a, b = make()
    outputs = []
    for threshold in (1, 2):
        with builder.scope("outer", left=(a,)), builder.scope("inner"):
            outputs.append(builder.neuron([(a, 1), (b, 1)], threshold))
    builder.output("y", outputs)
    graph = builder.build()
    assert [scope.path for scope in graph.scopes] == [
        (),
        ("outer",),
        ("outer", "inner"),
        ("outer_2",),
        ("outer_2", "inner"),
    ]
    assert graph.scopes[1].ports == (("left", (0,)),)
    assert [neuron.scope for neuron in graph.neurons] == [2, 4]


def test_embed_copies_a_graph_with_its_scopes() -> None:
    inner, a, b = make()
    with inner.scope("gate"):
        inner.output("y", [inner.neuron([(a, 1), (b, 1)], 2, "both")])
    part = inner.build()
    outer = NeuronGraphBuilder("outer")
    word = outer.input("x", 3)
    for index in range(2):
        with outer.scope("part"):
            outer.output(
                f"y{index}",
                outer.embed(part, {"a": word[index : index + 1], "b": word[index + 1 : index + 2]})[
                    "y"
                ],
            )
    graph = outer.build()
    assert [scope.path for scope in graph.scopes] == [
        (),
        ("part",),
        ("part", "gate"),
        ("part_2",),
        ("part_2", "gate"),
    ]
    (codes,) = all_codes(3)
    result = evaluate(graph, {"x": codes})
    np.testing.assert_array_equal(result["y0"], (codes & 3) == 3)
    np.testing.assert_array_equal(result["y1"], (codes >> 1) == 3)


def test_embed_needs_every_input() -> None:
    inner, a, b = make()
    inner.output("y", [inner.neuron([(a, 1), (b, 1)], 2)])
    outer = NeuronGraphBuilder("outer")
    with pytest.raises(ValueError, match=r"^Input 'b' of circuit must have 1 bits, not 0$"):
        outer.embed(inner.build(), {"a": outer.input("a", 1)})


def test_budget_may_be_a_name() -> None:
    assert NeuronGraphBuilder("named", budget="w8").budget == BUDGETS["w8"]
    with pytest.raises(InputError, match=r"^Budget must be one of w1, .*, not 'w3'$"):
        NeuronGraphBuilder("named", budget="w3")


def test_budget_is_kept() -> None:
    builder, a, b = make(budget=BUDGETS["w1"])
    both = builder.fitting_neuron([(a, 1), (b, 1)], 2)
    assert both is not None
    assert both == builder.neuron([(a, 1), (b, 1)], 2)
    terms = [(a, 1), (b, 1), (both, -2)]
    assert builder.fitting_neuron(terms, 1) is None
    with (
        builder.scope("adder"),
        pytest.raises(
            ValueError,
            match=(
                r"^Neuron circuit/adder/sum must keep budget w1 \(\|weight\| <= 1, fan-in <= 2\), "
                r"not use weights \(1, 1, -2\)$"
            ),
        ),
    ):
        builder.neuron(terms, 1, "sum")


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda b: b.input("a", 1), r"^Input name must be unique, not 'a'$"),
        (lambda b: b.input("2", 1), r"^Input name must be an identifier, not '2'$"),
        (lambda b: b.input("c", 0), r"^Width of input 'c' must be positive, not 0$"),
        (lambda b: b.output("a", [ONE]), r"^Output name must be unique, not 'a'$"),
        (lambda b: b.output("y", []), r"^Output 'y' must have at least one bit$"),
        (lambda b: b.build(), r"^Circuit 'circuit' must have at least one output$"),
        (lambda b: b.scope("a b").__enter__(), r"^Scope name must be an identifier, not 'a b'$"),
        (
            lambda b: NeuronGraphBuilder("no-name"),
            r"^Circuit name must be an identifier, not 'no-name'$",
        ),
    ],
)
def test_wrong_use(action: object, message: str) -> None:
    builder, _, _ = make()
    with pytest.raises(ValueError, match=message):
        action(builder)  # type: ignore[operator]


def test_inputs_come_first() -> None:
    builder, a, b = make()
    builder.neuron([(a, 1), (b, 1)], 2)
    with pytest.raises(ValueError, match=r"^Input 'c' must be added before the first neuron$"):
        builder.input("c", 1)


def test_constant_word() -> None:
    assert constant(2, 2) == (ZERO, ONE)


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    "source, weight, error, message",
    [
        (None, 1.5, TypeError, "Weight must be an integer, not 1.5"),
        (None, "1", TypeError, "Weight must be an integer, not '1'"),
        (99, 1, TypeError, "Source must be a bit of the circuit, not 99"),
        (Bit(99), 1, ValueError, "Source must be a bit of circuit circuit, not Bit(99) of another"),
        (Bit(-2), 1, ValueError, "Source must be a bit of circuit circuit, not Bit(-2) of another"),
    ],
)
def test_wrong_synapses(
    count: int, source: object, weight: object, error: type[Exception], message: str
) -> None:
    builder, *bits = make()
    wrong = source if source is not None else bits[0]
    terms: Any = [(wrong, weight), (bits[1], 1)][:count]
    for function in (builder.neuron, builder.fitting_neuron):
        with pytest.raises(error, match=f"^{re.escape(message)}$"):
            function(terms, 1)
        with pytest.raises(error, match=f"^{re.escape(message)}$"):
            function(reversed(terms), 1)


def test_wrong_arguments_of_a_neuron() -> None:
    builder, a, _ = make()
    with pytest.raises(TypeError, match=r"^Threshold must be an integer, not 0\.5$"):
        builder.neuron([(a, 1)], 0.5)  # type: ignore[arg-type]
    with pytest.raises(
        TypeError, match=r"^Terms must be pairs of a bit and a weight, not the bit Bit\(0\) alone$"
    ):
        builder.neuron(a, 1)  # type: ignore[arg-type]


def test_integers_of_numpy_are_integers() -> None:
    builder, a, b = make()
    bit = builder.neuron([(a, np.int8(1)), (b, True)], np.int64(2))  # type: ignore[list-item, arg-type]
    assert bit == builder.neuron([(a, 1), (b, 1)], 2)
    builder.output("y", [bit])
    (neuron,) = builder.build().neurons
    assert [type(number) for number in (*neuron.weights, neuron.threshold)] == [int] * 3


@pytest.mark.parametrize(
    "bits, error, message",
    [
        (Bit(0), TypeError, "Output 'y' must be a sequence of bits, not the bit Bit(0) alone"),
        ([1], TypeError, "Source must be a bit of the circuit, not 1"),
        ([Bit(2)], ValueError, "Source must be a bit of circuit circuit, not Bit(2) of another"),
        ([], ValueError, "Output 'y' must have at least one bit"),
    ],
)
def test_wrong_outputs(bits: Any, error: type[Exception], message: str) -> None:
    builder, _, _ = make()
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        builder.output("y", bits)


def test_wrong_inputs() -> None:
    builder, _, _ = make()
    with pytest.raises(TypeError, match=r"^Input name must be a string, not 3$"):
        builder.input(3, 1)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^Width of input 'c' must be an integer, not 1\.5$"):
        builder.input("c", 1.5)  # type: ignore[arg-type]


def test_repr_is_one_short_line() -> None:
    builder, a, b = make()
    bit = builder.neuron([(a, 1), (b, 1)], 2)
    assert repr(builder) == "<NeuronGraphBuilder circuit: a[1], b[1] -> nothing, 1 neurons so far>"
    assert repr((a, ~bit, ZERO, ONE)) == "(Bit(0), ~Bit(2), ZERO, ONE)"
    builder.output("y", [bit])
    assert repr(builder) == "<NeuronGraphBuilder circuit: a[1], b[1] -> y[1], 1 neurons so far>"
    assert repr(builder.build()) == (
        "<NeuronGraph circuit: a[1], b[1] -> y[1], 1 neurons, depth 1>"
    )
