# SPDX-License-Identifier: Apache-2.0
"""Dot products of blocks as neuron graphs, against the golden model."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.circuits.parts.rounding_modes import RoundingControl
from spikefloat.rtl_gen.circuits.shared_scale.dot import block_dot
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BLOCK_FORMATS, FORMATS, Rounding
from spikefloat.rtl_gen.neurons.bits import split_word
from spikefloat.rtl_gen.neurons.builder import constant
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.cases.blocks import block_dot_cases
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.golden.vectors import blocks as golden
from spikefloat.sim.graphs.network import Network


@cache
def make(
    name: str, blocks: int, size: int, to: str = "binary32", library: str = "native", **how: Any
) -> NeuronGraph:
    block = BLOCK_FORMATS[name]
    bits, scale = block.element.width, block.scale.width
    widths = {"a": blocks * size * bits, "b": blocks * size * bits}

    def circuit(gates, a, b, *scales):
        x, y = ([split_word(own, bits) for own in split_word(all_, bits * size)] for all_ in (a, b))
        return block_dot(
            gates, block, x, y, *(split_word(own, scale) for own in scales), FORMATS[to], **how
        )

    widths |= {"a_scale": blocks * scale, "b_scale": blocks * scale}
    return build_graph("block_dot", widths, circuit, library=library)


def bits_of(codes: NDArray, width: int) -> NDArray:
    """Return the bits of codes side by side; of a port of at most 64 bits the code."""
    flat = codes.reshape(len(codes), -1)
    bits = (flat[..., None] >> np.arange(width) & 1).reshape(len(codes), -1)
    if bits.shape[1] > 64:
        return bits
    return (bits.astype(np.uint64) << np.arange(bits.shape[1], dtype=np.uint64)).sum(axis=1)


def wrong(
    graph: NeuronGraph, name: str, blocks: int, size: int, to: str, count: int, **how: Any
) -> tuple[int, int]:
    """Return how many cases were tried, and how many results are wrong."""
    block = BLOCK_FORMATS[name]
    cases = block_dot_cases(block, blocks, size, FORMATS[to], count, seed=5)
    widths = {"a": block.element.width, "b": block.element.width}
    inputs = {
        port: bits_of(codes, widths.get(port, block.scale.width)) for port, codes in cases.items()
    }
    results = Network(graph).run(inputs)["y"]
    expected = golden.block_dot(block, *cases.values(), FORMATS[to], **how)
    return len(expected), np.count_nonzero(results.astype(np.int64) != expected)


@pytest.mark.parametrize("name", BLOCK_FORMATS)
def test_one_whole_block(name: str) -> None:
    size = BLOCK_FORMATS[name].size
    count, errors = wrong(make(name, 1, size), name, 1, size, "binary32", 2000)
    assert count > 2000
    assert not errors


def quick(*chosen: str) -> list:
    """Return all block formats, of which only those chosen are quick."""
    return [
        name if name in chosen else pytest.param(name, marks=pytest.mark.slow)
        for name in BLOCK_FORMATS
    ]


@pytest.mark.parametrize("to", ["bfloat16", "binary16", "binary64"])
@pytest.mark.parametrize("name", quick("mxfp8_e4m3", "mxint8"))
def test_other_results(name: str, to: str) -> None:
    assert not wrong(make(name, 1, 4, to), name, 1, 4, to, 3000)[1]


@pytest.mark.parametrize("name", quick("mxfp4", "nvfp4"))
@pytest.mark.parametrize("blocks, to", [(2, "binary32"), (3, "bfloat16")])
def test_several_blocks(name: str, blocks: int, to: str) -> None:
    assert not wrong(make(name, blocks, 2, to), name, blocks, 2, to, 2000)[1]


@pytest.mark.parametrize("name", quick("mxfp4"))
@pytest.mark.parametrize("wide, to", [("binary32", "binary32"), ("bfloat16", "binary16")])
def test_blocks_added_in_turn(name: str, wide: str, to: str) -> None:
    how = {"wide": FORMATS[wide]}
    assert not wrong(make(name, 3, 2, to, **how), name, 3, 2, to, 2000, **how)[1]


@pytest.mark.parametrize("name", quick("nvfp4"))
@pytest.mark.parametrize("how", [{"library": "published"}, {"has_counters": True}])
def test_other_gates(name: str, how: dict) -> None:
    assert not wrong(make(name, 2, 8, **how), name, 2, 8, "binary32", 2000)[1]


@pytest.mark.parametrize("mode", [Rounding.DOWN, Rounding.UP, Rounding.ODD])
@pytest.mark.parametrize("name", quick("nvfp4", "mxint8"))
@pytest.mark.parametrize("blocks, size", [(1, 4), pytest.param(2, 2, marks=pytest.mark.slow)])
def test_other_roundings(name: str, blocks: int, size: int, mode: Rounding) -> None:
    graph = make(name, blocks, size, "bfloat16", control=RoundingControl(mode=mode))
    how = {"rounder": Rounder(mode)}
    assert not wrong(graph, name, blocks, size, "bfloat16", 2000, **how)[1]
    assert wrong(graph, name, blocks, size, "bfloat16", 2000)[1]


def test_one_element_of_every_code() -> None:
    """All pairs of codes of FP4, with a few scales of the whole range."""
    block, graph = BLOCK_FORMATS["mxfp4"], make("mxfp4", 1, 1)
    scales = [0, 1, 20, 110, 127, 128, 200, 253, 254, 255]
    grid = np.meshgrid(np.arange(16), np.arange(16), scales, scales, indexing="ij")
    a, b, x, y = (axis.ravel() for axis in grid)
    results = Network(graph).run({"a": a, "b": b, "a_scale": x, "b_scale": y})["y"]
    blocks = a[:, None, None], b[:, None, None], x[:, None], y[:, None]
    np.testing.assert_array_equal(results, golden.block_dot(block, *blocks, FORMATS["binary32"]))


@pytest.mark.parametrize("scope", ["height", "magnitude", "denormalize"])
def test_a_fault_is_seen(scope: str) -> None:
    graph = make("mxfp6_e2m3", 1, 4)
    index = max(i for i, own in enumerate(graph.neurons) if scope in graph.scopes[own.scope].path)
    faulty = graph.neurons[index]._replace(threshold=graph.neurons[index].threshold + 1)
    neurons = (*graph.neurons[:index], faulty, *graph.neurons[index + 1 :])
    assert wrong(replace(graph, neurons=neurons), "mxfp6_e2m3", 1, 4, "binary32", 3000)[1]


def test_operands_that_do_not_fit() -> None:
    block, to = BLOCK_FORMATS["mxint8"], FORMATS["binary32"]
    gates, one, scale = make_gates("block_dot"), [constant(0, 8)], constant(0, 8)
    with pytest.raises(InputError, match=r"^Blocks and scales must be as many, .* not \[1, 2\]$"):
        block_dot(gates, block, [one], [one], [scale], [scale, scale], to)
    with pytest.raises(InputError, match=r"^Blocks and scales must be as many, .* not \[0\]$"):
        block_dot(gates, block, [], [], [], [], to)
    with pytest.raises(InputError, match=r"^Elements must be as many, .* not 1 and 2$"):
        block_dot(gates, block, [one], [one * 2], [scale], [scale], to)
    with pytest.raises(InputError, match=r"^Code must have 8 bits for mxint8, not 7$"):
        block_dot(gates, block, [[constant(0, 7)]], [one], [scale], [scale], to)
    with pytest.raises(InputError, match=r"^Code must have 8 bits for e8m0fnu, not 9$"):
        block_dot(gates, block, [one], [one], [constant(0, 9)], [scale], to)
