# SPDX-License-Identifier: Apache-2.0
"""Adders in a scope of their own, on every operand."""

import numpy as np
import pytest

from spikefloat.rtl_gen.neurons.builder import ZERO, Word
from spikefloat.rtl_gen.neurons.carry_chain import CARRY_CHAIN, carry_chain
from spikefloat.rtl_gen.neurons.gates import GateLibrary, make_gates
from tests.helpers.graphs import LIBRARIES_AND_BUDGETS, all_codes, make_graph, run


@pytest.mark.parametrize("library, budget", LIBRARIES_AND_BUDGETS)
@pytest.mark.parametrize("wide, narrow", [(1, 1), (4, 0), (4, 3), (5, 5)])
def test_every_sum(library: str, budget: str, wide: int, narrow: int) -> None:
    widths = [wide, max(narrow, 1), 1]

    def function(gates: GateLibrary, a: Word, b: Word, c: Word) -> Word:
        return carry_chain(gates, a, b[:narrow], c[0])

    a, b, c = all_codes(*widths)
    np.testing.assert_array_equal(
        run(function, (a, b, c), widths, library, budget), a + c + (b if narrow else 0)
    )
    graph = make_graph(function, widths, library, budget)
    assert {graph.scopes[neuron.scope].path for neuron in graph.neurons} == {(CARRY_CHAIN,)}


def test_second_summand_is_not_longer() -> None:
    with pytest.raises(ValueError, match=r"^Second summand must have at most 2 bits, not 3$"):
        carry_chain(make_gates("sum"), (ZERO,) * 2, (ZERO,) * 3)
