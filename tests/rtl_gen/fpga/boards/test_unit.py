# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of a board, in the exact simulator: every operation on every pair."""

import re

import numpy as np
import pytest

from spikefloat.rtl_gen.designs.catalog import entries, find_design
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.formats import FORMATS, Overflow, find_format, resolve_overflow
from spikefloat.rtl_gen.fpga.boards.protocol_tables import BOARD_FORMATS, OPERATIONS, operations_of
from spikefloat.rtl_gen.fpga.boards.unit import PARTS, unit_graph
from spikefloat.sim.golden.operations import expected
from spikefloat.sim.graphs.network import Network

CASES = [(name, None) for name in BOARD_FORMATS] + [("e4m3fn", "saturate"), ("e5m2", "saturate")]


@pytest.mark.parametrize("name, policy", CASES)
def test_every_pair(name, policy):
    fmt = find_format(name)
    overflow = resolve_overflow(fmt, policy)
    network = Network(unit_graph(fmt, overflow))
    size = 1 << fmt.width
    a, b = (grid.ravel() for grid in np.meshgrid(np.arange(size), np.arange(size)))
    part_of = {"multiply": 0, "add": 1, "subtract": 1}
    for operation in operations_of(fmt):
        outputs = network.run(
            {"operation": np.full(a.shape, OPERATIONS[operation]), "a": a, "b": b}
        )
        wanted = expected(operation, fmt, [a, b], overflow)
        np.testing.assert_array_equal(outputs["y"], wanted)
        # Only the circuit that is asked spikes; without spikes the result is zero.
        part = 1 << part_of.get(operation, 2)
        np.testing.assert_array_equal(outputs["parts"], np.where(wanted != 0, part, 0))
    assert a.size == 4**fmt.width


def test_table():
    assert set(OPERATIONS) <= set(entries(Design))
    assert PARTS == ("multiplier", "adder", "comparator")
    assert "unordered" not in operations_of(FORMATS["e2m1fn"])
    for fmt in map(find_format, BOARD_FORMATS):
        # A prefix, so that one comparison tells what is known.
        assert [OPERATIONS[name] for name in operations_of(fmt)] == list(
            range(len(operations_of(fmt)))
        )


def test_format():
    message = f"Format of a board must be one of {', '.join(BOARD_FORMATS)}, not 'bfloat16'"
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        unit_graph(find_format("bfloat16"), Overflow.NAN)


def test_budget():
    neurons = unit_graph(find_format("e4m3fn"), Overflow.NAN).neurons
    assert max(abs(weight) for neuron in neurons for weight in neuron.weights) == 2
    assert max(len(neuron.sources) for neuron in neurons) == 4


@pytest.mark.parametrize("name", BOARD_FORMATS)
def test_operations_are_those_of_the_catalogue(name):
    fmt = FORMATS[name]
    exist = [operation for operation in OPERATIONS if name in find_design(operation).formats]
    assert operations_of(fmt) == tuple(exist)
