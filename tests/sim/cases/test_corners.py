# SPDX-License-Identifier: Apache-2.0
"""The directed and random operands meet what they are there for."""

from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.cases.corners import (
    corner_codes,
    directed_pairs,
    random_codes,
    random_pairs,
    random_triples,
)
from spikefloat.sim.golden import arithmetic as golden
from tests.helpers.oracle import ARITHMETIC_FORMATS, values_of

WIDE_FORMATS = [FORMATS[name] for name in ("binary16", "bfloat16", "binary32")]


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.name)
def test_corner_codes_are_codes_of_the_format(fmt):
    codes = corner_codes(fmt)
    assert codes.tolist() == sorted(set(codes.tolist()))
    codes = np.sort(codes.astype(np.uint64))  # those of 64 bits have been in two's complement
    assert codes[0] == 0
    assert codes[-1] == 2**fmt.width - 1
    assert {fmt.max_code, fmt.max_code - 1, fmt.max_code | fmt.sign_mask} <= {*codes}
    assert fmt.nan_code is None or fmt.nan_code in codes


@pytest.mark.parametrize("fmt", WIDE_FORMATS, ids=lambda fmt: fmt.name)
def test_corner_codes_of_wide_formats(fmt):
    codes = {*corner_codes(fmt).tolist()}
    step, one = 1 << fmt.mantissa_bits, fmt.bias << fmt.mantissa_bits
    assert {0, 1, 2, step - 1, step, step + 1} <= codes  # both ends of the subnormals
    assert {one - 1, one, one + 1, one + step, one + fmt.precision * step} <= codes
    # Infinity, and NaNs: quiet and signalling, smallest and largest, of both signs.
    top = fmt.exponent_mask
    assert {top, top + 1, top | step >> 1, (top | step >> 1) - 1, fmt.magnitude_mask} <= codes
    assert {code ^ fmt.sign_mask for code in codes} == codes
    assert 120 < len(codes) < 160


def is_tie(fmt, exact):
    """Tell whether a positive value lies halfway between zero or a code and the next code."""
    below, above = 0, fmt.max_code
    if exact > fmt.max_value:
        return exact == fmt.max_value + (fmt.max_value - golden.value(fmt, fmt.max_code - 1)) / 2
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (middle, above) if golden.value(fmt, middle) <= exact else (below, middle)
    return 2 * exact == golden.value(fmt, below) + golden.value(fmt, above)


@pytest.mark.parametrize("fmt", WIDE_FORMATS, ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("operation, expected", [("add", 20), ("multiply", 10)])
def test_directed_pairs_meet_ties(fmt, operation, expected):
    """Also the tie above the largest finite value and, for products, that below the smallest."""
    a, b = directed_pairs(fmt)
    x, y = values_of(fmt, a), values_of(fmt, b)
    chosen = np.flatnonzero((x >= y) & (y > 0) & (x < np.inf))
    exact = [
        Fraction(x[i]) + Fraction(y[i]) if operation == "add" else Fraction(x[i]) * Fraction(y[i])
        for i in chosen
    ]
    assert sum(is_tie(fmt, value) for value in exact[::6]) > expected
    limit = fmt.max_value + (fmt.max_value - golden.value(fmt, fmt.max_code - 1)) / 2
    assert any(limit * Fraction(31, 32) < value < limit for value in exact)
    assert any(limit < value < limit * Fraction(33, 32) for value in exact)
    if operation == "multiply":
        half = fmt.min_value / 2
        assert half in exact
        assert any(half * Fraction(31, 32) < value < half for value in exact)
        assert any(half < value < half * Fraction(33, 32) for value in exact)


@pytest.mark.parametrize("fmt", ARITHMETIC_FORMATS, ids=lambda fmt: fmt.name)
def test_directed_pairs(fmt):
    a, b = directed_pairs(fmt)
    assert a.shape == b.shape
    assert len(np.unique(a << 32 | b)) == a.size
    assert max(a.max(), b.max()) == 2**fmt.width - 1
    corners = corner_codes(fmt)
    assert a.size >= len(corners) ** 2
    if fmt in WIDE_FORMATS:
        assert 20_000 < a.size < 40_000


@pytest.mark.parametrize("fmt", WIDE_FORMATS, ids=lambda fmt: fmt.name)
def test_random_pairs(fmt):
    a, b = random_pairs(fmt, 30_000, 7)
    assert a.shape == b.shape == (30_000,)
    again = random_pairs(fmt, 30_000, 7)
    assert (a == again[0]).all()
    assert (b == again[1]).all()
    assert (a != random_pairs(fmt, 30_000, 8)[0]).any()
    # Not only overflows, zeros and copies of an operand.
    total = golden.add(fmt, a, b) & fmt.magnitude_mask
    both = (total != a & fmt.magnitude_mask) & (total != b & fmt.magnitude_mask)
    assert np.mean(both & (total < fmt.max_code)) > 0.2
    product = golden.multiply(fmt, a, b) & fmt.magnitude_mask
    assert np.mean((product > 0) & (product < 1 << fmt.mantissa_bits)) > 0.04
    assert np.mean((product > fmt.max_code >> 1) & (product <= fmt.max_code)) > 0.2


def test_random_codes():
    codes = random_codes(FORMATS["e4m3fn"], 10_000, 1)
    assert np.unique(codes).size == 256
    assert (codes == random_codes(FORMATS["e4m3fn"], 10_000, 1)).all()
    assert random_pairs(FORMATS["e4m3fn"], 0, 1)[0].size == 0


@pytest.mark.parametrize("fmt", ARITHMETIC_FORMATS, ids=lambda fmt: fmt.name)
def test_random_triples(fmt):
    triples = random_triples(fmt, 30_000, 9)
    for codes, again in zip(triples, random_triples(fmt, 30_000, 9), strict=True):
        assert codes.shape == (30_000,)
        assert 0 <= codes.min() <= codes.max() < 2**fmt.width
        assert (codes == again).all()
    a, b, c = triples
    rounded = golden.multiply(fmt, a, b, "saturate")
    total = golden.fma(fmt, a, b, c, "saturate")
    # Enough of both operands in the result, and of cancellation.
    assert np.mean((total != rounded) & (total != c)) > 0.2
    magnitudes = [codes & fmt.magnitude_mask for codes in (total, rounded, c)]
    cancels = magnitudes[0] + fmt.precision // 2 * 2**fmt.mantissa_bits < np.minimum(
        *magnitudes[1:]
    )
    assert np.mean(cancels) > 0.04
