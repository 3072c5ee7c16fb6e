# SPDX-License-Identifier: Apache-2.0
"""Golden layers, against exact fractions and against the scalar operations."""

from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden.vectors.dot import dot
from spikefloat.sim.golden.vectors.layer import layer
from tests.helpers.oracle import nearest_code, nearest_codes

E4M3FN, E5M2, BINARY16 = FORMATS["e4m3fn"], FORMATS["e5m2"], FORMATS["binary16"]
ONE, NAN, MAX = 0x38, 0x7F, 0x7E


def finite_codes(fmt: Format, shape: tuple[int, ...], seed: int) -> np.ndarray:
    codes = np.arange(1 << fmt.width)
    finite = codes[np.isfinite(golden.decode(fmt, codes))]
    return np.random.default_rng(seed).choice(finite, shape)


@pytest.mark.parametrize("name", ["e4m3fn", "e5m2", "e3m2fn"])
@pytest.mark.parametrize("activation", ["none", "relu"])
def test_exact_is_the_rounded_fraction(name: str, activation: str) -> None:
    fmt = FORMATS[name]
    x, w, b = (finite_codes(fmt, shape, seed) for seed, shape in enumerate([(20, 5), (6, 5), (6,)]))
    found = layer(fmt, x, w, b, accumulate="exact", activation=activation)
    assert found.shape == (20, 6)
    compared = 0
    for i, row in enumerate(x):
        for o, weights in enumerate(w):
            total = sum(
                (
                    Fraction(golden.value(fmt, int(p))) * Fraction(golden.value(fmt, int(q)))
                    for p, q in zip(row, weights, strict=True)
                ),
                Fraction(golden.value(fmt, int(b[o]))),
            )
            if activation == "relu" and total <= 0:
                assert found[i, o] == 0
            elif total:
                compared += 1
                right = (
                    nearest_code(fmt, total)
                    if fmt.has_infinity
                    else int(nearest_codes(fmt, np.array([float(total)]))[0])
                )
                assert found[i, o] == right
    assert compared > 40


@pytest.mark.parametrize("accumulate", ["tree", "chain"])
def test_bias_is_added_last(accumulate: str) -> None:
    x, w, b = (
        finite_codes(E4M3FN, shape, seed) for seed, shape in enumerate([(30, 5), (7, 5), (7,)])
    )
    plain = dot(E4M3FN, x[:, None, :], w, accumulate)
    np.testing.assert_array_equal(layer(E4M3FN, x, w, accumulate=accumulate), plain)
    biased = golden.add(E4M3FN, plain, b)
    np.testing.assert_array_equal(layer(E4M3FN, x, w, b, accumulate=accumulate), biased)
    rectified = golden.relu(E4M3FN, biased)
    np.testing.assert_array_equal(
        layer(E4M3FN, x, w, b, accumulate=accumulate, activation="relu"), rectified
    )
    np.testing.assert_array_equal(
        layer(E4M3FN, x, w, b, accumulate=accumulate, activation="relu", to=E5M2),
        golden.convert(E4M3FN, E5M2, rectified),
    )


def test_wide_bias_is_added_in_the_wide_format() -> None:
    x, w, b = (
        finite_codes(E4M3FN, shape, seed) for seed, shape in enumerate([(30, 5), (7, 5), (7,)])
    )
    wide = golden.add(
        BINARY16,
        dot(E4M3FN, x[:, None, :], w, "wide", BINARY16, wide=BINARY16),
        np.broadcast_to(golden.convert(E4M3FN, BINARY16, b), (30, 7)),
    )
    np.testing.assert_array_equal(
        layer(E4M3FN, x, w, b, accumulate="wide", wide=BINARY16),
        golden.convert(BINARY16, E4M3FN, wide),
    )
    np.testing.assert_array_equal(
        layer(E4M3FN, x, w, b, accumulate="wide", wide=BINARY16, activation="relu", to=BINARY16),
        golden.relu(BINARY16, wide),
    )


