# SPDX-License-Identifier: Apache-2.0
"""A small language model of characters: its text, its training, its stored weights.

Training is Adam on the cross entropy of the next character: first in floats, then with all
roundings, so that the weights get used to these.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.decoder import Decoder
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.sim.training.adam import Adam
from spikefloat.sim.training.floats import FloatNetwork
from spikefloat.sim.training.transformer import initial_weights

__all__ = [
    "CHARACTERS",
    "DECODER",
    "SAMPLE",
    "STEPS",
    "STORED",
    "character_numbers",
    "train_language",
]

Floats = NDArray[Any]

#: Weights of the stored model; beside them is the JSON file that describes it, with their checksum.
STORED = Path(__file__).parent / "data" / "language.npz"

#: A text that it was not trained with.
SAMPLE = Path(__file__).parent / "data" / "language_sample.txt"

#: The tokens: a line feed, and what ASCII can print.
CHARACTERS = "\n" + "".join(map(chr, range(32, 127)))

#: Sizes of the stored model.
DECODER = Decoder(
    width=64,
    hidden=176,
    layers=2,
    heads=4,
    key_heads=4,
    vocabulary=len(CHARACTERS),
    context=128,
)

#: Steps in floats, and then with roundings.
STEPS = (1800, 400)

_BATCH = 16
_RATES = (5e-3, 1e-3)
_WARM = 50  #: Steps in which the first rate grows.
_DECAY = 2e-2
_EMBEDDING = 0.4  #: The first table, as a share of what other networks begin with.


def character_numbers(text: str) -> NDArray[np.int64]:
    """Return the numbers of the tokens of a text; characters that are no tokens are left out."""
    places = {character: number for number, character in enumerate(CHARACTERS)}
    return np.array([places[c] for c in text if c in places], np.int64)


def train_language(
    network: Network,
    text: NDArray[np.int64],
    *,
    seed: int = 0,
    steps: tuple[int, int] = STEPS,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Floats]:
    """Return weights that are trained on a text.

    The result depends on the order in which the machine's library adds, so weights from two
    machines may differ; on one machine they are the same each time.

    Parameters
    ----------
    network : Network
        A decoder.
    text : array of int
        Numbers of tokens.
    seed : int
        Of the first weights and of the pieces of text.
    steps : pair of int
        Steps in floats, and with roundings.
    progress : callable, optional
        Called with a few words at times.

    Raises
    ------
    InputError
        If the text is too short.
    """
    context = network.shape(network.input)[0]
    if len(text) <= context:
        raise InputError(f"Text must have more than {context} tokens, not {len(text)}")
    weights = initial_weights(network, seed)
    weights["embedding"] *= np.float32(_EMBEDDING)
    rng = np.random.default_rng(seed + 1)
    for phase, count in enumerate(steps):
        model = FloatNetwork(network, is_rounded=phase == 1)
        adam = Adam(weights, _DECAY)
        for step in range(count):
            first = rng.integers(len(text) - context, size=(_BATCH, 1)) + np.arange(context)
            logits = model.run(weights, text[first][..., None])
            loss, slopes = _loss(logits, text[first + 1])
            rate = _RATES[phase] * (1 + np.cos(np.pi * step / count)) / 2
            adam.step(model.slopes(slopes), rate * min(1, (step + 1) / _WARM))
            if progress is not None and step % 50 == 0:
                done = step + sum(steps[:phase])
                progress(f"Training: step {done} of {sum(steps)}, loss {loss:.3f}")
    return weights


def _loss(logits: Floats, tokens: NDArray[np.int64]) -> tuple[float, Floats]:
    """Return the mean cross entropy, and its slopes by the logits."""
    shares = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    own = tokens[..., None]
    loss = -np.log(np.take_along_axis(shares, own, -1)).mean()
    shares[np.arange(len(shares))[:, None], np.arange(shares.shape[1]), tokens] -= 1
    return float(loss), np.asarray(shares / tokens.size, np.float32)
