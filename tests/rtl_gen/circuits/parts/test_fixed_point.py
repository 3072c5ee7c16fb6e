# SPDX-License-Identifier: Apache-2.0
"""Rounding of a fixed-point number: every number of eleven bits, wherever they stand."""

from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.parts import fixed_point
from spikefloat.rtl_gen.circuits.parts.fixed_point import round_fixed_point
from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.prefix import any_below
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.golden.values import value
from spikefloat.sim.graphs.network import Network

WIDTH = 11
#: Format of the result, and what the lowest bit of the number stands for as a power of two: such
#: that everything is subnormal, in the middle, or mostly beyond the largest finite value.
CASES = [
    ("e4m3fn", -18),
    ("e4m3fn", -12),
    ("e4m3fn", 0),
    ("e4m3fn", 3),
    ("e5m2", -26),
    ("e5m2", -20),
    ("e5m2", 8),
    ("e3m4", -7),
    ("e2m1fn", -4),
    ("e2m1fn", -7),
    ("e2m3fn", -5),
    ("e3m2fn", -6),
    ("e4m3fnuz", -2),
    ("binary16", -30),
    ("binary16", -5),
    ("bfloat16", -20),
]


def make(to: Format, unit: int) -> NeuronGraph:
    def rounded(gates: GateLibrary, magnitude: Word) -> Word:
        is_below = any_below(gates, magnitude)
        code, too_large = round_fixed_point(gates, to, magnitude, is_below, unit)
        return (*code, too_large)

    return build_graph("round", {"magnitude": WIDTH}, rounded)


def expected(to: Format, unit: int) -> list[int | None]:
    """Return the nearest code of each number, of two the even one, or None beyond the largest."""
    values = [Fraction(value(to, code)) for code in range(to.max_code + 1)]
    # The next number, if the format went on: from its middle on, a number is too large.
    values.append(2 * values[-1] - values[-2])
    result: list[int | None] = []
    code = 0
    for number in range(1 << WIDTH):
        exact = number * Fraction(2) ** unit
        while code + 1 < len(values) and values[code + 1] <= exact:
            code += 1
        if code == to.max_code + 1:
            result.append(None)
            continue
        middle = (values[code] + values[code + 1]) / 2
        rounded = code + (exact > middle or exact == middle and code % 2 == 1)
        result.append(None if rounded > to.max_code else rounded)
    return result


def wrong(to: Format, unit: int) -> int:
    """Return how many numbers are rounded to something else."""
    width = to.exponent_bits + to.mantissa_bits
    codes = Network(make(to, unit)).run({"magnitude": np.arange(1 << WIDTH)})["y"]
    actual = [None if code >> width else int(code) for code in codes]
    assert len(actual) == 2048
    return sum(x != y for x, y in zip(actual, expected(to, unit), strict=True))


@pytest.mark.parametrize("name, unit", CASES)
def test_every_number(name: str, unit: int) -> None:
    assert wrong(FORMATS[name], unit) == 0


def test_cases_reach_both_ends() -> None:
    results = {case: expected(FORMATS[case[0]], case[1]) for case in CASES}
    assert max(code or 0 for code in results["e5m2", -26]) < 4  # all subnormal
    assert sum(code is None for code in results["e4m3fn", 3]) > 1900


def test_a_sticky_bit_that_is_forgotten_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tie is then taken for an even one."""
    original = fixed_point._round_at

    def planted(gates, magnitude, is_below, *args):  # type: ignore[no-untyped-def]
        return original(gates, magnitude, (fixed_point.ZERO,) * len(is_below), *args)

    monkeypatch.setattr(fixed_point, "_round_at", planted)
    assert wrong(FORMATS["e4m3fn"], -12) > 100