@pytest.mark.parametrize(
    "accumulate, activation, x, w, b, expected",
    [
        # Only the exact sum knows that a sum too large for the format is negative.
        ("exact", "none", [0xFE, 0xFE], [MAX, MAX], 0x00, NAN),
        ("exact", "relu", [0xFE, 0xFE], [MAX, MAX], 0x00, 0x00),
        ("tree", "relu", [0xFE, 0xFE], [MAX, MAX], 0x00, NAN),
        ("exact", "relu", [MAX, MAX], [MAX, MAX], 0x00, NAN),
        # The bias takes part before the only rounding: 16 + 1/2 - 1/4 is 16.25, and that is 16.
        ("exact", "none", [0x58, 0x30], [ONE, ONE], 0xA8, 0x58),
        # NaN stays, in an input, a weight or the bias, and beside a zero.
        ("exact", "relu", [NAN, ONE], [0x00, 0x00], 0x00, NAN),
        ("exact", "relu", [ONE, ONE], [ONE, NAN], 0x00, NAN),
        ("exact", "relu", [ONE, ONE], [ONE, ONE], NAN, NAN),
        ("chain", "relu", [ONE, ONE], [ONE, ONE], 0xFF, NAN),
        # Zeros: -0 only if every term is -0, and never behind a ReLU.
        ("exact", "none", [0x80, 0x00], [ONE, 0x80], 0x80, 0x80),
        ("exact", "none", [0x80, 0x00], [ONE, 0x80], 0x00, 0x00),
        ("exact", "relu", [0x80, 0x00], [ONE, 0x80], 0x80, 0x00),
        ("tree", "none", [0x80, 0x00], [ONE, 0x80], 0x80, 0x80),
        ("tree", "relu", [0x80, 0x00], [ONE, 0x80], 0x80, 0x00),
    ],
)
def test_special_cases(
    accumulate: str, activation: str, x: list[int], w: list[int], b: int, expected: int
) -> None:
    found = layer(E4M3FN, x, [w], [b], accumulate=accumulate, activation=activation)
    assert found.tolist() == [expected]


def test_negative_infinity_becomes_zero_and_positive_stays() -> None:
    for accumulate in ("exact", "tree"):
        found = layer(E5M2, [[0xFC], [0x7C]], [[0x3C]], accumulate=accumulate, activation="relu")
        assert found.tolist() == [[0x00], [0x7C]]


def test_a_format_without_nan_saturates_at_its_nodes() -> None:
    fmt, to = FORMATS["e2m1fn"], FORMATS["bfloat16"]
    found = layer(fmt, [7, 7], [[7, 7]], accumulate="tree", to=to, overflow="nan")
    assert golden.decode(to, found).tolist() == [6.0]
    found = layer(fmt, [7, 7], [[7, 7]], accumulate="exact", to=to, overflow="nan")
    assert golden.decode(to, found).tolist() == [72.0]


def test_a_large_batch_is_done_in_parts() -> None:
    w, x = finite_codes(E4M3FN, (64, 128), 1), finite_codes(E4M3FN, (300, 128), 2)
    found = layer(E4M3FN, x, w)
    picked = [0, 127, 128, 299]
    np.testing.assert_array_equal(found[picked], layer(E4M3FN, x[picked], w))
    np.testing.assert_array_equal(layer(E4M3FN, x[0], w), found[0])


@pytest.mark.parametrize(
    "arguments, keywords, message",
    [
        (([0, 0], [[0]]), {}, r"^Inputs must have the shape \(\.\.\., 1\), not \(2,\)$"),
        (([0], [0]), {}, r"^Weights must have the shape \(outputs, inputs\), not \(1,\)$"),
        (([0], [[0]], [0, 0]), {}, r"^Bias must have the shape \(1,\), not \(2,\)$"),
        (
            ([0], [[0]]),
            {"accumulate": "sum"},
            r"^Accumulation must be one of tree, chain, wide, exact, not 'sum'$",
        ),
        (([0], [[0]]), {"activation": "tanh"}, r"^Activation must be none or relu, not 'tanh'$"),
        (
            ([0], [[0]]),
            {"accumulate": "wide"},
            r"^Format of the nodes must be given for wide, and only there$",
        ),
        (
            ([0], [[0]]),
            {"to": FORMATS["e2m1fn"]},
            r"^Result format must have a NaN, as e4m3fn has, not 'e2m1fn'$",
        ),
        (([256], [[0]]), {}, r"^Code of e4m3fn must be from 0 to 0xff, not 256$"),
    ],
)
def test_wrong_use(arguments: tuple, keywords: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        layer(E4M3FN, *arguments, **keywords)
