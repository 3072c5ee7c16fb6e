# SPDX-License-Identifier: Apache-2.0
"""Signalling NaNs as operands: invalid to every operation that computes, and to no other circuit."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits import operation
from spikefloat.rtl_gen.circuits.functions.records import FUNCTIONS
from spikefloat.rtl_gen.designs import build
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.designs.shapes import circuits
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.sim.golden.operations import OPERATIONS, expected_rounded, wide_cases
from spikefloat.sim.golden.rounding import INVALID, Rounder
from spikefloat.sim.golden.vectors.dot import dot_flagged
from spikefloat.sim.graphs.network import Network
from tests.helpers.flags import every
from tests.rtl_gen.circuits.operations.test_p3109 import check_flagged
from tests.rtl_gen.rtl.styles.test_sequential import differences

#: The signalling NaNs of narrow formats, by IEEE 754-2019 (6.2.1): a mantissa that begins with zero.
SIGNALLING = {
    "e5m2": {0x7D, 0xFD},
    "e4m3": {0x79, 0x7A, 0x7B, 0xF9, 0xFA, 0xFB},
    "e3m4": {*range(0x71, 0x78), *range(0xF1, 0xF8)},
}

#: Operations with flags of which every operand of eight bits can be tried; functions are tables.
NAMES = [
    name
    for name, entry in OPERATIONS.items()
    if entry.rounded and sum(entry.widths(FORMATS["e5m2"])) <= 16 and name not in FUNCTIONS
]


def flags_of(name, fmt, operands, **options):
    """Return the flags that a circuit raises."""
    graph = make_instance(name, format=fmt, flags="after", **options).graph
    inputs = dict(zip(find_design(name).operands, operands, strict=True))
    return Network(graph).run(inputs)["flags"].astype(np.int64)


def is_signalling(fmt, codes):
    return np.isin(codes, list(SIGNALLING[fmt]))


def test_formats_with_signalling_nans():
    names = {fmt.name for fmt in FORMATS.values() if fmt.has_signalling_nan}
    assert names == SIGNALLING.keys() | {"binary16", "bfloat16", "tf32", "binary32", "binary64"}


@pytest.mark.parametrize("name", NAMES)
def test_every_operand(name):
    """Codes and flags of E5M2, and that each signalling NaN raises the flag, whatever it meets."""
    fmt = FORMATS["e5m2"]
    to = FORMATS["e4m3fn"] if OPERATIONS[name].converts else None
    assert check_flagged(name, fmt, Rounder(), to=to) >= 16
    widths = OPERATIONS[name].operand_widths or (None,) * OPERATIONS[name].operand_count
    if widths[0] is not None:
        return
    operands = every(fmt, len(widths))
    signals = np.logical_or.reduce(
        [
            is_signalling("e5m2", codes)
            for codes, width in zip(operands, widths, strict=True)
            if width is None
        ]
    )
    flags = flags_of(name, fmt, operands, **({"to": to} if to else {}))
    assert (flags[signals] == INVALID).all()
    if name in ("less", "minimum", "min_num", "next_up"):
        assert not flags[~signals].any()


@pytest.mark.slow
@pytest.mark.parametrize("fmt", ["e4m3", "e3m4"])
def test_every_operand_of_other_formats(fmt):
    for name in NAMES:
        to = FORMATS["e5m2"] if OPERATIONS[name].converts else None
        assert check_flagged(name, FORMATS[fmt], Rounder(), to=to) >= 16


@pytest.mark.parametrize("fmt", ["binary16", "bfloat16", "tf32", "binary32"])
def test_wide_formats(fmt):
    """Directed operands, some of them signalling NaNs."""
    fmt = FORMATS[fmt]
    for name in ("multiply", "add", "less", "maximum_number", "max_num"):
        operands = list(wide_cases(name, fmt, 2000).T)
        right = expected_rounded(name, fmt, operands, None, None, Rounder())
        flags = flags_of(name, fmt, operands)
        np.testing.assert_array_equal(flags, right.flags, name)
        quiet = fmt.nan_code & fmt.mantissa_mask
        magnitudes = [codes & fmt.magnitude_mask for codes in operands]
        signals = np.logical_or.reduce(
            [(m > fmt.exponent_mask) & (m & quiet == 0) for m in magnitudes]
        )
        assert signals.sum() > 100
        assert (flags[signals] == INVALID).all()


@pytest.mark.parametrize("name", ["multiply", "add", "subtract", "divide", "square_root"])
def test_flag_is_that_of_the_processor(name):
    """Which operands raise invalid in binary32, as numpy tells it from the processor's flags."""
    fmt = FORMATS["binary32"]
    codes = [0x7F800001, 0xFFBFFFFF, 0x7FC00000, 0xFFFFFFFF, 0x3F800000, 0x7F800000, 0, 0xBF800000]
    function = {"square_root": "sqrt"}.get(name, name)
    count = OPERATIONS[name].operand_count
    operands = [axis.ravel() for axis in np.meshgrid(*[codes] * count, indexing="ij")]
    flags = flags_of(name, fmt, operands)
    for place, case in enumerate(zip(*operands, strict=True)):
        values = [np.array([code], np.uint32).view(np.float32) for code in case]
        raised = False
        try:
            with np.errstate(invalid="raise", divide="ignore"):
                getattr(np, function)(*values)
        except FloatingPointError:
            raised = True
        assert bool(flags[place] & INVALID) == raised, [hex(code) for code in case]


