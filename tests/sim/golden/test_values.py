# SPDX-License-Identifier: Apache-2.0
"""Decoding, encoding and rounding in the golden model, on every code and every boundary."""

from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden import values as golden_values
from tests.helpers.oracle import (
    FAULTY_ROUNDINGS,
    NARROW_FORMATS,
    UP_TO_16_BITS,
    all_codes,
    assert_same_codes,
    canonical,
    codes_of,
    dtype_of,
    nearest_codes,
    plant_rounding,
    values_of,
)

BINARY32 = FORMATS["binary32"]
E8M0 = FORMATS["e8m0fnu"]


def boundaries(fmt):
    """Return every value, midpoint, and both float32 neighbours of each, as float32.

    They go on beyond the largest value, up to infinity, and include NaN; each has both signs.
    """
    grid = np.unique(np.append(values_of(fmt, np.arange(fmt.max_code + 1)), 0.0))
    after_last = 2 * grid[-1] - grid[-2]
    midpoints = (grid + np.append(grid[1:], after_last)) / 2
    exact = np.concatenate([grid, midpoints])
    points = exact.astype(np.float32)
    assert (points == exact).all()
    beyond = np.array([2.0**127, np.finfo(np.float32).max, np.inf, np.nan], dtype=np.float32)
    up, down = (np.nextafter(points, np.float32(end)) for end in (np.inf, -np.inf))
    points = np.concatenate([points, up, down, beyond])
    return np.concatenate([points, -points])


@pytest.mark.parametrize("fmt", UP_TO_16_BITS, ids=lambda fmt: fmt.name)
def test_decode_every_code(fmt):
    codes = all_codes(fmt)
    assert codes.size == 2**fmt.width
    actual, expected = golden.decode(fmt, codes), values_of(fmt, codes)
    np.testing.assert_array_equal(actual, expected)
    known = ~np.isnan(expected)
    np.testing.assert_array_equal(np.signbit(actual[known]), np.signbit(expected[known]))
    assert golden.decode(fmt, codes[:1]).dtype == np.float64


def test_decode_binary32():
    codes = np.random.default_rng(20).integers(0, 2**32, 100_000)
    np.testing.assert_array_equal(golden.decode(BINARY32, codes), values_of(BINARY32, codes))


def check_encode(fmt):
    points = boundaries(fmt)
    values = fmt.max_code + 1 if fmt.has_zero else fmt.max_code + 2
    assert points.size == 2 * (3 * 2 * values + 4)
    bits = codes_of(points)
    with np.errstate(all="ignore"):
        expected = canonical(fmt, codes_of(points.astype(dtype_of(fmt))))
    if not fmt.has_zero:
        # ml_dtypes takes all of these to the next power of two, most of them wrongly.
        misrounded = (points > 2.0**-127) & (points < 1.5 * 2.0**-127)
        assert misrounded.any()
        expected[misrounded] = 0x00
    assert_same_codes(fmt, (bits,), golden.convert(BINARY32, fmt, bits), expected, BINARY32)
    assert_same_codes(fmt, (bits,), golden.encode(fmt, points), expected, BINARY32)


@pytest.mark.parametrize("fmt", UP_TO_16_BITS, ids=lambda fmt: fmt.name)
def test_encode_every_boundary(fmt):
    check_encode(fmt)


@pytest.mark.parametrize("fmt", UP_TO_16_BITS, ids=lambda fmt: fmt.name)
def test_encode_every_boundary_saturate(fmt):
    points = boundaries(fmt)
    default = golden.encode(fmt, points)
    with np.errstate(invalid="ignore"):
        lost = ~np.isnan(points) & ~np.isfinite(values_of(fmt, default))
    if fmt.has_infinity:
        lost &= np.isfinite(points)
    if not fmt.is_signed:
        lost &= points > 0
    expected = np.where(lost, fmt.max_code | np.where(points < 0, fmt.sign_mask, 0), default)
    assert lost.any() == fmt.has_nan
    actual = golden.encode(fmt, points, "saturate")
    assert_same_codes(fmt, (codes_of(points),), actual, expected, BINARY32)


@pytest.mark.parametrize("fmt, dtype", [("binary16", np.float16), ("binary32", np.float32)])
def test_encode_float64_rounds_once(fmt, dtype):
    """Against numpy, which rounds from float64 directly."""
    fmt = FORMATS[fmt]
    codes = np.random.default_rng(21).integers(0, fmt.max_code, 20_000)
    low, high = values_of(fmt, codes), values_of(fmt, codes + 1)
    middle = (low + high) / 2
    tiny = np.array([0.0, 5e-324, 1e-300, 1e300])
    points = np.concatenate(
        [low, middle, np.nextafter(middle, np.inf), np.nextafter(middle, -np.inf), tiny]
    )
    points = np.concatenate([points, -points])
    assert points.size > 160_000
    with np.errstate(all="ignore"):
        expected = codes_of(points.astype(dtype))
    np.testing.assert_array_equal(golden.encode(fmt, points), expected)


@pytest.mark.parametrize(
    "fmt", [fmt for fmt in NARROW_FORMATS if fmt.has_zero], ids=lambda fmt: fmt.name
)
def test_encode_float64_rounds_once_narrow(fmt):
    grid = values_of(fmt, np.arange(fmt.max_code + 1))
    middle = (grid[1:] + grid[:-1]) / 2
    points = np.concatenate(
        [middle, np.nextafter(middle, np.inf), np.nextafter(middle, -np.inf), [1e-300, 1e300]]
    )
    points = np.concatenate([points, -points])
    assert points.size == 6 * fmt.max_code + 4
    np.testing.assert_array_equal(golden.encode(fmt, points), nearest_codes(fmt, points))


