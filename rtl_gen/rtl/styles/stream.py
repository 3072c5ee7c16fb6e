# SPDX-License-Identifier: Apache-2.0
"""Circuits with streams as Verilog: Amaranth makes what moves them, the circuit is printed."""

from collections.abc import Mapping, Sequence

from amaranth.hdl import ClockSignal, Instance, Module, ResetSignal, Signal, Value

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.components.streams import (
    SpikingStream,
    StreamPipeline,
    stream_members,
)
from spikefloat.rtl_gen.rtl.ports import Port, component_ports
from spikefloat.rtl_gen.rtl.styles.axi_stream import axi_ports, axi_verilog
from spikefloat.rtl_gen.rtl.styles.pipelined import pipeline_verilog
from spikefloat.rtl_gen.rtl.styles.spiking import spiking_verilog
from spikefloat.rtl_gen.rtl.text.names import check_identifier
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline

__all__ = ["spiking_stream_verilog", "stream_ports", "stream_verilog"]


def stream_ports(graph: NeuronGraph, *, is_clocked: bool) -> dict[Port, Port]:
    """Return the ports of a circuit with streams as AXI4-Stream names them.

    They are the values; the keys are what they are called in Amaranth.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    is_clocked : bool
        Whether there are ``clk`` and ``rst``.
    """
    members = stream_members(graph, has_whole_bytes=True)
    streams = {port.name: f"s_axis_{port.name}" for port in graph.inputs}
    streams[graph.outputs[0].name] = "m_axis"
    return axi_ports(component_ports(members, is_clocked=is_clocked), streams)


def stream_verilog(
    pipeline: Pipeline, *, module: str, header: Sequence[str] = (), is_native: bool = False
) -> str:
    """Return a pipeline with streams as one self-contained Verilog file.

    Its signals are called as in AXI4-Stream: ``s_axis_a_tdata``, ``s_axis_a_tvalid`` and
    ``s_axis_a_tready`` for the operand ``a``, ``m_axis_tdata`` and so on for the result. Data are
    whole bytes; bits above the width of a code are ignored in operands, and 0 in results. Clock and
    reset are ``clk`` and ``rst``, which is active high; both are missing where nothing is clocked.

    Parameters
    ----------
    pipeline : Pipeline
        The circuit and its cuts.
    module : str
        Name of the top module.
    header : sequence of str
        Lines for the comment at the top of the file: what it is and how it was made.
    is_native : bool
        Whether the circuit, too, is elaborated by Amaranth.

    Raises
    ------
    ValueError
        If the graph has other than one output, or a name cannot be used in Verilog.
    """
    check_identifier(module, "Module name")
    circuit = f"{module}_circuit"
    is_clocked = pipeline.latency > 0
    clocks = "clock" if pipeline.latency == 1 else "clocks"
    lines = (
        module,
        *header,
        f"latency: {pipeline.latency} {clocks} if nothing waits; one result per clock",
        "streams: AXI4-Stream; operands are taken together, once all of them are valid",
        *(["rst: active high; forgets what is under way"] if is_clocked else []),
    )
    ports = stream_ports(pipeline.graph, is_clocked=is_clocked)
    if is_native:
        return axi_verilog(StreamPipeline(pipeline, has_whole_bytes=True), module, ports, lines)
    text = pipeline_verilog(pipeline, module=circuit, has_enables=True)
    return axi_verilog(_PrintedPipeline(pipeline, circuit), module, ports, lines) + f"\n{text}"


def spiking_stream_verilog(
    graph: NeuronGraph,
    *,
    module: str,
    header: Sequence[str] = (),
    has_memory: bool = False,
    is_native: bool = False,
) -> str:
    """Return a spiking circuit with streams as one self-contained Verilog file.

    Its signals are called as those of :func:`stream_verilog`.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    module : str
        Name of the top module.
    header : sequence of str
        Lines for the comment at the top of the file: what it is and how it was made.
    has_memory : bool
        Whether delay lines are put into memories where that is worth it.
    is_native : bool
        Whether the circuit, too, is elaborated by Amaranth.

    Raises
    ------
    ValueError
        If the graph has other than one output, or a name cannot be used in Verilog.
    """
    check_identifier(module, "Module name")
    circuit = f"{module}_circuit"
    ports = stream_ports(graph, is_clocked=True)
    text = "" if is_native else spiking_verilog(graph, module=circuit, has_memory=has_memory)
    component = (
        SpikingStream(graph, has_memory=has_memory, has_whole_bytes=True)
        if is_native
        else _PrintedSpiking(graph, circuit, has_memory=has_memory)
    )
    lines = (
        module,
        *header,
        f"latency: {component.latency} clocks if nothing waits; one result per clock",
        "streams: AXI4-Stream; operands are taken together, once all of them are valid and one of "
        f"{component.places} places is free",
        "rst: active high; forgets what is under way",
    )
    return axi_verilog(component, module, ports, lines) + (f"\n{text}" if text else "")


class _PrintedPipeline(StreamPipeline):
    """A pipeline with streams whose circuit is a module of printed Verilog."""

    def __init__(self, pipeline: Pipeline, module: str) -> None:
        self._module = module
        super().__init__(pipeline, has_whole_bytes=True)

    def _add_circuit(
        self, m: Module, operands: Mapping[str, Value], enables: Sequence[Signal], result: Value
    ) -> None:
        controls = {f"i_enable_{cut}": enable for cut, enable in enumerate(enables, start=1)}
        if self.latency:
            controls["i_clk"] = ClockSignal()
        m.submodules.circuit = _instance(self._module, self.graph, controls, operands, result)


class _PrintedSpiking(SpikingStream):
    """A spiking circuit with streams whose circuit is a module of printed Verilog."""

    def __init__(self, graph: NeuronGraph, module: str, *, has_memory: bool) -> None:
        self._module = module
        super().__init__(graph, has_memory=has_memory, has_whole_bytes=True)

    def _add_circuit(self, m: Module, operands: Mapping[str, Value], result: Value) -> None:
        controls = {"i_clk": ClockSignal(), "i_rst": ResetSignal()}
        m.submodules.circuit = _instance(self._module, self.graph, controls, operands, result)


def _instance(
    module: str,
    graph: NeuronGraph,
    controls: Mapping[str, Value],
    operands: Mapping[str, Value],
    result: Value,
) -> Instance:
    return Instance(
        module,
        **controls,
        **{f"i_{name}": operand for name, operand in operands.items()},
        **{f"o_{graph.outputs[0].name}": result},
    )
