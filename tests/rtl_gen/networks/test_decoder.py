# SPDX-License-Identifier: Apache-2.0
"""Decoders as steps: what is shared, what is turned, and what does not fit."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from scripts.random_checkpoint import STORIES
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.description import Lookup, Norm, Product, Rotate, Softmax
from spikefloat.rtl_gen.networks.program import make_program
from tests.helpers.language import GELU, TINY
from tests.helpers.networks import small_network


def test_steps() -> None:
    network = replace(TINY, heads=6, key_heads=2).network()
    kinds = [type(step) for step in network.steps]
    # For each layer six queries, two keys, two values, scores and mixed values of six, three more;
    # queries and keys are turned.
    assert [kinds.count(kind) for kind in (Lookup, Product, Norm, Rotate, Softmax)] == [
        1,
        2 * (6 + 2 + 2 + 6 + 6 + 3) + 1,
        5,
        2 * 8,
        2 * 6,
    ]
    scores = [s for s in network.steps if isinstance(s, Product) and s.name.endswith("_scores")]
    assert [step.w for step in scores[:6]] == [
        f"layer0_head{group}_key_turned" for group in (0, 0, 0, 1, 1, 1)
    ]
    assert network.takes_tokens
    assert network.vocabulary == 11
    head = network.steps[-1]
    assert isinstance(head, Product)
    assert head.w == "embedding"
    assert network.scaled == {name for name, shape in network.trained.items() if shape[0] > 1}


def test_angles() -> None:
    network = replace(TINY, width=16).network()
    cos = np.array(network.constant("cos_of_angles"))
    sin = np.array(network.constant("sin_of_angles"))
    assert cos.shape == (20, 4)
    np.testing.assert_allclose(cos[3] + 1j * sin[3], np.exp(3j * 0.1 ** np.arange(4)))


def test_weights_of_its_own() -> None:
    shared, own = TINY.network(), replace(TINY, is_shared=False).network()
    assert own.weight_count == shared.weight_count + 11 * 12
    assert TINY.network(5).shape("input") == (5, 1)
    assert TINY.network(99).shape("input") == (20, 1)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"layers": 0}, "Number of layers must be at least 1, not 0"),
        ({"vocabulary": 1}, "Tokens of the vocabulary must be at least 2, not 1"),
        ({"heads": 5}, "heads must divide the 12 elements of the stream into pairs, not 5"),
        ({"heads": 4}, "heads must divide the 12 elements of the stream into pairs, not 4"),
        ({"heads": 6, "key_heads": 4}, "Number of key heads must divide the 6 heads, not 4"),
        ({"norm": "layernorm"}, "rms_norm or layer_norm, not 'layernorm'; did you mean"),
        ({"feed_forward": "relu"}, "must be one of swiglu, gelu, gelu_tanh, not 'relu'"),
    ],
)
def test_numbers_out_of_range(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(TINY, **changes)


def test_layer_norm_and_gelu() -> None:
    """Normalisations have offsets; the first product of a feed-forward layer has a row for each element."""
    network = GELU.network()
    norms = [step for step in network.steps if isinstance(step, Norm)]
    assert [step.offset for step in norms] == [f"{step.gain}_offset" for step in norms]
    assert len(norms) == 3
    assert network.shape("layer0_up") == (7, 12)
    (active,) = (s for s in network.steps if isinstance(s, Product) and s.function is not None)
    assert (active.name, active.function, active.is_gated) == ("layer0_up", "gelu", False)
    assert network.shape("layer0_active") == (20, 7)
    place = network.steps.index(active)
    for changes, message in (
        ({"function": "relu"}, "Function of layer0_up must be gelu or gelu_tanh, not 'relu'"),
        ({"keep": "x1", "add": "x0", "w": "layer0_output"}, "must be of codes, not of a gate or"),
    ):
        steps = list(network.steps)
        steps[place] = replace(active, **changes)  # type: ignore[arg-type]
        with pytest.raises(InputError, match=message):
            replace(network, steps=tuple(steps))


def test_steps_that_do_not_fit() -> None:
    network = TINY.network()
    steps = list(network.steps)
    place = next(i for i, step in enumerate(steps) if isinstance(step, Rotate))
    wrong = replace(steps[place], cos="embedding")  # type: ignore[arg-type]
    with pytest.raises(InputError, match=r"Shape of embedding in \w+ must be \(20, 3\), not"):
        replace(network, steps=(*steps[:place], wrong, *steps[place + 1 :]))
    lookup = replace(steps[0], keep="x9")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="Stream of the network must have 'x9'"):
        replace(network, steps=(lookup, *steps[1:]))


def test_no_engine_yet() -> None:
    """An engine takes values, not tokens, RMSNorm and gates, and says so."""
    with pytest.raises(InputError, match="Steps of an engine must be .*, unlike embedding"):
        make_program(TINY.network(), {})
    for norm, kind, message in (
        ("layer_norm", "swiglu", "of an engine of rows must be RMSNorm, unlike layer0_attention_n"),
        ("rms_norm", "gelu_tanh", "of an engine of rows must be gated, unlike layer0_up"),
    ):
        with pytest.raises(InputError, match=message):
            make_program(small_network(norm, kind), {})


def test_sizes_of_the_family() -> None:
    """The sizes of the 260,000-weight model of stories give that number."""
    # Gains and weights as its checkpoint has them.
    layer = 2 * 64 + 2 * 64 * 64 + 2 * 32 * 64 + 3 * 172 * 64
    assert STORIES.network(8).weight_count == 512 * 64 + 5 * layer + 64 == 260_032
