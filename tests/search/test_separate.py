# SPDX-License-Identifier: Apache-2.0
"""Weights by linear programming."""

import itertools

import numpy as np
import pytest

from spikefloat.search.separate import separate

PATTERNS = np.array(list(itertools.product((0, 1), repeat=4)), np.uint8)


@pytest.mark.parametrize(
    "weights, threshold",
    [((1, 1, 1, 1), 2), ((3, 2, 2, 1), 4), ((2, -1, 1, -2), 1), ((5, 3, -2, 1), 3)],
)
def test_threshold_functions_are_found(weights: tuple[int, ...], threshold: int) -> None:
    wanted = PATTERNS @ np.array(weights) >= threshold
    found = separate(PATTERNS, wanted)
    assert found is not None
    np.testing.assert_array_equal(PATTERNS @ found[0] >= found[1], wanted)


def test_parity_is_none() -> None:
    assert separate(PATTERNS, PATTERNS.sum(axis=1) % 2 == 1) is None
