# SPDX-License-Identifier: Apache-2.0
"""A network that is small enough for any simulator, and checks of networks of any kind."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.networks.layers import Layers
from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.golden.rounding import encode
from spikefloat.sim.training.floats import FloatNetwork
from spikefloat.sim.training.transformer import initial_weights

__all__ = ["assert_slopes", "inputs_of", "small_network", "small_weights", "with_few_cuts"]


def small_network(norm: str = "rms_norm", feed_forward: str = "swiglu") -> Network:
    """Return a transformer of three tokens, four elements, two heads and five results."""
    layers = Layers(3, 4, norm=norm)
    layers.embedding(2)
    layers.attention(0, heads=2)
    layers.feed_forward(0, 3, kind=feed_forward, is_last=True)
    layers.mean()
    return layers.head(5)


def small_weights(network: Network) -> dict[str, NDArray[np.int64]]:
    """Return random weights."""
    return encode_weights(network, initial_weights(network))


def inputs_of(network: Network, count: int) -> NDArray[np.int64]:
    """Return codes of random inputs."""
    shape = count, network.shape(network.input)[0], network.values
    return encode(network.code_format, np.random.default_rng(5).normal(size=shape))


def with_few_cuts(units: Units) -> Units:
    """Return the units of an engine with cuts that are found in no time."""
    return replace(
        units,
        norm=replace(units.norm, cuts={"step": 1}),
        softmax=replace(units.softmax, cuts={"settle": 2}),
    )


def assert_slopes(
    network: Network,
    weights: Mapping[str, NDArray[np.float32]],
    x: NDArray[Any],
    factors: NDArray[np.float64],
) -> None:
    """Compare the slopes of a weighted sum of results with differences, for each weight."""
    begin = {name: array.astype(np.float64) for name, array in weights.items()}
    rng = np.random.default_rng(1)
    model = FloatNetwork(network, is_rounded=False, kind=np.float64)
    model.run(begin, x)
    slopes = model.slopes(factors)
    assert set(slopes) == set(network.trained)
    for name, weight in begin.items():
        way = rng.normal(size=weight.shape)
        ahead, behind = (
            (model.run({**begin, name: weight + step * way}, x) * factors).sum()
            for step in (1e-6, -1e-6)
        )
        difference = (ahead - behind) / 2e-6
        assert (slopes[name] * way).sum() == pytest.approx(difference, rel=1e-5, abs=1e-6), name
