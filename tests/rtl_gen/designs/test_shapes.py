# SPDX-License-Identifier: Apache-2.0
"""Shapes and activations of layers: defaults, names, and what is refused."""

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.designs.shapes import make_layer_shape
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.weights.parameters import LayerParameters, make_layer

E4M3FN = FORMATS["e4m3fn"]
LINEAR = find_design("linear")


def layers(*sizes: int) -> tuple[LayerParameters, ...]:
    return tuple(
        make_layer(E4M3FN, np.ones((outputs, inputs)), name=f"fc{index}")
        for index, (inputs, outputs) in enumerate(zip(sizes, sizes[1:], strict=False))
    )


def test_defaults() -> None:
    options = make_layer_shape()
    assert (options.inputs, options.outputs, options.products, options.layers) == (4, 2, 8, ())
    assert options.activations == ("none",)
    assert make_layer_shape(layers(5, 4, 3, 2)).activations == ("relu", "relu", "none")
    assert make_layer_shape(layers(5, 4), activation="relu").activations == ("relu",)


def test_file_is_no_part_of_what_is_built() -> None:
    assert make_layer_shape(layers(5, 4), source="a") == make_layer_shape(layers(5, 4))


@pytest.mark.parametrize(
    "given, name",
    [
        ({}, "linear4x2_ports_exact_e4m3fn"),
        ({"inputs": 3, "outputs": 5, "activation": "relu"}, "linear3x5_relu_ports_exact_e4m3fn"),
        ({"layers": layers(6, 4, 3)}, "linear6x4x3_exact_e4m3fn_weights_c18022a2"),
        (
            {"layers": layers(6, 4), "activation": "relu"},
            "linear6x4_relu_exact_e4m3fn_weights_f3bbef93",
        ),
    ],
)
def test_names(given: dict, name: str) -> None:
    assert make_instance(LINEAR, layer=make_layer_shape(**given)).name == name


def test_ports() -> None:
    instance = make_instance(LINEAR, layer=make_layer_shape(inputs=3, outputs=5))
    assert instance.operand_widths == {"x": 24, "w": 120, "b": 40}
    instance = make_instance(LINEAR, layer=make_layer_shape(layers(6, 4)))
    assert instance.operand_widths == {"x": 48}


@pytest.mark.parametrize(
    "given, message",
    [
        ({"inputs": 0}, r"^Number of inputs must be at least 1, not 0$"),
        ({"outputs": -2}, r"^Number of outputs must be at least 1, not -2$"),
        (
            {"layers": layers(3, 2), "inputs": 4},
            r"^Number of inputs and outputs must be that of the weights, not 4$",
        ),
        ({"layers": ()}, r"^No layers given; at least one is needed$"),
        ({"activation": "tanh"}, r"^Activation must be none or relu, not 'tanh'$"),
        (
            {"layers": layers(3, 2, 2), "activation": "relu"},
            r"^Activations must be 2, one for each layer, not 1$",
        ),
        (
            {"inputs": 33, "outputs": 32},
            r"^Products of a circuit with weights as operands must be at most 1024, not 1056$",
        ),
        (
            {"layers": layers(256, 256)},
            r"^Products of a circuit with known weights must be at most 32768, not 65536$",
        ),
    ],
)
def test_wrong_options(given: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_layer_shape(**given)


def test_layers_are_for_one_design() -> None:
    with pytest.raises(ValueError, match=r"^Layers must be for the design linear, not 'dot'$"):
        make_instance("dot", layer=make_layer_shape())
    with pytest.raises(ValueError, match=r"^Option length must be for a dot product, not linear$"):
        make_instance(LINEAR, length=3)
