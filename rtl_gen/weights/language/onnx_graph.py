# SPDX-License-Identifier: Apache-2.0
"""A graph in ONNX, walked from its result back: what made a tensor, and of which weights."""

from typing import Any

from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.weights.onnx_files import Graph, attributes_of, tensor_array

__all__ = ["Walk"]

Floats = NDArray[Any]


class Walk:
    """Answers questions about the nodes of a graph.

    Parameters
    ----------
    graph : Graph
        The graph, which must have one result.

    Raises
    ------
    InputError
        If it has several, or none. All methods raise it if a node is another one than is expected.
    """

    def __init__(self, graph: Graph) -> None:
        if len(graph.outputs) != 1:
            raise InputError(f"Graph must have one result, the logits, not {len(graph.outputs)}")
        self._graph = graph
        self._makers = {output: node for node in graph.nodes for output in node.output[:1]}
        self.output = graph.outputs[0]
        self.inputs = frozenset(graph.inputs)  #: Names of what is given.

    @staticmethod
    def name(node: Any) -> str:
        """Return what a node is called, or its result."""
        return str(node.name or node.output[0])

    def maker(self, tensor: str, *kinds: str) -> Any:
        """Return the node that makes a tensor, which must be of one of some kinds."""
        node = self._makers.get(tensor)
        if node is None or node.domain not in ("", "ai.onnx") or node.op_type not in kinds:
            found = "no node" if node is None else f"{node.op_type} {self.name(node)!r}"
            raise InputError(
                f"Tensor {tensor!r} must be made by {' or '.join(kinds)} of a decoder, not by {found}"
            )
        return node

    def operands(self, node: Any) -> list[str]:
        """Return the names of a node's operands, without those that are left out at the end."""
        names = list(node.input)
        while names and not names[-1]:
            names.pop()
        return names

    def attributes(self, node: Any, **needed: float) -> dict[str, Any]:
        """Return the attributes of a node, of which some must have a value, if there are such."""
        found = attributes_of(node, self._graph.opset)
        for name, value in needed.items():
            if found.get(name, value) != value:
                raise InputError(
                    f"{node.op_type} {self.name(node)!r} must have {name} = {value:g}, not "
                    f"{found[name]!r}"
                )
        return found

    def sum(self, tensor: str) -> tuple[str, str]:
        """Return what is added to, and the result of a product that is added."""
        node = self.maker(tensor, "Add")
        kinds = [self._kind(name) for name in node.input]
        for place in (0, 1):
            if kinds[place] == "MatMul" and kinds[1 - place] in ("Add", "Gather"):
                return node.input[1 - place], node.input[place]
        raise InputError(
            f"Add {self.name(node)!r} must add a product to the stream, not {kinds[0]} and {kinds[1]}"
        )

    def _kind(self, tensor: str) -> str:
        node = self._makers.get(tensor)
        return "a constant or an input" if node is None else str(node.op_type)

    def silu(self, node: Any) -> tuple[str, str]:
        """Return gate and value of a product of SiLU(gate) and value."""
        for place in (0, 1):
            gate = self._makers.get(node.input[place])
            if gate is None:
                continue
            if gate.op_type == "Swish":
                self.attributes(gate, alpha=1.0)
                return gate.input[0], node.input[1 - place]
            if gate.op_type == "Mul":
                for own, other in (gate.input, gate.input[::-1]):
                    sigmoid = self._makers.get(other)
                    if sigmoid is not None and sigmoid.op_type == "Sigmoid":
                        if sigmoid.input[0] == own:
                            return own, node.input[1 - place]
        raise InputError(
            f"Mul {self.name(node)!r} must have an operand of Swish, or x * Sigmoid(x)"
        )

    def product(self, tensor: str) -> tuple[str, Floats]:
        """Return what is multiplied by a weight, and that, of shape (outputs, inputs)."""
        node = self.maker(tensor, "MatMul")
        source, weight = node.input
        if weight in self._graph.tensors:
            return source, self.matrix(weight).T
        inner = self.maker(weight, "Transpose")
        if self.attributes(inner)["perm"] not in (None, [1, 0], (1, 0)):
            raise InputError(f"Transpose {self.name(inner)!r} must swap two axes")
        return source, self.matrix(inner.input[0])

    def table(self, tensor: str) -> Floats:
        """Return the table in which the tokens, an input, are looked up."""
        node = self.maker(tensor, "Gather")
        self.attributes(node, axis=0)
        if node.input[1] not in self.inputs:
            raise InputError(
                f"Gather {self.name(node)!r} must take the tokens, an input of the graph"
            )
        return self.matrix(node.input[0])

    def matrix(self, tensor: str) -> Floats:
        """Return a constant of two axes."""
        return self._array(tensor, 2)

    def vector(self, tensor: str) -> Floats:
        """Return a constant of one axis."""
        return self._array(tensor, 1)

    def _array(self, tensor: str, axes: int) -> Floats:
        if tensor not in self._graph.tensors:
            raise InputError(f"Tensor {tensor!r} must be an initializer of the graph")
        array = tensor_array(self._graph.tensors[tensor], self._graph.folder)
        if array.ndim != axes or not array.size or array.dtype.kind != "f":
            raise InputError(
                f"Initializer {tensor!r} must be floats of {axes} axes, not {array.dtype} of the shape "
                f"{array.shape}"
            )
        return array
