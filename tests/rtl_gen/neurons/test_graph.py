# SPDX-License-Identifier: Apache-2.0
"""The neuron graph: numbering, layers, identity."""

import subprocess
import sys

import pytest

from spikefloat.rtl_gen.neurons.builder import NeuronGraphBuilder
from spikefloat.rtl_gen.neurons.graph import NeuronGraph


def full_adder() -> NeuronGraph:
    """Return a full adder of two neurons."""
    builder = NeuronGraphBuilder("full_adder")
    a, b, c = (builder.input(name, 1)[0] for name in "abc")
    with builder.scope("adder"):
        carry = builder.neuron([(a, 1), (b, 1), (c, 1)], 2, "carry")
        total = builder.neuron([(a, 1), (b, 1), (c, 1), (carry, -2)], 1, "sum")
    builder.output("y", (total, carry))
    return builder.build()


def test_numbering_and_layers() -> None:
    graph = full_adder()
    assert graph.input_count == 3
    assert graph.node_count == 5
    assert [node for node, _ in graph.numbered_neurons()] == [3, 4]
    assert graph.layers == (0, 0, 0, 1, 2)
    assert graph.depth == 2
    assert graph.output("y").nodes == (4, 3)
    assert graph.input("b").nodes == (1,)
    assert [scope.path for scope in graph.scopes] == [(), ("adder",)]


def test_equal_graphs_are_equal_and_hash_alike() -> None:
    assert full_adder() == full_adder()
    assert len({full_adder(), full_adder()}) == 1


def test_digest_does_not_depend_on_the_process() -> None:
    code = "from tests.rtl_gen.neurons.test_graph import full_adder; print(full_adder().digest)"
    digests = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        ).stdout
        for seed in ("1", "2")
    }
    assert digests == {full_adder().digest + "\n"}


def test_is_immutable() -> None:
    with pytest.raises(AttributeError):
        full_adder().name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    "method, message",
    [
        ("input", r"^Input of full_adder must be one of a, b, c, not 'z'$"),
        ("output", r"^Output of full_adder must be one of y, not 'z'$"),
    ],
)
def test_unknown_port(method: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        getattr(full_adder(), method)("z")
