# SPDX-License-Identifier: Apache-2.0
"""The fused multiply-add: every triple of codes up to 8 bits, and how wide its window must be.

The fast tests try every triple up to 6 bits, all 16,777,216 of E4M3FN and E5M2, and of the other
8-bit formats the stated sample; `make test-full` tries all of those, too.
"""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations import fma as fma_module
from spikefloat.rtl_gen.circuits.operations.fma import Margins, find_margins, fma
from spikefloat.rtl_gen.circuits.parts.rounding import round_significand
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.builder import ZERO
from spikefloat.rtl_gen.neurons.gates import Library, make_gates
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.sim.cases.corners import random_triples
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.graphs.network import Network
from tests.helpers.circuits import NARROW, NARROW_WITH_POLICY, VARIANTS, WIDE, check
from tests.helpers.oracle import all_codes, assert_same_codes, every_pair

FP8 = [fmt for fmt in NARROW if fmt.width == 8]
SMALL = [fmt for fmt in NARROW if fmt.width < 8]


def check_with(fmt, addends, **options):
    """Compare on every pair of factors with each of some addends; return the number of cases."""
    a, b = every_pair(fmt)
    return sum(check("fma", fmt, (a, b, np.full_like(a, c)), **options) for c in addends)


@pytest.mark.parametrize("library, budget", VARIANTS)
@pytest.mark.parametrize("fmt", SMALL, ids=lambda fmt: fmt.name)
def test_every_triple_up_to_6_bits(fmt, library, budget):
    a, b, c = (grid.ravel() for grid in np.meshgrid(*[all_codes(fmt)] * 3, indexing="ij"))
    assert check("fma", fmt, (a, b, c), library=library, budget=budget) == 8**fmt.width


@pytest.mark.parametrize("library", Library)
@pytest.mark.parametrize("fmt, overflow", NARROW_WITH_POLICY)
def test_sample(fmt, overflow, library):
    """Random triples, many of them near cancellation, with a fixed seed."""
    triples = random_triples(fmt, 150_000, 81)
    assert check("fma", fmt, triples, overflow=overflow, library=library) == 150_000


@pytest.mark.parametrize("fmt", FP8, ids=lambda fmt: fmt.name)
def test_every_product_with_some_addends(fmt):
    """Zeros, the smallest and the largest, one, infinity and NaN where there are such."""
    one = fmt.bias << fmt.mantissa_bits
    addends = {0, 1, one, fmt.max_code, fmt.max_code + 1, fmt.magnitude_mask} & {*range(256)}
    addends |= {code | fmt.sign_mask for code in addends}
    assert check_with(fmt, sorted(addends)) == len(addends) * 2**16


@pytest.mark.parametrize("fmt", [FORMATS["e4m3fn"], FORMATS["e5m2"]], ids=lambda fmt: fmt.name)
def test_every_triple_of_8_bits(fmt):
    assert check_with(fmt, all_codes(fmt)) == 2**24


@pytest.mark.slow
@pytest.mark.parametrize("fmt", FP8, ids=lambda fmt: fmt.name)
def test_every_triple_of_8_bits_published(fmt):
    assert check_with(fmt, all_codes(fmt), library="published") == 2**24


@pytest.mark.slow
@pytest.mark.parametrize("fmt", FP8[2:], ids=lambda fmt: fmt.name)
def test_every_triple_of_the_other_formats(fmt):
    assert check_with(fmt, all_codes(fmt)) == 2**24


@pytest.mark.slow
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2"])
def test_every_triple_of_8_bits_saturate(fmt):
    fmt = FORMATS[fmt]
    assert check_with(fmt, all_codes(fmt), overflow="saturate") == 2**24


@pytest.mark.parametrize("fmt", WIDE, ids=lambda fmt: fmt.name)
def test_wide_formats(fmt):
    assert check("fma", fmt, random_triples(fmt, 60_000, 82)) == 60_000


# --------------------------------------------------------------------------------------- margins


