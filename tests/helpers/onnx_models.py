# SPDX-License-Identifier: Apache-2.0
"""Small ONNX models for tests, and what the layers read from one compute."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

__all__ = ["compute", "make_model", "node", "save"]


def node(kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> Any:
    """Return a node with one output; its name, if any, is an attribute."""
    return helper.make_node(kind, inputs, [output], **attributes)


def make_model(
    nodes: Sequence[Any],
    constants: Mapping[str, Any],
    outputs: Sequence[str] = ("y",),
    inputs: Mapping[str, Sequence[int | str] | None] | Sequence[str] = ("x",),
    opset: int = 20,
    ir_version: int = 10,
) -> Any:
    """Return a model; constants are arrays, or tensors of ONNX for types that numpy has not."""
    shapes = inputs if isinstance(inputs, Mapping) else {n: ["rows", "columns"] for n in inputs}
    graph = helper.make_graph(
        nodes,
        "net",
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in shapes.items()
        ],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [
            constant
            if isinstance(constant, TensorProto)
            else numpy_helper.from_array(np.asarray(constant), name)
            for name, constant in constants.items()
        ],
    )
    return helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=ir_version
    )


def save(path: Path, *arguments: Any, **options: Any) -> Path:
    """Write a model that :func:`make_model` makes, and return its path."""
    onnx.save(make_model(*arguments, **options), path)
    return path


def compute(
    arrays: Mapping[str, NDArray[Any]], activations: Sequence[str], x: NDArray[Any]
) -> NDArray[np.float64]:
    """Return what layers make of one vector, in float64."""
    names = [name.removesuffix(".weight") for name in arrays if name.endswith(".weight")]
    assert len(names) == len(activations)
    x = x.astype(np.float64)
    for name, activation in zip(names, activations, strict=True):
        x = arrays[f"{name}.weight"].astype(np.float64) @ x
        x = x + arrays.get(f"{name}.bias", np.zeros(1)).astype(np.float64)
        x = np.maximum(x, 0) if activation == "relu" else x
    return x
