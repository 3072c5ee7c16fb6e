# SPDX-License-Identifier: Apache-2.0
"""Signs, comparisons, minimum and maximum of the golden model."""

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden import extremes
from spikefloat.sim.golden.entry import with_canonical_nan
from spikefloat.sim.golden.operations import OPERATIONS
from tests.helpers.oracle import (
    ARITHMETIC_FORMATS,
    NARROW_FORMATS,
    all_codes,
    assert_same_codes,
    canonical,
    codes_of,
    every_pair,
    floats_of,
    values_of,
)

PAIRED_FORMATS = [fmt for fmt in ARITHMETIC_FORMATS if fmt in NARROW_FORMATS]


def operands_of(fmt):
    """Return every code of up to 16 bits, or 100,000 random ones."""
    if fmt.width <= 16:
        return all_codes(fmt)
    return np.random.default_rng(40).integers(0, 2**fmt.width, 100_000)


def pairs_of(fmt):
    """Return every pair of codes of up to 8 bits, or pairs of random codes and special ones."""
    if fmt.width <= 8:
        return every_pair(fmt)
    rng = np.random.default_rng(41)
    special = [0, 1, fmt.max_code, fmt.infinity_code, fmt.nan_code, fmt.nan_code + 1]
    codes = rng.integers(0, 2**fmt.width, 50)
    codes = np.concatenate([codes, codes + 1 & 2**fmt.width - 1, special])
    codes = np.concatenate([codes, codes ^ fmt.sign_mask])
    a, b = np.meshgrid(codes, codes, indexing="ij")
    return a.ravel(), b.ravel()


@pytest.mark.parametrize("fmt", ARITHMETIC_FORMATS, ids=lambda fmt: fmt.name)
def test_negate_and_absolute(fmt):
    a = operands_of(fmt)
    magnitude = a & ~fmt.sign_mask
    if fmt.has_negative_zero:
        negative, positive = a ^ fmt.sign_mask, magnitude
    else:
        negative = np.where(magnitude == 0, a, a ^ fmt.sign_mask)
        positive = np.where(magnitude == 0, a, magnitude)
    for name, expected in (("negate", negative), ("absolute", positive)):
        assert_same_codes(fmt, (a,), getattr(golden, name)(fmt, a), expected)
        entry = with_canonical_nan(name, OPERATIONS[name])
        assert_same_codes(fmt, (a,), entry.function(fmt, a), canonical(fmt, expected))


@pytest.mark.parametrize("fmt", ARITHMETIC_FORMATS, ids=lambda fmt: fmt.name)
def test_payloads_as_in_ml_dtypes(fmt):
    """Its negation and absolute value are of bits, too, and so is numpy's."""
    a = operands_of(fmt)
    for model, function in ((golden.negate, np.negative), (golden.absolute, np.abs)):
        expected = codes_of(function(floats_of(fmt, a))) & (2**fmt.width - 1)
        assert_same_codes(fmt, (a,), model(fmt, a), expected)


@pytest.mark.parametrize("fmt", ARITHMETIC_FORMATS, ids=lambda fmt: fmt.name)
def test_relu(fmt):
    a = operands_of(fmt)
    expected = np.where(values_of(fmt, a) <= 0, 0, canonical(fmt, a))
    assert_same_codes(fmt, (a,), golden.relu(fmt, a), expected)
    assert (expected == 0).sum() > a.size // 3


@pytest.mark.parametrize("fmt", ARITHMETIC_FORMATS, ids=lambda fmt: fmt.name)
def test_comparisons(fmt):
    a, b = pairs_of(fmt)
    assert a.size == (4**fmt.width if fmt.width <= 8 else 212**2)
    x, y = floats_of(fmt, a), floats_of(fmt, b)
    with np.errstate(invalid="ignore"):
        for model, expected in (
            (golden.less, x < y),
            (golden.equal, x == y),
            (golden.unordered, np.isnan(x) | np.isnan(y)),
        ):
            actual = model(fmt, a, b)
            assert actual.dtype == bool
            assert expected.any() or not fmt.has_nan
            assert_same_codes(fmt, (a, b), actual.astype(int), expected.astype(int))


