# SPDX-License-Identifier: Apache-2.0
"""Conversions between any two formats: every code up to 16 bits, some of 32 bits."""

from itertools import product

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations import convert as convert_module
from spikefloat.rtl_gen.circuits.operations.convert import convert
from spikefloat.rtl_gen.circuits.parts.rounding import round_significand
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.header import header_lines
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS, Overflow, Rounding
from spikefloat.rtl_gen.neurons.builder import ZERO
from spikefloat.rtl_gen.neurons.gates import Library, make_gates
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.sim.cases.corners import corner_codes, random_codes
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden.rounding import INEXACT, INVALID, OVERFLOW, UNDERFLOW, Rounder
from spikefloat.sim.graphs.network import Network
from tests.helpers.circuits import VARIANTS, check
from tests.helpers.flags import assert_same, simulate
from tests.helpers.oracle import NARROW_FORMATS, SHARED_FORMATS, UP_TO_16_BITS, all_codes

CONVERT = find_design("convert")


def policies(dst):
    return [p.value for p in Overflow if dst.has_nan or p is Overflow.SATURATE]


def codes_near(src, dst, count, seed):
    """Return the corner codes and random ones, half of them near the range of ``dst``."""
    anywhere = random_codes(src, count, seed)
    rng = np.random.default_rng(seed)
    field = (
        rng.integers(
            max(dst.min_exponent - dst.precision - 1, src.min_exponent),
            min(dst.max_exponent + 2, src.max_exponent + 1),
            count // 2,
        )
        + src.bias
    )
    anywhere[: count // 2] &= ~src.exponent_mask
    anywhere[: count // 2] |= field << src.mantissa_bits
    # Of those, some are exact, or ties, or a last place beside one.
    lost = max(src.mantissa_bits - dst.mantissa_bits, 1)
    chosen = slice(0, count // 2, 4)
    anywhere[chosen] = (anywhere[chosen] >> lost - 1 << lost - 1) + rng.integers(
        -1, 2, anywhere[chosen].size
    )
    return np.concatenate([corner_codes(src), anywhere & (1 << src.width) - 1])


@pytest.mark.parametrize("library", Library)
@pytest.mark.parametrize("dst", SHARED_FORMATS, ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("src", UP_TO_16_BITS, ids=lambda fmt: fmt.name)
def test_every_code(src, dst, library):
    for policy in policies(dst):
        count = check(
            "convert", src, (all_codes(src),), to=dst.name, overflow=policy, library=library
        )
        assert count == 2**src.width


@pytest.mark.parametrize("library", Library)
@pytest.mark.parametrize("dst", SHARED_FORMATS, ids=lambda fmt: fmt.name)
def test_binary32(dst, library):
    src = FORMATS["binary32"]
    codes = codes_near(src, dst, 60_000, 61)
    for policy in policies(dst):
        count = check("convert", src, (codes,), to=dst.name, overflow=policy, library=library)
        assert count > 60_000


@pytest.mark.slow
@pytest.mark.parametrize("dst", SHARED_FORMATS, ids=lambda fmt: fmt.name)
def test_binary32_million(dst):
    src = FORMATS["binary32"]
    codes = codes_near(src, dst, 1_000_000, 62)
    assert check("convert", src, (codes,), to=dst.name) > 1_000_000


@pytest.mark.parametrize("library, budget", VARIANTS[2:])
@pytest.mark.parametrize("dst", SHARED_FORMATS, ids=lambda fmt: fmt.name)
def test_every_code_other_budgets(dst, library, budget):
    for src in (*NARROW_FORMATS, FORMATS["binary16"]):
        count = check(
            "convert", src, (all_codes(src),), to=dst.name, library=library, budget=budget
        )
        assert count == 2**src.width


@pytest.mark.parametrize(
    "src, dst, native, published",
    [
        ("e5m2", "binary16", 8, 19),  # NaN only; the rest is wires
        ("e4m3fn", "e4m3fn", 3, 9),  # NaN only
        ("e8m0fnu", "e8m0fnu", 0, 0),
        ("e4m3fn", "binary16", 40, 100),
        ("e4m3fn", "bfloat16", 42, 100),
        ("e5m2", "e4m3fn", 90, 170),
        ("bfloat16", "e4m3fn", 140, 290),
        ("binary32", "bfloat16", 84, 160),
    ],
)
def test_size(src, dst, native, published):
    for library, most in (("native", native), ("published", published)):
        instance = make_instance(CONVERT, format=src, to=dst, library=library)
        assert measure(instance.graph).neurons <= most


@pytest.mark.parametrize(
    "src, code, dst, result",
    [
        ("e5m2", 0x7C, "e4m3fn", 0x7F),  # infinity is too large
        ("e5m2", 0xFE, "e2m1fn", 0x0),  # NaN: a zero of the opposite sign
        ("e4m3fn", 0x80, "e4m3fnuz", 0x00),  # there is but one zero
        ("e4m3fn", 0x80, "e8m0fnu", 0xFF),  # none at all
        ("bfloat16", 0xBF80, "e8m0fnu", 0xFF),  # no sign
        ("bfloat16", 0x0001, "e8m0fnu", 0x00),  # the smallest
        ("bfloat16", 0x3FBF, "e8m0fnu", 127),  # just below 1.5
        ("bfloat16", 0x3FC0, "e8m0fnu", 128),  # 1.5, a tie, goes up
        ("e8m0fnu", 0xFF, "e5m2", 0x7E),  # NaN
        ("e8m0fnu", 0x00, "bfloat16", 0x0040),  # 2**-127 is subnormal
    ],
)
def test_special(src, code, dst, result):
    instance = make_instance(CONVERT, format=src, to=dst)
    assert Network(instance.graph).run({"a": np.asarray(code)})["y"] == result


def test_ties_where_no_digit_is_even():
    """Half way between two powers of two is the larger one, for even and odd codes alike."""
    values = np.ldexp(1.5, np.arange(-127, 127)).astype(np.float32)
    codes = values.view(np.uint32) >> 16  # exact in bfloat16
    assert (values.view(np.uint32) & 0xFFFF == 0).all()
    instance = make_instance(CONVERT, format="bfloat16", to="e8m0fnu")
    found = Network(instance.graph).run({"a": codes.astype(np.int64)})["y"]
    np.testing.assert_array_equal(found, np.arange(1, 255))
    assert np.count_nonzero(found % 2) == 127
    line, *_ = header_lines(instance)
    assert line == (
        "y = a in another format, rounded to nearest, ties to the larger value "
        "(bfloat16 to e8m0fnu)"
    )
    line, *_ = header_lines(make_instance(CONVERT, format="bfloat16", to="e5m2"))
    assert line == "y = a in another format, rounded to nearest even (bfloat16 to e5m2)"


@pytest.mark.parametrize(
    "options, message",
    [
        ({"to": "e9m9"}, r"^Format must be one of e4m3fn, [a-z0-9, ]+, not 'e9m9'$"),
        (
            {"to": "e2m1fn", "overflow": "nan"},
            r"^Overflow must be saturate for e2m1fn, which has no NaN, not 'nan'$",
        ),
    ],
)
def test_wrong_options(options, message):
    with pytest.raises(ValueError, match=message):
        make_instance(CONVERT, **options)


def test_wrong_target_of_another_design():
    with pytest.raises(
        ValueError,
        match=(r"^Result format of negate must be that of its operands, not 'bfloat16'$"),
    ):
        make_instance("negate", to="bfloat16")


@pytest.mark.parametrize("fmt", ["e4m3fn", "e8m0fnu"])
def test_wrong_width(fmt):
    gates = make_gates("test")
    a = gates.builder.input("a", 7)
    with pytest.raises(ValueError, match=rf"^Code must have 8 bits for {fmt}, not 7$"):
        convert(gates, FORMATS[fmt], FORMATS["bfloat16"], a)


@pytest.mark.parametrize(
    "src, dst, name",
    [
        ("e4m3fn", "binary16", "convert_e4m3fn_to_binary16"),
        ("e4m3fn", None, "convert_e4m3fn_to_bfloat16"),
        ("bfloat16", None, "convert_bfloat16_to_binary32"),
    ],
)
def test_module_name(src, dst, name):
    assert make_instance(CONVERT, format=src, to=dst).name == name


def ignore_sticky(gates, exponent, significand, sticky, *how):
    return round_significand(gates, exponent, significand, ZERO)


def test_planted_fault_is_found(fresh_builds):
    fresh_builds.setattr(convert_module, "round_significand", ignore_sticky)
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of 65536 results differ:\n  binary16 0x"):
        check("convert", FORMATS["binary16"], (all_codes(FORMATS["binary16"]),), to="e4m3fn")
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of \d+ results differ:\n  binary32 0x"):
        test_binary32(FORMATS["bfloat16"], "native")


def test_scales_in_every_mode():
    """Every bfloat16 as a scale e8m0fnu, with flags: floor, ceil, nearest and the others."""
    src, dst = FORMATS["bfloat16"], FORMATS["e8m0fnu"]
    codes = all_codes(src)
    for mode, is_tiny_before in product(Rounding, (False, True)):
        bits = 2 * mode.is_stochastic
        rounder = Rounder(mode, codes % 4 if bits else 0, bits, is_tiny_before)
        for policy in policies(dst):
            actual = simulate(convert, src, [codes], policy, rounder, to=dst)
            assert_same(actual, golden.convert_flagged(src, dst, codes, policy, rounder))


@pytest.mark.parametrize("name", ["e4m3fn", "e5m2", "e4m3fnuz", "e2m1fn", "ue4m3", "binary8p3se"])
def test_scales_of_narrow_formats(name):
    """Every code as a scale, in every mode that is not stochastic, with flags."""
    src, dst = FORMATS[name], FORMATS["e8m0fnu"]
    codes = all_codes(src)
    for mode in (mode for mode in Rounding if not mode.is_stochastic):
        for policy in policies(dst):
            actual = simulate(convert, src, [codes], policy, Rounder(mode), to=dst)
            assert_same(actual, golden.convert_flagged(src, dst, codes, policy, Rounder(mode)))


#: Codes of bfloat16, and what docs/reference/formats.md says of them: the scale for each of the modes
#: rtz, rdn, rup, rne, rna and rne-code, that with saturation, and the flags.
SCALES = [
    (0x3F80, (127,) * 6, None, 0),  # 1
    (0x3FA0, (127, 127, 128, 127, 127, 127), None, INEXACT),  # 1.25
    (0x3FC0, (127, 127, 128, 128, 128, 128), None, INEXACT),  # 1.5, whose lower neighbour is odd
    (0x4040, (128, 128, 129, 129, 129, 128), None, INEXACT),  # 3, whose lower neighbour is even
    (0x0040, (0,) * 6, None, 0),  # 2**-127
    (0x0060, (0, 0, 1, 1, 1, 0), None, INEXACT),  # 1.5 * 2**-127
    (0x0020, (0,) * 6, None, INEXACT | UNDERFLOW),  # 2**-128
    (0x7F00, (254,) * 6, None, 0),  # 2**127
    (0x7F40, (254, 254, 255, 255, 255, 254), (254,) * 6, None),  # 1.5 * 2**127
    (0x7F80, (255,) * 6, (254,) * 6, OVERFLOW | INEXACT),  # infinity
    *((code, (255,) * 6, None, INVALID) for code in (0x0000, 0x8000, 0xBF80, 0x8001, 0xFF80)),
    (0x7FC0, (255,) * 6, None, 0),  # NaN
]


def test_scales_by_hand():
    """The table of docs/reference/formats.md, in golden model and circuit."""
    src, dst = FORMATS["bfloat16"], FORMATS["e8m0fnu"]
    codes = np.array([code for code, *_ in SCALES])
    for place, mode in enumerate(("rtz", "rdn", "rup", "rne", "rna", "rne-code")):
        for policy in policies(dst):
            rounder = Rounder(Rounding(mode))
            found = golden.convert_flagged(src, dst, codes, policy, rounder)
            assert_same(simulate(convert, src, [codes], policy, rounder, to=dst), found)
            for (_, usual, saturated, flags), code, raised in zip(SCALES, *found, strict=True):
                own = saturated if saturated and policy != "nan" else usual
                assert code == own[place]
                beyond = OVERFLOW if usual[place] == 255 else 0
                assert raised == (INEXACT | beyond if flags is None else flags)


def test_planted_fault_in_ties_is_found(fresh_builds):
    """The last digit, which is always odd, instead of the code."""
    src, dst = FORMATS["bfloat16"], FORMATS["e8m0fnu"]
    codes = all_codes(src)
    expected = golden.convert_flagged(src, dst, codes, None, Rounder(Rounding.NEAREST_EVEN_CODE))
    wrong = simulate(convert, src, [codes], policies(dst)[0], Rounder(), to=dst)
    with pytest.raises(AssertionError):
        assert_same(wrong, expected)
