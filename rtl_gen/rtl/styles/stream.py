# SPDX-License-Identifier: Apache-2.0
"""Circuits with streams as Verilog: Amaranth makes what moves them, the circuit is printed."""

from collections.abc import Mapping, Sequence

from amaranth.hdl import (
    ClockDomain,
    ClockSignal,
    Instance,
    Module,
    ResetSignal,
    Signal,
    Value,
)
from amaranth.lib.wiring import In

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.components.stream_members import stream_members
from spikefloat.rtl_gen.rtl.components.streams import (
    SpikingStream,
    StreamCircuit,
    StreamPipeline,
)
from spikefloat.rtl_gen.rtl.ports import (
    AXI_CLOCK,
    AXI_RESET,
    CLOCK,
    RESET,
    Port,
    component_ports,
)
from spikefloat.rtl_gen.rtl.styles.axi_stream import axi_ports, axi_verilog
from spikefloat.rtl_gen.rtl.styles.pipelined import pipeline_verilog
from spikefloat.rtl_gen.rtl.styles.spiking import spiking_verilog
from spikefloat.rtl_gen.rtl.text.names import check_identifier
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline

__all__ = ["spiking_stream_verilog", "stream_ports", "stream_verilog"]


def stream_ports(graph: NeuronGraph, *, has_axi_reset: bool = False) -> dict[Port, Port]:
    """Return the ports of a circuit with streams as AXI4-Stream names them.

    They are the values; the keys are what they are called in Amaranth. Clock and reset are there
    also where nothing is clocked, so that every circuit is wired alike.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    has_axi_reset : bool
        Whether clock and reset are ``aclk`` and ``aresetn``, which is active low.
    """
    members = stream_members(graph, has_whole_bytes=True)
    streams = {port.name: f"s_axis_{port.name}" for port in graph.inputs}
    streams[graph.outputs[0].name] = "m_axis"
    controls = (AXI_CLOCK, AXI_RESET) if has_axi_reset else (CLOCK, RESET)
    return axi_ports((*controls, *component_ports(members, is_clocked=False)), streams)


def stream_verilog(
    pipeline: Pipeline,
    *,
    module: str,
    header: Sequence[str] = (),
    is_native: bool = False,
    has_axi_reset: bool = False,
) -> str:
    """Return a pipeline with streams as one self-contained Verilog file.

    Its signals are called as in AXI4-Stream: ``s_axis_a_tdata``, ``s_axis_a_tvalid`` and
    ``s_axis_a_tready`` for the operand ``a``, ``m_axis_tdata`` and so on for the result. Data are
    whole bytes; bits above the width of a code are ignored in operands, and 0 in results. Of several
    outputs, the first is ``m_axis_tdata``, and the others are ``m_axis_tuser``. Clock and reset are
    ``clk`` and ``rst``, which is active high.

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
    has_axi_reset : bool
        Whether clock and reset are ``aclk`` and ``aresetn``, which is active low.

    Raises
    ------
    ValueError
        If the graph has no output, or a name cannot be used in Verilog.
    """
    check_identifier(module, "Module name")
    circuit = f"{module}_circuit"
    clocks = "clock" if pipeline.latency == 1 else "clocks"
    lines = (
        module,
        *header,
        f"latency: {pipeline.latency} {clocks} if nothing waits; one result per clock",
        "streams: AXI4-Stream; operands are taken together, once all of them are valid",
        *_user_lines(pipeline.graph),
        *(
            _reset_lines(has_axi_reset)
            if pipeline.latency
            else ["clock and reset: unused here, as there are no registers"]
        ),
    )
    ports = stream_ports(pipeline.graph, has_axi_reset=has_axi_reset)
    component = _AxiPipeline(pipeline, None if is_native else circuit, has_axi_reset)
    text = "" if is_native else pipeline_verilog(pipeline, module=circuit, has_enables=True)
    return axi_verilog(component, module, ports, lines) + (f"\n{text}" if text else "")


