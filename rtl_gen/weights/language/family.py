# SPDX-License-Identifier: Apache-2.0
"""Checkpoints with whole matrices for each layer: their weights by the names of the network."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.networks.decoder import Decoder

__all__ = ["layer_arrays", "with_scaled_stream"]

Floats = NDArray[Any]


def layer_arrays(
    decoder: Decoder, layer: int, own: Mapping[str, Floats], scale: float
) -> dict[str, Floats]:
    """Return the weights of a layer, one for each head.

    Parameters
    ----------
    decoder : Decoder
        The sizes.
    layer : int
        Number of the layer.
    own : mapping of str to array of float
        By the names of llama2.c, each weight of shape (outputs, inputs): ``norm``, ``wq``, ``wk``,
        ``wv``, ``wo``, ``feed_norm``, ``w1``, ``w2``; ``w3`` if the layer is gated; and
        ``norm_offset`` and ``feed_norm_offset`` if there are offsets.
    scale : float
        What scores are multiplied by, which goes into the weights of the queries.
    """
    prefix, size = f"layer{layer}", decoder.head_size
    arrays = {
        f"{prefix}_attention_{name}": own[name][None]
        for name in ("norm", "norm_offset")
        if name in own
    }
    arrays |= {
        f"{prefix}_{name}": own[name][None]
        for name in ("feed_norm", "feed_norm_offset")
        if name in own
    }
    queries = own["wq"] if scale == 1 else own["wq"].astype(np.float64) * scale
    for kind, rows in (("query", queries), ("key", own["wk"]), ("value", own["wv"])):
        for head, start in enumerate(range(0, len(rows), size)):
            arrays[f"{prefix}_head{head}_{kind}"] = rows[start : start + size]
    arrays[f"{prefix}_output"] = own["wo"]
    arrays[f"{prefix}_down"] = own["w2"]
    up = own["w1"]
    if "w3" in own:  # gate 0, value 0, gate 1, ...
        up = np.stack([up, own["w3"]], axis=1).reshape(-1, decoder.width)
    arrays[f"{prefix}_up"] = up
    return arrays


def with_scaled_stream(
    decoder: Decoder, arrays: Mapping[str, Floats]
) -> tuple[Decoder, Mapping[str, Floats]]:
    """Return the same with the stream multiplied by a power of two, if that is worth it.

    With it the embedding has values of about one half, which 8 bits hold best: its weights and those
    of all that is added to it are multiplied, and epsilon by the square. After normalisation nothing
    has changed. By less than four nothing is done.

    Parameters
    ----------
    decoder : Decoder
        The sizes.
    arrays : mapping of str to array of float
        All weights that are trained, by the names of the network.
    """
    spread = float(np.sqrt((arrays["embedding"].astype(np.float64) ** 2).mean()))
    power = round(-1 - np.log2(spread)) if spread else 0
    if abs(power) < 2:
        return decoder, arrays
    added = ("embedding", *(n for n in arrays if n.endswith(("_output", "_down"))))
    scaled = {name: np.ldexp(arrays[name].astype(np.float64), power) for name in added}
    # The head keeps the weights as they were.
    head = {"head": arrays.get("head", arrays["embedding"])}
    epsilon = decoder.epsilon * Fraction(4) ** power
    return replace(decoder, is_shared=False, epsilon=epsilon), {**arrays, **head, **scaled}
