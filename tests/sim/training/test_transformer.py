# SPDX-License-Identifier: Apache-2.0
"""The transformer for the digits: its tokens, its training, and the weights that are stored."""

from pathlib import Path

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.layers import digits_transformer
from spikefloat.sim.exchange.digits import Digits, load_digits, weight_file
from spikefloat.sim.training.floats import FloatNetwork
from spikefloat.sim.training.transformer import (
    STORED,
    patches,
    read_weights,
    train_transformer,
)


def test_patches_are_squares() -> None:
    image = np.arange(64.0)[None]
    tokens = patches(image)
    assert tokens.shape == (1, 16, 4)
    assert tokens[0, 0].tolist() == [0, 1, 8, 9]
    assert tokens[0, 5].tolist() == [18, 19, 26, 27]  # second row, second column of squares
    assert tokens[0, 15].tolist() == [54, 55, 62, 63]


def test_stored_weights() -> None:
    """As many correct as with any training: 96.7 % without roundings, 97.5 % with."""
    network, digits = digits_transformer(), load_digits()
    weights = read_weights()
    assert {name: array.shape for name, array in weights.items()} == network.trained
    assert weight_file(weights) == STORED.read_bytes()
    x = patches(digits.test_images)
    for is_rounded, least in ((False, 0.96), (True, 0.97)):
        logits = FloatNetwork(network, is_rounded=is_rounded).run(weights, x)
        assert (logits[:, 0].argmax(axis=1) == digits.test_labels).mean() > least


def test_changed_file(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    with pytest.raises(InputError, match=r"weights.npz cannot be read: No such file"):
        read_weights(path)
    data = bytearray(STORED.read_bytes())
    data[5000] ^= 1
    path.write_bytes(data)
    with pytest.raises(InputError, match=r"SHA-256 of weights.npz must be 895e8d46\w*, not \w{64}"):
        read_weights(path)


def test_training() -> None:
    """A few epochs over some images are enough to be far better than chance, and the same each time."""
    every = load_digits()
    digits = Digits(every.images[:600], every.labels[:600], every.test_images, every.test_labels)
    network = digits_transformer()
    told: list[str] = []
    weights = train_transformer(network, digits, epochs=(4, 1), progress=told.append)
    logits = FloatNetwork(network, is_rounded=True).run(weights, patches(digits.test_images))
    assert (logits[:, 0].argmax(axis=1) == digits.test_labels).mean() > 0.5
    assert told == ["Training: epoch 0 of 5", "Training: epoch 4 of 5"]
    again = train_transformer(network, digits, epochs=(4, 1))
    assert weight_file(weights) == weight_file(again)
    other = train_transformer(network, digits, epochs=(1, 0), seed=1)
    assert weight_file(weights) != weight_file(other)
