# SPDX-License-Identifier: Apache-2.0
"""Hardening: when a measurement proves enough."""

import pytest

from spikefloat.rtl_gen.checks.targets import block_target
from spikefloat.rtl_gen.errors import OutOfReach
from spikefloat.sim.campaigns import hardening
from spikefloat.sim.campaigns.hardening import find_cheapest
from spikefloat.sim.devices.physics import Physics


@pytest.mark.parametrize("low", [0.9989, 0.9990])
def test_the_lower_bound_must_meet_the_target(monkeypatch: pytest.MonkeyPatch, low: float) -> None:
    """An estimate above the target is not enough."""
    monkeypatch.setattr(
        hardening, "run_cell", lambda cell: {"exact_rate": 0.9995, "ci_low": low, "ci_high": 0.9999}
    )
    targets, physics = [block_target("and")], Physics(synapse_noise=0.1)
    if low >= 0.999:
        assert find_cheapest(targets, physics).result["ci_low"] == low
    else:
        with pytest.raises(OutOfReach, match=r"^No circuit of up to 131072 synapses gives "):
            find_cheapest(targets, physics)
