# SPDX-License-Identifier: Apache-2.0
"""Digits and their training: the same every time, and good enough."""

import sys

import numpy as np
import pytest

from spikefloat.rtl_gen.extras import MissingPackage
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.weights.rounding import quantise
from spikefloat.sim.exchange.digits import TRAINING_IMAGES, load_digits, train
from spikefloat.sim.golden.arithmetic import decode


def test_data() -> None:
    digits = load_digits()
    assert digits.images.shape == (TRAINING_IMAGES, 64)
    assert digits.test_images.shape == (360, 64)
    assert set(digits.test_labels.tolist()) == set(range(10))
    fmt = FORMATS["e4m3fn"]
    np.testing.assert_array_equal(decode(fmt, quantise(fmt, digits.images)), digits.images)


def test_training_is_repeatable_and_learns() -> None:
    digits = load_digits()
    first, second = (train(digits, hidden=8, kept=0.5, epochs=12) for _ in range(2))
    for name, values in first.arrays.items():
        np.testing.assert_array_equal(values, second.arrays[name])
    assert (first.arrays["fc1.weight"] == 0).mean() >= 0.49
    found = first.logits(digits.test_images).argmax(axis=1)
    assert (found == digits.test_labels).mean() > 0.8


@pytest.mark.parametrize(
    "hidden, kept, message",
    [
        (0, 0.5, r"^Number of hidden neurons must be at least 1, not 0$"),
        (4, 0.0, r"^Share of weights must be above 0 and at most 1, not 0.0$"),
    ],
)
def test_wrong_numbers(hidden: int, kept: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train(load_digits(), hidden, kept)


def test_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MissingPackage, match=r"^Package scikit-learn is not installed; .*\[demo\]"):
        load_digits()
