# SPDX-License-Identifier: Apache-2.0
"""Scopes of neurons that are written as additions; what they compute is simulated elsewhere."""

from dataclasses import replace

import pytest

from spikefloat.rtl_gen.neurons.builder import ZERO, Word
from spikefloat.rtl_gen.neurons.carry_chain import carry_chain
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.words import add
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.rtl.text.additions import MAX_INPUTS, Sum, find_sum
from spikefloat.rtl_gen.rtl.text.hierarchy import ScopeTree
from tests.helpers.purity import logic_outside_neurons
from tests.helpers.spatial_examples import GRAPHS


def adder(
    wide: int,
    narrow: int,
    *,
    inverted: str = "",
    carry: bool = True,
    library: str = "native",
    kept: int | None = None,
) -> NeuronGraph:
    gates = make_gates("adder", library)
    a, b, (c,) = (
        gates.builder.input(name, width)
        for name, width in (("x", wide), ("y", max(narrow, 1)), ("z", 1))
    )
    words: dict[str, Word] = {"a": a, "b": b[:narrow], "c": (c if carry else ZERO,)}
    for name in inverted:
        words[name] = tuple(gates.not_(bit) for bit in words[name])
    total = carry_chain(gates, words["a"], words["b"], words["c"][0])
    gates.builder.output("total", total[:kept])
    return gates.builder.build()


def found(graph: NeuronGraph) -> Sum | None:
    return find_sum(graph, ScopeTree(graph), 1)


@pytest.mark.parametrize("library", ["native", "published"])
@pytest.mark.parametrize("wide, narrow, carry", [(1, 1, True), (4, 0, True), (5, 3, False)])
def test_sums_are_found(library: str, wide: int, narrow: int, carry: bool) -> None:
    graph = adder(wide, narrow, carry=carry, library=library)
    total = found(graph)
    assert total is not None
    assert {name: len(word.nodes) for name, word in total.operands.items()} == {
        name: width
        for name, width in (("a", wide), ("b", narrow), ("carry_in", int(carry)))
        if width
    }
    assert [total.bits[node] for node in graph.output("total").nodes] == list(range(wide + 1))


def test_complements_are_found() -> None:
    total = found(adder(4, 3, inverted="bc"))
    assert total is not None
    assert {name: word.is_inverted for name, word in total.operands.items()} == {
        "a": False,
        "b": True,
        "carry_in": True,
    }


def test_text() -> None:
    text = spatial_verilog(adder(4, 3, inverted="c", kept=4))
    start = text.index("module adder_carry_chain (")
    assert (
        text[start : text.index("endmodule", start)]
        == """\
module adder_carry_chain (
    input  wire [3:0] a,
    input  wire [2:0] b,
    input  wire       carry_in,
    output wire [3:0] sum
);
    wire [4:0] total;
    wire       unused;

    // 8 neurons add. An addition takes carry cells.
    assign total = {a, 1'b1} + {1'b0, b, ~carry_in};
    assign sum = total[4:1];
    assign unused = total[0];
"""
    )


@pytest.mark.parametrize("position", range(8))
def test_a_fault_is_written_as_neurons(position: int) -> None:
    """A scope that no longer adds is never written as what it was meant to be."""
    graph = adder(4, 3, kept=4)
    assert len(graph.neurons) == 8
    neuron = graph.neurons[position]
    faulty = neuron._replace(threshold=neuron.threshold + 1)
    neurons = (*graph.neurons[:position], faulty, *graph.neurons[position + 1 :])
    graph = replace(graph, neurons=neurons)
    assert found(graph) is None
    text = spatial_verilog(graph)
    assert text.count("_cell (") == 8
    assert " + {" not in text
    assert logic_outside_neurons(text) == []


def test_other_scopes_are_neurons() -> None:
    gates = make_gates("adder")
    a, b = gates.builder.input("x", 3), gates.builder.input("y", 3)
    with gates.builder.scope("carry_chained", a=a, b=b):
        total = add(gates, a, b)
    gates.builder.output("total", total)
    graph = gates.builder.build()
    assert found(graph) is None
    assert logic_outside_neurons(spatial_verilog(graph)) == []


def test_wide_words_are_neurons() -> None:
    half = MAX_INPUTS // 2
    assert found(adder(half, half, carry=False)) is not None
    assert found(adder(half, half)) is None


def test_the_check_for_neurons_names_additions() -> None:
    findings = logic_outside_neurons(spatial_verilog(GRAPHS["carry_chains"]))
    assert len(findings) == 3
    assert all(" + " in finding for finding in findings)
