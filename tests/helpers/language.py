# SPDX-License-Identifier: Apache-2.0
"""A decoder that is small enough for any test, and a plain one in floats to compare it with."""

import struct
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

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


def llama_arrays(decoder: Decoder, seed: int = 0, *, spread: float = 0.05) -> dict[str, Floats]:
    """Return random weights as a checkpoint has them."""
    rng = np.random.default_rng(seed)
    d, keys = decoder, decoder.key_heads * decoder.head_size
    shapes = {
        "wq": (d.layers, d.width, d.width),
        "wk": (d.layers, keys, d.width),
        "wv": (d.layers, keys, d.width),
        "wo": (d.layers, d.width, d.width),
        "w1": (d.layers, d.hidden, d.width),
        "w2": (d.layers, d.width, d.hidden),
        "w3": (d.layers, d.hidden, d.width),
        "embedding": (d.vocabulary, d.width),
        "head": (d.vocabulary, d.width),
    }
    arrays = {
        name: (rng.normal(size=shape) * (spread if name == "embedding" else shape[-1] ** -0.5))
        for name, shape in shapes.items()
    }
    gains = {"norm": (d.layers, d.width), "feed_norm": (d.layers, d.width), "head_norm": (d.width,)}
    arrays |= {name: rng.uniform(0.5, 1.5, shape) for name, shape in gains.items()}
    if d.is_shared:
        arrays["head"] = arrays["embedding"]
    return {name: array.astype(np.float32) for name, array in arrays.items()}


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


def legacy_file(decoder: Decoder, arrays: Mapping[str, Floats]) -> bytes:
    """Return a checkpoint of the old format, as its description says."""
    d = decoder
    vocabulary = d.vocabulary if d.is_shared else -d.vocabulary
    sizes = (d.width, d.hidden, d.layers, d.heads, d.key_heads, vocabulary, d.context)
    order = [
        "embedding",
        "norm",
        "wq",
        "wk",
        "wv",
        "wo",
        "feed_norm",
        "w1",
        "w2",
        "w3",
        "head_norm",
    ]
    angles = np.zeros((2, d.context, d.head_size // 2), np.float32)
    parts = [*(arrays[name] for name in order), angles]
    parts += [] if d.is_shared else [arrays["head"]]
    return struct.pack("<7i", *sizes) + b"".join(part.astype("<f4").tobytes() for part in parts)


def tokenizer_file(pieces: list[tuple[bytes, float]]) -> bytes:
    """Return a tokenizer's file, as its description says."""
    longest = struct.pack("<i", max(len(piece) for piece, _ in pieces))
    return longest + b"".join(struct.pack("<fi", s, len(p)) + p for p, s in pieces)
