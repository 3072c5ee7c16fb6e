# SPDX-License-Identifier: Apache-2.0
"""The neurons of designs on vectors, by their options and shape."""

from collections.abc import Callable
from itertools import chain
from typing import Any

from spikefloat.rtl_gen.circuits.parts.unpack import raise_signalling
from spikefloat.rtl_gen.circuits.shared_scale.conversion import block_quantize
from spikefloat.rtl_gen.circuits.shared_scale.dot import block_dot
from spikefloat.rtl_gen.circuits.shared_scale.linear import WeightBlocks, block_linear
from spikefloat.rtl_gen.circuits.shared_scale.products import block_sum_of_products
from spikefloat.rtl_gen.circuits.shared_scale.values import block_dequantize
from spikefloat.rtl_gen.circuits.sums.dot import dot
from spikefloat.rtl_gen.circuits.sums.linear import linear, network
from spikefloat.rtl_gen.circuits.vector_operation import VectorOperation
from spikefloat.rtl_gen.designs.options import CircuitOptions, Objective
from spikefloat.rtl_gen.designs.shapes.block import BlockShape
from spikefloat.rtl_gen.designs.shapes.block_layer import BlockLayerShape
from spikefloat.rtl_gen.designs.shapes.layer import LayerShape
from spikefloat.rtl_gen.designs.shapes.ports import ElementsShape
from spikefloat.rtl_gen.designs.shapes.vector import VectorShape
from spikefloat.rtl_gen.formats import ScalePolicy
from spikefloat.rtl_gen.neurons.bits import split_word
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = [
    "block_dequantize_circuit",
    "block_dot_circuit",
    "block_linear_circuit",
    "block_quantize_circuit",
    "block_sum_circuit",
    "dot_circuit",
    "linear_circuit",
    "vector_circuit",
]


def linear_circuit(
    gates: GateLibrary, options: CircuitOptions, layer: LayerShape, operands: tuple[Word, ...]
) -> Word:
    """Return the result of linear layers, codes side by side."""
    fmt, to = options.format, options.result_format
    x = split_word(operands[0], fmt.width)
    if layer.layers:
        outputs = network(
            gates,
            fmt,
            x,
            layer.layers,
            layer.accumulate,
            layer.activations,
            to,
            options.overflow,
            wide=layer.wide,
        )
    else:
        weight = split_word(operands[1], fmt.width * layer.inputs)
        outputs = linear(
            gates,
            fmt,
            x,
            [split_word(row, fmt.width) for row in weight],
            split_word(operands[2], fmt.width),
            layer.accumulate,
            layer.activations[0],
            to,
            options.overflow,
            wide=layer.wide,
        )
    return tuple(chain.from_iterable(outputs))


def dot_circuit(
    gates: GateLibrary, options: CircuitOptions, shape: VectorShape, operands: tuple[Word, ...]
) -> Word | Bit | dict[str, Word]:
    """Return a dot product, with flags if the options ask for them."""
    a, b = (split_word(word, options.format.width) for word in operands[:2])
    control = options.rounding.control(operands[2:])
    code = dot(
        gates,
        options.format,
        a,
        b,
        shape.accumulate,
        options.to,
        options.overflow,
        wide=shape.wide,
        has_carry_chains=options.objective is Objective.LUTS,
        control=control,
    )
    raise_signalling(gates, control.flags, (options.format,) * (len(a) + len(b)), (*a, *b))
    return control.with_flags(gates, code)


def vector_circuit(
    record: VectorOperation,
) -> Callable[
    [GateLibrary, CircuitOptions, ElementsShape, tuple[Word, ...]], Word | Bit | dict[str, Word]
]:
    """Return what makes the neurons of an operation on vectors, from and to codes side by side."""

    def circuit(
        gates: GateLibrary,
        options: CircuitOptions,
        shape: ElementsShape,
        operands: tuple[Word, ...],
    ) -> Word | Bit | dict[str, Word]:
        fmt, to, count = options.format, options.result_format, len(record.operands)
        control = options.rounding.control(operands[count:])
        how: dict[str, Any] = {"overflow": options.overflow} if record.rounds else {}
        if record.takes_rounding:
            how["control"] = control
        if shape.epsilon is not None:
            how["epsilon"] = shape.epsilon
        codes = [split_word(word, fmt.width) for word in operands[:count]]
        results = record.circuit(gates, fmt, to, *codes, **how)
        return control.with_flags(gates, tuple(chain.from_iterable(results)))

    return circuit


