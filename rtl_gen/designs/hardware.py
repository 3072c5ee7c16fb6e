# SPDX-License-Identifier: Apache-2.0
"""One instance of a design as hardware, in the style that its options ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.designs.arrays import array_obstacle, array_timing_lines, make_layer_array
from spikefloat.rtl_gen.designs.catalog import Design, Options, build, module_name
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.residue import graph_leak_bound, safe_leak
from spikefloat.rtl_gen.rtl.array.array import array_ports, array_verilog
from spikefloat.rtl_gen.rtl.cells.collector import check_codec_format
from spikefloat.rtl_gen.rtl.ports import (
    CLOCK,
    DISCHARGE,
    RESET,
    Port,
    PortRole,
    component_ports,
    graph_ports,
)
from spikefloat.rtl_gen.rtl.styles.membrane import Membrane
from spikefloat.rtl_gen.rtl.styles.pipelined import pipeline_verilog
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.rtl.styles.spiking import spiking_registers, spiking_verilog
from spikefloat.rtl_gen.rtl.styles.spiking_stream import SpikingStream, spiking_stream_verilog
from spikefloat.rtl_gen.rtl.styles.stream import stream_ports, stream_verilog
from spikefloat.rtl_gen.rtl.temporal.engine import TEMPORAL
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog
from spikefloat.rtl_gen.rtl.timing.balance import balance
from spikefloat.rtl_gen.rtl.timing.pipeline import cut, max_stages

__all__ = ["Hardware", "make_hardware", "obstacle"]


@dataclass(frozen=True, kw_only=True)
class Hardware:
    """Verilog of a design, and its timing in clocks."""

    module: str  #: Name of the top module.
    verilog: str  #: Text of a self-contained file.
    ports: tuple[Port, ...]  #: Those of the top module, in order.
    latency: int  #: Clocks from operands to result; 0 for a combinational circuit.
    initiation_interval: int  #: Clocks from one operation to the next; 0 for the same.
    registers: int = 0  #: One-bit registers of the circuit, in the spatial and the spiking style.

    @property
    def is_clocked(self) -> bool:
        """Whether the module has the ports ``clk`` and ``rst``."""
        return any(port.role is PortRole.CLOCK for port in self.ports)

    @property
    def is_stream(self) -> bool:
        """Whether operands and result are AXI4-Streams."""
        return any(port.stream for port in self.ports)

    @property
    def has_discharge(self) -> bool:
        """Whether ``discharge`` returns membranes to rest for a wave."""
        return any(port.role is PortRole.DISCHARGE for port in self.ports)


def obstacle(design: Design, options: Options) -> str | None:
    """Return why a design is not to be had with these options, as one sentence, or None."""
    if options.layer is not None and options.layer.array is not None:
        return array_obstacle(options)
    if options.style == "temporal":
        if design.name not in TEMPORAL:
            return f"Style of {design.name} must be spatial or spiking, not {options.style}"
        try:
            check_codec_format(options.format)
        except ValueError as error:
            return str(error)
    if options.stages:
        graph = build(design, options)
        most = max_stages(graph)
        if options.stages > most:
            return f"Stages of {graph.name} must be from 0 to {most}, not {options.stages}"
    return None


def make_hardware(
    design: Design, options: Options, *, module: str | None = None, header: Sequence[str] = ()
) -> Hardware:
    """Return a design as hardware.

    Parameters
    ----------
    design : Design
        What to build.
    options : Options
        How, with style and stages.
    module : str, optional
        Name of the top module; by default :func:`~spikefloat.rtl_gen.designs.catalog.module_name`.
    header : sequence of str
        Lines for the comment at the top.

    Raises
    ------
    ValueError
        If the style is not to be had for the design, or there are more stages than it can use.
    """
    if reason := obstacle(design, options):
        raise InputError(reason)
    name = module or module_name(design, options)
    if options.layer is not None and options.layer.array is not None:
        return _array(options, name, header)
    if options.style == "spatial":
        return _spatial(design, options, name, header)
    if options.style == "spiking":
        return _spiking(design, options, name, header)
    return _temporal(design, options, name, header)


def _array(options: Options, name: str, header: Sequence[str]) -> Hardware:
    array = make_layer_array(options, name)
    lines = (name, *header, *array_timing_lines(array))
    return Hardware(
        module=name,
        verilog=array_verilog(array, name, lines),
        ports=tuple(array_ports(array).values()),
        latency=array.timing.first_result,
        initiation_interval=array.timing.interval,
    )


def _spatial(design: Design, options: Options, name: str, header: Sequence[str]) -> Hardware:
    graph = build(design, options)
    if options.stages == 0 and not options.is_stream:
        text = spatial_verilog(graph, module=name, header=header)
        return Hardware(
            module=name, verilog=text, ports=graph_ports(graph), latency=0, initiation_interval=0
        )
    pipeline = cut(graph, options.stages)
    make_verilog = stream_verilog if options.is_stream else pipeline_verilog
    ports = (
        tuple(stream_ports(graph, is_clocked=options.stages > 0).values())
        if options.is_stream
        else graph_ports(graph, (CLOCK, RESET))
    )
    registers = pipeline.registers + (options.stages if options.is_stream else 0)
    return Hardware(
        module=name,
        verilog=make_verilog(pipeline, module=name, header=header),
        ports=ports,
        latency=pipeline.latency,
        initiation_interval=1 if options.stages else 0,
        registers=registers,
    )


def _spiking(design: Design, options: Options, name: str, header: Sequence[str]) -> Hardware:
    graph = build(design, options)
    membrane = None
    lines = list(header)
    if options.residue != "discharge":
        reset = "hard" if options.residue == "hard" else "soft"
        bound = graph_leak_bound(graph, reset).bound
        leak = safe_leak(bound) if options.leak is None else options.leak
        membrane = Membrane(leak=leak, reset=reset)
        is_safe = (
            "exact whatever came before, as the leak is"
            if leak < bound
            else ("may err after some waves, as the leak is not")
        )
        lines.append(f"without discharge: {is_safe} below the bound of the circuit, {bound}")
    has_memory = options.delays == "memory"
    if options.is_stream:
        component = SpikingStream(
            graph, module=f"{name}_circuit", has_memory=has_memory, has_whole_bytes=True
        )
        return Hardware(
            module=name,
            verilog=spiking_stream_verilog(component, module=name, header=lines),
            ports=tuple(stream_ports(graph, is_clocked=True).values()),
            latency=component.latency,
            initiation_interval=1,
            registers=spiking_registers(graph, has_memory=has_memory),
        )
    balanced = balance(graph, has_discharge=membrane is not None, has_memory=has_memory)
    return Hardware(
        module=name,
        verilog=spiking_verilog(
            graph, membrane=membrane, module=name, header=lines, has_memory=has_memory
        ),
        ports=graph_ports(graph, (CLOCK, RESET, *([DISCHARGE] if membrane else []))),
        latency=balanced.latency,
        initiation_interval=1,
        registers=spiking_registers(graph, membrane, has_memory=has_memory),
    )


def _temporal(design: Design, options: Options, name: str, header: Sequence[str]) -> Hardware:
    operation = TEMPORAL[design.name](options.format, options.overflow)
    text = component_verilog(
        operation,
        name,
        header=[
            *header,
            f"{operation.neurons} neurons, used again and again",
            f"latency: {operation.latency} clocks from start to valid, and to the next start",
        ],
    )
    return Hardware(
        module=name,
        verilog=text,
        ports=component_ports(operation.signature.members),
        latency=operation.latency,
        initiation_interval=operation.interval,
    )
