# SPDX-License-Identifier: Apache-2.0
"""Linear networks from files: arrays of numpy or PyTorch, or a model in ONNX."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.weights.numpy_files import read_numpy
from spikefloat.rtl_gen.weights.onnx_model import read_onnx
from spikefloat.rtl_gen.weights.parameters import LayerParameters, make_layers
from spikefloat.rtl_gen.weights.state_dicts import read_safetensors, read_state_dict

__all__ = ["Model", "read_arrays", "read_model"]

_SUFFIXES = (".npy", ".npz", ".onnx", ".safetensors", ".pt", ".pth")


@dataclass(frozen=True)
class Model:
    """What a file says about a network."""

    layers: tuple[LayerParameters, ...]
    activations: tuple[str, ...] | None  #: Of each layer; None if the file does not say.


def read_model(
    path: Path, fmt: Format, overflow: Overflow | str | None = None, until: str | None = None
) -> Model:
    """Return the layers of a file, with codes of a format.

    Parameters
    ----------
    path : Path
        A ``.npy``, ``.npz``, ``.onnx``, ``.safetensors``, ``.pt`` or ``.pth`` file.
    fmt : Format
        Format that floats are rounded to.
    overflow : Overflow or str, optional
        ``saturate`` to accept weights that are too large.
    until : str, optional
        For a model in ONNX: the node, or the tensor that a node makes, before which it ends.

    Raises
    ------
    InputError
        If it is not what its name says, or cannot be a chain of linear layers.
    """
    path = Path(path)
    if until is not None and path.suffix != ".onnx":
        raise InputError(f"Option --until must be used with an .onnx file, not {str(path)!r}")
    if path.suffix == ".onnx":
        rounding = fmt, resolve_overflow(fmt, overflow)
        arrays, activations = read_onnx(path, until=until, rounding=rounding)
        return Model(make_layers(fmt, arrays, overflow), activations)
    return Model(make_layers(fmt, read_arrays(path), overflow), None)


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file by name, in its order; of a ``.npy`` file one called ``weight``.

    Parameters
    ----------
    path : Path
        A ``.npy``, ``.npz``, ``.safetensors``, ``.pt`` or ``.pth`` file.

    Raises
    ------
    InputError
        If it is not what its name says.
    """
    match path.suffix:
        case ".npy" | ".npz":
            return read_numpy(path)
        case ".safetensors":
            return read_safetensors(path)
        case ".pt" | ".pth":
            return read_state_dict(path)
    raise InputError(
        f"Weights must be a file {', '.join(_SUFFIXES[:-1])} or {_SUFFIXES[-1]}, not {str(path)!r}"
    )
