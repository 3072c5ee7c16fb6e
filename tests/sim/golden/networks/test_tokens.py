# SPDX-License-Identifier: Apache-2.0
"""The golden model of decoders: against formulas in floats, token by token, and what it refuses."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.decoder import Decoder
from spikefloat.rtl_gen.networks.description import Product
from spikefloat.sim.golden.networks.network import run_network
from spikefloat.sim.golden.networks.quick import quick_token_operations
from spikefloat.sim.golden.networks.tokens import Decoding
from spikefloat.sim.golden.networks.weights import encode_weights, exponents_of, row_exponents
from spikefloat.sim.golden.values import decode
from spikefloat.sim.golden.vectors.softmax import softmax
from tests.helpers.language import GELU, TINY, tiny_model
from tests.helpers.oracle import nearest_code

NETWORK = TINY.network()
WEIGHTS = encode_weights(NETWORK, tiny_model().arrays)
TOKENS = np.random.default_rng(1).integers(0, 11, (3, 20))
WIDE, NARROW = NETWORK.stream_format, NETWORK.code_format


def test_token_by_token_is_all_at_once() -> None:
    """However tokens are divided, results are the same; and what comes later is of no matter."""
    expected = Decoding(NETWORK, WEIGHTS, count=3).run(TOKENS)
    one = Decoding(NETWORK, WEIGHTS, count=3)
    parts = [one.run(TOKENS[:, own]) for own in (slice(0, 1), slice(1, 2), slice(2, 9))]
    one.run((TOKENS[:, 9:15] + 1) % 11)
    one.back(9)  # what was wrong is forgotten
    parts.append(one.run(TOKENS[:, 9:]))
    for name in ("head", "layer1_head1_mixed", "layer1_up", "layer0_head0_key_turned"):
        for kind, codes in expected[name].items():
            found = np.concatenate([part[name][kind] for part in parts], axis=1)
            np.testing.assert_array_equal(found, codes)


def test_each_product_against_fractions() -> None:
    """Sums of some elements are those of fractions, with the power of two of their row."""
    made = Decoding(NETWORK, WEIGHTS).run(TOKENS[:1])
    for step in NETWORK.steps:
        if not (isinstance(step, Product) and step.w in WEIGHTS):
            continue
        x = made[_maker(step.x)]
        rows = decode(NARROW, x.get("gated", x["codes"])[0])
        if step.x.endswith("_mixed"):
            heads = [made[f"{step.x[:6]}_head{head}_mixed"]["codes"][0] for head in range(2)]
            rows = decode(NARROW, np.concatenate(heads, axis=1))
        w = decode(NARROW, WEIGHTS[step.w])
        powers = WEIGHTS[exponents_of(step.w)][:, 0]
        for row, column in ((0, 0), (19, len(w) - 1), (7, len(w) // 2)):
            terms = zip(rows[row].tolist(), w[column].tolist(), strict=True)
            total = sum(Fraction(p) * Fraction(q) for p, q in terms)
            power = (int(powers[column]) + 128) % 256 - 128
            expected = nearest_code(WIDE, total * Fraction(2) ** power)
            code = made[step.name]["sum"][0, row, column]
            assert code & 0x7FFF == expected & 0x7FFF if total == 0 else code == expected


def _maker(tensor: str) -> str:
    """Return the step that makes a tensor."""
    return next(step.name for step in reversed(NETWORK.steps) if step.into == tensor)


def test_causal_softmax_is_that_of_shorter_rows() -> None:
    made = Decoding(NETWORK, WEIGHTS).run(TOKENS[:1])
    scores = made["layer1_head0_scores"]["codes"][0]
    shares = made["layer1_head0_shares"]["codes"][0]
    for row in range(20):
        own = slice(row + 1)
        (expected,) = softmax(NARROW, NARROW, None, scores[None, row, own])
        np.testing.assert_array_equal(shares[row, own], expected)
        assert not shares[row, row + 1 :].any()


@pytest.mark.parametrize("decoder", [TINY, GELU, replace(GELU, feed_forward="gelu_tanh")])
def test_quick_operations_are_the_same(decoder: Decoder) -> None:
    network, arrays = decoder.network(), tiny_model(decoder).arrays
    weights = encode_weights(network, arrays)
    expected = Decoding(network, weights, count=3).run(TOKENS)
    quick = Decoding(network, weights, quick_token_operations(network), count=3).run(TOKENS)
    assert quick.keys() == expected.keys()
    for name, kinds in expected.items():
        for kind, codes in kinds.items():
            np.testing.assert_array_equal(quick[name][kind], codes, err_msg=f"{name}: {kind}")


def test_layer_norm_and_gelu_against_formulas() -> None:
    """Of rows: less their mean, over their spread, times gains, with offsets; and x times its share."""
    network, arrays = GELU.network(), tiny_model(GELU).arrays
    weights = encode_weights(network, arrays)
    made = Decoding(network, weights).run(TOKENS[:1])
    x = decode(NARROW, made["embedding"]["codes"][0])
    name = "layer0_attention_norm"
    gain, offset = (decode(NARROW, weights[n]) for n in (name, f"{name}_offset"))
    assert (offset != 0).all()
    spread = x.var(axis=1, keepdims=True) + float(GELU.epsilon)
    expected = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(spread) * gain + offset
    found = decode(NARROW, made[name]["codes"][0])
    assert (abs(found - expected) <= 2.0**-4 * abs(expected) + 0.02).all()
    up = made["layer0_up"]
    x = decode(NARROW, up["codes"][0])
    active = decode(NARROW, up["active"][0])
    expected = x * [[(1 + math.erf(v / math.sqrt(2))) / 2 for v in row] for row in x.tolist()]
    assert (abs(active - expected) <= 2.0**-4 * abs(expected) + 2.0**-10).all()
    assert (active < 0).any()


def test_powers_of_two_of_rows() -> None:
    """The least with which the largest element is not too large; rows of zeros have none."""
    rows = np.array([[448, 0], [449, 1], [-448 * 2.0**-9, 0], [2.0**-30, 0], [0, 0], [1e30, 1]])
    exponents = row_exponents(NARROW, rows)
    assert exponents[:5].tolist() == [0, 1, -9, -38, 0]
    assert (abs(rows[:, 0]) <= 448 * 2.0**exponents).all()
    codes = encode_weights(NETWORK, {**tiny_model().arrays, "embedding": np.full((11, 12), 3e-5)})
    assert set(codes["embedding"].ravel()) == {0x78}  # 251.7 * 2**-23, which is rounded to 256
    assert set(codes[exponents_of("embedding")].ravel()) == {256 - 23}


def test_wrong_tokens() -> None:
    run = Decoding(NETWORK, WEIGHTS)
    for tokens, message in (
        ([1, 2], r"Tokens must have the shape \(1, tokens\), not \(2,\)"),
        ([[3, 11]], "Tokens must be from 0 to 10, not 11"),
        ([[0] * 21], "Tokens of a sequence must be at most 20, not 21"),
    ):
        with pytest.raises(InputError, match=message):
            run.run(tokens)
    assert run.position == 0
    with pytest.raises(InputError, match="must be values, not numbers of tokens"):
        run_network(NETWORK, WEIGHTS, TOKENS[..., None])
    with pytest.raises(InputError, match="Formats must be one of up to 8 bits and bfloat16, not"):
        quick_token_operations(replace(NETWORK, stream_format=NARROW))
