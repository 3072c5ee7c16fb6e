# SPDX-License-Identifier: Apache-2.0
"""Float arithmetic as clocked cells: every operand pair, one in each clock, and what residue does.

The pairs come in the order of the bench, and then in an order that was made to provoke errors in
the weakest neurons. With a leak just inside the bound all results are right; just outside, the
same waves bring wrong ones.
"""

from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.residue import graph_leak_bound
from spikefloat.rtl_gen.rtl.cells.membrane import Membrane, membrane_parameters
from spikefloat.rtl_gen.rtl.styles.spiking import spiking_verilog
from spikefloat.rtl_gen.rtl.timing.balance import balance
from spikefloat.sim.benches.bench import verify
from spikefloat.sim.benches.dut import Contract
from spikefloat.sim.benches.scalars import ScalarDesign, scalar_checks
from spikefloat.sim.cases.exhaustive import operand_cases
from spikefloat.sim.golden.operations import expected
from tests.helpers.residue_examples import just_inside, just_outside, met_sums, provoking_order
from tests.helpers.simulators import ICARUS_SLOWLY, some_pairs
from tests.helpers.spiking_simulation import SpikingSimulation

pytestmark = pytest.mark.tool

NAMES = ("multiply", "add")


def make_design(
    name, label, membrane=None, discharge="first", objective="neurons", has_memory=False
):
    instance = make_instance(name, objective=objective)
    graph = instance.graph
    module = f"{name}_{label}"
    return ScalarDesign(
        name=module,
        verilog=spiking_verilog(graph, membrane=membrane, module=module, has_memory=has_memory),
        module=module,
        operation=name,
        fmt=instance.circuit.format,
        overflow=instance.circuit.overflow,
        contract=Contract.CLOCKED,
        latency=balance(graph).latency,
        discharge=None if membrane is None else discharge,
    )


def make_graph(name):
    return make_instance(name, objective="neurons").graph


def bound_of(name, reset):
    """Return the bound of a circuit for the sums that its neurons meet."""
    graph = make_graph(name)
    return graph_leak_bound(graph, reset, sums=met_sums(graph)).bound


@pytest.mark.parametrize("simulator", ICARUS_SLOWLY)
def test_pairs_at_rest(simulator, tmp_path):
    designs = [make_design(name, "at_rest") for name in NAMES]
    designs += [make_design(name, "memory", has_memory=True) for name in NAMES]
    pairs, cases = (
        ("all", 65536) if simulator == "verilator" else (some_pairs(designs[0].fmt), 4096)
    )
    results = verify(scalar_checks(designs, pairs), simulator, tmp_path)
    assert [(result.cases, result.report) for result in results] == [(cases, "")] * 4


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_residue(name, tmp_path):
    """Inside the bound every pair is right, with soft and with hard reset; outside, not."""
    fmt = make_instance(name).circuit.format
    every = np.stack(operand_cases([fmt], 2, "all"), axis=1)
    orders = [provoking_order(make_graph(name), reset, 1, 16) for reset in ("soft", "hard")]
    pairs = np.concatenate([every, *orders])
    cases = len(every) + sum(map(len, orders))
    assert cases > 65536 + 2 * 16 * 8
    designs = []
    for reset in ("soft", "hard"):
        bound = bound_of(name, reset)
        for label, leak in (("in", just_inside(bound)), ("out", just_outside(bound))):
            designs.append(make_design(name, f"{reset}_{label}", Membrane(leak=leak, reset=reset)))
    results = verify(scalar_checks(designs, pairs), "verilator", tmp_path)
    assert [result.cases for result in results] == [cases] * 4
    assert [result.report == "" for result in results] == [True, False, True, False]


@pytest.mark.slow
def test_without_leak(tmp_path):
    """Nearly all is wrong, to the same bit as in the simulation; discharged, all is right."""
    membrane = Membrane(leak=Fraction(1))
    designs = [
        make_design("multiply", "ideal", membrane),
        make_design("multiply", "ideal_discharged", membrane, "every"),
    ]
    ideal, discharged = verify(scalar_checks(designs, "all"), "verilator", tmp_path)
    assert (discharged.cases, discharged.report) == (65536, "")
    graph = make_graph("multiply")
    cells = [
        membrane_parameters(neuron.weights, neuron.threshold, membrane) for neuron in graph.neurons
    ]
    a, b = operand_cases([designs[0].fmt], 2, "all")
    outputs = (
        SpikingSimulation(graph, membrane.leak, rails=[(cell.low, cell.high) for cell in cells])
        .run({"a": a, "b": b})
        .outputs["y"]
    )
    wanted = expected("multiply", designs[0].fmt, (a, b), designs[0].overflow)
    assert ideal.mismatches == np.count_nonzero(outputs != wanted) > 40_000
