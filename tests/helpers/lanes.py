# SPDX-License-Identifier: Apache-2.0
"""Running the three graphs of a lane, step after step, in the simulator of graphs."""

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.circuits.sums.lane import LaneOptions
from spikefloat.rtl_gen.circuits.sums.lane_parts import LaneGraphs
from spikefloat.sim.graphs.network import Network
from spikefloat.sim.graphs.planes import pack_codes, unpack_codes

__all__ = ["run_lane"]


def run_lane(
    graphs: LaneGraphs, options: LaneOptions, x: NDArray, w: NDArray, bias: NDArray | None = None
) -> NDArray:
    """Return the results for rows of inputs and of weights; a last step in part is filled up."""
    fmt, q = options.format, options.products
    missing = q * options.steps - x.shape[1]
    assert 0 <= missing < q
    x = np.concatenate([x, np.zeros((len(x), missing), np.int64)], axis=1)
    w = np.concatenate([w, np.full((len(w), missing), options.neutral_weight)], axis=1)
    multiply, accumulate, finish = map(Network, (graphs.multiply, graphs.accumulate, graphs.finish))
    words = -(-len(x) // 64)
    # What was left by another sum must not matter.
    state = np.random.default_rng(1).integers(
        0, 1 << 64, (len(graphs.accumulate.inputs[0].nodes), words), np.uint64
    )
    for step in range(options.steps):
        now = slice(step * q, (step + 1) * q)
        partial = multiply.run_planes(
            {"x": pack_codes(x[:, now], fmt.width), "w": pack_codes(w[:, now], fmt.width)}
        )
        first = np.full((1, words), 0 if step else (1 << 64) - 1, np.uint64)
        state = accumulate.run_planes(
            {"state": state, "partial": partial["partial"], "first": first}
        )["state_next"]
    inputs = {"state": state}
    if bias is not None:
        inputs["bias"] = pack_codes(bias, fmt.width)
    return unpack_codes(finish.run_planes(inputs)["y"], len(x)).astype(np.int64)
