# SPDX-License-Identifier: Apache-2.0
"""Networks in floats: slopes against differences, roundings against the golden model."""

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS, Overflow
from spikefloat.sim.golden.networks.quick import round_floats
from spikefloat.sim.golden.rounding import encode
from spikefloat.sim.golden.values import decode
from spikefloat.sim.training.floats import FloatNetwork
from spikefloat.sim.training.transformer import initial_weights
from tests.helpers.networks import assert_slopes, small_network


@pytest.mark.parametrize("name", ["e4m3fn", "e5m2", "bfloat16"])
def test_rounding_is_that_of_the_golden_model(name: str) -> None:
    fmt = FORMATS[name]
    rng = np.random.default_rng(0)
    values = rng.normal(size=4000) * 2.0 ** rng.integers(-24, 12, 4000)
    values = np.concatenate([values, [0.0, 448.0, 464.0, -1e9, 2.0**-10, 3 * 2.0**-10]])
    codes = encode(fmt, values, Overflow.SATURATE)
    expected = decode(fmt, codes)
    finite = np.isfinite(expected)  # E5M2 and bfloat16 have infinities; here there are none
    np.testing.assert_array_equal(round_floats(fmt, values)[finite], expected[finite])


@pytest.mark.parametrize(
    "norm, feed_forward",
    [("rms_norm", "swiglu"), ("layer_norm", "gelu"), ("layer_norm", "gelu_tanh")],
)
def test_slopes_are_those_of_differences(norm: str, feed_forward: str) -> None:
    network, rng = small_network(norm, feed_forward), np.random.default_rng(1)
    x, factors = rng.normal(size=(4, 3, 2)), rng.normal(size=(4, 1, 5))
    assert_slopes(network, initial_weights(network), x, factors)


def test_attention_of_equal_keys_is_the_mean() -> None:
    """Without keys all scores are zero, so that each head gives the mean of the values."""
    network = small_network()
    weights = initial_weights(network)
    for name in weights:
        if name.endswith("key"):
            weights[name] = np.zeros_like(weights[name])
    model = FloatNetwork(network, is_rounded=False)
    x = np.random.default_rng(2).normal(size=(6, 3, 2))
    swapped = model.run(weights, x[:, [1, 0, 2]])
    places = weights["embedding"].copy()
    places[:, 2:] = 0
    weights["embedding"] = places
    # Without places, tokens are a set: their order is of no matter.
    np.testing.assert_allclose(
        model.run(weights, x), model.run(weights, x[:, [1, 0, 2]]), rtol=1e-4, atol=1e-5
    )
    assert swapped.shape == (6, 1, 5)


def test_rounding_changes_results() -> None:
    network = small_network()
    weights = initial_weights(network)
    x = np.random.default_rng(3).normal(size=(50, 3, 2))
    exact, rounded = (
        FloatNetwork(network, is_rounded=is_rounded).run(weights, x) for is_rounded in (False, True)
    )
    difference = abs(exact - rounded)
    assert 0 < difference.max() < 1
    np.testing.assert_array_equal(rounded, round_floats(network.stream_format, rounded))
