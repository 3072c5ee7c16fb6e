# SPDX-License-Identifier: Apache-2.0
"""Bounds of the leak, against sequences of waves worked out in fractions."""

import random
from fractions import Fraction
from itertools import combinations_with_replacement

import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget
from spikefloat.rtl_gen.neurons.residue import (
    RESETS,
    Provocation,
    budget_leak_bound,
    graph_leak_bound,
    leak_bound,
    membrane_range,
    neuron_bias,
    neuron_level,
    provocation,
    safe_leak,
)
from spikefloat.rtl_gen.neurons.threshold import reachable_sums
from tests.helpers.residue_examples import gate_graph


def step(potential, total, threshold, leak, reset):
    """Return potential and spike after one wave: the definition, once more."""
    level = Fraction(threshold) - Fraction(1, 2)
    bias = 0
    while level <= 0:  # rest must be below
        level, bias = level + 1, bias + 1
    potential = leak * potential + total + bias
    if potential < level:
        return potential, False
    return (potential - level if reset == "soft" else Fraction(0)), True


def neurons_within(budget):
    """Yield every neuron that a budget allows, and that can both fire and stay silent."""
    weights = [w for w in range(-budget.max_weight, budget.max_weight + 1) if w]
    for count in range(1, budget.max_fan_in + 1):
        for chosen in combinations_with_replacement(weights, count):
            sums = reachable_sums(chosen)
            for threshold in range(min(sums) + 1, max(sums) + 1):
                yield chosen, threshold


@pytest.mark.parametrize(
    "weights, threshold, soft, hard",
    [
        ((1, 1), 2, "1/3", "1/3"),  # AND
        ((1, 1), 1, "1/4", "1"),  # OR
        ((-1,), 0, "1/2", "1"),  # NOT
        ((-1, -1), 0, "1/3", "1/3"),  # NOR
        ((-1, -1), -1, "1/4", "1"),  # NAND
        ((1, 1, -2), 1, "1/5", "1/5"),  # second neuron of XOR
        ((1, 1, 1), 2, "1/4", "1/3"),  # carry
        ((1, 1, 1, -2), 1, "1/6", "1/5"),  # sum
        ((2, 2, 2, 2), 1, "1/16", "1"),
        ((2, 2, 2, 2), 7, "1/13", "1/13"),
        ((), 0, "1", "1"),
    ],
)
def test_leak_bound(weights, threshold, soft, hard):
    assert leak_bound(weights, threshold) == Fraction(soft)
    assert leak_bound(weights, threshold, "hard") == Fraction(hard)


@pytest.mark.parametrize("reset", RESETS)
@pytest.mark.parametrize("budget", [BUDGETS["w1"], BUDGETS["w2"]], ids=lambda b: b.name)
def test_budget_bound_is_that_of_its_worst_neuron(budget, reset):
    bounds = [leak_bound(*neuron, reset) for neuron in neurons_within(budget)]
    assert len(bounds) == {"w1": 8, "w2": 336}[budget.name]
    assert min(bounds) == budget_leak_bound(budget, reset)


@pytest.mark.parametrize(
    "budget, soft, hard",
    [
        (BUDGETS["w1"], "1/4", "1/3"),
        (BUDGETS["w2"], "1/16", "1/15"),
        (BUDGETS["w8"], "1/128", "1/127"),
        (BUDGETS["free"], "0", "0"),
        (Budget("wide", 1, None), "0", "0"),
    ],
)
def test_budget_bound(budget, soft, hard):
    assert budget_leak_bound(budget) == Fraction(soft)
    assert budget_leak_bound(budget, "hard") == Fraction(hard)


