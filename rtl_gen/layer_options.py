# SPDX-License-Identifier: Apache-2.0
"""What the layers of a linear network are: sizes, activations, and weights if they are known."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rtl_gen.circuits.linear import ACTIVATIONS
from rtl_gen.parameters import LayerParameters

__all__ = ["LayerOptions", "make_layer_options"]

#: Most products of one circuit: with weights that are part of it, and with weights as operands.
_MAX_PRODUCTS, _MAX_PORT_PRODUCTS = 32768, 1024

#: Shape of a layer of which nothing else is said.
_DEFAULT_INPUTS, _DEFAULT_OUTPUTS = 4, 2


@dataclass(frozen=True, kw_only=True)
class LayerOptions:
    """One layer or several, of which each takes the outputs of the one before."""

    sizes: tuple[int, ...]  #: Number of inputs, then of outputs of each layer.
    activations: tuple[str, ...]  #: Of each layer.
    #: Weights and biases of each layer; empty if they are operands, which is for one layer only.
    layers: tuple[LayerParameters, ...]
    source: str = field(default="", compare=False)  #: File of the weights, for a reader.

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
        """Part of the name of a module: ``64x32x10``, ``4x2_relu``, ``4x2_ports``."""
        name = "x".join(map(str, self.sizes))
        if len(self.activations) == 1:
            name += f"_{self.activations[0]}" if self.activations[0] != ACTIVATIONS[0] else ""
        return name if self.layers else f"{name}_ports"


def make_layer_options(
    layers: Sequence[LayerParameters] | None = None, *, inputs: int | None = None,
    outputs: int | None = None, activation: str | None = None, source: str = "",
) -> LayerOptions:
    """Return checked options for a layer, or a network of several.

    Parameters
    ----------
    layers : sequence of LayerParameters, optional
        Weights and biases; without them they are operands of the circuit.
    inputs, outputs : int, optional
        Shape of a layer without weights; 4 and 2 by default.
    activation : str, optional
        One of :data:`~rtl_gen.circuits.linear.ACTIVATIONS`, or one for each layer with commas
        between. By default none behind the last layer, and ReLU behind those before it.
    source : str
        File of the weights, for a reader.

    Raises
    ------
    ValueError
        If a number is out of range, an activation is unknown, or there are not as many as layers.
    """
    if layers is None:
        sizes = [_DEFAULT_INPUTS if inputs is None else inputs,
                 _DEFAULT_OUTPUTS if outputs is None else outputs]
        for noun, size in zip(("inputs", "outputs"), sizes, strict=True):
            if size < 1:
                raise ValueError(f"Number of {noun} must be at least 1, not {size!r}")
    else:
        if inputs is not None or outputs is not None:
            given = inputs if inputs is not None else outputs
            raise ValueError(
                f"Number of inputs and outputs must be that of the weights, not {given!r}")
        if not layers:
            raise ValueError("Layers must be at least one, not none")
        sizes = [layers[0].inputs, *(layer.outputs for layer in layers)]
    count = len(sizes) - 1
    activations = activation.split(",") if activation else \
        [*["relu"] * (count - 1), ACTIVATIONS[0]]
    for name in activations:
        if name not in ACTIVATIONS:
            raise ValueError(f"Activation must be {' or '.join(ACTIVATIONS)}, not {name!r}")
    if len(activations) != count:
        raise ValueError(
            f"Activations must be {count}, one for each layer, not {len(activations)}")
    options = LayerOptions(sizes=tuple(sizes), activations=tuple(activations),
                           layers=tuple(layers or ()), source=source)
    most = _MAX_PRODUCTS if options.layers else _MAX_PORT_PRODUCTS
    if options.products > most:
        kind = "known weights" if options.layers else "weights as operands"
        raise ValueError(
            f"Products of a circuit with {kind} must be at most {most}, not {options.products}")
    return options
