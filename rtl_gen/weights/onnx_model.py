# SPDX-License-Identifier: Apache-2.0
"""Linear networks from ONNX files: a chain of products, sums and Relu, one behind another.

The package ``onnx`` reads the file; here the chain is followed from the input of the graph to its
output. One vector is computed at a time, so that the axis of the batch has one element.
"""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.weights.onnx_constants import (
    ARITHMETIC,
    MOVES,
    UnsupportedError,
    evaluate,
    movement,
)
from spikefloat.rtl_gen.weights.onnx_files import Graph, attributes_of, load_graph, tensor_array
from spikefloat.rtl_gen.weights.onnx_layers import Chain
from spikefloat.rtl_gen.weights.onnx_nodes import (
    begin_chain,
    is_power_of_two,
    take_arithmetic,
    take_product,
)
from spikefloat.rtl_gen.weights.raw import DamagedError
from spikefloat.rtl_gen.weights.rounding import format_of_dtype, to_fractions

__all__ = ["read_onnx"]

Array = NDArray[Any]

_KNOWN = sorted(
    (*ARITHMETIC, *MOVES, "BatchNormalization", "Cast", "DequantizeLinear", "Gemm", "MatMul")
    + ("QuantizeLinear", "Relu", "Shape")
)


def read_onnx(
    path: Path, *, until: str | None = None, rounding: tuple[Format, Overflow] | None = None
) -> tuple[dict[str, Array], tuple[str, ...]]:
    """Return weights and biases of a chain of linear layers, and the activation of each.

    Parameters
    ----------
    path : Path
        An ``.onnx`` file with one input and one output.
    until : str, optional
        Node, or tensor that a node makes: the network ends before it.
    rounding : format and overflow policy, optional
        What the results of layers are rounded to, for models that round to small floats
        themselves; by default they may round to any.

    Returns
    -------
    arrays : dict of str to array
        ``NAME.weight`` of shape (outputs, inputs) and perhaps ``NAME.bias`` of each layer, in
        order. Where constants were joined, these are floats that round as the exact values do.
    activations : tuple of str
        ``none`` or ``relu`` for each layer.

    Raises
    ------
    OSError
        If the file, or one beside it that it needs, cannot be read.
    InputError
        If the package ``onnx`` is missing, the file is no model, or the model is no such chain.
    """
    path = Path(path)
    try:
        return _Reader(load_graph(path), until, rounding).run()
    except DamagedError as error:
        raise InputError(f"Model must be a valid .onnx file, not {str(path)!r}: {error}") from error


