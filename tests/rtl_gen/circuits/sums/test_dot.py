# SPDX-License-Identifier: Apache-2.0
"""Dot products as neuron graphs, against the golden model."""

import re

import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.circuits.sums import exact
from spikefloat.rtl_gen.circuits.sums.dot import dot
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, Rounding
from spikefloat.rtl_gen.neurons.bits import split_word
from spikefloat.rtl_gen.neurons.carry_chain import CARRY_CHAIN
from spikefloat.rtl_gen.neurons.circuit import build_graph
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.temporal.engine import dot_product_clocks
from spikefloat.sim.cases.vectors import lattice_cases, vector_cases
from spikefloat.sim.golden.rounding import Rounder
from spikefloat.sim.golden.vectors import dot as golden_dot
from spikefloat.sim.graphs.network import Network
from tests.helpers.flags import MODES
from tests.helpers.oracle import assert_same_codes

E4M3FN = FORMATS["e4m3fn"]
#: Parts of gates of many inputs, which are few.
PARTS = ("above_part", "all_alike_part", "nan_part")
#: accumulation, format of the nodes
WAYS = (
    ("tree", None),
    ("chain", None),
    ("wide", "bfloat16"),
    ("wide", "binary16"),
    ("wide", "binary32"),
    ("exact", None),
)
#: Of either sign: zero, the smallest, subnormals, one and its neighbours, large ones, NaN.
LATTICE = np.array(
    [0x00, 0x01, 0x07, 0x08, 0x1B, 0x38, 0x39, 0x7E, 0x80, 0x81, 0x87, 0x9C, 0xB8, 0xF5, 0xFE, 0x7F]
)


def make(
    fmt: Format,
    length: int,
    accumulate: str,
    to: str | None = None,
    wide: str | None = None,
    library: str = "native",
    has_carry_chains: bool = False,
) -> NeuronGraph:
    return build_graph(
        "dot",
        {"a": length * fmt.width, "b": length * fmt.width},
        lambda gates, a, b: dot(
            gates,
            fmt,
            split_word(a, fmt.width),
            split_word(b, fmt.width),
            accumulate,
            FORMATS[to] if to else None,
            wide=FORMATS[wide] if wide else None,
            has_carry_chains=has_carry_chains,
        ),
        library=library,
    )


def pack(codes: NDArray, width: int) -> NDArray:
    """Return codes side by side: as one integer of up to 64 bits, else as bits."""
    if codes.shape[-1] * width <= 64:
        shifts = np.arange(codes.shape[-1], dtype=np.uint64) * np.uint64(width)
        return (codes.astype(np.uint64) << shifts).sum(axis=-1, dtype=np.uint64)
    return (codes[..., None] >> np.arange(width) & 1).reshape(len(codes), -1).astype(np.uint8)


def check(fmt: Format, graph: NeuronGraph, a: NDArray, b: NDArray, expected: NDArray) -> None:
    actual = Network(graph).run({"a": pack(a, fmt.width), "b": pack(b, fmt.width)})["y"]
    assert_same_codes(
        fmt,
        (pack(a, fmt.width), pack(b, fmt.width))
        if a.shape[-1] * fmt.width <= 62
        else (np.arange(len(a)),),
        actual.astype(np.int64),
        expected,
    )


