# SPDX-License-Identifier: Apache-2.0
"""Layers on an array of lanes, from the options of a design."""

from functools import lru_cache

from spikefloat.rtl_gen.circuits.shared_scale.lane import BlockLaneOptions
from spikefloat.rtl_gen.circuits.sums.lane import LANE_ACCUMULATIONS, LaneOptions
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.options import Backend, Objective, Style
from spikefloat.rtl_gen.designs.shapes import BlockLayerShape, LayerShape
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.rtl.array.array import LayerArray
from spikefloat.rtl_gen.rtl.array.sizes import ArraySizes

__all__ = ["array_neurons", "array_obstacle", "array_timing_lines", "make_layer_array"]


def array_obstacle(instance: Instance) -> str | None:
    """Return why a layer cannot be spread over lanes with its other options, or None."""
    shape, sizes = _shape(instance), _sizes(instance)
    accumulate = shape.accumulate
    options, objective = instance.hardware, instance.circuit.objective
    if options.style is not Style.SPATIAL or options.stages:
        return (
            "Style of an array must be spatial without stages, as --levels says how its "
            f"circuits are cut, not {options.style} with {options.stages}"
        )
    if options.backend is not Backend.PRINTED:
        return f"Backend of an array must be {Backend.PRINTED}, not {options.backend.value!r}"
    if objective is not Objective.STRUCTURE:
        return f"Objective of an array must be structure, not {objective.value!r}"
    if isinstance(shape, BlockLayerShape) and accumulate != "exact":
        return f"Accumulation of blocks on an array must be exact, not {accumulate!r}"
    if accumulate not in LANE_ACCUMULATIONS:
        return (
            f"Accumulation on an array must be {' or '.join(LANE_ACCUMULATIONS)}, as others "
            f"depend on an order that it does not keep, not {accumulate!r}"
        )
    if accumulate == "chain" and sizes.input_lanes != 1:
        return (
            f"Lanes of chain must be {sizes.output_lanes}x1, as it rounds after each product, "
            f"not {sizes.output_lanes}x{sizes.input_lanes}"
        )
    return None


@lru_cache(maxsize=8)
def make_layer_array(instance: Instance, module: str) -> LayerArray:
    """Return the component; weights that are not known come from a stream.

    Raises
    ------
    InputError
        If the instance is not an array.
    """
    shape, sizes, options = _shape(instance), _sizes(instance), _lane_options(instance)
    if isinstance(shape, BlockLayerShape):
        own = shape.weights
        weight = [[code for block in row for code in block] for row in own.elements]
        return LayerArray(
            sizes,
            options,
            module=module,
            levels=shape.levels,
            weight=weight,
            bias=own.bias,
            scale=own.scales,
        )
    (parameters,) = shape.layers or (None,)
    return LayerArray(
        sizes,
        options,
        module=module,
        levels=shape.levels,
        weight=None if parameters is None else parameters.weight,
        bias=None if parameters is None else parameters.bias,
    )


def array_neurons(instance: Instance) -> dict[str, int]:
    """Return how many neurons the array has, and the depth of its deepest circuit."""
    sizes = _sizes(instance)
    graphs = _lane_options(instance).graphs()
    lane = len(graphs.multiply.neurons) + len(graphs.accumulate.neurons)
    return {
        "neurons": sizes.output_lanes * lane + sizes.y_codes * len(graphs.finish.neurons),
        "depth": max(graph.depth for graph in (graphs.multiply, graphs.accumulate, graphs.finish)),
    }


def array_timing_lines(array: LayerArray) -> tuple[str, ...]:
    """Return lines for the comment at the top of the Verilog."""
    sizes, timing = array.sizes, array.timing
    return (
        f"lanes: {sizes.output_lanes} outputs at once, {sizes.input_lanes} inputs in each clock",
        f"clocks: a vector every {timing.interval}; from its last transfer to its first result "
        f"{timing.first_result}, to its last {timing.last_result}",
        f"streams: {sizes.x_beats} transfers of {sizes.x_codes} inputs, {sizes.y_beats} of "
        f"{sizes.y_codes} results; each code in whole bytes, the first lowest",
        *_scale_lines(array),
        "rst: active high; forgets what is under way"
        + ("" if array.has_fixed_weights else ", and the weights"),
        "frame_error: whether since reset tlast came in another place than these numbers say",
    )


def _scale_lines(array: LayerArray) -> list[str]:
    """Return how scales come, where inputs are blocks."""
    options = array.options
    if not isinstance(options, BlockLaneOptions):
        return []
    blocks = array.sizes.inputs // options.size
    return [f"s_axis_x_scale: {blocks} transfers, the scale of each block of {options.size} inputs"]


def _shape(instance: Instance) -> LayerShape | BlockLayerShape:
    return instance.shape if isinstance(instance.shape, BlockLayerShape) else instance.layer


def _sizes(instance: Instance) -> ArraySizes:
    sizes = _shape(instance).array
    if sizes is None:
        raise InputError("Shape of the layer must be an array, not unrolled")
    return sizes


def _lane_options(instance: Instance) -> LaneOptions | BlockLaneOptions:
    shape, circuit, sizes = _shape(instance), instance.circuit, _sizes(instance)
    if isinstance(shape, BlockLayerShape):
        return BlockLaneOptions(
            block=shape.block,
            size=shape.size,
            to=circuit.result_format,
            overflow=circuit.overflow,
            products=sizes.input_lanes,
            steps=sizes.steps,
            scales=shape.weights.scale_fields(shape.block.scale),
            biases=shape.weights.bias_fields,
            activation=shape.activation,
            library=circuit.library,
            budget=circuit.budget,
        )
    return LaneOptions(
        format=circuit.format,
        to=circuit.result_format,
        overflow=circuit.overflow,
        accumulate=shape.accumulate,
        products=sizes.input_lanes,
        steps=sizes.steps,
        has_bias=not shape.layers or shape.layers[0].bias is not None,
        activation=shape.activations[0],
        library=circuit.library,
        budget=circuit.budget,
    )
