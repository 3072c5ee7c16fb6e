# SPDX-License-Identifier: Apache-2.0
"""The float adder and subtractor, and how many guard bits they need."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations import add as add_module
from spikefloat.rtl_gen.circuits.operations.add import add
from spikefloat.rtl_gen.designs.build import build
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import Library, make_gates
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.graphs.network import Network
from tests.helpers.circuits import (
    NARROW,
    NARROW_WITH_POLICY,
    VARIANTS,
    WIDE,
    check_every_pair,
    check_pairs,
    some_pairs,
)
from tests.helpers.oracle import ARITHMETIC_FORMATS, every_pair
from tests.helpers.rounding_faults import ignore_sticky


@pytest.mark.parametrize("library", Library)
@pytest.mark.parametrize("name", ["add", "subtract"])
@pytest.mark.parametrize("fmt, overflow", NARROW_WITH_POLICY)
def test_every_pair(fmt, overflow, name, library):
    count = check_every_pair(name, fmt, overflow=overflow, library=library)
    assert count == 4**fmt.width


@pytest.mark.parametrize("library, budget", VARIANTS[2:])
@pytest.mark.parametrize("fmt", NARROW, ids=lambda fmt: fmt.name)
def test_every_pair_other_budgets(fmt, library, budget):
    assert check_every_pair("add", fmt, library=library, budget=budget) == 4**fmt.width


@pytest.mark.parametrize("library", Library)
@pytest.mark.parametrize("overflow", ["nan", "saturate"])
@pytest.mark.parametrize("name", ["add", "subtract"])
@pytest.mark.parametrize("fmt", WIDE, ids=lambda fmt: fmt.name)
def test_directed_and_random_pairs(fmt, name, overflow, library):
    count = check_pairs(name, fmt, 50_000, 31, overflow=overflow, library=library)
    assert count > 70_000


@pytest.mark.slow
@pytest.mark.parametrize("name", ["add", "subtract"])
@pytest.mark.parametrize("fmt", WIDE, ids=lambda fmt: fmt.name)
def test_million_random_pairs(fmt, name):
    assert check_pairs(name, fmt, 1_000_000, 32) > 1_000_000


@pytest.mark.parametrize(
    "pair, result",
    [
        ((0x64, 0x7E), 0x7F),  # 48 + 448 is too large: NaN, where the published code gives 0
        ((0x58, 0x7E), 0x7E),  # 16 + 448, the tie, rounds down to 448
        ((0x7F, 0x38), 0x7F),  # a NaN operand, which the published code ignores
        ((0x38, 0xB8), 0x00),  # exact cancellation
        ((0x80, 0x80), 0x80),  # two negative zeros
    ],
)
def test_known_faults_of_the_published_code(pair, result):
    for library in Library:
        assert Network(build_add(library=library)).run(operands(*pair))["y"] == result


@pytest.mark.parametrize("library, most, deepest", [("native", 400, 70), ("published", 1316, 110)])
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
def test_size(fmt, library, most, deepest):
    """The code of the paper takes 1,316 neurons at depth 99, without NaN."""
    metrics = measure(build_add(fmt, library))
    assert metrics.neurons <= most
    assert metrics.depth <= deepest


# ------------------------------------------------------------------------------------ guard bits


def guarded(fmt, guard_bits):
    """Return an adder with so many guard bits."""
    return build_graph(
        "guarded",
        {"a": fmt.width, "b": fmt.width},
        lambda gates, a, b: add(gates, fmt, a, b, guard_bits=guard_bits),
    )


def wrong_pairs(fmt, guard_bits):
    """Return the pairs for which so many guard bits are not enough."""
    a, b = every_pair(fmt) if fmt in NARROW else some_pairs(fmt, 50_000, 33)
    sums = Network(guarded(fmt, guard_bits)).run(operands(a, b))["y"]
    wrong = sums != golden.add(fmt, a, b)
    return list(zip(a[wrong].tolist(), b[wrong].tolist(), strict=True))


#: Two exponents differ by 2 at most in these.
ONE_IS_ENOUGH = ("e2m3fn", "e2m1fn")


@pytest.mark.parametrize("fmt", ARITHMETIC_FORMATS, ids=lambda fmt: fmt.name)
def test_guard_bits(fmt):
    """Two guard bits are exact, and one is not, except where exponents differ by 2 at most."""
    least = 1 if fmt.name in ONE_IS_ENOUGH else 2
    assert not wrong_pairs(fmt, least)
    assert wrong_pairs(fmt, least - 1)
    # That is also the default.
    assert build_add(fmt.name).neurons == guarded(fmt, least).neurons


@pytest.mark.parametrize(
    "fmt, a, b, right, wrong",
    [
        # In units of 2**-9: 3 - 64 is -61, and -60 is nearest. With one guard bit, which is worth 4,
        # all of the 3 is sticky, worth 2: the result looks like the tie between -60 and -64.
        ("e4m3fn", 0x03, 0xA0, 0x9F, 0xA0),
        # In units of 2**-16: 3 - 32, likewise.
        ("e5m2", 0x03, 0x90, 0x8F, 0x90),
    ],
)
def test_one_guard_bit_is_too_few(fmt, a, b, right, wrong):
    fmt = FORMATS[fmt]
    assert golden.add(fmt, a, b) == right
    assert Network(guarded(fmt, 2)).run(operands(a, b))["y"] == right
    assert Network(guarded(fmt, 1)).run(operands(a, b))["y"] == wrong


def build_add(fmt="e4m3fn", library="native"):
    return make_instance("add", format=fmt, library=library).graph


def operands(a, b):
    return {"a": np.asarray(a), "b": np.asarray(b)}


# ------------------------------------------------------------------------------------- the checks


def test_planted_fault_is_found_in_wide_formats(fresh_builds):
    fresh_builds.setattr(add_module, "round_significand", ignore_sticky)
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of \d+ results differ:\n  binary32 0x"):
        check_pairs("add", FORMATS["binary32"], 50_000, 31)


def test_same_graph_twice():
    first = build_add()
    build.cache_clear()
    assert build_add().digest == first.digest


def test_wrong_format():
    gates = make_gates("test")
    scale = gates.builder.input("a", 8)
    with pytest.raises(
        ValueError, match=(r"^Operand format must have a zero and a sign, not e8m0fnu$")
    ):
        add(gates, FORMATS["e8m0fnu"], scale, scale)
