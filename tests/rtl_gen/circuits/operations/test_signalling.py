# SPDX-License-Identifier: Apache-2.0
"""Signalling comparisons: result and flags on every pair of narrow formats."""

import numpy as np

from spikefloat.rtl_gen.circuits.parts import rounding_modes
from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.builder import ZERO
from spikefloat.sim.golden.operations import expected_rounded
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.graphs.network import Network
from tests.helpers.flags import every

NAMES = ["equal", "less", "less_equal", "greater", "greater_equal"]


def differences(name, fmt):
    """Return how many results, and how many flags, are not those of the golden model."""
    operands = every(fmt, 2)
    graph = make_instance(name, format=fmt, flags="after").graph
    actual = Network(graph).run(dict(zip("ab", operands, strict=True)))
    right = expected_rounded(name, fmt, operands, None, None, Rounder())
    return [
        int(np.count_nonzero(actual[port] != codes))
        for port, codes in (("y", right.codes), ("flags", right.flags))
    ]


def test_every_pair_with_flags():
    for name in NAMES:
        for fmt in find_design(f"signalling_{name}").formats:
            if FORMATS[fmt].width <= 8:
                assert differences(f"signalling_{name}", FORMATS[fmt]) == [0, 0], (name, fmt)


def test_flags_cost_nothing_if_not_asked_for():
    for name in NAMES:
        sizes = {
            len(make_instance(design).graph.neurons) for design in (name, f"signalling_{name}")
        }
        assert len(sizes) == 1


def test_planted_fault_is_found(fresh_builds):
    """A NaN that is not seen beside another one raises nothing."""
    fresh_builds.setattr(
        rounding_modes.RoundingControl,
        "raise_invalid",
        lambda self, gates, *causes, nans: setattr(self.flags, "invalid", ZERO),
    )
    # Signalling NaNs are seen elsewhere.
    assert differences("signalling_less", FORMATS["e5m2"]) == [0, 254**2 - 250**2]
