# SPDX-License-Identifier: Apache-2.0
"""The golden model of blocks against fractions and ml_dtypes."""

from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BLOCK_FORMATS, FORMATS, Rounding
from spikefloat.sim.cases.blocks import block_dot_cases
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.golden.vectors.blocks import block_dot, block_linear, block_sum, unpack_elements
from tests.helpers.blocks import dot_in_turn, dot_of_blocks, element_values

BY_NAME = pytest.mark.parametrize("name", BLOCK_FORMATS)


@BY_NAME
def test_every_element(name: str) -> None:
    block = BLOCK_FORMATS[name]
    numbers = unpack_elements(block, np.arange(1 << block.element.width))
    values = np.ldexp(numbers.significand.astype(float), numbers.exponent)
    values = np.where(numbers.is_infinite, np.inf, values) * np.where(numbers.sign, -1, 1)
    np.testing.assert_array_equal(np.where(numbers.is_nan, np.nan, values), element_values(name))


@BY_NAME
@pytest.mark.parametrize("to, blocks", [("binary32", 1), ("bfloat16", 2), ("binary16", 3)])
def test_dot_against_fractions(name: str, to: str, blocks: int) -> None:
    block = BLOCK_FORMATS[name]
    cases = block_dot_cases(block, blocks, 6, FORMATS[to], 400, seed=3)
    actual = block_dot(block, *cases.values(), FORMATS[to])
    expected = [dot_of_blocks(name, *row, FORMATS[to]) for row in zip(*cases.values(), strict=True)]
    np.testing.assert_array_equal(actual, expected)
    assert len(np.unique(actual)) > 130


@pytest.mark.parametrize("name", [name for name in BLOCK_FORMATS if name != "mxfp8_e5m2"])
def test_sums_against_fractions(name: str) -> None:
    block = BLOCK_FORMATS[name]
    cases = block_dot_cases(block, 1, 6, FORMATS["binary32"], 400, seed=9)
    values = [None if np.isnan(value) else Fraction(value) for value in element_values(name)]
    smallest = min(abs(value) for value in values if value)
    sums, is_nan = block_sum(block, cases["a"][:, 0], cases["b"][:, 0])
    for a, b, total, flag in zip(cases["a"], cases["b"], sums, is_nan, strict=True):
        pairs = [(values[x], values[y]) for x, y in zip(a[0], b[0], strict=True)]
        is_number = all(None not in pair for pair in pairs)
        assert flag == (not is_number)
        exact = sum(x * y for x, y in pairs) if is_number else 0
        assert int(total) * smallest**2 == exact
    assert len(np.unique(sums)) > 130


@BY_NAME
@pytest.mark.parametrize("mode", [Rounding.DOWN, Rounding.UP])
def test_other_roundings_against_fractions(name: str, mode: Rounding) -> None:
    block, to = BLOCK_FORMATS[name], FORMATS["bfloat16"]
    cases = block_dot_cases(block, 2, 2, to, 200, seed=7)
    actual = block_dot(block, *cases.values(), to, rounder=Rounder(mode))
    rows = zip(*cases.values(), strict=True)
    expected = [dot_of_blocks(name, *row, to, mode=mode.value) for row in rows]
    np.testing.assert_array_equal(actual, expected)
    assert (actual != block_dot(block, *cases.values(), to)).any()


def test_whole_blocks_against_fractions() -> None:
    block = BLOCK_FORMATS["mxfp8_e5m2"]
    cases = block_dot_cases(block, 4, block.size, FORMATS["binary32"], 100, seed=4)
    actual = block_dot(block, *cases.values(), FORMATS["binary32"])
    rows = zip(*cases.values(), strict=True)
    np.testing.assert_array_equal(
        actual, [dot_of_blocks(block.name, *row, FORMATS["binary32"]) for row in rows]
    )