def is_exact(fmt, margins):
    """Tell whether a window with such margins is wide enough, as far as some addends can tell."""
    gates = make_gates("fma")
    a, b, c = (gates.builder.input(name, fmt.width) for name in "abc")
    gates.builder.output("y", fma(gates, fmt, a, b, c, margins=margins))
    network = Network(gates.builder.build())
    a, b = every_pair(fmt)
    addends = all_codes(fmt) if fmt in SMALL else (0x03, 0x08, 0x0F, 0x10, 0x60)
    return all(
        np.array_equal(
            network.run({"a": a, "b": b, "c": np.full_like(a, c)})["y"],
            golden.fma(fmt, a, b, np.full_like(a, c)),
        )
        for c in addends
    )


@pytest.mark.parametrize(
    "fmt, expected",
    [
        ("e4m3fn", (2, 2)),
        ("e5m2", (2, 2)),
        ("e4m3", (2, 2)),
        ("e3m4", (1, 0)),
        ("e4m3fnuz", (2, 2)),
        ("e5m2fnuz", (2, 2)),
        ("e4m3b11fnuz", (2, 1)),
        ("e3m2fn", (2, 1)),
        ("e2m3fn", (0, 0)),
        ("e2m1fn", (0, 1)),
    ],
)
def test_margins(fmt, expected):
    """They are enough, and one bit less is not, in either place."""
    fmt = FORMATS[fmt]
    margins = find_margins(fmt)
    assert margins == expected
    assert is_exact(fmt, margins)
    if margins.gap:
        assert not is_exact(fmt, Margins(margins.gap - 1, margins.guard_bits))
    if margins.guard_bits:
        assert not is_exact(fmt, Margins(margins.gap, margins.guard_bits - 1))


# ------------------------------------------------------------------------------------- the design


@pytest.mark.parametrize("fmt, native, published", [("e4m3fn", 401, 910), ("e5m2", 383, 836)])
def test_size(fmt, native, published):
    """Smaller than a multiplier and an adder, and rounded once instead of twice."""

    def size(name, library):
        instance = make_instance(name, format=fmt, library=library)
        return measure(instance.graph).neurons

    assert size("fma", "native") <= native < size("multiply", "native") + size("add", "native")
    assert size("fma", "published") <= published


@pytest.mark.parametrize(
    "triple, result",
    [
        ((0x80, 0x38, 0x80), 0x80),  # -0 * 1 + -0
        ((0x00, 0x38, 0x80), 0x00),
        ((0x38, 0x38, 0xB8), 0x00),  # 1 * 1 - 1
        ((0x01, 0x01, 0x00), 0x00),  # underflow
        ((0x81, 0x01, 0x00), 0x80),
        ((0x7E, 0x7E, 0xFE), 0x7F),  # 448 * 448 - 448
        ((0x7E, 0x40, 0xFE), 0x7E),  # 448 * 2 - 448: only the result counts
        ((0x00, 0x38, 0x7F), 0x7F),
    ],
)
def test_values(triple, result):
    instance = make_instance("fma")
    inputs = {name: np.asarray(code) for name, code in zip("abc", triple, strict=True)}
    assert Network(instance.graph).run(inputs)["y"] == result


def test_one_rounding():
    """It differs from a product that is rounded before the sum, in many cases."""
    fmt = FORMATS["e4m3fn"]
    a, b, c = random_triples(fmt, 150_000, 81)
    twice = golden.add(fmt, golden.multiply(fmt, a, b), c)
    with pytest.raises(AssertionError, match=r"^\d{4,} of 150000 results differ:\n"):
        assert_same_codes(fmt, (a, b, c), golden.fma(fmt, a, b, c), twice)


def ignore_sticky(gates, exponent, significand, sticky, *how):
    return round_significand(gates, exponent, significand, ZERO)


def test_planted_fault_is_found(fresh_builds):
    fresh_builds.setattr(fma_module, "round_significand", ignore_sticky)
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of 150000 results differ:\n  e5m2 0x"):
        test_sample(FORMATS["e5m2"], "nan", "native")


def test_wrong_format():
    gates = make_gates("test")
    scale = gates.builder.input("a", 8)
    with pytest.raises(
        ValueError, match=(r"^Operand format must have a zero and a sign, not e8m0fnu$")
    ):
        fma(gates, FORMATS["e8m0fnu"], scale, scale, scale)
