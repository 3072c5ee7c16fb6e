# SPDX-License-Identifier: Apache-2.0
"""Weights as blocks, against a conversion that was written from the standard."""

from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BLOCK_FORMATS, FORMATS, ScalePolicy
from spikefloat.rtl_gen.weights.blocks import make_blocks, read_blocks
from tests.helpers.blocks import quantize


@pytest.mark.parametrize("policy", ScalePolicy)
@pytest.mark.parametrize("name", BLOCK_FORMATS)
def test_conversion(name: str, policy: ScalePolicy) -> None:
    """Blocks of zeros of either sign, of a maximum just below a power of two, of the smallest."""
    rng = np.random.default_rng(2)
    size = rng.integers(-6, 6, (12, 1)) * (1 if name == "nvfp4" else 9)
    weight = (rng.normal(size=(12, 8)) * 2.0**size).astype(np.float32)
    weight[0], weight[1], weight[2, :3] = 0, -0.0, np.nextafter(np.float32(2), np.float32(0))
    weight[3, 1:4] = 0, -(2.0**-149), 2.0**-127
    blocks = make_blocks({"weight": weight}, BLOCK_FORMATS[name], 4, policy)
    assert (blocks.outputs, blocks.blocks, blocks.bias) == (12, 2, None)
    codes = weight.view(np.uint32).reshape(24, 4).tolist()
    expected = [quantize(name, own, FORMATS["binary32"], policy.value) for own in codes]
    found = [
        (list(elements), scale)
        for row in zip(blocks.elements, blocks.scales, strict=True)
        for elements, scale in zip(*row, strict=True)
    ]
    assert found == expected


def test_wide_floats_are_rounded_once() -> None:
    """A float64 just above a tie, which binary32 would round onto it."""
    block = BLOCK_FORMATS["mxfp4"]
    weight = np.array([[6.0, 1.25 + 2.0**-40, 1.25, 0.0]])
    assert make_blocks({"weight": weight}, block, 4).elements == (((7, 3, 2, 0),),)
    small = weight.astype(ml_dtypes.bfloat16)
    assert make_blocks({"weight": small}, block, 4).elements == (((7, 2, 2, 0),),)


def test_bias() -> None:
    """In binary32, rounded once from wider floats; zeros keep their signs."""
    own = {"weight": np.ones((4, 2)), "bias": np.array([-0.0, 0.1, 1 + 2.0**-24 + 2.0**-52, -2.5])}
    bias = make_blocks(own, BLOCK_FORMATS["mxfp4"], 2).bias
    assert bias == (0x80000000, 0x3DCCCCCD, 0x3F800001, 0xC0200000)
    with pytest.raises(
        InputError, match=r"^Bias must be at most 3\.40282e\+38 in size for binary32"
    ):
        make_blocks({**own, "bias": np.full(4, 1e39)}, BLOCK_FORMATS["mxfp4"], 2)
    with pytest.raises(InputError, match=r"^Bias must have the shape \(4,\), not \(3,\)$"):
        make_blocks({**own, "bias": np.ones(3)}, BLOCK_FORMATS["mxfp4"], 2)


@pytest.mark.parametrize(
    "weight, told",
    [
        (np.ones((2, 6)), r"^Block size must divide the 6 inputs of the weights, not be 4$"),
        (np.ones(4), r"^Weights must have the shape \(outputs, inputs\), not \(4,\)$"),
        (np.ones((2, 4), np.uint8), r"^Weights for blocks must be floats, not uint8$"),
        (np.full((2, 4), np.inf), r"^Weights must be finite, not inf$"),
    ],
)
def test_arrays_that_do_not_fit(weight: np.ndarray, told: str) -> None:
    with pytest.raises(InputError, match=told):
        make_blocks({"weight": weight}, BLOCK_FORMATS["mxfp4"], 4)


def test_files_that_are_no_single_layer(tmp_path: Path) -> None:
    block, path = BLOCK_FORMATS["mxfp4"], tmp_path / "w.npz"
    np.savez(path, **{"fc1.weight": np.ones((2, 4)), "fc2.weight": np.ones((2, 2))})
    with pytest.raises(
        InputError, match=r"^Weights for blocks must be those of one layer, .* not fc1"
    ):
        read_blocks(path, block, 2)
    np.savez(path, bias=np.ones(2))
    with pytest.raises(InputError, match=r"^Arrays of a layer must have a weight, not only bias$"):
        read_blocks(path, block, 2)
    with pytest.raises(InputError, match=r"^Weights for blocks must be a file of arrays, not "):
        read_blocks(tmp_path / "w.onnx", block, 2)
    np.savez(path, **{"fc.weight": np.ones((2, 4))})
    assert read_blocks(path, block, 2).blocks == 2
