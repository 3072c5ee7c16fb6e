# SPDX-License-Identifier: Apache-2.0
"""Tables of functions, made by MPFR, are those of the golden model, which computes in integers."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.functions.function import Function
from spikefloat.rtl_gen.circuits.functions.outcome import Exact, Irrational
from spikefloat.rtl_gen.circuits.functions.position import locate
from spikefloat.rtl_gen.circuits.functions.records import FUNCTIONS
from spikefloat.rtl_gen.circuits.functions.rounding import Rounder
from spikefloat.rtl_gen.circuits.functions.table import tabulate
from spikefloat.rtl_gen.formats import (
    Format,
    Overflow,
    Rounding,
    find_format,
    overflow_policies,
)
from spikefloat.sim.golden import functions as golden
from spikefloat.sim.golden.rounding import Rounder as GoldenRounder

E4M3FN, BFLOAT16 = find_format("e4m3fn"), find_format("bfloat16")


def differences(
    function: Function,
    fmt: Format,
    to: Format,
    policy: Overflow,
    mode: Rounding = Rounding.NEAREST_EVEN,
    is_tiny_before: bool = False,
) -> int:
    """Return how many codes or flags differ, over all codes and random numbers."""
    bits = 3 if mode.is_stochastic else 0
    table = tabulate(function, fmt, Rounder(to, policy, mode, bits, is_tiny_before))
    codes = np.repeat(np.arange(1 << fmt.width), 1 << bits).reshape(-1, 1 << bits)
    rounder = GoldenRounder(mode, np.arange(1 << bits), bits, is_tiny_before)
    right = golden.function(function.name, fmt, to, codes, policy, rounder)
    return int(((right.codes != table.codes) | (right.flags != table.flags)).sum())


def test_names() -> None:
    assert tuple(sorted(FUNCTIONS)) == tuple(sorted(golden.FUNCTIONS))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_code_of_e4m3fn(name: str) -> None:
    for to in (E4M3FN, BFLOAT16):
        assert differences(FUNCTIONS[name], E4M3FN, to, to.default_overflow) == 0


@pytest.mark.slow
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e2m1fn", "e3m2fn", "binary8p3se"])
def test_every_code_mode_policy_and_flag(fmt: str) -> None:
    source = find_format(fmt)
    for function in FUNCTIONS.values():
        for to in (source, BFLOAT16):
            for policy in overflow_policies(to):
                for mode in filter(lambda mode: mode.is_for(source), Rounding):
                    for tiny in (False, True):
                        case = (function.name, to.name, policy, mode, tiny)
                        assert differences(function, source, to, policy, mode, tiny) == 0, case


def test_a_wrong_record_is_found() -> None:
    sine = FUNCTIONS["sin"]
    wrong = replace(sine, finite=lambda x: sine.finite(x + Fraction(1, 100)))
    assert differences(wrong, E4M3FN, E4M3FN, Overflow.NAN) > 20
    wrong = replace(sine, zero=lambda is_negative: Exact(Fraction(0)))
    assert differences(wrong, E4M3FN, E4M3FN, Overflow.NAN) == 1


@pytest.mark.parametrize(
    "low, high, below, rest",
    [
        # Just above 1, just below 1, and at neither end of what 1.125 and 1.25 are rounded from.
        (Fraction(1), Fraction(1) + Fraction(1, 1000), 0x38, 0),
        (Fraction(1) - Fraction(1, 1000), Fraction(1), 0x37, 7),
        (Fraction(1123, 1000), Fraction(1124, 1000), 0x38, 7),
    ],
)
def test_a_number_is_neither_of_its_bounds(
    low: Fraction, high: Fraction, below: int, rest: int
) -> None:
    place = locate(E4M3FN, Irrational(lambda precision: (low, high)), 3)
    assert (place.below, place.rest, place.is_cut, place.is_negative) == (below, rest, True, False)


def test_bounds_that_never_agree() -> None:
    with pytest.raises(ArithmeticError, match="^Bounds of a value of e4m3fn do not agree$"):
        locate(E4M3FN, Irrational(lambda precision: (Fraction(1), Fraction(2))), 3)
