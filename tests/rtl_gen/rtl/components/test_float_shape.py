# amaranth: UnusedElaboratable=no
# SPDX-License-Identifier: Apache-2.0
"""Floats as shapes of signals: constants, values in simulation, waveforms."""

import math
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from amaranth.hdl import Const, Module, Print, Shape, Signal
from amaranth.sim import Simulator

from spikefloat.rtl_gen.formats import FORMATS, find_format
from spikefloat.rtl_gen.rtl.components.float_shape import Float, FloatCode
from spikefloat.sim.golden.values import decode

NARROW = [name for name, fmt in FORMATS.items() if fmt.width <= 16]
E4M3FN = Float(FORMATS["e4m3fn"])


def code_of(shape: Float, number: object) -> int:
    return Const.cast(shape.const(number)).value


@pytest.mark.parametrize("name", NARROW)
def test_every_code_has_its_value(name):
    fmt = FORMATS[name]
    shape = Float(fmt)
    codes = np.arange(1 << fmt.width)
    values = [shape.from_bits(code) for code in codes.tolist()]
    assert np.array_equal(np.array(values), decode(fmt, codes), equal_nan=True)
    assert [code_of(shape, value) for value in values] == codes.tolist()


@pytest.mark.parametrize("name", NARROW)
def test_numbers_are_rounded_to_nearest_even(name):
    """Every value, the middle between it and the next, and what is just beside the middle."""
    fmt = FORMATS[name]
    shape = Float(fmt)
    codes = range(fmt.max_code) if fmt.width <= 8 else range(0, fmt.max_code, 37)
    for code in codes:
        value, following = (Fraction(float(shape.from_bits(c))) for c in (code, code + 1))
        middle, small = (value + following) / 2, Fraction(1, 2**200)
        even = code + code % 2 if fmt.mantissa_bits else code + 1  # a tie goes up without fraction
        sizes = {value: code, middle - small: code, middle: even, middle + small: code + 1}
        for size, expected in sizes.items():
            assert shape.code(size) == expected
            if fmt.is_signed and expected:
                assert shape.code(-size) == expected | fmt.sign_mask


@pytest.mark.parametrize("name", ["e4m3fn", "e5m2", "e4m3fnuz", "e2m1fn", "bfloat16"])
def test_rounding_is_that_of_ml_dtypes(name):
    fmt = FORMATS[name]
    kind = next(
        getattr(ml_dtypes, alias) for alias in (name, *fmt.aliases) if hasattr(ml_dtypes, alias)
    )
    numbers = np.random.default_rng(1).normal(0, float(fmt.max_value) / 8, 500)
    numbers = numbers[np.abs(numbers) <= float(fmt.max_value)]
    rounded = [float(Float(fmt).from_bits(Float(fmt).code(n))) for n in numbers.tolist()]
    assert rounded == numbers.astype(np.float32).astype(kind).astype(float).tolist()


def test_constants():
    assert code_of(E4M3FN, 1.5) == 0x3C
    assert code_of(E4M3FN, -0.0) == 0x80
    assert code_of(E4M3FN, Fraction(1, 3)) == 0x2B
    assert code_of(E4M3FN, 17) == 0x58  # a tie between 16 and 18
    assert code_of(E4M3FN, math.nan) == 0x7F
    assert code_of(Float(FORMATS["e5m2"]), -math.inf) == 0xFC
    assert code_of(Float(FORMATS["e4m3fnuz"]), -0.0) == 0
    assert code_of(Float(FORMATS["e8m0fnu"]), 8) == 130
    assert code_of(Float(find_format("binary32")), -0.1) == 0xBDCCCCCD
    assert code_of(E4M3FN, None) == 0
    assert code_of(E4M3FN, E4M3FN.const(2)) == 0x40
    signal = Signal(E4M3FN, init=0.1)
    assert signal.as_value().init == 0x1D
    assert Shape.cast(E4M3FN).width == 8
    assert (E4M3FN, hash(E4M3FN)) == (Float(FORMATS["e4m3fn"]), hash(Float(FORMATS["e4m3fn"])))
    assert repr(E4M3FN) == "Float(e4m3fn)"


@pytest.mark.parametrize(
    "name, number, message",
    [
        ("e4m3fn", 465, "Constant of e4m3fn must be at most 448 in size, not 465"),
        ("e4m3fn", -(10**400), r"Constant of e4m3fn must be at most 448 .* not 2\*\*1328 or more"),
        ("e4m3fn", math.inf, "Constant of e4m3fn must be finite, not inf"),
        ("e2m1fn", math.nan, "Constant of e2m1fn must be finite, not nan"),
        ("e8m0fnu", 0, "Constant of e8m0fnu must be from 5.87747e-39 to 1.70141e.38 .* not 0"),
        ("e8m0fnu", -2, "Constant of e8m0fnu must be positive, not -2"),
        ("e4m3fn", "1.5", "Constant of e4m3fn must be a number, not '1.5'"),
    ],
)
def test_what_is_no_constant(name, number, message):
    with pytest.raises((ValueError, TypeError), match=f"^{message}$"):
        Float(FORMATS[name]).const(number)


def test_floats_are_not_bits():
    value = Signal(E4M3FN)
    with pytest.raises(TypeError, match="must be compared by a circuit"):
        value == 1.5  # noqa: B015
    for other in (Signal(8), Signal(Float(FORMATS["e5m2"]))):
        with pytest.raises(TypeError, match=r"^Value assigned must be of Float\(e4m3fn\), not "):
            value.eq(other)
    with pytest.raises(ValueError, match=r"^Code of e4m3fn must have 8 bits, not 7$"):
        E4M3FN(Signal(7))


def test_two_values_of_nan_are_told_apart():
    positive, negative = (E4M3FN.from_bits(code) for code in (0x7F, 0xFF))
    assert isinstance(positive, FloatCode)
    assert (positive.code, negative.code) == (0x7F, 0xFF)
    # In another format, the code would be something else.
    assert code_of(Float(FORMATS["e5m2"]), E4M3FN.from_bits(0x38)) == 0x3C


def test_values_in_simulation_and_waveforms(tmp_path, capsys):
    m = Module()
    narrow = Signal(E4M3FN)
    wide = Signal(Float(FORMATS["bfloat16"]))
    copy = Signal(E4M3FN, init=-3)
    m.d.sync += [copy.eq(narrow), Print("copy", copy)]
    simulator = Simulator(m)
    simulator.add_clock(1e-6)

    async def bench(ctx):
        assert ctx.get(copy) == -3
        ctx.set(narrow, 0.3)
        ctx.set(wide, 1.5)
        await ctx.tick()
        assert ctx.get(copy) == 0.3125
        assert ctx.get(wide) == 1.5

    simulator.add_testbench(bench)
    with simulator.write_vcd(str(tmp_path / "waves.vcd"), traces=[narrow, wide]):
        simulator.run()
    waves = (tmp_path / "waves.vcd").read_text()
    assert "s-3 " in waves
    assert "s0.3125 " in waves
    for field in ("sign", "exponent", "mantissa"):
        assert f"wide.{field}" in waves
    assert capsys.readouterr().out.startswith("copy -3\n")
