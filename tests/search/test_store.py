# SPDX-License-Identifier: Apache-2.0
"""Storing a circuit: checked first, and only if it is better."""

import json
from pathlib import Path

import pytest

from spikefloat.rtl_gen.circuits.small.stored import StoredCircuit
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.search.store import describe_graph, same_policies, store


def circuit(budget: str = "w2", operation: str = "multiply") -> dict:
    return describe_graph(make_instance(operation, format="e2m1fn", budget=budget).graph)


def put(description: dict, folder: Path, budget: str = "w2") -> StoredCircuit | None:
    return store(
        description,
        operation="multiply",
        fmt="e2m1fn",
        overflow="saturate",
        budget=budget,
        origin="test",
        folder=folder,
    )


def test_better_circuits_replace_others(tmp_path: Path) -> None:
    first = put(circuit("w1"), tmp_path)
    assert first is not None
    second = put(circuit("w2"), tmp_path)
    assert second is not None
    assert (second.neurons, second.depth) < (first.neurons, first.depth)
    assert put(circuit("w1"), tmp_path) is None
    assert put(circuit("w2"), tmp_path) is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.json", second.file]
    assert len(json.loads((tmp_path / "index.json").read_text())) == 1


def test_wrong_circuit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        ValueError, match=(r"^Circuit must be exact for all operands, not wrong for \d+$")
    ):
        put(circuit(operation="add"), tmp_path)
    assert not list(tmp_path.iterdir())


def test_broken_budget_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^Neuron \S+ must keep budget w1 "):
        put(circuit("w2"), tmp_path, "w1")
    assert not list(tmp_path.iterdir())


def test_policies_without_an_effect_are_stored_once(tmp_path: Path) -> None:
    graph = make_instance("square_root", format="e5m2").graph
    entry = store(
        describe_graph(graph),
        operation="square_root",
        fmt="e5m2",
        overflow="nan",
        budget="w2",
        origin="test",
        folder=tmp_path,
    )
    assert entry is not None
    # Infinity is an operand, which only the third policy makes finite.
    assert entry.policies == ("nan", "saturate")
    assert same_policies("square_root", "e4m3fn", "saturate") == "nan,saturate"
    assert same_policies("divide", "e5m2", "saturate-finite") == "saturate-finite"
    assert same_policies("square_root", "e2m1fn", "saturate") == "saturate"
