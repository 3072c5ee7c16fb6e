# SPDX-License-Identifier: Apache-2.0
"""The search through lookup tables: formats, neurons of a table, and the walk."""

import hashlib
import random
from pathlib import Path

import pytest

from spikefloat.rtl_gen.circuits.small.stored import load, stored_circuits
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.budgets import BUDGETS
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.search.for_tables import for_tables
from spikefloat.search.shrink import start_of
from spikefloat.search.store import count_wrong
from spikefloat.search.table_network import (
    TableNetwork,
    map_graph,
    parse_blif,
    parse_tables,
    shallow_tables,
)
from spikefloat.search.table_neurons import Recipe, Spike, neurons_of, to_graph
from spikefloat.search.table_walk import TableStep, walk_tables


def structured(operation: str) -> NeuronGraph:
    """Return a small circuit, with 8 input bits."""
    return make_instance(operation, format="e2m1fn").graph


def truth_of(recipe: Recipe, inputs: int) -> int:
    """Return the truth table of neurons, by the definition of a neuron."""
    truth = 0
    for pattern in range(1 << inputs):
        lines = [pattern >> bit & 1 for bit in range(inputs)]
        for spike in recipe:
            total = sum(
                weight * lines[source]
                for source, weight in zip(spike.sources, spike.weights, strict=True)
            )
            lines.append(int(total >= spike.threshold))
        truth |= lines[-1] << pattern
    return truth


@pytest.mark.parametrize(
    "inputs, count, most", [(1, 2, 1), (2, 14, 2), (3, 60, 3), (4, 20, 7), (5, 4, 13), (6, 1, 25)]
)
def test_neurons_of_a_table(inputs: int, count: int, most: int) -> None:
    source = random.Random(inputs)
    every = (1 << (1 << inputs)) - 1
    tables = range(1, every) if inputs <= 2 else [source.randrange(1, every) for _ in range(count)]
    assert len(tables) == count
    for truth in tables:
        recipe = neurons_of(truth, inputs)
        assert truth_of(recipe, inputs) == truth
        assert all(BUDGETS["w2"].allows(spike.weights) for spike in recipe)
        assert len(recipe) <= most


def test_text_format() -> None:
    network = TableNetwork(
        (("a", 4), ("b", 4)), (((0, 4, 7), 0xE8), ((8, 1), 0x6)), (("y", (9, 8)),)
    )
    assert network.text() == "8 2 2\n3 0 4 7 e8\n2 8 1 6\n9 8\n"
    assert parse_tables(network.text(), network) == network
    assert network.depth == 2
    assert network.input_count == 8


def test_blif() -> None:
    """Rows of zeros, cubes, a copy, and a line that goes on."""
    graph = structured("multiply")
    text = (
        ".model circuit\n.inputs a[0] \\\n a[1]\n.outputs y[0]\n"
        ".names a[0] b[1] \\\n t\n1- 1\n-1 1\n.names t a[1] y[0]\n11 0\n"
        ".names t y[1]\n1 1\n.names a[3] y[2]\n0 1\n.names b[0] b[1] b[2] y[3]\n1-0 1\n.end\n"
    )
    network = parse_blif(text, graph)
    assert network.tables == (((0, 5), 0b1110), ((8, 1), 0b0111), ((3,), 0b01), ((4, 5, 6), 0b1010))
    assert network.outputs == (("y", (9, 8, 10, 11)),)


@pytest.mark.tool
def test_from_a_circuit_to_tables_and_back() -> None:
    graph = structured("add")
    network = map_graph(graph, 4)
    assert all(len(sources) <= 4 for sources, _ in network.tables)
    step = TableStep(fan_in=4, seed=5, visits=2000, max_depth=network.depth)
    found = walk_tables(network, step)
    assert len(found.tables) < 0.9 * len(network.tables)
    assert found.depth <= network.depth
    for tables in (network, found):
        assert count_wrong(to_graph(tables, graph.name), "add", "e2m1fn", "saturate") == 0
    assert walk_tables(network, step) == found
    other = TableStep(fan_in=4, seed=6, visits=2000, max_depth=network.depth)
    assert walk_tables(network, other) != found


