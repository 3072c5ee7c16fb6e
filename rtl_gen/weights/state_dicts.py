# SPDX-License-Identifier: Apache-2.0
"""Named arrays from files of PyTorch: ``.safetensors``, and state dicts in ``.pt`` or ``.pth``.

A ``.safetensors`` file is read here: eight bytes with the length of a JSON header, the header, and
the elements of all tensors. A state dict is a pickle, which can do harm; it is read by PyTorch
itself, which takes nothing but tensors from it.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import import_extra
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.weights.raw import MAX_ELEMENTS, DamagedError, make_array
from spikefloat.rtl_gen.weights.rounding import code_values

__all__ = ["read_safetensors", "read_state_dict"]

Arrays = dict[str, NDArray[Any]]

#: Types of ``.safetensors`` that weights may have; U8 are codes.
_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<V2", "U8": "<u1"}
_SMALL = {
    "F8_E4M3": "e4m3fn",
    "F8_E5M2": "e5m2",
    "F8_E4M3FNUZ": "e4m3fnuz",
    "F8_E5M2FNUZ": "e5m2fnuz",
}

#: Longest header that the package ``safetensors`` reads.
_MAX_HEADER = 100_000_000

#: First PyTorch whose ``weights_only`` holds what it promises (CVE-2025-32434).
_SAFE_TORCH = (2, 6)

#: Names under which a checkpoint keeps the state dict of its model.
_NESTED = ("state_dict", "model_state_dict")


def read_safetensors(path: Path) -> Arrays:
    """Return the tensors of a ``.safetensors`` file.

    The file has them in the order of their names, not in that of the layers. Layers whose names
    differ in nothing but numbers are sorted by these; otherwise the order is the only one in which
    each layer has as many inputs as the one before it has outputs.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    OSError
        If the file cannot be read.
    InputError
        If it is damaged, has tensors of another type than floats or bytes, or its layers fit in
        several orders.
    """
    try:
        return _in_order(_tensors(path))
    except DamagedError as error:
        raise InputError(
            f"Weights must be a .safetensors file, not {str(path)!r}: {error}"
        ) from error


def _tensors(path: Path) -> Arrays:
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or length > min(size - 8, _MAX_HEADER):
            raise DamagedError("it is cut short, or something else")
        try:
            header = json.loads(file.read(length), object_pairs_hook=_pairs)
        except (ValueError, RecursionError) as error:
            raise DamagedError("its header is no JSON with a name for each tensor") from error
        if not isinstance(header, dict):
            raise DamagedError("its header is no JSON with a name for each tensor")
        arrays = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            what = f"tensor {name!r}"
            kind, shape, begin, end = _entry(entry, size - 8 - length, what)
            file.seek(8 + length + begin)
            dtype = np.dtype(_DTYPES.get(kind, "u1"))
            array = make_array(file.read, dtype, shape, what, end - begin)
            if array.nbytes != end - begin:
                raise DamagedError(f"{what} needs {array.nbytes} bytes, not {end - begin}")
            arrays[name] = code_values(FORMATS[_SMALL[kind]], array) if kind in _SMALL else array
    return arrays


def _entry(entry: Any, available: int, what: str) -> tuple[str, object, int, int]:
    """Return type, shape, and first and last place of a tensor, as a header says them."""
    try:
        kind, shape, (begin, end) = (entry[key] for key in ("dtype", "shape", "data_offsets"))
    except (KeyError, TypeError, ValueError):
        kind = begin = end = None
    if not (isinstance(kind, str) and isinstance(begin, int) and isinstance(end, int)):
        raise DamagedError(f"the header of {what} cannot be understood")
    if not 0 <= begin <= end <= available:
        raise DamagedError(f"{what} ends behind the file")
    if kind not in _DTYPES and kind not in _SMALL:
        raise DamagedError(f"{what} must be of type {', '.join([*_DTYPES, *_SMALL])}, not {kind!r}")
    return kind, shape, begin, end


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON, in which every name must be another one."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name is there twice")
    return found


def _in_order(arrays: Arrays) -> Arrays:
    """Return arrays in the order of their layers."""
    layers: dict[str, Arrays] = {}
    for name, array in arrays.items():
        layers.setdefault(name.rpartition(".")[0], {})[name] = array
    names = sorted(layers, key=_natural)
    if len({re.sub(r"\d+", "0", name) for name in names}) > 1:
        shapes = {
            layer: next((a.shape for n, a in own.items() if n.endswith("weight")), ())
            for layer, own in layers.items()
        }
        orders = _orders([], shapes) if all(len(s) == 2 for s in shapes.values()) else []
        if len(orders) != 1:
            raise DamagedError(
                f"the order of its layers {', '.join(names)} is not in it, and "
                f"{'several fit' if orders else 'none fits'}: give them numbers, or use a .npz file"
            )
        names = orders[0]
    return {name: array for layer in names for name, array in sorted(layers[layer].items())}


def _natural(name: str) -> list[tuple[int, str]]:
    """Sort numbers in a name by what they are worth."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def _orders(begun: list[str], shapes: Mapping[str, tuple[int, ...]]) -> list[list[str]]:
    """Return up to two orders in which layers fit, one behind another."""
    if len(begun) == len(shapes):
        return [begun]
    found: list[list[str]] = []
    for name, shape in shapes.items():
        if name not in begun and (not begun or shape[1] == shapes[begun[-1]][0]):
            found += _orders([*begun, name], shapes)
            if len(found) > 1:
                break
    return found


def read_state_dict(path: Path) -> Arrays:
    """Return the tensors of a state dict that PyTorch has saved, in its order.

    Parameters
    ----------
    path : Path
        A ``.pt`` or ``.pth`` file.

    Raises
    ------
    OSError
        If the file cannot be read.
    InputError
        If PyTorch is missing or too old, or the file is something else than a state dict.
    """
    torch = import_extra("torch", "torch", "torch")
    version = tuple(int(part) for part in torch.__version__.split(".")[:2])
    if version < _SAFE_TORCH:
        raise InputError(
            f"Package torch must be of version {'.'.join(map(str, _SAFE_TORCH))} or later to read "
            f"a state dict safely, not {torch.__version__}"
        )

    def refusal(reason: str) -> InputError:
        return InputError(f"Weights must be a state dict, not {str(path)!r}: {reason}")

    most = 8 * MAX_ELEMENTS
    if (size := path.stat().st_size) > most:
        raise refusal(f"it must have at most {most} bytes, not {size}")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except OSError:
        raise
    except Exception as error:  # of the archive, the pickle and their versions, as it comes
        reason = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
        raise refusal(f"PyTorch does not take it for data alone ({reason})") from error
    for name in _NESTED:
        if isinstance(content, Mapping) and isinstance(content.get(name), Mapping):
            content = content[name]
    if not isinstance(content, Mapping):
        raise refusal(f"it holds a {type(content).__name__}")
    arrays = {}
    for name, tensor in content.items():
        if not isinstance(tensor, torch.Tensor) or tensor.layout != torch.strided:
            raise refusal(f"{name!r} in it is no dense tensor")
        tensor = tensor.detach()
        # Every float of PyTorch is exact in 64 bits, and not every one is known to numpy.
        arrays[str(name)] = (tensor.double() if tensor.is_floating_point() else tensor).numpy()
    return arrays
