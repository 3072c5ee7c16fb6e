# SPDX-License-Identifier: Apache-2.0
"""Threshold functions: every one of a few inputs is found, and nothing else."""

from itertools import product

import numpy as np
import pytest

from spikefloat.rtl_gen.mapping.functions import drop_input, fit, input_table, recognise
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget

FREE = BUDGETS["free"]


def table_of(weights: tuple[int, ...], threshold: int) -> int:
    """Return the truth table of a neuron by its definition."""
    return sum(
        1 << m
        for m in range(1 << len(weights))
        if sum(w for i, w in enumerate(weights) if m >> i & 1) >= threshold
    )


def test_input_table() -> None:
    for inputs in range(1, 9):
        for index in range(inputs):
            expected = sum(1 << m for m in range(1 << inputs) if m >> index & 1)
            assert input_table(index, inputs) == expected


def test_drop_input() -> None:
    assert drop_input(0b1100, 0, 2) == 0b10
    assert drop_input(0b1010, 1, 2) == 0b10
    assert drop_input(0b1000, 0, 2) is None


@pytest.mark.parametrize("inputs, count", [(1, 4), (2, 14), (3, 104), (4, 1882)])
def test_recognise_all(inputs: int, count: int) -> None:
    """The numbers of threshold functions are known: 4, 14, 104, 1882 (OEIS A000609)."""
    found = 0
    for table in range(1 << (1 << inputs)):
        weighting = recognise(table, inputs, FREE)
        if weighting is not None:
            assert table_of(*weighting) == table
            found += 1
    assert found == count


def test_recognise_within_budget() -> None:
    """Exactly the functions that some neuron of the budget computes are found."""
    for budget in (BUDGETS["w1"], BUDGETS["w2"], Budget("three", 3, 3)):
        tables = set()
        limit = budget.max_weight or 0
        for weights in product(range(-limit, limit + 1), repeat=4):
            if budget.allows(tuple(w for w in weights if w)):
                for threshold in range(-4 * limit, 4 * limit + 2):
                    tables.add(table_of(weights, threshold))
        whole = (1 << 16) - 1
        for table in range(1 << 16):
            assert (fit(table, whole ^ table, 4, budget) is not None) == (table in tables)


def test_recognise_random() -> None:
    chance = np.random.default_rng(1)
    found = 0
    for _ in range(150):
        inputs = int(chance.integers(5, 9))
        weights = tuple(int(w) for w in chance.integers(-5, 6, inputs))
        table = table_of(weights, int(chance.integers(-4, 6)))
        if any(drop_input(table, i, inputs) is not None for i in range(inputs)):
            continue
        weighting = recognise(table, inputs, BUDGETS["w8"])
        assert weighting is not None
        assert table_of(*weighting) == table
        found += 1
    assert found > 50


@pytest.mark.parametrize("inputs", [5, 6, 7])
def test_recognise_refuses(inputs: int) -> None:
    """Parity, and two disjoint pairs, are no threshold functions."""
    parity = sum(1 << m for m in range(1 << inputs) if m.bit_count() & 1)
    pairs = sum(1 << m for m in range(1 << inputs) if m & 3 == 3 or m >> 2 == (1 << inputs - 2) - 1)
    assert recognise(parity, inputs, FREE) is None
    assert recognise(pairs, inputs, FREE) is None


def test_recognise_limits_weights() -> None:
    table = table_of((1, 2, 3, 4, 5), 8)
    assert recognise(table, 5, BUDGETS["w8"]) is not None
    assert recognise(table, 5, Budget("small", 2, 5)) is None
    assert recognise(table, 5, BUDGETS["w2"]) is None


@pytest.mark.parametrize("inputs", [3, 5])
def test_fit_partial(inputs: int) -> None:
    """Parity of patterns that hold at most one spike is an OR."""
    on = sum(1 << (1 << i) for i in range(inputs))
    weighting = fit(on, 1, inputs, BUDGETS["w8"])
    assert weighting is not None
    table = table_of(*weighting)
    assert table & on == on
    assert not table & 1
    assert fit(on, on & -on, inputs, BUDGETS["w8"]) is None


def test_fit_drops_inputs() -> None:
    whole = (1 << 16) - 1
    table = input_table(2, 4)
    assert fit(table, whole ^ table, 4, BUDGETS["w2"]) == ((0, 0, 1, 0), 1)
