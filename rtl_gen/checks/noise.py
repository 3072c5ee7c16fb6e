# SPDX-License-Identifier: Apache-2.0
"""Any circuit on devices that are not ideal: how often it is right, and what it tolerates."""

import itertools
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.errors import InputError, unknown_name
from spikefloat.sim.campaigns.campaign import Cell
from spikefloat.sim.campaigns.store import campaign_rows
from spikefloat.sim.campaigns.target import FunctionReference, Target
from spikefloat.sim.campaigns.tolerance import find_tolerance
from spikefloat.sim.devices.physics import IDEAL, Physics

__all__ = ["sweep_target", "tolerance_of"]

#: Each step of a bisection ends with its number of trials, never with a precision: all are alike.
_NO_PRECISION = 1e-9


def sweep_target(
    target: Target,
    *,
    seed: int,
    precision: float,
    max_trials: int,
    order: str,
    workers: int,
    store: str | os.PathLike[str] | None,
    progress: Callable[[int, int], None] | None,
    knobs: dict[str, Any],
) -> list[dict[str, Any]]:
    """Return a row for each combination of the values of the knobs; see :meth:`Circuit.sweep`."""
    if store is not None and isinstance(target.reference, FunctionReference):
        raise InputError("Store must be left out where a function is the reference: it has no key")
    cells = [
        Cell(
            target=target,
            physics=physics,
            seed=seed,
            precision=precision,
            max_trials=max_trials,
            order=order,
        )
        for physics in _grid(knobs)
    ]
    return campaign_rows(
        cells, path=None if store is None else Path(store), workers=workers, progress=progress
    )


def tolerance_of(
    target: Target,
    knob: str,
    *,
    exact_rate: float,
    resolution: float,
    trials: int,
    seed: int,
    knobs: dict[str, Any],
) -> dict[str, Any]:
    """Return the largest value of a knob that a circuit tolerates; see :meth:`Circuit.tolerance`."""
    grid = list(_grid(knobs))
    if len(grid) != 1:
        raise InputError(f"Other knobs must have one value each, not {len(grid)} combinations")
    cell = Cell(
        target=target, physics=grid[0], seed=seed, precision=_NO_PRECISION, max_trials=trials
    )
    return find_tolerance(cell, knob, exact_rate=exact_rate, resolution=resolution)


def _grid(knobs: dict[str, Any]) -> Iterable[Physics]:
    known = IDEAL.as_dict()
    for name in knobs:
        if name not in known:
            raise unknown_name("Knob", name, known)
    values = [
        value if isinstance(value, Iterable) and not isinstance(value, str) else (value,)
        for value in knobs.values()
    ]
    for point in itertools.product(*values):
        yield Physics(**dict(zip(knobs, point, strict=True)))
