# SPDX-License-Identifier: Apache-2.0
"""Integral values, exponents and integers: every code, in every mode, with flags."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations import integral, scale
from spikefloat.rtl_gen.circuits.operations.integral import RECORDS
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS, Rounding, overflow_policies
from spikefloat.rtl_gen.neurons.builder import ZERO
from spikefloat.rtl_gen.neurons.metrics import measure
from spikefloat.sim.golden.operations import expected_rounded, find_operation
from spikefloat.sim.golden.rounding import Rounder
from tests.helpers.circuits import NARROW, VARIANTS, check
from tests.helpers.flags import MODES_IN_TURN, assert_same, every, simulate

CIRCUITS = {record.name: record.circuit for record in RECORDS}
FROM_INTEGERS = {record.name: record.circuit for record in scale.RECORDS[1:]}


def every_rounding(mode, codes):
    """Return operands and how to round: each with every two random bits where the mode takes them.

    Those are one array, so that the circuit, which is the same, is built once.
    """
    if not mode.is_stochastic:
        return [(codes, Rounder(mode)), (codes, Rounder(mode, is_tiny_before=True))]
    return [(np.tile(codes, 4), Rounder(mode, np.repeat(np.arange(4), codes.size), 2))]


@pytest.mark.parametrize("mode", MODES_IN_TURN, ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", CIRCUITS)
def test_every_code(name, mode):
    """Of every narrow format, in every policy."""
    for fmt in NARROW:
        for codes, rounder in every_rounding(mode, *every(fmt, 1)):
            for policy in overflow_policies(fmt):
                actual = simulate(CIRCUITS[name], fmt, [codes], policy, rounder, signals=1)
                right = expected_rounded(name, fmt, [codes], policy, None, rounder)
                assert_same(actual, right)


@pytest.mark.parametrize("mode", MODES_IN_TURN, ids=lambda mode: mode.value)
@pytest.mark.parametrize(
    "name", [name for name in FROM_INTEGERS if not name.endswith(("32", "64"))]
)
def test_every_integer(name, mode):
    """Of up to 16 bits, into every narrow format."""
    widths = find_operation(name).operand_widths
    for fmt in NARROW:
        for codes, rounder in every_rounding(mode, np.arange(1 << widths[0])):
            actual = simulate(FROM_INTEGERS[name], fmt, [codes], "saturate", rounder, widths=widths)
            assert_same(actual, expected_rounded(name, fmt, [codes], "saturate", None, rounder))


@pytest.mark.parametrize("mode", MODES_IN_TURN, ids=lambda mode: mode.value)
@pytest.mark.parametrize("fmt", NARROW, ids=lambda fmt: fmt.name)
def test_every_scaling(fmt, mode):
    """Every number with every power of two."""
    grid = np.meshgrid(np.arange(1 << fmt.width), np.arange(256), indexing="ij")
    operands = [axis.ravel() for axis in grid]
    bits = 2 * mode.is_stochastic
    rounder = Rounder(mode, (operands[0] + operands[1]) % 4 if bits else 0, bits)
    for policy in overflow_policies(fmt):
        widths = [fmt.width, 8]
        circuit = scale.scale_by_power_of_two
        actual = simulate(circuit, fmt, operands, policy, rounder, widths=widths, signals=1)
        right = expected_rounded("scale_by_power_of_two", fmt, operands, policy, None, rounder)
        assert_same(actual, right)


@pytest.mark.parametrize("mode", [Rounding.UP, Rounding.NEAREST_AWAY], ids=lambda mode: mode.value)
@pytest.mark.parametrize("fmt", ["binary16", "bfloat16"])
@pytest.mark.parametrize("name", ["round_to_integral", "to_int8", "to_uint16", "to_int32"])
def test_every_code_of_16_bits(name, fmt, mode):
    fmt = FORMATS[fmt]
    codes, rounder = np.arange(1 << 16), Rounder(mode)
    actual = simulate(CIRCUITS[name], fmt, [codes], fmt.default_overflow, rounder, signals=1)
    assert_same(actual, expected_rounded(name, fmt, [codes], None, None, rounder))


@pytest.mark.parametrize("library, budget", VARIANTS[1:])
@pytest.mark.parametrize("fmt", ["e4m3fn", "e5m2", "e2m1fn"])
@pytest.mark.parametrize("name", ["round_to_integral", "exponent_of", "to_int8", "to_uint4"])
def test_other_circuits(name, fmt, library, budget):
    fmt = FORMATS[fmt]
    assert check(name, fmt, every(fmt, 1), library=library, budget=budget) == 1 << fmt.width


def test_size():
    names = (
        "round_to_integral",
        "exponent_of",
        "to_int4",
        "to_int8",
        "to_uint8",
        "to_int32",
        "to_int64",
        "from_int4",
        "from_int8",
        "from_uint8",
        "from_int32",
        "from_int64",
        "scale_by_power_of_two",
    )
    sizes = {name: measure(make_instance(name).graph).neurons for name in names}
    assert tuple(sizes.values()) == (101, 83, 95, 149, 117, 176, 176, 39, 99, 71, 345, 635, 156)


def test_planted_fault_is_found(fresh_builds):
    """What is shifted out has to be looked at."""
    right = integral.denormalize
    fresh_builds.setattr(
        integral, "denormalize", lambda *args, **how: (right(*args, **how)[0], ZERO)
    )
    with pytest.raises(AssertionError, match=r"^[1-9]\d* of 256 results differ:\n  e4m3fn 0x"):
        check("to_int8", FORMATS["e4m3fn"], every(FORMATS["e4m3fn"], 1))
