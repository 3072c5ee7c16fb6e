# SPDX-License-Identifier: Apache-2.0
"""The golden model of gated units and rotations against fractions, MPFR and ml_dtypes."""

from fractions import Fraction

import gmpy2
import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden.vectors.operations import VECTORS
from tests.helpers.vectors import code_of_sum, nearest_code, values

ACTIVATIONS = {
    "glu": lambda x: 1 / (1 + gmpy2.exp(-x)),
    "swiglu": lambda x: x / (1 + gmpy2.exp(-x)),
    "geglu": lambda x: x * gmpy2.erfc(-x / gmpy2.sqrt(2)) / 2,
}


def exact_activation(name: str, x: float) -> Fraction:
    """Return a function of a finite number to 400 bits, or a number that is as good as zero."""
    with gmpy2.context(precision=400):
        value = ACTIVATIONS[name](gmpy2.mpfr(x))
        if value and abs(value) < gmpy2.mpfr(2) ** -400:
            return Fraction(-1 if value < 0 else 1, 2**400)
        return Fraction(*map(int, value.as_integer_ratio()))


def activation(name: str, x: float) -> float:
    """Return the bfloat16 that is nearest to a function of a finite number."""
    fraction = exact_activation(name, x)
    # A zero has the sign of the operand where the function is an odd one near it.
    is_negative = fraction < 0 or (name != "glu" and bool(np.signbit(x)))
    return float(values("bfloat16")[nearest_code("bfloat16", fraction, is_negative=is_negative)])


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("fmt, to", [("e4m3fn", "e4m3fn"), ("e5m2", "bfloat16")])
def test_gated_units(name: str, fmt: str, to: str) -> None:
    """Every finite gate, with values at random: two roundings, each to the nearest value."""
    rng = np.random.default_rng(4)
    gates = np.flatnonzero(np.isfinite(values(fmt)))
    codes = rng.integers(0, 256, (len(gates), 3))
    actual = VECTORS[name].function(FORMATS[fmt], FORMATS[to], None, gates[:, None], codes)
    expected = [
        [code_of_sum(to, [(active, x)]) for x in values(fmt)[row].tolist()]
        for active, row in zip(
            (activation(name, x) for x in values(fmt)[gates].tolist()), codes, strict=True
        )
    ]
    np.testing.assert_array_equal(actual, expected)
    assert len(np.unique(actual)) > 150


def test_one_rounding_alone_is_another_result() -> None:
    """The oracle tells the activation rounded into bfloat16 from the exact one."""
    differing = 0
    for code in range(0x20, 0x50):
        x = float(values("e4m3fn")[code])
        exact = exact_activation("glu", x) * Fraction(x)
        once = nearest_code("bfloat16", exact, is_negative=False)
        differing += once != code_of_sum("bfloat16", [(activation("glu", x), x)])
    assert differing > 2


def test_special_values_of_gated_units() -> None:
    """In E5M2, 0x7C is infinity, 0xFC its negative, 0x7E NaN, 0x3C one."""
    fmt = FORMATS["e5m2"]
    gates, one = [0x7C, 0xFC, 0x7E, 0x00], [0x3C] * 4
    for name, expected in (
        ("glu", [0x3C, 0x00, 0x7E, 0x38]),
        ("swiglu", [0x7C, 0x80, 0x7E, 0x00]),
        ("geglu", [0x7C, 0x80, 0x7E, 0x00]),
    ):
        assert VECTORS[name].function(fmt, fmt, None, gates, one).tolist() == expected
    infinite = VECTORS["glu"].function(fmt, fmt, None, [0xFC], [0x7C])
    assert infinite.tolist() == [0x7E]  # zero times infinity


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
@pytest.mark.parametrize("to", ["same", "bfloat16"])
def test_rope_against_fractions(fmt: str, to: str) -> None:
    target = fmt if to == "same" else to
    operands = VECTORS["rope"].cases(FORMATS[fmt], 4, 300, 5)
    actual = VECTORS["rope"].function(FORMATS[fmt], FORMATS[target], None, *operands)
    for row, a, cos, sin in zip(
        actual.tolist(), *(values(fmt)[codes].tolist() for codes in operands), strict=True
    ):
        expected = []
        for i in range(2):
            expected.append(code_of_sum(target, [(a[2 * i], cos[i]), (a[2 * i + 1], -sin[i])]))
            expected.append(code_of_sum(target, [(a[2 * i], sin[i]), (a[2 * i + 1], cos[i])]))
        assert row == expected


def test_rope_turns() -> None:
    """A quarter of a turn in E4M3FN: (1, 2) becomes (-2, 1)."""
    fmt = FORMATS["e4m3fn"]
    turned = VECTORS["rope"].function(fmt, fmt, None, [0x38, 0x40], [0x00], [0x38])
    assert turned.tolist() == [0xC0, 0x38]
