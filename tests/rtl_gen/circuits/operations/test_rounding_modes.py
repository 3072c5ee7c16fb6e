# SPDX-License-Identifier: Apache-2.0
"""Every rounding of multiply, add, subtract, fma and convert, on every operand of narrow formats."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations.add import add
from spikefloat.rtl_gen.circuits.operations.convert import convert
from spikefloat.rtl_gen.circuits.operations.fma import fma
from spikefloat.rtl_gen.circuits.operations.multiply import multiply
from spikefloat.rtl_gen.circuits.parts.rounding_modes import RoundingControl
from spikefloat.rtl_gen.formats import FORMATS, PORT_CODES, PORT_WIDTH, Overflow, Rounding
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.graphs.network import Network
from tests.helpers.circuits import NARROW, NARROW_WITH_POLICY
from tests.helpers.flags import MODES

FIXED = [mode for mode in MODES if not mode.is_stochastic and mode is not Rounding.NEAREST_EVEN]
STOCHASTIC = [mode for mode in Rounding if mode.is_stochastic]

CIRCUITS = {
    "multiply": (2, multiply, golden.multiply),
    "add": (2, add, golden.add),
    "subtract": (2, lambda *args, **more: add(*args, minus=True, **more), golden.subtract),
    "fma": (3, fma, golden.fma),
}


def simulate(name, fmt, operands, overflow, mode, random_bits=0, library="native"):
    """Return the codes that a circuit gives; operands may end with the mode or random numbers."""
    count, circuit, _ = CIRCUITS[name]
    gates = make_gates("circuit", library)
    words = [gates.builder.input("abc"[index], fmt.width) for index in range(count)]
    port = gates.builder.input("rounding", PORT_WIDTH) if mode is None else ()
    random = gates.builder.input("random", random_bits) if random_bits else ()
    control = RoundingControl(mode, port, random)
    gates.builder.output("y", circuit(gates, fmt, *words, Overflow(overflow), control=control))
    names = [*"abc"[:count], *["rounding"] * (mode is None), *["random"] * (random_bits > 0)]
    inputs = dict(zip(names, operands, strict=True))
    return Network(gates.builder.build()).run(inputs)["y"].astype(np.int64)


def every(*widths):
    """Return every combination of words of some widths, one array for each word."""
    grid = np.meshgrid(*[np.arange(1 << width) for width in widths], indexing="ij")
    return [array.ravel() for array in grid]


@pytest.mark.parametrize("mode", FIXED, ids=lambda mode: mode.value)
@pytest.mark.parametrize("fmt, overflow", NARROW_WITH_POLICY)
@pytest.mark.parametrize("name", ["multiply", "add", "subtract"])
def test_fixed(name, fmt, overflow, mode):
    operands = every(fmt.width, fmt.width)
    actual = simulate(name, fmt, operands, overflow, mode)
    expected = CIRCUITS[name][2](fmt, *operands, overflow, Rounder(mode))
    np.testing.assert_array_equal(actual, expected)
    assert actual.size == 4**fmt.width


@pytest.mark.parametrize("fmt", NARROW, ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("name", ["multiply", "add", "subtract"])
def test_port(name, fmt):
    """Each code of the operand gives its mode; the three others round to nearest even."""
    overflow = fmt.default_overflow.value
    a, b = every(fmt.width, fmt.width)
    codes = [*PORT_CODES, *[Rounding.NEAREST_EVEN] * 3]
    for code, mode in enumerate(codes):
        actual = simulate(name, fmt, [a, b, np.full(a.shape, code)], overflow, None)
        expected = CIRCUITS[name][2](fmt, a, b, overflow, Rounder(mode))
        np.testing.assert_array_equal(actual, expected, err_msg=mode.value)


@pytest.mark.parametrize("random_bits", [1, 3])
@pytest.mark.parametrize("mode", STOCHASTIC, ids=lambda mode: mode.value)
@pytest.mark.parametrize("fmt", ["e2m1fn", "e3m2fn", "e4m3fn", "e5m2", "e4m3fnuz"])
@pytest.mark.parametrize("name", ["multiply", "add"])
def test_stochastic(name, fmt, mode, random_bits):
    fmt = FORMATS[fmt]
    overflow = fmt.default_overflow.value
    step = 1 if fmt.width < 8 else 7  # of the first operand, to save time
    a, b, random = (array[::1] for array in every(fmt.width, fmt.width, random_bits))
    kept = a % step == 0
    a, b, random = a[kept], b[kept], random[kept]
    actual = simulate(name, fmt, [a, b, random], overflow, mode, random_bits)
    rounder = Rounder(mode, random, random_bits)
    np.testing.assert_array_equal(actual, CIRCUITS[name][2](fmt, a, b, overflow, rounder))


@pytest.mark.parametrize("mode", [*FIXED, *STOCHASTIC], ids=lambda mode: mode.value)
@pytest.mark.parametrize("fmt", ["e2m1fn", "e2m3fn", "e3m2fn"])
def test_fma(fmt, mode):
    fmt = FORMATS[fmt]
    random_bits = 2 * mode.is_stochastic
    a, b, c = every(fmt.width, fmt.width, fmt.width)
    random = (a * 7 + b * 3 + c) % 4 if random_bits else 0
    operands = [a, b, c, *[random] * (random_bits > 0)]
    actual = simulate("fma", fmt, operands, "saturate", mode, random_bits)
    rounder = Rounder(mode, random, random_bits)
    np.testing.assert_array_equal(actual, golden.fma(fmt, a, b, c, "saturate", rounder))


@pytest.mark.parametrize("mode", [*FIXED, None], ids=lambda mode: mode.value if mode else "port")
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e4m3fnuz", "e3m4"])
def test_fma_eight_bits(fmt, mode):
    fmt = FORMATS[fmt]
    rng = np.random.default_rng(61)
    operands = list(rng.integers(0, 1 << fmt.width, (3, 200_000)))
    for code, port_mode in enumerate(PORT_CODES) if mode is None else [(0, mode)]:
        port = [np.full(200_000, code)] * (mode is None)
        actual = simulate("fma", fmt, [*operands, *port], "nan", mode)
        np.testing.assert_array_equal(actual, golden.fma(fmt, *operands, "nan", Rounder(port_mode)))


def converted(src, dst, codes, overflow, mode, random_bits=0, random=0):
    gates = make_gates("circuit", "native")
    a = gates.builder.input("a", src.width)
    bits = gates.builder.input("random", random_bits) if random_bits else ()
    control = RoundingControl(mode, (), bits)
    gates.builder.output("y", convert(gates, src, dst, a, Overflow(overflow), control=control))
    inputs = {"a": codes} | ({"random": random} if random_bits else {})
    return Network(gates.builder.build()).run(inputs)["y"].astype(np.int64)


@pytest.mark.parametrize("mode", [*FIXED, *STOCHASTIC], ids=lambda mode: mode.value)
@pytest.mark.parametrize("dst", ["e4m3fn", "e5m2", "e3m2fn", "e4m3fnuz", "bfloat16"])
@pytest.mark.parametrize("src", ["binary16", "bfloat16", "e5m2"])
def test_convert(src, dst, mode):
    src, dst = FORMATS[src], FORMATS[dst]
    random_bits = 3 * mode.is_stochastic
    codes = np.arange(1 << src.width)
    random = codes % 8 if random_bits else 0
    for policy in Overflow:
        if policy is Overflow.NAN and not dst.has_nan:
            continue
        actual = converted(src, dst, codes, policy, mode, random_bits, random)
        expected = golden.convert(src, dst, codes, policy, Rounder(mode, random, random_bits))
        np.testing.assert_array_equal(actual, expected, err_msg=policy.value)


def test_wrong_mode_is_noticed():
    """The test would fail if a circuit rounded up in the place of down."""
    fmt = FORMATS["e4m3fn"]
    operands = every(fmt.width, fmt.width)
    actual = simulate("add", fmt, operands, "nan", Rounding.UP)
    expected = golden.add(fmt, *operands, "nan", Rounder(Rounding.DOWN))
    assert np.count_nonzero(actual != expected) > 10_000


@pytest.mark.parametrize("mode, random", [(Rounding.STOCHASTIC_A, ()), (Rounding.UP, (2, 3))])
def test_wrong_random_bits(mode, random):
    with pytest.raises(ValueError, match=r"^Random bits must be given for a stochastic mode"):
        RoundingControl(mode, (), random)
