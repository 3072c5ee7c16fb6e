# SPDX-License-Identifier: Apache-2.0
"""The largest noise that a circuit stands, by bisection."""

from dataclasses import replace
from typing import Any

from spikefloat.rtl_gen.errors import InputError
from spikefloat.sim.campaigns.campaign import Cell, run_cell
from spikefloat.sim.devices.physics import Physics

__all__ = ["find_tolerance"]

#: Noise at which to stop looking for more.
_LIMIT = 64.0


def find_tolerance(
    cell: Cell,
    knob: str,
    *,
    exact_rate: float = 0.999,
    resolution: float = 0.001,
) -> dict[str, Any]:
    """Return the largest value of a knob at which results are as often exact as demanded.

    Every step uses the same seed, precision and number of trials, those of the cell. A step whose
    confidence interval holds the demanded rate is decided by the measured rate, so that the answer
    is uncertain by about as much as the rate, divided by its slope.

    Parameters
    ----------
    cell : Cell
        Circuit, and all physics but the knob.
    knob : str
        Field of :class:`~spikefloat.sim.devices.physics.Physics` that makes results worse as it
        grows.
    exact_rate : float
        Share of results that must be exact.
    resolution : float
        Distance between the answer and a value that is too large.

    Returns
    -------
    dict
        ``largest`` and ``too_large``, values of the knob; ``exact_rate``, ``ci_low`` and
        ``ci_high`` at the former; and the number of ``steps``.

    Raises
    ------
    ValueError
        If the knob is unknown, a figure out of range, or the circuit is not right without noise or
        is right with any.
    """
    if knob not in Physics().as_dict():
        known = ", ".join(Physics().as_dict())
        raise InputError(f"Knob must be one of {known}, not {knob!r}")
    if not 0 < exact_rate < 1:
        raise InputError(f"Exact rate must be between 0 and 1, not {exact_rate!r}")
    if not resolution > 0:
        raise InputError(f"Resolution must be positive, not {resolution!r}")
    steps = 0

    def measure(units: int) -> dict[str, Any]:
        nonlocal steps
        steps += 1
        value: dict[str, Any] = {knob: units * resolution}
        return run_cell(replace(cell, physics=replace(cell.physics, **value)))

    good, good_result = 0, measure(0)
    if good_result["exact_rate"] < exact_rate:
        raise InputError(
            f"Circuit must be exact as often as {exact_rate} with {knob} of 0, "
            f"not {good_result['exact_rate']}"
        )
    # Doubling first finds a value that is too large, whatever the scale.
    bad = max(1, round(0.05 / resolution))
    while (result := measure(bad))["exact_rate"] >= exact_rate:
        good, good_result, bad = bad, result, 2 * bad
        if bad * resolution > _LIMIT:
            raise InputError(f"Knob must be one that does harm, not {knob!r}")
    while bad - good > 1:
        middle = (good + bad) // 2
        result = measure(middle)
        if result["exact_rate"] >= exact_rate:
            good, good_result = middle, result
        else:
            bad = middle
    return {
        "largest": round(good * resolution, 12),
        "too_large": round(bad * resolution, 12),
        **{name: good_result[name] for name in ("exact_rate", "ci_low", "ci_high")},
        "steps": steps,
    }
