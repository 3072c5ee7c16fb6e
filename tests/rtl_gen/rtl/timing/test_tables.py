# SPDX-License-Identifier: Apache-2.0
"""The estimate of lookup tables, and the circuits that it chooses."""

from dataclasses import replace

import pytest

from spikefloat.rtl_gen.circuits.small.alternatives import alternatives
from spikefloat.rtl_gen.circuits.small.stored import fitting_circuits, load
from spikefloat.rtl_gen.designs.catalog import entries
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS, Overflow
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.builder import NeuronGraphBuilder
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.rtl_gen.rtl.timing.tables import TableCount, best_for_tables, count_tables


def chain(length: int, *, fan_in: int = 2) -> NeuronGraph:
    """Return neurons in a row, each of which reads some inputs of its own."""
    builder = NeuronGraphBuilder("chain", budget=BUDGETS["free"])
    inputs = builder.input("x", 1 + length * (fan_in - 1))
    bit, rest = inputs[0], list(inputs[1:])
    for index in range(length):
        own, rest = rest[: fan_in - 1], rest[fan_in - 1 :]
        # Alternately AND and OR, so that the row is no neuron by itself.
        bit = builder.neuron([(source, 1) for source in (bit, *own)], fan_in if index % 2 else 1)
    builder.output("y", (bit,))
    return builder.build()


@pytest.mark.parametrize(
    "length, lut_inputs, tables",
    [(1, 4, 1), (3, 4, 1), (4, 4, 2), (6, 4, 2), (5, 6, 1), (10, 6, 2)],
)
def test_neurons_in_a_row_share_tables(length: int, lut_inputs: int, tables: int) -> None:
    found = count_tables(chain(length), lut_inputs)
    assert found.tables == tables
    assert found.depth <= tables


def test_a_table_that_two_outputs_share_counts_once() -> None:
    builder = NeuronGraphBuilder("shared")
    x = builder.input("x", 4)
    shared = builder.neuron([(bit, 1) for bit in x], 2)
    other = builder.neuron([(shared, 1), (x[0], 1)], 2)
    builder.output("y", (shared, other, shared))
    assert count_tables(builder.build(), 4) == TableCount(2, 1)


def test_wires_and_constants_take_none() -> None:
    builder = NeuronGraphBuilder("wires")
    x = builder.input("x", 2)
    builder.output("y", (builder.neuron([(x[1], 1)], 1), builder.neuron([], 0)))
    assert count_tables(builder.build(), 4) == TableCount(0, 0)


def test_choice() -> None:
    few, shallow = chain(6), chain(3)
    assert best_for_tables([shallow, few], "luts") is shallow
    wide = chain(1, fan_in=9)
    # Wide neurons are not estimated, so that the first circuit stays.
    assert best_for_tables([few, wide], "luts") is few
    assert best_for_tables([few, wide, shallow], "fmax") is shallow


def unnamed(graph: NeuronGraph) -> NeuronGraph:
    """Return a graph without its name, which says for what it was made."""
    return replace(graph, name="circuit")


@pytest.mark.parametrize("objective", ["luts", "fmax"])
@pytest.mark.parametrize("operation", ["multiply", "add"])
def test_searched_circuit_is_taken(operation: str, objective: str) -> None:
    for budget in ("w2", "w8", "free"):
        instance = make_instance(operation, budget=budget, objective=objective)
        (circuit,) = fitting_circuits(
            operation,
            instance.circuit.format,
            instance.circuit.overflow,
            instance.circuit.budget,
            objective,
        )
        assert unnamed(instance.graph) == unnamed(load(circuit))


@pytest.mark.parametrize("objective", ["luts", "fmax"])
@pytest.mark.parametrize(
    "fmt, overflow",
    [("e4m3fn", "saturate"), ("e5m2", "nan"), ("e3m4", "saturate"), ("e2m1fn", "saturate")],
)
@pytest.mark.parametrize("operation", ["multiply", "add"])
def test_otherwise_the_best_estimate_is_taken(
    operation: str, fmt: str, overflow: str, objective: str
) -> None:
    instance = make_instance(operation, format=fmt, overflow=overflow, objective=objective)
    kind = operation, FORMATS[fmt], Overflow(overflow), instance.circuit.budget
    if fitting_circuits(*kind, objective):
        pytest.fail("a case without a searched circuit must be named")
    known = [
        unnamed(make_instance(operation, format=fmt, overflow=overflow).graph),
        *(unnamed(other.graph) for other in alternatives(*kind)),
    ]
    chosen = unnamed(instance.graph)
    assert chosen in known
    inputs, place = (6, 0) if objective == "luts" else (4, 1)
    narrow = [graph for graph in known if measure(graph).max_fan_in <= 8]
    assert count_tables(chosen, inputs)[place] == min(
        count_tables(graph, inputs)[place] for graph in narrow
    )


@pytest.mark.slow
def test_every_design_and_format() -> None:
    """Where there is only the structured circuit, that is taken: in every third format of a design.

    Large formats are slow.
    """
    tried = 0
    for place, design in enumerate(entries(Design).values()):
        if design.is_vector:
            continue
        narrow = [name for name in design.formats if FORMATS[name].width <= 8]
        for name in narrow[place % 3 :: 3]:
            plain, *made = (
                make_instance(design, format=name, library="native", objective=goal)
                for goal in ("structure", "luts", "fmax")
            )
            own = plain.circuit
            if any(True for _ in alternatives(design.name, own.format, own.overflow, own.budget)):
                continue
            tried += 1
            graph = unnamed(plain.graph)
            assert [unnamed(one.graph) == graph for one in made] == [True, True], design.name
    assert tried > 60


@pytest.mark.parametrize("objective", ["luts", "fmax"])
@pytest.mark.parametrize("accumulate", ["tree", "exact"])
def test_only_exact_sums_for_few_tables_take_carry_cells(accumulate: str, objective: str) -> None:
    plain, other = (
        unnamed(make_instance("dot", length=2, accumulate=accumulate, objective=goal).graph)
        for goal in ("structure", objective)
    )
    assert (plain == other) == ((accumulate, objective) != ("exact", "luts"))


@pytest.mark.parametrize("objective", ["luts", "fmax"])
def test_published_gates_are_refused(objective: str) -> None:
    with pytest.raises(
        ValueError, match=(rf"^Objective must be structure for published gates, not '{objective}'$")
    ):
        make_instance("multiply", library="published", objective=objective)
