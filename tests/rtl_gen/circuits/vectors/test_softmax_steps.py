# SPDX-License-Identifier: Apache-2.0
"""Softmax one element after the other: the circuits in turn give what the golden model does."""

from dataclasses import replace

import numpy as np
import pytest

from spikefloat.rtl_gen.checks.networks.neurons import run_softmax
from spikefloat.rtl_gen.circuits.vectors.softmax_steps import softmax_steps
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.cases.scores import score_cases
from spikefloat.sim.golden.vectors.softmax import softmax


@pytest.mark.parametrize(
    "name, to, length, count",
    [
        ("e4m3fn", "e4m3fn", 16, 2000),
        ("e4m3fn", "bfloat16", 3, 1000),
        ("e4m3fn", "e4m3fn", 2, 200),
        ("e5m2", "e4m3fn", 5, 1000),
        ("e2m1fn", "e4m3fn", 4, 200),
    ],
)
def test_equal_to_golden(name: str, to: str, length: int, count: int) -> None:
    fmt, result = FORMATS[name], FORMATS[to]
    (x,) = score_cases(fmt, length, count, 1)
    steps = softmax_steps(fmt, result, length, "s")
    np.testing.assert_array_equal(run_softmax(steps, x), softmax(fmt, result, None, x))


def test_wrong_threshold_is_found() -> None:
    """A neuron of the divider with another threshold changes results."""
    fmt = FORMATS["e4m3fn"]
    steps = softmax_steps(fmt, fmt, 4, "s")
    (x,) = score_cases(fmt, 4, 500, 1)
    wrong = replace(steps, share=with_fault(steps.share))
    assert (run_softmax(wrong, x) != softmax(fmt, fmt, None, x)).any()


def with_fault(graph: NeuronGraph) -> NeuronGraph:
    """Return a graph with one more in the threshold of the neuron before the lowest output."""
    place = graph.outputs[0].nodes[0] - graph.input_count
    neurons = list(graph.neurons)
    neurons[place] = neurons[place]._replace(threshold=neurons[place].threshold + 1)
    return replace(graph, neurons=tuple(neurons))


def test_lengths_and_formats() -> None:
    fmt = FORMATS["e4m3fn"]
    with pytest.raises(InputError, match="Length of softmax must be at least 2, not 1"):
        softmax_steps(fmt, fmt, 1, "s")
    with pytest.raises(InputError, match="must be supported, not bfloat16 to bfloat16"):
        softmax_steps(FORMATS["bfloat16"], FORMATS["bfloat16"], 4, "s")
