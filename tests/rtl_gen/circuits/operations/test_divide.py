# SPDX-License-Identifier: Apache-2.0
"""Quotients and roots: every operand of narrow formats, in every mode and policy."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations.divide import divide, reciprocal
from spikefloat.rtl_gen.circuits.operations.square_root import reciprocal_root, square_root
from spikefloat.rtl_gen.circuits.parts import quotient
from spikefloat.rtl_gen.circuits.parts.rounding_modes import RoundingControl
from spikefloat.rtl_gen.formats import FORMATS, Overflow, Rounding
from spikefloat.rtl_gen.neurons.builder import ZERO
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.sim.golden import division as golden
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.graphs.network import Network
from tests.helpers.circuits import NARROW_WITH_POLICY
from tests.helpers.flags import MODES

FIXED = [mode for mode in MODES if not mode.is_stochastic]

ROOTS = {
    "square_root": (square_root, golden.square_root),
    "reciprocal_root": (reciprocal_root, golden.reciprocal_root),
    "reciprocal": (reciprocal, golden.reciprocal),
}


def simulate(circuit, fmt, operands, overflow, mode=Rounding.NEAREST_EVEN, library="native"):
    """Return the codes that a circuit gives."""
    gates = make_gates("circuit", library)
    words = [gates.builder.input("ab"[i], fmt.width) for i in range(len(operands))]
    control = RoundingControl(mode)
    gates.builder.output("y", circuit(gates, fmt, *words, Overflow(overflow), control=control))
    network = Network(gates.builder.build())
    return network.run(dict(zip("ab", operands, strict=False)))["y"].astype(np.int64)


def pairs(fmt):
    """Return every pair of codes."""
    grid = np.meshgrid(*[np.arange(1 << fmt.width)] * 2, indexing="ij")
    return [array.ravel() for array in grid]


@pytest.mark.parametrize("mode", FIXED, ids=lambda mode: mode.value)
@pytest.mark.parametrize("fmt, overflow", NARROW_WITH_POLICY)
def test_divide_every_pair(fmt, overflow, mode):
    a, b = pairs(fmt)
    actual = simulate(divide, fmt, [a, b], overflow, mode)
    np.testing.assert_array_equal(actual, golden.divide(fmt, a, b, overflow, Rounder(mode)).codes)
    assert actual.size == 4**fmt.width


@pytest.mark.parametrize("mode", FIXED, ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", ROOTS)
@pytest.mark.parametrize("fmt, overflow", NARROW_WITH_POLICY)
def test_roots_every_code(fmt, overflow, name, mode):
    circuit, model = ROOTS[name]
    codes = np.arange(1 << fmt.width)
    actual = simulate(circuit, fmt, [codes], overflow, mode)
    np.testing.assert_array_equal(actual, model(fmt, codes, overflow, Rounder(mode)).codes)


@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
def test_published_gates(fmt):
    fmt = FORMATS[fmt]
    a, b = pairs(fmt)
    actual = simulate(divide, fmt, [a, b], "nan", library="published")
    np.testing.assert_array_equal(actual, golden.divide(fmt, a, b).codes)


@pytest.mark.parametrize("fmt", ["binary16", "bfloat16", "binary32"])
def test_divide_wide(fmt):
    """Random pairs, and quotients next to ties: products of short numbers and their neighbours."""
    fmt = FORMATS[fmt]
    rng = np.random.default_rng(71)
    a, b = rng.integers(0, 1 << fmt.width, (2, 20_000))
    short = rng.integers(0, 1 << fmt.width, 20_000) & ~((1 << fmt.mantissa_bits // 2) - 1)
    a = np.concatenate([a, short, short + 1, b])
    b = np.concatenate([b, rng.permutation(short), short, b])
    actual = simulate(divide, fmt, [a, b], "nan")
    np.testing.assert_array_equal(actual, golden.divide(fmt, a, b).codes)


@pytest.mark.parametrize("name", ["divide", "square_root"])
def test_planted_fault_is_found(monkeypatch, name):
    """A rest that does not count as sticky gives wrong results."""
    fmt = FORMATS["e4m3fn"]
    part = "divide_significands" if name == "divide" else "root_of_significand"
    module = f"spikefloat.rtl_gen.circuits.operations.{name}.{part}"
    right = getattr(quotient, part)
    monkeypatch.setattr(module, lambda *args: (right(*args)[0], ZERO))
    operands = pairs(fmt) if name == "divide" else [np.arange(256)]
    circuit, model = (divide, golden.divide) if name == "divide" else ROOTS[name]
    actual = simulate(circuit, fmt, operands, "nan", Rounding.UP)
    expected = model(fmt, *operands, "nan", Rounder(Rounding.UP)).codes
    assert np.count_nonzero(actual != expected) > 20