@pytest.mark.parametrize("reset", RESETS)
def test_bound_is_sharp(reset):
    """At the bound no random waves make a neuron err, and just above it a few waves do."""
    source = random.Random(1)
    provoked = 0
    for weights, threshold in neurons_within(BUDGETS["w2"]):
        sums = sorted(reachable_sums(weights))
        bound = leak_bound(weights, threshold, reset)
        waves = provocation(weights, threshold, reset)
        assert (waves is None) == (bound == 1)
        charge, probe = waves or Provocation(sums[-1], sums[0])
        inside = bound if bound < 1 else Fraction(31, 32)
        low, high = membrane_range(weights, threshold, inside, reset)
        potential = Fraction(0)
        for total in [charge] * 8 + [probe] + source.choices(sums, k=8):
            potential, fires = step(potential, total, threshold, inside, reset)
            assert fires == (total >= threshold)
            assert low <= potential <= high
        if waves is not None:
            potential = Fraction(0)
            outside = bound + Fraction(1, 100)
            for total in [charge] * (6 if bound < 0.5 else 80) + [probe]:
                assert total in sums
                potential, fires = step(potential, total, threshold, outside, reset)
                if fires != (total >= threshold):
                    provoked += 1
                    break
            else:
                pytest.fail(f"no error for {weights}, {threshold}")
    assert provoked > 100


def test_sums_that_are_not_met_do_not_matter():
    # The second neuron of XOR meets 0 and 1 only.
    assert leak_bound((1, 1, -2), 1, sums={0, 1}) == Fraction(1, 2)
    assert leak_bound((1, 1, -2), 1, "hard", sums={0, 1}) == 1
    assert provocation((1, 1, -2), 1, sums={0, 1}) == Provocation(1, 0)


def test_membrane_range():
    assert membrane_range((1, 1), 2, Fraction(1, 4)) == (0, Fraction(4, 3))
    assert membrane_range((1, -2), 1, Fraction(1, 2), "hard") == (-4, 0)


def test_bias_lifts_the_level_above_rest():
    assert [(neuron_bias(t), neuron_level(t)) for t in (2, 1, 0, -1)] == [
        (0, Fraction(3, 2)),
        (0, Fraction(1, 2)),
        (1, Fraction(1, 2)),
        (2, Fraction(1, 2)),
    ]


def test_graph_bound_is_that_of_the_weakest_neuron():
    assert graph_leak_bound(gate_graph("and")) == (2, Fraction(1, 3))
    assert graph_leak_bound(gate_graph("or"), "hard") == (None, 1)
    assert graph_leak_bound(gate_graph("xor")) == (3, Fraction(1, 5))
    met = {2: {0, 1, 2}, 3: {0, 1}}
    assert graph_leak_bound(gate_graph("xor"), sums=met) == (2, Fraction(1, 3))


@pytest.mark.parametrize("objective", ["structure", "neurons", "depth"])
@pytest.mark.parametrize("name", ["multiply", "add"])
def test_circuits_keep_the_bound_of_their_budget(name, objective):
    graph = make_instance(name, objective=objective).graph
    for reset in RESETS:
        assert graph_leak_bound(graph, reset).bound >= budget_leak_bound(BUDGETS["w2"], reset)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: leak_bound((1, 1), 2, "no"), r"^Reset must be soft or hard, not 'no'$"),
        (lambda: budget_leak_bound(BUDGETS["w1"], "no"), r"^Reset must be soft or hard, not 'no'$"),
        (
            lambda: membrane_range((1,), 1, Fraction(1)),
            r"^Leak must be at least 0 and below 1, not 1$",
        ),
        (
            lambda: membrane_range((1,), 1, Fraction(-1, 2)),
            r"^Leak must be at least 0 and below 1, not -1/2$",
        ),
    ],
)
def test_wrong(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    "bound, leak",
    [
        ("1/3", "85/256"),
        ("1/4", "63/256"),
        ("1", "255/256"),
        ("1/500", "1/512"),
        ("1/65536", "0"),
        ("0", "0"),
    ],
)
def test_safe_leak(bound, leak):
    assert safe_leak(Fraction(bound)) == Fraction(leak)
