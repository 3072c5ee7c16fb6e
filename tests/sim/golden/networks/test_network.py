# SPDX-License-Identifier: Apache-2.0
"""The golden model of networks, against fractions for one path, and what it refuses."""

from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.description import Network, Product
from spikefloat.rtl_gen.networks.layers import digits_transformer
from spikefloat.sim.golden.networks.network import input_rows, run_network
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.golden.rounding import encode
from spikefloat.sim.golden.values import decode
from spikefloat.sim.training.floats import FloatNetwork
from spikefloat.sim.training.transformer import initial_weights
from tests.helpers.oracle import nearest_code

NETWORK = digits_transformer()


def codes_of_images(count: int) -> np.ndarray:
    pixels = np.random.default_rng(0).integers(0, 17, (count, 16, 4)) / 16
    return encode(NETWORK.code_format, pixels)


def test_each_product_against_fractions() -> None:
    """Sums of some elements of every product are those of fractions, rounded once."""
    weights = encode_weights(NETWORK, initial_weights(NETWORK))
    x = codes_of_images(1)
    made = run_network(NETWORK, weights, x)
    tensors = {NETWORK.input: input_rows(NETWORK, x)[0]} | weights
    for step in NETWORK.steps:
        if isinstance(step, Product):
            a, b = (decode(NETWORK.code_format, tensors[name]) for name in (step.x, step.w))
            for row, column in ((0, 0), (len(a) - 1, len(b) - 1), (len(a) // 2, len(b) // 3)):
                terms = zip(a[row].tolist(), b[column].tolist(), strict=True)
                total = sum(Fraction(p) * Fraction(q) for p, q in terms)
                code = made[step.name]["sum"][0, row, column]
                expected = nearest_code(NETWORK.stream_format, total)
                assert code & 0x7FFF == expected & 0x7FFF if total == 0 else code == expected
        result = made[step.name].get("gated", made[step.name].get("codes"))
        if step.into is None:
            continue
        assert result is not None
        rows = result[0].T if getattr(step, "is_transposed", False) else result[0]
        column = getattr(step, "column", 0)
        before = tensors.get(step.into, np.zeros(NETWORK.shape(step.into), np.int64)).copy()
        before[: rows.shape[0], column : column + rows.shape[1]] = rows
        tensors[step.into] = before


def test_near_to_floats() -> None:
    """The exact results are near to those in floats with the same roundings, and no more than near."""
    arrays = initial_weights(NETWORK)
    x = codes_of_images(20)
    made = run_network(NETWORK, encode_weights(NETWORK, arrays), x)
    logits = decode(NETWORK.stream_format, made["head"]["stream"])
    model = FloatNetwork(NETWORK, is_rounded=True, kind=np.float64)
    floats = model.run(arrays, decode(NETWORK.code_format, x))
    assert logits.shape == floats.shape == (20, 1, 10)
    assert abs(logits - floats).max() < 0.2 < abs(logits).max()


def test_input_says_which_token_a_row_is() -> None:
    rows = decode(NETWORK.code_format, input_rows(NETWORK, codes_of_images(2)))
    assert rows.shape == (2, 16, 20)
    np.testing.assert_array_equal(rows[1, :, 4:], np.eye(16))


def test_wrong_shapes() -> None:
    arrays = initial_weights(NETWORK)
    with pytest.raises(InputError, match=r"Input must have the shape \(count, 16, 4\), not"):
        run_network(NETWORK, encode_weights(NETWORK, arrays), np.zeros((1, 4, 16), int))
    with pytest.raises(
        InputError, match=r"Shape of weight head must be \(10, 16\), not \(16, 10\)"
    ):
        encode_weights(NETWORK, {**arrays, "head": arrays["head"].T})
    with pytest.raises(InputError, match="Weights must have an array 'head'; it is missing"):
        encode_weights(NETWORK, {k: v for k, v in arrays.items() if k != "head"})
    arrays["head"][0, 0] = np.nan
    with pytest.raises(InputError, match="Weight head must be finite, not NaN or infinite"):
        encode_weights(NETWORK, arrays)


def test_constants_are_weights() -> None:
    codes = encode_weights(NETWORK, initial_weights(NETWORK))
    assert isinstance(NETWORK, Network)
    assert decode(NETWORK.code_format, codes["mean"]).tolist() == [[1 / 16] * 16]
