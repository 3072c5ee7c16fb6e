# SPDX-License-Identifier: Apache-2.0
"""Layers on an array of lanes as their bench takes them."""

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.checks.verifying.selected import Selected
from spikefloat.rtl_gen.designs.arrays import make_layer_array
from spikefloat.rtl_gen.designs.header import design_hardware
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.sim.benches.arrays import ArrayDesign
from spikefloat.sim.cases.vectors import input_vectors, vector_cases

__all__ = ["MOST_CLOCKS", "array_bench", "array_vectors"]

#: Sets of weights that are sent, one after the other, where weights come from a stream.
_SETS = 2

#: Clocks that the vectors of one scene may take in all.
MOST_CLOCKS = 50_000


def array_bench(instance: Instance, selected: Selected) -> ArrayDesign:
    """Return a layer with its weights, or with random ones to be sent."""
    options, layer = instance.circuit, instance.layer
    hardware = design_hardware(instance)
    array = make_layer_array(instance, instance.name)
    if layer.layers:
        (parameters,) = layer.layers
        weights, biases = [parameters.weight_codes], [parameters.bias_codes]
    else:
        drawn = [
            input_vectors(options.format, layer.inputs + 1, layer.outputs, selected.seed + index)
            for index in range(_SETS)
        ]
        weights, biases = [rows[:, :-1] for rows in drawn], [rows[:, -1] for rows in drawn]
    timing = array.timing
    verilog, module = selected.source(hardware.verilog, hardware.module)
    return ArrayDesign(
        name=hardware.module,
        verilog=verilog,
        module=module,
        weights=tuple(weights),
        biases=tuple(biases),
        sends_weights=not layer.layers,
        x_codes=array.sizes.x_codes,
        y_codes=array.sizes.y_codes,
        fmt=options.format,
        to=options.result_format,
        accumulate=layer.accumulate,
        activation=layer.activations[0],
        overflow=options.overflow,
        interval=timing.interval,
        first_result=timing.first_result,
        last_result=timing.last_result,
    )


def array_vectors(design: ArrayDesign, count: int, seed: int) -> NDArray[np.int64]:
    """Return directed vectors, and random ones: no more than an array can take in a while."""
    directed = vector_cases(design.fmt, design.inputs, 0, seed)[0]
    count = min(count, MOST_CLOCKS // design.interval)
    return np.concatenate([directed, input_vectors(design.fmt, design.inputs, count, seed)])
