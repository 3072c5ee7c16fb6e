# SPDX-License-Identifier: Apache-2.0
"""Exact sums of products of blocks as neuron graphs, against the golden model."""

import numpy as np
import pytest

from spikefloat.rtl_gen.circuits.shared_scale.products import block_sum_of_products, sum_bits
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BLOCK_FORMATS, FORMATS
from spikefloat.rtl_gen.neurons.bits import split_word
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.rtl_gen.neurons.graph import PART, NeuronGraph
from spikefloat.sim.cases.blocks import block_dot_cases
from spikefloat.sim.golden.vectors import blocks as golden
from spikefloat.sim.graphs.network import Network

NAMES = [name for name, one in BLOCK_FORMATS.items() if name != "mxfp8_e5m2"]


def make(name: str, size: int, library: str = "native", **how: bool) -> NeuronGraph:
    block = BLOCK_FORMATS[name]
    bits = block.element.width

    def circuit(gates, a, b):
        total, is_nan = block_sum_of_products(
            gates, block, split_word(a, bits), split_word(b, bits), **how
        )
        return {"y": total, "nan": (is_nan,)}

    return build_graph("block_sum", {"a": size * bits, "b": size * bits}, circuit, library=library)


def wrong(graph: NeuronGraph, name: str, size: int) -> tuple[int, int]:
    """Return how many cases were tried, and how many results are wrong."""
    block = BLOCK_FORMATS[name]
    cases = block_dot_cases(block, 1, size, FORMATS["binary32"], 400, seed=5)
    bits = np.arange(block.element.width)
    inputs = {
        port: (cases[port][:, 0, :, None] >> bits & 1).reshape(len(cases[port]), -1)
        for port in ("a", "b")
    }
    if size * len(bits) <= 64:
        inputs = {
            port: (own.astype(np.uint64) << np.arange(own.shape[1], dtype=np.uint64)).sum(axis=1)
            for port, own in inputs.items()
        }
    found = Network(graph).run(inputs)
    sums, is_nan = golden.block_sum(block, cases["a"][:, 0], cases["b"][:, 0])
    expected = sums & (1 << len(graph.outputs[0].nodes)) - 1
    differs = (found["y"].astype(np.int64) != expected) | (found["nan"] != is_nan)
    return len(expected), np.count_nonzero(differs)


@pytest.mark.parametrize("name", NAMES)
def test_sizes(name: str) -> None:
    for size in (1, 4, 16):
        count, missed = wrong(make(name, size), name, size)
        assert count > 400
        assert missed == 0


@pytest.mark.parametrize("library, has_parts", [("native", True), ("published", False)])
def test_other_circuits(library: str, has_parts: bool) -> None:
    graph = make("mxfp8_e4m3", 16, library, has_parts=has_parts)
    assert wrong(graph, "mxfp8_e4m3", 16)[1] == 0
    parts = {scope.path[-1] for scope in graph.scopes[1:] if scope.path[-1].startswith(PART)}
    names = {f"mapped_term_{number}" for number in range(16)} | {"mapped_accumulate", "mapped_add"}
    assert parts == (names if has_parts else set())


def test_a_wrong_threshold_is_seen() -> None:
    graph = make("mxfp4", 4)
    neurons = list(graph.neurons)
    neurons[-3] = neurons[-3]._replace(threshold=neurons[-3].threshold + 1)
    changed = NeuronGraph(graph.name, graph.inputs, graph.outputs, tuple(neurons), graph.scopes)
    assert wrong(changed, "mxfp4", 4)[1] > 0


def test_bits() -> None:
    """The largest sum fits, and no bit is to spare."""
    assert sum_bits(BLOCK_FORMATS["mxfp8_e4m3"], 16) == (16 * (448 * 512) ** 2).bit_length() + 1
    assert sum_bits(BLOCK_FORMATS["mxint8"], 32) == (32 * 128**2).bit_length() + 1


def test_elements_that_are_not_as_many() -> None:
    gates = make_gates("sum")
    a = split_word(gates.builder.input("a", 8), 4)
    with pytest.raises(
        InputError, match=r"^Elements must be as many, and at least one, not 2 and 1$"
    ):
        block_sum_of_products(gates, BLOCK_FORMATS["mxfp4"], a, a[:1])
