# SPDX-License-Identifier: Apache-2.0
"""ONNX files as graphs of checked nodes, and the arrays in them and beside them.

A model may keep its arrays in files of their own. They are looked for beside the model and nowhere
else: a name that leads outside its folder is refused, also where a link leads there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.extras import find_extra
from spikefloat.rtl_gen.files import open_binary, read_bytes
from spikefloat.rtl_gen.weights.raw import DamagedError, check_shape

__all__ = ["Graph", "attributes_of", "load_graph", "tensor_array"]

#: Oldest set of operators; before it, operands were spread in another way.
_MIN_OPSET = 7

#: Bits of the elements that are packed into bytes.
_PACKED = {"FLOAT4E2M1": 4, "INT2": 2, "INT4": 4, "UINT2": 2, "UINT4": 4}


@dataclass(frozen=True, kw_only=True)
class Graph:
    """What a model says, with nothing read that is not needed."""

    folder: Path  #: Of the model, and of what belongs to it.
    opset: int  #: Version of the standard operators, at most the newest that onnx knows.
    nodes: Sequence[Any]
    inputs: Mapping[str, list[int | None] | None]  #: Size of each axis, as far as it is known.
    outputs: Sequence[str]
    tensors: Mapping[str, Any]  #: Initial values, by name.


def load_graph(path: Path) -> Graph:
    """Return the graph of a model; functions of the model are written out where they are called.

    Parameters
    ----------
    path : Path
        An ``.onnx`` file.

    Raises
    ------
    MissingPackage
        If the package ``onnx`` is not installed.
    InputError
        If the file cannot be read.
    DamagedError
        If the file is no model, or one of a time before version 7 of the operators.
    """
    find_extra("onnx", "onnx", "onnx")
    import onnx
    from google.protobuf.message import DecodeError
    from onnx import inliner

    raw = read_bytes(path)
    if not raw:
        raise DamagedError("it is empty")
    try:
        model = onnx.load_model_from_string(raw)
    except (DecodeError, ValueError) as error:
        raise DamagedError("it is cut short, damaged or no protocol buffer") from error
    if not model.graph.node:
        raise DamagedError("there is no graph in it")
    if not all(isinstance(text, str) for text in _texts(model.graph)):
        raise DamagedError("a name in it is no text")
    versions = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    if not versions or versions[0] < _MIN_OPSET:
        raise DamagedError(
            f"its operators must be of version {_MIN_OPSET} or later, not "
            f"{versions[0] if versions else 'of none'}"
        )
    if model.functions:
        try:
            model = inliner.inline_local_functions(model)
        except (RuntimeError, ValueError) as error:
            raise DamagedError(f"its functions cannot be written out ({error})") from error
    tensors = {entry.name: entry for entry in model.graph.initializer}
    return Graph(
        folder=path.parent,
        opset=min(versions[0], onnx.defs.onnx_opset_version()),
        nodes=model.graph.node,
        inputs={
            entry.name: _axes(entry) for entry in model.graph.input if entry.name not in tensors
        },
        outputs=[entry.name for entry in model.graph.output],
        tensors=tensors,
    )


def _texts(graph: Any) -> Iterator[object]:
    """Return all names of a graph; what is no text comes as bytes."""
    for entry in (*graph.input, *graph.output, *graph.initializer):
        yield entry.name
    tensors = list(graph.initializer)
    for node in graph.node:
        yield from (node.op_type, node.domain, node.name, *node.input, *node.output)
        yield from (attribute.name for attribute in node.attribute)
        tensors += [attribute.t for attribute in node.attribute]
    for tensor in tensors:
        yield from (text for entry in tensor.external_data for text in (entry.key, entry.value))


def _axes(entry: Any) -> list[int | None] | None:
    """Return the size of each axis of an input, or None if the model does not say how many."""
    if not entry.type.tensor_type.HasField("shape"):
        return None
    return [axis.dim_value or None for axis in entry.type.tensor_type.shape.dim]


def attributes_of(node: Any, opset: int) -> dict[str, Any]:
    """Return the attributes of a node, those that it leaves out too.

    Raises
    ------
    DamagedError
        If the node has not the operands or attributes of a standard operator of its name.
    """
    import onnx

    try:
        schema: Any = onnx.defs.get_schema(node.op_type, opset)
    except onnx.defs.SchemaError as error:
        raise DamagedError(f"version {opset} of the operators has none of its name") from error
    if not schema.min_input <= len(node.input) <= schema.max_input or not (
        schema.min_output <= len(node.output) <= schema.max_output
    ):
        raise DamagedError(f"it has {len(node.input)} operands and {len(node.output)} results")
    known = schema.attributes
    given = {entry.name: entry for entry in node.attribute}
    for name, entry in given.items():
        if name not in known or int(entry.type) != int(known[name].type.value):
            raise DamagedError(f"attribute {name!r} is unknown or of another type")
    for name, attribute in known.items():
        if name not in given and attribute.default_value.name:
            given[name] = attribute.default_value
        elif name not in given and attribute.required:
            raise DamagedError(f"attribute {name!r} is missing")
    return {name: onnx.helper.get_attribute_value(entry) for name, entry in given.items()}


def tensor_array(tensor: Any, folder: Path) -> NDArray[Any]:
    """Return the array of a tensor of a model in a folder.

    Raises
    ------
    InputError
        If a file beside the model cannot be read.
    DamagedError
        If the tensor is too large, not there as it says, of text, or outside the folder.
    """
    import onnx

    what = f"tensor {tensor.name!r}"
    try:
        dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
        kind = onnx.TensorProto.DataType.Name(tensor.data_type)
    except (KeyError, ValueError) as error:
        raise DamagedError(f"{what} is of an unknown type ({tensor.data_type})") from error
    if dtype.hasobject or dtype.kind in "SU":
        raise DamagedError(f"{what} holds text")
    bits = _PACKED.get(kind, 8 * dtype.itemsize)
    is_outside = tensor.data_location == onnx.TensorProto.EXTERNAL
    if not is_outside and not tensor.HasField("raw_data"):
        check_shape(list(tensor.dims), bits, tensor.ByteSize() * 8, what)
    else:
        raw = _outside(tensor, folder, bits, what) if is_outside else tensor.raw_data
        _, size = check_shape(list(tensor.dims), bits, len(raw), what)
        if size != len(raw):
            raise DamagedError(f"{what} needs {size} bytes, of which the file has {len(raw)}")
        tensor = onnx.TensorProto(data_type=tensor.data_type, dims=tensor.dims, raw_data=raw)
    try:
        return np.asarray(onnx.numpy_helper.to_array(tensor))
    except (ValueError, TypeError) as error:
        raise DamagedError(f"{what} has another number of elements than its shape") from error


def _outside(tensor: Any, folder: Path, bits: int, what: str) -> bytes:
    """Return the bytes of a tensor that are in a file beside the model."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    windows, posix = PureWindowsPath(location), PurePosixPath(location)
    if (
        not posix.name
        or "\0" in location
        or posix.is_absolute()
        or windows.anchor
        or ".." in windows.parts
        or not (folder / location).resolve().is_relative_to(folder.resolve())
    ):
        raise DamagedError(
            f"{what} must be in a file in the folder of the model, or below it, not {location!r}"
        )
    path = folder / location
    if not path.is_file():
        raise DamagedError(f"{what} is in the file {location!r}, which is not beside the model")
    try:
        offset, length = int(entries.get("offset", 0)), int(entries.get("length", 0))
    except ValueError:
        offset = length = -1
    if offset < 0 or length < 0:
        raise DamagedError(f"{what} must have a place in the file {location!r}, not {entries}")
    available = path.stat().st_size - offset
    available = min(length, available) if "length" in entries else available
    _, size = check_shape(list(tensor.dims), bits, available, what)
    if "length" in entries and length != size:
        raise DamagedError(f"{what} needs {size} bytes, not the {length} that it has")
    with open_binary(path) as file:
        file.seek(offset)
        return file.read(size)
