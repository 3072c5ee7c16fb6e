# SPDX-License-Identifier: Apache-2.0
"""The five flags of every rounding operation, on every operand of narrow formats."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations.add import add
from spikefloat.rtl_gen.circuits.operations.convert import convert
from spikefloat.rtl_gen.circuits.operations.divide import divide, reciprocal
from spikefloat.rtl_gen.circuits.operations.fma import fma
from spikefloat.rtl_gen.circuits.operations.multiply import multiply
from spikefloat.rtl_gen.circuits.operations.square_root import reciprocal_root, square_root
from spikefloat.rtl_gen.circuits.parts.rounding_modes import FlagBits, RoundingControl
from spikefloat.rtl_gen.formats import FORMATS, Rounding, overflow_policies
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.sim.golden import arithmetic, division
from spikefloat.sim.golden.rounding import Rounder
from tests.helpers.circuits import NARROW_WITH_POLICY
from tests.helpers.flags import MODES, assert_same, every, simulate

OPERATIONS = {
    "multiply": (multiply, lambda f, x, p, r: arithmetic.multiply_flagged((f, f), f, *x, p, r)),
    "add": (add, lambda f, x, p, r: arithmetic.add_flagged((f, f), f, *x, p, r)),
    "divide": (divide, lambda f, x, p, r: division.divide(f, *x, p, r)),
    "square_root": (square_root, lambda f, x, p, r: division.square_root(f, *x, p, r)),
    "reciprocal": (reciprocal, lambda f, x, p, r: division.reciprocal(f, *x, p, r)),
    "reciprocal_root": (reciprocal_root, lambda f, x, p, r: division.reciprocal_root(f, *x, p, r)),
    "fma": (fma, lambda f, x, p, r: arithmetic.fma_flagged((f, f, f), f, *x, p, r)),
}


@pytest.mark.parametrize("is_tiny_before", [False, True], ids=["after", "before"])
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
@pytest.mark.parametrize("fmt, overflow", NARROW_WITH_POLICY)
@pytest.mark.slow
def test_every_operand(fmt, overflow, mode, is_tiny_before):
    """Multiply, add, divide on every pair; roots and reciprocals on every code."""
    for name, (circuit, model) in OPERATIONS.items():
        if name == "fma":
            continue
        operands = every(fmt, 2 if name in ("multiply", "add", "divide") else 1)
        bits = 2 * mode.is_stochastic
        random = (3 * operands[0] + operands[-1]) % 4 if bits else 0
        rounder = Rounder(mode, random, bits, is_tiny_before)
        actual = simulate(circuit, fmt, operands, overflow, rounder)
        assert_same(actual, model(fmt, operands, overflow, rounder))


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "fma"])
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e4m3fnuz", "e2m1fn"])
def test_nearest_even(fmt, name):
    fmt = FORMATS[fmt]
    circuit, model = OPERATIONS[name]
    operands = every(fmt, 2 if name in ("multiply", "add", "divide") else 1)
    policy = fmt.default_overflow
    actual = simulate(circuit, fmt, operands, policy, Rounder())
    assert_same(actual, model(fmt, operands, policy, Rounder()))
    if name == "divide":
        assert set(np.unique(actual[1])) >= {0, 1, 3, 5, 8, 16} - ({3} if fmt.width == 4 else set())


@pytest.mark.parametrize(
    "mode",
    [pytest.param(mode, marks=[pytest.mark.slow] * mode.is_stochastic) for mode in MODES],
    ids=lambda mode: mode.value,
)
@pytest.mark.parametrize("name", ["square_root", "reciprocal_root", "reciprocal"])
@pytest.mark.parametrize("fmt", ["binary16", "bfloat16"])
def test_every_code_of_16_bits(fmt, name, mode):
    """All 65,536 codes, with all random numbers of two bits; modes take turns with the policies."""
    fmt, (circuit, model) = FORMATS[fmt], OPERATIONS[name]
    bits = 2 * mode.is_stochastic
    random, codes = map(np.ravel, np.mgrid[: 1 << bits, : 1 << 16])
    policies = overflow_policies(fmt)
    own = [fmt.default_overflow] if bits else [policies[MODES.index(mode) % len(policies)]]
    for policy in policies if mode is Rounding.NEAREST_EVEN else own:
        rounder = Rounder(mode, random if bits else 0, bits)
        actual = simulate(circuit, fmt, [codes], policy, rounder)
        assert_same(actual, model(fmt, [codes], policy, rounder))
        assert set(np.unique(actual[1])) >= {0, 1, {"reciprocal": 8}.get(name, 16)}


@pytest.mark.parametrize("mode", [Rounding.NEAREST_EVEN, Rounding.DOWN], ids=lambda m: m.value)
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e4m3fnuz", "e2m3fn"])
def test_fma(fmt, mode):
    fmt = FORMATS[fmt]
    rng = np.random.default_rng(91)
    operands = list(rng.integers(0, 1 << fmt.width, (3, 200_000)))
    rounder = Rounder(mode)
    circuit, model = OPERATIONS["fma"]
    actual = simulate(circuit, fmt, operands, fmt.default_overflow, rounder)
    assert_same(actual, model(fmt, operands, fmt.default_overflow, rounder))


@pytest.mark.parametrize("dst", ["e4m3fn", "e5m2", "e2m1fn", "e4m3fnuz", "bfloat16"])
@pytest.mark.parametrize("src", ["binary16", "bfloat16", "e5m2"])
def test_convert(src, dst):
    src, dst = FORMATS[src], FORMATS[dst]
    codes = np.arange(1 << src.width)
    for policy in overflow_policies(dst):
        for mode in (Rounding.NEAREST_EVEN, Rounding.UP, Rounding.ODD):
            rounder = Rounder(mode)
            actual = simulate(convert, src, [codes], policy, rounder, to=dst)
            assert_same(actual, arithmetic.convert_flagged(src, dst, codes, policy, rounder))


def test_flags_cost_nothing_if_not_asked_for():
    """Collecting flags changes no neuron of the result."""
    fmt = FORMATS["e4m3fn"]
    sizes = []
    for control in (RoundingControl(), RoundingControl(flags=FlagBits(is_tiny_before=True))):
        gates = make_gates("multiply", "native")
        a, b = (gates.builder.input(name, fmt.width) for name in "ab")
        gates.builder.output("y", multiply(gates, fmt, a, b, control=control))
        sizes.append(len(gates.builder.build().neurons))
    assert sizes[0] == sizes[1] == 206


def test_wrong_tininess_is_noticed():
    """Before and after rounding differ for products just below the smallest normal value."""
    fmt = FORMATS["e4m3fn"]
    operands = every(fmt, 2)
    circuit, model = OPERATIONS["multiply"]
    actual = simulate(circuit, fmt, operands, "nan", Rounder(is_tiny_before=True))
    expected = model(fmt, operands, "nan", Rounder())
    assert np.count_nonzero(actual[1] != expected.flags) > 0
