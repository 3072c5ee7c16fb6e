# SPDX-License-Identifier: Apache-2.0
"""The float multiplier: every pair of codes up to 8 bits, corners and random pairs above."""

import pytest

from spikefloat.rtl_gen.circuits.operations.multiply import multiply
from spikefloat.rtl_gen.designs.build import build
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS, Overflow
from spikefloat.rtl_gen.neurons.gates import Library, make_gates
from spikefloat.rtl_gen.neurons.metrics import measure
from tests.helpers.circuits import (
    NARROW,
    NARROW_WITH_POLICY,
    VARIANTS,
    WIDE,
    check_every_pair,
    check_pairs,
)


@pytest.mark.parametrize("library", Library)
@pytest.mark.parametrize("fmt, overflow", NARROW_WITH_POLICY)
def test_every_pair(fmt, overflow, library):
    count = check_every_pair("multiply", fmt, overflow=overflow, library=library)
    assert count == 4**fmt.width


@pytest.mark.parametrize("library, budget", VARIANTS[2:])
@pytest.mark.parametrize("fmt", NARROW, ids=lambda fmt: fmt.name)
def test_every_pair_other_budgets(fmt, library, budget):
    assert check_every_pair("multiply", fmt, library=library, budget=budget) == 4**fmt.width


@pytest.mark.parametrize("library", Library)
@pytest.mark.parametrize("overflow", ["nan", "saturate"])
@pytest.mark.parametrize("fmt", WIDE, ids=lambda fmt: fmt.name)
def test_directed_and_random_pairs(fmt, overflow, library):
    count = check_pairs("multiply", fmt, 50_000, 21, overflow=overflow, library=library)
    assert count > 70_000


@pytest.mark.slow
@pytest.mark.parametrize("fmt", WIDE, ids=lambda fmt: fmt.name)
def test_million_random_pairs(fmt):
    assert check_pairs("multiply", fmt, 1_000_000, 22) > 1_000_000


@pytest.mark.parametrize(
    "fmt, library, most",
    [
        ("e4m3fn", "native", 220),
        ("e5m2", "native", 200),
        ("e4m3fn", "published", 670),
        ("e5m2", "published", 670),
    ],
)
def test_size(fmt, library, most):
    """The published figure is 670 neurons in the paper, and 912 in its code."""
    assert measure(make_instance("multiply", format=fmt, library=library).graph).neurons <= most


@pytest.mark.parametrize("fmt", ["e4m3fn", "binary16"])
def test_same_graph_twice(fmt):
    instance = make_instance("multiply", format=fmt)
    first = instance.graph
    build.cache_clear()
    assert instance.graph.digest == first.digest


def make_inputs(width):
    gates = make_gates("test")
    return gates, gates.builder.input("a", width), gates.builder.input("b", width)


def test_wrong_format():
    gates, a, b = make_inputs(8)
    with pytest.raises(
        ValueError, match=(r"^Operand format must have a zero and a sign, not e8m0fnu$")
    ):
        multiply(gates, FORMATS["e8m0fnu"], a, b)


def test_wrong_width():
    gates, a, b = make_inputs(7)
    with pytest.raises(ValueError, match=r"^Code must have 8 bits for e4m3fn, not 7$"):
        multiply(gates, FORMATS["e4m3fn"], a, b)


def test_wrong_overflow():
    gates, a, b = make_inputs(4)
    with pytest.raises(
        ValueError, match=(r"^Overflow must be saturate for e2m1fn, which has no NaN, not 'nan'$")
    ):
        multiply(gates, FORMATS["e2m1fn"], a, b, Overflow.NAN)
