# SPDX-License-Identifier: Apache-2.0
"""One instance of a design as hardware, in the style that its options ask for."""

from collections.abc import Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.sequential import STEPPED
from spikefloat.rtl_gen.designs.arrays import array_obstacle, array_timing_lines, make_layer_array
from spikefloat.rtl_gen.designs.build import build_sequential
from spikefloat.rtl_gen.designs.instance import Instance
from spikefloat.rtl_gen.designs.names import hardware_suffix
from spikefloat.rtl_gen.designs.options import Backend, Delays, HardwareOptions, Objective, Style
from spikefloat.rtl_gen.designs.saved import SavedCircuit
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.residue import Residue, graph_leak_bound, safe_leak
from spikefloat.rtl_gen.rtl.array.array import array_ports, array_verilog
from spikefloat.rtl_gen.rtl.cells.collector import check_codec_format
from spikefloat.rtl_gen.rtl.cells.membrane import Membrane
from spikefloat.rtl_gen.rtl.components.circuits import (
    CombinationalCircuit,
    PipelinedCircuit,
    circuit_verilog,
)
from spikefloat.rtl_gen.rtl.components.spiking import SpikingCircuit
from spikefloat.rtl_gen.rtl.components.streams import QUEUE_LATENCY
from spikefloat.rtl_gen.rtl.ports import (
    CLOCK,
    DISCHARGE,
    RESET,
    Port,
    PortRole,
    component_ports,
    graph_ports,
)
from spikefloat.rtl_gen.rtl.styles.pipelined import pipeline_verilog, timing_lines
from spikefloat.rtl_gen.rtl.styles.sequential import Steps
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog
from spikefloat.rtl_gen.rtl.styles.spiking import spiking_registers, spiking_verilog
from spikefloat.rtl_gen.rtl.styles.stream import (
    spiking_stream_verilog,
    stream_ports,
    stream_verilog,
)
from spikefloat.rtl_gen.rtl.temporal.engine import TEMPORAL
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog
from spikefloat.rtl_gen.rtl.timing.balance import balance
from spikefloat.rtl_gen.rtl.timing.pipeline import cut, max_stages

__all__ = ["Hardware", "graph_hardware", "graph_obstacle", "make_hardware", "obstacle"]


@dataclass(frozen=True, kw_only=True)
class Hardware:
    """Verilog of a design, and its timing in clocks."""

    module: str  #: Name of the top module.
    verilog: str  #: Text of a self-contained file.
    ports: tuple[Port, ...]  #: Those of the top module, in order.
    latency: int  #: Clocks from operands to result; 0 for a combinational circuit.
    initiation_interval: int  #: Clocks from one operation to the next; 0 for the same.
    ends_early: bool = False  #: Whether these clocks are the most, and ``valid`` may come before.
    registers: int = 0  #: One-bit registers of the circuit, in the spatial and the spiking style.

    @property
    def is_clocked(self) -> bool:
        """Whether the module has ports for a clock and a reset."""
        return any(port.role is PortRole.CLOCK for port in self.ports)

    @property
    def is_stream(self) -> bool:
        """Whether operands and result are AXI4-Streams."""
        return any(port.stream for port in self.ports)

    @property
    def has_discharge(self) -> bool:
        """Whether ``discharge`` returns membranes to rest for a wave."""
        return any(port.role is PortRole.DISCHARGE for port in self.ports)