def block_dot_circuit(
    gates: GateLibrary, options: CircuitOptions, shape: BlockShape, operands: tuple[Word, ...]
) -> Word:
    """Return the dot product of blocks."""
    element, scale = shape.block.element.width, shape.block.scale.width
    a, b = (
        [split_word(own, element) for own in split_word(word, element * shape.size)]
        for word in operands[:2]
    )
    a_scale, b_scale = (split_word(word, scale) for word in operands[2:4])
    return block_dot(
        gates,
        shape.block,
        a,
        b,
        a_scale,
        b_scale,
        options.result_format,
        options.overflow,
        wide=shape.wide,
        has_counters=options.objective is Objective.LUTS,
        control=options.rounding.control(operands[4:]),
    )


def block_sum_circuit(
    gates: GateLibrary, options: CircuitOptions, shape: BlockShape, operands: tuple[Word, ...]
) -> dict[str, Word]:
    """Return the exact sums of products of blocks, and which are NaN."""
    element = shape.block.element.width
    sums: list[Word] = []
    flags: list[Bit] = []
    for number, (x, y) in enumerate(
        zip(*(split_word(word, element * shape.size) for word in operands), strict=True)
    ):
        with gates.builder.scope(f"block_{number}", a=x, b=y):
            total, is_nan = block_sum_of_products(
                gates,
                shape.block,
                split_word(x, element),
                split_word(y, element),
                has_parts=options.objective is Objective.LUTS,
            )
        sums.append(total)
        flags.append(is_nan)
    return {"y": tuple(chain.from_iterable(sums)), "y_nan": tuple(flags)}


def block_linear_circuit(
    gates: GateLibrary, options: CircuitOptions, shape: BlockLayerShape, operands: tuple[Word, ...]
) -> Word:
    """Return the results of a layer on blocks, codes side by side."""
    element, own = shape.block.element.width, shape.weights
    outputs = block_linear(
        gates,
        shape.block,
        [split_word(codes, element) for codes in split_word(operands[0], element * shape.size)],
        split_word(operands[1], shape.block.scale.width),
        [WeightBlocks(*row) for row in zip(own.elements, own.scales, strict=True)],
        own.bias,
        options.result_format,
        options.overflow,
        relu=shape.activation == "relu",
        wide=shape.wide,
    )
    return tuple(chain.from_iterable(outputs))


def block_quantize_circuit(
    gates: GateLibrary, options: CircuitOptions, shape: BlockShape, operands: tuple[Word, ...]
) -> dict[str, Word]:
    """Return the elements and the scales of blocks that are made of floats."""
    fmt, policy = options.format, shape.policy or ScalePolicy.FLOOR
    elements: list[Word] = []
    scales: list[Word] = []
    for number, floats in enumerate(split_word(operands[0], fmt.width * shape.size)):
        with gates.builder.scope(f"block_{number}", floats=floats):
            codes = split_word(floats, fmt.width)
            own, scale = block_quantize(gates, shape.block, fmt, codes, policy)
        elements += own
        scales.append(scale)
    return {
        "y": tuple(chain.from_iterable(elements)),
        "y_scale": tuple(chain.from_iterable(scales)),
    }


def block_dequantize_circuit(
    gates: GateLibrary, options: CircuitOptions, shape: BlockShape, operands: tuple[Word, ...]
) -> Word:
    """Return the floats that elements of blocks mean."""
    element, scale = shape.block.element.width, shape.block.scale.width
    floats: list[Word] = []
    blocks = split_word(operands[0], element * shape.size)
    for number, (own, code) in enumerate(zip(blocks, split_word(operands[1], scale), strict=True)):
        with gates.builder.scope(f"block_{number}", elements=own, scale=code):
            floats += block_dequantize(
                gates,
                shape.block,
                split_word(own, element),
                code,
                options.result_format,
                options.overflow,
            )
    return tuple(chain.from_iterable(floats))
