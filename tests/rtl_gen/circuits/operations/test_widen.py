# SPDX-License-Identifier: Apache-2.0
"""The widening multiplier: every pair of codes up to 8 bits, some pairs of binary16."""

import pytest

from spikefloat.rtl_gen.circuits.operations import multiply
from spikefloat.rtl_gen.circuits.operations.widen import holds_products, widening_multiply
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.builder import ZERO
from spikefloat.rtl_gen.neurons.gates import Library, make_gates
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.rtl_gen.neurons.words import array_multiply
from spikefloat.sim.cases.corners import corner_codes
from spikefloat.sim.golden import arithmetic as golden
from tests.helpers.circuits import NARROW, VARIANTS, check_every_pair, check_pairs
from tests.helpers.oracle import ARITHMETIC_FORMATS, SHARED_FORMATS

WIDENING = find_design("widening_multiply")
NARROW_PAIRS = [
    pytest.param(src, dst, id=f"{src.name}-{dst.name}")
    for src in NARROW
    for dst in SHARED_FORMATS
    if holds_products(src, dst)
]


@pytest.mark.parametrize("library, budget", VARIANTS)
@pytest.mark.parametrize("src, dst", NARROW_PAIRS)
def test_every_pair(src, dst, library, budget):
    count = check_every_pair("widening_multiply", src, to=dst.name, library=library, budget=budget)
    assert count == 4**src.width


@pytest.mark.parametrize("library", Library)
def test_binary16(library):
    count = check_pairs(
        "widening_multiply", FORMATS["binary16"], 50_000, 71, to="binary32", library=library
    )
    assert count > 70_000


@pytest.mark.parametrize("dst", ARITHMETIC_FORMATS, ids=lambda fmt: fmt.name)
@pytest.mark.parametrize("src", ARITHMETIC_FORMATS, ids=lambda fmt: fmt.name)
def test_holds_products(src, dst):
    """Compared with trying the corner codes with themselves and with both ends of the range."""
    codes = corner_codes(src)
    values = [golden.value(src, int(code)) for code in codes[codes <= src.max_code]]
    exact = all(is_value(dst, x * y) for x in values for y in (x, src.min_value, src.max_value))
    specials = dst.has_infinity >= src.has_infinity and dst.has_nan >= src.has_nan
    assert holds_products(src, dst) == (exact and specials)


def is_value(fmt, value):
    """Tell whether a format has a value, which is not negative."""
    quantum = fmt.min_value
    while value >= quantum * 2**fmt.precision:
        quantum *= 2
    return value <= fmt.max_value and (value / quantum).denominator == 1


@pytest.mark.parametrize(
    "src, dst",
    [
        ("e4m3fn", "binary16"),  # 448 * 448 is too large
        ("e5m2", "binary16"),  # so is 57344 * 57344
        ("e3m4", "bfloat16"),  # 10 bits of significand
        ("e4m3b11fnuz", "binary16"),  # 2**-26 is too small
        ("e4m3fn", "e4m3fn"),
        ("bfloat16", "binary32"),
        ("e8m0fnu", "bfloat16"),
        ("e2m1fn", "e8m0fnu"),
    ],
)
def test_refused(src, dst):
    gates = make_gates("test")
    width = FORMATS[src].width
    a, b = (gates.builder.input(name, width) for name in ("a", "b"))
    with pytest.raises(
        ValueError,
        match=(rf"^Result format must hold every product of two {src} exactly, not {dst}$"),
    ):
        widening_multiply(gates, FORMATS[src], FORMATS[dst], a, b)


@pytest.mark.parametrize(
    "src, dst, message",
    [
        (
            "e4m3fn",
            "binary16",
            r"^Result format of widening_multiply for e4m3fn must be one of "
            r"bfloat16, tf32, binary32, binary64, not 'binary16'$",
        ),
        (
            "binary64",
            "binary32",
            r"^Format for widening_multiply must be one of e4m3fn, "
            r"[a-z0-9, ]+, not 'binary64'$",
        ),
    ],
)
def test_wrong_options(src, dst, message):
    with pytest.raises(ValueError, match=message):
        make_instance(WIDENING, format=src, to=dst)


def test_module_name():
    name = make_instance(WIDENING, format="e5m2").name
    assert name == "widening_multiply_e5m2_to_bfloat16"


@pytest.mark.parametrize("library, most", [("native", 180), ("published", 360)])
def test_size(library, most):
    """Smaller than the multiplier, as nothing has to be rounded."""
    sizes = [
        measure(make_instance(name, library=library).graph).neurons
        for name in ("widening_multiply", "multiply")
    ]
    assert sizes[0] <= most
    assert sizes[0] < sizes[1]


def test_planted_fault_is_found(fresh_builds):
    def lose_last_bit(gates, a, b):
        return (ZERO, *array_multiply(gates, a, b)[1:])

    fresh_builds.setattr(multiply, "array_multiply", lose_last_bit)
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of 65536 results differ:\n  e4m3fn 0x"):
        check_every_pair("widening_multiply", FORMATS["e4m3fn"], to="bfloat16")
