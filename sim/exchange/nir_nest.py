# SPDX-License-Identifier: Apache-2.0
"""Running a NIR file in NEST, where spikes are events that synapses deliver after a delay.

Each layer is one millisecond behind the layer below, and a new trial enters in every millisecond,
so that many are under way at once, each in a layer of its own, as in the spiking style of the
hardware. What a trial leaves on a membrane meets the next trial there, or is gone by then.

Source: NEST 3.10, https://nest-simulator.readthedocs.io, model ``iaf_psc_delta``.
"""

import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.extras import import_extra
from spikefloat.sim.exchange.nir_chain import NirChain, NirRun

__all__ = ["run_in_nest"]

#: Time constants of a membrane in milliseconds, beside a step of one: exp(-1 / tau) is 0 and 1.
_FORGETS = 1e-3
_KEEPS = 1e300


def run_in_nest(
    chain: NirChain, spikes: NDArray[np.bool_], *, record: bool = False, rests: bool = True
) -> NirRun:
    """Return what a network computes in NEST.

    A neuron that would fire at rest gets a bias with each trial, from one source of spikes, that
    lifts its threshold to a half: NEST wants thresholds above the potential after a spike. Its
    membrane has that bias, too.

    Parameters
    ----------
    chain : NirChain
        The network.
    spikes : array of bool
        What the inputs do, one row for each trial.
    record : bool
        Whether to keep the spikes and membranes of all neurons.
    rests : bool
        Whether a membrane forgets a trial before the next one comes. If not, it keeps what did not
        fire for ever, as nothing leaks.

    Returns
    -------
    NirRun

    Raises
    ------
    MissingPackage
        If NEST is not installed.
    """
    os.environ.setdefault("PYNEST_QUIET", "1")  # else it prints who made it
    nest: Any = import_extra("nest", "nest-simulator", "nest")
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.resolution = 1.0
    trials = len(spikes)
    below = _sources(nest, spikes)
    start = _sources(nest, np.ones((trials, 1), np.bool_))
    layers = []
    for number, layer in enumerate(chain.layers, 1):
        bias = np.where(layer.thresholds < 0, 0.5 - layer.thresholds, 0)
        neurons = nest.Create(
            "iaf_psc_delta",
            len(bias),
            {
                "C_m": 1.0,
                "E_L": 0.0,
                "V_m": 0.0,
                "V_reset": 0.0,
                "V_th": layer.thresholds + bias,
                "t_ref": 0.0,
                "tau_m": _FORGETS if rests else _KEEPS,
            },
        )
        ids = np.array(neurons.tolist())
        _connect(nest, below, ids, layer.weights, 1)
        _connect(nest, start, ids, bias[:, np.newaxis], number)
        layers.append(neurons)
        below = ids
    last = nest.Create("spike_recorder")
    nest.Connect(layers[-1], last)
    watched = [_watch(nest, neurons) for neurons in layers] if record else []
    nest.Simulate(trials + len(layers) + 2.0)
    codes = chain.codes(_events(last, layers[-1], len(layers), trials, None).T > 0)
    if not record:
        return NirRun.of_codes(codes)
    seen = list(enumerate(zip(watched, layers, strict=True), 1))
    return NirRun(
        codes,
        np.concatenate([_events(one[0], own, at, trials, None) for at, (one, own) in seen]) > 0,
        np.concatenate([_events(one[1], own, at, trials, "V_m") for at, (one, own) in seen]),
    )


def _sources(nest: Any, spikes: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return sources of spikes, one for each column; the first row is at one millisecond."""
    made = nest.Create("spike_generator", spikes.shape[1])
    for source, column in zip(made, spikes.T, strict=True):
        source.spike_times = np.flatnonzero(column) + 1.0
    return np.array(made.tolist())


def _connect(
    nest: Any, sources: NDArray[Any], targets: NDArray[Any], weights: NDArray[Any], delay: int
) -> None:
    """Make a synapse for each weight that is not zero."""
    rows, columns = np.nonzero(weights)
    if len(rows):
        nest.Connect(
            sources[columns],
            targets[rows],
            "one_to_one",
            {"weight": weights[rows, columns], "delay": np.full(len(rows), float(delay))},
        )


def _watch(nest: Any, neurons: Any) -> tuple[Any, Any]:
    """Return recorders of the spikes and of the membranes of a layer."""
    spikes = nest.Create("spike_recorder")
    membranes = nest.Create("multimeter", {"record_from": ["V_m"], "interval": 1.0})
    nest.Connect(neurons, spikes)
    nest.Connect(membranes, neurons)
    return spikes, membranes


def _events(
    recorder: Any, neurons: Any, layer: int, trials: int, value: str | None
) -> NDArray[np.float64]:
    """Return a value, or 1, for each event, one row for each neuron and one column for a trial."""
    events = recorder.events
    trial = np.rint(events["times"]).astype(np.int64) - 1 - layer
    is_one = (trial >= 0) & (trial < trials)
    found = np.zeros((len(neurons), trials))
    first = neurons.tolist()[0]
    found[events["senders"][is_one] - first, trial[is_one]] = events[value][is_one] if value else 1
    return found
