# SPDX-License-Identifier: Apache-2.0
"""Orders of operands: what a provoking one provokes, and that the bound on the leak is met."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.targets import block_target, design_target
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.residue import leak_bound
from spikefloat.sim.campaigns.campaign import Cell, run_cell
from spikefloat.sim.campaigns.tolerance import find_tolerance
from spikefloat.sim.devices.operands import circuit_leak_bound, operand_sample, provoking_waves
from spikefloat.sim.devices.physics import Physics
from tests.helpers.residue_examples import single_neuron


def multiplier(**options):
    return design_target(make_instance("multiply", objective="neurons", **options))


def provoked(target, leak, **options):
    physics = Physics(style="spiking", leak=leak, **options)
    return run_cell(Cell(target=target, physics=physics, order="provoking", max_trials=1))


# What the clocked circuits promise: AND 1/3, OR 1/4, the multiplier of weights up to two 1/10.
@pytest.mark.parametrize("name, bound", [("and", 1 / 3), ("or", 1 / 4), ("multiply", 1 / 10)])
def test_bound_is_met(name, bound):
    """Waves that provoke: all are right up to the bound, and not a hundredth above it."""
    target = multiplier() if name == "multiply" else block_target(name)
    assert circuit_leak_bound(target.graph, "soft") == pytest.approx(bound)
    for leak in (0.0, bound / 2, bound - 0.001):
        assert provoked(target, leak)["exact_rate"] == 1
    assert provoked(target, bound + 0.01)["exact_rate"] < 0.99
    assert provoked(target, 1.0, waves=1 << 4)["exact_rate"] < 0.9


def test_bound_is_found_by_bisection():
    cell = Cell(
        target=block_target("or"),
        physics=Physics(style="spiking"),
        order="provoking",
        precision=1e-9,
        max_trials=1 << 16,
    )
    found = find_tolerance(cell, "leak", exact_rate=0.99999, resolution=0.002)
    assert (found["largest"], found["too_large"]) == (0.25, 0.252)


def test_random_waves_prove_less():
    """Just above the bound, provoking waves are wrong many times as often as random ones."""
    target = multiplier()
    physics = Physics(style="spiking", leak=0.1005)
    random = run_cell(Cell(target=target, physics=physics, max_trials=1))
    assert 1 - provoked(target, 0.1005)["exact_rate"] > 5 * (1 - random["exact_rate"])


def test_waves_charge_and_probe():
    graph = single_neuron((2, 2, -1), 3)
    waves = provoking_waves(graph, "soft", (16, 32), np.random.default_rng(1))
    total = np.array([2, 2, -1]) @ (waves["a"] >> np.arange(3)[:, None] & 1)
    total = total.reshape(2, 8, 32)
    # Four leaves 1.5 on the membrane; then two, which must not fire, is closest to firing.
    assert leak_bound((2, 2, -1), 3) == Fraction(1, 5)
    assert (total[:, :-1] == 2).all()  # without a spike, two charges more than four does
    assert (total[:, -1] == 2).all()


def test_interval_counts_streams():
    """Waves of one stream have their residue in common: the interval is wider than for trials."""
    target = block_target("or")
    residue = run_cell(
        Cell(target=target, physics=Physics(style="spiking", leak=1.0), max_trials=1)
    )
    assert residue["trials"] == 65536
    half = (residue["ci_high"] - residue["ci_low"]) / 2
    share = residue["exact_rate"]
    independent = 1.96 * np.sqrt(share * (1 - share) / 65536)
    assert half > 0.95 * independent
    exact = provoked(target, 0.1)
    # All streams are right: they count as one trial each.
    assert exact["ci_low"] == pytest.approx(1 - 3.84 / (1024 + 3.84), abs=1e-4)


def test_sample():
    graph = multiplier().graph
    codes = operand_sample(graph)
    assert len(set(zip(codes["a"].tolist(), codes["b"].tolist(), strict=True))) == 65536


def test_wrong():
    target = block_target("and")
    with pytest.raises(
        ValueError,
        match=r"^Order of operands must be one of random, provoking, "
        r"not 'x'$",
    ):
        Cell(target=target, order="x")
    with pytest.raises(ValueError, match=r"^Order of operands must be random in the spatial style"):
        Cell(target=target, order="provoking")
    with pytest.raises(ValueError, match=r"^Waves must be 2 or more for a provoking order, not 1$"):
        provoked(target, 0.5, waves=1)
    relay = replace(target, graph=single_neuron((1,), 1))
    with pytest.raises(
        ValueError,
        match=r"^Order of operands must be random for one_neuron, which "
        r"stands any leak below 1, ",
    ):
        provoking_waves(relay.graph, "hard", (8, 8), np.random.default_rng(0))