@BY_NAME
def test_blocks_added_in_turn(name: str) -> None:
    """Each block exact and rounded to binary32 by fractions, sums of binary32 by numpy."""
    block, to = BLOCK_FORMATS[name], FORMATS["binary32"]
    cases = block_dot_cases(block, 3, 4, to, 400, seed=6)
    actual = block_dot(block, *cases.values(), to, wide=to)
    expected = [dot_in_turn(name, *row) for row in zip(*cases.values(), strict=True)]
    np.testing.assert_array_equal(actual, expected)
    assert (actual != block_dot(block, *cases.values(), to)).any()


@BY_NAME
def test_layer_against_fractions(name: str) -> None:
    """Biases of all sizes, zeros of both signs among them; with ReLU, the same where positive."""
    block, to = BLOCK_FORMATS[name], FORMATS["bfloat16"]
    x, w, x_scale, w_scale = block_dot_cases(block, 2, 4, to, 120, seed=7).values()
    bias = np.array([0.0, -0.0, 1.5, -(2.0**-140), -3e38, 1e-20] * 2, np.float32)
    chosen = np.linspace(0, len(w) - 1, len(bias)).astype(int)
    weights = w[chosen], w_scale[chosen]
    own = bias.view(np.uint32).astype(np.int64)
    actual = block_linear(block, x, x_scale, *weights, own, to)
    assert actual.shape == (len(x), len(bias))
    expected = [
        [
            dot_of_blocks(name, row, w[i], scale, w_scale[i], to, float(addend))
            for i, addend in zip(chosen, bias, strict=True)
        ]
        for row, scale in zip(x, x_scale, strict=True)
    ]
    np.testing.assert_array_equal(actual, expected)
    kept = block_linear(block, x, x_scale, *weights, own, to, relu=True)
    is_nan = (actual & 0x7FFF) > 0x7F80
    np.testing.assert_array_equal(kept, np.where((actual > 0x7FFF) & ~is_nan, 0, actual))
    plain = block_linear(block, x, x_scale, *weights, None, to, wide=FORMATS["binary32"])
    for number, i in enumerate(chosen):
        same = [np.broadcast_to(part[i], part.shape) for part in (w, w_scale)]
        right = block_dot(block, x, same[0], x_scale, same[1], to, wide=FORMATS["binary32"])
        np.testing.assert_array_equal(plain[:, number], right)


def test_a_wrong_scale_is_seen() -> None:
    """The oracle tells apart results with another scale, and with one product more."""
    block, to = BLOCK_FORMATS["mxfp4"], FORMATS["binary32"]
    one = np.full((1, 1, 32), 2)
    scale = np.full((1, 1), 127)
    right = dot_of_blocks("mxfp4", one[0], one[0], scale[0], scale[0], to)
    assert block_dot(block, one, one, scale, scale, to)[0] == right == 0x42000000
    assert block_dot(block, one, one, scale + 1, scale, to)[0] != right
    more = np.where(np.arange(32) == 31, 3, one)
    assert block_dot(block, one, more, scale, scale, to)[0] != right


@pytest.mark.parametrize(
    "elements, scales",
    [((3, 2, 32), (3, 1)), ((32,), ()), ((3, 0, 32), (3, 0)), ((3, 1, 0), (3, 1))],
)
def test_shapes_that_do_not_fit(elements: tuple[int, ...], scales: tuple[int, ...]) -> None:
    a, scale = np.zeros(elements, int), np.zeros(scales, int)
    with pytest.raises(InputError, match=r"^Elements must have one axis more than scales, not "):
        block_dot(BLOCK_FORMATS["mxfp4"], a, a, scale, scale, FORMATS["binary32"])


def test_a_code_with_too_many_bits() -> None:
    a, scale = np.full((1, 1, 2), 64), np.zeros((1, 1), int)
    with pytest.raises(InputError, match=r"^Code of e3m2fn must be from 0 to 0x3f, not 64$"):
        block_dot(BLOCK_FORMATS["mxfp6_e3m2"], a, a, scale, scale, FORMATS["binary32"])
