# SPDX-License-Identifier: Apache-2.0
"""What an instance of a design must give: the golden model, by its options."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.shapes import (
    BlockLayerShape,
    BlockShape,
    ElementsShape,
    LayerShape,
    PortRole,
    PortShape,
    VectorShape,
)
from spikefloat.rtl_gen.formats import NanPolicy, ScalePolicy
from spikefloat.sim.golden.entries.tables import codes_entry, function_entry, values_entry
from spikefloat.sim.golden.entries.unit import two_formats
from spikefloat.sim.golden.entry import with_canonical_nan
from spikefloat.sim.golden.operations import Operation, expected, find_operation
from spikefloat.sim.golden.rounding import NEAREST_EVEN, Rounded, Rounder
from spikefloat.sim.golden.vectors.blocks import block_dot, block_linear, block_sum
from spikefloat.sim.golden.vectors.conversion import block_dequantize, block_quantize
from spikefloat.sim.golden.vectors.dot import dot
from spikefloat.sim.golden.vectors.layer import layer, network
from spikefloat.sim.golden.vectors.operations import VECTORS

__all__ = [
    "golden_codes",
    "golden_operation",
    "operand_shapes",
    "result_shape",
    "rounded_block_dot",
]

Codes = NDArray[np.int64]


def operand_shapes(instance: Instance) -> dict[str, tuple[int, ...]]:
    """Return the shape of each operand of one operation, by name: ``()`` is a single code."""
    match instance.shape:
        case PortShape():
            ports = instance.ports
            return {name: ports[name].axes for name in instance.design.operands}
        case VectorShape(length=length):
            return {name: (length,) for name in instance.design.operands}
        case LayerShape() as shape if shape.layers:
            return {"x": (shape.inputs,)}
        case LayerShape() as shape:
            return {
                "x": (shape.inputs,),
                "w": (shape.outputs, shape.inputs),
                "b": (shape.outputs,),
            }
    return {name: () for name in instance.design.operands}


def result_shape(instance: Instance) -> tuple[int, ...]:
    """Return the shape of the result of one operation."""
    return (instance.shape.outputs,) if isinstance(instance.shape, LayerShape) else ()


def golden_operation(instance: Instance) -> str | Operation:
    """Return the golden entry of an operation: its name, or itself where an option changes it."""
    own, fmt = instance.design.function, instance.circuit.format
    if instance.circuit.second is not None:
        return two_formats(find_operation("fpu"), fmt, instance.circuit.second)
    if own is None:
        name = instance.design.name
        if instance.circuit.nan is NanPolicy.CANONICAL:
            return with_canonical_nan(name, find_operation(name))
        return name
    if own.has_codes:
        return codes_entry(fmt, own.result_codes(fmt, instance.circuit.result_format))
    numbers = own.numbers(fmt)  # what is wrong with the function is said here
    if own.function is not None:
        return function_entry(fmt, own.function)
    return values_entry(fmt, numbers)


def golden_codes(instance: Instance, operands: Mapping[str, Codes]) -> Codes | dict[str, Codes]:
    """Return the codes that an instance must give; those of several results by name.

    Parameters
    ----------
    instance : Instance
        The design and its options.
    operands : mapping of str to array of int
        Codes of each operand, with the axes of :func:`operand_shapes` last, and the same axes for
        the operations before them.

    Raises
    ------
    InputError
        If a code does not fit its format.
    """
    circuit, shape = instance.circuit, instance.shape
    instance.require_usual_rounding("for the golden codes of an instance")
    if isinstance(shape, VectorShape):
        return dot(
            circuit.format,
            operands["a"],
            operands["b"],
            shape.accumulate,
            circuit.to,
            circuit.overflow,
            wide=shape.wide,
        )
    if isinstance(shape, ElementsShape):
        how = {} if shape.epsilon is None else {"epsilon": shape.epsilon}
        return VECTORS[instance.design.name].function(
            circuit.format,
            circuit.result_format,
            circuit.overflow,
            *(operands[name] for name in instance.design.operands),
            **how,
        )
    if isinstance(shape, BlockShape):
        return _block_codes(instance, shape, operands)
    if isinstance(shape, LayerShape):
        return _layer_codes(instance, shape, operands)
    return expected(
        golden_operation(instance),
        circuit.format,
        [operands[name] for name in instance.design.operands],
        circuit.overflow,
        circuit.to,
    )


def rounded_block_dot(instance: Instance, operands: Sequence[Codes], rounder: Rounder) -> Rounded:
    """Return what a dot product of blocks must give if it rounds in some way; without flags.

    Parameters
    ----------
    instance : Instance
        The dot product.
    operands : sequence of array of int
        Those that are not of the rounding.
    rounder : Rounder
        How it rounds.
    """
    assert isinstance(instance.shape, BlockShape)
    named = dict(zip(instance.design.operands, operands, strict=True))
    codes = _block_codes(instance, instance.shape, named, rounder)
    assert not isinstance(codes, dict)
    return Rounded(codes, np.zeros_like(codes))


def _block_codes(
    instance: Instance,
    shape: BlockShape,
    operands: Mapping[str, Codes],
    rounder: Rounder = NEAREST_EVEN,
) -> Codes | dict[str, Codes]:
    circuit, block, roles = instance.circuit, shape.block, instance.design.roles

    def blocks_of(name: str) -> Codes:
        codes = operands[name]
        if roles[name] is PortRole.SCALES:
            return codes
        return codes.reshape(*codes.shape[:-1], shape.blocks, shape.size)

    given = [blocks_of(name) for name in instance.design.operands]
    if instance.design.makes_blocks:
        policy = shape.policy or ScalePolicy.FLOOR
        elements, scales = block_quantize(block, circuit.format, given[0], policy)
        return {"y": elements.reshape(operands["a"].shape), "y_scale": scales}
    if isinstance(shape, BlockLayerShape):
        own = shape.weights
        return block_linear(
            block,
            given[0],
            given[1],
            np.array(own.elements),
            np.array(own.scales),
            own.bias,
            circuit.result_format,
            circuit.overflow,
            relu=shape.activation == "relu",
            wide=shape.wide,
        )
    if roles[instance.design.result] is PortRole.SUMS:
        sums, is_nan = block_sum(block, *given)
        return {
            "y": sums & (1 << instance.ports["y"].format.width) - 1,
            "y_nan": is_nan.astype(int),
        }
    if len(given) == 2:
        elements, scales = given
        floats = block_dequantize(block, elements, scales, circuit.result_format, circuit.overflow)
        return floats.reshape(operands["a"].shape)
    a, b, a_scale, b_scale = given
    to, overflow = circuit.result_format, circuit.overflow
    return block_dot(block, a, b, a_scale, b_scale, to, overflow, wide=shape.wide, rounder=rounder)


def _layer_codes(instance: Instance, shape: LayerShape, operands: Mapping[str, Codes]) -> Codes:
    circuit = instance.circuit
    if shape.layers:
        return network(
            circuit.format,
            operands["x"],
            [
                (own.weight_codes, own.bias_codes, activation)
                for own, activation in zip(shape.layers, shape.activations, strict=True)
            ],
            accumulate=shape.accumulate,
            to=circuit.to,
            wide=shape.wide,
            overflow=circuit.overflow,
        )[-1]
    x = operands["x"].reshape(-1, shape.inputs)
    weights = operands["w"].reshape(-1, shape.outputs, shape.inputs)
    biases = operands["b"].reshape(-1, shape.outputs)
    rows = [
        layer(
            circuit.format,
            own,
            weight,
            bias,
            accumulate=shape.accumulate,
            activation=shape.activations[0],
            to=circuit.to,
            wide=shape.wide,
            overflow=circuit.overflow,
        )
        for own, weight, bias in zip(x, weights, biases, strict=True)
    ]
    return np.array(rows, np.int64).reshape(*operands["x"].shape[:-1], shape.outputs)
