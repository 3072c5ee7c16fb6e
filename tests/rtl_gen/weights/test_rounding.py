# SPDX-License-Identifier: Apache-2.0
"""Weights are rounded once, whatever floats they come as, and codes have their values."""

from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.rtl_gen.weights.rounding import (
    code_values,
    format_of_dtype,
    quantise,
    to_floats,
    to_fractions,
)
from spikefloat.sim.golden import arithmetic as golden
from tests.helpers.oracle import (
    ARITHMETIC_FORMATS,
    UP_TO_16_BITS,
    codes_of,
    dtype_of,
    floats_of,
    nearest_codes,
)

E4M3FN = FORMATS["e4m3fn"]
CODED = [fmt for fmt in ARITHMETIC_FORMATS if fmt in UP_TO_16_BITS and fmt.name != "binary16"]


def values(fmt: Format) -> NDArray[np.float64]:
    """Return every value, every middle between two, their neighbours, and random values."""
    grid = golden.decode(fmt, np.arange(fmt.max_code + 1))
    middles = (grid[1:] + grid[:-1]) / 2
    drawn = np.random.default_rng(1).normal(size=2000) * float(fmt.max_value) / 8
    all_of = np.concatenate(
        [grid, middles, np.nextafter(middles, 0), np.nextafter(middles, np.inf), drawn]
    )
    return np.concatenate([all_of, -all_of])


@pytest.mark.parametrize(
    "fmt", [f for f in ARITHMETIC_FORMATS if f.width <= 8], ids=lambda fmt: fmt.name
)
def test_floats_are_rounded_to_nearest_even(fmt: Format) -> None:
    given = values(fmt)
    given = given[abs(given) <= float(fmt.max_value)]
    assert len(given) > 1000
    np.testing.assert_array_equal(quantise(fmt, given), nearest_codes(fmt, given))


@pytest.mark.parametrize(
    "fmt", [f for f in ARITHMETIC_FORMATS if f in UP_TO_16_BITS], ids=lambda fmt: fmt.name
)
def test_golden_model_rounds_the_same(fmt: Format) -> None:
    given = np.concatenate([values(fmt), [1e9, -1e9]])
    np.testing.assert_array_equal(
        quantise(fmt, given, "saturate"), golden.encode(fmt, given, "saturate")
    )


def test_ml_dtypes_rounds_the_same() -> None:
    given = np.random.default_rng(2).normal(size=5000).astype(np.float32)
    np.testing.assert_array_equal(quantise(E4M3FN, given), codes_of(given.astype(dtype_of(E4M3FN))))


@pytest.mark.parametrize("value, code", [(464.0, 0x7E), (-464.0, 0xFE)])
def test_what_rounds_to_the_largest_value_is_accepted(value: float, code: int) -> None:
    assert quantise(E4M3FN, np.array([value])) == [code]


