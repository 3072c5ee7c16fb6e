# SPDX-License-Identifier: Apache-2.0
"""Decoders in ONNX: sizes and weights, found by the structure of the graph.

The graph is followed from its result back to its tokens. What each node must be is said in
``docs/howto/language.md``; names of nodes and tensors are of no matter. ``scripts/write_onnx.py`` writes such
a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.networks.decoder import Decoder
from spikefloat.rtl_gen.weights.language.family import layer_arrays, with_scaled_stream
from spikefloat.rtl_gen.weights.language.onnx_graph import Walk
from spikefloat.rtl_gen.weights.onnx_files import load_graph
from spikefloat.rtl_gen.weights.raw import DamagedError

__all__ = ["read_onnx_decoder"]

Floats = NDArray[Any]

#: Largest difference of an angle's cosine or sine in a file from what it is.
_ANGLE_ERROR = 1e-3


@dataclass(frozen=True)
class _Kind:
    """What all layers must have in common."""

    norm: str
    epsilon: float
    feed_forward: str
    heads: int
    key_heads: int
    scale: float | None
    is_interleaved: bool
    angles: tuple[str, str]


@dataclass(frozen=True)
class _Norm:
    """A normalisation."""

    kind: str
    epsilon: float
    arrays: dict[str, Floats]  #: ``norm``, and ``norm_offset`` if there is one.
    source: str  #: Tensor that it takes.


def read_onnx_decoder(path: Path) -> tuple[Decoder, Mapping[str, Floats]]:
    """Return sizes and weights of a decoder in ONNX, by the names of the network.

    What scores are multiplied by is put into the weights of the queries, and the stream may be
    multiplied by a power of two, as
    :func:`~spikefloat.rtl_gen.weights.language.family.with_scaled_stream` says.

    Parameters
    ----------
    path : Path
        An ``.onnx`` file.

    Raises
    ------
    InputError
        If the package ``onnx`` is missing, the file is no model, or the model is no such decoder.
    """
    try:
        return _read(Walk(load_graph(path)))
    except DamagedError as error:
        raise InputError(
            f"Checkpoint must be a valid .onnx file, not {str(path)!r}: {error}"
        ) from None
    except InputError as error:
        raise InputError(f"Checkpoint {path}: {error}") from None


def _read(walk: Walk) -> tuple[Decoder, Mapping[str, Floats]]:
    x, head = walk.product(walk.output)
    last = _norm(walk, x)
    x, layers, kinds = last.source, list[dict[str, Floats]](), list[_Kind]()
    while walk.maker(x, "Add", "Gather").op_type == "Add":
        x, own, kind = _layer(walk, x)
        layers.insert(0, own)
        kinds.insert(0, kind)
    embedding = walk.table(x)
    if not kinds:
        raise InputError("Graph must have at least one layer of attention, not none")
    kind = kinds[0]
    if any(one != kind for one in kinds) or (last.kind, last.epsilon) != (kind.norm, kind.epsilon):
        raise InputError("Layers must be alike in all but their weights")
    cos, sin = (walk.matrix(name) for name in kind.angles)
    decoder = Decoder(
        width=embedding.shape[1],
        hidden=layers[0]["w1"].shape[0],
        layers=len(layers),
        heads=kind.heads,
        key_heads=kind.key_heads,
        vocabulary=embedding.shape[0],
        context=len(cos),
        is_shared=np.array_equal(head, embedding),
        epsilon=_epsilon(kind.epsilon),
        base=_base(cos, sin),
        norm=kind.norm,
        feed_forward=kind.feed_forward,
    )
    arrays = {"embedding": embedding, "head_norm": last.arrays["norm"][None]}
    if "norm_offset" in last.arrays:
        arrays["head_norm_offset"] = last.arrays["norm_offset"][None]
    if not decoder.is_shared:
        arrays["head"] = head
    scale = decoder.head_size**-0.5 if kind.scale is None else kind.scale
    for number, own in enumerate(layers):
        _check_shapes(decoder, number, own)
        if not kind.is_interleaved:
            own |= {name: _interleaved(own[name], decoder.head_size) for name in ("wq", "wk")}
        arrays |= layer_arrays(decoder, number, own, scale)
    _check_all(decoder, arrays)
    if cos.shape[1] != decoder.head_size // 2:
        raise InputError(
            f"Angles must be of {decoder.head_size // 2} pairs, as heads are, not {cos.shape[1]}"
        )
    return with_scaled_stream(decoder, arrays)


def _norm(walk: Walk, name: str) -> _Norm:
    """Return a normalisation."""
    node = walk.maker(name, "RMSNormalization", "LayerNormalization")
    found = walk.attributes(node, axis=-1)
    source, *operands = walk.operands(node)
    is_layer = node.op_type == "LayerNormalization"
    vectors = [walk.vector(operand) for operand in operands]
    if is_layer and len(vectors) == 1:  # LayerNorm without offsets has offsets of zero.
        vectors.append(np.zeros_like(vectors[0]))
    arrays = dict(zip(("norm", "norm_offset"), vectors, strict=False))
    return _Norm("layer_norm" if is_layer else "rms_norm", found["epsilon"], arrays, source)


def _layer(walk: Walk, name: str) -> tuple[str, dict[str, Floats], _Kind]:
    """Return what a layer takes, its weights and its kind."""
    middle, made = walk.sum(name)
    made, w2 = walk.product(made)
    feed = _norm_of_feed(walk, made)
    first, made = walk.sum(middle)
    made, wo = walk.product(made)
    attention = walk.maker(made, "Attention")
    found = walk.attributes(
        attention, is_causal=1, softcap=0.0, left_window_size=-1, right_window_size=-1
    )
    operands = walk.operands(attention)
    if len(operands) != 3:
        raise InputError(f"Attention {walk.name(attention)!r} must have no mask and no past keys")
    turned = [_turned(walk, operand) for operand in operands[:2]]
    sources, weights = zip(
        *(walk.product(x) for x in (turned[0][0], turned[1][0], operands[2])), strict=True
    )
    heads, key_heads = (found.get(f"{kind}_num_heads") or 0 for kind in ("q", "kv"))
    if turned[0][1:] != (heads, *turned[1][2:]) or turned[1][1] != key_heads:
        raise InputError(
            f"Queries and keys of {walk.name(attention)!r} must be turned in the same way, in as "
            "many heads as it has"
        )
    if len(set(sources)) != 1:
        raise InputError(f"Operands of {walk.name(attention)!r} must be of the same normalisation")
    norm = _norm(walk, sources[0])
    for one, source in ((norm, first), (feed.norm, middle)):
        if one.source != source:
            raise InputError(f"What is added to {source!r} must be made of it, not {one.source!r}")
    if (norm.kind, norm.epsilon) != (feed.norm.kind, feed.norm.epsilon):
        raise InputError("Normalisations must be of one kind with one epsilon")
    own = {**dict(zip(("wq", "wk", "wv"), weights, strict=True)), "wo": wo, "w2": w2}
    own |= norm.arrays | feed.weights
    own |= {f"feed_{name}": array for name, array in feed.norm.arrays.items()}
    is_interleaved, *angles = turned[0][2:]
    kind = _Kind(
        norm=norm.kind,
        epsilon=norm.epsilon,
        feed_forward=feed.kind,
        heads=heads,
        key_heads=key_heads,
        scale=found.get("scale"),
        is_interleaved=bool(is_interleaved),
        angles=(angles[0], angles[1]),
    )
    return first, own, kind


@dataclass(frozen=True)
class _Feed:
    """What is before the last product of a feed-forward layer."""

    kind: str
    norm: _Norm
    weights: dict[str, Floats]


def _norm_of_feed(walk: Walk, name: str) -> _Feed:
    """Return what makes the operand of the last product of a feed-forward layer."""
    node = walk.maker(name, "Mul", "Gelu")
    if node.op_type == "Gelu":
        is_tanh = walk.attributes(node)["approximate"] == b"tanh"
        source, w1 = walk.product(node.input[0])
        return _Feed("gelu_tanh" if is_tanh else "gelu", _norm(walk, source), {"w1": w1})
    gate, value = walk.silu(node)
    (source, w1), (other, w3) = walk.product(gate), walk.product(value)
    if source != other:
        raise InputError(f"Operands of {walk.name(node)!r} must be of the same normalisation")
    return _Feed("swiglu", _norm(walk, source), {"w1": w1, "w3": w3})


def _turned(walk: Walk, name: str) -> tuple[str, int, int, str, str]:
    """Return what is turned, in how many heads, whether neighbours are pairs, and the angles."""
    node = walk.maker(name, "RotaryEmbedding")
    found = walk.attributes(node, rotary_embedding_dim=0)
    operands = walk.operands(node)
    if len(operands) != 4 or operands[3] not in walk.inputs:
        raise InputError(
            f"RotaryEmbedding {walk.name(node)!r} must have the positions of tokens, an input of the "
            "graph, as its last operand"
        )
    source, cos, sin, _ = operands
    return source, found.get("num_heads") or 0, found["interleaved"], cos, sin


def _interleaved(weight: Floats, size: int) -> Floats:
    """Return the rows of heads with the pairs of their two halves as neighbours."""
    halves = weight.reshape(-1, 2, size // 2, weight.shape[1])
    return np.asarray(halves.swapaxes(1, 2).reshape(weight.shape))


def _epsilon(value: float) -> Fraction:
    """Return what is added, rounded into bfloat16, as the circuits have it."""
    if not 2.0**-32 <= value <= 1:
        raise InputError(f"Epsilon must be a number from 2**-32 to 1, not {value:g}")
    mantissa, exponent = np.frexp(value)
    bits = FORMATS["bfloat16"].precision
    return Fraction(round(float(np.ldexp(mantissa, bits)))) * Fraction(2) ** (int(exponent) - bits)


def _base(cos: Floats, sin: Floats) -> int:
    """Return the base of the angles whose cosines and sines these are."""
    rows, columns = cos.shape
    if sin.shape != cos.shape or rows < 2:
        raise InputError(
            f"Angles must have cosines and sines alike, not {cos.shape} and {sin.shape}"
        )
    base = 10_000
    if columns > 1:
        step = float(np.arctan2(sin[1, -1], cos[1, -1]))
        base = round(step ** (-columns / (columns - 1))) if step > 0 else 0
    if not 1 <= base <= 1 << 20:
        raise InputError(f"Base of the angles must be from 1 to {1 << 20}, not {base}")
    angles = np.arange(rows)[:, None] * base ** (-np.arange(columns) / columns)
    error = max(abs(np.cos(angles) - cos).max(), abs(np.sin(angles) - sin).max())
    if not error <= _ANGLE_ERROR:
        raise InputError(
            f"Cosines and sines must be those of position * base**(-pair / {columns}), not others by "
            f"{error:.2g}, with {base} as the nearest base"
        )
    return base


def _check_shapes(decoder: Decoder, layer: int, own: Mapping[str, Floats]) -> None:
    """Refuse matrices of a layer that have other shapes than those of the first one need."""
    width, keys = decoder.width, decoder.key_heads * decoder.head_size
    shapes = {
        **dict.fromkeys(("wq", "wo"), (width, width)),
        **dict.fromkeys(("wk", "wv"), (keys, width)),
        **dict.fromkeys(("w1", "w3"), (decoder.hidden, width)),
        "w2": (width, decoder.hidden),
    }
    for name, array in own.items():
        needed = shapes.get(name, (width,))
        if array.shape != needed:
            raise InputError(
                f"Weight {name} of layer {layer} must have the shape {needed}, not {array.shape}"
            )


def _check_all(decoder: Decoder, arrays: Mapping[str, Floats]) -> None:
    """Refuse what is not finite, or has another shape than the network."""
    for name, needed in decoder.network(2).trained.items():
        if arrays[name].shape != needed:
            raise InputError(
                f"Weight {name} must have the shape {needed}, not {arrays[name].shape}"
            )
        if not np.isfinite(arrays[name]).all():
            raise InputError(f"Weight {name} must be finite, not NaN or infinite")