def test_scale_without_zero_and_sign():
    assert golden.encode(E8M0, [1.0, 3.0, 1.25 * 2.0**-127, 1e-300]).tolist() == [
        0x7F,
        0x81,
        0x00,
        0x00,
    ]
    assert golden.encode(E8M0, [0.0, -0.0, -1.0, np.nan, np.inf, -np.inf]).tolist() == [0xFF] * 6
    assert golden.encode(E8M0, [1e300, np.inf, -np.inf, -1e300], "saturate").tolist() == [
        0xFE,
        0xFE,
        0xFF,
        0xFF,
    ]


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=lambda fmt: fmt.name)
def test_round_value_of_any_size(fmt):
    """The same values as 64-bit and as longer integers round to the same codes."""
    rng = np.random.default_rng(22)
    significand = rng.integers(0, 2 ** rng.integers(1, 61, 5000))
    exponent = rng.integers(fmt.min_exponent - 70, fmt.max_exponent + 2, 5000)
    sign = rng.integers(0, 2, 5000).astype(bool)
    short = golden.round_value(fmt, sign, significand, exponent).codes
    long = golden.round_value(fmt, sign, significand.astype(object) << 200, exponent - 200).codes
    np.testing.assert_array_equal(long, short)
    assert len(np.unique(short)) > 2 ** (fmt.width - 1) or fmt.width > 8


def test_round_value_at_the_limit_of_64_bits():
    fmt = FORMATS["e4m3fn"]
    largest = 2**golden_values.INT64_SIGNIFICAND_BITS - 1
    # Just below 2**-3: one eighth of the smallest value, the eighth, and so on up to the value.
    exponent = np.arange(-75, -69)
    expected = golden.round_value(fmt, False, np.array([largest] * 6, dtype=object), exponent).codes
    actual = golden.round_value(fmt, False, np.array([largest] * 6), exponent).codes
    assert actual.tolist() == expected.tolist() == [0, 0, 0, 0, 0, 1]
    assert golden.round_value(fmt, False, largest, -(10**6)).codes == 0


@pytest.mark.parametrize(
    "fmt, code, value, text",
    [
        ("e4m3fn", 0x3F, Fraction(15, 8), "1.875"),
        ("e4m3fn", 0xBF, Fraction(-15, 8), "-1.875"),
        ("e4m3fn", 0x01, Fraction(1, 512), "0.001953125"),
        ("e4m3fn", 0x7E, Fraction(448), "448"),
        ("e4m3fn", 0x00, Fraction(0), "0"),
        ("e4m3fn", 0x80, Fraction(0), "-0"),
        ("e5m2", 0x7C, float("inf"), "Inf"),
        ("e5m2", 0xFC, float("-inf"), "-Inf"),
        ("e8m0fnu", 0x80, Fraction(2), "2"),
        ("binary32", 0x3F800001, 1 + Fraction(1, 2**23), "1.0000001192092896"),
    ],
)
def test_value_and_describe(fmt, code, value, text):
    assert golden.value(FORMATS[fmt], code) == value
    assert golden.describe(FORMATS[fmt], code) == text


@pytest.mark.parametrize(
    "fmt, code",
    [
        ("e4m3fn", 0xFF),
        ("e5m2fnuz", 0x80),
        ("binary32", 2**32 - 1),
    ],
)
def test_value_and_describe_nan(fmt, code):
    assert np.isnan(golden.value(FORMATS[fmt], code))
    assert golden.describe(FORMATS[fmt], code) == "NaN"


@pytest.mark.parametrize("fmt", NARROW_FORMATS, ids=lambda fmt: fmt.name)
def test_value_every_code(fmt):
    codes = all_codes(fmt)
    for code, expected in zip(codes.tolist(), values_of(fmt, codes).tolist(), strict=True):
        assert float(golden.value(fmt, code)) == expected or np.isnan(expected)


@pytest.mark.parametrize(
    "codes, error, message",
    [
        (1.0, TypeError, r"^Code must be an integer, not float64$"),
        ([True], TypeError, r"^Code must be an integer, not bool$"),
        ([3, 64], ValueError, r"^Code of e3m2fn must be from 0 to 0x3f, not 64$"),
        (-1, ValueError, r"^Code of e3m2fn must be from 0 to 0x3f, not -1$"),
    ],
)
def test_wrong_code(codes, error, message):
    with pytest.raises(error, match=message):
        golden.decode(FORMATS["e3m2fn"], codes)


def test_wrong_overflow():
    with pytest.raises(
        ValueError, match=r"^Overflow must be one of nan, saturate, saturate-finite, not 'wrap'$"
    ):
        golden.encode(FORMATS["e4m3fn"], 1.0, "wrap")


@pytest.mark.parametrize("fault", FAULTY_ROUNDINGS)
@pytest.mark.parametrize("fmt", ["e5m2", "e2m1fn", "bfloat16"])
def test_planted_fault_is_found(monkeypatch, fmt, fault):
    plant_rounding(monkeypatch, fault)
    with pytest.raises(
        AssertionError,
        match=(
            r"^[1-9]\d* of \d+ results differ:\n  binary32 0x[0-9a-f]+ \(\S+\):"
            r" got 0x[0-9a-f]+ \(\S+\), expected 0x[0-9a-f]+ \(\S+\)\n"
        ),
    ):
        check_encode(FORMATS[fmt])
