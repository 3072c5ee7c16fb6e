# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of llama2.c: a header of seven numbers, then all weights in float32.

The format is that of the export script of llama2.c (github.com/karpathy/llama2.c): the old one,
whose header is these numbers only and which has tables of angles behind the weights, and version 1,
whose header has 256 bytes.
"""

import struct
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.files import read_bytes
from spikefloat.rtl_gen.networks.decoder import Decoder
from spikefloat.rtl_gen.weights.language.family import layer_arrays, with_scaled_stream

__all__ = ["read_llama2"]

Floats = NDArray[Any]

#: "ak42", the first bytes of files with a version, and the length of their header.
_MAGIC, _HEADER = 0x616B3432, 256

#: What is added before the reciprocal root: 1e-5 is not in the file; this is the power of two next to it.
_EPSILON = Fraction(1, 1 << 17)

_FLOAT = 4

_LAYER = ("norm", "wq", "wk", "wv", "wo", "feed_norm", "w1", "w2", "w3")


def read_llama2(path: Path) -> tuple[Decoder, Mapping[str, Floats]]:
    """Return sizes and weights of a checkpoint, by the names of the network.

    What scores are divided by is put into the weights of the queries. The stream is multiplied by a
    power of two, as :func:`~spikefloat.rtl_gen.weights.language.family.with_scaled_stream` says.

    Parameters
    ----------
    path : Path
        The file.

    Raises
    ------
    InputError
        If it cannot be read, is no such checkpoint, or ends too early or too late.
    """
    data = read_bytes(path)
    decoder, place, is_old = _header(path, data)
    arrays = dict(_shapes(decoder, is_old))
    needed = place + _FLOAT * sum(int(np.prod(shape)) for shape in arrays.values())
    if len(data) != needed:
        raise InputError(
            f"Checkpoint {path} must have {needed} bytes, as its header says, not {len(data)}"
        )
    read: dict[str, Floats] = {}
    for name, shape in arrays.items():
        count = int(np.prod(shape))
        read[name] = np.frombuffer(data, "<f4", count, place).reshape(shape)
        place += _FLOAT * count
        if not np.isfinite(read[name]).all():
            raise InputError(f"Weights of {path} must be finite, not NaN or infinite in {name}")
    return with_scaled_stream(decoder, _named(decoder, read))


def _header(path: Path, data: bytes) -> tuple[Decoder, int, bool]:
    """Return the sizes, where the weights begin, and whether the file is of the old format."""
    numbers = _numbers(path, data, "<7i", 0)
    place, is_old, is_shared = 28, True, numbers[5] > 0
    if numbers[0] == _MAGIC:
        version, *own = _numbers(path, data, "<i7iB", 4)
        if version != 1:
            raise InputError(f"Version of checkpoint {path} must be 1 or none, not {version}")
        *numbers, shared = own
        place, is_old, is_shared = _HEADER, False, bool(shared)
    width, hidden, layers, heads, key_heads, vocabulary, context = numbers
    if max(map(abs, numbers)) > 1 << 20:
        raise InputError(
            f"Header of checkpoint {path} must be sizes, not {', '.join(map(str, numbers))}"
        )
    try:
        decoder = Decoder(
            width=width,
            hidden=hidden,
            layers=layers,
            heads=heads,
            key_heads=key_heads,
            vocabulary=abs(vocabulary),
            context=context,
            is_shared=is_shared,
            epsilon=_EPSILON,
        )
    except InputError as error:
        raise InputError(f"Checkpoint {path}: {error}") from None
    return decoder, place, is_old


def _numbers(path: Path, data: bytes, form: str, place: int) -> list[int]:
    if place + struct.calcsize(form) > len(data):
        raise InputError(
            f"Checkpoint {path} must have a header of {place + struct.calcsize(form)} bytes, "
            f"not {len(data)}"
        )
    return list(struct.unpack_from(form, data, place))


def _shapes(decoder: Decoder, is_old: bool) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield what a file has, in its order; the first axis of what layers have is these."""
    d, size = decoder, decoder.head_size
    keys = d.key_heads * size
    layers: dict[str, tuple[int, ...]] = {
        "norm": (d.width,),
        "wq": (d.width, d.width),
        "wk": (keys, d.width),
        "wv": (keys, d.width),
        "wo": (d.width, d.width),
        "feed_norm": (d.width,),
        "w1": (d.hidden, d.width),
        "w2": (d.width, d.hidden),
        "w3": (d.hidden, d.width),
    }
    whole = {"embedding": (d.vocabulary, d.width), "head_norm": (d.width,)}
    angles = {"cos": (d.context, size // 2), "sin": (d.context, size // 2)}
    if is_old:
        order = ["embedding", *_LAYER, "head_norm", *angles]
    else:
        norms = ["norm", "feed_norm"]
        order = [*norms, "head_norm", "embedding", *(n for n in _LAYER if n not in norms)]
    if not d.is_shared:
        order.append("head")
        whole["head"] = whole["embedding"]
    for name in order:
        if name in layers:
            yield name, (d.layers, *layers[name])
        else:
            yield name, (whole | angles)[name]


def _named(decoder: Decoder, read: dict[str, Floats]) -> dict[str, Floats]:
    """Return weights by the names of the network, one for each head."""
    arrays = {"embedding": read["embedding"], "head_norm": read["head_norm"][None]}
    if not decoder.is_shared:
        arrays["head"] = read["head"]
    scale = decoder.head_size**-0.5
    for layer in range(decoder.layers):
        own = {name: read[name][layer] for name in _LAYER}
        arrays |= layer_arrays(decoder, layer, own, scale)
    return arrays