def obstacle(instance: Instance | SavedCircuit) -> str | None:
    """Return why an instance is not supported as hardware, as one sentence, or None."""
    if isinstance(instance, SavedCircuit):
        return graph_obstacle(instance.graph, instance.hardware)
    if instance.is_array:
        return array_obstacle(instance)
    design, options = instance.design, instance.hardware
    known = {
        Style.SEQUENTIAL: design.name in STEPPED or design.has_running,
        Style.TEMPORAL: design.name in TEMPORAL,
    }
    if not known.get(options.style, True):
        return f"Style of {design.name} must be spatial or spiking, not {options.style}"
    if options.style is Style.SEQUENTIAL:
        if (objective := instance.circuit.objective) is not Objective.STRUCTURE:
            return f"Objective must be structure in the sequential style, not {objective}"
        return None
    if options.style is Style.TEMPORAL:
        if not instance.circuit.rounding.is_usual:
            return "Rounding must be rne, without flags, in the temporal style"
        if instance.circuit.is_mixed:
            return "Operands and result must have one format in the temporal style"
        try:
            check_codec_format(instance.circuit.format)
        except InputError as error:
            return str(error)
    if (reason := design.missing_graph(instance.circuit.format)) or not options.stages:
        return reason
    return graph_obstacle(instance.graph, options)


def graph_obstacle(graph: NeuronGraph, options: HardwareOptions) -> str | None:
    """Return why a neuron graph is not supported as hardware, as one sentence, or None."""
    if options.style.has_handshake:
        return f"Style of {graph.name} must be spatial or spiking, not {options.style}"
    is_clocked = options.stages > 0 or options.style is Style.SPIKING
    if is_clocked and not options.is_stream:
        taken = ["clk", "rst", *["discharge"] * (options.residue is not Residue.DISCHARGE)]
        for port in (*graph.inputs, *graph.outputs):
            if port.name in taken:
                return (
                    f"Ports of {graph.name} must not be {' or '.join(taken)}, as clocked hardware "
                    f"has these, not {port.name!r}"
                )
    if options.stages and options.stages > (most := max_stages(graph)):
        return f"Stages of {graph.name} must be from 0 to {most}, not {options.stages}"
    return None


def make_hardware(
    instance: Instance | SavedCircuit, *, module: str | None = None, header: Sequence[str] = ()
) -> Hardware:
    """Return an instance of a design, or a circuit of a file, as hardware.

    Parameters
    ----------
    instance : Instance or SavedCircuit
        What to build.
    module : str, optional
        Name of the top module; by default that of the instance.
    header : sequence of str
        Lines for the comment at the top.

    Raises
    ------
    InputError
        If the style is not supported for the design, or there are more stages than it can use.
    """
    if reason := obstacle(instance):
        raise InputError(reason)
    name, style = module or instance.name, instance.hardware.style
    if isinstance(instance, Instance):
        if instance.is_array:
            return _array(instance, name, header)
        if style is Style.SEQUENTIAL:
            return _sequential(instance, name, header)
        if style is Style.TEMPORAL:
            return _temporal(instance, name, header)
    return graph_hardware(instance.graph, instance.hardware, module=name, header=header)


def graph_hardware(
    graph: NeuronGraph,
    options: HardwareOptions,
    *,
    module: str | None = None,
    header: Sequence[str] = (),
) -> Hardware:
    """Return any neuron graph as hardware, in the spatial or the spiking style.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    options : HardwareOptions
        What it is to become.
    module : str, optional
        Name of the top module; by default that of the graph, and what the options add.
    header : sequence of str
        Lines for the comment at the top.

    Raises
    ------
    InputError
        If the style is another one, or there are more stages than the circuit can use.
    """
    if reason := graph_obstacle(graph, options):
        raise InputError(reason)
    make = _spatial if options.style is Style.SPATIAL else _spiking
    return make(graph, options, module or graph.name + hardware_suffix(options), header)


def _array(instance: Instance, name: str, header: Sequence[str]) -> Hardware:
    array = make_layer_array(instance, name)
    return Hardware(
        module=name,
        verilog=array_verilog(array, name, (name, *header, *array_timing_lines(array))),
        ports=tuple(array_ports(array).values()),
        latency=array.timing.first_result,
        initiation_interval=array.timing.interval,
    )


