# SPDX-License-Identifier: Apache-2.0
"""A graph from a function: a bit, a word or several outputs; the library, the budget, names."""

import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import GateLibrary

INPUTS = {"a": 1, "b": 1}


def both(gates: GateLibrary, a: Word, b: Word) -> Bit:
    return gates.and_(a[0], b[0])


def test_bit_and_word_are_the_same_circuit() -> None:
    bit = build_graph("both", INPUTS, both)
    word = build_graph("both", INPUTS, lambda gates, a, b: (both(gates, a, b),))
    assert bit == word
    assert [(port.name, len(port.nodes)) for port in bit.inputs] == [("a", 1), ("b", 1)]
    assert [(port.name, len(port.nodes)) for port in bit.outputs] == [("y", 1)]


def test_several_outputs_and_another_name() -> None:
    graph = build_graph("same", INPUTS, lambda gates, a, b: {"p": b, "q": a})
    assert [port.name for port in graph.outputs] == ["p", "q"]
    assert build_graph("both", INPUTS, both, result="z").outputs[0].name == "z"


def test_library_and_budget() -> None:
    def xor(gates: GateLibrary, a: Word, b: Word) -> Bit:
        return gates.xor(a[0], b[0])

    published = build_graph("xor", INPUTS, xor, library="published", simplify=False)
    assert len(published.neurons) == 2
    tight = build_graph("xor", INPUTS, xor, budget=BUDGETS["w1"])
    assert all(BUDGETS["w1"].allows(neuron.weights) for neuron in tight.neurons)
    with pytest.raises(InputError, match=r"^Library must be native or published, not 'mine'$"):
        build_graph("xor", INPUTS, xor, library="mine")
