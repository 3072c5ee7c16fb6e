# SPDX-License-Identifier: Apache-2.0
"""Classes, orders, extremes, exponents and flags against decimal, numpy, ml_dtypes and MPFR."""

from decimal import Decimal

import gmpy2
import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS, NanEncoding, Rounding
from spikefloat.sim.golden.operations import expected, expected_rounded
from spikefloat.sim.golden.rounding import DIVIDE_BY_ZERO, INVALID, OVERFLOW, Rounder
from tests.helpers.oracle import all_codes, canonical, codes_of, dtype_of, every_pair, values_of

#: IEEE 754, one NaN for each sign, one NaN without sign, and none.
NARROW = ["e5m2", "e3m4", "e4m3fn", "e4m3fnuz", "e2m3fn"]


def decimals_of(fmt):
    """Return each code as a decimal, which has signed zeros, infinities, and NaNs with a payload."""
    values = values_of(fmt, all_codes(fmt))
    exact = []
    for code, value in enumerate(values.tolist()):
        sign = "-" if code & fmt.sign_mask and fmt.has_negative_zero else ""
        payload = code & fmt.mantissa_mask
        exact.append(Decimal(f"{sign}NaN{payload}") if np.isnan(value) else Decimal(value))
    return exact


@pytest.mark.parametrize("fmt", NARROW)
def test_total_order(fmt):
    """Every pair, as decimal's compare_total has it."""
    fmt = FORMATS[fmt]
    numbers = decimals_of(fmt)
    right = [x.compare_total(y) <= 0 for x in numbers for y in numbers]
    assert expected("total_order", fmt, every_pair(fmt), None).astype(bool).tolist() == right


@pytest.mark.parametrize("fmt", NARROW)
def test_extremes(fmt):
    """The four of decimal on every pair, by value and by magnitude: a number wins over NaN."""
    fmt = FORMATS[fmt]
    numbers = decimals_of(fmt)
    place = {str(number): code for code, number in enumerate(numbers) if not number.is_nan()}
    for name in ("minimum", "maximum"):
        for suffix, method in (("", ""), ("_magnitude", "_mag")):
            select = getattr(Decimal, name[:3] + method)
            results = (select(x, y) for x in numbers for y in numbers)
            right = [fmt.nan_code if one.is_nan() else place[str(one)] for one in results]
            actual = expected(f"{name}{suffix}_number", fmt, every_pair(fmt), None)
            np.testing.assert_array_equal(actual, right, f"{name}{suffix}_number")
            # NaN wins in the others; else they are the same.
            a, b = (values_of(fmt, codes) for codes in every_pair(fmt))
            is_nan = np.isnan(a) | np.isnan(b)
            actual = expected(f"{name}{suffix}", fmt, every_pair(fmt), None)
            np.testing.assert_array_equal(actual, np.where(is_nan, fmt.nan_code or 0, right))
        finite = np.isfinite(a)
        usual = np.fmin(a, b) if name == "minimum" else np.fmax(a, b)
        usual = np.where(is_nan & ~finite & ~np.isfinite(b), np.nan, usual)
        right = np.where(finite == np.isfinite(b), usual, np.where(finite, a, b))
        actual = expected(f"{name}_finite", fmt, every_pair(fmt), None)
        np.testing.assert_array_equal(values_of(fmt, actual), right, f"{name}_finite")


@pytest.mark.parametrize("fmt", ["e5m2", "e3m4", "binary16", "bfloat16"])
def test_signs(fmt):
    """With one operand twice, those of 5.5.1: numpy changes the sign bit and keeps every NaN."""
    fmt = FORMATS[fmt]
    codes = all_codes(fmt)
    bits = codes.astype(np.uint16) << 16 - fmt.width
    negated, positive = ((f(bits.view(np.float16))).view(np.uint16) for f in (np.negative, np.abs))
    for name, right in (("negate_sign", negated), ("xor_sign", positive)):
        np.testing.assert_array_equal(
            expected(name, fmt, [codes, codes], None), right >> 16 - fmt.width
        )


