# SPDX-License-Identifier: Apache-2.0
"""Adam, with decay of weights, for the networks here."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Adam"]

Floats = NDArray[Any]


class Adam:
    """Moves weights against their slopes (Kingma and Ba, 2015; decay as in Loshchilov and Hutter, 2019).

    Parameters
    ----------
    weights : dict of str to array of float
        What is trained; :meth:`step` puts new arrays into it.
    decay : float
        Share of each weight that is taken away in a step, in units of the rate; gains, which have one
        row, have no decay.
    """

    def __init__(self, weights: dict[str, Floats], decay: float) -> None:
        self._weights, self._decay = weights, decay
        self._means = {name: np.zeros_like(array) for name, array in weights.items()}
        self._squares = {name: np.zeros_like(array) for name, array in weights.items()}
        self._steps = 0

    def step(self, slopes: Mapping[str, Floats], rate: float) -> None:
        """Make one step.

        Parameters
        ----------
        slopes : mapping of str to array of float
            Slopes of what is to become small.
        rate : float
            How far a weight moves at most, about.
        """
        self._steps += 1
        for name, slope in slopes.items():
            weight = self._weights[name]
            mean = np.asarray(0.9 * self._means[name] + 0.1 * slope, np.float32)
            square = np.asarray(0.99 * self._squares[name] + 0.01 * slope**2, np.float32)
            self._means[name], self._squares[name] = mean, square
            spread = np.sqrt(square / (1 - 0.99**self._steps)) + 1e-8
            way = mean / (1 - 0.9**self._steps) / spread
            decay = self._decay if weight.shape[0] > 1 else 0
            self._weights[name] = np.asarray(weight - rate * (way + decay * weight), np.float32)
