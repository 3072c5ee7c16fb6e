# SPDX-License-Identifier: Apache-2.0
"""Bounds of elementary functions hold what MPFR computes, and are narrow."""

import random
from fractions import Fraction

import gmpy2
import pytest

from spikefloat.sim.golden.series import Bounds, cosine, erfc, exp, log, logistic, pi_times, sine

PLACES = 150

CASES = {
    "exp": (lambda x: exp(Bounds.of(x, PLACES), PLACES), gmpy2.exp, 60),
    "log": (lambda x: log(Bounds.of(abs(x), PLACES), PLACES), lambda x: gmpy2.log(abs(x)), 4096),
    "sine": (lambda x: sine(x, PLACES), gmpy2.sin, 4096),
    "cosine": (lambda x: cosine(x, PLACES), gmpy2.cos, 4096),
    "logistic": (
        lambda x: logistic(Bounds.of(x, PLACES), PLACES),
        lambda x: 1 / (1 + gmpy2.exp(-x)),
        4096,
    ),
    "erfc": (
        lambda x: erfc(abs(x), PLACES),
        lambda x: gmpy2.erfc(gmpy2.sqrt(abs(x))),
        1000,
    ),
    "pi": (lambda x: pi_times(x, PLACES), lambda x: gmpy2.const_pi() * x, 4096),
}


@pytest.mark.parametrize("name", CASES)
def test_bounds(name: str) -> None:
    bounds, right, most = CASES[name]
    rng = random.Random(1)
    with gmpy2.context(precision=400):
        for _ in range(100):
            x = Fraction(rng.randint(1, 4096) * rng.choice((-1, 1)), 1 << rng.randint(0, 16))
            if abs(x) > most:
                continue
            low, high = bounds(x)
            value = right(gmpy2.mpfr(x.numerator) / x.denominator) * gmpy2.mpfr(2) ** PLACES
            assert low <= value <= high, x
            assert high - low <= 1 << 20, x


def test_far_exponents() -> None:
    assert exp(Bounds.of(10**6, 8), 8).low > 1 << 1000
    assert exp(Bounds.of(-(10**6), 8), 8) == (0, 1)
    assert erfc(Fraction(10**6), 8) == (0, 1)
