# SPDX-License-Identifier: Apache-2.0
"""Weights in blocks: values by the rule of the MX specification, and logits where nothing is lost."""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import BLOCK_FORMATS
from spikefloat.sim.golden.networks.blocks import (
    block_token_operations,
    block_weights,
    in_blocks,
)
from spikefloat.sim.golden.networks.quick import round_floats
from spikefloat.sim.golden.networks.tokens import Decoding
from spikefloat.sim.golden.networks.weights import encode_weights
from tests.helpers.language import TINY, tiny_model

NETWORK = TINY.network()
TOKENS = np.random.default_rng(4).integers(0, 11, (2, 20))


@pytest.mark.parametrize("name", ["mxfp8_e4m3", "mxfp6_e2m3", "mxfp4"])
def test_values_are_those_of_the_rule(name: str) -> None:
    """Section 6.3 of MX v1.0, in floats: divided by a power of two of 32 elements, and rounded."""
    block = BLOCK_FORMATS[name]
    assert block.float_element is not None
    array = np.random.default_rng(0).normal(size=(5, 70)) * 2.0 ** np.arange(-4, 1)[:, None]
    array = array.astype(np.float32).astype(np.float64)
    expected = np.empty_like(array)
    for start in range(0, 70, 32):
        own = array[:, start : start + 32]
        power = np.floor(np.log2(abs(own).max(axis=1, keepdims=True)))
        scale = 2.0 ** (power - block.float_element.max_exponent)
        expected[:, start : start + 32] = round_floats(block.float_element, own / scale) * scale
    np.testing.assert_array_equal(in_blocks(block, array), expected)


def test_nothing_is_lost_of_few_values() -> None:
    """Where weights are eighths from -1 to 1, blocks of FP8 and rows of codes hold them exactly: then
    every code is that of the golden model. Blocks of FP4 do not hold them."""
    arrays = {
        name: array if len(array) == 1 else np.clip(np.rint(8 * array) / 8, -1, 1)
        for name, array in tiny_model().arrays.items()
    }
    own = replace(NETWORK, scaled=frozenset())
    made = {
        name: Decoding(
            own,
            block_weights(NETWORK, arrays, BLOCK_FORMATS[name]),
            block_token_operations(own),
            count=2,
        ).run(TOKENS)
        for name in ("mxfp8_e4m3", "mxfp4")
    }
    expected = Decoding(NETWORK, encode_weights(NETWORK, arrays), count=2).run(TOKENS)
    for step, kinds in expected.items():
        for kind, codes in kinds.items():
            np.testing.assert_array_equal(made["mxfp8_e4m3"][step][kind], codes, err_msg=step)
    assert (made["mxfp4"]["head"]["stream"] != expected["head"]["stream"]).mean() > 0.5