def spiking_stream_verilog(
    graph: NeuronGraph,
    *,
    module: str,
    header: Sequence[str] = (),
    has_memory: bool = False,
    is_native: bool = False,
    has_axi_reset: bool = False,
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
    has_axi_reset : bool
        Whether clock and reset are ``aclk`` and ``aresetn``, which is active low.

    Raises
    ------
    ValueError
        If the graph has no output, or a name cannot be used in Verilog.
    """
    check_identifier(module, "Module name")
    circuit = f"{module}_circuit"
    ports = stream_ports(graph, has_axi_reset=has_axi_reset)
    text = "" if is_native else spiking_verilog(graph, module=circuit, has_memory=has_memory)
    component = _AxiSpiking(graph, None if is_native else circuit, has_axi_reset, has_memory)
    lines = (
        module,
        *header,
        f"latency: {component.latency} clocks if nothing waits; one result per clock",
        "streams: AXI4-Stream; operands are taken together, once all of them are valid and one of "
        f"{component.places} places is free",
        *_user_lines(graph),
        *_reset_lines(has_axi_reset),
    )
    return axi_verilog(component, module, ports, lines) + (f"\n{text}" if text else "")


def _user_lines(graph: NeuronGraph) -> list[str]:
    """Return what goes beside the data of the results, for the comment at the top."""
    lines, low = [], 0
    for port in graph.outputs[1:]:
        high = low + len(port.nodes) - 1
        bits = f"bits {high} to {low}" if high > low else f"bit {low}"
        lines.append(f"m_axis_tuser: {port.name} of the same result, {bits}")
        low = high + 1
    return lines


def _reset_lines(has_axi_reset: bool) -> list[str]:
    name, level = ("aresetn", "low, synchronous") if has_axi_reset else ("rst", "high")
    return [f"{name}: active {level}; forgets what is under way"]


class _Controlled(StreamCircuit):
    """What has clock and reset as ports, whether or not something is clocked."""

    _module: str | None  #: Name of the circuit's module, which is printed; None to elaborate it.
    _has_axi_reset: bool

    def _control(self, has_axi_reset: bool) -> None:
        self._has_axi_reset = has_axi_reset
        names = (AXI_CLOCK, AXI_RESET) if has_axi_reset else (CLOCK, RESET)
        self._controls = {port.name: In(1) for port in names}

    def elaborate(self, platform: object) -> Module:
        """Return the circuit in the domain of these ports."""
        m = super().elaborate(platform)
        m.domains.sync = domain = ClockDomain()
        if self._has_axi_reset:
            domain.clk = getattr(self, AXI_CLOCK.name)
            m.d.comb += domain.rst.eq(~getattr(self, AXI_RESET.name))
        else:
            domain.clk, domain.rst = getattr(self, CLOCK.name), getattr(self, RESET.name)
        return m


class _AxiPipeline(_Controlled, StreamPipeline):
    """A pipeline with streams, whose circuit may be a module of printed Verilog."""

    def __init__(self, pipeline: Pipeline, module: str | None, has_axi_reset: bool) -> None:
        self._module = module
        self._control(has_axi_reset)
        super().__init__(pipeline, has_whole_bytes=True)

    def _add_circuit(
        self,
        m: Module,
        operands: Mapping[str, Value],
        enables: Sequence[Signal],
        results: Mapping[str, Value],
    ) -> None:
        if self._module is None:
            super()._add_circuit(m, operands, enables, results)
            return
        controls = {f"i_enable_{cut}": enable for cut, enable in enumerate(enables, start=1)}
        if self.latency:
            controls["i_clk"] = ClockSignal()
        m.submodules.circuit = _instance(self._module, controls, operands, results)


class _AxiSpiking(_Controlled, SpikingStream):
    """A spiking circuit with streams, whose circuit may be a module of printed Verilog."""

    def __init__(
        self, graph: NeuronGraph, module: str | None, has_axi_reset: bool, has_memory: bool
    ) -> None:
        self._module = module
        self._control(has_axi_reset)
        super().__init__(graph, has_memory=has_memory, has_whole_bytes=True)

    def _add_circuit(
        self, m: Module, operands: Mapping[str, Value], results: Mapping[str, Value]
    ) -> None:
        if self._module is None:
            super()._add_circuit(m, operands, results)
            return
        controls = {"i_clk": ClockSignal(), "i_rst": ResetSignal()}
        m.submodules.circuit = _instance(self._module, controls, operands, results)


def _instance(
    module: str,
    controls: Mapping[str, Value],
    operands: Mapping[str, Value],
    results: Mapping[str, Value],
) -> Instance:
    return Instance(
        module,
        **controls,
        **{f"i_{name}": operand for name, operand in operands.items()},
        **{f"o_{name}": result for name, result in results.items()},
    )
