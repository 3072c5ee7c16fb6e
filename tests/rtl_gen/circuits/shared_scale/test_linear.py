# SPDX-License-Identifier: Apache-2.0
"""Layers on blocks with hard-wired weights, and blocks added in turn, against the golden model."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.circuits.shared_scale.linear import WeightBlocks, block_linear
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BLOCK_FORMATS, FORMATS, Overflow
from spikefloat.rtl_gen.neurons.bits import split_word
from spikefloat.rtl_gen.neurons.builder import constant
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.cases.blocks import block_dot_cases
from spikefloat.sim.golden.vectors import blocks as golden
from spikefloat.sim.graphs.network import Network
from tests.rtl_gen.circuits.shared_scale.test_dot import bits_of

#: Biases as codes of binary32: 1.5, -0, a subnormal, the negative of a large number.
BIASES = np.array([0x3FC00000, 0x80000000, 0x00000003, 0xFE000000])


def weights_of(name: str, blocks: int, size: int) -> tuple[NDArray, NDArray]:
    """Return the weights of four outputs: zeros of both signs in the first, then any finite ones."""
    block = BLOCK_FORMATS[name]
    cases = block_dot_cases(block, blocks, size, FORMATS["binary32"], 40, seed=11)
    elements, scales = cases["b"][-4:], cases["b_scale"][-4:]
    if block.float_element is not None:
        special = (elements & block.float_element.magnitude_mask) > block.float_element.max_code
        elements = np.where(special, 1, elements)
        elements[0] = np.arange(size) % 2 * block.float_element.sign_mask
    else:
        elements[0] = 0
    scales = np.where(scales > block.scale.max_code, 0, scales)
    if block.shares_exponent:  # near each other, so that sums of blocks are of both
        scales = 120 + scales % 12
    elements[3] = elements[2]
    return elements, scales


def make(
    name: str, weights: tuple[NDArray, NDArray], bias: Any, to: str, **how: Any
) -> NeuronGraph:
    block = BLOCK_FORMATS[name]
    bits, (blocks, size) = block.element.width, weights[0].shape[1:]
    rows = [
        WeightBlocks(tuple(map(tuple, own)), tuple(scales))
        for own, scales in zip(*(part.tolist() for part in weights), strict=True)
    ]

    def circuit(gates, x, x_scale):
        words = [split_word(own, bits) for own in split_word(x, bits * size)]
        scales = split_word(x_scale, block.scale.width)
        results = block_linear(gates, block, words, scales, rows, bias, FORMATS[to], **how)
        return {f"y{i}": word for i, word in enumerate(results)}

    widths = {"x": blocks * size * bits, "x_scale": blocks * block.scale.width}
    return build_graph("block_linear", widths, circuit)


def wrong(
    name: str, blocks: int, size: int, to: str, *, has_bias: bool, fault: bool = False, **how: Any
) -> int:
    """Return how many results are wrong."""
    block, weights = BLOCK_FORMATS[name], weights_of(name, blocks, size)
    bias = BIASES if has_bias else None
    graph = make(name, weights, None if bias is None else bias.tolist(), to, **how)
    if fault:
        first = graph.neurons[0]
        graph = replace(
            graph, neurons=(first._replace(threshold=first.threshold + 1), *graph.neurons[1:])
        )
    cases = block_dot_cases(block, blocks, size, FORMATS[to], 600, seed=9)
    widths = {"x": block.element.width, "x_scale": block.scale.width}
    inputs = {port: bits_of(cases[port.replace("x", "a")], widths[port]) for port in widths}
    found = Network(graph).run(inputs)
    results = np.stack([found[f"y{i}"] for i in range(4)], axis=1).astype(np.int64)
    expected = golden.block_linear(
        block, cases["a"], cases["a_scale"], *weights, bias, FORMATS[to], **how
    )
    return int(np.count_nonzero(results != expected))


@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("name", BLOCK_FORMATS)
def test_one_block(name: str, relu: bool) -> None:
    assert not wrong(name, 1, 8, "bfloat16", has_bias=False, relu=relu)


@pytest.mark.parametrize(
    "name",
    [
        n if n in ("mxfp4", "nvfp4") else pytest.param(n, marks=pytest.mark.slow)
        for n in BLOCK_FORMATS
    ],
)
@pytest.mark.parametrize("has_bias, relu", [(False, False), (True, False), (True, True)])
def test_several_blocks(name: str, has_bias: bool, relu: bool) -> None:
    assert not wrong(name, 2, 2, "binary32", has_bias=has_bias, relu=relu)


@pytest.mark.parametrize(
    "name", [pytest.param("mxfp8_e5m2", marks=pytest.mark.slow), "mxint8", "nvfp4"]
)
@pytest.mark.parametrize("wide, to", [("binary32", "binary32"), ("bfloat16", "e5m2")])
def test_rounded_block_by_block(name: str, wide: str, to: str) -> None:
    how = {"wide": FORMATS[wide], "overflow": Overflow.SATURATE, "relu": to == "e5m2"}
    assert not wrong(name, 3, 4, to, has_bias=True, **how)


def test_a_fault_is_seen() -> None:
    assert wrong("mxfp4", 1, 4, "bfloat16", has_bias=False, fault=True)


def test_weights_that_do_not_fit() -> None:
    block, to = BLOCK_FORMATS["mxint8"], FORMATS["binary32"]
    gates, one, scale = make_gates("block_linear"), [constant(0, 8)], constant(0, 8)
    with pytest.raises(
        InputError, match=r"^Blocks of weights must have the sizes \(1,\) .* \(2,\)"
    ):
        block_linear(gates, block, [one], [scale], [WeightBlocks(((1, 2),), (127,))], None, to)
    own = [WeightBlocks(((1,),), (127,))]
    with pytest.raises(InputError, match=r"^Code must have 8 bits for mxint8, not 7$"):
        block_linear(gates, block, [[constant(0, 7)]], [scale], own, None, to)
