# SPDX-License-Identifier: Apache-2.0
"""The golden model in binary64 against the arithmetic of the processor, and of Python for ``fma``."""

import math
from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.cases.corners import corner_codes, directed_pairs, random_pairs
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden.operations import expected, wide_cases

BINARY64 = FORMATS["binary64"]


def pairs(name):
    """Return the usual operands; of quotients and roots, those that are made for them."""
    return wide_cases(name, BINARY64, 20_000, 3).T


def assert_floats(actual, right):
    """Compare codes with floats, bit for bit; NaN is the canonical one."""
    codes = right.view(np.int64)
    wanted = np.where(np.isnan(right), BINARY64.nan_code, codes)
    assert actual.dtype == np.int64
    np.testing.assert_array_equal(actual, wanted)


@pytest.mark.parametrize(
    "name, function",
    [
        ("add", np.add),
        ("subtract", np.subtract),
        ("multiply", np.multiply),
        ("divide", np.divide),
        ("square_root", np.sqrt),
        ("reciprocal", np.reciprocal),
        ("negate", np.negative),
        ("absolute", np.abs),
        ("round_to_integral", np.rint),
    ],
)
def test_arithmetic(name, function):
    operands = pairs(name)
    assert operands.shape[1] > 20_000
    with np.errstate(all="ignore"):
        right = function(*operands.view(np.float64))
    actual = expected(name, BINARY64, operands, None)
    if name in ("negate", "absolute"):  # They keep NaNs.
        np.testing.assert_array_equal(actual, right.view(np.int64))
    else:
        assert_floats(actual, right)


@pytest.mark.parametrize("name, function", [("remainder", math.remainder), ("fmod", math.fmod)])
@pytest.mark.parametrize("fmt, dtype", [("binary32", np.float32), ("binary64", np.float64)])
def test_remainders(name, function, fmt, dtype):
    """Those of Python, which are exact, so that they have the format of the operands."""
    one = FORMATS[fmt]
    operands = wide_cases(name, one, 5000, 6).T

    def right(x, y):
        no_number = math.isnan(x) or math.isnan(y) or math.isinf(x) or y == 0
        return math.nan if no_number else function(x, y)

    floats = operands.astype(f"u{one.width // 8}").view(dtype).tolist()
    rests = np.array(list(map(right, *floats)), dtype)
    codes = rests.view(f"u{one.width // 8}").astype(np.int64)
    assert np.count_nonzero(rests) > 10_000
    wanted = np.where(np.isnan(rests), one.nan_code, codes)
    np.testing.assert_array_equal(expected(name, one, operands, None), wanted)


@pytest.mark.parametrize("name", ["less", "less_equal", "equal", "greater", "greater_equal"])
def test_compares(name):
    a, b = np.concatenate([directed_pairs(BINARY64), random_pairs(BINARY64, 1000, 4)], axis=1)
    right = getattr(np, name)(*(codes.view(np.float64) for codes in (a, b)))
    np.testing.assert_array_equal(expected(name, BINARY64, [a, b], None), right)


@pytest.mark.parametrize("other", ["binary16", "binary32"])
def test_conversions(other):
    """From every corner of the narrower format, and from binary64 near its values and ties."""
    fmt = FORMATS[other]
    dtype = {"binary16": np.float16, "binary32": np.float32}[other]
    codes = np.concatenate([corner_codes(fmt), np.arange(0, 1 << fmt.width, 65521)])
    floats = codes.astype(f"u{fmt.width // 8}").view(dtype)
    with np.errstate(all="ignore"):
        values = floats.astype(np.float64)
    assert_floats(golden.convert(fmt, BINARY64, codes), values)
    kept = values[np.isfinite(values)]
    middles = (kept[1:] + kept[:-1]) / 2
    near = np.concatenate([kept, middles, np.nextafter(middles, np.inf), np.nextafter(kept, 0)])
    with np.errstate(all="ignore"):
        right = near.astype(dtype).view(f"u{fmt.width // 8}")
    np.testing.assert_array_equal(golden.convert(BINARY64, fmt, near.view(np.int64)), right)


def test_integers():
    rng = np.random.default_rng(86)
    values = rng.uniform(-(2.0**33), 2.0**33, 20_000) * rng.choice([1, 2.0**-20, 2.0**-32], 20_000)
    right = np.clip(np.rint(values), -(2**31), 2**31 - 1).astype(np.int64)
    codes = expected("to_int32", BINARY64, [values.view(np.int64)], None)
    np.testing.assert_array_equal(codes, right & 0xFFFFFFFF)
    back = rng.integers(-(2**31), 2**31, 20_000)
    assert_floats(expected("from_int32", BINARY64, [back & 0xFFFFFFFF], None), back.astype(float))


@pytest.mark.parametrize("is_signed", [True, False])
def test_integers_of_64_bits(is_signed):
    rng = np.random.default_rng(87)
    values = rng.uniform(-(2.0**65), 2.0**65, 5000) * 0.5 ** rng.integers(0, 66, 5000)
    low, high = (-(2**63), 2**63 - 1) if is_signed else (0, 2**64 - 1)
    right = [min(max(round(value), low), high) % 2**64 for value in values.tolist()]
    name = "int64" if is_signed else "uint64"
    codes = expected(f"to_{name}", BINARY64, [values.view(np.int64)], None)
    assert (codes.view(np.uint64) == np.array(right, np.uint64)).all()
    back = rng.integers(0, 2**64 - 1, 5000, np.uint64, endpoint=True)
    back >>= rng.integers(0, 64, 5000, np.uint64)
    numbers = back.view(np.int64) if is_signed else back
    floats = np.array([float(number) for number in numbers.tolist()])  # Rounds to nearest even.
    assert_floats(expected(f"from_{name}", BINARY64, [back], None), floats)


def test_fma():
    """Python's fractions are exact, and it rounds a fraction once."""
    a, b, c = wide_cases("fma", BINARY64, 3000, 5).T[:, ::7]
    floats = [codes.view(np.float64) for codes in (a, b, c)]
    with np.errstate(all="ignore"):
        kept = np.isfinite(floats[0] * floats[1] + floats[2])
    actual = expected("fma", BINARY64, [a, b, c], None)[kept].view(np.float64)
    assert np.count_nonzero(kept) > 2000
    for *given, result in zip(
        *(one[kept].tolist() for one in floats), actual.tolist(), strict=True
    ):
        x, y, z = map(Fraction, given)
        exact = x * y + z
        if abs(exact) < Fraction(2) ** 1023:
            assert result == float(exact), given


def test_codes_may_have_a_sign():
    """A code of 64 bits may also be a number in two's complement: both are the same."""
    codes = np.array([0xBFF0000000000000, 0x8000000000000000, 1], np.uint64)
    for same in (codes, codes.view(np.int64)):
        assert golden.decode(BINARY64, same).tolist() == [-1.0, 0.0, 5e-324]
