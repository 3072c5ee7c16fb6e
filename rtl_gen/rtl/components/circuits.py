# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as Amaranth components: combinational and pipelined.

They hold what the printed Verilog holds, neuron by neuron and register by register; so they run in
Amaranth's simulator, and elaborate on any platform without a file besides.
"""

from collections.abc import Mapping, Sequence

from amaranth.hdl import Module, Shape, ShapeLike, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph, Port
from spikefloat.rtl_gen.rtl.components.neurons import fires, place_neurons
from spikefloat.rtl_gen.rtl.text.names import check_identifier
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline
from spikefloat.rtl_gen.rtl.timing.registers import insert_registers

__all__ = [
    "CombinationalCircuit",
    "GraphCircuit",
    "PipelinedCircuit",
    "circuit_verilog",
    "port_shape",
]


def port_shape(port: Port, shapes: Mapping[str, ShapeLike] | None) -> ShapeLike:
    """Return the shape of a port: the given one, or as many bits as it has.

    Raises
    ------
    InputError
        If the name of the port is no identifier, or its shape has another width.
    """
    check_identifier(port.name, "Port name")
    width = len(port.nodes)
    shape = (shapes or {}).get(port.name, width)
    if Shape.cast(shape).width != width:
        raise InputError(
            f"Shape of {port.name} must have {width} bits, not {Shape.cast(shape).width}"
        )
    return shape


class GraphCircuit(wiring.Component):
    """What the circuits have in common: the ports of the graph, after some others."""

    def __init__(
        self,
        graph: NeuronGraph,
        latency: int,
        shapes: Mapping[str, ShapeLike] | None,
        controls: Sequence[str] = (),
    ) -> None:
        self._graph = graph
        self._latency = latency
        super().__init__(
            {
                **{name: In(1) for name in controls},
                **{port.name: In(port_shape(port, shapes)) for port in graph.inputs},
                **{port.name: Out(port_shape(port, shapes)) for port in graph.outputs},
            }
        )

    @property
    def graph(self) -> NeuronGraph:
        """The circuit."""
        return self._graph

    @property
    def latency(self) -> int:
        """Clocks from operands to result."""
        return self._latency

    def elaborate(self, platform: object) -> Module:
        """Return the neurons."""
        m = Module()
        graph = self._placed_graph()
        inputs = {port.name: Value.cast(getattr(self, port.name)) for port in graph.inputs}
        for name, value in place_neurons(m, graph, inputs, self._make).items():
            m.d.comb += Value.cast(getattr(self, name)).eq(value)
        return m

    def _placed_graph(self) -> NeuronGraph:
        """Return the graph whose nodes are made."""
        return self._graph

    def _make(
        self, m: Module, node: int, neuron: Neuron, name: str, sources: Sequence[Value]
    ) -> Value:
        """Return the value of a node, made in the module of its scope; here, a neuron at once."""
        signal = Signal(name=name)
        m.d.comb += signal.eq(fires(neuron, sources))
        return signal


class CombinationalCircuit(GraphCircuit):
    """A neuron graph as combinational hardware. Outputs follow inputs within the same clock.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    shapes : mapping of str to ShapeLike, optional
        Shapes of ports, such as ``{"a": Float(fmt)}``; others are plain bits.

    Members
    -------
    ... : ``In(shape)``
        One for each input of the graph, with its name and width.
    ... : ``Out(shape)``
        One for each output of the graph.

    Raises
    ------
    InputError
        If the name of a port is no identifier, or its shape has another width.
    """

    def __init__(
        self, graph: NeuronGraph, *, shapes: Mapping[str, ShapeLike] | None = None
    ) -> None:
        super().__init__(graph, 0, shapes)


class PipelinedCircuit(GraphCircuit):
    """A cut neuron graph, one result per clock.

    The registers hold nothing but data, and have no reset.

    Parameters
    ----------
    pipeline : Pipeline
        The circuit and its cuts.
    has_enables : bool
        Whether the registers of cut 1 are loaded only while ``enable_1`` is set, and so on.
    shapes : mapping of str to ShapeLike, optional
        Shapes of ports, such as ``{"a": Float(fmt)}``; others are plain bits.

    Members
    -------
    enable_1, ... : ``In(1)``
        Whether the registers of a cut are loaded in this clock; only with ``has_enables``.
    ... : ``In(shape)``
        One for each input of the graph, with its name and width.
    ... : ``Out(shape)``
        One for each output of the graph, ``pipeline.latency`` clocks later.

    Raises
    ------
    InputError
        If the name of a port is no identifier, or its shape has another width.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        has_enables: bool = False,
        shapes: Mapping[str, ShapeLike] | None = None,
    ) -> None:
        self._registered = insert_registers(pipeline)
        self._has_enables = has_enables
        cuts = range(1, pipeline.latency + 1) if has_enables else ()
        super().__init__(
            pipeline.graph, pipeline.latency, shapes, [f"enable_{cut}" for cut in cuts]
        )

    def _placed_graph(self) -> NeuronGraph:
        return self._registered.graph

    def _make(
        self, m: Module, node: int, neuron: Neuron, name: str, sources: Sequence[Value]
    ) -> Value:
        cut = self._registered.cuts.get(node)
        if cut is None:
            return super()._make(m, node, neuron, name, sources)
        signal = Signal(name=name, reset_less=True)
        with m.If(getattr(self, f"enable_{cut}") if self._has_enables else 1):
            m.d.sync += signal.eq(sources[0])
        return signal


def circuit_verilog(circuit: GraphCircuit, module: str, header: Sequence[str] = ()) -> str:
    """Return a circuit as Amaranth elaborates it, as one self-contained Verilog file.

    Its ports are those of the printed text, in the same order.

    Parameters
    ----------
    circuit : component
        The circuit.
    module : str
        Name of the top module.
    header : sequence of str
        Lines for the comment at the top of the file: what it is and how it was made.

    Raises
    ------
    InputError
        If the name of the module cannot be used in Verilog.
    """
    graph = circuit.graph
    size = f"{len(graph.neurons)} neurons in {graph.depth} layers, elaborated by Amaranth"
    return component_verilog(
        circuit,
        check_identifier(module, "Module name"),
        header=(module, *header, "", f"{size}: each is the logic that says whether it fires."),
    )
