# SPDX-License-Identifier: Apache-2.0
"""A network that is small enough for any simulator."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.networks.layers import Layers
from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.golden.rounding import encode
from spikefloat.sim.training.transformer import initial_weights

__all__ = ["inputs_of", "small_network", "small_weights", "with_few_cuts"]


def small_network() -> Network:
    """Return a transformer of three tokens, four elements, two heads and five results."""
    layers = Layers(3, 4)
    layers.embedding(2)
    layers.attention(0, heads=2)
    layers.feed_forward(0, 3, is_last=True)
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
