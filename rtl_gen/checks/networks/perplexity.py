# SPDX-License-Identifier: Apache-2.0
"""How well a language model foretells a text, in float32 and with the roundings of codes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import BLOCK_FORMATS, find_format
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.weights.language.model import LanguageModel
from spikefloat.sim.golden.arithmetic import decode
from spikefloat.sim.golden.networks.blocks import block_token_operations, block_weights
from spikefloat.sim.golden.networks.tokens import Decoding
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.training.floats import FloatNetwork

__all__ = ["perplexities"]

#: Pieces of text that are computed together.
_PIECES = 8

_Logits = Callable[[NDArray[np.int64]], NDArray[Any]]


def perplexities(
    model: LanguageModel,
    text: str,
    formats: Sequence[str],
    *,
    progress: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Return the perplexity in float32, and in each format.

    In a format of codes it is that of the golden model.

    The text is cut into pieces as long as the context; each begins with the last token of the one
    before, and what does not fill the last one is left out.

    Parameters
    ----------
    model : LanguageModel
        The model.
    text : str
        The text.
    formats : sequence of str
        Formats of codes of up to 8 bits; and formats of blocks, in which weights are beside codes of
        E4M3FN. The stream is bfloat16 in any case.
    progress : callable
        Called with a few words at the start of each step.

    Raises
    ------
    InputError
        If the text is shorter than the context, or a weight is wrong.
    """
    tokens = np.array(model.tokenizer.encode(text))
    context = model.decoder.context
    network = model.decoder.network(context - 1)
    count = (len(tokens) - 1) // (context - 1)
    if count < 1:
        raise InputError(f"Text must have at least {context} tokens, not {len(tokens)}")
    pieces = np.stack([tokens[i * (context - 1) :][:context] for i in range(count)])
    in_floats = FloatNetwork(network, is_rounded=False)
    models: dict[str, _Logits] = {
        "float32": lambda x: in_floats.run(model.arrays, x[..., None]),
        **{name: _in_format(model, network, name) for name in formats},
    }
    rows = []
    for name, logits in models.items():
        losses = []
        for first in range(0, count, _PIECES):
            progress(f"{name}: piece {first + 1} of {count}")
            own = pieces[first : first + _PIECES]
            losses.append(_losses(logits(own[:, :-1]), own[:, 1:]))
        loss = float(np.concatenate(losses).mean())
        rows.append(
            {
                "format": name,
                "tokens": count * (context - 1),
                "perplexity": round(float(np.exp(loss)), 4),
                "bits_per_token": round(loss / float(np.log(2)), 4),
            }
        )
    return rows


def _in_format(model: LanguageModel, network: Network, name: str) -> _Logits:
    """Return what gives the logits in a format."""
    own, operations = network, None
    if name in BLOCK_FORMATS:
        weights = block_weights(network, model.arrays, BLOCK_FORMATS[name])
        own = replace(network, scaled=frozenset())
        operations = block_token_operations(own)
    else:
        own = replace(network, code_format=find_format(name))
        weights = dict(encode_weights(own, model.arrays))

    def logits(x: NDArray[np.int64]) -> NDArray[Any]:
        made = Decoding(own, weights, operations, count=len(x)).run(x)
        return decode(own.stream_format, made[own.result_step]["stream"])

    return logits


def _losses(logits: NDArray[Any], tokens: NDArray[np.int64]) -> NDArray[Any]:
    """Return minus the logarithm of the share of each token."""
    values = logits.astype(np.float64)
    top = values.max(axis=-1, keepdims=True)
    total = np.log(np.exp(values - top).sum(axis=-1)) + top[..., 0]
    return np.asarray(total - np.take_along_axis(values, tokens[..., None], -1)[..., 0])
