# SPDX-License-Identifier: Apache-2.0
"""Linear networks from files: arrays of numpy, or a model in ONNX."""

from dataclasses import dataclass
from pathlib import Path

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.weights.onnx_model import read_onnx
from spikefloat.rtl_gen.weights.parameters import LayerParameters, make_layers, read_layers

__all__ = ["Model", "read_model"]


@dataclass(frozen=True)
class Model:
    """What a file says about a network."""

    layers: tuple[LayerParameters, ...]
    activations: tuple[str, ...] | None  #: Of each layer; None if the file does not say.


def read_model(path: Path, fmt: Format, overflow: Overflow | str | None = None) -> Model:
    """Return the layers of a ``.npy``, ``.npz`` or ``.onnx`` file, with codes of a format.

    Parameters
    ----------
    path : Path
        The file.
    fmt : Format
        Format that floats are rounded to.
    overflow : Overflow or str, optional
        ``saturate`` to accept weights that are too large.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not what its name says, or cannot be a chain of linear layers.
    """
    path = Path(path)
    if path.suffix != ".onnx":
        return Model(read_layers(path, fmt, overflow), None)
    arrays, activations = read_onnx(path)
    return Model(make_layers(fmt, arrays, overflow), activations)
