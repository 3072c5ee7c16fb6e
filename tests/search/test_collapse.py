# SPDX-License-Identifier: Apache-2.0
"""Merging neurons into their readers: the function stays, and what can go goes."""

from pathlib import Path

from spikefloat.rtl_gen.circuits.small.stored import load, read_graph, stored_circuits
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.search.collapse import Collapse, collapse
from spikefloat.search.store import all_operands
from tests.helpers.graphs import all_codes, evaluate, make_graph


def test_gates_become_one_neuron() -> None:
    graph = make_graph(
        lambda gates, x: (gates.or_(gates.and_(x[0], x[1]), gates.and_(x[2], x[3])),), [4]
    )
    work = Collapse(graph, all_codes(4), seed=1)
    assert len(work) == len(graph.neurons) == 3
    # The exclusive-or-like pair of products is no threshold function: one product must stay.
    while work.shrink():
        pass
    assert len(work) == 2
    left = read_graph(work.describe(), "left", BUDGETS["free"])
    (x,) = all_codes(4)
    assert (evaluate(left, {"x0": x})["y"] == evaluate(graph, {"x0": x})["y"]).all()


def test_result_is_exact_and_repeats_itself(tmp_path: Path) -> None:
    """A circuit is compared with the golden model before it is stored."""
    found = []
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
        start = "e2m1fn", "saturate", "structured", 1
        found.append(collapse("square_root", *start, folder=tmp_path / folder))
    assert found[0] == found[1]
    assert found[0] is not None
    # All four result bits are neurons, or one is an input.
    assert 3 <= found[0].neurons <= 8


def test_stored_root_shrinks_further() -> None:
    circuit = next(c for c in stored_circuits() if (c.operation, c.budget) == ("square_root", "w2"))
    work = Collapse(load(circuit), all_operands("square_root", FORMATS["e4m3fn"]), seed=1)
    assert len(work) == circuit.neurons
    assert work.shrink()
    assert len(work) < circuit.neurons
