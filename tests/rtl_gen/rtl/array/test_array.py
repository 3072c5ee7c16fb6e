# amaranth: UnusedElaboratable=no
# SPDX-License-Identifier: Apache-2.0
"""A layer on an array of lanes as Verilog: ports, what is refused, what the tools say of it."""

import re

import numpy as np
import pytest

from spikefloat.rtl_gen.rtl.array.array import array_verilog
from spikefloat.sim.simulators.lint import lint
from tests.helpers.arrays import make_array, random_weights
from tests.helpers.purity import logic_outside_neurons
from tests.helpers.yosys import run_yosys

#: Enough levels that no circuit is cut, which takes time.
UNCUT = 200


def small_array(**kwargs):
    """Return an array for a format with small circuits."""
    return make_array(
        **{"inputs": 5, "outputs": 3, "lanes": (2, 2), "fmt": "e2m1fn", "levels": UNCUT, **kwargs}
    )


def ports_of(text, module):
    header = re.search(rf"^module {module} \((.*?)\);", text, re.DOTALL | re.MULTILINE)[1]
    return [
        " ".join(words).strip()
        for words in re.findall(
            r"^ +(input|output) (?:wire|reg) +(\[\d+:0\])? *(\w+)", header, re.MULTILINE
        )
    ]


def test_ports():
    text = array_verilog(small_array(), "layer", header=["a layer"])
    assert text.startswith("// a layer\n")
    assert ports_of(text, "layer") == [
        "input  clk",
        "input  rst",
        "input [7:0] s_axis_x_tdata",
        "input  s_axis_x_tvalid",
        "output  s_axis_x_tready",
        "input  s_axis_x_tlast",
        "input [7:0] s_axis_w_tdata",
        "input  s_axis_w_tvalid",
        "output  s_axis_w_tready",
        "input  s_axis_w_tlast",
        "output [7:0] m_axis_y_tdata",
        "output  m_axis_y_tvalid",
        "input  m_axis_y_tready",
        "output  m_axis_y_tlast",
        "output  frame_error",
    ]
    assert text == array_verilog(small_array(), "layer", header=["a layer"])


def test_ports_of_wide_streams():
    weight, bias = random_weights("e2m1fn", 5, 3, 1)
    array = small_array(inputs=3, outputs=5, lanes=(4, 3), to="binary16", weight=weight, bias=bias)
    ports = ports_of(array_verilog(array, "layer"), "layer")
    assert "output [63:0] m_axis_y_tdata" in ports
    assert "output [7:0] m_axis_y_tkeep" in ports
    assert "input [15:0] s_axis_x_tdata" not in ports
    assert not any("s_axis_w" in port for port in ports)


def test_all_that_computes_is_neurons():
    array = small_array(accumulate="exact")
    assert [logic_outside_neurons(text) for text in array.circuits] == [[], [], []]
    assert len(array.graphs.multiply.neurons) > 50


def test_timing():
    """Without cuts, from the last of a vector: fetch 2, the steps, 2 to finish, 3 to send."""
    timing = small_array().timing
    assert (timing.interval, timing.first_result, timing.last_result) == (6, 3 + 7, 6 + 7)
    deeper = small_array(levels=4).timing
    assert deeper.interval == 6
    assert deeper.first_result > timing.first_result


@pytest.mark.parametrize(
    "kwargs, message",
    [
        (
            {"weight": np.zeros((3, 4), int), "bias": np.zeros(3, int)},
            r"^Weights must have the shape \(3, 5\), not \(3, 4\)$",
        ),
        (
            {"weight": np.zeros((3, 5), int)},
            r"^Bias must be given with weights where there is one, and only there$",
        ),
        (
            {"bias": np.zeros(3, int)},
            r"^Bias must be given with weights where there is one, and only there$",
        ),
        (
            {"weight": np.zeros((3, 5), int), "bias": np.zeros(2, int)},
            r"^Bias must have 3 codes, not 2$",
        ),
        ({"levels": 0}, r"^Levels must be at least 1, not 0$"),
        ({"name": "a-b"}, r"^Module name must be an identifier .* not 'a-b'$"),
        (
            {"accumulate": "chain"},
            r"^Products in each step of chain must be 1, as it rounds after each, not 2$",
        ),
    ],
)
def test_refused(kwargs, message):
    with pytest.raises(ValueError, match=message):
        small_array(**kwargs)


@pytest.mark.slow
@pytest.mark.tool
def test_lint(tmp_path):
    weight, bias = random_weights("e2m1fn", 3, 5, 1)
    for number, kwargs in enumerate(
        (
            {},
            {"has_bias": False, "levels": 4},
            {"weight": weight, "bias": bias},
            {"inputs": 1, "outputs": 1, "lanes": (1, 1)},
            {"inputs": 3, "outputs": 5, "lanes": (4, 3), "to": "bfloat16"},
        )
    ):
        path = tmp_path / f"layer_{number}.v"
        path.write_text(array_verilog(small_array(**kwargs), "layer"))
        assert lint(path) == ""


def without_circuits(array, module="layer"):
    """Return the Verilog of an array with nothing in its circuits."""
    graphs = array.graphs
    stubs = []
    for graph in (graphs.multiply, graphs.accumulate, graphs.finish):
        ports = [f"input [{len(port.nodes) - 1}:0] {port.name}" for port in graph.inputs]
        ports += [f"output [{len(port.nodes) - 1}:0] {port.name}" for port in graph.outputs]
        stubs.append(f"(* blackbox, keep *) module {graph.name}({', '.join(ports)}); endmodule\n")
    text = array_verilog(array, module)
    circuits = "\n".join(array.circuits)
    assert text.endswith(circuits)
    return text.removesuffix(circuits) + "".join(stubs)


def control_size(folder, name, **kwargs):
    """Return how many cells of each type ECP5 needs for all but the circuits."""
    (folder / f"{name}.v").write_text(without_circuits(small_array(fmt="e4m3fn", **kwargs)))
    run_yosys(f"read_verilog {name}.v; synth_ecp5 -top layer; tee -q -o {name}.txt stat", folder)
    text = (folder / f"{name}.txt").read_text()
    return {cell: int(count) for count, cell in re.findall(r"^ +(\d+) +(\w+)$", text, re.MULTILINE)}


@pytest.mark.tool
@pytest.mark.slow
def test_memory_grows_and_nothing_else(tmp_path):
    """A layer of 16 times the size takes 16 times the block RAM, and hardly more logic."""
    small = control_size(tmp_path, "small", inputs=32, outputs=32, lanes=(2, 4))
    large = control_size(tmp_path, "large", inputs=128, outputs=128, lanes=(2, 4))
    # 131,072 bits of weights, 16,384 of them in a block; and two blocks of vectors, bias and results.
    # Of the small layer only the weights are in blocks, two for the width of a word.
    assert (small["DP16KD"], large["DP16KD"]) == (2, 10)
    logic = [
        sum(count for cell, count in cells.items() if cell in ("LUT4", "CCU2C"))
        for cells in (small, large)
    ]
    assert logic[1] < 1.4 * logic[0]
    assert large["TRELLIS_FF"] < 1.15 * small["TRELLIS_FF"]
