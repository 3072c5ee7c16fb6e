# SPDX-License-Identifier: Apache-2.0
"""Bisection, against the formula of a single gate."""

import math

import pytest

from spikefloat.rtl_gen.checks.targets import block_target
from spikefloat.sim.campaigns.campaign import Cell
from spikefloat.sim.campaigns.tolerance import find_tolerance
from spikefloat.sim.devices.physics import Physics


def cell(name="and", **options):
    return Cell(target=block_target(name), precision=1e-9, max_trials=1 << 18, **options)


def and_gate(noise):
    """Share of exact results of an AND gate with noise on its membrane."""
    near, far = (0.5 * math.erfc(d / noise / math.sqrt(2)) for d in (0.5, 1.5))
    return 1 - (3 * near + far) / 4


@pytest.mark.parametrize("rate", [0.99, 0.9])
def test_and_gate(rate):
    found = find_tolerance(cell(), "membrane_noise", exact_rate=rate)
    assert and_gate(found["largest"] - 0.004) > rate > and_gate(found["too_large"] + 0.004)
    assert found["too_large"] - found["largest"] == pytest.approx(0.001)
    assert found["ci_low"] <= found["exact_rate"] <= found["ci_high"]
    # A smaller rate is reached at more noise: the other answer is out of the range.
    other = find_tolerance(cell(), "membrane_noise", exact_rate=rate - 0.02)
    assert other["largest"] > found["largest"] + 0.004


@pytest.mark.parametrize(
    "knob, options, message",
    [
        ("heat", {}, r"^Knob must be one of synapse_noise, .*, not 'heat'$"),
        ("membrane_noise", {"exact_rate": 1}, r"^Exact rate must be between 0 and 1, not 1$"),
        ("membrane_noise", {"resolution": 0}, r"^Resolution must be positive, not 0$"),
        (
            "clamp_inputs",
            {"resolution": 1},
            r"^Knob must be one that does harm, not 'clamp_inputs'$",
        ),
    ],
)
def test_wrong(knob, options, message):
    with pytest.raises(ValueError, match=message):
        find_tolerance(cell(), knob, **options)


def test_never_exact():
    noisy = cell(physics=Physics(membrane_noise=1))
    with pytest.raises(
        ValueError,
        match=r"^Circuit must be exact as often as 0\.999 with "
        r"synapse_noise of 0, not 0\.[0-9]+$",
    ):
        find_tolerance(noisy, "synapse_noise")
