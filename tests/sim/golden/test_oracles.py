# SPDX-License-Identifier: Apache-2.0
"""The golden model in every mode, against MPFR (gmpy2) and gfloat, which share no code with it."""

import math

import gfloat
import gfloat.formats
import gmpy2
import numpy as np
import pytest
from gfloat import RoundMode
from gfloat.types import Domain, Signedness

from spikefloat.rtl_gen.formats import FORMATS, INTEGERS, Rounding, find_format, p3109
from spikefloat.sim.golden import arithmetic, division, integers
from spikefloat.sim.golden.operations import expected, expected_rounded
from spikefloat.sim.golden.rounding import INEXACT, Rounder, encode
from spikefloat.sim.golden.values import decode
from tests.helpers.oracle import codes_of, dtype_of, every_pair, floats_of

#: Modes that MPFR has, by the names of gmpy2.
MPFR = {
    Rounding.NEAREST_EVEN: gmpy2.RoundToNearest,
    Rounding.TOWARD_ZERO: gmpy2.RoundToZero,
    Rounding.DOWN: gmpy2.RoundDown,
    Rounding.UP: gmpy2.RoundUp,
}

#: Modes that gfloat has.
GFLOAT = {
    Rounding.NEAREST_EVEN: RoundMode.TiesToEven,
    Rounding.TOWARD_ZERO: RoundMode.TowardZero,
    Rounding.DOWN: RoundMode.TowardNegative,
    Rounding.UP: RoundMode.TowardPositive,
    Rounding.NEAREST_AWAY: RoundMode.TiesToAway,
    Rounding.STOCHASTIC_A: RoundMode.StochasticFastest,
    Rounding.STOCHASTIC_B: RoundMode.StochasticFast,
    Rounding.STOCHASTIC_C: RoundMode.Stochastic,
}

TWO_OPERANDS = {
    "add": (arithmetic.add_flagged, gmpy2.add),
    "multiply": (arithmetic.multiply_flagged, gmpy2.mul),
    "divide": (lambda fmts, to, *rest: division.divide(to, *rest), gmpy2.div),
}

ONE_OPERAND = {
    "square_root": (division.square_root, gmpy2.sqrt),
    "reciprocal_root": (division.reciprocal_root, gmpy2.rec_sqrt),
    "reciprocal": (division.reciprocal, lambda x: gmpy2.div(1, x)),
}


THREE_OPERANDS = {
    "fma": gmpy2.fma,
    "fma_subtract": gmpy2.fms,
    "fma_negate": lambda x, y, z: gmpy2.fma(-x, y, z),
    "fma_negate_subtract": lambda x, y, z: gmpy2.fms(-x, y, z),
    "faa": lambda x, y, z: gmpy2.fsum([x, y, z]),
}


def both(fmt):
    """Return a format of P3109 and what gfloat calls it."""
    sign = Signedness.Signed if fmt.is_signed else Signedness.Unsigned
    domain = Domain.Extended if fmt.is_extended else Domain.Finite
    return fmt, gfloat.formats.format_info_p3109(fmt.width, fmt.precision, sign, domain)


GFLOAT_FORMATS = [
    (FORMATS["e4m3fn"], gfloat.formats.format_info_ocp_e4m3),
    (FORMATS["e5m2"], gfloat.formats.format_info_ocp_e5m2),
    (FORMATS["e3m2fn"], gfloat.formats.format_info_ocp_e3m2),
    (FORMATS["e2m1fn"], gfloat.formats.format_info_ocp_e2m1),
    (FORMATS["binary16"], gfloat.formats.format_info_binary16),
    *[
        both(p3109(width, precision, is_signed, is_extended))
        for width in (4, 8)
        for precision in range(1, width)
        for is_signed in (True, False)
        for is_extended in (True, False)
    ],
]


def context(fmt, mode):
    return gmpy2.context(
        precision=fmt.precision,
        emin=fmt.min_exponent - fmt.mantissa_bits + 1,
        emax=fmt.max_exponent + 1,
        subnormalize=True,
        round=MPFR[mode],
    )


