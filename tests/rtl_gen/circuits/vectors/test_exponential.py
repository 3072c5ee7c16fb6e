# SPDX-License-Identifier: Apache-2.0
"""Powers of e of every difference of two codes, against MPFR, which rounds them correctly."""

import gmpy2
import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.vectors import exponential as module
from spikefloat.rtl_gen.circuits.vectors.exponential import exponential, make_exponential
from spikefloat.rtl_gen.circuits.vectors.softmax import is_operand
from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.sim.golden.values import unpack
from spikefloat.sim.golden.vectors.softmax import POWERS, power_of_e
from spikefloat.sim.graphs.network import Network

OPERANDS = [fmt for fmt in FORMATS.values() if is_operand(fmt) and fmt.width <= 8]
QUICK = [FORMATS[name] for name in ("e4m3fn", "e5m2", "e2m1fn")]

#: MPFR with the precision and the exponents of bfloat16, subnormals included.
BFLOAT16 = gmpy2.context(precision=8, emin=-132, emax=128, subnormalize=True)


def differences(fmt: Format) -> np.ndarray:
    """Return every difference of two numbers of a format that is not negative, in its unit."""
    numbers = unpack(fmt, np.arange(1 << fmt.width))
    unit = fmt.min_exponent - fmt.mantissa_bits
    magnitude = numbers.significand << (numbers.exponent - unit)
    values = np.where(numbers.sign, -magnitude, magnitude)[numbers.is_finite]
    every = np.unique(values[:, None] - values)
    return every[every >= 0]


def expected(fmt: Format) -> np.ndarray:
    """Return what MPFR gives for every difference."""
    unit = fmt.min_exponent - fmt.mantissa_bits
    exact = gmpy2.context(precision=64)
    arguments = [exact.mul_2exp(gmpy2.mpz(int(-d)), unit + 100) for d in differences(fmt)]
    return np.array([float(BFLOAT16.exp(exact.div_2exp(x, 100))) for x in arguments])


def found(fmt: Format, some: np.ndarray | None = None) -> np.ndarray:
    """Return what the circuit gives for some differences, or for all."""
    made, given = make_exponential(fmt), differences(fmt) if some is None else some
    width = int(given.max()).bit_length()
    graph = build_graph(
        "power",
        {"difference": width, "gone": 1},
        lambda gates, difference, gone: exponential(gates, made, difference, gone[0]),
    )
    codes = Network(graph).run({"difference": given, "gone": np.zeros_like(given)})["y"]
    powers = unpack(made.format, codes.astype(np.int64))
    return np.ldexp(powers.significand.astype(float), powers.exponent)


@pytest.mark.parametrize("fmt", QUICK, ids=lambda fmt: fmt.name)
def test_every_difference(fmt):
    np.testing.assert_array_equal(found(fmt), expected(fmt))


@pytest.mark.slow
@pytest.mark.parametrize(
    "fmt", [fmt for fmt in OPERANDS if fmt not in QUICK], ids=lambda fmt: fmt.name
)
def test_every_difference_of_other_formats(fmt):
    assert len(differences(fmt)) > 10
    np.testing.assert_array_equal(found(fmt), expected(fmt))


def near_halves() -> tuple[np.ndarray, float]:
    """Return the differences of binary16 next to those whose power is halfway between two numbers.

    Beside them, how near the nearest is. Differences have the unit of 2**-24.
    """
    exact = gmpy2.context(precision=120)
    near, closest = [], 1.0
    with exact:
        for exponent in range(-125, 1):
            for significand in range(257, 512, 2):
                half = gmpy2.mul_2exp(gmpy2.mpfr(significand), 9)
                place = gmpy2.mul_2exp(-gmpy2.log(gmpy2.div_2exp(half, 18 - exponent)), 24)
                below = int(gmpy2.floor(place))
                gap = float(place - below)
                near += [below, below + 1]
                closest = min(closest, gap, 1 - gap)
    return np.array([d for d in near if d < make_exponential(FORMATS["binary16"]).limit]), closest


def rounded_powers(given: np.ndarray) -> np.ndarray:
    """Return what MPFR gives for differences of binary16."""
    exact = gmpy2.context(precision=64)
    arguments = (exact.div_2exp(gmpy2.mpfr(-int(d), 64), 24) for d in given)
    return np.array([float(BFLOAT16.exp(x)) for x in arguments])


def test_binary16(monkeypatch):
    given, closest = near_halves()
    assert len(given) > 30_000
    assert closest > 2**-16
    more = np.random.default_rng(2).integers(0, 93 << 24, 2000)
    given = np.concatenate([given, more, np.arange(64)])
    right = rounded_powers(given)
    np.testing.assert_array_equal(found(FORMATS["binary16"], given), right)
    monkeypatch.setattr(module, "_MORE_PLACES", 34)
    assert 0 < np.count_nonzero(found(FORMATS["binary16"], given) != right) < 2000


def test_too_few_places_are_noticed(monkeypatch):
    monkeypatch.setattr(module, "_PLACES", 14)
    wrong = np.flatnonzero(found(FORMATS["e4m3fn"]) != expected(FORMATS["e4m3fn"]))
    assert 0 < wrong.size < 2000


@pytest.mark.parametrize("fmt", QUICK, ids=lambda fmt: fmt.name)
def test_golden_powers(fmt):
    some = slice(None, None, 1 + len(differences(fmt)) // 500)
    unit = fmt.min_exponent - fmt.mantissa_bits
    codes = [power_of_e(d, unit) for d in differences(fmt)[some].tolist()]
    powers = unpack(POWERS, np.array(codes))
    values = np.ldexp(powers.significand.astype(float), powers.exponent)
    np.testing.assert_array_equal(values, expected(fmt)[some])


def test_infinite_difference_gives_zero():
    made = make_exponential(FORMATS["e5m2"])
    graph = build_graph(
        "power",
        {"difference": 33, "gone": 1},
        lambda gates, difference, gone: exponential(gates, made, difference, gone[0]),
    )
    codes = Network(graph).run({"difference": [0, 5, 1 << 32], "gone": [1, 1, 1]})["y"]
    assert codes.tolist() == [0, 0, 0]
