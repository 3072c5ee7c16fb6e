# SPDX-License-Identifier: Apache-2.0
"""Drawings of circuits show every neuron once, in its layer and beside its own part."""

import xml.etree.ElementTree as ET

from spikefloat.rtl_gen.checks.targets import block_target
from spikefloat.rtl_gen.cli.pages.schematic import places, schematic
from spikefloat.rtl_gen.designs.instance import make_instance

SVG = "{http://www.w3.org/2000/svg}"


def test_places_are_apart_and_in_layers() -> None:
    graph = make_instance("multiply").graph
    where, bands = places(graph)
    assert len(set(where)) == graph.node_count
    assert max(place.column for place in where) == graph.depth
    for node, neuron in graph.numbered_neurons():
        path = graph.scopes[neuron.scope].path
        first, rows = bands[path[0] if path else "circuit"]
        assert first <= where[node].row < first + rows
        assert all(where[source].column < where[node].column for source in neuron.sources)


def test_small_circuits_have_their_figures() -> None:
    graph = block_target("xor").graph
    root = ET.fromstring(schematic(graph, key="xor", alt="XOR & more"))
    texts = [text.text for text in root.iter(f"{SVG}text")]
    for neuron in graph.neurons:
        assert f"≥ {neuron.threshold}" in texts
    weights = [text.text for text in root.iter(f"{SVG}text") if text.get("class") == "weight"]
    minus = str.maketrans("-", "\N{MINUS SIGN}")
    drawn = (f"{w:+d}".translate(minus) for n in graph.neurons for w in n.weights)
    assert sorted(weights) == sorted(drawn)
    assert {"a", "b", "y"} <= set(texts)
    assert root.get("aria-label") == "XOR & more"


def test_long_names_of_operands_have_room() -> None:
    root = ET.fromstring(schematic(block_target("full_adder").graph, key="adder", alt="adder"))
    name = next(text for text in root.iter(f"{SVG}text") if text.text == "carry_in")
    assert float(name.get("x") or 0) > 8 * len("carry_in")


def test_neurons_that_fire_are_filled() -> None:
    graph = block_target("full_adder").graph
    fires = [node % 2 == 0 for node in range(graph.node_count)]
    root = ET.fromstring(schematic(graph, key="adder", alt="adder", fires=fires))
    marks = [*root.iter(f"{SVG}rect"), *root.iter(f"{SVG}circle")]
    assert [" on" in (mark.get("class") or "") for mark in marks] == fires
