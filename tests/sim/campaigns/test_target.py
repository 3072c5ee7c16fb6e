# SPDX-License-Identifier: Apache-2.0
"""Any circuit as a target: itself or a function as the reference, ports of any width."""

from typing import Any

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.builder import ZERO, constant
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.campaigns.campaign import Cell, run_cell
from spikefloat.sim.campaigns.target import FloatReference, Target, graph_target
from spikefloat.sim.devices.physics import Physics


def design_graph(name: str, **options: Any) -> NeuronGraph:
    return make_instance(name, **options).graph


def adder(width: int = 4) -> NeuronGraph:
    """Two outputs: sum and carry."""
    gates = make_gates("adder")
    a, b = (gates.builder.input(name, width) for name in "ab")
    total, carry = gates.add(a, b, ZERO)
    gates.builder.output("total", total)
    gates.builder.output("carry", (carry,))
    return gates.builder.build()


def run(target: Target, **physics: float) -> dict[str, Any]:
    return run_cell(Cell(target=target, physics=Physics(**physics), max_trials=1))


def test_circuit_is_its_own_reference() -> None:
    """The same trials are right as beside the golden model, on all of 65,536 trials."""
    graph = design_graph("multiply")
    golden = Target(
        label={},
        graph=graph,
        reference=FloatReference(operation="multiply", fmt=FORMAT, overflow=OVERFLOW),
    )
    own, model = (run(target, synapse_noise=0.15) for target in (graph_target(graph), golden))
    assert 0 < own["exact"] < own["trials"]
    assert own["exact"] == model["exact"]
    assert own["mean_ulp"] is None


FORMAT = make_instance("multiply").circuit.format
OVERFLOW = make_instance("multiply").circuit.overflow


def test_function_with_several_outputs() -> None:
    def reference(a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
        return {"total": a + b & 15, "carry": a + b >> 4}

    assert run(graph_target(adder(), reference))["exact_rate"] == 1

    def wrong(a: np.ndarray, b: np.ndarray) -> dict[str, np.ndarray]:
        return {"total": a + b & 15, "carry": 0 * a}

    # The carry is set for 120 of 256 pairs.
    assert run(graph_target(adder(), wrong))["exact_rate"] == pytest.approx(136 / 256, abs=0.01)


def test_function_with_one_output() -> None:
    graph = design_graph("less", format="e2m1fn")
    less = [[False] * 16 for _ in range(16)]
    values = [0, 0.5, 1, 1.5, 2, 3, 4, 6]
    for a in range(16):
        for b in range(16):
            signed = [(-1 if code & 8 else 1) * values[code & 7] for code in (a, b)]
            less[a][b] = signed[0] < signed[1]
    table = np.array(less)
    assert run(graph_target(graph, lambda a, b: table[a, b]))["exact_rate"] == 1


def test_wide_ports_are_split() -> None:
    graph = design_graph("dot", length=9)
    target = graph_target(graph)
    assert [(port.name, len(port.nodes)) for port in target.graph.inputs] == [
        ("a_0_to_61", 62),
        ("a_62_to_71", 10),
        ("b_0_to_61", 62),
        ("b_62_to_71", 10),
    ]
    assert target.graph.neurons == graph.neurons
    assert run(target)["exact_rate"] == 1
    assert run(target, synapse_noise=0.2)["exact_rate"] < 1


def test_references_tell_circuits_apart() -> None:
    cells = [Cell(target=graph_target(adder(width))) for width in (3, 4)]
    assert cells[0].key != cells[1].key
    assert cells[0].key == Cell(target=graph_target(adder(3))).key


@pytest.mark.parametrize(
    "returned, message",
    [
        (
            {"total": 3, "carry": 0},
            r"integers of shape \(65536,\) for output 'total', not int64 of shape \(\)$",
        ),
        ({}, r"for output 'total', not object of shape \(\)$"),
    ],
)
def test_other_results_of_a_function_are_refused(returned: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"^Reference must return .*{message}"):
        run(graph_target(adder(), lambda a, b: returned))


def test_what_cannot_be_a_target_is_refused() -> None:
    with pytest.raises(
        ValueError,
        match="^Input 'a' of a circuit with a function as reference must have at most 62 bits, "
        "not 72$",
    ):
        graph_target(design_graph("dot", length=9), lambda a, b: a)
    with pytest.raises(
        ValueError, match="^Outputs of adder must have at most 62 bits in all, not 65$"
    ):
        graph_target(adder(64))
    gates = make_gates("constants")
    gates.builder.output("y", constant(5, 3))
    with pytest.raises(ValueError, match=r"^Circuit constants must have an input$"):
        graph_target(gates.builder.build())
