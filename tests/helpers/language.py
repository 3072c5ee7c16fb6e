# SPDX-License-Identifier: Apache-2.0
"""A decoder that is small enough for any test, and a plain one in floats to compare it with."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scripts.random_checkpoint import legacy_file, llama_arrays, tokenizer_file
from spikefloat.rtl_gen.networks.decoder import Decoder
from spikefloat.rtl_gen.weights.language.model import LanguageModel
from spikefloat.rtl_gen.weights.language.tokenizer import Tokenizer
from spikefloat.sim.training.transformer import initial_weights

__all__ = [
    "GELU",
    "TINY",
    "legacy_file",
    "llama_arrays",
    "llama_logits",
    "tiny_model",
    "tokenizer_file",
]

Floats = NDArray[Any]

#: Two layers, two heads that share keys and values, sizes that are no powers of two.
TINY = Decoder(width=12, hidden=7, layers=2, heads=2, key_heads=1, vocabulary=11, context=20)

#: The same with LayerNorm and GELU, in one layer.
GELU = replace(TINY, layers=1, norm="layer_norm", feed_forward="gelu")


def tiny_model(decoder: Decoder = TINY, seed: int = 0) -> LanguageModel:
    """Return a model with random weights, offsets too, whose tokens are the first letters."""
    pieces = tuple(bytes([ord("a") + number]) for number in range(decoder.vocabulary))
    arrays, rng = initial_weights(decoder.network(), seed), np.random.default_rng(seed + 1)
    for name in arrays:
        if name.endswith("_offset"):
            arrays[name] = rng.normal(size=arrays[name].shape).astype(np.float32) / 2
    return LanguageModel(decoder, arrays, Tokenizer(pieces))


def llama_logits(decoder: Decoder, arrays: Mapping[str, Floats], tokens: list[int]) -> Floats:
    """Return the logits after each token, by the formulas of the Llama paper, token by token."""
    size = decoder.head_size
    keys: list[list[Floats]] = [[] for _ in range(decoder.layers)]
    values: list[list[Floats]] = [[] for _ in range(decoder.layers)]
    results = []

    def normalised(x: Floats, gain: Floats) -> Floats:
        return np.asarray(gain * x / np.sqrt((x * x).mean() + 1e-5))

    def turned(x: Floats, place: int) -> Floats:
        pairs = x.reshape(-1, size // 2, 2)
        numbers = pairs[..., 0] + 1j * pairs[..., 1]
        numbers *= np.exp(1j * place * 10_000.0 ** (-2 * np.arange(size // 2) / size))
        return np.stack([numbers.real, numbers.imag], axis=-1).reshape(-1, size)

    for place, token in enumerate(tokens):
        x = arrays["embedding"][token].astype(np.float64)
        for layer in range(decoder.layers):
            own = {name: array[layer] for name, array in arrays.items() if array.ndim > 1}
            h = normalised(x, own["norm"])
            queries = turned(own["wq"] @ h, place)
            keys[layer].append(turned(own["wk"] @ h, place))
            values[layer].append((own["wv"] @ h).reshape(-1, size))
            mixed = []
            for head, query in enumerate(queries):
                group = head * decoder.key_heads // decoder.heads
                scores = np.array([key[group] @ query for key in keys[layer]]) / np.sqrt(size)
                shares = np.exp(scores - scores.max())
                shares /= shares.sum()
                mixed.append(sum(s * v[group] for s, v in zip(shares, values[layer], strict=True)))
            x = x + own["wo"] @ np.concatenate(mixed)
            h = normalised(x, own["feed_norm"])
            gate = own["w1"] @ h
            x = x + own["w2"] @ (gate / (1 + np.exp(-gate)) * (own["w3"] @ h))
        results.append(arrays["head"] @ normalised(x, arrays["head_norm"]))
    return np.array(results)
