# SPDX-License-Identifier: Apache-2.0
"""Spikes and synaptic operations of an operation, and its energy: against counts by hand."""

import random
from itertools import product

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.targets import design_target
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.campaigns import activity
from spikefloat.sim.campaigns.activity import Activity, energy, measure_activity
from spikefloat.sim.campaigns.campaign import Cell, run_cell
from spikefloat.sim.devices.presets import PRESETS, Figure, Preset
from tests.helpers.graphs import random_graph, raw_graph


def count(graph):
    """Return both figures, counted spike by spike over all operands."""
    spikes = arrivals = 0
    for bits in product((0, 1), repeat=graph.input_count):
        values = list(bits)
        for neuron in graph.neurons:
            total = sum(w * values[s] for s, w in zip(neuron.sources, neuron.weights, strict=True))
            arrivals += sum(values[source] for source in neuron.sources)
            values.append(int(total >= neuron.threshold))
        spikes += sum(values[graph.input_count :])
    return Activity(
        spikes_per_operation=spikes / (1 << graph.input_count),
        effective_synaptic_operations=arrivals / (1 << graph.input_count),
    )


#: XOR of two neurons: AND, and OR that the AND inhibits.
XOR = raw_graph(
    [((0, 1), (1, 1), 2), ((0, 1, 2), (1, 1, -2), 1)], inputs={"a": 1, "b": 1}, outputs={"y": (3,)}
)


def test_xor_by_hand():
    """One case in four makes the AND fire, two the XOR; an input is on in half, and has two
    synapses."""
    by_hand = Activity(
        spikes_per_operation=0.25 + 0.5, effective_synaptic_operations=2 * 0.5 * 2 + 0.25
    )
    assert measure_activity(XOR) == (by_hand, 4)
    assert energy(PRESETS["afefet"], by_hand) == {
        "energy_counts": ["spikes_per_operation"],
        "energy_low_fj": 0.75 * 37,
        "energy_high_fj": 0.75 * 37,
    }
    assert energy(PRESETS["loihi"], by_hand) == {
        "energy_counts": ["effective_synaptic_operations"],
        "energy_low_fj": 2.25 * 23_600,
        "energy_high_fj": 2.25 * 23_600,
    }


@pytest.mark.parametrize("seed", range(5))
def test_random_graphs_against_counts(seed):
    graph = random_graph(random.Random(seed), neurons=25, fan_in=5, weight=3, width=4)
    assert measure_activity(graph, seed=seed) == (count(graph), 256)


def test_synapses_in_parallel_count_each(monkeypatch):
    twice = raw_graph([((0, 0), (1, 1), 2)], inputs={"a": 1}, outputs={"y": (1,)})
    found, _ = measure_activity(twice)
    assert found == count(twice)
    assert found.effective_synaptic_operations == 1
    # A planted fault: each source counted once for a neuron.
    monkeypatch.setattr(activity, "fan_out", lambda graph: np.array([1, 0]))
    assert measure_activity(twice)[0] != count(twice)


def test_more_operands_are_drawn():
    """Evenly, from the seed; an AND of two of 70 inputs fires in a quarter of the cases."""
    wide = raw_graph([((0, 69), (1, 1), 2)], inputs={"a": 70}, outputs={"y": (70,)})
    found, operands = measure_activity(wide, seed=1)
    assert operands == 65_536
    assert found.spikes_per_operation == pytest.approx(0.25, abs=0.01)
    assert found.effective_synaptic_operations == pytest.approx(1, abs=0.01)
    assert measure_activity(wide, seed=1) == (found, operands)
    assert measure_activity(wide, seed=2) != (found, operands)


def test_a_campaign_agrees():
    """All operands of a multiplier, and those that a campaign without noise draws."""
    target = design_target(make_instance("multiply", objective="neurons"))
    found, operands = measure_activity(target.graph)
    row = run_cell(Cell(target=target, max_trials=1 << 18, precision=1e-9))
    assert operands == 65_536
    assert row["spikes_per_operation"] == pytest.approx(found.spikes_per_operation, rel=0.005)
    assert row["effective_synaptic_operations"] == pytest.approx(
        found.effective_synaptic_operations, rel=0.005
    )


ACTIVE = Activity(spikes_per_operation=2.0, effective_synaptic_operations=10.0)


def preset(**energies):
    return Preset(
        name="x",
        summary="x",
        source="x",
        year=2020,
        figures=tuple(Figure(name=n, low=low, high=high) for n, (low, high) in energies.items()),
    )


@pytest.mark.parametrize(
    "energies, low, high",
    [
        ({"energy_per_spike": (3, 4)}, 6, 8),
        ({"energy_per_spike": (3, None)}, 6, None),
        ({"energy_per_synaptic_operation": (None, 0.5)}, None, 5),
        ({"energy_per_spike": (3, 4), "energy_per_synaptic_operation": (0.1, 0.5)}, 7, 13),
        ({"energy_per_spike": (3, 4), "energy_per_synaptic_operation": (None, 0.5)}, None, 13),
    ],
)
def test_energy_has_the_bounds_of_the_source(energies, low, high):
    found = energy(preset(**energies), ACTIVE)
    assert (found["energy_low_fj"], found["energy_high_fj"]) == (low, high)
    assert len(found["energy_counts"]) == len(energies)


def test_a_device_without_energy_is_refused():
    for name in ("mof", "sfq", "fowler-nordheim"):
        with pytest.raises(InputError, match=rf"^Device must have .* operation, not '{name}'$"):
            energy(PRESETS[name], ACTIVE)
