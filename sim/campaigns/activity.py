# SPDX-License-Identifier: Apache-2.0
"""How many spikes and synapses an operation puts to work, and the energy that this takes.

The activity is that of the exact graph, without noise: the mean over all operands where there are
no more than :data:`MAX_OPERANDS` of them, else over as many that are drawn evenly from a seed.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.campaigns.target import fan_out
from spikefloat.sim.devices.operands import MAX_OPERANDS, all_operands
from spikefloat.sim.devices.presets import Preset
from spikefloat.sim.graphs.network import Network
from spikefloat.sim.graphs.planes import WORD_BITS

__all__ = ["Activity", "activity_of", "energy", "measure_activity"]


@dataclass(frozen=True, kw_only=True)
class Activity:
    """What an operation does, on average."""

    spikes_per_operation: float  #: Of the neurons.
    #: Synapses that a spike arrives at, those of the inputs as well.
    effective_synaptic_operations: float


def activity_of(
    graph: NeuronGraph, spikes: NDArray[np.int64], trials: int, synapses: NDArray[np.int64]
) -> Activity:
    """Return the activity of a circuit from what was counted.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    spikes : numpy.ndarray
        In how many trials each node fired, inputs first.
    trials : int
        Number of trials.
    synapses : numpy.ndarray
        How many synapses each node drives.
    """
    return Activity(
        spikes_per_operation=float(spikes[graph.input_count :].sum()) / trials,
        effective_synaptic_operations=float(spikes @ synapses) / trials,
    )


def measure_activity(graph: NeuronGraph, seed: int = 0) -> tuple[Activity, int]:
    """Return the activity of a circuit without noise, and on how many operands it was measured.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    seed : int
        Decides on the operands, if there are too many to try all.
    """
    network = Network(graph)
    if 1 << graph.input_count <= MAX_OPERANDS:
        trials = 1 << graph.input_count
        planes, _ = network.pack(all_operands(graph))
    else:
        trials = MAX_OPERANDS
        rng = np.random.Generator(np.random.PCG64(seed))
        words = trials // WORD_BITS
        planes = {
            port.name: rng.integers(0, 1 << 64, (len(port.nodes), words), dtype=np.uint64)
            for port in graph.inputs
        }
    spikes = np.zeros(graph.node_count, np.int64)
    for port in graph.inputs:
        spikes[list(port.nodes)] = np.bitwise_count(planes[port.name]).sum(axis=1, dtype=np.int64)
    spikes[graph.input_count :] = network.spikes_planes(planes, trials)
    return activity_of(graph, spikes, trials, fan_out(graph)), trials


def energy(preset: Preset, activity: Activity) -> dict[str, Any]:
    """Return the energy of one operation on a device, by name.

    Events for which the source gives no energy are not counted.

    Returns
    -------
    dict
        ``energy_counts``, the events that were counted; ``energy_low_fj`` and ``energy_high_fj``
        in femtojoules, None where the source gives no such bound.

    Raises
    ------
    ValueError
        If no energy of a spike or synaptic operation is published.
    """
    energies = preset.energies
    if not energies:
        raise InputError(
            f"Device must have a published energy per spike or synaptic operation, not "
            f"{preset.name!r}"
        )
    return {
        "energy_counts": list(energies),
        **{
            f"energy_{bound}_fj": None
            if any(getattr(figure, bound) is None for figure in energies.values())
            else sum(
                getattr(figure, bound) * getattr(activity, event)
                for event, figure in energies.items()
            )
            for bound in ("low", "high")
        },
    }
