# SPDX-License-Identifier: Apache-2.0
"""Decoders in ONNX: the same model as from other files, what ONNX itself computes, and refusals."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from scripts.write_onnx import onnx_model
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import MissingPackage
from spikefloat.rtl_gen.networks.decoder import Decoder
from spikefloat.rtl_gen.weights.language.model import LanguageModel
from spikefloat.rtl_gen.weights.language.models import read_language_model
from spikefloat.rtl_gen.weights.language.onnx_decoder import read_onnx_decoder
from spikefloat.sim.golden.networks.tokens import Decoding
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.training.floats import FloatNetwork
from spikefloat.sim.training.language import STORED
from tests.helpers.language import GELU, TINY, tiny_model

OWN_HEAD = replace(TINY, heads=3, key_heads=3, width=12, is_shared=False, base=500)
TANH = replace(GELU, feed_forward="gelu_tanh", norm="rms_norm", heads=6, key_heads=2, layers=2)


def write(folder: Path, model: Any, tokens: list[str] | None = None) -> Path:
    """Write a model and its tokens."""
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    if tokens is not None:
        path.with_suffix(".json").write_text(json.dumps({"tokens": tokens}))
    return path


def node_of(model: Any, name: str) -> Any:
    return next(node for node in model.graph.node if node.name == name)


def attribute_of(model: Any, name: str, attribute: str) -> Any:
    return next(one for one in node_of(model, name).attribute if one.name == attribute)


def changed(model: Any, name: str, change: Callable[[Any], Any]) -> None:
    """Replace an initializer."""
    (entry,) = (entry for entry in model.graph.initializer if entry.name == name)
    array = change(numpy_helper.to_array(entry))
    entry.CopyFrom(numpy_helper.from_array(array, name))


def computed(model: Any, tokens: list[int]) -> np.ndarray:
    """Return the logits that ONNX says."""
    given = {"tokens": np.array([tokens]), "positions": np.arange(len(tokens))[None]}
    return np.asarray(ReferenceEvaluator(model).run(None, given)[0][0])


@pytest.mark.parametrize("decoder", [TINY, GELU, OWN_HEAD, TANH])
def test_same_model(decoder: Decoder, tmp_path: Path) -> None:
    """What was written is read: sizes, weights and tokens; and ONNX computes the same in floats."""
    expected = tiny_model(decoder)
    model = onnx_model(expected)
    read = read_language_model(write(tmp_path, model, list("abcdefghijk")))
    assert read.decoder == expected.decoder
    assert read.tokenizer == expected.tokenizer
    assert read.arrays.keys() == expected.arrays.keys()
    for name, array in expected.arrays.items():
        np.testing.assert_array_equal(read.arrays[name], array, err_msg=name)
    tokens = np.random.default_rng(4).integers(0, 11, 20).tolist()
    network = decoder.network()
    x = np.array(tokens)[None, :, None]
    floats = FloatNetwork(network, is_rounded=False).run(read.arrays, x)[0]
    np.testing.assert_allclose(floats, computed(model, tokens), rtol=1e-3, atol=1e-4)


def test_stored_model(tmp_path: Path) -> None:
    """The stored model has the same codes of weights from ONNX, and so the same logits and tokens."""
    stored = read_language_model(STORED)
    read = read_language_model(
        write(tmp_path, onnx_model(stored), [p.decode() for p in stored.tokenizer.pieces])
    )
    assert (read.decoder, read.tokenizer) == (stored.decoder, stored.tokenizer)
    network = stored.decoder.network(6)
    begin = stored.tokenizer.encode("neuron")
    logits = []
    for model in (stored, read):
        made = Decoding(network, encode_weights(network, model.arrays)).run([begin])
        logits.append(made["head"]["stream"])
    np.testing.assert_array_equal(*logits)


def test_other_ways_to_write(tmp_path: Path) -> None:
    """Halves that are turned, x * Sigmoid(x), the usual scale, operands the other way round: the same."""
    expected = tiny_model(replace(TINY, width=16, layers=1))
    model = onnx_model(expected)
    size = expected.decoder.head_size
    order = np.arange(size).reshape(-1, 2).T.ravel()  # first those of a pair, then the others
    for kind, count in (("query", 2), ("key", 1)):
        rows = np.concatenate([order + size * head for head in range(count)])
        changed(model, f"layer0_{kind}.weight", lambda array, rows=rows: array[:, rows])
        attribute_of(model, f"layer0_{kind}_turned", "interleaved").i = 0
    changed(model, "layer0_query.weight", lambda array: array * np.float32(size**0.5))
    attention = node_of(model, "layer0_mixed")
    attention.attribute.remove(attribute_of(model, "layer0_mixed", "scale"))
    swish = node_of(model, "layer0_gate_active")
    place = list(model.graph.node).index(swish)
    sigmoid = onnx.helper.make_node("Sigmoid", ["layer0_gate"], ["sigmoid"], name="sigmoid")
    product = onnx.helper.make_node("Mul", ["sigmoid", "layer0_gate"], list(swish.output))
    model.graph.node.remove(swish)
    model.graph.node.insert(place, product)
    model.graph.node.insert(place, sigmoid)
    add = node_of(model, "x1")
    add.input[:] = add.input[::-1]
    onnx.checker.check_model(model)
    decoder, arrays = read_onnx_decoder(write(tmp_path, model))
    assert decoder == expected.decoder
    for name, array in expected.arrays.items():
        np.testing.assert_allclose(arrays[name], array, rtol=1e-6, err_msg=name)
    tokens = [3, 1, 4, 1, 5]
    x = np.array(tokens)[None, :, None]
    floats = FloatNetwork(decoder.network(5), is_rounded=False).run(arrays, x)[0]
    np.testing.assert_allclose(floats, computed(model, tokens), rtol=1e-3, atol=1e-4)


def test_small_embedding(tmp_path: Path) -> None:
    """The stream is multiplied by a power of two; epsilon is what the circuits can have."""
    given = tiny_model(replace(TINY, epsilon=Fraction(1, 100_000)))
    small = {**given.arrays, "embedding": given.arrays["embedding"] / np.float32(64)}
    decoder, arrays = read_onnx_decoder(
        write(tmp_path, onnx_model(LanguageModel(given.decoder, small, given.tokenizer)))
    )
    np.testing.assert_array_equal(arrays["embedding"], given.arrays["embedding"])
    assert not decoder.is_shared
    assert decoder.epsilon == Fraction(21, 1 << 21) * 4**6


def drop(count: int) -> Callable[[Any], Any]:
    return lambda array: array[..., count:]


@pytest.mark.parametrize(
    "change, message",
    [
        (
            lambda m: changed(m, "layer1_key.weight", drop(1)),
            "Weight wk of layer 1 must have the sh",
        ),
        (lambda m: changed(m, "cos", lambda a: a * 2), "must be those of position .* by 1"),
        (
            lambda m: changed(m, "sin", drop(1)),
            r"cosines and sines alike, not \(20, 3\) and \(20, 2",
        ),
        (lambda m: changed(m, "head_norm.weight", drop(2)), "head_norm must have the shape"),
        (
            lambda m: changed(m, "layer0_down.weight", lambda a: a * np.float32("nan")),
            "Weight layer0_down must be finite",
        ),
        (
            lambda m: node_of(m, "layer0_active").__setattr__("op_type", "Div"),
            "'layer0_active' must be made by Mul or Gelu of a decoder, not by Div 'layer0_active'",
        ),
        (
            lambda m: node_of(m, "layer1_mixed").input.append("mask"),
            "Attention 'layer1_mixed' must have no mask and no past keys",
        ),
        (
            lambda m: attribute_of(m, "layer1_mixed", "is_causal").__setattr__("i", 0),
            "'layer1_mixed' must have is_causal = 1, not 0",
        ),
        (
            lambda m: attribute_of(m, "layer0_feed_norm", "epsilon").__setattr__("f", 0.5),
            "Normalisations must be of one kind with one epsilon",
        ),
        (
            lambda m: attribute_of(m, "layer1_key_turned", "num_heads").__setattr__("i", 2),
            "Queries and keys of 'layer1_mixed' must be turned in the same way",
        ),
        (
            lambda m: node_of(m, "x4").input.__setitem__(0, "x1"),
            "What is added to 'x1' must be made of it, not 'x3'",
        ),
        (
            lambda m: node_of(m, "x0").input.__setitem__(1, "cos"),
            "Gather 'x0' must take the tokens, an input of the graph",
        ),
        (
            lambda m: m.graph.output.append(m.graph.output[0]),
            "Graph must have one result, the logits, not 2",
        ),
        (
            lambda m: node_of(m, "layer0_key_turned").input.pop(),
            "RotaryEmbedding 'layer0_key_turned' must have the positions of tokens",
        ),
        (
            lambda m: node_of(m, "layer0_value").input.__setitem__(1, "none"),
            "Tensor 'none' must be made by Transpose of a decoder, not by no node",
        ),
    ],
)
def test_refused(change: Callable[[Any], None], message: str, tmp_path: Path) -> None:
    model = onnx_model(tiny_model())
    change(model)
    with pytest.raises(InputError, match=message):
        read_onnx_decoder(write(tmp_path, model))


def test_wrong_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is cut short or empty, tokens that are missing or too few, no package."""
    data = onnx_model(tiny_model()).SerializeToString()
    path = tmp_path / "model.onnx"
    for part, message in ((data[:1000], "cut short"), (b"", "empty"), (b"text", "damaged")):
        path.write_bytes(part)
        with pytest.raises(InputError, match=f"must be a valid .onnx file, .*: it is .*{message}"):
            read_language_model(path)
    path.write_bytes(data)
    with pytest.raises(InputError, match="Cannot read .*model.json"):
        read_language_model(path)
    path.with_suffix(".json").write_text('{"tokens": ["a"]}')
    with pytest.raises(InputError, match="must be the 11 of the model, not 1"):
        read_language_model(path)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingPackage, match="Package onnx is not installed; run `.*pip install"):
        read_language_model(path)
