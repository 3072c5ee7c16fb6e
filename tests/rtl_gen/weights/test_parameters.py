# SPDX-License-Identifier: Apache-2.0
"""Layers from named arrays, and what is refused."""

import ml_dtypes
import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.weights.parameters import LayerParameters, make_layer, make_layers
from tests.helpers.oracle import codes_of

E4M3FN, E5M2 = FORMATS["e4m3fn"], FORMATS["e5m2"]
WEIGHT = np.array([[1.0, -2.0, 0.3], [0.0, 448.0, -0.0]])


def test_one_layer() -> None:
    layer = make_layer(E4M3FN, WEIGHT, np.array([0.5, -1.0]))
    assert layer == LayerParameters(
        name="", format=E4M3FN, weight=((0x38, 0xC0, 0x2A), (0x00, 0x7E, 0x80)), bias=(0x30, 0xB8)
    )
    assert (layer.inputs, layer.outputs) == (3, 2)
    np.testing.assert_array_equal(layer.weight_codes[0], [0x38, 0xC0, 0x2A])
    np.testing.assert_array_equal(layer.bias_codes, [0x30, 0xB8])
    assert hash(layer) == hash(make_layer(E4M3FN, WEIGHT, np.array([0.5, -1.0])))
    assert make_layer(E4M3FN, WEIGHT).bias_codes is None


def test_codes_are_taken_as_they_are() -> None:
    codes = np.array([[0x00, 0x80, 0x7E]], np.uint8)
    assert make_layer(E4M3FN, codes).weight == ((0x00, 0x80, 0x7E),)


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float8_e5m2", "bfloat16", "float4_e2m1fn"])
def test_small_floats_have_their_values(name: str) -> None:
    """Of the same format they are its codes, -0 too; of another they are rounded from there."""
    given = np.array([[1.0, -1.5], [0.5, -0.0]]).astype(getattr(ml_dtypes, name))
    for fmt in (E4M3FN, E5M2):
        expected = make_layer(fmt, given.astype(np.float64))
        assert make_layer(fmt, given) == make_layer(fmt, np.asfortranarray(given)) == expected
    if name == "float8_e4m3fn":
        assert make_layer(E4M3FN, given).weight == tuple(map(tuple, codes_of(given).tolist()))


def test_small_floats_that_are_no_numbers() -> None:
    given = np.array([[np.inf]]).astype(ml_dtypes.float8_e5m2)
    with pytest.raises(ValueError, match=r"^Weights must be finite, not inf$"):
        make_layer(E4M3FN, given)
    with pytest.raises(ValueError, match=r"^Weights must be finite, not 0x7c, which is infinite"):
        make_layer(E5M2, given)


def test_bytes_without_a_type_are_codes() -> None:
    given = np.array([[1.0, -1.5]]).astype(ml_dtypes.float8_e5m2)
    assert make_layer(E5M2, given.view("V1")).weight == ((0x3C, 0xBE),)
    with pytest.raises(
        ValueError,
        match=r"^Weights must be floats of a known type for bfloat16, not bytes without one: save "
        r"them as float32$",
    ):
        make_layer(FORMATS["bfloat16"], given.view("V1"))


@pytest.mark.parametrize(
    "fmt, code, message",
    [
        ("e4m3fn", 0x7F, r"^Weights must be finite, not 0x7f, which is NaN in e4m3fn$"),
        ("e4m3fn", 0xFF, r"^Weights must be finite, not 0xff, which is NaN in e4m3fn$"),
        ("e5m2", 0xFC, r"^Weights must be finite, not 0xfc, which is infinite in e5m2$"),
        ("e5m2", 0x7D, r"^Weights must be finite, not 0x7d, which is NaN in e5m2$"),
        ("e4m3fnuz", 0x80, r"^Weights must be finite, not 0x80, which is NaN in e4m3fnuz$"),
        ("e2m1fn", 0x10, r"^Weights must be codes of 4 bits for e2m1fn, not 0x10$"),
        ("binary16", 0x10, r"^Weights must be codes of 16 bits for binary16, not 0x10$"),
    ],
)
def test_wrong_codes(fmt: str, code: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_layer(FORMATS[fmt], np.array([[0, code]], np.uint8))


@pytest.mark.parametrize(
    "arrays, message",
    [
        ({"weight": np.ones(3)}, r"^Weights must have the shape \(outputs, inputs\), not \(3,\)$"),
        (
            {"weight": np.ones((0, 3))},
            r"^Weights must have the shape \(outputs, inputs\), not \(0, 3\)$",
        ),
        (
            {"weight": np.ones((2, 3)), "bias": np.ones(3)},
            r"^Bias must have the shape \(2,\), as there are 2 outputs, not \(3,\)$",
        ),
        (
            {"weight": np.ones((2, 3), int)},
            r"^Weights must be floats, or codes of type uint8, not int64$",
        ),
        (
            {"weight": np.ones((2, 3), complex)},
            r"^Weights must be floats, or codes of type uint8, not complex128$",
        ),
        ({"fc1.weight": np.full((2, 3), np.nan)}, r"^Weights of fc1 must be finite, not nan$"),
        (
            {"fc1.weight": np.ones((2, 3)), "fc1.bias": np.full(2, -np.inf)},
            r"^Bias of fc1 must be finite, not -inf$",
        ),
        ({"bias": np.ones(3)}, r"^Array bias must come with an array weight$"),
        ({"fc1.bias": np.ones(3)}, r"^Array fc1\.bias must come with an array fc1\.weight$"),
        (
            {"fc1.kernel": np.ones((2, 3))},
            r"^Arrays must be called weight or bias, or NAME\.weight or NAME\.bias, not 'fc1\.kernel'$",
        ),
        ({}, r"^No arrays given; at least one, called weight, is needed$"),
        (
            {"fc1.weight": np.ones((2, 3)), "fc2.weight": np.ones((2, 3))},
            r"^Layer 'fc2' must have 2 inputs, as 'fc1' has so many outputs, not 3$",
        ),
    ],
)
def test_wrong_arrays(arrays: dict[str, NDArray], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_layers(E4M3FN, arrays)
