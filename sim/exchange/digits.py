# SPDX-License-Identifier: Apache-2.0
"""A small perceptron for the digits of scikit-learn: data, and training in numpy.

The 1,797 images of 8 x 8 pixels come with the package. Their values, 0 to 16 sixteenths, are exact
in E4M3FN. Training is deterministic: Adam on the cross entropy, and after half of the time the
smallest weights are set to zero and stay so, since a hard-wired weight of zero costs no neuron.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import import_extra

__all__ = ["Digits", "Perceptron", "load_digits", "train", "weight_file"]

Floats = NDArray[np.float64]

#: Images that the network is trained with; the other 360 are for the test.
TRAINING_IMAGES = 1437

_EPOCHS = 120
_BATCH = 32
_RATE = 3e-3
_DECAY = 1e-3


@dataclass(frozen=True)
class Digits:
    """Images as rows of 64 pixels from 0 to 1, and what they show."""

    images: Floats
    labels: NDArray[np.int64]
    test_images: Floats
    test_labels: NDArray[np.int64]


@dataclass(frozen=True)
class Perceptron:
    """One hidden layer with ReLU, and one output for each digit."""

    arrays: dict[str, Floats]  #: Weights and biases as in a state dict: fc1.weight, fc1.bias, ...

    def logits(self, images: Floats) -> Floats:
        """Return the outputs in float64."""
        hidden = np.maximum(images @ self.arrays["fc1.weight"].T + self.arrays["fc1.bias"], 0)
        return hidden @ self.arrays["fc2.weight"].T + self.arrays["fc2.bias"]


def weight_file(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Return weights as the bytes of an ``.npz`` file, the same for the same weights.

    Numpy's own function writes headers that differ from one version of Python to another.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, array in arrays.items():
            with io.BytesIO() as content:
                np.save(content, array)
                archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content.getvalue())
    return stream.getvalue()


def load_digits() -> Digits:
    """Return the digits, shuffled once and for all.

    Raises
    ------
    MissingPackage
        If scikit-learn is not installed.
    """
    data = import_extra("sklearn.datasets", "scikit-learn", "demo").load_digits()
    order = np.random.default_rng(0).permutation(len(data.target))
    images, labels = data.data[order] / 16, data.target[order]
    return Digits(
        images[:TRAINING_IMAGES],
        labels[:TRAINING_IMAGES],
        images[TRAINING_IMAGES:],
        labels[TRAINING_IMAGES:],
    )


def train(
    digits: Digits, hidden: int, kept: float, seed: int = 0, epochs: int = _EPOCHS
) -> Perceptron:
    """Return a perceptron trained on the training images.

    Parameters
    ----------
    digits : Digits
        The images.
    hidden : int
        Number of hidden neurons.
    kept : float
        Share of the weights of the first layer that are not zero; of the second layer, twice as
        many, as far as there are.
    seed : int
        Seed of the first weights and of the order of the images.
    epochs : int
        How often each image is seen.

    Raises
    ------
    ValueError
        If a number is out of range.
    """
    if hidden < 1:
        raise InputError(f"Number of hidden neurons must be at least 1, not {hidden}")
    if not 0 < kept <= 1:
        raise InputError(f"Share of weights must be above 0 and at most 1, not {kept}")
    rng = np.random.default_rng(seed)
    pixels = digits.images.shape[1]
    values = [
        rng.normal(size=(hidden, pixels)) * np.sqrt(2 / pixels),
        np.zeros(hidden),
        rng.normal(size=(10, hidden)) * np.sqrt(2 / hidden),
        np.zeros(10),
    ]
    masks = [np.ones_like(value) for value in values]
    means = [np.zeros_like(value) for value in values]
    squares = [np.zeros_like(value) for value in values]
    steps = 0
    for epoch in range(epochs):
        if epoch == epochs // 2:
            for index, share in ((0, kept), (2, min(1.0, 2 * kept))):
                limit = np.quantile(abs(values[index]), 1 - share)
                masks[index] = (abs(values[index]) >= limit).astype(float)
                values[index] = values[index] * masks[index]
        rate = _RATE * (1 + np.cos(np.pi * epoch / epochs)) / 2
        order = rng.permutation(len(digits.labels))
        for start in range(0, len(order), _BATCH):
            selected = order[start : start + _BATCH]
            slopes = _slopes(values, digits.images[selected], digits.labels[selected])
            steps += 1
            for index, slope in enumerate(slopes):
                means[index] = 0.9 * means[index] + 0.1 * slope
                squares[index] = 0.999 * squares[index] + 0.001 * slope**2
                mean = means[index] / (1 - 0.9**steps)
                spread = np.sqrt(squares[index] / (1 - 0.999**steps)) + 1e-8
                values[index] = (values[index] - rate * mean / spread) * masks[index]
    names = ("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias")
    return Perceptron(dict(zip(names, values, strict=True)))


def _slopes(values: list[Floats], x: Floats, labels: NDArray[np.int64]) -> list[Floats]:
    """Return the slopes of the mean cross entropy, with weight decay."""
    weight_1, bias_1, weight_2, bias_2 = values
    sums = x @ weight_1.T + bias_1
    hidden = np.maximum(sums, 0)
    logits = hidden @ weight_2.T + bias_2
    errors = np.exp(logits - logits.max(axis=1, keepdims=True))
    errors /= errors.sum(axis=1, keepdims=True)
    errors[np.arange(len(x)), labels] -= 1
    errors /= len(x)
    back = errors @ weight_2 * (sums > 0)
    return [
        back.T @ x + _DECAY * weight_1,
        back.sum(axis=0),
        errors.T @ hidden + _DECAY * weight_2,
        errors.sum(axis=0),
    ]
