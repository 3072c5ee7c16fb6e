# SPDX-License-Identifier: Apache-2.0
"""Operations on signs: every code up to 16 bits, some of 32 bits; NaNs kept, and canonical."""

from types import SimpleNamespace

import numpy as np
import pytest

import spikefloat as sf
from spikefloat.rtl_gen.checks.golden import golden_codes
from spikefloat.rtl_gen.circuits.operations import sign
from spikefloat.rtl_gen.designs import catalog
from spikefloat.rtl_gen.designs.catalog import entries, find_design
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.header import command_line
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, NanPolicy, nan_policies
from spikefloat.rtl_gen.neurons.gates import Library, make_gates
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.sim.cases.corners import corner_codes, random_codes
from spikefloat.sim.graphs.network import Network
from tests.helpers.circuits import VARIANTS, check, run, some_pairs
from tests.helpers.oracle import (
    ARITHMETIC_FORMATS,
    UP_TO_16_BITS,
    all_codes,
    assert_same_codes,
    canonical,
    every_pair,
)

NAMES = ["negate", "absolute", "relu"]

#: What leaves a NaN what it is but for its sign.
KEEPING = [name for name, design in entries(Design).items() if design.keeps_nan]
SEVERAL_NANS = [fmt for fmt in ARITHMETIC_FORMATS if fmt.nan_count > 1]


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
    "name, native, published", [("negate", 1, 1), ("absolute", 1, 1), ("relu", 11, 16)]
)
def test_size(name, native, published):
    for library, most in (("native", native), ("published", published)):
        assert measure(make_instance(name, library=library).graph).neurons <= most


def canonical_case(name, fmt):
    """Return a design with canonical NaNs, codes of its operands, and what it gives for them."""
    instance = make_instance(name, format=fmt, nan="canonical")
    operands = (codes_of(fmt),)
    if len(instance.design.operands) == 2:
        operands = every_pair(fmt) if fmt.width <= 8 else some_pairs(fmt, 1000, 52)
    inputs = dict(zip(instance.design.operands, operands, strict=True))
    return instance, inputs, Network(instance.graph).run(inputs)["y"].astype(np.int64)


@pytest.mark.parametrize(
    "fmt, name",
    [
        pytest.param(fmt, name, id=f"{fmt.name}-{name}")
        for fmt in SEVERAL_NANS
        for name in KEEPING
        # Of most formats of 8 bits there is one positive NaN.
        if NanPolicy.CANONICAL in nan_policies(fmt, has_sign=name != "absolute")
    ],
)
def test_canonical_nans(fmt, name):
    """What a NaN becomes is one code; all else is as it is where NaNs are kept."""
    instance, inputs, results = canonical_case(name, fmt)
    operands = tuple(inputs.values())
    assert_same_codes(fmt, operands, results, golden_codes(instance, inputs))
    kept = run(name, operands, format=fmt.name)
    assert_same_codes(fmt, operands, results, canonical(fmt, kept))
    assert (results != kept).any()


@pytest.mark.parametrize(
    "name, options, message",
    [
        ("relu", {}, "NaN policy must be for an operation on signs, not for relu"),
        ("fpu", {}, "NaN policy must be for an operation on signs, not for fpu"),
        (
            "negate",
            {"format": "e4m3fnuz"},
            "NaN policy must be keep for e4m3fnuz, which has 1 NaN, not 'canonical'",
        ),
        (
            "absolute",
            {"format": "e4m3fn"},
            "NaN policy must be keep for e4m3fn, which has 1 NaN without its sign, not 'canonical'",
        ),
        (
            "copy_sign",
            {"format": "e2m1fn"},
            "NaN policy must be keep for e2m1fn, which has no NaN, not 'canonical'",
        ),
    ],
)
def test_canonical_nans_without_effect(name, options, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        make_instance(name, nan="canonical", **options)


def test_unknown_policy_for_nans():
    with pytest.raises(InputError, match=r"^NaN policy must be keep or canonical, not 'any'"):
        make_instance("negate", nan="any")


def test_canonical_nans_in_hardware():
    """Name, header and simulation of the Verilog, and the library's object."""
    instance = make_instance("negate", format="e5m2", nan="canonical")
    assert instance.name == "negate_e5m2_canonical"
    assert command_line("verilog", instance).endswith(" --nan canonical")
    assert "--nan" not in command_line("verilog", make_instance("negate", format="e5m2"))
    circuit = sf.design("negate", format="e5m2", nan="canonical")
    assert circuit.simulate(a=[0xFD, 0x7F, 0x3C]).tolist() == [0x7E, 0x7E, 0xBC]
    assert circuit.golden(a=[0xFD, 0x7F, 0x3C]).tolist() == [0x7E, 0x7E, 0xBC]
    assert sf.design("negate", format="e5m2").simulate(a=[0xFD, 0x7F]).tolist() == [0x7D, 0xFF]


@pytest.mark.parametrize("name", ["negate", "absolute"])
def test_planted_fault_in_a_kept_nan_is_found(fresh_builds, name):
    """The operation as it would be with the canonical NaN."""
    fmt, record = FORMATS["e5m2"], find_design(name)
    fresh_builds.setattr(catalog, "NanPolicy", SimpleNamespace(CANONICAL=NanPolicy.KEEP))
    assert record.keeps_nan
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of 256 results differ:\n  e5m2 0x"):
        check(name, fmt, (all_codes(fmt),))


@pytest.mark.parametrize("name", KEEPING)
def test_planted_fault_in_a_canonical_nan_is_found(fresh_builds, name):
    fresh_builds.setattr(sign, "canonicalize", lambda gates, fmt, code, is_nan: code)
    instance, inputs, results = canonical_case(name, FORMATS["e5m2"])
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of \d+ results differ:\n  e5m2 0x"):
        assert_same_codes(
            FORMATS["e5m2"], tuple(inputs.values()), results, golden_codes(instance, inputs)
        )


def test_planted_fault_in_relu_is_found(fresh_builds):
    fresh_builds.setattr(sign, "canonicalize", lambda gates, fmt, code, is_nan: code)
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of 256 results differ:\n  e5m2 0x"):
        check("relu", FORMATS["e5m2"], (all_codes(FORMATS["e5m2"]),))


@pytest.mark.parametrize("name", NAMES)
def test_wrong_format(name):
    gates = make_gates("test")
    a = gates.builder.input("a", 8)
    with pytest.raises(
        ValueError, match=(r"^Operand format must have a zero and a sign, not e8m0fnu$")
    ):
        getattr(sign, name)(gates, FORMATS["e8m0fnu"], a)
