# amaranth: UnusedElaboratable=no
# SPDX-License-Identifier: Apache-2.0
"""Layers on arrays of lanes, with random weights, for the tests."""

from spikefloat.rtl_gen.circuits.sums.lane import LaneOptions
from spikefloat.rtl_gen.formats import FORMATS, resolve_overflow
from spikefloat.rtl_gen.rtl.array.array import LayerArray, array_verilog
from spikefloat.rtl_gen.rtl.array.sizes import ArraySizes
from spikefloat.sim.benches.arrays import ArrayDesign
from spikefloat.sim.cases.vectors import input_vectors

__all__ = ["make_array", "make_design", "random_weights"]


def random_weights(fmt, outputs, inputs, seed):
    """Return codes of finite weights, most of them small, and of a bias."""
    codes = input_vectors(FORMATS[fmt], inputs + 1, outputs, seed)
    return codes[:, :-1], codes[:, -1]


def make_array(
    inputs,
    outputs,
    lanes,
    fmt="e4m3fn",
    to=None,
    overflow=None,
    *,
    name="layer",
    accumulate="exact",
    activation="none",
    has_bias=True,
    weight=None,
    bias=None,
    levels=6,
):
    """Return a component."""
    sizes = ArraySizes(inputs=inputs, outputs=outputs, output_lanes=lanes[0], input_lanes=lanes[1])
    to = FORMATS[to or fmt]
    options = LaneOptions(
        format=FORMATS[fmt],
        to=to,
        overflow=resolve_overflow(to, overflow),
        accumulate=accumulate,
        products=sizes.input_lanes,
        steps=sizes.steps,
        has_bias=has_bias,
        activation=activation,
    )
    return LayerArray(
        sizes,
        options,
        module=name,
        levels=levels,
        weight=None if weight is None else weight.tolist(),
        bias=None if bias is None else bias.tolist(),
    )


def make_design(
    inputs,
    outputs,
    lanes,
    fmt="e4m3fn",
    *,
    name="layer",
    has_bias=True,
    is_fixed=True,
    sets=1,
    seed=1,
    **kwargs,
):
    """Return a design for the bench, with random weights: in memory, or some sets to be sent."""
    drawn = [random_weights(fmt, outputs, inputs, seed + i) for i in range(sets)]
    fixed = {"weight": drawn[0][0], "bias": drawn[0][1] if has_bias else None} if is_fixed else {}
    array = make_array(inputs, outputs, lanes, fmt, name=name, has_bias=has_bias, **fixed, **kwargs)
    timing = array.timing
    return ArrayDesign(
        name=name,
        verilog=array_verilog(array, name),
        module=name,
        weights=tuple(weight for weight, _ in drawn),
        biases=tuple(bias if has_bias else None for _, bias in drawn),
        sends_weights=not is_fixed,
        x_codes=array.sizes.x_codes,
        y_codes=array.sizes.y_codes,
        fmt=array.options.format,
        to=array.options.to,
        accumulate=array.options.accumulate,
        activation=array.options.activation,
        overflow=array.options.overflow,
        interval=timing.interval,
        first_result=timing.first_result,
        last_result=timing.last_result,
    )
