# SPDX-License-Identifier: Apache-2.0
"""Membranes that live on from wave to wave: against the model of one cell, and as published."""

import random
from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.sim.golden.arithmetic import multiply
from spikefloat.sim.golden.cell import CellModel
from spikefloat.sim.graphs.sums import sums_met
from tests.helpers.graphs import all_codes, evaluate, evaluate_nodes, random_graph, raw_graph
from tests.helpers.residue_examples import GATES, gate_graph, just_inside, single_neuron
from tests.helpers.spiking_simulation import SpikingSimulation


@pytest.mark.parametrize("reset", ["soft", "hard"])
@pytest.mark.parametrize(
    "weights, threshold, bias",
    [((1, 1), 2, 0), ((2, -1, -2, 1), 1, 0), ((-1, -1), 0, 1), ((-2, 1, -2), -2, 3)],
)
def test_neuron_as_in_the_model_of_a_cell(weights, threshold, bias, reset):
    source = np.random.default_rng(1)
    codes = source.integers(0, 2 ** len(weights), 400)
    discharge = source.random(400) < 0.05
    for leak in (Fraction(0), Fraction(5, 16), Fraction(15, 16), Fraction(1)):
        simulation = SpikingSimulation(
            single_neuron(weights, threshold), leak, reset, fraction_bits=6, rails=[(-512, 511)]
        )
        model = CellModel(
            weights=weights,
            threshold=threshold + bias - Fraction(1, 2),
            leak=leak,
            reset=reset,
            bias=bias,
            fraction_bits=6,
            membrane_width=10,
        )
        fired = []
        for code, is_discharged in zip(codes.tolist(), discharge.tolist(), strict=True):
            spikes = [code >> index & 1 for index in range(len(weights))]
            fired.append(int(model.clock(spikes, discharge=is_discharged)))
        result = simulation.run({"a": codes}, discharge=discharge.tolist())
        assert result.outputs["y"].tolist() == fired
        assert simulation.membranes.tolist() == [[model.membrane]]


def test_without_residue_it_is_the_circuit():
    for seed in range(20):
        graph = random_graph(random.Random(seed), neurons=20, fan_in=5, weight=3)
        a, b = all_codes(5, 5)
        wanted = evaluate(graph, {"a": a, "b": b})
        for simulation in (SpikingSimulation(graph), SpikingSimulation(graph, Fraction(1))):
            result = simulation.run({"a": a, "b": b}, discharge=True, record=True)
            for name, codes in result.outputs.items():
                assert np.array_equal(codes, wanted[name])
            nodes = evaluate_nodes(graph, {"a": a, "b": b})
            assert np.array_equal(result.spikes, np.stack(nodes[10:], axis=1))


def test_streams_are_independent_and_go_on():
    graph = gate_graph("xor")
    a, b = np.random.default_rng(2).integers(0, 2, (2, 60, 3))
    together = SpikingSimulation(graph, Fraction(7, 8))
    whole = together.run({"a": a, "b": b}).outputs["y"]
    alone = SpikingSimulation(graph, Fraction(7, 8))
    for stream in range(3):
        alone.rest()
        first = alone.run({"a": a[:25, stream], "b": b[:25, stream]}).outputs["y"]
        rest = alone.run({"a": a[25:, stream], "b": b[25:, stream]}).outputs["y"]
        assert np.array_equal(np.concatenate([first, rest]), whole[:, stream])


@pytest.mark.parametrize("name, published", [("and", 0.59), ("or", 0.76), ("xor", 0.51)])
def test_gates_without_leak_fail_as_published(name, published):
    a, b = np.random.default_rng(1).integers(0, 2, (2, 100, 655))
    got = SpikingSimulation(gate_graph(name), Fraction(1)).run({"a": a, "b": b}).outputs["y"]
    correct = float((got == GATES[name](a, b)).mean())
    assert abs(correct - published) < 0.015
    leaky = SpikingSimulation(gate_graph(name), just_inside(Fraction(1, 5)))
    assert np.array_equal(leaky.run({"a": a, "b": b}).outputs["y"], GATES[name](a, b))


def test_multiplier_is_exact_inside_its_bound():
    instance = make_instance("multiply", objective="neurons")
    a, b = all_codes(8, 8)
    order = np.random.default_rng(3).permutation(65536)
    a, b = a[order].reshape(64, 1024), b[order].reshape(64, 1024)
    simulation = SpikingSimulation(instance.graph, just_inside(Fraction(1, 10)))
    got = simulation.run({"a": a, "b": b}).outputs["y"]
    assert np.array_equal(got, multiply(instance.circuit.format, a, b, instance.circuit.overflow))


def test_sums_met():
    a, b = all_codes(1, 1)
    assert sums_met(gate_graph("xor"), {"a": a, "b": b}) == {2: {0, 1, 2}, 3: {0, 1}}
    constant = raw_graph([((), (), 0)], inputs={"a": 1}, outputs={"y": [1]})
    assert sums_met(constant, {"a": np.array([0, 1])}) == {1: {0}}


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"leak": Fraction(1, 3)}, r"^Leak must be a binary fraction from 0 to 1, not 1/3$"),
        ({"leak": Fraction(3, 2)}, r"^Leak must be a binary fraction from 0 to 1, not 3/2$"),
        ({"leak": Fraction(-1, 2)}, r"^Leak must be a binary fraction from 0 to 1, not -1/2$"),
        ({"reset": "none"}, r"^Reset must be soft or hard, not 'none'$"),
        ({"fraction_bits": 0}, r"^Fraction bits must be 1 or more, not 0$"),
    ],
)
def test_wrong(arguments, message):
    with pytest.raises(ValueError, match=message):
        SpikingSimulation(gate_graph("and"), **arguments)


def test_wrong_inputs():
    with pytest.raises(ValueError, match=r"^Inputs must be a, b, not a$"):
        SpikingSimulation(gate_graph("and")).run({"a": [1]})
