# SPDX-License-Identifier: Apache-2.0
"""Write a checkpoint of llama2.c with random weights, and a tokenizer for it.

``python scripts/random_checkpoint.py FOLDER`` writes ``random.bin``, of the old format and the sizes of the
260,000-weight model of stories (64 wide, five layers, eight heads, four keys and values, 512 tokens),
and ``random_tokens.bin``. The same seed gives the same bytes.
"""

import argparse
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.files import write_files
from spikefloat.rtl_gen.networks.decoder import Decoder

__all__ = ["STORIES", "legacy_file", "llama_arrays", "main", "tokenizer_file"]

Floats = NDArray[Any]

#: Sizes of the 260,000-weight model of stories.
STORIES = Decoder(width=64, hidden=172, layers=5, heads=8, key_heads=4, vocabulary=512, context=512)

#: Arrays of a file of the old format, in their order, before the angles.
_ORDER = (
    *("embedding", "norm", "wq", "wk", "wv", "wo", "feed_norm"),
    *("w1", "w2", "w3", "head_norm"),
)


def llama_arrays(decoder: Decoder, seed: int = 0, *, spread: float = 0.05) -> dict[str, Floats]:
    """Return random weights as a checkpoint has them.

    Parameters
    ----------
    decoder : Decoder
        The sizes.
    seed : int
        Of the random numbers.
    spread : float
        Of the embedding.
    """
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


def legacy_file(decoder: Decoder, arrays: Mapping[str, Floats]) -> bytes:
    """Return a checkpoint of the old format, as its description says."""
    d = decoder
    vocabulary = d.vocabulary if d.is_shared else -d.vocabulary
    sizes = (d.width, d.hidden, d.layers, d.heads, d.key_heads, vocabulary, d.context)
    angles = np.zeros((2, d.context, d.head_size // 2), np.float32)
    parts = [*(arrays[name] for name in _ORDER), angles]
    parts += [] if d.is_shared else [arrays["head"]]
    return struct.pack("<7i", *sizes) + b"".join(part.astype("<f4").tobytes() for part in parts)


def tokenizer_file(pieces: list[tuple[bytes, float]]) -> bytes:
    """Return a tokenizer's file, as its description says."""
    longest = struct.pack("<i", max(len(piece) for piece, _ in pieces))
    return longest + b"".join(struct.pack("<fi", s, len(p)) + p for p, s in pieces)


def _pieces(count: int) -> list[tuple[bytes, float]]:
    """Return the tokens of a vocabulary: three marks, the bytes, then pairs of letters."""
    marks = [(b"<unk>", 0.0), (b"\n<s>\n", 0.0), (b"\n</s>\n", 0.0)]
    every = [(b"<0x%02X>" % byte, 0.0) for byte in range(256)]
    letters = b" abcdefghijklmnopqrstuvwxyz"
    singles = [(bytes([letter]), 0.0) for letter in letters]
    pairs = [(bytes([a, b]), 0.0) for a in letters for b in letters]
    return (marks + every + singles + pairs)[:count]


def main() -> None:
    """Write the files that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    write_files(
        args.folder,
        {
            "random.bin": legacy_file(STORIES, llama_arrays(STORIES, args.seed)),
            "random_tokens.bin": tokenizer_file(_pieces(STORIES.vocabulary)),
        },
    )


if __name__ == "__main__":
    main()
