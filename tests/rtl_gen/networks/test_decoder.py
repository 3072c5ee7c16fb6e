# SPDX-License-Identifier: Apache-2.0
"""Decoders as steps: what is shared, what is turned, and what does not fit."""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.decoder import Decoder
from spikefloat.rtl_gen.networks.description import Lookup, Norm, Product, Rotate, Softmax
from spikefloat.rtl_gen.networks.program import make_program
from tests.helpers.language import TINY


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
    ],
)
def test_numbers_out_of_range(changes: dict[str, int], message: str) -> None:
    with pytest.raises(InputError, match=message):
        replace(TINY, **changes)


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
    """An engine takes values, not tokens, and says so."""
    with pytest.raises(InputError, match="Steps of an engine must be .*, unlike embedding"):
        make_program(TINY.network(), {})


def test_sizes_of_the_family() -> None:
    """The sizes of the 260,000-weight model of stories give that number."""
    stories = Decoder(
        width=64, hidden=172, layers=5, heads=8, key_heads=4, vocabulary=512, context=512
    )
    # Gains and weights as its checkpoint has them.
    layer = 2 * 64 + 2 * 64 * 64 + 2 * 32 * 64 + 3 * 172 * 64
    assert stories.network(8).weight_count == 512 * 64 + 5 * layer + 64 == 260_032
