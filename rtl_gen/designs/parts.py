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
from spikefloat.rtl_gen.neurons.bits import split_word
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import GateLibrary
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

        def output(gates: GateLibrary, x: Word, w: Word, *bias: Word) -> Word:
            inputs, weight = split_word(x, fmt.width), split_word(w, fmt.width)
            return linear(
                gates, fmt, inputs, [weight], bias or None, "exact", activation, to, policy
            )[0]

        widths = {"x": inputs * fmt.width, "w": inputs * fmt.width}
        widths |= {"b": fmt.width} if has_bias else {}
        graph = build_graph(
            "output", widths, output, library=options.library, budget=options.budget
        )
        return LayerParts(accumulate="exact", output=graph)

    def make(name: str, operands: dict[str, Format], circuit: Callable[..., Word]) -> NeuronGraph:
        widths = {port: own.width for port, own in operands.items()}
        return build_graph(name, widths, circuit, library=options.library, budget=options.budget)

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
