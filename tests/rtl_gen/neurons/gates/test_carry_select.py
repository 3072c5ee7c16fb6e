# SPDX-License-Identifier: Apache-2.0
"""The adder that selects between sums with and without a carry."""

import numpy as np
import pytest

from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.rtl_gen.neurons.gates.carry_select import add_selecting
from tests.helpers.graphs import LIBRARIES_AND_BUDGETS, all_codes, run


@pytest.mark.parametrize("library, budget", LIBRARIES_AND_BUDGETS)
def test_every_pair_of_seven_bits(library: str, budget: str) -> None:
    a, b = all_codes(7, 7)
    np.testing.assert_array_equal(run(add_selecting, [a, b], (7, 7), library, budget), a + b & 127)


@pytest.mark.parametrize("width", [1, 6, 12, 19, 42])
def test_widths(width: int) -> None:
    """Random words, and carries through all groups."""
    a, b = np.random.default_rng(width).integers(0, 1 << width, (2, 2000))
    a[:3], b[:3] = (1 << width) - 1, (0, 1, (1 << width) - 1)
    np.testing.assert_array_equal(
        run(add_selecting, [a, b], (width, width)), a + b & (1 << width) - 1
    )


def test_words_of_two_widths() -> None:
    gates = make_gates("sum")
    a, b = gates.builder.input("a", 3), gates.builder.input("b", 4)
    with pytest.raises(ValueError, match=r"^Words must have the same width, not 3 and 4$"):
        add_selecting(gates, a, b)
