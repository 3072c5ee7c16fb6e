# SPDX-License-Identifier: Apache-2.0
"""A decoder as neurons: every intermediate against the golden model, text, and planted faults."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.networks.comparison import compare
from spikefloat.rtl_gen.checks.networks.generation import generate
from spikefloat.rtl_gen.checks.networks.perplexity import perplexities
from spikefloat.rtl_gen.checks.networks.token_neurons import neuron_token_operations
from spikefloat.rtl_gen.designs.engines.token_units import make_token_units
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.decoder import Decoder
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.engine.token_units import TokenUnits
from spikefloat.sim.golden.networks.tokens import Decoding
from spikefloat.sim.golden.networks.weights import encode_weights
from spikefloat.sim.golden.values import decode
from spikefloat.sim.graphs.network import Network
from tests.helpers.language import GELU, TINY, tiny_model

NETWORK = TINY.network()
MODEL = tiny_model()


@cache
def units(decoder: Decoder = TINY) -> TokenUnits:
    return make_token_units(decoder.network())


def silent(told: str) -> None:
    assert told


@pytest.mark.parametrize("decoder", [TINY, GELU])
def test_all_equal(decoder: Decoder) -> None:
    """Every result of every step: of a prompt at once, then token by token."""
    network = decoder.network()
    weights = encode_weights(network, tiny_model(decoder).arrays)
    operations = neuron_token_operations(network, units(decoder))
    tokens = np.random.default_rng(2).integers(0, 11, (2, 11))
    neurons, golden = (Decoding(network, weights, own, count=2) for own in (operations, None))
    for part in (slice(0, 9), slice(9, 10), slice(10, 11)):
        expected = golden.run(tokens[:, part])
        found = compare(network, expected, neurons.run(tokens[:, part]))
        assert found.first_wrong is None
        assert found.logits == found.logits_equal == 2 * 11 * (part.stop - part.start)
        assert found.intermediates_equal == found.intermediates > 500
    assert len(np.unique(expected["head"]["stream"])) > 15


def test_spikes() -> None:
    """Those of a token are the same alone and among others, and are those of each circuit's operands."""
    weights = encode_weights(NETWORK, MODEL.arrays)
    counted: list[dict[str, int]] = []
    for tokens in ([[3]], [[3], [3], [3]]):
        spikes: dict[str, int] = {}
        operations = neuron_token_operations(NETWORK, units(), spikes)
        made = Decoding(NETWORK, weights, operations, count=len(tokens)).run(tokens)
        counted.append(spikes)
    assert counted[1] == {name: 3 * count for name, count in counted[0].items()}
    assert counted[0].keys() <= {graph.name for graph in units().graphs.values()}
    gate = units().gate
    assert gate is not None
    codes = [made[f"layer{layer}_up"]["codes"][0, 0] for layer in (0, 1)]
    a, b = (np.concatenate([own[start::2] for own in codes]) for start in (0, 1))
    assert counted[0][gate.name] == Network(gate).spikes({"a": a, "b": b}).sum() > 0


def with_fault(graph: NeuronGraph) -> NeuronGraph:
    """Return a circuit whose lowest bit of the result has a threshold too high."""
    neurons = list(graph.neurons)
    place = graph.outputs[0].nodes[0] - graph.input_count
    neurons[place] = neurons[place]._replace(threshold=neurons[place].threshold + 1)
    return replace(graph, neurons=tuple(neurons))


def test_text() -> None:
    """The text of a wrong circuit is found wrong; that of right ones is that of the golden model."""
    own = {"is_checked": True, "progress": silent}
    row = generate(MODEL, "ace", 17, units=units(), **own)  # type: ignore[arg-type]
    assert row["text"].startswith("ace")
    assert len(row["text"]) == 20
    # The last token is made, but nothing comes after it.
    assert row["logits"] == row["logits_equal"] == 19 * 11
    assert row["intermediates"] == row["intermediates_equal"] > 10_000
    assert "first_wrong" not in row
    assert row["refused_proposals"] == 0
    weights = encode_weights(NETWORK, MODEL.arrays)
    golden, text = Decoding(NETWORK, weights), MODEL.tokenizer.encode("ace")
    while len(text) < 20:
        made = golden.run([text[golden.position :]])["head"]["stream"]
        text.append(int(decode(NETWORK.stream_format, made)[0, -1].argmax()))
    assert row["text"] == MODEL.tokenizer.decode(text)

    wrong = replace(units(), narrow=with_fault(units().narrow))
    row = generate(MODEL, "ace", 17, units=wrong, **own)  # type: ignore[arg-type]
    assert row["first_wrong"] == "embedding: codes"
    assert row["intermediates_equal"] < row["intermediates"]
    assert len(row["text"]) == 20

    functions = {"gelu": with_fault(units(GELU).functions["gelu"])}
    wrong = replace(units(GELU), functions=functions)
    row = generate(tiny_model(GELU), "ace", 3, units=wrong, **own)  # type: ignore[arg-type]
    assert row["first_wrong"] == "layer0_up: active"


def test_refused_proposals() -> None:
    """Where neurons say something else than was proposed, what they say is the text."""
    gate = units().gate
    assert gate is not None
    wrong = replace(units(), gate=with_fault(gate), scale=with_fault(units().scale))
    row = generate(MODEL, "ace", 17, is_checked=True, progress=silent, units=wrong)
    assert row["refused_proposals"] > 0
    assert row["passes"] == row["refused_proposals"] + 1
    weights = encode_weights(NETWORK, MODEL.arrays)
    text = MODEL.tokenizer.encode(row["text"])
    alone = Decoding(NETWORK, weights, neuron_token_operations(NETWORK, wrong))
    logits = decode(NETWORK.stream_format, alone.run([text[:-1]])["head"]["stream"])[0]
    assert logits.argmax(axis=1)[2:].tolist() == text[3:]


def test_prompts_that_do_not_fit() -> None:
    for prompt, tokens, message in (
        ("ace", 18, "must have at most 20 tokens together, .*, not 3 and 18"),
        ("acz", 1, "Characters of the prompt must be among the 11 tokens .*, unlike 'z'"),
        ("", 1, "Prompt must have at least one character; it is empty"),
    ):
        with pytest.raises(InputError, match=message):
            generate(MODEL, prompt, tokens, is_checked=False, progress=silent)


def test_perplexity() -> None:
    """Random weights foretell nothing; a text of one letter is foretold by a head for that letter."""
    rng = np.random.default_rng(3)
    text = "".join("abcdefghijk"[i] for i in rng.integers(0, 11, 200))
    rows = perplexities(MODEL, text, ["e4m3fn", "e3m4"], progress=silent)
    assert [row["format"] for row in rows] == ["float32", "e4m3fn", "e3m4"]
    assert {row["tokens"] for row in rows} == {190}
    assert min(row["perplexity"] for row in rows) > 8
    float32, e4m3fn, e3m4 = (row["perplexity"] for row in rows)
    assert 0 < abs(e4m3fn / float32 - 1) < 0.2
    assert 0 < abs(e3m4 / float32 - 1) < 0.2
    with pytest.raises(InputError, match="Text must have at least 20 tokens, not 19"):
        perplexities(MODEL, text[:19], ["e4m3fn"], progress=silent)
