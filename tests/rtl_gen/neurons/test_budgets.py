# SPDX-License-Identifier: Apache-2.0
"""Limits of a neuron."""

import pytest

from spikefloat.rtl_gen.neurons.budgets import BUDGETS, CHIPS, find_budget


@pytest.mark.parametrize(
    "name, weights, allowed",
    [
        ("w1", (1, -1), True),
        ("w1", (2,), False),
        ("w1", (1, 1, 1), False),
        ("w2", (2, 1, -2, 1), True),
        ("w2", (3,), False),
        ("w2", (1,) * 5, False),
        ("w8", (8,) * 8, True),
        ("w8", (-9,), False),
        ("w8", (1,) * 9, False),
        ("free", (10**6,) * 50, True),
        ("loihi", (255, *[-255] * 4095), True),
        ("loihi", (256,), False),
        ("loihi", (1,) * 4097, False),
        ("spinnaker", (32767,) * 5000, True),
        ("spinnaker", (-32768,), False),
    ],
)
def test_limits(name: str, weights: tuple[int, ...], allowed: bool) -> None:
    assert find_budget(name).allows(weights) is allowed


def test_is_within() -> None:
    names = list(BUDGETS)
    for i, inner in enumerate(names):
        for j, outer in enumerate(names):
            assert BUDGETS[inner].is_within(BUDGETS[outer]) is (i <= j)
        assert all(BUDGETS[inner].is_within(chip) is (inner != "free") for chip in CHIPS.values())


def test_text() -> None:
    assert str(BUDGETS["w8"]) == "w8 (|weight| <= 8, fan-in <= 8)"
    assert str(BUDGETS["free"]) == "free (no limit)"
    assert str(CHIPS["spinnaker"]) == "spinnaker (|weight| <= 32767)"


def test_chips_have_sources() -> None:
    assert all(chip.source for chip in CHIPS.values())
    assert not any(budget.source for budget in BUDGETS.values())


def test_unknown() -> None:
    words = "w1, w2, w8, free, loihi, spinnaker"
    with pytest.raises(ValueError, match=rf"^Budget must be one of {words}, not 'w3'$"):
        find_budget("w3")
