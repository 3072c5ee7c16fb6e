# SPDX-License-Identifier: Apache-2.0
"""Pipelines with streams at both ends: operands are taken and results given by valid and ready."""

from collections.abc import Sequence

from amaranth.hdl import ClockSignal, Instance, Module, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.ports import Port, component_ports
from spikefloat.rtl_gen.rtl.styles.axi_stream import axi_ports, axi_verilog
from spikefloat.rtl_gen.rtl.styles.pipelined import pipeline_verilog
from spikefloat.rtl_gen.rtl.text.names import check_identifier
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline

__all__ = ["StreamPipeline", "all_of", "stream_members", "stream_ports", "stream_verilog"]


class StreamPipeline(wiring.Component):
    """A cut neuron graph with streams in place of plain ports.

    One operation takes a payload from each operand stream, in the same clock, once all of them are
    valid. A result that is not taken stops what is behind it, but only up to the first empty stage:
    those behind that one still move up. So no clock is lost, neither to an operand that comes late
    nor to a result that is taken late, as long as there is something to move and somewhere to go.

    Latency is as many cycles as there are cuts. Throughput is one operation per cycle.

    Parameters
    ----------
    pipeline : Pipeline
        The circuit and its cuts.
    module : str
        Name of the Verilog module of the circuit.
    has_whole_bytes : bool
        Whether payloads are widened to whole bytes. What that adds to operands is ignored, and is
        0 in results.

    Members
    -------
    ... : ``In(stream.Signature(width))``
        One for each input of the graph, with its name and width.
    ... : ``Out(stream.Signature(width))``
        The output of the graph.

    Raises
    ------
    ValueError
        If the graph has other than one output, or a name cannot be used in Verilog.
    """

    def __init__(self, pipeline: Pipeline, *, module: str, has_whole_bytes: bool = False) -> None:
        graph = pipeline.graph
        members = stream_members(graph, has_whole_bytes=has_whole_bytes)
        self._pipeline = pipeline
        self._module = module
        self._verilog = pipeline_verilog(pipeline, module=module, has_enables=True)
        super().__init__(members)

    @property
    def pipeline(self) -> Pipeline:
        """The circuit and its cuts."""
        return self._pipeline

    @property
    def latency(self) -> int:
        """Cycles between a transfer of operands and its result at an output that is ready."""
        return self._pipeline.latency

    @property
    def verilog(self) -> str:
        """Text of the Verilog file of the circuit."""
        return self._verilog

    def elaborate(self, platform: object) -> Module:
        """Return the circuit and what moves it."""
        m = Module()
        operands = {port.name: getattr(self, port.name) for port in self._pipeline.graph.inputs}
        (output,) = self._pipeline.graph.outputs
        result = getattr(self, output.name)
        valids = [operand.valid for operand in operands.values()]

        # For the operands and after each cut: whether there is something, and whether it moves on.
        full = [Signal(name="all_valid")]
        full += [Signal(name=f"full_{cut}") for cut in range(1, self.latency + 1)]
        enables = [Signal(name=f"enable_{cut}") for cut in range(1, self.latency + 1)]
        moves = [*enables, result.ready]
        m.d.comb += full[0].eq(all_of(valids))
        for cut in range(1, self.latency + 1):
            m.d.comb += enables[cut - 1].eq(~full[cut] | moves[cut])
            with m.If(enables[cut - 1]):
                m.d.sync += full[cut].eq(full[cut - 1])
        m.d.comb += result.valid.eq(full[-1])
        for operand in operands.values():
            others = [valid for valid in valids if valid is not operand.valid]
            m.d.comb += operand.ready.eq(all_of([moves[0], *others]))

        controls = {f"i_enable_{cut}": enable for cut, enable in enumerate(enables, start=1)}
        if self.latency:
            controls["i_clk"] = ClockSignal()
        m.submodules.circuit = Instance(
            self._module,
            **controls,
            **{
                f"i_{port.name}": operands[port.name].payload[: len(port.nodes)]
                for port in self._pipeline.graph.inputs
            },
            **{f"o_{output.name}": result.payload[: len(output.nodes)]},
        )
        add_file = getattr(platform, "add_file", None)
        if add_file is not None:
            add_file(f"{self._module}.v", self._verilog)
        return m


def stream_members(graph: NeuronGraph, *, has_whole_bytes: bool) -> dict[str, wiring.Member]:
    """Return a stream for each port of a graph, by its name.

    Raises
    ------
    ValueError
        If the graph has other than one output.
    """
    if len(graph.outputs) != 1:
        raise InputError(f"Outputs of a stream must be 1, not {len(graph.outputs)}")
    return {
        port.name: flow(
            stream.Signature(-(-len(port.nodes) // 8) * 8 if has_whole_bytes else len(port.nodes))
        )
        for flow, ports in ((In, graph.inputs), (Out, graph.outputs))
        for port in ports
    }


def stream_verilog(pipeline: Pipeline, *, module: str, header: Sequence[str] = ()) -> str:
    """Return a :class:`StreamPipeline` as one self-contained Verilog file.

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

    Raises
    ------
    ValueError
        If the graph has other than one output, or a name cannot be used in Verilog.
    """
    check_identifier(module, "Module name")
    component = StreamPipeline(pipeline, module=f"{module}_circuit", has_whole_bytes=True)
    clocks = "clock" if pipeline.latency == 1 else "clocks"
    reset = ["rst: active high; forgets what is under way"] if pipeline.latency else []
    return (
        axi_verilog(
            component,
            module,
            stream_ports(pipeline.graph, is_clocked=pipeline.latency > 0),
            (
                module,
                *header,
                f"latency: {pipeline.latency} {clocks} if nothing waits; one result per clock",
                "streams: AXI4-Stream; operands are taken together, once all of them are valid",
                *reset,
            ),
        )
        + f"\n{component.verilog}"
    )


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


def all_of(signals: Sequence[Value]) -> Value:
    """Return whether every one of some signals is set."""
    every = signals[0]
    for signal in signals[1:]:
        every &= signal
    return every
