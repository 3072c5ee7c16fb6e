# SPDX-License-Identifier: Apache-2.0
"""Conversion to blocks and back as neuron graphs, against the golden model."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

import spikefloat as sf
from spikefloat.rtl_gen.circuits.shared_scale.conversion import (
    SOURCES,
    block_quantize,
)
from spikefloat.rtl_gen.circuits.shared_scale.values import block_dequantize
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BLOCK_FORMATS, FORMATS, ScalePolicy
from spikefloat.rtl_gen.neurons.builder import constant
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.sim.cases.blocks import block_dot_cases, float_cases
from spikefloat.sim.graphs.network import Network

WAYS = [
    (name, policy)
    for name, block in BLOCK_FORMATS.items()
    for policy in (ScalePolicy if block.shares_exponent else [ScalePolicy.FLOOR])
]


@cache
def quantizer(name: str, policy: ScalePolicy, source: str, size: int) -> sf.DesignCircuit:
    way = policy.value if BLOCK_FORMATS[name].shares_exponent else None
    return sf.design("block_quantize", block=name, scale_policy=way, format=source, block_size=size)


def wrong(circuit: sf.DesignCircuit, codes: NDArray) -> int:
    """Return how many blocks are wrong, in their scale or an element."""
    actual, expected = circuit.simulate(a=codes), circuit.golden(a=codes)
    bad = (actual["y"] != expected["y"]).any(axis=-1)
    return np.count_nonzero(bad | (actual["y_scale"] != expected["y_scale"]).any(axis=-1))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("name, policy", WAYS)
def test_quantize(name: str, policy: ScalePolicy, source: str) -> None:
    """Directed blocks with a maximum in every binade, just below a power of two too, and random."""
    codes = float_cases(BLOCK_FORMATS[name], 1, 2, FORMATS[source], 3000, seed=6)[:, 0]
    assert wrong(quantizer(name, policy, source, 2), codes) == 0


@pytest.mark.slow
@pytest.mark.parametrize("policy", ScalePolicy)
@pytest.mark.parametrize("source", ["bfloat16", "binary16"])
def test_a_million_blocks(source: str, policy: ScalePolicy) -> None:
    """All 16-bit values, each beside near ones and among random ones, in every format of blocks."""
    rng = np.random.default_rng(7)
    every, count = np.arange(1 << 16), 0
    for name in [name for name, own in WAYS if own is policy]:
        circuit = quantizer(name, policy, source, 4)
        codes = float_cases(BLOCK_FORMATS[name], 1, 4, FORMATS[source], 3 << 16, seed=8)
        codes = codes[-(3 << 16) :, 0]
        codes[: 1 << 16] = every[:, None] + rng.integers(-2000, 2000, (1 << 16, 4)) & 0xFFFF
        codes[: 1 << 16, 0] = codes[1 << 16 : 2 << 16, 3] = every
        count += len(codes)
        assert wrong(circuit, codes) == 0
    assert count >= 18 << 16 > 1_000_000


@pytest.mark.parametrize("to", ["binary32", "bfloat16", "binary16"])
@pytest.mark.parametrize("name", BLOCK_FORMATS)
def test_dequantize(name: str, to: str) -> None:
    block = BLOCK_FORMATS[name]
    circuit = sf.design("block_dequantize", block=name, block_size=2, blocks=2, to=to)
    cases = block_dot_cases(block, 2, 2, FORMATS[to], 2000, seed=9)
    codes = {"a": cases["a"].reshape(-1, 4), "a_scale": cases["a_scale"]}
    np.testing.assert_array_equal(circuit.simulate(**codes), circuit.golden(**codes))


@pytest.mark.parametrize("name", ["mxfp4", "mxint8"])
def test_every_element_with_every_scale(name: str) -> None:
    element = BLOCK_FORMATS[name].element
    a, scale = np.meshgrid(np.arange(1 << element.width), np.arange(256), indexing="ij")
    circuit = sf.design("block_dequantize", block=name, block_size=1, to="bfloat16")
    codes = {"a": a.reshape(-1, 1), "a_scale": scale.reshape(-1, 1)}
    np.testing.assert_array_equal(circuit.simulate(**codes), circuit.golden(**codes))


@pytest.mark.parametrize("library", ["native", "published"])
def test_whole_blocks(library: str) -> None:
    circuit = sf.design("block_quantize", block="mxfp4", format="bfloat16", library=library)
    codes = float_cases(BLOCK_FORMATS["mxfp4"], 1, 32, FORMATS["bfloat16"], 500, seed=10)[:, 0]
    assert wrong(circuit, codes) == 0


@pytest.mark.parametrize("scope", ["largest", "scale", "element_1"])
def test_a_fault_is_seen(scope: str) -> None:
    circuit = quantizer("mxfp6_e2m3", ScalePolicy.CEIL, "bfloat16", 2)
    graph = circuit.graph
    index = next(i for i, own in enumerate(graph.neurons) if scope in graph.scopes[own.scope].path)
    faulty = graph.neurons[index]._replace(threshold=graph.neurons[index].threshold + 1)
    neurons = (*graph.neurons[:index], faulty, *graph.neurons[index + 1 :])
    codes = float_cases(BLOCK_FORMATS["mxfp6_e2m3"], 1, 2, FORMATS["bfloat16"], 3000, seed=6)[:, 0]
    flat = codes[:, 0] | codes[:, 1] << 16
    right, bad = (Network(own).run({"a": flat}) for own in (graph, replace(graph, neurons=neurons)))
    assert any((right[name] != bad[name]).any() for name in right)


def test_what_there_is_not() -> None:
    gates, mxfp4, mxint8 = make_gates("q"), BLOCK_FORMATS["mxfp4"], BLOCK_FORMATS["mxint8"]
    with pytest.raises(InputError, match=r"^Format of floats must be one of binary32, .* e5m2$"):
        block_quantize(gates, mxfp4, FORMATS["e5m2"], [constant(0, 8)])
    with pytest.raises(InputError, match=r"^Number of floats must be at least 1, not 0$"):
        block_quantize(gates, mxfp4, FORMATS["binary32"], [])
    with pytest.raises(InputError, match=r"^Code must have 8 bits for mxint8, not 7$"):
        block_dequantize(gates, mxint8, [constant(0, 7)], constant(0, 8), FORMATS["binary32"])
    with pytest.raises(InputError, match=r"^Scale policy must be for block_quantize, not 'ceil' "):
        sf.design("block_dot", scale_policy="ceil")
    with pytest.raises(InputError, match=r"^Scale policy must be for a scale that is a power of "):
        sf.design("block_quantize", block="nvfp4", scale_policy="ceil")
    with pytest.raises(InputError, match=r"^Scale policy must be one of floor, ceil, nearest-even"):
        sf.design("block_quantize", scale_policy="round")
