# SPDX-License-Identifier: Apache-2.0
"""Conversion to blocks and back: the golden model against fractions and ml_dtypes."""

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BLOCK_FORMATS, FORMATS, ScalePolicy
from spikefloat.sim.cases.blocks import block_dot_cases, float_cases
from spikefloat.sim.golden.vectors.conversion import block_dequantize, block_quantize
from tests.helpers.blocks import dequantize, quantize

FLOOR, CEIL, NEAREST_EVEN = ScalePolicy.FLOOR, ScalePolicy.CEIL, ScalePolicy.NEAREST_EVEN
WAYS = [
    (name, policy)
    for name, block in BLOCK_FORMATS.items()
    for policy in (ScalePolicy if block.shares_exponent else [FLOOR])
]


@pytest.mark.parametrize("name, policy", WAYS)
@pytest.mark.parametrize("source", ["binary32", "bfloat16", "binary16"])
def test_quantize_against_fractions(name: str, policy: ScalePolicy, source: str) -> None:
    block, fmt = BLOCK_FORMATS[name], FORMATS[source]
    codes = float_cases(block, 1, 4, fmt, 150, seed=1)[-400::3, 0]
    elements, scales = block_quantize(block, fmt, codes, policy)
    expected = [quantize(name, row, fmt, policy.value) for row in codes.tolist()]
    np.testing.assert_array_equal(scales, [scale for _, scale in expected])
    np.testing.assert_array_equal(elements, [own for own, _ in expected])
    assert len(np.unique(scales)) > 15


@pytest.mark.parametrize("name", BLOCK_FORMATS)
@pytest.mark.parametrize("to", ["binary32", "bfloat16", "binary16"])
def test_dequantize_against_fractions(name: str, to: str) -> None:
    block, fmt = BLOCK_FORMATS[name], FORMATS[to]
    cases = block_dot_cases(block, 1, 4, fmt, 120, seed=2)
    elements, scales = cases["a"][:, 0], cases["a_scale"][:, 0]
    actual = block_dequantize(block, elements, scales, fmt)
    rows = zip(elements.tolist(), scales.tolist(), strict=True)
    np.testing.assert_array_equal(actual, [dequantize(name, *row, fmt) for row in rows])


@pytest.mark.parametrize(
    "name, value, policy, scale, element",
    [
        # A maximum just below a power of two: 2 less one unit of binary32. Elements would be up to
        # 511.99, and are clamped to 448, unless the scale is the next one.
        ("mxfp8_e4m3", 0x3FFFFFFF, FLOOR, 127 - 8, 0x7E),
        ("mxfp8_e4m3", 0x3FFFFFFF, CEIL, 128 - 8, 0x78),
        ("mxfp8_e4m3", 0x3FFFFFFF, NEAREST_EVEN, 128 - 8, 0x78),
        ("mxfp4", 0x3FFFFFFF, FLOOR, 127 - 2, 0x7),
        ("mxfp4", 0x3FFFFFFF, CEIL, 128 - 2, 0x6),
        ("mxint8", 0x3FFFFFFF, FLOOR, 127, 127),
        ("mxint8", 0xBFFFFFFF, FLOOR, 127, 256 - 127),
        ("mxint8", 0xBFFFFFFF, CEIL, 128, 256 - 64),
        # A power of two itself, which no policy raises.
        ("mxfp8_e4m3", 0x40000000, CEIL, 128 - 8, 0x78),
        ("mxfp4", 0x40000000, NEAREST_EVEN, 128 - 2, 0x6),
        # 1.75 rounds to two bits as a tie, to 2; 1.5 is its own.
        ("mxfp4", 0x3FE00000, NEAREST_EVEN, 128 - 2, 0x6),
        ("mxfp4", 0x3FC00000, NEAREST_EVEN, 127 - 2, 0x7),
        # The ends of E8M0: the largest number keeps a scale that is no NaN; zero has the smallest.
        ("mxint8", 0x7F7FFFFF, CEIL, 254, 127),
        ("mxfp8_e5m2", 0x00000001, FLOOR, 0, 0),
        ("mxfp8_e4m3", 0x80000000, FLOOR, 0, 0x80),
        # NaN and infinity: the scale is NaN, elements are zero.
        ("mxfp8_e5m2", 0x7F800000, FLOOR, 255, 0),
        ("mxfp4", 0xFFC00000, CEIL, 255, 0),
        # 6 divided by the largest element is 1; a maximum above 448 * 6 is clamped.
        ("nvfp4", 0x40C00000, FLOOR, 0x38, 0x7),
        ("nvfp4", 0x4B000000, FLOOR, 0x7E, 0x7),
        ("nvfp4", 0x7FC00000, FLOOR, 0x7F, 0),
    ],
)
def test_values_by_hand(
    name: str, value: int, policy: ScalePolicy, scale: int, element: int
) -> None:
    block = BLOCK_FORMATS[name]
    blocks = block_quantize(block, FORMATS["binary32"], [value, 0], policy)
    assert (blocks.scales, blocks.elements.tolist()) == (scale, [element, 0])


def test_there_and_back() -> None:
    """The largest error of a block of MXFP8 is a quarter of a unit where nothing is clamped."""
    block, fmt = BLOCK_FORMATS["mxfp8_e4m3"], FORMATS["binary32"]
    values = np.linspace(1, 1.75, 64, dtype=np.float32)
    codes = values.view(np.uint32).astype(np.int64)
    blocks = block_quantize(block, fmt, codes)
    back = block_dequantize(block, *blocks, fmt).astype(np.uint32).view(np.float32)
    assert np.abs(back - values).max() <= 2**-4
    assert np.abs(back - values).max() > 2**-6


def test_too_long_a_significand() -> None:
    with pytest.raises(InputError, match=r"^Precision of floats must be at most 24, not 53$"):
        block_quantize(BLOCK_FORMATS["mxfp4"], FORMATS["binary64"], [0])
