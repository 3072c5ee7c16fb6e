# SPDX-License-Identifier: Apache-2.0
"""Adding many words at once."""

import numpy as np
import pytest

from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from tests.helpers.graphs import LIBRARIES_AND_BUDGETS, all_codes, make_graph, run


def add_all(gates: GateLibrary, *words: Word) -> Word:
    columns = Columns(6)
    for position, word in enumerate(words):
        columns.add(word, position)
    columns.add_constant(-3)
    columns.add((ONE, ZERO, ONE), 1)
    return columns.total(gates)


@pytest.mark.parametrize("library, budget", LIBRARIES_AND_BUDGETS)
def test_every_operand(library: str, budget: str) -> None:
    operands = all_codes(3, 3, 3, 2)
    assert operands[0].size == 2**11
    wanted = (sum(word << i for i, word in enumerate(operands)) - 3 + 10) % 64
    np.testing.assert_array_equal(run(add_all, operands, (3, 3, 3, 2), library, budget), wanted)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 20])
def test_number_of_words(count: int) -> None:
    def total(gates: GateLibrary, *words: Word) -> Word:
        columns = Columns(8)
        for word in words:
            columns.add(word)
        assert columns.height == count
        assert columns.width == 8
        return columns.total(gates)

    operands = np.random.default_rng(1).integers(0, 8, (count, 300))
    np.testing.assert_array_equal(
        run(total, list(operands), [3] * count), operands.sum(axis=0) % 256
    )


@pytest.mark.parametrize("library", ["native", "published"])
@pytest.mark.parametrize("count", [3, 7, 11, 20])
def test_bits_counted_in_sixes(count: int, library: str) -> None:
    """Words of several widths and arrivals, and a constant; no column is left with more than six."""

    def total(gates: GateLibrary, *words: Word) -> Word:
        columns = Columns(8)
        for number, word in enumerate(words):
            columns.add(word, number % 3, arrival=number % 2)
        columns.add_constant(-5)
        columns.count(gates)
        assert columns.height <= 6
        return columns.total(gates)

    operands = list(np.random.default_rng(1).integers(0, 8, (count, 300)))
    wanted = sum(word << number % 3 for number, word in enumerate(operands)) - 5
    np.testing.assert_array_equal(run(total, operands, [3] * count, library), wanted % 256)


def test_depth_grows_with_the_logarithm() -> None:
    def depth(count: int) -> int:
        def total(gates: GateLibrary, *words: Word) -> Word:
            columns = Columns(8)
            for word in words:
                columns.add(word)
            return columns.total(gates)

        return make_graph(total, [4] * count).depth

    depths = [depth(count) for count in (4, 8, 16, 32, 64)]
    assert all(later - earlier <= 8 for earlier, later in zip(depths, depths[1:], strict=False))


def test_adders_are_words_by_their_rank() -> None:
    def total(gates: GateLibrary, *words: Word) -> Word:
        columns = Columns(4)
        for word in words:
            columns.add(word)
        return columns.total(gates)

    names = {neuron.name for neuron in make_graph(total, [2] * 4).neurons}
    # Column 0 leaves a bit that came in and a sum; column 1, with a carry more, only a sum.
    assert names == {
        *("second_row[0]", "carry1[1]", "sum1[1]"),
        *("first_row[1]", "first_row[2]", "second_row[2]"),
        *(f"total_carry[{i}]" for i in range(2)),
        *(f"total[{i}]" for i in range(4)),
    }
