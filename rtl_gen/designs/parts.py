# SPDX-License-Identifier: Apache-2.0
"""The circuits that a linear layer repeats, each once: what a fast simulation of it needs.

They are made by the same functions as the whole layer, so that there is one description.
"""

from collections.abc import Callable
from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.operations.add import add
from spikefloat.rtl_gen.circuits.operations.convert import convert
from spikefloat.rtl_gen.circuits.operations.multiply import multiply
from spikefloat.rtl_gen.circuits.operations.sign import relu
from spikefloat.rtl_gen.circuits.sums.linear import linear, node_overflow
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary, make_gates
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["LayerParts", "layer_parts"]


@dataclass(frozen=True, kw_only=True)
class LayerParts:
    """Circuits of one layer, each with operands a and b (or only a) and result y.

    An exact sum is one circuit for a whole output, with operands x, w and b; the others are made of
    products, sums, and what follows.
    """

    accumulate: str
    output: NeuronGraph | None = None  #: One whole output, for exact sums.
    product: NeuronGraph | None = None
    sum: NeuronGraph | None = None
    bias: NeuronGraph | None = None  #: Conversion of the bias to the format of the sums.
    #: Activation and conversion of the finished sum; None where there is nothing to do.
    finish: NeuronGraph | None = None


def layer_parts(
    instance: Instance, inputs: int, activation: str, to: Format, *, has_bias: bool = True
) -> LayerParts:
    """Return the circuits of one layer.

    Parameters
    ----------
    instance : Instance
        Linear layers: format, overflow policy, gates and accumulation.
    inputs : int
        Number of inputs.
    activation : str
        One of :data:`~spikefloat.rtl_gen.circuits.sums.linear.ACTIVATIONS`.
    to : Format
        Format of the outputs.
    has_bias : bool
        Whether a bias is added.
    """
    options, shape = instance.circuit, instance.layer
    fmt, policy = options.format, options.overflow
    if shape.accumulate == "exact":
        gates = make_gates("output", options.library, options.budget)
        widths = {"x": inputs * fmt.width, "w": inputs * fmt.width}
        if has_bias:
            widths["b"] = fmt.width
        words = {name: gates.builder.input(name, width) for name, width in widths.items()}
        x, w = (_split(words[name], fmt.width) for name in "xw")
        bias = [words["b"]] if has_bias else None
        gates.builder.output(
            "y", linear(gates, fmt, x, [w], bias, "exact", activation, to, policy)[0]
        )
        return LayerParts(accumulate="exact", output=gates.builder.build())

    def make(name: str, operands: dict[str, Format], circuit: Callable[..., Word]) -> NeuronGraph:
        gates = make_gates(name, options.library, options.budget)
        words = [gates.builder.input(port, own.width) for port, own in operands.items()]
        gates.builder.output("y", circuit(gates, *words))
        return gates.builder.build()

    node = shape.wide or fmt
    rounding = node_overflow(node, policy)
    rectifies = activation == "relu"

    def finish(gates: GateLibrary, total: Word) -> Word:
        total = relu(gates, node, total) if rectifies else total
        return total if node == to else convert(gates, node, to, total, policy)

    return LayerParts(
        accumulate=shape.accumulate,
        product=make(
            "product",
            {"a": fmt, "b": fmt},
            lambda gates, a, b: multiply(gates, fmt, a, b, rounding, to=node),
        ),
        sum=make(
            "sum", {"a": node, "b": node}, lambda gates, a, b: add(gates, node, a, b, rounding)
        ),
        bias=make("bias", {"a": fmt}, lambda gates, a: convert(gates, fmt, node, a, rounding))
        if has_bias and node != fmt
        else None,
        finish=make("finish", {"a": node}, finish) if rectifies or node != to else None,
    )


def _split(word: Word, width: int) -> list[Word]:
    return [word[i : i + width] for i in range(0, len(word), width)]