@pytest.mark.tool
@pytest.mark.slow
@pytest.mark.parametrize("operation", ["multiply", "add"])
def test_six_inputs_and_few_levels(operation: str) -> None:
    graph = structured(operation)
    network = map_graph(graph, 6)
    assert all(len(sources) <= 6 for sources, _ in network.tables)
    shallow = shallow_tables(graph, 4)
    assert all(len(sources) <= 4 for sources, _ in shallow.tables)
    assert shallow.depth <= map_graph(graph, 4).depth
    for tables in (network, shallow):
        back = to_graph(tables, graph.name)
        assert count_wrong(back, operation, "e2m1fn", "saturate") == 0


@pytest.mark.tool
def test_the_whole_way(tmp_path: Path) -> None:
    step = TableStep(fan_in=4, seed=1, visits=500, max_depth=8)
    said: list[str] = []
    entry = for_tables(
        "multiply",
        "e2m1fn",
        "saturate",
        "structured",
        "fmax",
        step,
        folder=tmp_path,
        report=said.append,
    )
    assert entry is not None
    assert entry.objective == "fmax"
    assert entry.origin == (
        "python -m search tables multiply --format e2m1fn --overflow saturate --objective fmax "
        "--start structured --fan-in 4 --depth 8 --visits 500 --seed 1"
    )
    assert (tmp_path / entry.file).is_file()
    assert said[0].startswith("start ")


@pytest.mark.tool
@pytest.mark.slow
def test_depth_out_of_reach() -> None:
    step = TableStep(fan_in=4, seed=1, visits=200, max_depth=1)
    with pytest.raises(
        ValueError, match=r"^Depth must be one that the walk reaches, as \d, not 1$"
    ):
        for_tables("multiply", "e2m1fn", "saturate", "structured", "luts", step)


@pytest.mark.tool
def test_unreadable_network_is_refused() -> None:
    wide = TableNetwork((("a", 17),), (((0, 1), 0x8),), (("y", (17,)),))
    with pytest.raises(
        ValueError,
        match=(
            r"^Walk failed: Network must be readable and have 1 to 16 inputs, "
            r"not \S+$"
        ),
    ):
        walk_tables(wide, TableStep(fan_in=4, seed=1, visits=1))


def as_tables(graph: NeuronGraph) -> TableNetwork:
    """Return a graph whose neurons have few sources as one table for each neuron."""
    tables = []
    for neuron in graph.neurons:
        recipe = Spike(tuple(range(len(neuron.sources))), neuron.weights, neuron.threshold)
        tables.append((neuron.sources, truth_of((recipe,), len(neuron.sources))))
    return TableNetwork(
        tuple((port.name, len(port.nodes)) for port in graph.inputs),
        tuple(tables),
        tuple((port.name, port.nodes) for port in graph.outputs),
    )


@pytest.mark.tool
def test_beginning_of_a_walk_is_golden() -> None:
    """A walk from a stored circuit, which does not change, goes as it went."""
    start = as_tables(
        start_of("multiply", "e4m3fn", "nan", "w2", "multiply_e4m3fn_nan_w2_83x29.json")
    )
    lines: list[str] = []
    result = walk_tables(start, TableStep(fan_in=6, seed=1, visits=1500), report=lines.append)
    assert count_wrong(to_graph(result, "m"), "multiply", "e4m3fn", "nan") == 0
    assert (len(start.tables), lines[-1]) == (83, "927 80 35")
    assert hashlib.sha256(result.text().encode()).hexdigest().startswith("c1bbcac1301e")


def test_stored_circuits_are_within_four_inputs() -> None:
    """So that a neuron is one table of a device whose tables have four inputs."""
    circuits = [circuit for circuit in stored_circuits() if circuit.objective != "neurons"]
    assert {(c.operation, c.objective) for c in circuits} == {
        (operation, objective)
        for operation in ("multiply", "add")
        for objective in ("luts", "fmax")
    } | {("square_root", "luts")}
    for circuit in circuits:
        graph = load(circuit)
        assert max(len(neuron.sources) for neuron in graph.neurons) <= 4