def assert_like_mpfr(fmt, mode, function, operands, result):
    """Compare values and inexact flags wherever operands and result are finite."""
    values = np.array([decode(fmt, codes) for codes in operands])
    is_finite = np.isfinite(values).all(axis=0)
    given = values[:, is_finite].T.tolist()
    got = decode(fmt, result.codes)[is_finite].tolist()
    inexact = (result.flags[is_finite] & INEXACT != 0).tolist()
    largest = float(fmt.max_value)
    compared = 0
    with context(fmt, mode) as ctx:
        for numbers, expected, is_inexact in zip(given, got, inexact, strict=True):
            ctx.clear_flags()
            exact = function(*map(gmpy2.mpfr, numbers))
            if not gmpy2.is_finite(exact) or abs(exact) > largest:
                continue
            assert float(exact) == expected, (numbers, expected)
            assert is_inexact == ctx.inexact, numbers
            compared += 1
    return compared


@pytest.mark.parametrize("mode", MPFR, ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", TWO_OPERANDS)
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e3m4", "e4m3fnuz", "e2m1fn", "binary16"])
def test_two_operands(fmt, name, mode):
    fmt = FORMATS[fmt]
    rng = np.random.default_rng(81)
    a, b = rng.integers(0, 1 << fmt.width, (2, 6000))
    ours, mpfr = TWO_OPERANDS[name]
    result = ours((fmt, fmt), fmt, a, b, None, Rounder(mode))
    assert assert_like_mpfr(fmt, mode, mpfr, (a, b), result) > 2000


@pytest.mark.parametrize("mode", MPFR, ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", THREE_OPERANDS)
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e4m3fnuz", "e2m1fn", "binary16"])
def test_three_operands(fmt, name, mode):
    fmt = FORMATS[fmt]
    operands = np.random.default_rng(83).integers(0, 1 << fmt.width, (3, 4000))
    result = expected_rounded(name, fmt, operands, None, None, Rounder(mode))
    assert assert_like_mpfr(fmt, mode, THREE_OPERANDS[name], operands, result) > 1000


@pytest.mark.parametrize("mode", MPFR, ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", ONE_OPERAND)
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e3m4", "e4m3fnuz", "binary16", "bfloat16"])
def test_one_operand(fmt, name, mode):
    fmt = FORMATS[fmt]
    codes = np.arange(1, fmt.max_code + 1, 1 if fmt.width <= 8 else 13)
    ours, mpfr = ONE_OPERAND[name]
    result = ours(fmt, codes, None, Rounder(mode))
    assert assert_like_mpfr(fmt, mode, mpfr, (codes,), result) > 0.8 * len(codes)


def tricky_values(fmt, rng):
    """Return values of a format, the middles between them, both sides of these, and random ones."""
    values = decode(fmt, np.arange(1 << min(fmt.width, 10)))
    values = np.unique(values[np.isfinite(values)])
    middles = (values[:-1] + values[1:]) / 2
    spread = rng.uniform(fmt.min_exponent - 6, fmt.max_exponent + 2, 200)
    largest = float(fmt.max_value) * np.array([1.06, 1.2, 1.5, 4])
    every = [values, middles, middles * (1 + 2**-20), middles * (1 - 2**-21), largest]
    every = np.concatenate([*every, rng.standard_normal(200) * np.exp2(spread)])
    return np.concatenate([every, -every]) if fmt.is_signed else every[every > 0]


@pytest.mark.parametrize("mode", GFLOAT, ids=lambda mode: mode.value)
@pytest.mark.parametrize("fmt, info", GFLOAT_FORMATS, ids=lambda fmt: getattr(fmt, "name", ""))
def test_rounding(fmt, info, mode):
    """Every mode of gfloat on values, middles and what is near them, with both policies."""
    rng = np.random.default_rng(82)
    values = tricky_values(fmt, rng)
    bits = 3 if mode.is_stochastic else 0
    for random in range(1 << bits):
        for policy, saturates in (("nan", False), ("saturate-finite", True)):
            if policy == "nan" and not fmt.has_nan:
                continue
            codes = encode(fmt, values, policy, Rounder(mode, random, bits))
            expected = gfloat.round_ndarray(
                info, values, GFLOAT[mode], saturates, np.full(values.shape, random), bits
            )
            np.testing.assert_array_equal(decode(fmt, codes), expected)


@pytest.mark.parametrize("fmt, info", GFLOAT_FORMATS, ids=lambda fmt: getattr(fmt, "name", ""))
def test_values(fmt, info):
    """Every code, and back; the name of the format is that of gfloat."""
    codes = np.arange(1 << fmt.width)
    expected = [gfloat.decode_float(info, code).fval for code in codes.tolist()]
    np.testing.assert_array_equal(decode(fmt, codes), expected)
    back = [gfloat.encode_float(info, value) for value in expected]
    is_nan = np.isnan(expected)
    np.testing.assert_array_equal(np.array(back)[~is_nan], codes[~is_nan])
    assert is_nan.tolist() == [fmt.is_nan(code) for code in codes.tolist()]
    if info.name.startswith("p3109"):
        assert find_format(info.name.replace("p3109_k", "binary")) == fmt


def test_scales():
    """frexp of numpy says between which powers of two a value is; ties go up, as in ml_dtypes."""
    fmt = FORMATS["e8m0fnu"]
    rng = np.random.default_rng(84)
    powers = np.exp2(np.arange(-127.0, 127.0))
    drawn = rng.uniform(1, 2, (20, powers.size)) * powers
    values = np.concatenate([powers, 1.5 * powers, *np.nextafter(1.5 * powers, [[0], [np.inf]])])
    values = np.concatenate([values, drawn.ravel(), np.array([2.0**-128, 1e-300])])
    fraction, exponent = np.frexp(values)
    floor = np.maximum(exponent + 126, 0)
    ceil = np.where(values < 2.0**-127, 0, floor + (fraction > 0.5))
    nearest = np.where(values < 2.0**-127, 0, floor + (fraction >= 0.75))
    is_tie = (fraction == 0.75) & (values >= 2.0**-127)
    by_code = np.where(is_tie, floor + floor % 2, nearest)
    expected = {"rtz": floor, "rdn": floor, "rup": ceil, "rne": nearest, "rna": nearest}
    expected["rne-code"] = by_code
    for mode, codes in expected.items():
        actual = encode(fmt, values, None, Rounder(Rounding(mode)))
        np.testing.assert_array_equal(actual, codes, mode)
    ties = values == 1.5 * np.exp2(exponent - 1.0)
    assert np.count_nonzero(ties[: 2 * powers.size]) == 254
    assert np.count_nonzero(nearest[: 2 * powers.size][ties[: 2 * powers.size]] % 2) == 127


@pytest.mark.parametrize("name", ["e4m3fn", "e5m2", "e4m3fnuz", "binary16", "bfloat16"])
def test_scales_of_every_code(name):
    """Every positive code of a format: gfloat has ties to the even code, ml_dtypes ties upwards."""
    fmt, scale = FORMATS[name], FORMATS["e8m0fnu"]
    codes = np.arange(1, fmt.max_code + 1)
    values = decode(fmt, codes)
    in_range = (values >= 2.0**-127) & (values < 2.0**127)
    codes, values = codes[in_range], values[in_range]
    modes = {
        "rtz": RoundMode.TowardZero,
        "rdn": RoundMode.TowardNegative,
        "rup": RoundMode.TowardPositive,
        "rna": RoundMode.TiesToAway,
        "rne-code": RoundMode.TiesToEven,
    }
    info = gfloat.formats.format_info_ocp_e8m0
    for mode, theirs in modes.items():
        actual = arithmetic.convert(fmt, scale, codes, None, Rounder(Rounding(mode)))
        rounded = [gfloat.round_float(info, value, theirs) for value in values.tolist()]
        np.testing.assert_array_equal(decode(scale, actual), rounded, mode)
    # Below the smallest normal value of its float, ml_dtypes rounds 2**-127 and more up.
    codes, values = codes[values >= 2.0**-126], values[values >= 2.0**-126]
    usual = arithmetic.convert(fmt, scale, codes)
    np.testing.assert_array_equal(usual, codes_of(values.astype(dtype_of(scale))))
    differs = usual != arithmetic.convert(fmt, scale, codes, None, Rounder(Rounding("rne-code")))
    assert differs.any()


def test_formats_without_a_twin():
    """ue4m3 is E4M3FN without a sign; tf32 is binary32 without its last 13 bits."""
    codes = np.arange(1 << 7)
    np.testing.assert_array_equal(
        decode(FORMATS["ue4m3"], codes), floats_of(FORMATS["e4m3fn"], codes).astype(float)
    )
    codes = np.arange(1 << 19)
    with np.errstate(invalid="ignore"):
        expected = (codes << 13).astype(np.uint32).view(np.float32).astype(float)
    np.testing.assert_array_equal(decode(FORMATS["tf32"], codes), expected)


@pytest.mark.parametrize("name", INTEGERS)
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "binary16", "bfloat16"])
def test_integers(fmt, name):
    """Python's round is to nearest even; every code, and every integer of up to 16 bits."""
    fmt, integer = FORMATS[fmt], INTEGERS[name]
    codes = np.arange(1 << fmt.width)
    values = [
        2**70 if math.isnan(value) else value if math.isinf(value) else round(value)
        for value in decode(fmt, codes).tolist()
    ]
    expected = [int(min(max(value, integer.lowest), integer.highest)) for value in values]
    actual = integers.to_integer(fmt, integer, codes)
    assert integer.decode(actual.codes).tolist() == expected
    some = np.arange(1 << min(integer.width, 16)) << max(integer.width - 16, 0)
    back = integers.from_integer(integer, fmt, some)
    np.testing.assert_array_equal(back.codes, encode(fmt, integer.decode(some).astype(float)))


SELECTIONS = {
    "minimum_number": np.fmin,
    "maximum_number": np.fmax,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "copy_sign": np.copysign,
    "negate_sign": lambda x, y: np.copysign(x, -y),
    "minimum_magnitude": lambda x, y: np.where(
        abs(x) == abs(y),
        np.minimum(x, y),
        np.where(abs(x) < abs(y), x, np.where(np.isnan(x), x, y)),
    ),
    "minimum_finite": lambda x, y: np.where(
        np.isfinite(x) == np.isfinite(y), np.minimum(x, y), np.where(np.isfinite(x), x, y)
    ),
}


@pytest.mark.parametrize("name", SELECTIONS)
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e3m4", "e4m3fnuz", "e2m1fn"])
def test_selections(fmt, name):
    """numpy on every pair, of values in binary64; nothing is rounded."""
    fmt = FORMATS[fmt]
    a, b = every_pair(fmt)
    actual = expected(name, fmt, (a, b), None)
    if name in ("less_equal", "greater", "greater_equal"):
        np.testing.assert_array_equal(actual, SELECTIONS[name](decode(fmt, a), decode(fmt, b)))
        return
    if name.endswith("_sign"):  # Values do not tell the sign of NaN.
        kept = ~np.isnan(decode(fmt, b))
        a, b, actual = a[kept], b[kept], actual[kept]
    if not fmt.has_negative_zero:  # A sign of zero or NaN of the second operand means more there.
        kept = (a & fmt.magnitude_mask != 0) & (b & fmt.magnitude_mask != 0)
        a, b, actual = a[kept], b[kept], actual[kept]
    right = SELECTIONS[name](decode(fmt, a), decode(fmt, b))
    np.testing.assert_array_equal(decode(fmt, actual), right)


@pytest.mark.parametrize("name, towards", [("next_up", np.inf), ("next_down", -np.inf)])
@pytest.mark.parametrize("fmt", ["e5m2", "e3m4", "binary16", "bfloat16"])
def test_neighbours(fmt, name, towards):
    """ml_dtypes and numpy, in formats with infinity; a zero is a zero."""
    fmt = FORMATS[fmt]
    floats = floats_of(fmt, np.arange(1 << fmt.width))
    with np.errstate(all="ignore"):
        right = np.nextafter(floats, np.array(towards, floats.dtype)).astype(float)
    actual = decode(fmt, expected(name, fmt, (np.arange(1 << fmt.width),), None))
    np.testing.assert_array_equal(actual, right)
