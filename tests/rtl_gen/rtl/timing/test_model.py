# SPDX-License-Identifier: Apache-2.0
"""The timing model: levels that are known, what registers do to them, and what Yosys finds."""

import random
import re

import pytest

from spikefloat.rtl_gen.designs.catalog import find_design
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.rtl.timing.model import Timing, TimingModel
from tests.helpers.graphs import random_graph, raw_graph
from tests.helpers.yosys import run_yosys


def chain(length: int) -> NeuronGraph:
    """Return ANDs in a row, each with one more input: 5 of them have 6 inputs."""
    neurons = [((0, 1), (1, 1), 2)]
    neurons += [((2 + i, length + i), (1, 1), 2) for i in range(1, length)]
    return raw_graph(
        [((n if n <= length else n, m), w, t) for (n, m), w, t in neurons],
        inputs={"a": length + 1},
        outputs={"y": [2 * length]},
    )


def levels(graph: NeuronGraph, lut_inputs: int = 4, stages=None) -> list[int]:
    timing = Timing(TimingModel(graph, lut_inputs), stages or [0] * graph.node_count)
    return timing.levels[: graph.node_count]


@pytest.mark.parametrize(
    "lut_inputs, expected",
    [(4, [1, 1, 1, 2, 2, 2, 3]), (6, [1, 1, 1, 1, 1, 2, 2]), (3, [1, 1, 2, 2, 3, 3, 4])],
)
def test_neurons_in_a_row_share_lookup_tables(lut_inputs, expected):
    assert levels(chain(7), lut_inputs)[8:] == expected


@pytest.mark.parametrize(
    "fan_in, threshold, expected",
    [
        (4, 2, 1),  # any function of four inputs
        (5, 5, 2),  # AND
        (7, 1, 2),  # OR
        (8, 8, 3),
    ],
)
def test_a_large_neuron_takes_several_tables(fan_in, threshold, expected):
    graph = raw_graph(
        [(range(fan_in), [1] * fan_in, threshold)], inputs={"a": fan_in}, outputs={"y": [fan_in]}
    )
    assert levels(graph)[-1] == expected


def test_a_neuron_that_fans_out_is_in_many_tables():
    """The half adder of a full adder need not end a table; repeating it costs no time."""
    graph = raw_graph(
        [((0, 1), (1, 1), 2), ((0, 1, 3), (1, 1, -2), 1), ((2, 4), (1, 1), 2)],
        inputs={"a": 3},
        outputs={"y": [3, 4, 5]},
    )
    assert levels(graph)[3:] == [1, 1, 1]


def test_constants_and_complements_cost_nothing():
    graph = raw_graph(
        [((), (), 0), ((0,), (-1,), 0), ((0, 2, 3), (1, 1, 1), 2)],
        inputs={"a": 2},
        outputs={"y": [2, 3, 4]},
    )
    assert levels(graph)[2:] == [0, 0, 1]


def test_levels_begin_again_after_registers():
    graph = chain(7)
    stages = [0] * 8 + [0, 0, 0, 0, 1, 1, 1]
    assert levels(graph, stages=stages)[8:] == [1, 1, 1, 2, 1, 1, 1]


def test_no_table_reaches_across_a_register():
    """Three ANDs are one table of four inputs, but not with a register after the first."""
    graph = raw_graph(
        [((0, 1), (1, 1), 2), ((2, 3), (1, 1), 2), ((4, 5), (1, 1), 2), ((6, 0), (1, 1), 2)],
        inputs={"a": 4},
        outputs={"y": [7]},
    )
    assert levels(graph)[7] == 1
    # Now it depends on the register, on three inputs and, again, on the first.
    assert levels(graph, stages=[0] * 4 + [0, 1, 1, 1])[7] == 1
    assert levels(graph, 3, stages=[0] * 4 + [0, 1, 1, 1])[7] == 2


@pytest.mark.parametrize("seed", range(5))
def test_earliest_stages_are_allowed(seed):
    graph = random_graph(random.Random(seed), neurons=60, fan_in=4, weight=3)
    model = TimingModel(graph)
    assert model.floor == 1
    for worst in range(model.floor, 8):
        stages = model.earliest(worst)
        assert all(
            stages[source] <= stages[node]
            for node, neuron in graph.numbered_neurons()
            for source in neuron.sources
        )
        assert Timing(model, stages).worst <= worst
    with pytest.raises(ValueError, match=r"^Levels of a stage must be 1 or more, not 0$"):
        model.earliest(0)


@pytest.mark.tool
@pytest.mark.parametrize("name", ["multiply", "add"])
def test_levels_are_near_those_of_yosys(tmp_path, name):
    """The model never promises more speed than synthesis finds, and is not far above it.

    Synthesis may also change the logic itself, which the model does not.
    """
    design = find_design(name)
    graph = make_instance(design).graph
    (tmp_path / "design.v").write_text(spatial_verilog(graph))
    script = f"read_verilog design.v; synth -flatten -top {graph.name}; design -save made"
    for lut_inputs in (4, 6):
        script += (
            f"; design -load made; abc -lut {lut_inputs}; opt_clean; "
            f"tee -q -o depth{lut_inputs}.txt ltp -noff"
        )
    run_yosys(script, tmp_path)
    for lut_inputs in (4, 6):
        text = (tmp_path / f"depth{lut_inputs}.txt").read_text()
        measured = int(re.search(r"\(length=(\d+)\)", text)[1])
        assert 10 < measured <= max(levels(graph, lut_inputs)) <= 1.4 * measured
