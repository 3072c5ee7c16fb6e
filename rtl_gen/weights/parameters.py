# SPDX-License-Identifier: Apache-2.0
"""Weights and biases of linear layers, as codes of a format.

Layers come as named arrays: ``weight``, of shape ``(outputs, inputs)``, and perhaps ``bias`` for
one layer, or those of several layers as PyTorch calls them in a state dict, ``fc1.weight``,
``fc1.bias``, ``fc2.weight`` and so on. Arrays of floats are rounded to nearest even; arrays of
``uint8`` are codes, and so are bytes without a type, which numpy makes of the small floats of
``ml_dtypes``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.weights.rounding import code_values, format_of_dtype, quantise

__all__ = ["LayerParameters", "make_layer", "make_layers"]

#: What the arrays of one layer may be called, behind its own name and a dot.
_WEIGHT, _BIAS = "weight", "bias"

#: What numpy makes of floats of eight bits or fewer, whose type it does not know.
_BYTES = np.dtype("V1")


@dataclass(frozen=True, kw_only=True)
class LayerParameters:
    """Weights and bias of one layer as codes; immutable and hashable."""

    name: str  #: Name in the file, such as ``fc1``; empty where there is only one layer.
    format: Format  #: Format of the codes.
    weight: tuple[tuple[int, ...], ...]  #: Codes of the weights, a row for each output.
    bias: tuple[int, ...] | None  #: Codes of the bias, or None.

    @property
    def inputs(self) -> int:
        """Number of inputs."""
        return len(self.weight[0])

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return len(self.weight)

    @property
    def weight_codes(self) -> NDArray[np.int64]:
        """Codes of the weights, of shape ``(outputs, inputs)``."""
        return np.array(self.weight, np.int64)

    @property
    def bias_codes(self) -> NDArray[np.int64] | None:
        """Codes of the bias, of shape ``(outputs,)``, or None."""
        return None if self.bias is None else np.array(self.bias, np.int64)


def make_layer(
    fmt: Format,
    weight: NDArray[Any],
    bias: NDArray[Any] | None = None,
    overflow: Overflow | str | None = None,
    *,
    name: str = "",
) -> LayerParameters:
    """Return the parameters of a layer for arrays of floats or of ``uint8`` codes.

    Parameters
    ----------
    fmt : Format
        Format of the codes.
    weight : array
        Weights, of shape ``(outputs, inputs)``.
    bias : array, optional
        Bias, of shape ``(outputs,)``.
    overflow : Overflow or str, optional
        ``saturate`` to accept floats that are too large.
    name : str
        Name of the layer.

    Raises
    ------
    ValueError
        If a shape or a type is wrong, or a value is not finite.
    """
    prefix = f" of {name}" if name else ""
    weight = np.asarray(weight)
    if weight.ndim != 2 or not weight.size:
        raise InputError(
            f"Weights{prefix} must have the shape (outputs, inputs), not {weight.shape}"
        )
    codes = _codes(fmt, weight, overflow, f"Weights{prefix}")
    biases = None
    if bias is not None:
        bias = np.asarray(bias)
        if bias.shape != weight.shape[:1]:
            raise InputError(
                f"Bias{prefix} must have the shape ({len(weight)},), as there are {len(weight)} "
                f"outputs, not {bias.shape}"
            )
        biases = tuple(_codes(fmt, bias, overflow, f"Bias{prefix}").tolist())
    return LayerParameters(
        name=name, format=fmt, weight=tuple(tuple(row) for row in codes.tolist()), bias=biases
    )


def _codes(
    fmt: Format, array: NDArray[Any], overflow: Overflow | str | None, what: str
) -> NDArray[np.int64]:
    source = format_of_dtype(array.dtype)
    if source is None and array.dtype.kind == "f":
        return quantise(fmt, array, overflow, what=what)
    if source is None and array.dtype not in (np.uint8, _BYTES):
        raise InputError(f"{what} must be floats, or codes of type uint8, not {array.dtype}")
    if source is None and fmt.width > 8 and array.dtype == _BYTES:
        raise InputError(
            f"{what} must be floats of a known type for {fmt.name}, not bytes without one: save "
            "them as float32"
        )
    codes = array.view(f"u{array.dtype.itemsize}")
    if source not in (None, fmt):
        return quantise(fmt, code_values(source, codes), overflow, what=what)
    if fmt.width > 8 * codes.dtype.itemsize or (codes >> fmt.width).any():
        raise InputError(
            f"{what} must be codes of {fmt.width} bits for {fmt.name}, not {int(codes.max()):#x}"
        )
    special = ~np.isfinite(code_values(fmt, codes))
    if special.any():
        wrong = int(codes[special].flat[0])
        raise InputError(
            f"{what} must be finite, not {wrong:#04x}, which is "
            f"{'NaN' if fmt.is_nan(wrong) else 'infinite'} in {fmt.name}"
        )
    return codes.astype(np.int64)


def make_layers(
    fmt: Format, arrays: Mapping[str, NDArray[Any]], overflow: Overflow | str | None = None
) -> tuple[LayerParameters, ...]:
    """Return the layers that named arrays describe, in their order.

    Parameters
    ----------
    fmt : Format
        Format of the codes.
    arrays : mapping of str to array
        ``weight`` and perhaps ``bias``; or such a pair for each layer, with the name of the layer
        and a dot before each.
    overflow : Overflow or str, optional
        ``saturate`` to accept floats that are too large.

    Raises
    ------
    ValueError
        If an array has another name or stands alone, a shape or type is wrong, a layer has not as
        many inputs as the one before it has outputs, or a value is not finite.
    """
    found: dict[str, dict[str, NDArray[Any]]] = {}
    for key, array in arrays.items():
        name, _, kind = key.rpartition(".")
        if kind not in (_WEIGHT, _BIAS):
            raise InputError(
                f"Arrays must be called weight or bias, or NAME.weight or NAME.bias, not {key!r}"
            )
        found.setdefault(name, {})[kind] = array
    if not found:
        raise InputError("No arrays given; at least one, called weight, is needed")
    layers: list[LayerParameters] = []
    for name, parts in found.items():
        if _WEIGHT not in parts:
            prefix = f"{name}." if name else ""
            raise InputError(f"Array {prefix}bias must come with an array {prefix}weight")
        layer = make_layer(fmt, parts[_WEIGHT], parts.get(_BIAS), overflow, name=name)
        if layers and layer.inputs != layers[-1].outputs:
            raise InputError(
                f"Layer {name!r} must have {layers[-1].outputs} inputs, as {layers[-1].name!r} "
                f"has so many outputs, not {layer.inputs}"
            )
        layers.append(layer)
    return tuple(layers)
