# SPDX-License-Identifier: Apache-2.0
"""Designs as hardware: names, latency and what the file says of it, in each style."""

import json

import pytest

from spikefloat.rtl_gen.designs.catalog import build, find_design, make_options
from spikefloat.rtl_gen.designs.hardware import make_hardware, obstacle
from spikefloat.rtl_gen.designs.layer_options import make_layer_options
from spikefloat.rtl_gen.designs.options import DELAYS
from spikefloat.rtl_gen.rtl.ports import PortRole
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.rtl.timing.pipeline import cut, max_stages
from tests.helpers.yosys import run_yosys


@pytest.mark.parametrize("name", ["multiply", "add", "relu"])
@pytest.mark.parametrize("stages", [0, 1, 2])
@pytest.mark.parametrize("is_stream", [False, True])
def test_spatial(name, stages, is_stream):
    design = find_design(name)
    options = make_options(design, stages=stages, is_stream=is_stream)
    hardware = make_hardware(design, options, header=["made here"])
    module = f"{name}_e4m3fn" + (f"_p{stages}" if stages else "") + ("_stream" * is_stream)
    assert hardware.module == module
    assert hardware.verilog.startswith(f"// {module}\n// made here\n")
    assert f"\nmodule {module} (\n" in hardware.verilog
    assert (hardware.latency, hardware.initiation_interval) == (stages, min(stages, 1))
    assert hardware.is_clocked == (stages > 0)
    assert hardware.is_stream == is_stream
    graph = build(design, options)
    assert graph is build(design, make_options(design))
    assert hardware.registers == cut(graph, stages).registers + stages * is_stream
    if stages:
        clocks = "clock" if stages == 1 else "clocks"
        assert f"\n// latency: {stages} {clocks}" in hardware.verilog
        assert "one result per clock\n" in hardware.verilog


def test_combinational_text_is_the_same():
    design = find_design("multiply")
    options = make_options(design)
    assert make_hardware(design, options, module="m").verilog == spatial_verilog(
        build(design, options), module="m"
    )


def test_too_many_stages():
    design = find_design("relu")
    most = max_stages(build(design, make_options(design)))
    with pytest.raises(
        ValueError,
        match=rf"^Stages of relu_e4m3fn must be from 0 to {most}, "
        rf"not {most + 1}$",
    ):
        make_hardware(design, make_options(design, stages=most + 1))


def test_streams_are_not_temporal():
    with pytest.raises(
        ValueError, match=r"^Style of streams must be spatial or spiking, not 'temporal'$"
    ):
        make_options(find_design("add"), style="temporal", is_stream=True)
    with pytest.raises(ValueError, match=r"^Residue of streams must be discharge, not 'leak'$"):
        make_options(find_design("add"), style="spiking", is_stream=True, residue="leak")


@pytest.mark.parametrize("delays", DELAYS)
def test_spiking(delays):
    design = find_design("multiply")
    plain = make_hardware(design, make_options(design, style="spiking", delays=delays))
    graph = build(design, make_options(design))
    assert (plain.latency, plain.initiation_interval) == (graph.depth, 1)
    assert ("bits of memory" in plain.verilog) == (delays == "memory")
    streams = make_hardware(
        design, make_options(design, style="spiking", delays=delays, is_stream=True)
    )
    assert streams.module == "multiply_e4m3fn_spiking_stream"
    assert streams.latency > plain.latency
    assert f"\n// latency: {streams.latency} clocks if nothing waits" in streams.verilog
    assert (streams.registers, streams.is_stream) == (plain.registers, True)


@pytest.mark.parametrize(
    "delays, style, message",
    [
        ("memory", "spatial", "Delays must be given for the spiking style, not for 'spatial'"),
        ("wires", "spiking", "Delays must be one of registers, memory, not 'wires'"),
    ],
)
def test_delays(delays, style, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        make_options(find_design("add"), style=style, delays=delays)


@pytest.mark.parametrize(
    "name, fmt, options, reason",
    [
        ("multiply", "e4m3fn", {"stages": 2}, None),
        ("multiply", "e4m3fn", {"style": "temporal"}, None),
        (
            "absolute",
            "e4m3fn",
            {"stages": 1},
            "Stages of absolute_e4m3fn must be from 0 to 0, not 1",
        ),
        (
            "relu",
            "e4m3fn",
            {"style": "temporal"},
            "Style of relu must be spatial or spiking, not temporal",
        ),
    ],
)
def test_obstacle(name, fmt, options, reason):
    """What stands in the way of hardware is what making it says."""
    design = find_design(name)
    options = make_options(design, format=fmt, **options)
    assert obstacle(design, options) == reason
    if reason:
        with pytest.raises(ValueError, match=f"^{reason}$"):
            make_hardware(design, options)


HARDWARE = {
    "combinational": ("multiply", {}),
    "one operand, one bit": ("equal", {"format": "e2m1fn"}),
    "pipeline": ("multiply", {"stages": 2}),
    "stream": ("add", {"is_stream": True}),
    "pipeline of streams": ("multiply", {"format": "e3m2fn", "stages": 1, "is_stream": True}),
    "spiking": ("multiply", {"style": "spiking"}),
    "membranes": ("multiply", {"style": "spiking", "residue": "leak"}),
    "spiking streams": ("multiply", {"style": "spiking", "is_stream": True}),
    "temporal": ("add", {"style": "temporal"}),
    "vectors": ("dot", {"length": 2}),
    "array": (
        "linear",
        {
            "format": "e2m1fn",
            "layer": make_layer_options(inputs=5, outputs=3, lanes=(2, 2), levels=50),
        },
    ),
}


@pytest.mark.tool
@pytest.mark.parametrize("kind", HARDWARE)
def test_ports_are_those_of_the_verilog(kind, tmp_path):
    name, options = HARDWARE[kind]
    design = find_design(name)
    hardware = make_hardware(design, make_options(design, **options))
    (tmp_path / "design.v").write_text(hardware.verilog)
    run_yosys("read_verilog design.v; proc; write_json design.json", tmp_path)
    module = json.loads((tmp_path / "design.json").read_text())["modules"][hardware.module]
    assert [
        (name, len(port["bits"]), port["direction"] == "input")
        for name, port in module["ports"].items()
    ] == [(port.name, port.width, port.is_input) for port in hardware.ports]
    roles = [port.role for port in hardware.ports]
    assert PortRole.OPERAND in roles
    assert PortRole.RESULT in roles
    assert (PortRole.CLOCK in roles) == ("clk" in module["ports"])
