# SPDX-License-Identifier: Apache-2.0
"""Weights and biases of linear layers, from files of numpy, as codes of a format.

A ``.npy`` file holds the weights of one layer, of shape ``(outputs, inputs)``. A ``.npz`` file
holds named arrays: ``weight`` and perhaps ``bias`` for one layer, or those of several layers as
PyTorch calls them in a state dict, ``fc1.weight``, ``fc1.bias``, ``fc2.weight`` and so on, in the
order of the file. Arrays of floats are rounded to nearest even; arrays of ``uint8`` are codes.
"""

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow

__all__ = ["LayerParameters", "make_layer", "make_layers", "quantise", "read_arrays", "read_layers"]

#: What the arrays of one layer may be called, behind its own name and a dot.
_WEIGHT, _BIAS = "weight", "bias"


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


def quantise(
    fmt: Format,
    values: NDArray[np.floating[Any]],
    overflow: Overflow | str | None = None,
    *,
    what: str = "Values",
) -> NDArray[np.int64]:
    """Return the codes nearest to finite values, ties to the even code.

    Parameters
    ----------
    fmt : Format
        Format of up to 16 bits, with a zero and a sign.
    values : array of float
        What to round.
    overflow : Overflow or str, optional
        ``saturate`` makes the largest finite value of whatever is too large; otherwise that is
        refused.
    what : str
        What the values are, for error messages.

    Raises
    ------
    ValueError
        If a value is NaN, infinite or, unless the policy says otherwise, too large.
    """
    array = np.asarray(values, np.float64)
    if not np.isfinite(array).all():
        wrong = array[~np.isfinite(array)].flat[0]
        raise InputError(f"{what} must be finite, not {wrong}")
    magnitudes = _magnitudes(fmt)
    # Past the middle between two neighbours, or on it if the upper one is even, it is the upper
    # one. Sums of neighbours are exact in float64, and so is half of them. The last middle is that
    # between the largest value and the next one, if the format went on.
    step = magnitudes[-1] - magnitudes[-2]
    following = np.append(magnitudes[1:], magnitudes[-1] + step)
    middles = (magnitudes + following) / 2
    size = np.abs(array)
    codes = np.searchsorted(middles, size, side="left")
    tie = middles[np.minimum(codes, len(middles) - 1)] == size
    codes = codes + (tie & (codes % 2 == 1))
    if (codes > fmt.max_code).any():
        if resolve_overflow(fmt, overflow) is not Overflow.SATURATE:
            wrong = array[codes > fmt.max_code].flat[0]
            raise InputError(
                f"{what} must be at most {float(fmt.max_value):g} in size for {fmt.name}, "
                f"not {wrong:g}"
            )
        codes = np.minimum(codes, fmt.max_code)
    negative = np.signbit(array) & (codes != 0 if not fmt.has_negative_zero else True)
    return np.where(negative, codes | fmt.sign_mask, codes).astype(np.int64)


def _magnitudes(fmt: Format) -> NDArray[np.float64]:
    """Return every finite value that is not negative, in the order of the codes."""
    codes = np.arange(fmt.max_code + 1)
    field, mantissa = codes >> fmt.mantissa_bits, codes & fmt.mantissa_mask
    significand = np.where(field > 0, mantissa + (1 << fmt.mantissa_bits), mantissa)
    return np.ldexp(
        significand.astype(np.float64), np.maximum(field, 1) - fmt.bias - fmt.mantissa_bits
    )


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
    if array.dtype.kind == "f":
        return quantise(fmt, array, overflow, what=what)
    if array.dtype != np.uint8:
        raise InputError(f"{what} must be floats, or codes of type uint8, not {array.dtype}")
    if fmt.width > 8 or (array >> fmt.width).any():
        raise InputError(
            f"{what} must be codes of {fmt.width} bits for {fmt.name}, not {int(array.max()):#x}"
        )
    magnitude = array & fmt.magnitude_mask
    special = (magnitude > fmt.max_code) | np.isin(
        array, [code for code in range(1 << fmt.width) if fmt.is_nan(code)]
    )
    if special.any():
        raise InputError(
            f"{what} must be finite, not {int(array[special].flat[0]):#04x}, which is "
            f"{'NaN' if fmt.is_nan(int(array[special].flat[0])) else 'infinite'} in {fmt.name}"
        )
    return array.astype(np.int64)


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
        raise InputError("Arrays must be at least one, called weight, not none")
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


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a ``.npz`` file by name, or the one of a ``.npy`` file as ``weight``.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the file is not what its name says, or holds something else than plain arrays.
    """
    path = Path(path)
    if path.suffix not in (".npy", ".npz"):
        raise InputError(f"Weights must be a .npy or .npz file, not {str(path)!r}")
    with path.open("rb") as file:
        if not file.peek(1)[:1]:
            raise InputError(
                f"Weights must be a {path.suffix} file, not {str(path)!r}, an empty one"
            )
        try:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray) == (path.suffix == ".npz"):
                raise InputError
            arrays = {_WEIGHT: loaded} if path.suffix == ".npy" else dict(loaded)
        except (
            ValueError,
            EOFError,
            KeyError,
            MemoryError,
            NotImplementedError,
            OverflowError,
            SyntaxError,
            TokenError,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            raise InputError(
                f"Weights must be a {path.suffix} file of plain arrays, not {str(path)!r}, which "
                "is something else or damaged"
            ) from error
    if not all(isinstance(array, np.ndarray) for array in arrays.values()):
        raise InputError(f"Weights must be arrays only, not what {str(path)!r} holds")
    return arrays


def read_layers(
    path: Path, fmt: Format, overflow: Overflow | str | None = None
) -> tuple[LayerParameters, ...]:
    """Return the layers of a file; see :func:`read_arrays` and :func:`make_layers`.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the file, a name, a shape, a type or a value is wrong.
    """
    return make_layers(fmt, read_arrays(path), overflow)
