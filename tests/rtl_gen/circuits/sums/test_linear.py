# SPDX-License-Identifier: Apache-2.0
"""Linear layers as neuron graphs, against the golden model."""

import numpy as np
import pytest
from numpy.typing import NDArray

from spikefloat.rtl_gen.circuits.sums.linear import linear, network
from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow
from spikefloat.rtl_gen.neurons.builder import Word, constant
from spikefloat.rtl_gen.neurons.gates import make_gates
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.weights.parameters import LayerParameters, make_layer
from spikefloat.sim.cases.vectors import vector_cases
from spikefloat.sim.golden.arithmetic import decode
from spikefloat.sim.golden.vectors import layer as golden_layer
from spikefloat.sim.graphs.network import Network

E4M3FN, BINARY16, BINARY32 = FORMATS["e4m3fn"], FORMATS["binary16"], FORMATS["binary32"]
#: accumulation, format of the nodes
WAYS = (("exact", None), ("tree", None), ("chain", None), ("wide", BINARY16))


def finite_codes(fmt: Format, shape: tuple[int, ...], seed: int) -> NDArray[np.int64]:
    codes = np.arange(1 << fmt.width)
    finite = codes[np.isfinite(decode(fmt, codes))]
    return np.random.default_rng(seed).choice(finite, shape)


def split(word: Word, width: int) -> list[Word]:
    return [word[i : i + width] for i in range(0, len(word), width)]


def hardwired(
    fmt: Format,
    weight: NDArray,
    bias: NDArray | None,
    accumulate: str = "exact",
    activation: str = "none",
    to: Format | None = None,
    overflow: Overflow | None = None,
    wide: Format | None = None,
    library: str = "native",
) -> NeuronGraph:
    gates = make_gates("linear", library)
    outputs, inputs = weight.shape
    x = split(gates.builder.input("x", inputs * fmt.width), fmt.width)
    rows = [[constant(int(code), fmt.width) for code in row] for row in weight]
    biases = None if bias is None else [constant(int(code), fmt.width) for code in bias]
    y = linear(gates, fmt, x, rows, biases, accumulate, activation, to or fmt, overflow, wide=wide)
    for index, word in enumerate(y):
        gates.builder.output(f"y{index}", word)
    return gates.builder.build()


def run(graph: NeuronGraph, fmt: Format, **operands: NDArray) -> NDArray[np.int64]:
    """Return the codes of the outputs y0, y1 ... for codes side by side."""
    inputs = {}
    for name, codes in operands.items():
        bits = (codes[..., None] >> np.arange(fmt.width) & 1).reshape(len(codes), -1)
        inputs[name] = (
            bits.astype(np.uint8)
            if bits.shape[1] > 64
            else (bits.astype(np.uint64) << np.arange(bits.shape[1], dtype=np.uint64)).sum(
                axis=1, dtype=np.uint64
            )
        )
    found = Network(graph).run(inputs)
    return np.stack([found[f"y{i}"] for i in range(len(found))], axis=1).astype(np.int64)


def vectors(fmt: Format, inputs: int, count: int, seed: int) -> NDArray[np.int64]:
    x = vector_cases(fmt, inputs, count, seed)[0]
    x[8:40] = fmt.sign_mask  # zeros, or NaN where there is no negative zero
    return x


@pytest.mark.parametrize("name", ["e4m3fn", "e5m2", "e4m3fnuz", "e3m4", "e2m1fn"])
@pytest.mark.parametrize(
    "activation, to, policy",
    [("none", None, None), ("relu", "bfloat16", None), ("relu", None, Overflow.SATURATE)],
)
def test_hardwired_exact(
    name: str, activation: str, to: str | None, policy: Overflow | None
) -> None:
    fmt, target = FORMATS[name], FORMATS[to or name]
    weight, bias = finite_codes(fmt, (4, 6), 1), finite_codes(fmt, (4,), 2)
    weight[0] = 0
    weight[1, :] = weight[2, :]  # multiples that are shared
    x = vectors(fmt, 6, 600, seed=3)
    for own in (bias, None, np.full(4, fmt.sign_mask) if fmt.has_negative_zero else bias):
        graph = hardwired(fmt, weight, own, "exact", activation, target, policy)
        np.testing.assert_array_equal(
            run(graph, fmt, x=x),
            golden_layer.layer(
                fmt,
                x,
                weight,
                own,
                accumulate="exact",
                activation=activation,
                to=target,
                overflow=policy,
            ),
        )


