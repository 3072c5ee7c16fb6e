# SPDX-License-Identifier: Apache-2.0
"""Reduction of threshold functions: the function never changes, and known forms become simple."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikefloat.rtl_gen.neurons.threshold import reachable_sums, reduce_threshold

WEIGHTS = st.lists(st.integers(-9, 9).filter(bool), max_size=7).map(tuple)


def fires(weights: tuple[int, ...], threshold: int) -> list[bool]:
    """Return the truth table, by the definition."""
    return [
        sum(w for w, spike in zip(weights, spikes, strict=True) if spike) >= threshold
        for spikes in itertools.product((0, 1), repeat=len(weights))
    ]


@given(weights=WEIGHTS, threshold=st.integers(-30, 30))
def test_function_is_kept(weights: tuple[int, ...], threshold: int) -> None:
    reduced = reduce_threshold(weights, threshold)
    if isinstance(reduced, bool):
        assert set(fires(weights, threshold)) == {reduced}
    else:
        assert fires(*reduced) == fires(weights, threshold)
        assert all(abs(new) <= abs(old) for new, old in zip(reduced[0], weights, strict=True))
        # Nothing is left to reduce.
        left = tuple(weight for weight in reduced[0] if weight)
        assert reduce_threshold(left, reduced[1]) == (left, reduced[1])


@pytest.mark.parametrize(
    "weights, threshold, expected",
    [
        ((3, 1), 1, ((1, 1), 1)),  # OR
        ((4, 2, 1, 1), 8, ((1, 1, 1, 1), 4)),  # AND
        ((2, 1), 2, ((1, 0), 1)),  # a copy
        ((-3,), -1, ((-1,), 0)),  # NOT
        ((2, 2, -4), 1, ((1, 1, -2), 1)),  # XOR of the sum and twice the carry
        ((1, 1), 3, False),
        ((1, -1), -1, True),
        ((), 0, True),
        ((), 1, False),
    ],
)
def test_known_forms(weights: tuple[int, ...], threshold: int, expected: object) -> None:
    assert reduce_threshold(weights, threshold) == expected


def test_reachable_sums() -> None:
    assert reachable_sums((1, 1, -2)) == {-2, -1, 0, 1, 2}
    assert reachable_sums(()) == {0}
