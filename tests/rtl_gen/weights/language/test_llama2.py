# SPDX-License-Identifier: Apache-2.0
"""Checkpoints of llama2.c, written here as its description says, and what is refused."""

import struct
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.networks.decoder import Decoder
from spikefloat.rtl_gen.networks.description import Network
from spikefloat.rtl_gen.weights.language.llama2 import read_llama2
from spikefloat.rtl_gen.weights.language.models import read_language_model
from spikefloat.sim.golden.networks.tokens import Decoding
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.golden.values import decode
from spikefloat.sim.training.floats import FloatNetwork
from tests.helpers.language import legacy_file, llama_arrays, llama_logits, tokenizer_file

SIZES = Decoder(width=24, hidden=10, layers=2, heads=3, key_heads=1, vocabulary=9, context=16)
TOKENS = [3, 0, 8, 8, 1, 5, 2, 7, 7, 4, 6]


def version_1_file(decoder: Decoder, arrays: dict[str, np.ndarray]) -> bytes:
    """Return a checkpoint of version 1, as its description says."""
    d = decoder
    sizes = (d.width, d.hidden, d.layers, d.heads, d.key_heads, d.vocabulary, d.context)
    header = struct.pack("<Ii7iB", 0x616B3432, 1, *sizes, d.is_shared)
    names = [
        "norm",
        "feed_norm",
        "head_norm",
        "embedding",
        "wq",
        "wk",
        "wv",
        "wo",
        "w1",
        "w2",
        "w3",
    ]
    names += [] if d.is_shared else ["head"]
    return header.ljust(256, b"\0") + b"".join(arrays[n].astype("<f4").tobytes() for n in names)


@pytest.mark.parametrize("is_shared", [True, False])
@pytest.mark.parametrize("write", [legacy_file, version_1_file])
def test_logits_are_those_of_the_formulas(
    write: Callable[[Decoder, dict[str, np.ndarray]], bytes], is_shared: bool, tmp_path: Path
) -> None:
    """The network with the weights of a file gives what the Llama paper says: in floats nearly the
    same, in codes within the error of their roundings."""
    sizes = replace(SIZES, is_shared=is_shared)
    arrays = llama_arrays(sizes)
    path = tmp_path / "model.bin"
    path.write_bytes(write(sizes, arrays))
    decoder, read = read_llama2(path)
    expected = llama_logits(sizes, arrays, TOKENS)
    network = decoder.network(len(TOKENS))
    x = np.array(TOKENS)
    floats = FloatNetwork(network, is_rounded=False, kind=np.float64).run(read, x[None, :, None])[0]
    np.testing.assert_allclose(floats, expected, rtol=1e-9, atol=2e-3 * abs(expected).max())
    angles = {"cos_of_angles", "sin_of_angles"}
    assert angles.isdisjoint(network.trained)

    assert 0.05 < _error(network, read, expected) < 0.25


@pytest.mark.slow
def test_logits_of_longer_significands(tmp_path: Path) -> None:
    """With seven bits more in each code, the error is a tenth at most: nothing but roundings is in it."""
    arrays = llama_arrays(SIZES)
    path = tmp_path / "model.bin"
    path.write_bytes(legacy_file(SIZES, arrays))
    decoder, read = read_llama2(path)
    expected = llama_logits(SIZES, arrays, TOKENS)
    network = replace(decoder.network(len(TOKENS)), code_format=FORMATS["binary16"])
    assert 0.001 < _error(network, read, expected) < 0.02


def _error(network: Network, arrays: dict[str, Any], expected: np.ndarray) -> float:
    """Return the error of the logits of the golden model, as a share of them."""
    made = Decoding(network, encode_weights(network, arrays)).run([TOKENS])
    logits = decode(network.stream_format, made["head"]["stream"])[0]
    return float(np.sqrt(((logits - expected) ** 2).mean() / (expected**2).mean()))


def test_stream_has_values_that_codes_hold_well(tmp_path: Path) -> None:
    arrays = llama_arrays(SIZES, spread=0.01)
    path = tmp_path / "model.bin"
    path.write_bytes(legacy_file(SIZES, arrays))
    decoder, read = read_llama2(path)
    np.testing.assert_array_equal(read["embedding"], arrays["embedding"] * 64.0)
    np.testing.assert_array_equal(read["layer1_output"], arrays["wo"][1] * 64.0)
    np.testing.assert_array_equal(read["head"], arrays["embedding"])
    assert decoder.epsilon == Fraction(4**6, 1 << 17)
    assert not decoder.is_shared


def changed(place: int, value: int) -> Callable[[bytes], bytes]:
    return lambda data: data[: 4 * place] + struct.pack("<i", value) + data[4 * place + 4 :]


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda data: data[:20], "model.bin must have a header of 28 bytes, not 20"),
        (lambda data: data[:-1], r"model.bin must have \d+ bytes, as its header says, not \d+"),
        (lambda data: data + b"\0" * 4, r"model.bin must have \d+ bytes, as its header says, not"),
        (changed(0, 32), "Number of heads must divide the 32 elements"),
        (changed(4, 2), "Number of key heads must divide the 3 heads, not 2"),
        (changed(2, -1), "Number of layers must be at least 1, not -1"),
        (changed(1, 1 << 29), "Header of checkpoint .* must be sizes, not 24, 536870912, 2"),
        (changed(9, 0x7FC00000), "must be finite, not NaN or infinite in embedding"),
        (
            lambda data: struct.pack("<Ii", 0x616B3432, 2) + data,
            "Version of checkpoint .* must be 1 or none, not 2",
        ),
    ],
)
def test_damaged(change: Callable[[bytes], bytes], message: str, tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(change(legacy_file(SIZES, llama_arrays(SIZES))))
    with pytest.raises(InputError, match=message):
        read_llama2(path)


def test_files_that_do_not_fit(tmp_path: Path) -> None:
    path, tokens = tmp_path / "model.bin", tmp_path / "tokens.bin"
    path.write_bytes(legacy_file(SIZES, llama_arrays(SIZES)))
    tokens.write_bytes(tokenizer_file([(b"a", 0.0)] * 8))
    with pytest.raises(InputError, match="Option --tokenizer must be given with .*model.bin"):
        read_language_model(path)
    with pytest.raises(InputError, match="must have the 9 tokens of the model, not 8 only"):
        read_language_model(path, tokens)
    with pytest.raises(InputError, match=r"Cannot read .*none.bin': No such file"):
        read_language_model(tmp_path / "none.bin", tokens)
    with pytest.raises(
        InputError, match=r"Checkpoint must be a .bin, .npz or .onnx file, not .*model.pt"
    ):
        read_language_model(tmp_path / "model.pt")
    with pytest.raises(InputError, match="must be used with a .bin file, not .*model.npz"):
        read_language_model(tmp_path / "model.npz", tokens)
