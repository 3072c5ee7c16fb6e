# SPDX-License-Identifier: Apache-2.0
"""The program of a decoder: where tensors lie, what fills their words, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.description import Rotate
from spikefloat.rtl_gen.networks.token_program import make_token_program
from spikefloat.sim.golden.networks.weights import encode_weights
from tests.helpers.language import TINY, tiny_model
from tests.helpers.networks import small_network, small_weights

NETWORK = TINY.network()
WEIGHTS = encode_weights(NETWORK, tiny_model().arrays)


def test_memories() -> None:
    """Keys and values have a row for each token; what fills a word changes no sum."""
    program = make_token_program(NETWORK, WEIGHTS, 8)
    assert program.context == 20
    assert program.outputs == 11
    assert {len(word) for word in (*program.codes, *program.weights)} == {8}
    rows = {name: shape for name, shape in NETWORK.tensors.items() if name != "input"}
    right = {step.w for step in NETWORK.steps if hasattr(step, "w") and step.w in rows}
    words = sum(-(-c // 8) * (r if name in right else 1) for name, (r, c) in rows.items())
    assert len(program.codes) == words
    assert right == {
        f"layer{n}_head0_{kind}" for n in (0, 1) for kind in ("key_turned", "value_codes")
    }
    # Six codes of a key and two of -0, in each of 20 rows of two layers; 20 of a value and four.
    filled = [tuple(word) for word in program.codes if 128 in word]
    assert filled.count((0,) * 6 + (128,) * 2) == 2 * 20
    assert filled.count((0,) * 4 + (128,) * 4) == len(filled) - 2 * 20 == 2 * 6
    table = np.array(program.weights[: 2 * 11]).reshape(11, 16)
    np.testing.assert_array_equal(table[:, :12], WEIGHTS["embedding"])
    assert (table[:, 12:] == 128).all()
    assert len(program.angles) == 20 * 3
    np.testing.assert_array_equal(program.exponents[:11], WEIGHTS["embedding_exponents"][:, 0])


def test_instructions() -> None:
    program = make_token_program(NETWORK, WEIGHTS, 8)
    of = dict(zip((step.name for step in NETWORK.steps), program.instructions, strict=True))
    assert len(of) == len(program.instructions)
    scores, mixed = of["layer0_head1_scores"], of["layer0_head1_mixed"]
    assert (scores.each_token, scores.over_tokens, scores.is_scaled) == (True, False, False)
    assert (mixed.each_token, mixed.over_tokens, mixed.first) == (False, True, 6)
    # Both heads share keys and values.
    assert scores.w == of["layer0_head0_scores"].w
    value = of["layer0_head0_value"]
    assert (value.is_transposed, value.row_words, value.into) == (True, 3, mixed.w)
    assert of["layer0_up"].is_gated
    assert of["head"].keep == program.logits
    assert not of["head"].writes


def test_wrong() -> None:
    values = small_network()
    with pytest.raises(InputError, match="must be numbers of tokens, not values"):
        make_token_program(values, small_weights(values), 8)
    steps = [
        replace(step, cos="sin_of_angles") if isinstance(step, Rotate) and number < 9 else step
        for number, step in enumerate(NETWORK.steps)
    ]
    with pytest.raises(InputError, match="Angles of a decoder must be one and the same"):
        make_token_program(replace(NETWORK, steps=tuple(steps)), WEIGHTS, 8)