def test_binary64():
    codes = np.array([0x7FF0000000000001, 0x7FF8000000000000, 0x3FF0000000000000], np.uint64)
    flags = flags_of("less", FORMATS["binary64"], [codes, codes[::-1].copy()])
    assert flags.tolist() == [INVALID, 0, INVALID]


def test_minimum_of_2008():
    """A signalling NaN beside a number gives NaN; minimumNumber of 2019 gives the number."""
    for name, right in (("min_num", 0x7E), ("minimum_number", 0x3C)):
        graph = make_instance(name, format="e5m2", flags="after").graph
        result = Network(graph).run({"a": np.array([0x7D, 0x7F]), "b": np.array([0x3C, 0x3C])})
        assert result["y"].tolist() == [right, 0x3C]
        assert result["flags"].tolist() == [INVALID, 0]
    with pytest.raises(InputError, match="^Format for min_num must be one of e5m2, .*, not 'e4m3f"):
        make_instance("min_num")


def test_other_circuits():
    """Mixed formats, exact dot products, quotients digit by digit, and the table of a function."""
    fmt, other = FORMATS["e5m2"], FORMATS["e4m3fn"]
    a, b = every(fmt, 2)
    flags = flags_of("multiply", fmt, [a, b], format_b=other, to="bfloat16")
    assert (flags[is_signalling("e5m2", a)] & INVALID).all()
    right = expected_rounded(
        "multiply", fmt, [a, b], None, FORMATS["bfloat16"], Rounder(), (other,)
    )
    np.testing.assert_array_equal(flags, right.flags)
    rows = np.random.default_rng(8).integers(0, 256, (2, 4000, 2))
    words = [row[:, 0] | row[:, 1] << 8 for row in rows]
    np.testing.assert_array_equal(
        flags_of("dot", fmt, words, length=2), dot_flagged(fmt, *rows).flags
    )
    assert differences("divide", [a, b], format=fmt) == [0, 0]
    exp = flags_of("exp", fmt, [np.arange(256)])
    assert [code for code in range(256) if exp[code] & INVALID] == sorted(SIGNALLING["e5m2"])


def test_cost():
    """In a product four neurons of 222, and none where all NaNs are quiet."""
    sizes = {
        (fmt, name): len(make_instance(name, format=fmt, flags="after").graph.neurons)
        for fmt in ("e4m3fn", "e5m2")
        for name in ("multiply", "less")
    }
    assert sizes == {
        ("e4m3fn", "multiply"): 227,
        ("e4m3fn", "less"): 19,
        ("e5m2", "multiply"): 222,
        ("e5m2", "less"): 26,
    }


def wrong_in_dot():
    fmt = FORMATS["e5m2"]
    flags = flags_of("dot", fmt, [np.array([0x7D]), np.array([0x3C])], length=1)
    return int((flags != dot_flagged(fmt, [[0x7D]], [[0x3C]]).flags).sum())


def wrong_in_less():
    fmt = FORMATS["e5m2"]
    operands = every(fmt, 2)
    right = expected_rounded("less", fmt, operands, None, None, Rounder())
    return int((flags_of("less", fmt, operands) != right.flags).sum())


def wrong_in_steps():
    return differences("divide", every(FORMATS["e5m2"], 2), format="e5m2")[1]


@pytest.mark.parametrize(
    "module, count, wrong",
    [(circuits, wrong_in_dot, 1), (operation, wrong_in_less, 1020), (build, wrong_in_steps, 1020)],
)
def test_planted_fault_is_found(module, count, wrong, fresh_builds):
    """Circuits that take every NaN for a quiet one, in each place that collects signalling ones."""
    fresh_builds.setattr(module, "raise_signalling", lambda *args: None)
    build.build_steps.cache_clear()
    found = count()
    build.build_steps.cache_clear()
    assert found == wrong