@pytest.mark.parametrize("fmt", [*NARROW, "binary16", "bfloat16"])
def test_classify(fmt):
    """numpy tells NaN, infinity, zero and sign; ml_dtypes the smallest normal value."""
    fmt = FORMATS[fmt]
    values = values_of(fmt, all_codes(fmt))
    is_negative = np.signbit(values)
    smallest = 2.0**fmt.min_exponent
    kinds = [np.isinf(values), abs(values) >= smallest, values != 0, values == 0]
    kind = np.select(kinds, [0, 1, 2, 3])
    place = np.where(np.isnan(values), 9, np.where(is_negative, kind, 7 - kind))
    np.testing.assert_array_equal(expected("classify", fmt, [all_codes(fmt)], None), 1 << place)


@pytest.mark.parametrize("fmt", [*NARROW, "binary16", "bfloat16"])
def test_exponent_of(fmt):
    """frexp of numpy, converted by ml_dtypes."""
    fmt = FORMATS[fmt]
    values = values_of(fmt, all_codes(fmt))
    kept = np.isfinite(values) & (values != 0)
    _, exponent = np.frexp(values[kept])
    with np.errstate(all="ignore"):
        right = canonical(fmt, codes_of((exponent - 1).astype(np.float32).astype(dtype_of(fmt))))
    np.testing.assert_array_equal(expected("exponent_of", fmt, [all_codes(fmt)[kept]], None), right)


@pytest.mark.parametrize("fmt", NARROW)
def test_scaling(fmt):
    """ldexp of numpy, exact in binary64 and binary32, converted by ml_dtypes."""
    fmt = FORMATS[fmt]
    codes, powers = (x.ravel() for x in np.meshgrid(all_codes(fmt), np.arange(-128, 128)))
    scaled = np.ldexp(values_of(fmt, codes), powers)
    with np.errstate(all="ignore"):
        right = canonical(fmt, codes_of(scaled.astype(np.float32).astype(dtype_of(fmt))))
    actual = expected("scale_by_power_of_two", fmt, [codes, powers & 255], None)
    if fmt.has_nan:
        kept = np.ones(codes.shape, bool)
    else:
        kept = abs(scaled) <= float(fmt.max_value)
    np.testing.assert_array_equal(actual[kept], right[kept])


FLAGS = {"overflow": OVERFLOW, "divzero": DIVIDE_BY_ZERO, "invalid": INVALID}

FLAGGED = {
    "multiply": gmpy2.mul,
    "add": gmpy2.add,
    "subtract": gmpy2.sub,
    "divide": gmpy2.div,
    "square_root": gmpy2.sqrt,
    "reciprocal_root": gmpy2.rec_sqrt,
    "fma": gmpy2.fma,
}


@pytest.mark.parametrize(
    "mode, how",
    [
        (Rounding.NEAREST_EVEN, gmpy2.RoundToNearest),
        (Rounding.TOWARD_ZERO, gmpy2.RoundToZero),
        (Rounding.UP, gmpy2.RoundUp),
        (Rounding.DOWN, gmpy2.RoundDown),
    ],
    ids=["rne", "rtz", "rup", "rdn"],
)
@pytest.mark.parametrize("name", FLAGGED)
def test_flags(name, mode, how):
    """Overflow, division by zero and invalid of MPFR, on all kinds of operands."""
    fmt = FORMATS["e5m2"]
    assert fmt.nan is NanEncoding.IEEE
    rng = np.random.default_rng(85)
    count = 1 if name.endswith("root") else 3 if name == "fma" else 2
    operands = rng.integers(0, 256, (count, 4000))
    # Every pair of zeros, infinities, extremes and NaN among them.
    special = np.array([0, 0x80, 0x7C, 0xFC, 0x7B, 0xFB, 0x7E, 0x3C])
    grid = np.meshgrid(*[special] * count)
    operands = [
        np.concatenate([some, axis.ravel()]) for some, axis in zip(operands, grid, strict=True)
    ]
    result = expected_rounded(name, fmt, operands, None, None, Rounder(mode))
    values = [values_of(fmt, codes).tolist() for codes in operands]
    with gmpy2.context(
        precision=fmt.precision,
        emin=fmt.min_exponent - fmt.mantissa_bits + 1,
        emax=fmt.max_exponent + 1,
        subnormalize=True,
        round=how,
    ) as context:
        for case, flags in enumerate(result.flags.tolist()):
            given = [gmpy2.mpfr(column[case]) for column in values]
            context.clear_flags()
            FLAGGED[name](*given)
            if any(gmpy2.is_nan(one) for one in given):
                continue  # MPFR calls every NaN invalid
            raised = sum(flag for what, flag in FLAGS.items() if getattr(context, what))
            assert flags & sum(FLAGS.values()) == raised, (name, given)