def _spatial(
    graph: NeuronGraph, options: HardwareOptions, name: str, header: Sequence[str]
) -> Hardware:
    is_native = options.backend is Backend.AMARANTH
    if options.stages == 0 and not options.is_stream:
        text = (
            circuit_verilog(CombinationalCircuit(graph), name, header)
            if is_native
            else spatial_verilog(graph, module=name, header=header)
        )
        return Hardware(
            module=name, verilog=text, ports=graph_ports(graph), latency=0, initiation_interval=0
        )
    pipeline = cut(graph, options.stages)
    if options.is_stream:
        is_axi = options.has_axi_reset
        ports = tuple(stream_ports(graph, has_axi_reset=is_axi).values())
        text = stream_verilog(
            pipeline, module=name, header=header, is_native=is_native, has_axi_reset=is_axi
        )
    else:
        ports = graph_ports(graph, (CLOCK, RESET))
        text = (
            circuit_verilog(PipelinedCircuit(pipeline), name, (*header, *timing_lines(pipeline)))
            if is_native
            else pipeline_verilog(pipeline, module=name, header=header)
        )
    registers = pipeline.registers + (options.stages if options.is_stream else 0)
    return Hardware(
        module=name,
        verilog=text,
        ports=ports,
        latency=pipeline.latency,
        initiation_interval=1 if options.stages else 0,
        registers=registers,
    )


def _spiking(
    graph: NeuronGraph, options: HardwareOptions, name: str, header: Sequence[str]
) -> Hardware:
    membrane = None
    lines = list(header)
    if options.residue is not Residue.DISCHARGE:
        reset = "hard" if options.residue is Residue.HARD else "soft"
        bound = graph_leak_bound(graph, reset).bound
        leak = safe_leak(bound) if options.leak is None else options.leak
        membrane = Membrane(leak=leak, reset=reset)
        is_safe = (
            "exact whatever came before, as the leak is"
            if leak < bound
            else ("may err after some waves, as the leak is not")
        )
        lines.append(f"without discharge: {is_safe} below the bound of the circuit, {bound}")
    has_memory, is_native = options.delays is Delays.MEMORY, options.backend is Backend.AMARANTH
    balanced = balance(graph, has_discharge=membrane is not None, has_memory=has_memory)
    if options.is_stream:
        is_axi = options.has_axi_reset
        ways = {"has_memory": has_memory, "is_native": is_native, "has_axi_reset": is_axi}
        return Hardware(
            module=name,
            verilog=spiking_stream_verilog(graph, module=name, header=lines, **ways),
            ports=tuple(stream_ports(graph, has_axi_reset=is_axi).values()),
            latency=balanced.latency + QUEUE_LATENCY,
            initiation_interval=1,
            registers=spiking_registers(graph, has_memory=has_memory),
        )
    if is_native:
        circuit = SpikingCircuit(graph, membrane=membrane, has_memory=has_memory)
        text = circuit_verilog(circuit, name, (*lines, f"latency: {circuit.latency} clocks"))
    else:
        text = spiking_verilog(
            graph, membrane=membrane, module=name, header=lines, has_memory=has_memory
        )
    return Hardware(
        module=name,
        verilog=text,
        ports=graph_ports(graph, (CLOCK, RESET, *([DISCHARGE] if membrane else []))),
        latency=balanced.latency,
        initiation_interval=1,
        registers=spiking_registers(graph, membrane, has_memory=has_memory),
    )


def _sequential(instance: Instance, name: str, header: Sequence[str]) -> Hardware:
    steps = build_sequential(instance.design, instance.circuit, instance.shape)
    text, ports = steps.verilog(name, header)
    return Hardware(
        module=name,
        verilog=text,
        ports=ports,
        latency=steps.latency,
        initiation_interval=steps.interval,
        ends_early=isinstance(steps, Steps) and steps.ends_early,
        registers=steps.registers,
    )


def _temporal(instance: Instance, name: str, header: Sequence[str]) -> Hardware:
    circuit = instance.circuit
    operation = TEMPORAL[instance.design.name](circuit.format, circuit.overflow)
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