@pytest.mark.parametrize("accumulate, wide", WAYS)
def test_two_terms_over_a_lattice(accumulate: str, wide: str | None) -> None:
    grid = np.stack(np.meshgrid(*[LATTICE] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    assert len(grid) == 65536
    a, b = grid[:, :2], grid[:, 2:]
    expected = golden_dot.dot(E4M3FN, a, b, accumulate, wide=FORMATS[wide] if wide else None)
    check(E4M3FN, make(E4M3FN, 2, accumulate, wide=wide), a, b, expected)


@pytest.mark.parametrize("accumulate, wide", [way for way in WAYS if way[1] != "binary32"])
@pytest.mark.parametrize(
    "name, length", [("e4m3fn", 4), ("e4m3fn", 5), ("e4m3fn", 16), ("e5m2", 8), ("e2m1fn", 16)]
)
def test_longer_vectors(name: str, length: int, accumulate: str, wide: str | None) -> None:
    fmt = FORMATS[name]
    a, b = vector_cases(fmt, length, 4000, seed=1)
    expected = golden_dot.dot(fmt, a, b, accumulate, wide=FORMATS[wide] if wide else None)
    check(fmt, make(fmt, length, accumulate, wide=wide), a, b, expected)


@pytest.mark.parametrize(
    "name, most", [pytest.param("e4m3fn", 17, marks=pytest.mark.slow), ("e5m2", 7), ("e2m1fn", 16)]
)
def test_largest_sums_of_every_length(name: str, most: int) -> None:
    """All products the largest, of either sign, in a result that can hold their sum."""
    fmt, to = FORMATS[name], FORMATS["binary32"]
    for length in range(1, most):
        a = np.full((2, length), fmt.max_code)
        b = a | np.array([[0], [fmt.sign_mask]])
        network = Network(make(fmt, length, "exact", to="binary32"))
        actual = network.run({"a": pack(a, fmt.width), "b": pack(b, fmt.width)})["y"]
        np.testing.assert_array_equal(actual, golden_dot.dot(fmt, a, b, "exact", to))


@pytest.mark.slow
@pytest.mark.parametrize("accumulate, wide", [("tree", None), ("exact", None)])
@pytest.mark.parametrize("length", [64, 128, 256])
def test_long_vectors(length: int, accumulate: str, wide: str | None) -> None:
    a, b = vector_cases(E4M3FN, length, 20_000, seed=2)
    expected = golden_dot.dot(E4M3FN, a, b, accumulate)
    check(E4M3FN, make(E4M3FN, length, accumulate), a, b, expected)


def test_carry_chains_over_a_lattice() -> None:
    grid = np.stack(np.meshgrid(*[LATTICE] * 4, indexing="ij"), axis=-1).reshape(-1, 4)
    a, b = grid[:, :2], grid[:, 2:]
    check(
        E4M3FN,
        make(E4M3FN, 2, "exact", has_carry_chains=True),
        a,
        b,
        golden_dot.dot(E4M3FN, a, b, "exact"),
    )


@pytest.mark.parametrize(
    "name, length, library",
    [
        *(("e4m3fn", length, "native") for length in (1, 3, 6, 7, 15, 16, 17, 18, 33)),
        ("e4m3fn", 9, "published"),
        ("e5m2", 16, "native"),
        ("e2m1fn", 40, "native"),
        ("bfloat16", 8, "native"),
    ],
)
def test_carry_chains_give_the_same(name: str, length: int, library: str) -> None:
    fmt = FORMATS[name]
    a, b = vector_cases(fmt, length, 2000, seed=6)
    graph = make(fmt, length, "exact", library=library, has_carry_chains=True)
    check(fmt, graph, a, b, golden_dot.dot(fmt, a, b, "exact"))
    scopes = {scope.path[0] for scope in graph.scopes if CARRY_CHAIN in scope.path[-1:]}
    # One term needs no sum. Of up to six, the five others are counted by a tree.
    used = ["accumulate"] * (length > 1) + ["complements"] * (length > 6)
    assert sorted(scopes) == used


def test_carry_chains_do_not_grow_with_the_terms() -> None:
    depths = [make(E4M3FN, 1 << k, "exact", has_carry_chains=True).depth for k in range(4, 8)]
    steps = np.diff(depths)
    assert steps.max() <= 10, depths
    assert steps[-1] <= 6, depths


@pytest.mark.parametrize("to", ["e5m2", "bfloat16", "binary16", "binary32", "e2m1fn"])
def test_exact_rounds_to_any_format(to: str) -> None:
    a, b = vector_cases(E4M3FN, 4, 4000, seed=3)
    target = FORMATS[to]
    expected = golden_dot.dot(E4M3FN, a, b, "exact", target)
    if not target.has_nan:  # a NaN would have to become something else
        keep = ~np.isin(a, [0x7F, 0xFF]).any(axis=1) & ~np.isin(b, [0x7F, 0xFF]).any(axis=1)
        a, b, expected = a[keep], b[keep], expected[keep]
    assert len(a) > 1000
    actual = Network(make(E4M3FN, 4, "exact", to)).run({"a": pack(a, 8), "b": pack(b, 8)})["y"]
    np.testing.assert_array_equal(actual, expected)


def test_published_gates_give_the_same() -> None:
    a, b = vector_cases(E4M3FN, 4, 2000, seed=4)
    for accumulate in ("tree", "exact"):
        check(
            E4M3FN,
            make(E4M3FN, 4, accumulate, library="published"),
            a,
            b,
            golden_dot.dot(E4M3FN, a, b, accumulate),
        )


def test_depth_of_tree_and_exact_is_logarithmic() -> None:
    for accumulate, most in (("tree", 48), ("exact", 5)):
        depths = [make(E4M3FN, 1 << k, accumulate).depth for k in range(1, 6)]
        steps = np.diff(depths)
        assert steps.max() <= most, depths
        assert steps[-1] <= steps.max(), depths


def test_latency_of_128_terms() -> None:
    steps = dot_product_clocks(E4M3FN, 128)
    assert steps == 8832
    assert 17 * make(E4M3FN, 128, "tree").depth <= steps
    assert 60 * make(E4M3FN, 128, "exact").depth <= steps


@pytest.mark.parametrize(
    "name, length, accumulate, wide",
    [
        ("binary16", 4, "exact", None),
        ("binary16", 3, "wide", "bfloat16"),
        ("bfloat16", 2, "exact", None),
        ("binary32", 2, "tree", None),
    ],
)
def test_wide_operands(name: str, length: int, accumulate: str, wide: str | None) -> None:
    fmt = FORMATS[name]
    a, b = vector_cases(fmt, length, 1000, seed=5)
    expected = golden_dot.dot(fmt, a, b, accumulate, wide=FORMATS[wide] if wide else None)
    check(fmt, make(fmt, length, accumulate, wide=wide), a, b, expected)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((2, "sum"), r"^Accumulation must be one of tree, chain, wide, exact, not 'sum'$"),
        ((2, "wide"), r"^Format of the nodes must be given for wide, and only there$"),
        ((2, "tree", "e5m2"), r"^Result format of tree must be that of the operands$"),
    ],
)
def test_wrong_use(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make(E4M3FN, *arguments)


def test_operands_must_be_as_many() -> None:
    gates = make_gates("dot")
    word = gates.builder.input("a", 8)
    with pytest.raises(ValueError, match=r"^Operands must be as many, .*, not 1 and 2$"):
        dot(gates, E4M3FN, [word], [word, word], "tree")


def test_relu_is_for_exact_sums() -> None:
    gates = make_gates("dot")
    word = gates.builder.input("a", 8)
    with pytest.raises(ValueError, match=r"^ReLU must be for exact sums, not for 'tree'$"):
        dot(gates, E4M3FN, [word], [word], "tree", relu=True)


def rounded_dot(to: str | None = None, **options) -> tuple[dict, golden_dot.Rounded]:
    """Return outputs and golden results of two terms over a lattice, some of them infinite."""
    fmt = FORMATS[options["format"]]
    a, b = lattice_cases(fmt)
    a[:200, 0] = fmt.max_code + 1
    instance = make_instance("dot", length=2, to=to, **options)
    ways = instance.circuit.rounding
    rounder = Rounder(ways.mode, np.arange(len(a)) % 4 if ways.random_bits else 0, ways.random_bits)
    inputs = {"a": pack(a, 8), "b": pack(b, 8), "random": rounder.random}
    outputs = Network(instance.graph).run(
        {port.name: inputs[port.name] for port in instance.graph.inputs}
    )
    policy = instance.circuit.overflow
    return outputs, golden_dot.dot_flagged(fmt, a, b, FORMATS[to or fmt.name], policy, rounder)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_every_mode_with_flags(mode: Rounding) -> None:
    bits = 2 if mode.is_stochastic else None
    for fmt, to in (("e4m3fn", None), ("e5m2", "e4m3fn"), ("e5m2", "bfloat16"), ("e4m3fnuz", None)):
        outputs, right = rounded_dot(
            to, format=fmt, rounding=mode.value, random_bits=bits, flags="after"
        )
        np.testing.assert_array_equal(outputs["y"], right.codes, (fmt, to))
        np.testing.assert_array_equal(outputs["flags"], right.flags, (fmt, to))


def test_wrong_sign_of_a_zero_is_noticed(fresh_builds) -> None:
    fresh_builds.setattr(exact, "_finite_sign", lambda gates, total, *rest: total.is_negative)
    outputs, right = rounded_dot(format="e4m3fn", rounding="rdn", flags="after")
    assert np.count_nonzero(outputs["y"] != right.codes) > 100


def test_only_exact_sums_round_otherwise() -> None:
    message = "^Accumulation must be exact for rounding rtz with flags none, .*, not 'tree'$"
    with pytest.raises(InputError, match=message):
        make_instance("dot", accumulate="tree", rounding="rtz")


@pytest.mark.parametrize("design, options", [("dot", {"length": 16}), ("linear", {})])
def test_names_are_words(design: str, options: dict[str, int]) -> None:
    """No single carries, sums and selections by the dozen: what is alike is one word."""
    graph = make_instance(design, accumulate="exact", **options).graph
    paths = [scope.path for scope in graph.scopes]
    assert ("term_0",) in paths or ("output_0", "term_0") in paths
    numbered = {
        neuron.name
        for neuron in graph.neurons
        if re.search(r"_\d+$", neuron.name) and not neuron.name.startswith(PARTS)
    }
    assert not numbered
