# SPDX-License-Identifier: Apache-2.0
"""Noise and faults in the hardware: a campaign cell again, under a simulator.

Noise is drawn by the device model from a seed, rounded to the units of the membrane registers, and
goes into every cell of the Verilog in every clock. Every spike of every neuron must be that of the
device; and the share of exact results is that of a campaign cell, which draws noise of its own, in
another way: by table in the spatial style, and not quantised.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.benches.packing import pack_lanes, unpack_lanes
from spikefloat.sim.benches.trace import trace
from spikefloat.sim.campaigns.campaign import Cell, group_interval, run_cell
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.devices.device import BLOCK, Device
from spikefloat.sim.devices.operands import random_operands
from spikefloat.sim.devices.physics import Physics
from spikefloat.sim.simulators.find import find_simulator

__all__ = [
    "FRACTION_BITS",
    "InjectedHardware",
    "Injection",
    "hardware_physics",
    "inject_noise",
    "noise_width",
    "trial_order",
]

#: Bits of a membrane below the point: enough that rounding the noise has no measurable effect.
FRACTION_BITS = 12

#: How many of the largest standard deviations the lanes for noise hold.
_REACH = 8

#: Operands and noise are other ones than those of the campaign cell.
_SEED_STEP = 1


class InjectedHardware(Protocol):
    """Verilog of a circuit that takes noise and faults.

    :mod:`spikefloat.rtl_gen.rtl.styles.injected` makes it.
    """

    @property
    def module(self) -> str:
        """Name of the top module."""

    @property
    def verilog(self) -> str:
        """Text of the file."""

    @property
    def noise_width(self) -> int:
        """Bits of the noise on one membrane, in units of ``2 ** -FRACTION_BITS``."""

    @property
    def latency(self) -> int:
        """Clocks from operands to result."""

    @property
    def layers(self) -> tuple[int, ...]:
        """Layer of each neuron."""


@dataclass(frozen=True, kw_only=True)
class Injection:
    """What came out of the hardware, beside the campaign cell that it repeats."""

    waves: int
    exact: int
    ci_low: float  #: 95 % confidence interval of the exact share.
    ci_high: float
    spikes: int  #: Spikes that were compared with those of the device, neuron by neuron.
    wrong_spikes: int
    cell: dict[str, Any]  #: Result of the campaign cell.

    @property
    def exact_rate(self) -> float:
        """Share of the waves whose result is that of the golden model."""
        return self.exact / self.waves

    @property
    def is_reproduced(self) -> bool:
        """Whether every spike is right, and the exact share within what chance allows.

        Both shares are uncertain: their difference must be within 95 % of its distribution.
        """
        half = np.hypot(self.ci_high - self.ci_low, self.cell["ci_high"] - self.cell["ci_low"]) / 2
        near = abs(self.exact_rate - self.cell["exact_rate"]) <= half
        return bool(near) and not self.wrong_spikes


def inject_noise(
    target: Target,
    physics: Physics,
    circuit: InjectedHardware,
    simulator: str,
    folder: Path,
    *,
    seed: int = 0,
    waves: int = 4 * BLOCK,
    precision: float = 0.002,
    progress: Callable[[str], None] | None = None,
) -> Injection:
    """Run a campaign cell, and the same on the Verilog of the circuit.

    Parameters
    ----------
    target : Target
        Circuit, and what it should compute.
    physics : Physics
        Noise on synapses and membranes; leak and reset, in the spiking style. In the spatial style
        membranes are discharged before every wave.
    circuit : InjectedHardware
        The Verilog, with the leak and reset of :func:`hardware_physics` and lanes of
        :func:`noise_width`.
    simulator : str
        "icarus" or "verilator".
    folder : Path
        For all that is written.
    seed : int
        Of the campaign cell; the hardware gets the noise of the next seed.
    waves : int
        How many operations to run, in blocks of :data:`~spikefloat.sim.devices.device.BLOCK`.
    precision : float
        Half-width of the confidence interval of the campaign cell.
    progress : callable, optional
        Called with a few words at the start of each step.

    Raises
    ------
    ValueError
        If the physics has anything but noise on synapses and membranes, leak and reset, or if
        there are no waves.
    """
    device = hardware_physics(physics)
    if waves < 1:
        raise InputError(f"Waves must be 1 or more, not {waves}")
    find_simulator(simulator)  # which is missed before anything takes long
    say = progress or (lambda words: None)
    say("running the campaign cell")
    cell = run_cell(Cell(target=target, physics=physics, seed=seed, precision=precision))
    graph = target.graph
    order = trial_order(waves, device.waves)
    # Whole blocks, of which the hardware gets the first streams.
    rng = np.random.Generator(np.random.PCG64((seed + _SEED_STEP, seed)))
    inputs = random_operands(graph, -(-waves // BLOCK) * BLOCK, rng)
    result = Device(graph, device, seed=seed).run(inputs, seed=seed + _SEED_STEP, record=True)
    assert result.record is not None
    first = graph.input_count
    noise = np.rint(result.record.noise[first:] * (1 << FRACTION_BITS)).astype(np.int64)
    rows = _input_rows(
        circuit,
        target,
        {n: c[order] for n, c in inputs.items()},
        noise[:, order],
        order % BLOCK < BLOCK // device.waves,
    )
    codes, fired = _run_hardware(circuit, target, rows, waves, simulator, folder, progress)
    right = target.reference.expected([inputs[port.name][order] for port in graph.inputs])
    is_exact = codes == right
    # Waves of one stream have their residue in common.
    group = device.waves if waves >= 2 * device.waves else 1
    low, high = group_interval(
        is_exact[: waves // group * group].reshape(-1, group).mean(axis=1),
        group,
        device.has_residue,
    )
    return Injection(
        waves=waves,
        exact=int(np.count_nonzero(is_exact)),
        ci_low=low,
        ci_high=high,
        spikes=fired.size,
        wrong_spikes=int(np.count_nonzero(fired != result.record.fired[first:, order])),
        cell=cell,
    )


def _run_hardware(
    circuit: InjectedHardware,
    target: Target,
    rows: dict[str, NDArray[np.uint8]],
    waves: int,
    simulator: str,
    folder: Path,
    progress: Callable[[str], None] | None,
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the result of each wave, and for each neuron whether it fired in it."""
    output = target.graph.outputs[0]
    recorded = trace(
        simulator,
        circuit.verilog,
        circuit.module,
        rows,
        (output.name, "spikes"),
        folder,
        reset_clocks=circuit.latency + 1,
        progress=progress,
    )
    spikes = unpack_lanes(recorded["spikes"], len(target.graph.neurons)).astype(bool)
    delays = np.array(circuit.layers) - 1
    fired = np.stack([spikes[delay : delay + waves, i] for i, delay in enumerate(delays)])
    last = circuit.latency - 1
    codes = unpack_lanes(recorded[output.name][last : last + waves], 1, len(output.nodes))[:, 0]
    return codes, fired


