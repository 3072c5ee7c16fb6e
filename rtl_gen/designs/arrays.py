# SPDX-License-Identifier: Apache-2.0
"""Layers on an array of lanes, from the options of a design."""

from functools import lru_cache

from spikefloat.rtl_gen.circuits.sums.lane import LANE_ACCUMULATIONS, LaneOptions, lane_graphs
from spikefloat.rtl_gen.designs.options import Options
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.rtl.array.array import LayerArray
from spikefloat.rtl_gen.rtl.array.sizes import ArraySizes

__all__ = ["array_neurons", "array_obstacle", "array_timing_lines", "make_layer_array"]


def array_obstacle(options: Options) -> str | None:
    """Return why a layer cannot be spread over lanes with these options, or None."""
    sizes = _sizes(options)
    if options.style != "spatial" or options.stages:
        return (
            "Style of an array must be spatial without stages, as --levels says how its "
            f"circuits are cut, not {options.style} with {options.stages}"
        )
    if options.objective != "structure":
        return f"Objective of an array must be structure, not {options.objective!r}"
    if options.accumulate not in LANE_ACCUMULATIONS:
        return (
            f"Accumulation on an array must be {' or '.join(LANE_ACCUMULATIONS)}, as others "
            f"depend on an order that it does not keep, not {options.accumulate!r}"
        )
    if options.accumulate == "chain" and sizes.input_lanes != 1:
        return (
            f"Lanes of chain must be {sizes.output_lanes}x1, as it rounds after each product, "
            f"not {sizes.output_lanes}x{sizes.input_lanes}"
        )
    return None


@lru_cache(maxsize=8)
def make_layer_array(options: Options, module: str) -> LayerArray:
    """Return the component; weights that are not known come from a stream.

    Raises
    ------
    ValueError
        If the options are not for an array.
    """
    layer = options.layer
    assert layer is not None
    (parameters,) = layer.layers or (None,)
    return LayerArray(
        _sizes(options),
        _lane_options(options),
        module=module,
        levels=layer.levels,
        weight=None if parameters is None else parameters.weight,
        bias=None if parameters is None else parameters.bias,
    )


def array_neurons(options: Options) -> dict[str, int]:
    """Return how many neurons the array has, and the depth of its deepest circuit."""
    sizes = _sizes(options)
    graphs = lane_graphs(_lane_options(options))
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
        "rst: active high; forgets what is under way"
        + ("" if array.has_fixed_weights else ", and the weights"),
        "frame_error: whether since reset tlast came in another place than these numbers say",
    )


def _sizes(options: Options) -> ArraySizes:
    sizes = options.layer.array if options.layer else None
    if sizes is None:
        raise InputError("Shape of the layer must be an array, not unrolled")
    return sizes


def _lane_options(options: Options) -> LaneOptions:
    layer, sizes = options.layer, _sizes(options)
    assert layer is not None
    return LaneOptions(
        format=options.format,
        to=options.to or options.format,
        overflow=options.overflow,
        accumulate=options.accumulate,
        products=sizes.input_lanes,
        steps=sizes.steps,
        has_bias=not layer.layers or layer.layers[0].bias is not None,
        activation=layer.activations[0],
        library=options.library,
        budget=options.budget,
    )
