# SPDX-License-Identifier: Apache-2.0
"""Remainders: flags on every pair of narrow formats, planted faults, and what is refused."""

from functools import partial

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.operations import remainder as module
from spikefloat.rtl_gen.circuits.operations.remainder import remainder
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.hardware import make_hardware
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.builder import ZERO
from spikefloat.sim.golden.operations import expected_rounded
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.graphs.network import Network
from tests.helpers.flags import every


@pytest.mark.parametrize("name", ["remainder", "fmod"])
def test_every_pair_with_flags(name):
    """Codes and flags, in every format of up to 8 bits."""
    formats = [FORMATS[fmt] for fmt in find_design(name).formats if FORMATS[fmt].width <= 8]
    assert len(formats) >= 10
    for fmt in formats:
        operands = every(fmt, 2)
        graph = make_instance(name, format=fmt, flags="after").graph
        actual = Network(graph).run(dict(zip("ab", operands, strict=True)))
        codes, flags = expected_rounded(name, fmt, operands, None, None, Rounder())
        np.testing.assert_array_equal(actual["y"], codes, fmt.name)
        np.testing.assert_array_equal(actual["flags"], flags, fmt.name)
        assert set(np.unique(flags)) == {0, 16}


def wrong_parity(right, gates, a, b, rest, is_below, is_odd):
    return right(gates, a, b, rest, is_below, ZERO)


def wrong_digit(right, gates, rest, divisor):
    return right(gates, rest, divisor)[0], ZERO


@pytest.mark.parametrize(
    "part, fault", [("_to_nearest", wrong_parity), ("remainder_step", wrong_digit)]
)
def test_planted_fault_is_found(fresh_builds, part, fault):
    """A tie that never goes to the even quotient, or a last digit that is forgotten."""
    fmt = FORMATS["e4m3fn"]
    fresh_builds.setattr(module, part, partial(fault, getattr(module, part)))
    operands = every(fmt, 2)
    actual = Network(make_instance("remainder").graph).run(dict(zip("ab", operands, strict=True)))
    right = expected_rounded("remainder", fmt, operands, None, None, Rounder()).codes
    assert np.count_nonzero(actual["y"] != right) > 100


def test_sizes():
    for name, neurons in (("remainder", 437), ("fmod", 383)):
        assert len(make_instance(name).graph.neurons) <= neurons


@pytest.mark.parametrize(
    "options, message",
    [
        ({"format": "e8m0fnu"}, "Format for remainder must be one of .*, not 'e8m0fnu'"),
        ({"rounding": "rtz"}, "Rounding must be rne for remainder, not 'rtz'"),
        ({"flags": "before"}, "Flags of remainder must be none or after, not 'before'"),
    ],
)
def test_refused(options, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        make_instance("remainder", **options)


def test_one_graph_would_be_too_large():
    """The sentence names the style in which there is one."""
    instance = make_instance("remainder", format="binary32")
    message = (
        r"^Style of remainder must be sequential for binary32 \(--style sequential\), as one neuron "
        r"graph of all its steps would be too large$"
    )
    with pytest.raises(InputError, match=message):
        _ = instance.graph
    with pytest.raises(InputError, match=message):
        make_hardware(instance)


def test_width_is_checked():
    from spikefloat.rtl_gen.neurons.gates import make_gates

    gates = make_gates("test")
    a = gates.builder.input("a", 7)
    with pytest.raises(InputError, match=r"^Code must have 8 bits for e4m3fn, not 7$"):
        remainder(gates, FORMATS["e4m3fn"], a, a, to_nearest=True)
