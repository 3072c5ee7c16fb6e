# SPDX-License-Identifier: Apache-2.0
"""How often circuits are right on devices that are not ideal.

A campaign is a list of cells: a circuit, the physics of the device, a seed. A cell draws operands
evenly from all codes, unless a provoking order is asked for, and runs trials until the confidence
interval is narrow enough. What is right is what the golden model says of the clean operands. Each
cell is computed by one process from its own seed, so that results are the same wherever it runs.
"""

import hashlib
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.campaigns.activity import activity_of
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.devices.device import BLOCK, Device
from spikefloat.sim.devices.operands import ORDERS, provoking_waves, random_operands
from spikefloat.sim.devices.physics import IDEAL, Physics

__all__ = ["Cell", "group_interval", "run_cell", "wilson_interval"]

#: Changes whenever the same cell would give other numbers.
_MODEL_VERSION = 1

#: Blocks between two looks at the confidence interval; one device each if devices differ.
_BLOCKS_OF_BATCH = 4

_OPERAND_STREAM = 2

#: Half the width of a standard normal distribution that holds 95 %.
_Z95 = 1.959963984540054


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One point of a campaign.

    Raises
    ------
    ValueError
        If the precision or the number of trials is not positive, or the order of operands unknown
        or one that needs a residue.
    """

    target: Target
    physics: Physics = IDEAL
    seed: int = 0
    precision: float = 0.005  #: Half-width of the 95 % confidence interval at which to stop.
    max_trials: int = 1 << 20  #: Trials at which to stop in any case; batches are run in full.
    order: str = "random"  #: One of :data:`~spikefloat.sim.devices.operands.ORDERS`.

    def __post_init__(self) -> None:
        if not self.precision > 0:
            raise InputError(f"Precision must be positive, not {self.precision!r}")
        if self.max_trials < 1:
            raise InputError(f"Number of trials must be positive, not {self.max_trials!r}")
        if self.order not in ORDERS:
            raise InputError(
                f"Order of operands must be one of {', '.join(ORDERS)}, not {self.order!r}"
            )
        if self.order == "provoking" and self.physics.style != "spiking":
            raise InputError(
                "Order of operands must be random in the spatial style, where none can matter, "
                f"not {self.order!r}"
            )

    @property
    def spec(self) -> dict[str, Any]:
        """All that decides on the result."""
        return {
            "model": _MODEL_VERSION,
            "graph": self.target.graph.digest,
            "reference": repr(self.target.reference),
            "physics": self.physics.as_dict(),
            "seed": self.seed,
            "precision": self.precision,
            "max_trials": self.max_trials,
            "order": self.order,
        }

    @property
    def label(self) -> dict[str, Any]:
        """What the circuit is to a reader."""
        return self.target.label

    @property
    def key(self) -> str:
        """SHA-256 of the spec, in hexadecimal."""
        return hashlib.sha256(json.dumps(self.spec, sort_keys=True).encode()).hexdigest()


def wilson_interval(successes: float, trials: float, z: float = _Z95) -> tuple[float, float]:
    """Return the Wilson score interval of a share, at 95 % unless another ``z`` is given.

    Raises
    ------
    ValueError
        If there are no trials, or more successes than trials.
    """
    if not 0 <= successes <= trials or not trials:
        raise InputError(
            f"Successes must be from 0 to the number of trials, not {successes!r} of {trials!r}"
        )
    share, square = successes / trials, z * z
    centre = (share + square / (2 * trials)) / (1 + square / trials)
    half = (
        z
        / (1 + square / trials)
        * math.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    )
    # At the ends the formula gives just that, but for rounding.
    return (
        0.0 if not successes else max(0.0, centre - half),
        1.0 if successes == trials else min(1.0, centre + half),
    )


@dataclass
class _Tally:
    """What has been counted."""

    spikes: NDArray[np.int64]  #: By node.
    trials: int = 0
    exact: int = 0
    comparable: int = 0
    steps: float = 0.0
    max_steps: float = 0.0
    relative: float = 0.0


def _group_rates(is_exact: NDArray[np.bool_], physics: Physics) -> NDArray[np.float64]:
    """Return the exact share of each group of a batch whose trials have something in common."""
    if physics.has_residue and not physics.varies:
        # The streams of a block lie side by side.
        waves = physics.waves
        return np.asarray(is_exact.reshape(-1, waves, BLOCK // waves).mean(axis=1).ravel())
    return np.array([is_exact.mean()])


def group_interval(rates: NDArray[np.float64], batch: int, clustered: bool) -> tuple[float, float]:
    """Return the confidence interval for the exact share of each group of so many trials.

    Trials on one device have its flaws in common, and waves of one stream the residue. Where groups
    differ, the number of trials is divided by how much the variance among groups exceeds that of
    independent trials, and one group alone says little: it counts as one trial.
    """
    trials, share = float(len(rates) * batch), float(np.mean(rates))
    if clustered:
        independent = share * (1 - share) / batch
        if len(rates) == 1:
            trials = 1.0
        elif independent:
            trials /= max(1.0, float(np.var(rates, ddof=1)) / independent)
        else:
            trials = float(len(rates))
    return wilson_interval(share * trials, trials)


def run_cell(cell: Cell) -> dict[str, Any]:
    """Return what came out of a cell, by name.

    Returns
    -------
    dict
        ``exact_rate`` with ``ci_low`` and ``ci_high``; ``mean_ulp``, ``max_ulp`` and
        ``mean_relative_error`` over the ``comparable`` trials, in which both results are finite;
        ``spikes_per_operation`` of the neurons; and, as NeuroBench defines them,
        ``connection_sparsity`` (share of the synapses from any earlier layer that are not there),
        ``activation_sparsity`` (share of neurons that are silent), and
        ``effective_synaptic_operations`` (synapses that a spike arrives at) of one operation.
    """
    target, physics = cell.target, cell.physics
    graph = target.graph
    tally = _Tally(np.zeros(graph.node_count, np.int64))
    rates: list[NDArray[np.float64]] = []
    batch = BLOCK if physics.varies else _BLOCKS_OF_BATCH * BLOCK
    low, high = 0.0, 1.0
    for inputs, device, first_block in _batches(cell, batch):
        result = device.run(inputs, seed=cell.seed, first_block=first_block)
        found = result.outputs[graph.outputs[0].name]
        right = target.reference.expected([inputs[port.name] for port in graph.inputs])
        is_exact = found == right
        tally.trials += batch
        tally.exact += int(np.count_nonzero(is_exact))
        tally.spikes += result.spikes
        _add_errors(tally, *target.reference.errors(found, right))
        rates.append(_group_rates(is_exact, physics))
        low, high = group_interval(
            np.concatenate(rates),
            len(is_exact) // len(rates[-1]),
            physics.varies or physics.has_residue,
        )
        if (high - low) / 2 <= cell.precision or tally.trials >= cell.max_trials:
            break
    return {
        "trials": tally.trials,
        "devices": len(rates) if physics.varies else 1,
        "exact": tally.exact,
        "exact_rate": tally.exact / tally.trials,
        "ci_low": low,
        "ci_high": high,
        "comparable": tally.comparable,
        "mean_ulp": tally.steps / tally.comparable if tally.comparable else None,
        "max_ulp": tally.max_steps if tally.comparable else None,
        "mean_relative_error": tally.relative / tally.comparable if tally.comparable else None,
        **_complexity(target, tally),
    }


def _batches(cell: Cell, batch: int) -> Iterator[tuple[dict[str, NDArray[Any]], Device, int]]:
    """Yield operands, device and first block of one batch after another, without end."""
    graph = cell.target.graph
    device = Device(graph, cell.physics, seed=cell.seed)
    index = 0
    while True:
        if cell.physics.varies and index:
            # One number from two, so that devices of different cells differ, too.
            seeds = np.random.SeedSequence((cell.seed, index)).generate_state(1, np.uint64)
            device = Device(graph, cell.physics, seed=int(seeds[0]))
        rng = np.random.Generator(
            np.random.SFC64(np.random.SeedSequence(cell.seed, spawn_key=(_OPERAND_STREAM, index)))
        )
        yield _operands(cell, batch, rng), device, index * (batch // BLOCK)
        index += 1


def _operands(cell: Cell, batch: int, rng: np.random.Generator) -> dict[str, NDArray[Any]]:
    graph, physics = cell.target.graph, cell.physics
    if cell.order == "random":
        return random_operands(graph, batch, rng)
    shape = (physics.waves, BLOCK // physics.waves)
    blocks = [provoking_waves(graph, physics.reset, shape, rng) for _ in range(batch // BLOCK)]
    return {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}


def _add_errors(tally: _Tally, steps: NDArray[Any], relative: NDArray[Any]) -> None:
    comparable = ~np.isnan(steps)
    tally.comparable += int(np.count_nonzero(comparable))
    tally.steps += float(steps[comparable].sum())
    tally.max_steps = max(tally.max_steps, float(steps[comparable].max(initial=0)))
    tally.relative += float(relative[comparable].sum())


def _complexity(target: Target, tally: _Tally) -> dict[str, Any]:
    """Return what the circuit costs, and how many of its spikes and synapses were at work."""
    graph = target.graph
    synapses = int(target.fan_out.sum())
    active = activity_of(graph, tally.spikes, tally.trials, target.fan_out)
    possible = target.possible_synapses
    # Synapses in parallel count as one connection.
    connections = sum(len(set(neuron.sources)) for neuron in graph.neurons)
    return {
        "neurons": len(graph.neurons),
        "synapses": synapses,
        "depth": graph.depth,
        "spikes_per_operation": active.spikes_per_operation,
        "connection_sparsity": 1 - connections / possible if possible else 0.0,
        "activation_sparsity": 1 - active.spikes_per_operation / max(1, len(graph.neurons)),
        "effective_synaptic_operations": active.effective_synaptic_operations,
    }
