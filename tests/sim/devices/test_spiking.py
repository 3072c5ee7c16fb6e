# SPDX-License-Identifier: Apache-2.0
"""Devices whose membranes live on: against exact simulation, in the limits, and in distribution."""

import math
from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.sim.devices.device import BLOCK, Device
from spikefloat.sim.devices.physics import Physics
from tests.helpers.residue_examples import gate_graph, single_neuron
from tests.helpers.spiking_simulation import SpikingSimulation

DESIGN = find_design("multiply")
GRAPH = make_instance(DESIGN, objective="neurons").graph
WAVES = 64


def operands(count=BLOCK, seed=1):
    a, b = np.random.default_rng(seed).integers(0, 256, (2, count))
    return {"a": a, "b": b}


def run(physics, count=BLOCK, **options):
    return Device(GRAPH, physics, **options).run(operands(count), seed=2, record=True)


@pytest.mark.parametrize(
    "leak, reset",
    [
        ("0", "soft"),
        ("1/16", "soft"),
        ("25/256", "soft"),
        ("3/4", "hard"),
        ("3/4", "soft"),
        ("1", "soft"),
        ("1", "hard"),
    ],
)
def test_every_membrane_is_that_of_exact_simulation(leak, reset):
    """Every spike of every wave, and what is left, with the rounding of the hardware."""
    leak = Fraction(leak)
    bits = leak.denominator.bit_length()
    result = run(Physics(style="spiking", leak=float(leak), reset=reset, potential_bits=bits))
    simulation = SpikingSimulation(GRAPH, leak, reset)
    streams = {name: codes.reshape(WAVES, -1) for name, codes in operands().items()}
    wanted = simulation.run(streams, record=True)
    np.testing.assert_array_equal(result.outputs["y"], wanted.outputs["y"].ravel())
    np.testing.assert_array_equal(
        result.record.fired[16:], wanted.spikes.reshape(-1, len(GRAPH.neurons)).T
    )
    last = result.record.potentials[16:, -BLOCK // WAVES :]
    np.testing.assert_array_equal(last * 2**bits, simulation.membranes)
    assert np.any(last) == (leak > 0 or reset == "soft")


FLAWED = {
    "synapse_noise": 0.05,
    "membrane_noise": 0.2,
    "weight_mismatch": 0.03,
    "weight_levels": 8,
    "threshold_mismatch": 0.05,
    "threshold_drift": 0.02,
    "dropped_spikes": 0.0005,
    "stuck_at_0": 0.002,
}


@pytest.mark.parametrize("knob", FLAWED)
@pytest.mark.parametrize("forgetful", [{"leak": 0.0}, {"leak": 0.7, "waves": 1}])
def test_without_residue_it_is_the_spatial_style(knob, forgetful):
    """Every knob does the same there; noise in distribution, as it is drawn in another way."""
    flaw = {knob: FLAWED[knob]}
    spiking = Device(GRAPH, Physics(style="spiking", **forgetful, **flaw), seed=3)
    spatial = Device(GRAPH, Physics(**flaw), seed=3)
    found, wanted = (device.run(operands(2 * BLOCK), seed=4) for device in (spiking, spatial))
    if knob.endswith("noise") or knob == "dropped_spikes":
        rates = [
            np.mean(
                result.outputs["y"] == Device(GRAPH).run(operands(2 * BLOCK), seed=0).outputs["y"]
            )
            for result in (found, wanted)
        ]
        spread = math.sqrt(2 * rates[1] * (1 - rates[1]) / (2 * BLOCK))
        assert abs(rates[0] - rates[1]) < 4 * spread
        assert 0.5 < rates[0] < 1
    else:
        np.testing.assert_array_equal(found.outputs["y"], wanted.outputs["y"])
        np.testing.assert_array_equal(found.spikes, wanted.spikes)


@pytest.mark.parametrize("method", ["table", "synapse"])
def test_distribution_of_noise(method):
    """Noise stays on the membrane, and leaks: its variance is that of the sum of a series."""
    physics = Physics(style="spiking", leak=0.5, synapse_noise=0.02, membrane_noise=0.03)
    graph = single_neuron((3, -4), 5)
    record = (
        Device(graph, physics, method=method)
        .run({"a": np.zeros(4 * BLOCK, int)}, seed=1, record=True)
        .record
    )
    one = 0.02**2 * (3**2 + 4**2) + 0.03**2
    assert np.var(record.noise[2]) == pytest.approx(one, rel=0.03)
    late = record.potentials[2].reshape(4, WAVES, -1)[:, 20:]
    assert np.var(late) == pytest.approx(one / (1 - 0.5**2), rel=0.04)
    assert not record.fired[2].any()


def test_input_noise_meets_all_synapses_alike():
    physics = Physics(style="spiking", leak=0.25, input_noise=0.1)
    graph = single_neuron((1, 1), 5)
    same = graph.__class__(
        graph.name,
        (graph.inputs[0]._replace(nodes=(0,)),),
        (graph.outputs[0]._replace(nodes=(1,)),),
        (graph.neurons[0]._replace(sources=(0, 0)),),
        graph.scopes,
    )
    result = Device(same, physics).run({"a": np.zeros(BLOCK, int)}, seed=1, record=True)
    first = result.record.potentials[1].reshape(WAVES, -1)[0]
    assert np.std(first) == pytest.approx(0.2, rel=0.1)  # not 0.1 * sqrt(2)


@pytest.mark.parametrize("name, published", [("and", 0.59), ("or", 0.76), ("xor", 0.51)])
def test_gates_without_leak_fail_as_published(name, published):
    a, b = np.random.default_rng(1).integers(0, 2, (2, 4 * BLOCK))
    graph = gate_graph(name)
    y = Device(graph, Physics(style="spiking", leak=1.0)).run({"a": a, "b": b}, seed=0).outputs["y"]
    right = Device(graph).run({"a": a, "b": b}, seed=0).outputs["y"]
    assert np.mean(y == right) == pytest.approx(published, abs=0.01)


def test_seeds_and_blocks():
    """The same numbers again; other ones with another seed; blocks do not depend on each other."""
    physics = Physics(style="spiking", leak=0.1, synapse_noise=0.1, weight_mismatch=0.05)
    device = Device(GRAPH, physics, seed=5)
    both = operands(2 * BLOCK)
    first, again = (device.run(both, seed=6).outputs["y"] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != device.run(both, seed=7).outputs["y"])
    assert np.any(first != Device(GRAPH, physics, seed=6).run(both, seed=6).outputs["y"])
    second = {name: codes[BLOCK:] for name, codes in both.items()}
    np.testing.assert_array_equal(
        first[BLOCK:], device.run(second, seed=6, first_block=1).outputs["y"]
    )


def test_faults_leave_the_membrane_alone():
    """A spike that is lost has been fired all the same; a stuck neuron has no membrane."""
    graph = single_neuron((1,), 1)
    ones = {"a": np.ones(BLOCK, int)}
    lost = Device(graph, Physics(style="spiking", leak=0.5, dropped_spikes=0.25)).run(
        ones, seed=1, record=True
    )
    assert lost.record.fired[1].all()
    assert np.mean(lost.outputs["y"]) == pytest.approx(0.75, abs=0.02)
    stuck = Device(graph, Physics(style="spiking", leak=0.5), stuck={1: 0}).run(ones, seed=1)
    assert not stuck.outputs["y"].any()
    flipped = Device(graph, Physics(style="spiking", leak=0.5), flips={1: 1.0}).run(ones, seed=1)
    assert not flipped.outputs["y"].any()


@pytest.mark.parametrize(
    "knobs, message",
    [
        (
            {"leak": 0.5},
            r"^Physics leak must be left out in the spatial style, where nothing stays on "
            r"a membrane, not 0\.5$",
        ),
        ({"waves": 1}, r"^Physics waves must be left out in the spatial style, "),
        ({"style": "temporal"}, r"^Physics style must be spatial or spiking, not 'temporal'$"),
        ({"style": "spiking", "leak": 1.5}, r"^Physics leak must be from 0 to 1, not 1\.5$"),
        ({"style": "spiking", "reset": "no"}, r"^Physics reset must be soft or hard, not 'no'$"),
        (
            {"style": "spiking", "waves": 3},
            r"^Physics waves must be a power of two from 1 to 16384, not 3$",
        ),
        (
            {"style": "spiking", "potential_bits": 0},
            r"^Physics potential_bits must be from 1 to 24, not 0$",
        ),
    ],
)
def test_wrong(knobs, message):
    with pytest.raises(ValueError, match=message):
        Physics(**knobs)


def test_no_record_without_membranes():
    with pytest.raises(
        ValueError,
        match=r"^Style must be spiking to record membranes, not "
        r"'spatial'$",
    ):
        Device(GRAPH).run(operands(4), seed=0, record=True)
