# SPDX-License-Identifier: Apache-2.0
"""Designs as hardware: names, latency and what the file says of it, in each style."""

import pytest

from rtl_gen.designs import build, find_design, make_options
from rtl_gen.hardware import make_hardware
from rtl_gen.rtl.pipeline import cut, max_stages
from rtl_gen.rtl.spatial import spatial_verilog


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
        build(design, options), module="m")


def test_too_many_stages():
    design = find_design("relu")
    most = max_stages(build(design, make_options(design)))
    with pytest.raises(ValueError, match=rf"^Stages of relu_e4m3fn must be from 0 to {most}, "
                                         rf"not {most + 1}$"):
        make_hardware(design, make_options(design, stages=most + 1))


def test_streams_are_spatial():
    with pytest.raises(ValueError, match=r"^Style of streams must be spatial, not 'spiking'$"):
        make_options(find_design("add"), style="spiking", is_stream=True)
