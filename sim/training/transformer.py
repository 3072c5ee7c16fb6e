# SPDX-License-Identifier: Apache-2.0
"""The small transformer for the digits: its images as tokens, its training, its stored weights.

Training is Adam on the cross entropy: first in floats, with images moved by a pixel at times, then
with all roundings, so that the weights get used to these.
"""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.description import Network, Norm
from spikefloat.sim.exchange.digits import Digits
from spikefloat.sim.training.adam import Adam
from spikefloat.sim.training.floats import FloatNetwork

__all__ = [
    "STORED",
    "initial_weights",
    "patches",
    "read_weights",
    "train_transformer",
]

Floats = NDArray[np.float32]

#: The weights that are used unless others are trained, and their checksum (SHA-256).
STORED = Path(__file__).parent / "data" / "digits_transformer.npz"
CHECKSUM = "895e8d463f8b37d6b1e12ae85fedc5223c9e43932f1bc53f0a49033992575cad"

#: Epochs in floats, and then with roundings.
EPOCHS = (80, 30)

_BATCH = 32
_RATES = (4e-3, 1e-3)
_DECAY = 2e-2
_SIDE = 8


def patches(images: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return images of 64 pixels as 16 tokens of 4 pixels: squares of 2 x 2, row by row.

    Parameters
    ----------
    images : array of float
        Of shape (count, 64).

    Returns
    -------
    array of float
        Of shape (count, 16, 4).
    """
    squares = images.reshape(-1, _SIDE // 2, 2, _SIDE // 2, 2)
    return squares.transpose(0, 1, 3, 2, 4).reshape(len(images), -1, 4)


def initial_weights(network: Network, seed: int = 0) -> dict[str, Floats]:
    """Return weights to begin with: of random numbers, gains of ones, offsets of zeros."""
    rng = np.random.default_rng(seed)
    offsets = {step.offset for step in network.steps if isinstance(step, Norm)}
    weights = {}
    for name, (rows, columns) in network.trained.items():
        if rows == 1:
            weights[name] = np.full((rows, columns), float(name not in offsets), np.float32)
        else:
            spread = 0.5 if name == "embedding" else columns**-0.5
            weights[name] = (rng.normal(size=(rows, columns)) * spread).astype(np.float32)
    return weights


def train_transformer(
    network: Network,
    digits: Digits,
    *,
    seed: int = 0,
    epochs: tuple[int, int] = EPOCHS,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Floats]:
    """Return weights that are trained on the training images.

    The result depends on the order in which the machine's library adds, so weights from two
    machines may differ; on one machine they are the same each time.

    Parameters
    ----------
    network : Network
        What to train.
    digits : Digits
        The images.
    seed : int
        Of the first weights and of the order of the images.
    epochs : pair of int
        How often each image is seen in floats, and with roundings.
    progress : callable, optional
        Called with a few words at times.
    """
    weights = initial_weights(network, seed)
    rng = np.random.default_rng(seed + 1)
    for phase, count in enumerate(epochs):
        model = FloatNetwork(network, is_rounded=phase == 1)
        adam = Adam(weights, _DECAY)
        for epoch in range(count):
            rate = _RATES[phase] * (1 + np.cos(np.pi * epoch / count)) / 2
            if progress is not None and epoch % 10 == 0:
                progress(f"Training: epoch {epoch + sum(epochs[:phase])} of {sum(epochs)}")
            order = rng.permutation(len(digits.labels))
            images = _moved(digits.images[order], rng)
            labels = digits.labels[order]
            for start in range(0, len(order), _BATCH):
                own = slice(start, start + _BATCH)
                logits = model.run(weights, patches(images[own]))
                adam.step(model.slopes(_loss_slopes(logits, labels[own])), rate)
    return weights


def read_weights(path: Path = STORED, checksum: str = CHECKSUM) -> dict[str, Floats]:
    """Return the weights of a file.

    Parameters
    ----------
    path : Path
        An ``.npz`` file; by default the one that is stored here.
    checksum : str
        SHA-256 of its bytes.

    Raises
    ------
    InputError
        If the file cannot be read, or its checksum is another one.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"File of weights {path} cannot be read: {error.strerror}") from error
    found = hashlib.sha256(data).hexdigest()
    if found != checksum:
        raise InputError(f"SHA-256 of {path.name} must be {checksum}, not {found}")
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        return dict(file)


def _moved(images: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Return images of which half are moved by a pixel, to the side or up or down."""
    squares = images.reshape(-1, _SIDE, _SIDE)
    moved = np.zeros_like(squares)
    moves = np.array([(0, 0)] * 4 + [(0, 1), (0, -1), (1, 0), (-1, 0)])
    selected = moves[rng.integers(len(moves), size=len(squares))]
    for down, right in np.unique(selected, axis=0):
        own = (selected == (down, right)).all(axis=1)
        moved[own] = np.roll(squares[own], (down, right), axis=(1, 2))
    return moved.reshape(len(images), -1)


def _loss_slopes(logits: Floats, labels: NDArray[np.int64]) -> Floats:
    """Return the slopes of the mean cross entropy by the logits, of shape (count, 1, classes)."""
    rows = logits[:, 0]
    shares = np.exp(rows - rows.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(len(labels)), labels] -= 1
    return np.asarray(shares[:, None] / len(labels), np.float32)