def hardware_physics(physics: Physics) -> Physics:
    """Return the physics of the device whose noise the hardware gets.

    Raises
    ------
    ValueError
        If the physics has anything but noise on synapses and membranes, leak and reset.
    """
    allowed = Physics(
        synapse_noise=physics.synapse_noise,
        membrane_noise=physics.membrane_noise,
        style=physics.style,
        leak=physics.leak,
        reset=physics.reset,
        waves=physics.waves,
    )
    if physics != allowed:
        raise InputError(
            "Physics in hardware must be noise on synapses and membranes, leak and reset, "
            f"not {physics!r}"
        )
    if physics.style == "spatial":
        # The cells are clocked ones, and leak; but every wave discharges them first.
        return replace(physics, style="spiking", leak=1 / 16, waves=1, potential_bits=FRACTION_BITS)
    return replace(physics, potential_bits=FRACTION_BITS)


def noise_width(graph: NeuronGraph, physics: Physics) -> int:
    """Return the bits, sign included, that hold noise of eight times the standard deviation."""
    sigma = max(
        float(
            np.hypot(
                physics.synapse_noise * np.sqrt(sum(w * w for w in n.weights)),
                physics.membrane_noise,
            )
        )
        for n in graph.neurons
    )
    return 2 + int(_REACH * sigma * (1 << FRACTION_BITS)).bit_length()


def trial_order(count: int, waves: int) -> NDArray[np.int64]:
    """Return the first trials of the device in the order in which they pass the hardware.

    The streams of a block lie side by side; the hardware has one after the other.
    """
    within = np.arange(BLOCK).reshape(waves, -1).T.ravel()
    blocks = -(-count // BLOCK)
    return (np.arange(blocks)[:, None] * BLOCK + within).ravel()[:count]


def _input_rows(
    circuit: InjectedHardware,
    target: Target,
    inputs: dict[str, NDArray[np.int64]],
    noise: NDArray[np.int64],
    discharge: NDArray[np.bool_],
) -> dict[str, NDArray[np.uint8]]:
    """Return the words of every clock; a neuron gets its noise when the wave gets there."""
    waves = len(discharge)
    clocks = waves + circuit.latency
    rows = {}
    words = {port.name: (inputs[port.name], len(port.nodes)) for port in target.graph.inputs}
    for name, (codes, width) in {"discharge": (discharge, 1), **words}.items():
        column = np.zeros((clocks, 1), np.int64)
        column[:waves, 0] = codes
        rows[name] = pack_lanes(column, width)
    lanes = np.zeros((clocks, len(noise)), np.int64)
    for index, layer in enumerate(circuit.layers):
        lanes[layer - 1 : layer - 1 + waves, index] = noise[index]
    rows["noise"] = pack_lanes(lanes, circuit.noise_width)
    for name in ("stuck_at_0", "stuck_at_1"):
        rows[name] = pack_lanes(np.zeros((clocks, len(noise)), np.int64), 1)
    return rows
