# SPDX-License-Identifier: Apache-2.0
"""Golden normalisations against fractions, whose reciprocal roots are found by comparing squares."""

from bisect import bisect_left
from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.sim.cases.scores import affine_cases
from spikefloat.sim.golden.values import decode
from spikefloat.sim.golden.vectors.norms import layer_norm, rms_norm
from tests.helpers.oracle import nearest_code, plant_rounding, values_of

E4M3FN, E5M2, BFLOAT16, BINARY16 = (
    FORMATS[name] for name in ("e4m3fn", "e5m2", "bfloat16", "binary16")
)
EPSILON = Fraction(21, 1 << 21)

#: Values of bfloat16 that are not negative, in order, and those in the middle of neighbours.
MAGNITUDES = [Fraction(float(x)) for x in values_of(BFLOAT16, np.arange(BFLOAT16.max_code + 1))]


def root_of_inverse(value: Fraction) -> Fraction:
    """Return the bfloat16 that is nearest to the reciprocal root, by squares of midpoints."""
    place = bisect_left(MAGNITUDES, True, key=lambda x: x * x * value >= 1)
    middle = (MAGNITUDES[place - 1] + MAGNITUDES[place]) / 2
    # No midpoint is met: that takes a square of more than 16 bits below two powers of two.
    assert middle * middle * value != 1 or place % 2 == 0
    return MAGNITUDES[place - 1 if middle * middle * value > 1 else place]


def rounded(fmt: Format, value: Fraction, *, is_negative: bool = False) -> int:
    """Return the nearest code; NaN or infinity if it is too large."""
    if not value:
        return is_negative * fmt.sign_mask
    if abs(value) >= fmt.max_value * (1 + Fraction(1, 1 << fmt.mantissa_bits + 2)):
        half = Fraction(2) ** (fmt.max_exponent - fmt.mantissa_bits - 1)
        too_large = abs(value) > fmt.max_value + half
        if abs(value) == fmt.max_value + half:
            too_large = fmt.max_code % 2 == 1
        if too_large:
            code = fmt.infinity_code
            return fmt.nan_code if code is None else code | (value < 0) * fmt.sign_mask
        return fmt.max_code | (value < 0) * fmt.sign_mask
    return nearest_code(fmt, value)


def numbers(fmt: Format, codes: np.ndarray) -> list[Fraction]:
    return [Fraction(float(x)) for x in values_of(fmt, codes)]


def expected_rms(fmt: Format, to: Format, x: np.ndarray, g: np.ndarray) -> list[int]:
    values = numbers(fmt, x)
    root = root_of_inverse(sum(v * v for v in values) / len(values) + EPSILON)
    signs = ((x ^ g) & fmt.sign_mask) != 0
    return [
        rounded(to, v * root * w, is_negative=sign)
        for v, w, sign in zip(values, numbers(fmt, g), signs, strict=True)
    ]


def expected_layer(
    fmt: Format, to: Format, x: np.ndarray, g: np.ndarray, b: np.ndarray
) -> list[int]:
    values = numbers(fmt, x)
    exact = sum(values) / len(values)
    root = root_of_inverse(sum((v - exact) ** 2 for v in values) / len(values) + EPSILON)
    mean = Fraction(float(values_of(BFLOAT16, np.array(rounded(BFLOAT16, exact)))))
    codes = []
    for v, w, c, code_w, code_c in zip(values, numbers(fmt, g), numbers(fmt, b), g, b, strict=True):
        # A zero has the sign that both terms have; only x of -0 alone makes a difference of -0.
        negative = (v < mean) ^ bool(code_w & fmt.sign_mask)
        both = negative and bool(code_c & fmt.sign_mask)
        codes.append(rounded(to, (v - mean) * root * w + c, is_negative=both))
    return codes


def finite_cases(fmt: Format, length: int, count: int) -> tuple[np.ndarray, ...]:
    drawn = affine_cases(fmt, length, count, 1)
    keep = np.all([np.isfinite(decode(fmt, codes)).all(axis=1) for codes in drawn], axis=0)
    x, g, b = (codes[keep] for codes in drawn)
    # A mean that is zero, and a difference from it that is -0, have tests of their own.
    values = decode(fmt, x)
    usual = ~((values == 0).any(axis=1) & (values.sum(axis=1) == 0))
    return tuple(codes[usual][-80:] for codes in (x, g, b))


