# SPDX-License-Identifier: Apache-2.0
"""Golden softmax against fractions, and powers of e that MPFR rounds."""

from fractions import Fraction

import gmpy2
import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.sim.cases.scores import score_cases
from spikefloat.sim.golden.values import decode
from spikefloat.sim.golden.vectors.softmax import power_of_e, softmax
from tests.helpers.oracle import nearest_code, plant_rounding, values_of

E4M3FN, E5M2, BFLOAT16 = (FORMATS[name] for name in ("e4m3fn", "e5m2", "bfloat16"))

#: MPFR with the precision and the exponents of bfloat16, subnormals included.
ROUNDED = gmpy2.context(precision=8, emin=-132, emax=128, subnormalize=True)
EXACT = gmpy2.context(precision=200)


def expected_codes(fmt: Format, to: Format, row: np.ndarray) -> list[int]:
    """Return the codes for one vector of numbers."""
    values = [Fraction(float(value)) for value in values_of(fmt, row)]
    powers = []
    for value in values:
        difference = value - max(values)
        argument = EXACT.div(gmpy2.mpz(difference.numerator), gmpy2.mpz(difference.denominator))
        powers.append(Fraction(*map(int, ROUNDED.exp(argument).as_integer_ratio())))
    total = sum(powers)
    return [nearest_code(to, power / total) if power else 0 for power in powers]


@pytest.mark.parametrize("fmt", [E4M3FN, E5M2], ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("to", [BFLOAT16, FORMATS["e5m2"]], ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("length", [1, 5])
def test_against_fractions(fmt, to, length):
    (x,) = score_cases(fmt, length, 60, 1)
    x = x[np.isfinite(decode(fmt, x)).all(axis=1)][-90:]
    expected = np.array([expected_codes(fmt, to, row) for row in x])
    np.testing.assert_array_equal(softmax(fmt, to, None, x), expected)


@pytest.fixture
def forgets():
    """Powers of e that are wrong on purpose are not remembered for the tests after."""
    power_of_e.cache_clear()
    yield
    power_of_e.cache_clear()


@pytest.mark.usefixtures("forgets")
@pytest.mark.parametrize("fault", ["truncate"])
def test_wrong_rounding_is_noticed(monkeypatch, fault):
    (x,) = score_cases(E4M3FN, 4, 30, 2)
    x = x[np.isfinite(decode(E4M3FN, x)).all(axis=1)][-30:]
    expected = np.array([expected_codes(E4M3FN, BFLOAT16, row) for row in x])
    plant_rounding(monkeypatch, fault)
    assert (softmax(E4M3FN, BFLOAT16, None, x) != expected).sum() > 20


def test_special_values():
    minus, plus, nan, one = 0xFC, 0x7C, 0x7E, 0x3C
    rows = [
        [minus, one, one],  # Masked.
        [minus, minus, minus],
        [plus, one, minus],
        [nan, one, one],
        [0x80, 0x00, 0x00],
    ]
    values = decode(BFLOAT16, softmax(E5M2, BFLOAT16, None, rows))
    assert values[0].tolist() == [0, 0.5, 0.5]
    assert not np.signbit(values[0, 0])
    assert np.isnan(values[1:4]).all()
    third = decode(BFLOAT16, np.array([0x3EAB]))
    assert values[4].tolist() == 3 * third.tolist()


def test_few_units_from_float64():
    (x,) = score_cases(E4M3FN, 16, 400, 3)
    x = x[np.isfinite(decode(E4M3FN, x)).all(axis=1)]
    scores = decode(E4M3FN, x)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    exact = powers / powers.sum(axis=1, keepdims=True)
    actual = decode(BFLOAT16, softmax(E4M3FN, BFLOAT16, None, x))
    normal = exact > 2.0**-120
    # Half a unit of each of the two roundings, that of the power up to twice as large, and the sum.
    assert (abs(actual[normal] / exact[normal] - 1) < 2.5 * 2.0**-8).all()
