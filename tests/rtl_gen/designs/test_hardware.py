# SPDX-License-Identifier: Apache-2.0
"""Designs as hardware: names, latency and what the file says of it, in each style."""

import json

import pytest

from spikefloat.rtl_gen.designs.hardware import make_hardware, obstacle
from spikefloat.rtl_gen.designs.instance import make_instance
from spikefloat.rtl_gen.designs.options import Delays
from spikefloat.rtl_gen.designs.shapes import make_layer_shape
from spikefloat.rtl_gen.rtl.ports import PortRole
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.rtl.timing.pipeline import cut, max_stages
from tests.helpers.yosys import run_yosys


@pytest.mark.parametrize("name", ["multiply", "add", "relu"])
@pytest.mark.parametrize("stages", [0, 1, 2])
@pytest.mark.parametrize("is_stream", [False, True])
def test_spatial(name, stages, is_stream):
    instance = make_instance(name, stages=stages, is_stream=is_stream)
    hardware = make_hardware(instance, header=["made here"])
    module = f"{name}_e4m3fn" + (f"_p{stages}" if stages else "") + ("_stream" * is_stream)
    assert hardware.module == module
    assert hardware.verilog.startswith(f"// {module}\n// made here\n")
    assert f"\nmodule {module} (\n" in hardware.verilog
    assert (hardware.latency, hardware.initiation_interval) == (stages, min(stages, 1))
    assert hardware.is_clocked == (stages > 0 or is_stream)
    assert hardware.is_stream == is_stream
    graph = instance.graph
    assert graph is make_instance(name).graph
    assert hardware.registers == cut(graph, stages).registers + stages * is_stream
    if stages:
        clocks = "clock" if stages == 1 else "clocks"
        assert f"\n// latency: {stages} {clocks}" in hardware.verilog
        assert "one result per clock\n" in hardware.verilog


def test_combinational_text_is_the_same():
    instance = make_instance("multiply")
    assert make_hardware(instance, module="m").verilog == spatial_verilog(
        instance.graph, module="m"
    )


def test_too_many_stages():
    most = max_stages(make_instance("relu").graph)
    with pytest.raises(
        ValueError,
        match=rf"^Stages of relu_e4m3fn must be from 0 to {most}, "
        rf"not {most + 1}$",
    ):
        make_hardware(make_instance("relu", stages=most + 1))


def test_streams_are_not_temporal():
    with pytest.raises(
        ValueError, match=r"^Style of streams must be spatial or spiking, not 'temporal'$"
    ):
        make_instance("add", style="temporal", is_stream=True)
    with pytest.raises(ValueError, match=r"^Residue of streams must be discharge, not 'leak'$"):
        make_instance("add", style="spiking", is_stream=True, residue="leak")


@pytest.mark.parametrize("delays", Delays)
def test_spiking(delays):
    plain = make_hardware(make_instance("multiply", style="spiking", delays=delays))
    graph = make_instance("multiply").graph
    assert (plain.latency, plain.initiation_interval) == (graph.depth, 1)
    assert ("bits of memory" in plain.verilog) == (delays == "memory")
    streams = make_hardware(
        make_instance("multiply", style="spiking", delays=delays, is_stream=True)
    )
    memory = "_memory" * (delays is Delays.MEMORY)
    assert streams.module == f"multiply_e4m3fn_spiking{memory}_stream"
    assert streams.latency > plain.latency
    assert f"\n// latency: {streams.latency} clocks if nothing waits" in streams.verilog
    assert (streams.registers, streams.is_stream) == (plain.registers, True)


@pytest.mark.parametrize(
    "delays, style, message",
    [
        ("memory", "spatial", "Delays must be given for the spiking style, not for 'spatial'"),
        ("wires", "spiking", "Delays must be registers or memory, not 'wires'"),
    ],
)
def test_delays(delays, style, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        make_instance("add", style=style, delays=delays)


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
    instance = make_instance(name, format=fmt, **options)
    assert obstacle(instance) == reason
    if reason:
        with pytest.raises(ValueError, match=f"^{reason}$"):
            make_hardware(instance)


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
            "layer": make_layer_shape(inputs=5, outputs=3, lanes=(2, 2), levels=50),
        },
    ),
}


@pytest.mark.tool
@pytest.mark.parametrize("kind", HARDWARE)
def test_ports_are_those_of_the_verilog(kind, tmp_path):
    name, options = HARDWARE[kind]
    hardware = make_hardware(make_instance(name, **options))
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
