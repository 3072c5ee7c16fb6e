# SPDX-License-Identifier: Apache-2.0
"""Sums of products of blocks in steps, against the golden model of a layer on blocks."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.shared_scale.lane import BlockLaneOptions
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BLOCK_FORMATS, FORMATS, resolve_overflow
from spikefloat.sim.cases.blocks import block_dot_cases
from spikefloat.sim.golden.vectors.blocks import block_linear
from spikefloat.sim.graphs.network import Network
from spikefloat.sim.graphs.planes import pack_codes, unpack_codes
from tests.rtl_gen.circuits.shared_scale.test_linear import BIASES, weights_of

#: Biases that are close together: 1.5, -0, -0.75 and +0.
NEAR = np.array([0x3FC00000, 0x80000000, 0xBF400000, 0])

BLOCKS, SIZE = 2, 4


def make_options(name: str, to: str, scales: Any, **how: Any) -> BlockLaneOptions:
    """Return options for weights with these codes of scales."""
    fields = scales >> BLOCK_FORMATS[name].scale.mantissa_bits
    return BlockLaneOptions(
        **{
            "block": BLOCK_FORMATS[name],
            "size": SIZE,
            "to": FORMATS[to],
            "overflow": resolve_overflow(FORMATS[to], None),
            "products": 2,
            "steps": BLOCKS * SIZE // 2,
            "scales": (int(fields.min()), int(fields.max())),
            "biases": None,
            "activation": "none",
            **how,
        }
    )


def wrong(name: str, to: str, bias: Any = None, *, relu: bool = False, fault: bool = False) -> int:
    """Return how many results of four outputs are wrong, of two blocks in four steps."""
    block, (elements, scales) = BLOCK_FORMATS[name], weights_of(name, BLOCKS, SIZE)
    biases = None
    if bias is not None:
        fields = [code >> 23 & 0xFF for code in bias.tolist() if code & 0x7FFFFFFF]
        biases = min(fields), max(fields)
    how = {"activation": "relu" if relu else "none", "biases": biases}
    options = make_options(name, to, scales, **how)
    graphs = options.graphs()
    multiply, accumulate, finish = map(Network, (graphs.multiply, graphs.accumulate, graphs.finish))
    if fault:
        first = graphs.accumulate.neurons[-1]
        worse = first._replace(threshold=first.threshold + 1)
        neurons = (*graphs.accumulate.neurons[:-1], worse)
        accumulate = Network(replace(graphs.accumulate, neurons=neurons))
    cases = block_dot_cases(block, BLOCKS, SIZE, FORMATS[to], 300, seed=9)
    count = len(cases["a"])
    words = -(-count // 64)
    widths = {"x": block.element.width, "x_scale": block.scale.width}
    widths |= {"w": widths["x"], "w_scale": widths["x_scale"]}
    found = []
    for row, own in zip(elements, scales, strict=True):
        # What was left by another sum must not matter.
        state = np.random.default_rng(1).integers(
            0, 1 << 64, (len(graphs.accumulate.inputs[0].nodes), words), np.uint64
        )
        for step in range(options.steps):
            place, now = step * 2 // SIZE, slice(step * 2 % SIZE, step * 2 % SIZE + 2)
            given = {
                "x": cases["a"][:, place, now],
                "x_scale": cases["a_scale"][:, place],
                "w": np.broadcast_to(row[place, now], (count, 2)),
                "w_scale": np.broadcast_to(own[place], count),
            }
            planes = {port: pack_codes(codes, widths[port]) for port, codes in given.items()}
            partial = multiply.run_planes(planes)["partial"]
            first = np.full((1, words), 0 if step else (1 << 64) - 1, np.uint64)
            inputs = {"state": state, "partial": partial, "first": first}
            state = accumulate.run_planes(inputs)["state_next"]
        inputs = {"state": state}
        if bias is not None:
            inputs["bias"] = pack_codes(np.full(count, bias[len(found)]), 32)
        found.append(unpack_codes(finish.run_planes(inputs)["y"], count).astype(np.int64))
    arguments = cases["a"], cases["a_scale"], elements, scales, bias, FORMATS[to]
    expected = block_linear(block, *arguments, relu=relu)
    return int(np.count_nonzero(np.stack(found, axis=1) != expected))


@pytest.mark.parametrize(
    "name, bias, relu",
    [
        ("nvfp4", NEAR, False),
        *(
            pytest.param(name, bias, relu, marks=pytest.mark.slow)
            for name, bias, relu in (("mxfp8_e5m2", None, False), ("mxint8", BIASES, True))
        ),
    ],
)
def test_lane(name: str, bias: Any, relu: bool) -> None:
    to = "bfloat16" if bias is None else "binary32"
    assert not wrong(name, to, bias, relu=relu)


def test_a_fault_is_seen() -> None:
    assert wrong("nvfp4", "bfloat16", fault=True)


def test_a_step_is_one_layer_of_adders() -> None:
    """So it is as deep for scales far apart as for one scale, and one clock is enough."""
    far, near = (
        make_options("nvfp4", "bfloat16", np.array(scales)).graphs().accumulate.depth
        for scales in ([0, 0x7E], [0x38])
    )
    assert far == near


def test_a_step_in_two_blocks_is_refused() -> None:
    message = r"^Lanes for inputs must divide the 4 elements of a block, not be 3$"
    with pytest.raises(InputError, match=message):
        make_options("mxfp4", "binary32", np.array([127]), products=3)
