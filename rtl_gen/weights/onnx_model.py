# SPDX-License-Identifier: Apache-2.0
"""Linear networks from ONNX files: a chain of Gemm, or MatMul and Add, with Relu between.

The package ``onnx`` reads the file; here the chain is followed from the input of the graph to its
output, and anything else than a linear layer, a Relu, or what changes nothing is refused.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError

__all__ = ["read_onnx"]

Arrays = dict[str, NDArray[Any]]

#: Operations that do nothing to a vector.
_NEUTRAL = ("Dropout", "Flatten", "Identity")
_KNOWN = ("Add", "Gemm", "MatMul", "Relu", *_NEUTRAL)


class _Chain:
    """The layers found so far."""

    def __init__(self) -> None:
        self.weights: list[tuple[str, NDArray[Any]]] = []
        self.biases: list[NDArray[Any] | None] = []
        self.activations: list[str] = []

    @property
    def takes_bias(self) -> bool:
        """Whether the last thing was a product, so that a bias may follow."""
        return bool(self.weights) and self.biases[-1] is None and self.activations[-1] == "none"

    def begin(self, name: str, weight: NDArray[Any], bias: NDArray[Any] | None) -> None:
        """Begin a layer with weights of shape (outputs, inputs)."""
        taken = {known for known, _ in self.weights}
        label = name.removesuffix(".weight").rsplit("/", 1)[-1].replace(".", "_")
        if not label or label in taken:
            label = f"layer{len(self.weights) + 1}"
        self.weights.append((label, weight))
        self.biases.append(bias)
        self.activations.append("none")

    def arrays(self) -> Arrays:
        """Return weights and biases by the names of a state dict."""
        found: Arrays = {}
        for (label, weight), bias in zip(self.weights, self.biases, strict=True):
            found[f"{label}.weight"] = weight
            if bias is not None:
                found[f"{label}.bias"] = bias
        return found


def read_onnx(path: Path) -> tuple[Arrays, tuple[str, ...]]:
    """Return weights and biases of a chain of linear layers, and the activation of each.

    Parameters
    ----------
    path : Path
        An ``.onnx`` file with one input and one output.

    Returns
    -------
    arrays : dict of str to array
        ``NAME.weight`` of shape (outputs, inputs) and perhaps ``NAME.bias`` of each layer, in
        order.
    activations : tuple of str
        ``none`` or ``relu`` for each layer.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the package ``onnx`` is missing, the file is no model, or the model is no such chain.
    """
    try:
        import onnx
        from onnx import numpy_helper
    except ImportError:
        raise InputError(
            "Package onnx must be installed to read a model (pip install 'spikefloat[onnx]'), "
            "not missing"
        ) from None
    raw = Path(path).read_bytes()
    try:
        model = onnx.load_model_from_string(raw)
        onnx.checker.check_model(model)
        constants = {entry.name: numpy_helper.to_array(entry) for entry in model.graph.initializer}
        for node in model.graph.node:
            if node.op_type == "Constant" and node.attribute:
                constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
    except Exception as error:  # protobuf and the checker raise what they like
        raise InputError(
            f"Model must be a valid .onnx file, not {str(path)!r}, which is something else or "
            "damaged"
        ) from error
    return _follow(model.graph, constants)


def _follow(graph: Any, constants: Arrays) -> tuple[Arrays, tuple[str, ...]]:
    """Follow the chain from the input to the output."""
    inputs = [entry.name for entry in graph.input if entry.name not in constants]
    outputs = [entry.name for entry in graph.output]
    if len(inputs) != 1 or len(outputs) != 1:
        raise InputError(
            f"Model must have one input and one output, not {len(inputs)} and {len(outputs)}"
        )
    current = inputs[0]
    chain = _Chain()
    for node in graph.node:
        if node.op_type == "Constant":
            continue
        if node.op_type not in _KNOWN:
            raise InputError(f"Model must be made of {', '.join(_KNOWN)}, not {node.op_type!r}")
        others = [name for name in node.input if name]
        if current in others:
            others.remove(current)  # once: a product with itself is no layer
        if current not in node.input or (
            node.op_type != "Dropout" and not constants.keys() >= set(others)
        ):
            raise InputError(
                f"Model must be one chain of layers with known weights, not branch at "
                f"{node.op_type!r}, output {node.output[0]!r}"
            )
        _take(
            chain,
            node,
            [constants[name] for name in others if name in constants],
            others,
            node.input[0] == current,
        )
        current = node.output[0]
    if current != outputs[0]:
        raise InputError(f"Output of the model must be the end of its chain, not {outputs[0]!r}")
    if not chain.weights:
        raise InputError("Model must have a linear layer, not none")
    return chain.arrays(), tuple(chain.activations)


def _take(
    chain: _Chain,
    node: Any,
    arrays: Sequence[NDArray[Any]],
    names: Sequence[str],
    is_first: bool,
) -> None:
    """Add what one node does to the chain."""
    match node.op_type:
        case "Gemm":
            attributes = {entry.name: entry for entry in node.attribute}
            for name in ("alpha", "beta"):
                if name in attributes and attributes[name].f != 1:
                    raise InputError(
                        f"Attribute {name} of Gemm must be 1, not {attributes[name].f:g}"
                    )
            if not is_first or ("transA" in attributes and attributes["transA"].i):
                raise InputError("First operand of Gemm must be the input, as it is, not another")
            weight = _matrix(arrays[0], names[0])
            transposed = "transB" in attributes and attributes["transB"].i
            bias = (
                _bias(arrays[1], len(weight) if transposed else weight.shape[1])
                if len(arrays) > 1
                else None
            )
            chain.begin(names[0], weight if transposed else weight.T, bias)
        case "MatMul":
            weight = _matrix(arrays[0], names[0])
            # The input is a row from the left, or a column from the right.
            chain.begin(names[0], weight.T if is_first else weight, None)
        case "Add":
            if not chain.takes_bias:
                raise InputError("Add must follow MatMul, as its bias, not something else")
            chain.biases[-1] = _bias(arrays[0], len(chain.weights[-1][1]))
        case "Relu":
            if not chain.weights:
                raise InputError("Relu must follow a linear layer, not the input")
            chain.activations[-1] = "relu"


def _matrix(array: NDArray[Any], name: str) -> NDArray[Any]:
    if array.ndim != 2:
        raise InputError(f"Weights {name!r} must have two axes, not the shape {array.shape}")
    return array


def _bias(array: NDArray[Any], outputs: int) -> NDArray[Any]:
    """Return a bias of one axis: scalars and rows are spread over the outputs, as ONNX does."""
    if (
        array.ndim > 2
        or array.size not in (1, outputs)
        or (array.ndim == 2 and array.shape[0] != 1)
    ):
        raise InputError(f"Bias must have the shape ({outputs},), not {array.shape}")
    return np.broadcast_to(array.reshape(-1), (outputs,))
