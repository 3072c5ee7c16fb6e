# SPDX-License-Identifier: Apache-2.0
"""What neurons become: as few operations as the functions they compute need."""

import pytest

from spikefloat.sim.graphs.lowering import lower
from spikefloat.sim.graphs.network import Network
from tests.helpers.graphs import raw_graph


def test_full_adder_takes_five_operations():
    """Sum and carry of threshold neurons cost no more than the gates of a full adder."""
    graph = raw_graph(
        [([0, 1, 2], [1, 1, 1], 2), ([0, 1, 2, 3], [1, 1, 1, -2], 1)],
        inputs={"a": 3},
        outputs={"y": [4, 3]},
    )
    assert Network(graph).run({"a": range(8)})["y"].tolist() == [0, 1, 1, 2, 1, 2, 2, 3]
    assert Network(graph).operations == 5


@pytest.mark.parametrize(
    "neurons",
    [
        [([0, 1], [1, 1], 2), ([0, 1, 2], [1, 1, -2], 1)],
        [
            ([0], [-1], 0),
            ([1], [-1], 0),
            ([0, 3], [1, 1], 2),
            ([1, 2], [1, 1], 2),
            ([4, 5], [1, 1], 1),
        ],
        [([0, 1], [1, 1], 1), ([0, 1], [1, 1], 2), ([2, 3], [1, -1], 1)],
    ],
    ids=["two neurons", "and-or-not", "and-or"],
)
def test_xor_takes_one_operation(neurons):
    graph = raw_graph(neurons, inputs={"a": 2}, outputs={"y": [1 + len(neurons)]})
    assert Network(graph).run({"a": range(4)})["y"].tolist() == [0, 1, 1, 0]
    assert Network(graph).operations == 1


def test_many_equal_weights_are_added():
    """Half of twelve: 80 operations when decided on one by one, fewer when added."""
    graph = raw_graph([(range(12), [1] * 12, 6)], inputs={"a": 12}, outputs={"y": [12]})
    assert Network(graph).run({"a": range(4096)})["y"].tolist() == [
        pattern.bit_count() >= 6 for pattern in range(4096)
    ]
    assert Network(graph).operations <= 60


def test_almost_parity_is_no_parity():
    """One pattern in eight that differs from the full adder's sum must not be overlooked."""
    graph = raw_graph(
        [([0, 1, 2], [1, 1, 1], 2), ([0, 1, 2, 3], [1, 1, 1, -3], 1)],
        inputs={"a": 3},
        outputs={"y": [4]},
    )
    assert Network(graph).run({"a": range(8)})["y"].tolist() == [0, 1, 1, 0, 1, 0, 0, 0]


def test_registers_are_used_again():
    """A chain of 2,000 neurons needs few registers, and its nodes are lowered only once."""
    neurons = [([max(0, i - 1), i], [1, -1], i % 2) for i in range(1, 2000)]
    graph = raw_graph(neurons, inputs={"a": 2}, outputs={"y": [2000]})
    program = lower(graph)
    assert program.registers <= 6
    copy = raw_graph(neurons, inputs={"a": 2}, outputs={"y": [2000]})
    assert lower(copy) is program
