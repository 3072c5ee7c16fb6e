# SPDX-License-Identifier: Apache-2.0
"""A neuron of a device whose membrane lives on from one wave of operands to the next.

A block of trials is a number of streams side by side. Each begins at rest and sends its waves one
behind the other, so that trial ``t`` of a block is wave ``t // streams`` of stream ``t % streams``.
A wave meets each membrane as the wave before left it, whatever layer the neuron is in. So one
neuron can pass all its waves before the next neuron is looked at.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.sim.devices.physics import Physics
from spikefloat.sim.devices.steps import Chance, Draw, Rows

__all__ = ["SpikingMembrane"]


class SpikingMembrane:
    """A neuron with a residue.

    In each wave ::

        V = leak * V + bias + sum(weight * (spike + noise)) + noise
        it fires if V >= threshold + bias
        then V -= threshold + bias (soft reset) or V = 0 (hard reset)

    where the bias, 0 or what lifts the threshold of a neuron that fires at rest to 1/2, is as ideal
    as a constant can be. Without leak this is the neuron of the spatial style.

    Parameters
    ----------
    node : int
        Row of the neuron.
    sources : sequence of int
        Rows that it reads.
    weights : sequence of float
        Weight of each.
    noise : sequence of float
        Standard deviation of each part of the noise on the membrane, drawn one by one.
    threshold, bias : float
        Analog threshold without bias, and the bias.
    after : numpy.ndarray
        Probability of a spike at the synapses where the neuron is silent and where it fires.
    physics : Physics
        Leak, reset, number of waves and resolution of the potential.
    """

    def __init__(
        self,
        node: int,
        sources: Sequence[int],
        weights: Sequence[float],
        noise: Sequence[float],
        threshold: float,
        bias: int,
        after: NDArray[np.float64],
        physics: Physics,
    ) -> None:
        self._node = node
        self._noise = [np.float32(part) for part in noise if part]
        bits = physics.potential_bits
        self._is_fixed = bits is not None
        #: Potentials are in units of one over this.
        self._unit = 1 << bits if bits is not None else 1
        # Sums of integers are exact in the faster type up to this; others are rounded anyway.
        reach = (sum(map(abs, weights)) + bias) * self._unit
        self._type: type[np.floating] = np.float32 if reach < 1 << 22 else np.float64
        self._terms = [
            (source, self._type(weight * self._unit))
            for source, weight in zip(sources, weights, strict=True)
        ]
        self._level = (threshold + bias) * self._unit
        if self._is_fixed:
            self._level = float(np.rint(self._level))
        self._bias = bias * self._unit
        self._after = None if tuple(after) == (0, 1) else Chance(after)
        self._leak = physics.leak
        self._is_soft = physics.reset == "soft"
        self._waves = physics.waves

    def run(self, rows: Rows, draw: Draw) -> None:
        """Fill the row of the neuron."""
        out = rows.spikes[self._node]
        drive: NDArray[Any] = np.full(len(out), self._bias, self._type)
        for source, weight in self._terms:
            if rows.analog is not None and source < len(rows.analog):
                drive += weight * rows.analog[source]
            else:
                drive += weight * rows.spikes[source]
        current = drive.astype(np.float64)
        noise = None
        if self._noise:
            noise = np.zeros(len(out), np.float32)
            for part in self._noise:
                noise += part * draw.normal(len(out))
            if self._is_fixed:
                noise = np.rint(noise * np.float32(self._unit))
            current += noise
        if self._is_fixed and rows.analog is not None:
            np.rint(current, out=current)
        potentials = self._pass_waves(current, out.view(np.bool_), rows.record is not None)
        if rows.record is not None:
            rows.record.fired[self._node] = out
            rows.record.noise[self._node] = 0 if noise is None else noise / self._unit
            rows.record.potentials[self._node] = potentials / self._unit
        if self._after is not None:
            self._after.look_up(out.copy(), draw, out)

    def _pass_waves(
        self, current: NDArray[np.float64], fired: NDArray[np.bool_], keep: bool
    ) -> NDArray[np.float64]:
        """Tell who fires; afterwards ``current`` holds what is left, if that is wanted."""
        level = self._level
        if not self._leak or self._waves == 1:
            np.greater_equal(current, level, out=fired)
            if keep:
                current[fired] = current[fired] - level if self._is_soft else 0
            return current
        totals = current.reshape(self._waves, -1)
        fires = fired.reshape(self._waves, -1)
        step = np.empty_like(totals[0])
        for wave in range(self._waves):
            total = totals[wave]
            if wave:
                np.multiply(totals[wave - 1], self._leak, out=step)
                if self._is_fixed:
                    np.trunc(step, out=step)
                total += step
            np.greater_equal(total, level, out=fires[wave])
            if self._is_soft:
                np.multiply(fires[wave], level, out=step)
                total -= step
            else:
                total[fires[wave]] = 0
        return current
