# SPDX-License-Identifier: Apache-2.0
"""Weights of a neuron without limits, by linear programming."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

__all__ = ["separate"]

_BOUND = 20_000.0
_FIRST, _MORE, _ROUNDS = 40, 50, 300
#: What real weights are multiplied with before they are rounded, until integers do.
_SCALES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256, 512)


def separate(
    rows: NDArray[np.uint8], fires: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], int] | None:
    """Return integer weights and threshold that tell two sets of spike patterns apart, or None.

    The sum of the magnitudes of the weights is the least there is, before rounding to integers.
    Only those rows are given to the program that an earlier solution got wrong.

    Parameters
    ----------
    rows : array
        A pattern of the sources in each row.
    fires : array
        Whether the neuron has to fire on it.
    """
    marked = np.concatenate([rows, fires[:, None].astype(np.uint8)], axis=1)
    marked = np.unique(marked, axis=0)
    patterns, fires = marked[:, :-1].astype(np.float64), marked[:, -1].astype(bool)
    count = patterns.shape[1]
    signs = np.where(fires, 1.0, -1.0)
    # For each pattern: sign * (weights . pattern - threshold) >= 1.
    system = np.hstack([patterns, -patterns, -np.ones((len(patterns), 1))]) * signs[:, None]
    costs = np.append(np.ones(2 * count), 0.0)
    bounds = [(0.0, _BOUND)] * (2 * count) + [(-_BOUND * count, _BOUND * count)]
    random = np.random.default_rng(0)
    selected = set(random.choice(len(patterns), min(_FIRST, len(patterns)), replace=False).tolist())
    for _ in range(_ROUNDS):
        used = sorted(selected)
        result = linprog(costs, A_ub=-system[used], b_ub=-np.ones(len(used)), bounds=bounds)
        if result.status != 0:
            return None
        slack = system @ result.x
        wrong = np.flatnonzero(slack < 0.999)
        if not wrong.size:
            weights = result.x[:count] - result.x[count : 2 * count]
            return _integers(weights, patterns, fires)
        worst = wrong[np.argsort(slack[wrong], kind="stable")[:_MORE]]
        selected |= set(worst.tolist())
    return None


def _integers(
    weights: NDArray[np.float64], patterns: NDArray[np.float64], fires: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], int] | None:
    for scale in _SCALES:
        rounded = np.round(weights * scale)
        sums = patterns @ rounded
        least = sums[fires].min() if fires.any() else np.inf
        most = sums[~fires].max() if not fires.all() else -np.inf
        if least > most:
            threshold = least if np.isinf(most) else most + 1
            return rounded.astype(np.int64), int(threshold)
    return None
