# SPDX-License-Identifier: Apache-2.0
"""Cut circuits as Verilog: what is written, and what the tools say of it."""

import os
import re
import subprocess

import pytest

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.rtl.styles.pipelined import pipeline_verilog
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.rtl.timing.model import TimingModel
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline, cut
from spikefloat.sim.simulators.find import find_simulator
from tests.helpers.graphs import raw_graph
from tests.helpers.purity import logic_outside_neurons
from tests.helpers.yosys import run_yosys


def pipeline_of(name: str, stages: int, **options) -> Pipeline:
    return cut(make_instance(name, **options).graph, stages)


@pytest.fixture(scope="module")
def small() -> Pipeline:
    """An AND and what follows it, with one cut between and one at the end."""
    graph = raw_graph(
        [((0, 1), (1, 1), 2), ((2, 0), (1, -1), 1)], inputs={"a": 2}, outputs={"y": [3, 2]}
    )
    return Pipeline(graph, 2, (0, 0, 0, 1), (1, 1, 0))


def test_text(small):
    text = pipeline_verilog(small, module="cut", header=["two neurons"])
    body = text[text.index("module cut (") : text.index("endmodule")]
    assert (
        body
        == """\
module cut (
    input  wire       clk,
    input  wire       rst,
    input  wire [1:0] a,
    output wire [1:0] y
);
    reg        a_s1_0;
    wire [1:0] n;
    reg        n_s1_0;
    reg  [1:0] n_s2;
    wire       unused_rst;

    cut_neuron_p1_p1_t2 n_0_cell (.x(a), .spike(n[0]));
    cut_neuron_p1_m1_t1 n_1_cell (.x({a_s1_0, n_s1_0}), .spike(n[1]));
    assign y = {n_s2[0], n_s2[1]};
    assign unused_rst = rst;

    // Cut 1
    always @(posedge clk) begin
        a_s1_0 <= a[0];
        n_s1_0 <= n[0];
    end

    // Cut 2
    always @(posedge clk) begin
        n_s2 <= {n[1], n_s1_0};
    end
"""
    )
    assert text.startswith("// cut\n// two neurons\n// latency: 2 clocks, one result per clock\n")


def test_enables(small):
    text = pipeline_verilog(small, has_enables=True)
    ports = re.findall(r"^ +(?:input|output) +wire +(?:\[\d+:\d+\] )?(\w+)", text, re.MULTILINE)
    assert ports[:5] == ["clk", "enable_1", "enable_2", "a", "y"]
    assert text.count("always @(posedge clk) if (enable_1) begin") == 1
    assert text.count("always @(posedge clk) if (enable_2) begin") == 1
    assert not re.search(r"\brst\b", text)


def test_without_cuts_it_is_the_combinational_circuit():
    pipeline = pipeline_of("multiply", 0)
    assert pipeline_verilog(pipeline, module="m") == spatial_verilog(pipeline.graph, module="m")


@pytest.mark.parametrize("name", ["clk", "rst"])
def test_a_port_called_like_the_clock(name):
    graph = raw_graph([((0,), (-1,), 0)], inputs={name: 1}, outputs={"y": [1]})
    with pytest.raises(ValueError, match=rf"^Port name must differ .*, not be '{name}' again$"):
        pipeline_verilog(Pipeline(graph, 1, (0, 0), (1, 0)))


@pytest.mark.parametrize("has_enables", [False, True])
@pytest.mark.parametrize("name", ["multiply", "add"])
def test_made_only_of_neurons_and_registers(name, has_enables):
    text = pipeline_verilog(pipeline_of(name, 3), has_enables=has_enables)
    assert logic_outside_neurons(text) == []
    assert text == pipeline_verilog(pipeline_of(name, 3), has_enables=has_enables)
    # A register that computes is found.
    spoiled = re.sub(r"(\w+_s1) <= (\w+);", r"\1 <= ~\2;", text, count=1)
    assert spoiled != text
    assert len(logic_outside_neurons(spoiled)) >= 1


@pytest.mark.tool
def test_lint(tmp_path):
    for has_enables in (False, True):
        for name in ("multiply", "add"):
            path = tmp_path / f"{name}_e4m3fn.v"
            path.write_text(pipeline_verilog(pipeline_of(name, 3), has_enables=has_enables))
            result = subprocess.run(
                ["verilator", "--lint-only", "-Wall", "-Wno-DECLFILENAME", str(path)],
                capture_output=True,
                text=True,
                env=os.environ | find_simulator("verilator").env,
            )
            assert (result.returncode, result.stderr) == (0, "")
            result = subprocess.run(
                ["iverilog", "-t", "null", "-Wall", str(path)], capture_output=True, text=True
            )
            assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.tool
@pytest.mark.parametrize("name", ["multiply", "add"])
def test_stages_are_as_fast_in_yosys(tmp_path, name):
    """Synthesis finds no stage slower than promised, and keeps every register."""
    pipelines = {stages: pipeline_of(name, stages) for stages in (1, 3)}
    script = []
    for stages, pipeline in pipelines.items():
        (tmp_path / f"p{stages}.v").write_text(pipeline_verilog(pipeline, module=f"p{stages}"))
        script.append(
            f"design -reset; read_verilog p{stages}.v; synth -flatten -top p{stages}; "
            f"abc -lut 4; opt_clean; tee -q -o depth{stages}.txt ltp -noff; "
            f"tee -q -o stat{stages}.txt stat"
        )
    run_yosys("; ".join(script), tmp_path)
    for stages, pipeline in pipelines.items():
        text = (tmp_path / f"depth{stages}.txt").read_text()
        measured = int(re.search(r"\(length=(\d+)\)", text)[1])
        # The path goes from a register to another.
        assert measured <= pipeline.worst
        registers = re.search(r"(\d+) +\$_DFF_P_", (tmp_path / f"stat{stages}.txt").read_text())
        assert int(registers[1]) == pipeline.registers
    assert TimingModel(pipelines[1].graph).floor == 1
