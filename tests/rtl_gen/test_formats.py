# SPDX-License-Identifier: Apache-2.0
"""Format records against what ml_dtypes and numpy say of the same types."""

import dataclasses
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS, Overflow, find_format, resolve_overflow
from tests.helpers.oracle import SHARED_FORMATS, all_codes, dtype_of, values_of

BY_NAME = pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.name)
SHARED = pytest.mark.parametrize("fmt", SHARED_FORMATS, ids=lambda fmt: fmt.name)


@SHARED
def test_ranges(fmt):
    info = ml_dtypes.finfo(dtype_of(fmt))
    assert fmt.width == info.bits
    assert fmt.max_value == Fraction(float(info.max))
    assert fmt.min_value == Fraction(float(info.smallest_subnormal))
    assert Fraction(2) ** fmt.min_exponent == Fraction(float(info.smallest_normal))
    assert fmt.precision == info.nmant + 1
    assert 2.0**fmt.max_exponent <= float(info.max) < 2.0 ** (fmt.max_exponent + 1)


@BY_NAME
def test_masks_are_disjoint_and_complete(fmt):
    masks = (fmt.sign_mask, fmt.exponent_mask, fmt.mantissa_mask)
    assert sum(masks) == fmt.sign_mask | fmt.magnitude_mask == 2**fmt.width - 1
    assert fmt.exponent_mask.bit_count() == fmt.exponent_bits
    assert fmt.mantissa_mask.bit_count() == fmt.mantissa_bits


@SHARED
def test_special_codes(fmt):
    if fmt.width > 16:
        codes = np.random.default_rng(10).integers(0, 2**fmt.width, 1000)
        codes = np.concatenate([codes, codes | fmt.exponent_mask])
    else:
        codes = all_codes(fmt)
    values = values_of(fmt, codes)
    is_nan = [fmt.is_nan(code) for code in codes.tolist()]
    assert is_nan == np.isnan(values).tolist()
    assert any(is_nan) == fmt.has_nan
    if fmt.has_nan:
        assert fmt.is_nan(fmt.nan_code)
    else:
        assert fmt.nan_code is None
    assert fmt.has_infinity == (fmt.infinity_code is not None)
    if fmt.has_infinity:
        assert values_of(fmt, np.array(fmt.infinity_code)) == np.inf
        assert fmt.infinity_code == fmt.max_code + 1
    elif fmt.width <= 16:
        assert not np.isinf(values).any()
    largest = values_of(fmt, np.array(fmt.max_code))
    assert Fraction(float(largest)) == fmt.max_value
    assert (abs(values[np.isfinite(values)]) <= largest).all()
    zero = values_of(fmt, np.array(0))
    assert fmt.has_zero == (zero == 0)
    negative_zero = values_of(fmt, np.array(fmt.sign_mask))
    assert fmt.has_negative_zero == bool(negative_zero == 0 and np.signbit(negative_zero))


@pytest.mark.parametrize(
    "fmt, nan_code",
    [
        ("e4m3fn", 0x7F),
        ("e5m2", 0x7E),
        ("e4m3fnuz", 0x80),
        ("e8m0fnu", 0xFF),
        ("e2m1fn", None),
        ("binary16", 0x7E00),
        ("bfloat16", 0x7FC0),
        ("binary32", 0x7FC00000),
        ("tf32", 0x3FE00),
        ("ue4m3", 0x7F),
        ("binary8p3se", 0x80),
        ("binary4p2sf", 0x8),
    ],
)
def test_canonical_nan(fmt, nan_code):
    assert FORMATS[fmt].nan_code == nan_code


@BY_NAME
def test_find_format(fmt):
    for name in (fmt.name, *fmt.aliases):
        assert find_format(name) is fmt
        assert find_format(name.upper()) is fmt


def test_names_are_unique():
    names = [name for fmt in FORMATS.values() for name in (fmt.name, *fmt.aliases)]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() for name in names)


def test_find_format_wrong():
    with pytest.raises(ValueError, match=r"^Format must be one of e4m3fn, .*, not 'e9m9'$"):
        find_format("e9m9")


def test_format_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        FORMATS["e4m3fn"].bias = 8


@BY_NAME
def test_resolve_overflow(fmt):
    assert resolve_overflow(fmt, "saturate") is Overflow.SATURATE
    assert resolve_overflow(fmt, Overflow.SATURATE) is Overflow.SATURATE
    assert resolve_overflow(fmt, None) is (Overflow.NAN if fmt.has_nan else Overflow.SATURATE)
    if fmt.has_nan:
        assert resolve_overflow(fmt, "nan") is Overflow.NAN
    else:
        with pytest.raises(
            ValueError,
            match=(rf"^Overflow must be saturate for {fmt.name}, which has no NaN, not 'nan'$"),
        ):
            resolve_overflow(fmt, "nan")


def test_resolve_overflow_wrong():
    with pytest.raises(
        ValueError, match=r"^Overflow must be one of nan, saturate, saturate-finite, not 'wrap'$"
    ):
        resolve_overflow(FORMATS["e4m3fn"], "wrap")


@pytest.mark.parametrize("change", [{"bias": 8}, {"mantissa_bits": 2}, {"exponent_bits": 5}])
def test_planted_fault_is_found(change):
    with pytest.raises(AssertionError):
        test_ranges(dataclasses.replace(FORMATS["e4m3fn"], **change))
