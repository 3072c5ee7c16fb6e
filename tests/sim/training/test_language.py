# SPDX-License-Identifier: Apache-2.0
"""The small language model: its tokens, its slopes, its training."""

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.weights.language.models import read_language_model
from spikefloat.sim.exchange.digits import weight_file
from spikefloat.sim.training.floats import FloatNetwork
from spikefloat.sim.training.language import (
    CHARACTERS,
    DECODER,
    STORED,
    character_numbers,
    train_language,
)
from tests.helpers.language import TINY, tiny_model
from tests.helpers.networks import assert_slopes


def test_slopes_are_those_of_differences() -> None:
    rng = np.random.default_rng(1)
    x, factors = rng.integers(0, 11, (3, 20, 1)), rng.normal(size=(3, 20, 11))
    assert_slopes(TINY.network(), tiny_model().arrays, x, factors)


def test_training() -> None:
    """A text that repeats is learned, with roundings, and the same each time."""
    text = np.tile(np.arange(11), 12)
    told: list[str] = []
    weights = train_language(TINY.network(), text, steps=(200, 40), progress=told.append)
    logits = FloatNetwork(TINY.network(), is_rounded=True).run(weights, text[None, :20, None])
    assert (logits[0].argmax(axis=1) == text[1:21]).mean() > 0.9
    numbers = [int(line.split()[2]) for line in told]
    assert numbers == [0, 50, 100, 150, 200]
    assert float(told[-1].split()[-1]) < 0.5 < float(told[0].split()[-1])
    again = train_language(TINY.network(), text, steps=(200, 40))
    assert weight_file(weights) == weight_file(again)
    with pytest.raises(InputError, match="Text must have more than 20 tokens, not 20"):
        train_language(TINY.network(), text[:20])


def test_stored() -> None:
    """What is stored has the sizes that are trained, and tokens for what ASCII can print."""
    model = read_language_model(STORED)
    assert model.decoder == DECODER
    shapes = {name: array.shape for name, array in model.arrays.items()}
    assert shapes == DECODER.network().trained
    assert [piece.decode() for piece in model.tokenizer.pieces] == list(CHARACTERS)
    text = "a row\nof `codes`~"
    assert model.tokenizer.encode(text) == character_numbers(text + "é").tolist()
