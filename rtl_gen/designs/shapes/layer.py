# SPDX-License-Identifier: Apache-2.0
"""The shape of linear layers: their sizes and activations, and weights if they are known."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spikefloat.rtl_gen.circuits.sums.linear import ACTIVATIONS
from spikefloat.rtl_gen.designs.shapes.vector import Shape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.rtl.array.sizes import DEFAULT_LEVELS, ArraySizes

if TYPE_CHECKING:  # To read weights takes numpy, and most of what this module is for does not.
    from spikefloat.rtl_gen.weights.parameters import LayerParameters

__all__ = [
    "MAX_PRODUCTS",
    "LayerShape",
    "check_lanes",
    "lane_words",
    "make_layer_shape",
    "read_layer_shape",
]

#: Most products of one circuit: with weights that are part of it, and with weights as operands.
MAX_PRODUCTS, _MAX_PORT_PRODUCTS = 32768, 1024

#: Most products of an array, which has a memory for the weights.
_MAX_ARRAY_PRODUCTS = 1 << 22

#: Shape of a layer of which nothing else is said.
_DEFAULT_INPUTS, _DEFAULT_OUTPUTS = 4, 2


@dataclass(frozen=True, kw_only=True)
class LayerShape(Shape):
    """One layer or several, of which each takes the outputs of the one before."""

    sizes: tuple[int, ...]  #: Number of inputs, then of outputs of each layer.
    activations: tuple[str, ...]  #: Of each layer.
    #: Weights and biases of each layer; empty if they are operands, which is for one layer only.
    layers: tuple[LayerParameters, ...]
    source: str = field(default="", compare=False)  #: File of the weights, for a reader.
    #: Node or tensor of the file before which the network ends, if it does, for a reader.
    until: str | None = field(default=None, compare=False)
    #: Lanes for outputs and for inputs, for a layer on an array of lanes; else None.
    lanes: tuple[int, int] | None = None
    levels: int = DEFAULT_LEVELS  #: Most levels of lookup tables between registers of an array.

    @property
    def inputs(self) -> int:
        """Number of inputs of the first layer."""
        return self.sizes[0]

    @property
    def outputs(self) -> int:
        """Number of outputs of the last layer."""
        return self.sizes[-1]

    @property
    def products(self) -> int:
        """Number of products of all layers."""
        return sum(a * b for a, b in pairwise(self.sizes))

    @property
    def name(self) -> str:
        """Part of the name of a module: ``64x32x10_exact``, ``4x2_relu_ports_tree``."""
        words = ["x".join(map(str, self.sizes))]
        if self.activations != _usual_activations(len(self.activations)):
            words += self.activations
        words += lane_words(self.lanes, self.levels)
        words += [] if self.layers else ["ports"]
        return "_".join((*words, self.accumulation_name))

    @property
    def array(self) -> ArraySizes | None:
        """How the layer is spread over lanes, if it is."""
        if self.lanes is None:
            return None
        return ArraySizes(
            inputs=self.inputs,
            outputs=self.outputs,
            output_lanes=self.lanes[0],
            input_lanes=self.lanes[1],
        )


def lane_words(lanes: tuple[int, int] | None, levels: int) -> list[str]:
    """Return what the name of a layer has of its lanes, if it is spread over any."""
    if lanes is None:
        return []
    words = ["array{}x{}".format(*lanes)]
    return words + ([f"levels{levels}"] if levels != DEFAULT_LEVELS else [])


def make_layer_shape(
    layers: Sequence[LayerParameters] | None = None,
    *,
    inputs: int | None = None,
    outputs: int | None = None,
    activation: str | None = None,
    source: str = "",
    until: str | None = None,
    lanes: tuple[int, int] | None = None,
    levels: int | None = None,
) -> LayerShape:
    """Return the shape of a layer, or of a network of several, with exact sums.

    Parameters
    ----------
    layers : sequence of LayerParameters, optional
        Weights and biases; without them they are operands of the circuit.
    inputs, outputs : int, optional
        Shape of a layer without weights; 4 and 2 by default.
    activation : str, optional
        One of :data:`~spikefloat.rtl_gen.circuits.sums.linear.ACTIVATIONS`, or one for each layer
        with commas between. By default none behind the last layer, and ReLU behind those before it.
    source : str
        File of the weights, for a reader.
    until : str, optional
        Node or tensor of the file before which the network ends, for a reader.
    lanes : pair of int, optional
        Lanes for outputs and for inputs, if the layer is to be spread over an array of lanes.
    levels : int, optional
        Most levels of lookup tables between the registers of an array; 6 by default.

    Raises
    ------
    ValueError
        If a number is out of range, an activation is unknown, or there are not as many as layers.
    """
    if layers is None:
        sizes = [
            _DEFAULT_INPUTS if inputs is None else inputs,
            _DEFAULT_OUTPUTS if outputs is None else outputs,
        ]
        for noun, size in zip(("inputs", "outputs"), sizes, strict=True):
            if size < 1:
                raise InputError(f"Number of {noun} must be at least 1, not {size!r}")
    else:
        if inputs is not None or outputs is not None:
            given = inputs if inputs is not None else outputs
            raise InputError(
                f"Number of inputs and outputs must be that of the weights, not {given!r}"
            )
        if not layers:
            raise InputError("No layers given; at least one is needed")
        sizes = [layers[0].inputs, *(layer.outputs for layer in layers)]
    count = len(sizes) - 1
    activations = tuple(activation.split(",")) if activation else _usual_activations(count)
    for name in activations:
        if name not in ACTIVATIONS:
            raise InputError(f"Activation must be {' or '.join(ACTIVATIONS)}, not {name!r}")
    if len(activations) != count:
        raise InputError(f"Activations must be {count}, one for each layer, not {len(activations)}")
    shape = LayerShape(
        sizes=tuple(sizes),
        activations=activations,
        layers=tuple(layers or ()),
        source=source,
        until=until,
        lanes=lanes,
        levels=DEFAULT_LEVELS if levels is None else levels,
    )
    if lanes is not None or levels is not None:
        _check_array(shape)
        return shape
    most = MAX_PRODUCTS if shape.layers else _MAX_PORT_PRODUCTS
    if shape.products > most:
        kind = "known weights" if shape.layers else "weights as operands"
        raise InputError(
            f"Products of a circuit with {kind} must be at most {most}, not {shape.products}"
        )
    return shape


def read_layer_shape(
    path: str | os.PathLike[str] | None,
    fmt: Format,
    overflow: Overflow | str | None = None,
    *,
    until: str | None = None,
    activation: str | None = None,
    **options: Any,
) -> LayerShape:
    """Return the shape of layers with the weights of a file, if there is one.

    Parameters
    ----------
    path : path, optional
        A ``.npy``, ``.npz`` or ``.onnx`` file; without it weights are operands of the circuit.
    fmt : Format
        Format that floats are rounded to.
    overflow : Overflow or str, optional
        ``saturate`` to accept weights that are too large.
    until : str, optional
        Node of an ``.onnx`` file at which to stop.
    activation : str, optional
        As for :func:`make_layer_shape`; to be left out where the file has activations.
    **options
        The other options of :func:`make_layer_shape`.

    Raises
    ------
    InputError
        If the file cannot be read or is no chain of linear layers, or an option is out of range.
    """
    if path is None:
        if until is not None:
            raise InputError(f"Option until must be used with an .onnx file, not {until!r} alone")
        return make_layer_shape(activation=activation, **options)
    from spikefloat.rtl_gen.weights.models import read_model

    model = read_model(Path(path), fmt, overflow, until)
    if model.activations is not None:
        if activation is not None:
            raise InputError(
                f"Activations must be those of the model {os.fspath(path)}, not {activation!r}"
            )
        activation = ",".join(model.activations)
    return make_layer_shape(
        model.layers, activation=activation, source=os.fspath(path), until=until, **options
    )


def _usual_activations(count: int) -> tuple[str, ...]:
    """Return the activations of so many layers of which nothing is said."""
    return (*["relu"] * (count - 1), ACTIVATIONS[0])


def _check_array(shape: LayerShape) -> None:
    """Refuse what cannot be spread over lanes."""
    check_lanes(shape.array, shape.levels, shape.products)
    if len(shape.sizes) != 2:
        raise InputError(f"Layers on an array of lanes must be 1, not {len(shape.sizes) - 1}")


def check_lanes(array: ArraySizes | None, levels: int, products: int) -> None:
    """Refuse levels without an array, and arrays that are out of range.

    Raises
    ------
    InputError
        If there is no array, its levels are fewer than 1, or it has too many products.
    """
    if array is None:
        raise InputError(f"Levels must be given for an array of lanes, not {levels}")
    if levels < 1:
        raise InputError(f"Levels must be at least 1, not {levels}")
    if products > _MAX_ARRAY_PRODUCTS:
        raise InputError(
            f"Products of an array must be at most {_MAX_ARRAY_PRODUCTS}, not {products}"
        )
