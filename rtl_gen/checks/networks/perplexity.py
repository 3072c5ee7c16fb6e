# SPDX-License-Identifier: Apache-2.0
"""How well a language model foretells a text, in float32 and with the roundings of codes."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.weights.language.model import LanguageModel
from spikefloat.sim.golden.arithmetic import decode
from spikefloat.sim.golden.networks.tokens import Decoding
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.training.floats import FloatNetwork

__all__ = ["FORMATS_OF_CODES", "perplexities"]

#: Formats whose exact sums of products fit into 64 bits, so that the golden model is quick.
FORMATS_OF_CODES = ("e4m3fn", "e4m3", "e3m4")

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
    """Return the perplexity in float32, and in each format of codes by the golden model.

    The text is cut into pieces as long as the context; each begins with the last token of the one
    before, and what does not fill the last one is left out.

    Parameters
    ----------
    model : LanguageModel
        The model.
    text : str
        The text.
    formats : sequence of str
        Formats of codes; beside them the stream is bfloat16.
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
        **{name: _exact(model, replace(network, code_format=FORMATS[name])) for name in formats},
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


def _exact(model: LanguageModel, network: Network) -> _Logits:
    """Return what gives the logits of the golden model."""
    weights = encode_weights(network, model.arrays)

    def logits(x: NDArray[np.int64]) -> NDArray[Any]:
        made = Decoding(network, weights, count=len(x)).run(x)
        return decode(network.stream_format, made["head"]["stream"])

    return logits


def _losses(logits: NDArray[Any], tokens: NDArray[np.int64]) -> NDArray[Any]:
    """Return minus the logarithm of the share of each token."""
    values = logits.astype(np.float64)
    top = values.max(axis=-1, keepdims=True)
    total = np.log(np.exp(values - top).sum(axis=-1)) + top[..., 0]
    return np.asarray(total - np.take_along_axis(values, tokens[..., None], -1)[..., 0])