@pytest.mark.parametrize(
    "value, message",
    [
        (464.5, r"^Values must be at most 448 in size for e4m3fn, not 464\.5$"),
        (-1e9, r"^Values must be at most 448 in size for e4m3fn, not -1e\+09$"),
        (np.nan, r"^Values must be finite, not nan$"),
        (-np.inf, r"^Values must be finite, not -inf$"),
    ],
)
def test_wrong_values(value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        quantise(E4M3FN, np.array([0.0, value]))


def test_saturation_is_for_large_values_only() -> None:
    np.testing.assert_array_equal(
        quantise(E4M3FN, np.array([465.0, -1e9]), "saturate"), [0x7E, 0xFE]
    )
    with pytest.raises(ValueError, match=r"^Values must be finite, not inf$"):
        quantise(E4M3FN, np.array([np.inf]), "saturate")


#: A middle between two codes, and what lies closer to it than float64 can say.
MIDDLE, CLOSE = Fraction(17, 16), Fraction(1, 1 << 60)


@pytest.mark.skipif(np.finfo(np.longdouble).nmant < 60, reason="longdouble is no wider here")
@pytest.mark.parametrize("sign, code", [(1, 0x39), (0, 0x38), (-1, 0x38)])
def test_wide_floats_are_rounded_once(sign: int, code: int) -> None:
    value = np.longdouble(1.0625) + sign * np.longdouble(2) ** -60
    assert quantise(E4M3FN, np.array([value, -value])).tolist() == [code, 0x80 | code]


def test_wide_floats_beyond_float64() -> None:
    largest = np.finfo(np.longdouble).max
    assert quantise(E4M3FN, np.array([largest, -largest]), "saturate").tolist() == [0x7E, 0xFE]


@pytest.mark.parametrize("fmt", CODED, ids=lambda fmt: fmt.name)
def test_fractions_are_rounded_once(fmt: Format) -> None:
    """Every middle between two values, and what is next to it by a hair, beside all the values."""
    grid = golden.decode(fmt, np.arange(fmt.max_code + 1)).tolist()
    middles = [(Fraction(a) + Fraction(b)) / 2 for a, b in zip(grid, grid[1:], strict=False)]
    hair = CLOSE * Fraction(grid[1])
    given = np.array([[m - hair, m, m + hair] for m in middles], object)
    codes = np.arange(len(middles))
    even = codes + codes % 2
    expected = np.stack([codes, even, codes + 1], axis=1)
    np.testing.assert_array_equal(quantise(fmt, to_floats(given)), expected)
    below = quantise(fmt, to_floats(-given))
    zero = 0 if not fmt.has_negative_zero else fmt.sign_mask
    np.testing.assert_array_equal(below, np.where(expected, expected | fmt.sign_mask, zero))


@pytest.mark.parametrize(
    "value, expected",
    [
        (Fraction(0), 0.0),
        (Fraction(-3, 4), -0.75),
        (Fraction(1, 10**400), 2.0**-1074),
        (Fraction(-(10**400)), -np.finfo(float).max),
        (Fraction(2) ** 1023, 2.0**1023),
    ],
)
def test_fractions_as_floats(value: Fraction, expected: float) -> None:
    assert to_floats(np.array([value], object)).tolist() == [expected]


def test_fractions_stay_on_their_side() -> None:
    below, exact, above = to_floats(np.array([MIDDLE - CLOSE, MIDDLE, MIDDLE + CLOSE], object))
    assert 1.0625 - 2.0**-50 < below < exact == 1.0625 < above < 1.0625 + 2.0**-50


def test_floats_as_fractions() -> None:
    given = np.array([[0.1, -3.0]], np.float32)
    assert to_fractions(given).tolist() == [[Fraction(float(given[0, 0])), Fraction(-3)]]
    assert to_fractions(np.array([7], np.int8)).tolist() == [7]
    assert to_fractions(given.astype(ml_dtypes.float8_e4m3fn))[0, 1] == -3
    with pytest.raises(ValueError, match=r"^Bias must be finite, not inf$"):
        to_fractions(np.array([1, np.inf]), "Bias")


@pytest.mark.parametrize("fmt", CODED, ids=lambda fmt: fmt.name)
def test_codes_have_the_values_of_ml_dtypes(fmt: Format) -> None:
    codes = np.arange(1 << fmt.width, dtype=np.uint16 if fmt.width > 8 else np.uint8)
    floats = floats_of(fmt, codes)
    assert format_of_dtype(floats.dtype) is fmt
    with np.errstate(invalid="ignore"):  # of NaN
        expected = floats.astype(np.float64)
    found = code_values(fmt, codes)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected) & ~np.isnan(found))


def test_types_that_are_no_codes() -> None:
    assert format_of_dtype(np.dtype(np.float16)) is None
    assert format_of_dtype(np.dtype("V1")) is None
    assert format_of_dtype(np.dtype(ml_dtypes.float8_e8m0fnu)) is None
    assert format_of_dtype(np.dtype("V2")) is FORMATS["bfloat16"]
