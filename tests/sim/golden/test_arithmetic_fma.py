# SPDX-License-Identifier: Apache-2.0
"""Fused multiply-add of the golden model: one rounding, so no float type is a direct oracle.

For operands of up to 8 bits a ``float64`` holds every exact result: the product has at most 8
bits, and the 48 that the widest sum spans (E5M2) leave room. What is left is to find the nearest
code, by search. Wider operands go through exact fractions.
"""

from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden import arithmetic as golden
from tests.helpers.oracle import (
    ARITHMETIC_FORMATS,
    FAULTY_ROUNDINGS,
    NARROW_FORMATS,
    all_codes,
    assert_same_codes,
    every_pair,
    nearest_code,
    nearest_codes,
    plant_rounding,
    values_of,
)

NARROW = [fmt for fmt in ARITHMETIC_FORMATS if fmt in NARROW_FORMATS]


def check_fma(fmt, a, b, c):
    a, b, c = (codes.ravel() for codes in np.broadcast_arrays(a, b, c))
    x, y, z = (values_of(fmt, codes) for codes in (a, b, c))
    with np.errstate(invalid="ignore"):
        exact = x * y + z
    assert_same_codes(fmt, (a, b, c), golden.fma(fmt, a, b, c), nearest_codes(fmt, exact))
    return a.size


@pytest.mark.parametrize("fmt, count", [("e2m1fn", 2**12), ("e2m3fn", 2**18), ("e3m2fn", 2**18)])
def test_every_triple(fmt, count):
    fmt = FORMATS[fmt]
    a, b = every_pair(fmt)
    assert check_fma(fmt, a, b, all_codes(fmt)[:, None]) == count


@pytest.mark.parametrize("fmt", [f for f in NARROW if f.width == 8], ids=lambda fmt: fmt.name)
def test_every_product_with_some_addends(fmt):
    """All pairs with zeros, ends of the range, special values and one code drawn for each pair."""
    a, b = every_pair(fmt)
    c = np.array([0, 1, fmt.max_code, fmt.max_code | fmt.sign_mask, fmt.max_code + 1, 0x80, 0x81])
    assert check_fma(fmt, a, b, c[:, None]) == 7 * 2**16
    assert check_fma(fmt, a, b, np.random.default_rng(50).integers(0, 256, a.size)) == 2**16


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
def test_every_triple_of_8_bits(fmt):
    fmt = FORMATS[fmt]
    a, b = every_pair(fmt)
    assert sum(check_fma(fmt, a, b, c) for c in range(256)) == 2**24


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e4m3b11fnuz"])
def test_saturate(fmt):
    fmt = FORMATS[fmt]
    a, b = every_pair(fmt)
    x, y, z = values_of(fmt, a), values_of(fmt, b), float(fmt.max_value)
    default = golden.fma(fmt, a, b, fmt.max_code)
    with np.errstate(invalid="ignore"):
        exact = x * y + z
    lost = np.isfinite(exact) & ~np.isfinite(values_of(fmt, default))
    assert lost.sum() > 5_000
    expected = np.where(lost, fmt.max_code | np.where(exact < 0, fmt.sign_mask, 0), default)
    assert_same_codes(fmt, (a, b), golden.fma(fmt, a, b, fmt.max_code, "saturate"), expected)


@pytest.mark.parametrize("fmt", ["binary16", "bfloat16", "binary32"])
def test_wide_against_fractions(fmt):
    """Random operands, then addends close to the product, which cancel all but its last bits."""
    fmt = FORMATS[fmt]
    rng = np.random.default_rng(51)
    size = 500
    sign = rng.integers(0, 2, (3, size)) * fmt.sign_mask
    a, b, c = rng.integers(0, fmt.max_code, (3, size)) | sign
    product = golden.multiply(fmt, a, b, "saturate")
    near = np.clip((product & fmt.magnitude_mask) + rng.integers(-2, 3, size), 0, fmt.max_code)
    c = np.concatenate([c, near | product & fmt.sign_mask, near | ~product & fmt.sign_mask])
    a, b = np.tile(a, 3), np.tile(b, 3)
    exact = [
        Fraction(x) * Fraction(y) + Fraction(z)
        for x, y, z in zip(*(values_of(fmt, codes).tolist() for codes in (a, b, c)), strict=True)
    ]
    assert sum(value != 0 for value in exact) > 2.9 * size
    expected = np.array([nearest_code(fmt, value) if value else 0 for value in exact])
    assert_same_codes(fmt, (a, b, c), golden.fma(fmt, a, b, c), expected)


@pytest.mark.parametrize(
    "a, b, c, result",
    [
        ("-0", "1", "-0", "-0"),
        ("0", "1", "-0", "0"),
        ("1", "1", "-1", "0"),
        ("inf", "1", "-inf", "nan"),
        ("inf", "0", "1", "nan"),
        ("inf", "0", "nan", "nan"),
        ("inf", "-1", "1", "-inf"),
        ("2", "2", "inf", "inf"),
    ],
)
@pytest.mark.parametrize("fmt", ["e5m2", "binary16", "bfloat16", "binary32"])
def test_special_values(fmt, a, b, c, result):
    fmt = FORMATS[fmt]
    codes = (golden.encode(fmt, float(text)) for text in (a, b, c))
    assert golden.fma(fmt, *codes) == golden.encode(fmt, float(result))


@pytest.mark.parametrize("fault", FAULTY_ROUNDINGS)
def test_planted_fault_is_found(monkeypatch, fault):
    plant_rounding(monkeypatch, fault)
    with pytest.raises(
        AssertionError,
        match=(
            r"^[1-9]\d* of 262144 results differ:\n  e2m3fn( 0x[0-9a-f]{2} \(\S+\),?){3}:"
            r" got 0x[0-9a-f]{2} \(\S+\), expected 0x[0-9a-f]{2} \(\S+\)\n"
        ),
    ):
        test_every_triple("e2m3fn", 2**18)


def test_planted_double_rounding_is_found(monkeypatch):
    """A fused multiply-add that rounds its product first is not one."""
    monkeypatch.setattr(
        golden, "fma", lambda fmt, a, b, c: golden.add(fmt, golden.multiply(fmt, a, b), c)
    )
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of 4096 results differ:\n  e2m1fn 0x"):
        test_every_triple("e2m1fn", 2**12)
