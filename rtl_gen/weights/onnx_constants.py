# SPDX-License-Identifier: Apache-2.0
"""Constants of an ONNX model, and what its nodes make of them.

What only moves elements is done as ONNX says. Sums and products of floats, and what integers and a
scale stand for, are exact fractions here, so that a weight is rounded once, at the end.
"""

import operator
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.weights.onnx_files import tensor_array
from spikefloat.rtl_gen.weights.raw import DamagedError
from spikefloat.rtl_gen.weights.rounding import format_of_dtype, to_fractions

__all__ = ["ARITHMETIC", "MOVES", "UnsupportedError", "evaluate", "is_float", "movement"]

Array = NDArray[Any]

#: Operations on two operands that are exact in fractions.
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "Add": operator.add,
    "Div": operator.truediv,
    "Mul": operator.mul,
    "Sub": operator.sub,
}

#: Operations that give elements another place, or nothing else.
MOVES = ("Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze")

#: Operations on constants that are left to the reference implementation of ONNX.
_BY_REFERENCE = ("Cast", "Concat", "ConstantOfShape", "Expand", "Gather", "QuantizeLinear", "Slice")


class UnsupportedError(Exception):
    """What a node does is none of ours; the message goes on where the node was named."""


def is_float(array: Array) -> bool:
    """Tell whether an array has floats, codes of them, or fractions."""
    return array.dtype.kind in "fO" or format_of_dtype(array.dtype) is not None


def movement(
    kind: str,
    attributes: dict[str, Any],
    operands: Sequence[Array | None],
    batch: int | None = None,
) -> Callable[[Array], Array]:
    """Return what one of :data:`MOVES` does to an array.

    Parameters
    ----------
    kind : str
        The operation.
    attributes : dict
        Its attributes.
    operands : sequence of array or None
        Its operands behind the first one.
    batch : int, optional
        Size of the first axis that the model fixes where one vector is computed at a time.

    Raises
    ------
    UnsupportedError
        If elements would be left out.
    """
    first = operands[0] if operands else None
    if kind in ("Squeeze", "Unsqueeze", "Reshape"):
        given = first if first is not None else attributes.get("axes")
        places = None if given is None else tuple(int(place) for place in np.ravel(given))
    match kind:
        case "Dropout":
            if len(operands) > 1 and operands[1] is not None and operands[1].any():
                raise UnsupportedError("must be for inference, not for training")
            return lambda array: array
        case "Flatten":
            axis = attributes["axis"]
            return lambda array: array.reshape(int(np.prod(array.shape[:axis], dtype=int)), -1)
        case "Reshape":
            return lambda array: array.reshape(_target(array, places or (), attributes, batch))
        case "Squeeze":
            return lambda array: np.squeeze(array, places)
        case "Transpose":
            return lambda array: np.transpose(array, attributes.get("perm"))
        case "Unsqueeze":
            return lambda array: np.expand_dims(array, places or ())
    return lambda array: array


def _target(
    array: Array, places: tuple[int, ...], attributes: dict[str, Any], batch: int | None
) -> tuple[int, ...]:
    """Return the shape that a Reshape asks for."""
    if places[:1] == (batch,):
        places = (1, *places[1:])
    if attributes.get("allowzero"):
        return places
    return tuple(
        array.shape[place] if size == 0 and place < array.ndim else size
        for place, size in enumerate(places)
    )


def evaluate(
    node: Any, attributes: dict[str, Any], operands: Sequence[Array | None], graph: Any
) -> Array:
    """Return the first result of a node for constants.

    Parameters
    ----------
    node : onnx.NodeProto
        The node.
    attributes : dict
        Its attributes.
    operands : sequence of array or None
        Its operands; None for one that is left out.
    graph : Graph
        The graph it is in.

    Raises
    ------
    UnsupportedError
        If the operation is none of those that are done to constants.
    DamagedError
        If the operands do not fit.
    """
    try:
        if node.op_type == "Constant":
            return _constant(node, attributes, graph.folder)
        first = operands[0] if operands else None
        if node.op_type in MOVES and first is not None:
            return movement(node.op_type, attributes, operands[1:])(first)
        if node.op_type == "Cast" and first is not None and first.dtype.kind == "O":
            return first
        if node.op_type == "DequantizeLinear" and first is not None:
            return _dequantise(first, operands[1:], attributes)
        if node.op_type in ARITHMETIC and all(x is not None and is_float(x) for x in operands):
            a, b = (to_fractions(x) for x in operands if x is not None)
            return np.asarray(ARITHMETIC[node.op_type](a, b), object)
        if node.op_type in ARITHMETIC or node.op_type in _BY_REFERENCE:
            return _by_reference(node, operands, graph.opset)
    except (ValueError, TypeError, IndexError, ZeroDivisionError) as error:
        raise DamagedError(f"its operands do not fit ({error})") from error
    known = ", ".join(sorted((*ARITHMETIC, *MOVES, *_BY_REFERENCE, "DequantizeLinear")))
    raise UnsupportedError(f"must be one of {known} where all its operands are constants")


def _constant(node: Any, attributes: dict[str, Any], folder: Path) -> Array:
    """Return the value of a node Constant."""
    for name, dtype in (
        ("value_float", np.float32),
        ("value_floats", np.float32),
        ("value_int", np.int64),
        ("value_ints", np.int64),
    ):
        if name in attributes:
            return np.array(attributes[name], dtype)
    if "value" not in attributes:
        raise UnsupportedError(
            f"must be a tensor, floats or integers, not {', '.join(attributes) or 'nothing'}"
        )
    return tensor_array(attributes["value"], folder)


def _dequantise(
    values: Array, operands: Sequence[Array | None], attributes: dict[str, Any]
) -> Array:
    """Return what integers, or small floats, and their scale stand for."""
    scale, zero = operands[0], operands[1] if len(operands) > 1 else None
    if scale is None or attributes.get("block_size"):
        raise UnsupportedError("must have one scale, or one for each place on an axis, not blocks")
    shape = [1] * values.ndim
    if scale.size > 1:
        shape[attributes.get("axis", 1)] = -1
    found = to_fractions(values)
    if zero is not None:
        found = found - to_fractions(zero).reshape(shape if zero.size > 1 else ())
    return np.asarray(found * to_fractions(scale).reshape(shape if scale.size > 1 else ()), object)


def _by_reference(node: Any, operands: Sequence[Array | None], opset: int) -> Array:
    from onnx.reference import ReferenceEvaluator

    if any(x is not None and x.dtype.kind == "O" for x in operands):
        raise UnsupportedError("must come before sums and products of constants, not behind them")
    given = {name: x for name, x in zip(node.input, operands, strict=True) if name}
    results: Any = ReferenceEvaluator(node, opsets={"": opset}).run(None, given)
    return np.asarray(results[0])
