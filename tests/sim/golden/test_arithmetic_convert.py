# SPDX-License-Identifier: Apache-2.0
"""Conversions and widening products of the golden model, from every code of up to 16 bits."""

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden import arithmetic as golden
from tests.helpers.oracle import (
    FAULTY_ROUNDINGS,
    SHARED_FORMATS,
    UP_TO_16_BITS,
    all_codes,
    assert_same_codes,
    canonical,
    codes_of,
    dtype_of,
    every_pair,
    floats_of,
    plant_rounding,
    values_of,
)

BINARY32 = FORMATS["binary32"]


def expected_conversion(src, dst, codes):
    """Convert with ml_dtypes by way of float32, which holds each source exactly."""
    with np.errstate(all="ignore"):
        singles = floats_of(src, codes).astype(np.float32)
        expected = canonical(dst, codes_of(singles.astype(dtype_of(dst))))
    if not dst.has_zero:
        # ml_dtypes takes all of these to the next power of two, most of them wrongly.
        expected[(singles > 2.0**-127) & (singles < 1.5 * 2.0**-127)] = 0x00
    return expected


def check_convert(src, dst):
    codes = all_codes(src)
    assert codes.size == 2**src.width
    expected = expected_conversion(src, dst, codes)
    assert_same_codes(dst, (codes,), golden.convert(src, dst, codes), expected, src)


@pytest.mark.parametrize("dst", SHARED_FORMATS, ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("src", UP_TO_16_BITS, ids=lambda fmt: fmt.name)
def test_convert_every_code(src, dst):
    check_convert(src, dst)


@pytest.mark.parametrize("dst", SHARED_FORMATS, ids=lambda fmt: fmt.name)
def test_convert_binary32(dst):
    rng = np.random.default_rng(30)
    # Half with any exponent, half with one that the destination has, or nearly.
    anywhere = rng.integers(0, 2**32, 50_000)
    exponent = rng.integers(
        max(dst.min_exponent - dst.precision, -126), min(dst.max_exponent + 2, 128), 50_000
    )
    near = (exponent + 127 << 23) + (rng.integers(0, 2, 50_000) << 31)
    near |= rng.integers(0, 2**23, 50_000)
    codes = np.concatenate([anywhere, near])
    expected = expected_conversion(BINARY32, dst, codes)
    assert_same_codes(dst, (codes,), golden.convert(BINARY32, dst, codes), expected, BINARY32)


@pytest.mark.parametrize("dst", SHARED_FORMATS, ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("src", ["e5m2", "bfloat16"])
def test_convert_every_code_saturate(src, dst):
    src = FORMATS[src]
    codes = all_codes(src)
    values = values_of(src, codes)
    default = golden.convert(src, dst, codes)
    lost = ~np.isnan(values) & ~np.isfinite(values_of(dst, default))
    if dst.has_infinity:
        lost &= np.isfinite(values)
    if not dst.is_signed:
        lost &= values > 0
    expected = np.where(lost, dst.max_code | np.where(values < 0, dst.sign_mask, 0), default)
    assert_same_codes(dst, (codes,), golden.convert(src, dst, codes, "saturate"), expected, src)


@pytest.mark.parametrize(
    "src, code, dst, nan, saturate",
    [
        ("e5m2", 0x7C, "e4m3fn", 0x7F, 0x7E),  # Inf
        ("e5m2", 0xFC, "e4m3fn", 0x7F, 0xFE),  # -Inf
        ("e5m2", 0xFC, "bfloat16", 0xFF80, 0xFF80),  # an operand, not an overflow
        ("e5m2", 0xFC, "e4m3fnuz", 0x80, 0xFF),
        ("e5m2", 0xFF, "e4m3fn", 0x7F, 0x7F),  # NaN
        ("e5m2", 0x7B, "e4m3fn", 0x7F, 0x7E),  # 57344
        ("e4m3fn", 0x80, "e4m3fnuz", 0x00, 0x00),  # -0
    ],
)
def test_convert_special(src, code, dst, nan, saturate):
    assert golden.convert(FORMATS[src], FORMATS[dst], code) == nan
    assert golden.convert(FORMATS[src], FORMATS[dst], code, "nan") == nan
    assert golden.convert(FORMATS[src], FORMATS[dst], code, "saturate") == saturate


def test_convert_to_format_without_nan():
    fmt = FORMATS["e2m1fn"]
    # NaN, its negative, infinities.
    codes = [0x7E, 0xFE, 0x7C, 0xFC]
    assert golden.convert(FORMATS["e5m2"], fmt, codes).tolist() == [0x8, 0x0, 0x7, 0xF]
    with pytest.raises(
        ValueError, match=(r"^Overflow must be saturate for e2m1fn, which has no NaN, not 'nan'$")
    ):
        golden.convert(FORMATS["e5m2"], fmt, codes, "nan")


@pytest.mark.parametrize("out", ["binary16", "bfloat16", "binary32"])
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e5m2fnuz", "e2m3fn", "e4m3b11fnuz"])
def test_widening_multiply_every_pair(fmt, out):
    """A float32 holds every product of 8-bit formats, so one cast rounds it once.

    A product has the sign of its operands also where only the wider format has a negative zero.
    """
    fmt, out = FORMATS[fmt], FORMATS[out]
    a, b = every_pair(fmt)
    assert a.size == 4**fmt.width
    with np.errstate(all="ignore"):
        product = floats_of(fmt, a).astype(np.float32) * floats_of(fmt, b).astype(np.float32)
        expected = canonical(out, codes_of(product.astype(dtype_of(out))))
    assert_same_codes(out, (a, b), golden.widening_multiply(fmt, out, a, b), expected, fmt)


@pytest.mark.parametrize("fault", FAULTY_ROUNDINGS)
@pytest.mark.parametrize("src, dst", [("binary16", "e4m3fn"), ("e5m2fnuz", "e2m3fn")])
def test_planted_fault_is_found(monkeypatch, src, dst, fault):
    plant_rounding(monkeypatch, fault)
    with pytest.raises(
        AssertionError,
        match=(
            rf"^[1-9]\d* of \d+ results differ:\n  {src} 0x[0-9a-f]+ \(\S+\):"
            r" got 0x[0-9a-f]+ \(\S+\), expected 0x[0-9a-f]+ \(\S+\)\n"
        ),
    ):
        check_convert(FORMATS[src], FORMATS[dst])
