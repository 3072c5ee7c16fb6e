# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as files: nothing is lost, and nothing damaged is read."""

import json
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.builder import NeuronGraphBuilder
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.graph_files import GraphFileError, load_graph, parse_graph
from spikefloat.rtl_gen.neurons.graph_text import checksum, graph_text


def small_graph(scope: str = "") -> NeuronGraph:
    builder = NeuronGraphBuilder("both")
    (a,), (b,) = builder.input("a", 1), builder.input("b", 1)
    if scope:
        with builder.scope(scope, word=(a, b)):
            builder.output("y", [builder.neuron([(a, 1), (b, 1)], 2, "and")])
    else:
        builder.output("y", [builder.neuron([(a, 1), (b, 1)], 2)])
    return builder.build()


PLAIN = """\
{"format":"spikefloat-graph",
"version":1,
"name":"both",
"inputs":[["a",1],["b",1]],
"scopes":[[[],[]]],
"neurons":[
[[0,1],[1,1],2]
],
"outputs":[["y",[2]]],
"sha256":"%s"}
"""


def test_bytes_of_a_small_graph() -> None:
    text = graph_text(small_graph())
    digest = re.search(r'"sha256":"([0-9a-f]{64})"', text)
    assert digest is not None
    assert text == PLAIN % digest[1]


def test_named_neurons_keep_scope_and_name() -> None:
    graph = small_graph("gate")
    assert '\n[[0,1],[1,1],2,1,"and"]\n' in graph_text(graph)
    assert parse_graph(graph_text(graph)) == graph


@pytest.mark.parametrize(
    "design, options",
    [
        ("multiply", {}),
        ("add", {"library": "published"}),
        ("fma", {"format": "e2m1fn"}),
        ("less", {"format": "bfloat16"}),
        ("convert", {"format": "e8m0fnu"}),
        ("dot", {"length": 3, "accumulate": "tree"}),
        ("linear", {"format": "e2m1fn"}),
        ("multiply", {"objective": "neurons", "budget": "free"}),
    ],
)
def test_nothing_is_lost(design: str, options: dict[str, Any], tmp_path: Path) -> None:
    graph = make_instance(design, **options).graph
    path = graph.save(tmp_path / "new" / "circuit.json")
    loaded = load_graph(path)
    assert loaded == graph
    assert loaded.digest == graph.digest
    assert loaded.save(tmp_path / "again.json").read_bytes() == path.read_bytes()
    assert [entry.name for entry in path.parent.iterdir()] == ["circuit.json"]


def test_every_damaged_byte_is_noticed(tmp_path: Path) -> None:
    graph = small_graph("gate")
    path = graph.save(tmp_path / "circuit.json")
    content = path.read_bytes()
    for position in range(len(content)):
        for byte in (content[position] ^ 1, content[position] ^ 0x80, 0x20, 0x30):
            damaged = content[:position] + bytes([byte]) + content[position + 1 :]
            path.write_bytes(damaged)
            # White space between members, and nothing else, may differ.
            with suppress(InputError):
                assert load_graph(path) == graph
    for length in range(len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(InputError):
            load_graph(path)


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^Cannot read '.*none\.json': "):
        load_graph(tmp_path / "none.json")


@pytest.mark.parametrize(
    "text, message",
    [
        ("{", "Circuit file must be JSON, not another format or damaged"),
        ("[" * 100_000, "Circuit file must be JSON, not another format or damaged"),
        ("[]", "Circuit file must be of the format 'spikefloat-graph', not of another one"),
        (
            '{"format":"spikefloat-graph","version":2}',
            "Circuit file must be of version 1, not 2: read it with the spikefloat that wrote it",
        ),
        (
            '{"format":"spikefloat-graph","version":1}',
            "Circuit file must have the members format, version, name, inputs, scopes, neurons, "
            "outputs and sha256, not format, version",
        ),
    ],
)
def test_other_files_are_refused(text: str, message: str) -> None:
    with pytest.raises(GraphFileError, match=f"^{re.escape(message)}$"):
        parse_graph(text)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"name": "two words"}, "Circuit name must be an identifier, not 'two words'"),
        ({"inputs": [["a", 1], ["b", 0]]}, "Width of input 'b' must be from 1 to 1048575, not 0"),
        (
            {"inputs": [["a", 10**12], ["b", 1]]},
            "Width of input 'a' must be from 1 to 1048576, not 1000000000000",
        ),
        ({"inputs": [["a", 1], ["a", 1]]}, "Port names must be unique, not a, a, y"),
        ({"scopes": []}, "Scopes must begin with the whole circuit, not be none"),
        ({"neurons": []}, "Nodes of 'y' must be from 0 to 1, not [2]"),
        (
            {"neurons": [[[0, 1], [1, 1], 2, 1, "n"]]},
            "Scope of neuron 2 must be from 0 to 0, not 1",
        ),
        (
            {"scopes": [[["part"], []]]},
            "Scope must come once, after the one that holds it, not as 'part'",
        ),
        (
            {"neurons": [[[0, 2], [1, 1], 2]]},
            "Sources of neuron 2 must be earlier nodes, not [0, 2]",
        ),
        (
            {"neurons": [[[0, 1], [1], 2]]},
            "Weights of neuron 2 must be 2 other than 0, not [1]",
        ),
        (
            {"neurons": [[[0, 1], [1, 0], 2]]},
            "Weights of neuron 2 must be 2 other than 0, not [1, 0]",
        ),
        (
            {"neurons": [[[0, 1], [1, 2**60], 2]]},
            "Weights of neuron 2 must be at most 9007199254740992, not larger",
        ),
        (
            {"neurons": [[[0, 1], [1, 1], 2, 0, "n"], [[0, 1], [1, 1], 2, 0, "n"]]},
            "Neurons of a scope must have names of their own, not one twice",
        ),
        ({"outputs": []}, "Circuit must have outputs of at least one bit, not of none"),
        ({"outputs": [["y", []]]}, "Circuit must have outputs of at least one bit, not of none"),
        ({"outputs": [["y", [3]]]}, "Nodes of 'y' must be from 0 to 2, not [3]"),
    ],
)
def test_wrong_graphs_are_refused(changes: dict[str, Any], message: str) -> None:
    """The checksum is right, but what it stands for is no graph."""
    with pytest.raises(
        GraphFileError,
        match=f"^Circuit file must describe a graph of neurons: {re.escape(message)}$",
    ):
        parse_graph(changed(changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 3},
        {"inputs": [["a", True]]},
        {"inputs": {"a": 1}},
        {"scopes": [[], []]},
        {"neurons": [[[0, 1], [1, 1.5], 2]]},
        {"neurons": [[[0, 1], [1, 1], 2, 0]]},
        {"outputs": [["y", None]]},
    ],
)
def test_other_shapes_are_refused(changes: dict[str, Any]) -> None:
    (name,) = changes
    with pytest.raises(GraphFileError, match=f"^Circuit file must have {name} as they are saved, "):
        parse_graph(changed(changes))


def changed(changes: dict[str, Any]) -> str:
    members = {**json.loads(graph_text(small_graph())), **changes}
    del members["sha256"]
    return json.dumps({**members, "sha256": checksum(members)})