@pytest.mark.parametrize("fmt", [E4M3FN, E5M2], ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("to", [BFLOAT16, E4M3FN], ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("length", [1, 3, 8])
def test_against_fractions(fmt, to, length):
    x, g, b = finite_cases(fmt, length, 100)
    assert len(x) > 50
    expected = [expected_rms(fmt, to, *row) for row in zip(x, g, strict=True)]
    np.testing.assert_array_equal(rms_norm(fmt, to, None, x, g, epsilon=EPSILON), expected)
    expected = [expected_layer(fmt, to, *row) for row in zip(x, g, b, strict=True)]
    np.testing.assert_array_equal(layer_norm(fmt, to, None, x, g, b, epsilon=EPSILON), expected)


@pytest.mark.parametrize("fmt", [BFLOAT16, BINARY16], ids=lambda fmt: fmt.name)
def test_wide_numbers_against_fractions(fmt):
    """Also of the largest numbers, whose reciprocal root is subnormal if they are bfloat16."""
    x, g, _ = finite_cases(fmt, 3, 100)
    high = fmt.max_code - np.arange(3 * len(x)).reshape(x.shape) % 200
    for own in (x, high):
        expected = [expected_rms(fmt, E4M3FN, *row) for row in zip(own, g, strict=True)]
        actual = rms_norm(fmt, E4M3FN, None, own, g, epsilon=EPSILON)
        np.testing.assert_array_equal(actual, expected)
    assert np.count_nonzero(np.array(expected) % 128) > 100


def test_wrong_rounding_is_noticed(monkeypatch):
    x, g, b = finite_cases(E4M3FN, 4, 60)
    expected = [expected_layer(E4M3FN, BFLOAT16, *row) for row in zip(x, g, b, strict=True)]
    plant_rounding(monkeypatch, "truncate")
    actual = layer_norm(E4M3FN, BFLOAT16, None, x, g, b, epsilon=EPSILON)
    assert (actual != expected).sum() > 20


ONE, INF, NAN, MINUS_ZERO = 0x3C, 0x7C, 0x7E, 0x80


def test_special_values_of_rms_norm():
    x = [[INF, ONE, 0], [NAN, ONE, 0], [ONE, ONE, ONE], [MINUS_ZERO, 0, 0]]
    g = [[ONE, ONE, ONE], [ONE, ONE, ONE], [NAN, INF, ONE], [ONE, INF, ONE | 0x80]]
    values = decode(BFLOAT16, rms_norm(E5M2, BFLOAT16, None, x, g, epsilon=EPSILON))
    # An infinite square makes the reciprocal root zero, and infinity times zero is NaN.
    assert np.isnan(values[0, 0])
    assert values[0, 1:].tolist() == [0, 0]
    assert np.isnan(values[1]).all()
    assert np.isnan(values[2, 0])
    assert values[2, 1:].tolist() == [np.inf, 1]
    assert np.isnan(values[3, 1])
    assert np.signbit(values[3]).tolist() == [True, False, True]


def test_special_values_of_layer_norm():
    x = [[INF, ONE], [NAN, ONE], [ONE, 0], [ONE, 0], [ONE, ONE], [MINUS_ZERO, MINUS_ZERO]]
    g = [[ONE, ONE], [ONE, ONE], [INF, NAN], [INF, INF], [INF, ONE], [ONE, ONE | 0x80]]
    b = [[0, 0], [0, 0], [0, 0], [INF | 0x80, INF], [0, MINUS_ZERO], [MINUS_ZERO, MINUS_ZERO]]
    values = decode(BFLOAT16, layer_norm(E5M2, BFLOAT16, None, x, g, b, epsilon=EPSILON))
    assert np.isnan(values[:2]).all()
    assert values[2, 0] == np.inf
    assert np.isnan(values[2, 1])
    assert np.isnan(values[3]).all()  # Infinities of both signs.
    assert np.isnan(values[4, 0])  # Zero times infinity.
    # A difference of equal numbers is +0, also of -0 and a mean that is -0.
    assert values[4, 1] == 0
    assert np.signbit(values[4:, 1]).tolist() == [False, True]
    assert not np.signbit(values[5, 0])
