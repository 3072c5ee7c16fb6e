# SPDX-License-Identifier: Apache-2.0
"""Models as JSON and arrays: what is stored, and descriptions that are wrong."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.weights.language.models import read_language_model
from spikefloat.sim.exchange.digits import weight_file
from tests.helpers.language import GELU, TINY, tiny_model


def write(folder: Path, **changes: Any) -> Path:
    """Write a model, with other entries in its description; without those that are None."""
    data = weight_file(changes.pop("arrays", tiny_model().arrays))
    about = {
        **{name: getattr(TINY, name) for name in ("width", "hidden", "layers", "heads")},
        "key_heads": 1,
        "context": 20,
        "epsilon": [1, 65536],
        "tokens": list("abcdefghijk"),
        "sha256": hashlib.sha256(data).hexdigest(),
        **changes,
    }
    path = folder / "model.npz"
    path.write_bytes(data)
    path.with_suffix(".json").write_text(
        json.dumps({name: value for name, value in about.items() if value is not None})
    )
    return path


def test_model(tmp_path: Path) -> None:
    gelu: dict[str, Any] = {"layers": 1, "norm": "layer_norm", "feed_forward": "gelu"}
    for changes in ({}, {"sha256": None, "epsilon": None}, gelu):
        expected = tiny_model(GELU if changes is gelu else TINY)
        model = read_language_model(write(tmp_path, arrays=expected.arrays, **changes))
        assert model.decoder == expected.decoder
        assert model.tokenizer == expected.tokenizer
        assert model.arrays.keys() == expected.arrays.keys()
        for name, array in expected.arrays.items():
            np.testing.assert_array_equal(model.arrays[name], array)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"width": None}, "width in .*model.json must be an integer from 1 to .*, not None"),
        ({"layers": 1.5}, "layers in .*model.json must be an integer from 1 to .*, not 1.5"),
        ({"heads": 5}, "Number of heads must divide the 12 elements of the stream into pairs"),
        ({"tokens": "abc"}, "Tokens in .*model.json must be a list of texts"),
        ({"norm": "batch_norm"}, r"Normalisation must be rms_norm or layer_norm, .*model.json\)"),
        ({"feed_forward": ["gelu"]}, "Feed-forward layer must be one of swiglu, gelu, gelu_tanh"),
        (
            {"epsilon": [257, 1 << 25]},
            r"epsilon in .* must be a value of bfloat16, .* 257/33554432$",
        ),
        ({"epsilon": [1, 3]}, "epsilon in .* must be a numerator and a power of two"),
        ({"sha256": "0" * 64}, r"SHA-256 of .*model.npz must be 0{64}, not \w{64}"),
        ({"layers": 1}, "must be those of its layers, unlike 'layer1_attention_norm'"),
        (
            {"arrays": {**tiny_model().arrays, "layer0_bias": np.ones((1, 12))}},
            "must be those of its layers, unlike 'layer0_bias'",
        ),
    ],
)
def test_wrong_descriptions(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        read_language_model(write(tmp_path, **changes))


def test_wrong_files(tmp_path: Path) -> None:
    path = write(tmp_path, sha256=None)
    path.with_suffix(".json").write_text("[1]")
    with pytest.raises(InputError, match="Description of the model must be an object"):
        read_language_model(path)
    path.with_suffix(".json").unlink()
    with pytest.raises(InputError, match=r"Cannot read .*model.json': No such file"):
        read_language_model(path)