@pytest.mark.parametrize("accumulate, wide", WAYS)
@pytest.mark.parametrize("activation, to", [("none", "e5m2"), ("relu", None)])
def test_weights_as_operands(
    accumulate: str, wide: Format | None, activation: str, to: str | None
) -> None:
    gates = make_gates("linear")
    x, w, b = (
        gates.builder.input(name, 8 * count) for name, count in (("x", 3), ("w", 6), ("b", 2))
    )
    target = FORMATS[to] if to else E4M3FN
    y = linear(
        gates,
        E4M3FN,
        split(x, 8),
        [split(row, 8) for row in split(w, 24)],
        split(b, 8),
        accumulate,
        activation,
        target,
        wide=wide,
    )
    for index, word in enumerate(y):
        gates.builder.output(f"y{index}", word)
    cases = np.random.default_rng(4).integers(0, 256, (600, 11))
    cases[:400] &= 0xBF  # no NaN, and rarely too large
    x_codes, w_codes, b_codes = cases[:, :3], cases[:, 3:9], cases[:, 9:]
    found = run(gates.builder.build(), E4M3FN, x=x_codes, w=w_codes, b=b_codes)
    expected = [
        golden_layer.layer(
            E4M3FN,
            row,
            weight.reshape(2, 3),
            bias,
            accumulate=accumulate,
            activation=activation,
            to=target,
            wide=wide,
        )
        for row, weight, bias in zip(x_codes, w_codes, b_codes, strict=True)
    ]
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("accumulate, wide", WAYS[1:])
def test_hardwired_with_rounding_at_every_sum(accumulate: str, wide: Format | None) -> None:
    weight, bias = finite_codes(E4M3FN, (2, 5), 5), finite_codes(E4M3FN, (2,), 6)
    x = vectors(E4M3FN, 5, 1500, seed=7)
    for activation in ("none", "relu"):
        graph = hardwired(E4M3FN, weight, bias, accumulate, activation, wide=wide)
        np.testing.assert_array_equal(
            run(graph, E4M3FN, x=x),
            golden_layer.layer(
                E4M3FN, x, weight, bias, accumulate=accumulate, activation=activation, wide=wide
            ),
        )


def test_published_gates_give_the_same() -> None:
    weight, bias = finite_codes(E4M3FN, (2, 4), 8), finite_codes(E4M3FN, (2,), 9)
    x = vectors(E4M3FN, 4, 1000, seed=10)
    graph = hardwired(E4M3FN, weight, bias, "exact", "relu", library="published")
    np.testing.assert_array_equal(
        run(graph, E4M3FN, x=x),
        golden_layer.layer(E4M3FN, x, weight, bias, accumulate="exact", activation="relu"),
    )


@pytest.mark.parametrize("accumulate", ["exact", "tree"])
def test_two_layers(accumulate: str) -> None:
    layers = [
        LayerParameters(
            name=f"fc{k}",
            format=E4M3FN,
            bias=tuple(finite_codes(E4M3FN, (n,), k).tolist()),
            weight=tuple(map(tuple, (finite_codes(E4M3FN, (n, m), k) & 0xBF).tolist())),
        )
        for k, (n, m) in enumerate([(4, 5), (3, 4)])
    ]
    gates = make_gates("network")
    y = network(
        gates,
        E4M3FN,
        split(gates.builder.input("x", 40), 8),
        layers,
        accumulate,
        ["relu", "none"],
        BINARY16,
    )
    for index, word in enumerate(y):
        gates.builder.output(f"y{index}", word)
    x = vectors(E4M3FN, 5, 1500, seed=11)
    expected = golden_layer.network(
        E4M3FN,
        x,
        [
            (layers[0].weight_codes, layers[0].bias_codes, "relu"),
            (layers[1].weight_codes, layers[1].bias_codes, "none"),
        ],
        accumulate=accumulate,
        to=BINARY16,
    )
    assert [codes.shape for codes in expected] == [(1508, 4), (1508, 3)]
    np.testing.assert_array_equal(run(gates.builder.build(), E4M3FN, x=x), expected[-1])


def test_zero_weights_cost_nothing() -> None:
    weight = finite_codes(E4M3FN, (4, 8), 12) & 0xBF
    sparse = np.where(np.arange(8) < 4, weight, 0)
    dense = hardwired(E4M3FN, weight, None, activation="relu")
    thin = hardwired(E4M3FN, sparse, None, activation="relu")
    empty = hardwired(E4M3FN, np.zeros_like(weight), None, activation="relu")
    assert len(thin.neurons) < 0.65 * len(dense.neurons)
    assert len(empty.neurons) < 50  # only NaN gets through


def test_hardwired_is_much_smaller() -> None:
    rng = np.random.default_rng(13)
    layer = make_layer(E4M3FN, rng.normal(size=(16, 8)), rng.normal(size=16))
    known = hardwired(E4M3FN, layer.weight_codes, layer.bias_codes, activation="relu")
    gates = make_gates("linear")
    x, w, b = (
        gates.builder.input(name, 8 * count) for name, count in (("x", 8), ("w", 128), ("b", 16))
    )
    for index, word in enumerate(
        linear(
            gates,
            E4M3FN,
            split(x, 8),
            [split(row, 8) for row in split(w, 64)],
            split(b, 8),
            "exact",
            "relu",
            E4M3FN,
        )
    ):
        gates.builder.output(f"y{index}", word)
    assert 3.5 * len(known.neurons) < len(gates.builder.build().neurons)


def test_wrong_use() -> None:
    gates = make_gates("linear")
    word = gates.builder.input("x", 8)
    with pytest.raises(ValueError, match=r"^Accumulation must be one of tree, .*, not 'sum'$"):
        linear(gates, E4M3FN, [word], [[word]], None, "sum", "none", E4M3FN)
    with pytest.raises(ValueError, match=r"^Activation must be none or relu, not 'tanh'$"):
        linear(gates, E4M3FN, [word], [[word]], None, "exact", "tanh", E4M3FN)
    with pytest.raises(ValueError, match=r"^Rows of weights must have 1 words, .*, not \[2\]$"):
        linear(gates, E4M3FN, [word], [[word, word]], None, "exact", "none", E4M3FN)
    with pytest.raises(ValueError, match=r"^Bias must have 1 words, .*, not 2$"):
        linear(gates, E4M3FN, [word], [[word]], [word, word], "exact", "none", E4M3FN)
