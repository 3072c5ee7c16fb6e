# SPDX-License-Identifier: Apache-2.0
"""Programs of engines: where tensors are, what fills up words, and what no engine can do."""

from dataclasses import replace

import pytest

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.networks.description import Product
from spikefloat.rtl_gen.networks.program import Program, make_program
from tests.helpers.networks import small_network, small_weights


def small_program() -> Program:
    network = small_network()
    return make_program(network, small_weights(network))


def test_places_do_not_overlap() -> None:
    program = small_program()
    network = program.network
    words = [
        place + row
        for name, place in program.places.items()
        for row in range(network.shape(name)[0])
    ]
    assert sorted(words) == list(range(len(program.codes)))
    assert len(program.weights) == sum(rows for rows, _ in network.weights.values())
    assert {len(word) for word in (*program.codes, *program.weights)} == {5}
    assert program.stream_words == 3 * 12 + 5


def test_what_fills_up_words() -> None:
    """Left operands with +0, right ones with -0; a one in the input for each token."""
    program = small_program()
    first = program.places
    assert [program.codes[first["input"] + row][2:] for row in range(3)] == [
        [0x38, 0, 0],
        [0, 0x38, 0],
        [0, 0, 0x38],
    ]
    assert program.codes[first["layer0_head0_query_codes"]] == [0, 0, 0, 0, 0]
    assert program.codes[first["layer0_head0_key_codes"]] == [0, 0, 0x80, 0x80, 0x80]
    assert program.codes[first["layer0_head1_value_codes"]] == [0, 0, 0, 0x80, 0x80]
    assert all(word[4] == 0x80 for word in program.weights[4:8])


def test_instructions_follow_the_steps() -> None:
    program = small_program()
    network = program.network
    by_name = dict(zip((s.name for s in network.steps), program.instructions, strict=True))
    embedding = by_name["embedding"]
    assert (embedding.rows, embedding.columns, embedding.is_weight) == (3, 4, True)
    assert embedding.keeps
    assert not embedding.adds
    assert not embedding.is_output
    scores = by_name["layer0_head1_scores"]
    assert not scores.is_weight
    assert scores.w == program.places["layer0_head1_key_codes"]
    assert by_name["layer0_head1_value"].is_transposed
    assert by_name["layer0_head1_mixed"].first == 2
    assert by_name["layer0_up"].is_gated
    down = by_name["layer0_down"]
    assert (down.adds, down.add, down.keep) == (True, 12, 24)
    head = by_name["head"]
    assert head.is_output
    assert not head.writes
    assert by_name["layer0_head0_shares"].is_softmax
    assert by_name["head_norm"].is_norm
    assert by_name["head_norm"].rows == 1


def test_no_engine() -> None:
    network = small_network()
    weights = small_weights(network)
    with pytest.raises(InputError, match="Results of an engine must be one row, not 3"):
        make_program(replace(network, output="x1"), weights)
    with pytest.raises(InputError, match="Weight head must be given as 5 rows of 4 codes"):
        make_program(network, {**weights, "head": weights["head"].T})
    with pytest.raises(InputError, match="Weight mean must be given as 1 rows of 3 codes"):
        make_program(network, {name: rows for name, rows in weights.items() if name != "mean"})
    steps = tuple(
        replace(step, x="layer0_head0_key_codes")
        if isinstance(step, Product) and step.name == "layer0_head0_scores"
        else step
        for step in network.steps
    )
    with pytest.raises(InputError, match="must be a left operand or a right one, not both"):
        make_program(replace(network, steps=steps), weights)