class _Reader:
    """Follows the chain of a graph."""

    def __init__(
        self, graph: Graph, until: str | None, rounding: tuple[Format, Overflow] | None
    ) -> None:
        self.graph, self.rounding = graph, rounding
        self.constants: dict[str, Array] = {}
        self.nodes, self.target = self._needed(until)
        self.rounded: Format | None = None  #: Format of the tensor, behind QuantizeLinear.

    def _needed(self, until: str | None) -> tuple[list[Any], str]:
        """Return the nodes that the end of the network needs, and the tensor that is its end."""
        variable = set(self.graph.inputs)
        for node in self.graph.nodes:
            if variable.intersection(node.input):
                variable.update(node.output)
        outputs = list(self.graph.outputs)
        if until is not None:
            last = next((n for n in self.graph.nodes if n.name == until or until in n.output), None)
            if last is None:
                names = ", ".join(_name(node) for node in self.graph.nodes[-8:])
                raise InputError(f"Node to end before must be one of ... {names}, not {until!r}")
            outputs = list(dict.fromkeys(name for name in last.input if name in variable))
        if len(outputs) != 1 or len(self.graph.inputs) != 1:
            raise InputError(
                f"Model must have one input and one output, not {len(self.graph.inputs)} and "
                f"{len(outputs)}"
            )
        required, nodes = set(outputs), []
        for node in reversed(self.graph.nodes):
            if required.intersection(node.output):
                required.update(node.input)
                nodes.append(node)
        return nodes[::-1], outputs[0]

    def run(self) -> tuple[dict[str, Array], tuple[str, ...]]:
        """Return arrays and activations."""
        [(current, axes)] = self.graph.inputs.items()
        chain = self._begin(current, axes)
        shapes = {current: chain.shape}
        node = None
        for node in self.nodes:
            if node.output[0] in self.constants:
                continue
            try:
                if node.op_type == "Shape" and node.input[0] in shapes:
                    start, end = (_attributes(node, self.graph).get(n) for n in ("start", "end"))
                    shape = shapes[node.input[0]][start:end]
                    self.constants[node.output[0]] = np.array(shape, np.int64)
                elif self._is_constant(node):
                    self._evaluate(node)
                else:
                    self._follow(chain, node, current)
                    current = node.output[0]
                    shapes[current] = chain.shape
            except UnsupportedError as error:
                raise self._refusal(chain, node, str(error)) from error
        if current != self.target:
            raise InputError(
                f"Output of the model must be the end of its chain, not {self.target!r}"
            )
        if not chain.length:
            raise InputError("Model has no linear layer (Gemm or MatMul)")
        try:
            return chain.finish()
        except UnsupportedError as error:
            raise self._refusal(chain, node, str(error)) from error

    def _refusal(self, chain: Chain, node: Any, reason: str) -> InputError:
        hint = f": `--until {shlex.quote(_name(node))}` ends the network before it"
        return InputError(f"{node.op_type} {_name(node)!r} {reason}{hint if chain.length else ''}")

    def _is_constant(self, node: Any) -> bool:
        return all(not name or self._known(name) is not None for name in node.input)

    def _known(self, name: str) -> Array | None:
        """Return a constant, which is read from the file when it is first asked for."""
        if name not in self.constants and name in self.graph.tensors:
            self.constants[name] = tensor_array(self.graph.tensors[name], self.graph.folder)
        return self.constants.get(name)

    def _evaluate(self, node: Any) -> None:
        operands = [self._known(name) if name else None for name in node.input]
        try:
            attributes = _attributes(node, self.graph)
            self.constants[node.output[0]] = evaluate(node, attributes, operands, self.graph)
        except InputError as error:
            raise InputError(f"{node.op_type} {_name(node)!r}: {error}") from error
        except DamagedError as error:
            raise DamagedError(f"{node.op_type} {_name(node)!r} is none: {error}") from error

    def _begin(self, name: str, axes: list[int | None] | None) -> Chain:
        """Return a chain whose input has the shape that the first product asks for."""
        inner, is_column = None, False
        for node in self.nodes:
            if node.domain in ("", "ai.onnx") and self._is_constant(node):
                try:
                    self._evaluate(node)
                except UnsupportedError as error:
                    raise InputError(f"{node.op_type} {_name(node)!r} {error}") from error
            elif node.op_type in ("Gemm", "MatMul") and inner is None:
                is_column = self._known(node.input[0]) is not None
                weight = self._known(node.input[0 if is_column else 1])
                if weight is not None and weight.ndim == 2:
                    flags = {entry.name: entry.i for entry in node.attribute}
                    side = bool(flags.get("transA")) if is_column else not flags.get("transB")
                    inner = weight.shape[int(not side)]
        return begin_chain(axes, inner, is_column)

    def _follow(self, chain: Chain, node: Any, current: str) -> None:
        """Do what one node does to the end of the chain."""
        if node.domain not in ("", "ai.onnx"):
            raise UnsupportedError(f"must be a standard operator, not one of {node.domain!r}")
        if node.op_type not in _KNOWN:
            raise UnsupportedError(f"must be one of {', '.join(_KNOWN)}")
        others = [name for name in node.input if name and name != current]
        if list(node.input).count(current) != 1 or any(
            self._known(name) is None for name in others
        ):
            strange = [name for name in others if self._known(name) is None] or [current]
            raise UnsupportedError(
                f"must take the end of one chain of layers and known constants, not {strange[0]!r}"
                + (" twice" if not others else "")
            )
        operands = [self._known(name) if name and name != current else None for name in node.input]
        is_first = node.input[0] == current
        try:
            self._apply(chain, node, _attributes(node, self.graph), operands, is_first)
        except (DamagedError, IndexError, ValueError) as error:
            if isinstance(error, InputError):
                raise InputError(f"{node.op_type} {_name(node)!r}: {error}") from error
            raise DamagedError(f"{node.op_type} {_name(node)!r} is none: {error}") from error

    def _apply(
        self,
        chain: Chain,
        node: Any,
        attributes: dict[str, Any],
        operands: Sequence[Array | None],
        is_first: bool,
    ) -> None:
        kind = node.op_type
        if kind in MOVES:
            chain.move(movement(kind, attributes, operands[1:], chain.batch))
        elif kind in ARITHMETIC:
            take_arithmetic(chain, kind, next(x for x in operands if x is not None), is_first)
        elif kind in ("Gemm", "MatMul"):
            take_product(chain, node, attributes, operands, is_first)
        elif kind == "BatchNormalization":
            if attributes.get("training_mode") or not is_first:
                raise UnsupportedError("must be for inference, not for training")
            chain.normalise([x for x in operands if x is not None], attributes["epsilon"])
        elif kind == "Relu":
            chain.rectify()
        elif not is_first:
            raise UnsupportedError("must take the chain as its first operand")
        elif kind == "Cast":
            self._cast(chain, attributes)
        else:
            self._scale(chain, kind, attributes, operands)

    def _cast(self, chain: Chain, attributes: dict[str, Any]) -> None:
        """Pass by a conversion of floats to wider floats, and take one to small floats."""
        import onnx

        try:
            dtype = onnx.helper.tensor_dtype_to_np_dtype(attributes["to"])
        except (KeyError, ValueError) as error:
            raise DamagedError(f"type {attributes['to']} is unknown") from error
        fmt = format_of_dtype(dtype)
        if fmt is not None and fmt.width <= 8:
            self._round(chain, fmt, bool(attributes.get("saturate", 1)))
        elif dtype.kind == "f" or fmt is not None:
            self.rounded = None
        else:
            raise UnsupportedError(f"must convert floats to floats, not to {dtype}")

    def _scale(
        self, chain: Chain, kind: str, attributes: dict[str, Any], operands: Sequence[Array | None]
    ) -> None:
        """Take a conversion to small floats with a scale, or the one back."""
        scale, zero = operands[1], operands[2] if len(operands) > 2 else None
        fmt = None if zero is None else format_of_dtype(zero.dtype)
        if zero is not None and (fmt is None or zero.astype(np.float64).any()):
            raise UnsupportedError(
                f"must be of small floats around zero, not {zero.dtype} around {zero.ravel()[0]}, "
                "to which a circuit of floats cannot round"
            )
        factor = to_fractions(scale).ravel()[0] if scale is not None and scale.size == 1 else None
        if factor is None or not is_power_of_two(factor):
            raise UnsupportedError("must have one scale, which is a power of two")
        if kind == "DequantizeLinear":
            if self.rounded is None:
                raise UnsupportedError("must follow QuantizeLinear or constants")
            self.rounded = None
            chain.multiply(np.array(scale).reshape(()))
            return
        if fmt is None:
            raise UnsupportedError("must say the small floats it rounds to by its zero point")
        chain.multiply(np.array(scale).reshape(()), divides=True)
        self._round(chain, fmt, bool(attributes.get("saturate", 1)))

    def _round(self, chain: Chain, fmt: Format, saturates: bool) -> None:
        policy = Overflow.SATURATE if saturates else Overflow.NAN
        if self.rounding not in (None, (fmt, policy)):
            raise UnsupportedError(
                f"must be done by the circuit (`--format {fmt.name} --overflow {policy.value}`)"
            )
        chain.seal()
        self.rounded = fmt


def _name(node: Any) -> str:
    return str(node.name or node.output[0])


def _attributes(node: Any, graph: Graph) -> dict[str, Any]:
    return attributes_of(node, graph.opset)
