# SPDX-License-Identifier: Apache-2.0
"""Noise and faults in hardware: campaign cells again, spike by spike, and stuck neurons."""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.injection import injected_hardware
from spikefloat.rtl_gen.checks.targets import block_target, design_target
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.sim.campaigns.criticality import find_criticality
from spikefloat.sim.campaigns.faults import inject_faults
from spikefloat.sim.campaigns.injection import inject_noise, trial_order
from spikefloat.sim.devices.device import BLOCK
from spikefloat.sim.devices.operands import operand_sample
from spikefloat.sim.devices.physics import Physics


def multiplier():
    return design_target(make_instance("multiply", objective="neurons"))


def inject(target, physics, simulator, folder, **options):
    circuit = injected_hardware(target, physics)
    return inject_noise(target, physics, circuit, simulator, folder, **options)


def stick(target, folder, **options):
    circuit = injected_hardware(target, Physics())
    return inject_faults(target, circuit, "icarus", folder, **options)


# In the spatial style the campaign draws by table: nothing is shared with the hardware but sigma.
CELLS = {
    "synapses": Physics(synapse_noise=0.1),
    "membranes": Physics(membrane_noise=0.2),
    "leak": Physics(style="spiking", leak=1 / 16, synapse_noise=0.05),
    "hard": Physics(
        style="spiking", leak=0.25, reset="hard", synapse_noise=0.03, membrane_noise=0.05
    ),
}


@pytest.mark.tool
@pytest.mark.parametrize(
    "name, simulator, waves",
    [
        ("synapses", "icarus", 1024),
        ("leak", "icarus", 1024),
        pytest.param("synapses", "verilator", 16384, marks=pytest.mark.slow),
        pytest.param("membranes", "icarus", 2048, marks=pytest.mark.slow),
        pytest.param("hard", "icarus", 2048, marks=pytest.mark.slow),
    ],
)
def test_campaign_cell_in_hardware(name, simulator, waves, tmp_path):
    found = inject(multiplier(), CELLS[name], simulator, tmp_path, waves=waves)
    assert (found.spikes, found.wrong_spikes) == (83 * waves, 0)
    assert found.is_reproduced
    # Enough noise to be seen, and results that are not wrong for another reason.
    assert 0.3 < found.exact_rate < 0.99
    # The same with another sigma is told apart, where there are enough operations.
    other = replace(found, exact=round(0.9 * found.exact))
    assert not other.is_reproduced


@pytest.mark.tool
def test_wrong_hardware_is_noticed(tmp_path):
    """A cell that fires half a unit early gives other spikes, and is not reproduced."""
    target, physics = block_target("xor"), Physics(membrane_noise=0.3)
    circuit = injected_hardware(target, physics)
    fires = "wire fires = total >= "
    assert fires in circuit.verilog
    planted = replace(
        circuit, verilog=circuit.verilog.replace(fires, fires.replace("total", "total + 2048"), 1)
    )
    found = inject_noise(target, physics, planted, "icarus", tmp_path, waves=2048)
    assert found.wrong_spikes > 0
    assert not found.is_reproduced


@pytest.mark.slow
@pytest.mark.tool
def test_every_stuck_neuron_of_the_multiplier(tmp_path):
    """All 166 faults are found; a few operands are enough for most."""
    found = stick(multiplier(), tmp_path)
    assert (found.detected(0), found.detected(1), found.operands) == (83, 83, 65536)
    assert found.detected_fraction == 1
    tries = np.array(list(found.tries.values()))
    assert tries.min() == 1
    assert np.median(tries) < 10


@pytest.mark.tool
def test_faults_that_hide(tmp_path):
    """An adder whose first carry is a constant: hardware and criticality find the same faults."""
    target = block_target("ripple4")
    exposures = find_criticality(target.graph, operand_sample(target.graph)).exposures
    wanted = {i: (own.firing > 0, own.silent > 0) for i, own in enumerate(exposures)}
    found = stick(target, tmp_path)
    assert {i: tuple(t is not None for t in own) for i, own in found.tries.items()} == wanted
    assert 0.5 < found.detected_fraction < 1


def test_order_of_trials():
    """Each stream of a block, one after the other; of a part of a block, the first of them."""
    order = trial_order(2 * BLOCK, 64)
    assert sorted(order.tolist()) == list(range(2 * BLOCK))
    assert order[:3].tolist() == [0, 256, 512]
    assert order[64:66].tolist() == [1, 257]
    assert trial_order(5, 1 << 14).tolist() == [0, 1, 2, 3, 4]
    assert trial_order(300, 64).tolist() == order[:300].tolist()


@pytest.mark.parametrize(
    "physics, message",
    [
        (
            Physics(weight_mismatch=0.1),
            r"^Physics in hardware must be noise on synapses and membranes, "
            r"leak and reset, not ",
        ),
        (
            Physics(style="spiking", leak=1.0, synapse_noise=0.1),
            r"^Leak must be below 1 where there is "
            r"noise, not 1$",
        ),
        (Physics(style="spiking", leak=0.3), r"^Leak must be a multiple of 1/65536, not "),
    ],
)
def test_wrong(physics, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        inject(block_target("xor"), physics, "icarus", tmp_path, waves=64)


def test_wrong_neuron(tmp_path):
    with pytest.raises(ValueError, match=r"^Neuron must be from 0 to 1, not 2$"):
        stick(block_target("xor"), tmp_path, neurons=[2])
    with pytest.raises(ValueError, match=r"^Waves must be 1 or more, not 0$"):
        inject(block_target("xor"), Physics(), "icarus", tmp_path, waves=0)