def check_minimum_and_maximum(fmt):
    """Sort each pair with a key for the sign of zero, and let NaN through."""
    a, b = pairs_of(fmt)
    x, y = values_of(fmt, a), values_of(fmt, b)
    key_x, key_y = (list(zip(z.tolist(), (~np.signbit(z)).tolist(), strict=True)) for z in (x, y))
    a_first = np.array([p <= q for p, q in zip(key_x, key_y, strict=True)])
    is_nan = np.isnan(x) | np.isnan(y)
    nan = fmt.nan_code or 0
    expected = np.where(is_nan, nan, np.where(a_first, a, b))
    assert_same_codes(fmt, (a, b), golden.minimum(fmt, a, b), expected)
    expected = np.where(is_nan, nan, np.where(a_first, b, a))
    assert_same_codes(fmt, (a, b), golden.maximum(fmt, a, b), expected)


@pytest.mark.parametrize("fmt", PAIRED_FORMATS, ids=lambda fmt: fmt.name)
def test_minimum_and_maximum_every_pair(fmt):
    check_minimum_and_maximum(fmt)


@pytest.mark.parametrize("fmt", ["binary16", "bfloat16", "binary32"])
def test_minimum_and_maximum_wide(fmt):
    check_minimum_and_maximum(FORMATS[fmt])


def test_zeros_and_nan():
    fmt = FORMATS["e4m3fn"]
    assert golden.equal(fmt, 0x00, 0x80)
    assert not golden.less(fmt, 0x80, 0x00)
    assert golden.minimum(fmt, 0x00, 0x80) == golden.minimum(fmt, 0x80, 0x00) == 0x80
    assert golden.maximum(fmt, 0x00, 0x80) == golden.maximum(fmt, 0x80, 0x00) == 0x00
    assert golden.minimum(fmt, 0xFF, 0x38) == golden.maximum(fmt, 0x38, 0xFF) == 0x7F
    assert golden.negate(fmt, 0xFF) == golden.absolute(fmt, 0xFF) == golden.relu(fmt, 0xFF) == 0x7F
    assert golden.negate(fmt, 0x7F) == 0xFF
    assert golden.negate(FORMATS["e5m2"], 0x7D) == 0xFD  # a signalling NaN, which stays one
    assert golden.absolute(FORMATS["e5m2"], 0xFD) == 0x7D
    assert golden.relu(fmt, 0x80) == 0x00
    assert golden.negate(FORMATS["e4m3fnuz"], 0x00) == 0x00


@pytest.mark.parametrize(
    "function, count",
    [
        (golden.negate, 1),
        (golden.absolute, 1),
        (golden.relu, 1),
        (golden.less, 2),
        (golden.equal, 2),
        (golden.unordered, 2),
        (golden.minimum, 2),
        (golden.maximum, 2),
    ],
)
def test_wrong_format(function, count):
    with pytest.raises(ValueError, match=r"^Format must have a zero and a sign, not 'e8m0fnu'$"):
        function(FORMATS["e8m0fnu"], *[0] * count)


def test_planted_fault_is_found(monkeypatch):
    """A minimum that does not tell the zeros apart is caught at the pair of zeros."""
    monkeypatch.setattr(
        extremes, "_precedes", lambda fmt, a, b, x, y, by_magnitude: golden.less(fmt, a, b)
    )
    with pytest.raises(
        AssertionError,
        match=(
            r"^1 of 65536 results differ:\n"
            r"  e4m3fn 0x80 \(-0\), 0x00 \(0\): got 0x00 \(0\), expected 0x80 \(-0\)$"
        ),
    ):
        check_minimum_and_maximum(FORMATS["e4m3fn"])
