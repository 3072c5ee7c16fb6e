# SPDX-License-Identifier: Apache-2.0
"""Comparisons, minimum and maximum: every pair of codes up to 8 bits, some pairs above."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations import compare
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.builder import ZERO
from spikefloat.rtl_gen.neurons.gates import Library, make_gates
from spikefloat.rtl_gen.neurons.metrics import measure
from tests.helpers.circuits import NARROW, VARIANTS, WIDE, check_every_pair, check_pairs, run

NAMES = ["less", "equal", "unordered", "minimum", "maximum"]
NARROW_DESIGNS = [
    pytest.param(name, fmt, id=f"{name}-{fmt.name}")
    for name in NAMES
    for fmt in NARROW
    if fmt.name in find_design(name).formats
]


@pytest.mark.parametrize("library", Library)
@pytest.mark.parametrize("name, fmt", NARROW_DESIGNS)
def test_every_pair(name, fmt, library):
    assert check_every_pair(name, fmt, library=library) == 4**fmt.width


@pytest.mark.parametrize("library, budget", VARIANTS[2:])
@pytest.mark.parametrize("name, fmt", NARROW_DESIGNS)
def test_every_pair_other_budgets(name, fmt, library, budget):
    assert check_every_pair(name, fmt, library=library, budget=budget) == 4**fmt.width


@pytest.mark.parametrize("library", Library)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fmt", WIDE, ids=lambda fmt: fmt.name)
def test_directed_and_random_pairs(name, fmt, library):
    assert check_pairs(name, fmt, 30_000, 41, library=library) > 50_000


@pytest.mark.parametrize("name, result", [("minimum", 0x80), ("maximum", 0x00)])
def test_negative_zero_is_less(name, result):
    zeros = np.array([0x00, 0x80]), np.array([0x80, 0x00])
    assert run(name, zeros).tolist() == [result] * 2


@pytest.mark.parametrize("name", ["less", "equal"])
def test_zeros_are_equal(name):
    a, b = np.array([0x00, 0x80, 0x00, 0x80]), np.array([0x00, 0x80, 0x80, 0x00])
    assert run(name, (a, b)).tolist() == [int(name == "equal")] * 4


@pytest.mark.parametrize(
    "name, native, published",
    [
        ("less", 18, 75),
        ("equal", 19, 42),
        ("unordered", 5, 13),
        ("minimum", 33, 100),
        ("maximum", 33, 101),
    ],
)
def test_size(name, native, published):
    for library, most in (("native", native), ("published", published)):
        assert measure(make_instance(name, library=library).graph).neurons <= most


def ignore_sign(gates, a, b, negative):
    return gates.carry_out(b[:-1], compare.invert(gates, a[:-1]), ZERO)


@pytest.mark.parametrize("name", ["less", "minimum", "maximum"])
def test_planted_fault_is_found(fresh_builds, name):
    fresh_builds.setattr(compare, "is_before", ignore_sign)
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of 65536 results differ:\n  e4m3fn 0x"):
        check_every_pair(name, FORMATS["e4m3fn"])


@pytest.mark.parametrize("name", NAMES)
def test_wrong_format(name):
    gates = make_gates("test")
    a = gates.builder.input("a", 8)
    with pytest.raises(
        ValueError, match=(r"^Operand format must have a zero and a sign, not e8m0fnu$")
    ):
        getattr(compare, name)(gates, FORMATS["e8m0fnu"], a, a)


def test_unordered_needs_a_nan():
    with pytest.raises(
        ValueError,
        match=(r"^Format for unordered must be one of e4m3fn, [a-z0-9, ]+, not 'e2m1fn'$"),
    ):
        make_instance("unordered", format="e2m1fn")
