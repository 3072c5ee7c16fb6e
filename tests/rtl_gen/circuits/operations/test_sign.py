# SPDX-License-Identifier: Apache-2.0
"""Negation, absolute value and ReLU: every code up to 16 bits, some of 32 bits."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations import sign
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.gates import Library, make_gates
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.sim.cases.corners import corner_codes, random_codes
from tests.helpers.circuits import VARIANTS, check
from tests.helpers.oracle import ARITHMETIC_FORMATS, UP_TO_16_BITS, all_codes

NAMES = ["negate", "absolute", "relu"]


def codes_of(fmt):
    if fmt in UP_TO_16_BITS:
        return all_codes(fmt)
    return np.concatenate([corner_codes(fmt), random_codes(fmt, 2**16, 51)])


@pytest.mark.parametrize("library", Library)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fmt", ARITHMETIC_FORMATS, ids=lambda fmt: fmt.name)
def test_codes(fmt, name, library):
    assert check(name, fmt, (codes_of(fmt),), library=library) >= 2 ** min(fmt.width, 16)


@pytest.mark.parametrize("library, budget", VARIANTS[2:])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fmt", ARITHMETIC_FORMATS, ids=lambda fmt: fmt.name)
def test_codes_other_budgets(fmt, name, library, budget):
    count = check(name, fmt, (codes_of(fmt),), library=library, budget=budget)
    assert count >= 2 ** min(fmt.width, 16)


@pytest.mark.parametrize(
    "name, native, published", [("negate", 3, 9), ("absolute", 1, 1), ("relu", 11, 16)]
)
def test_size(name, native, published):
    for library, most in (("native", native), ("published", published)):
        assert measure(make_instance(name, library=library).graph).neurons <= most


@pytest.mark.parametrize("name", NAMES)
def test_planted_fault_is_found(fresh_builds, name):
    fresh_builds.setattr(sign, "canonicalize", lambda gates, fmt, code, is_nan: code)
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of 256 results differ:\n  e5m2 0x"):
        check(name, FORMATS["e5m2"], (all_codes(FORMATS["e5m2"]),))


@pytest.mark.parametrize("name", NAMES)
def test_wrong_format(name):
    gates = make_gates("test")
    a = gates.builder.input("a", 8)
    with pytest.raises(
        ValueError, match=(r"^Operand format must have a zero and a sign, not e8m0fnu$")
    ):
        getattr(sign, name)(gates, FORMATS["e8m0fnu"], a)
