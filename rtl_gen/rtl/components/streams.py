# SPDX-License-Identifier: Apache-2.0
"""Circuits with streams at both ends: operands are taken and results given by valid and ready."""

from collections.abc import Mapping, Sequence

from amaranth.hdl import Cat, Module, ShapeLike, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.fifo import SyncFIFOBuffered
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.components.circuits import (
    PipelinedCircuit,
    port_shape,
)
from spikefloat.rtl_gen.rtl.components.spiking import SpikingCircuit
from spikefloat.rtl_gen.rtl.timing.balance import balance
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline

__all__ = ["QUEUE_LATENCY", "SpikingStream", "StreamPipeline", "stream_members"]

#: Clocks from a result at the queue until it is offered.
QUEUE_LATENCY = 2

#: Places beyond the latency that it takes so that a place is free in every clock: the one that is
#: being given back, and that from which the count of free places is seen.
_SPARE_PLACES = 2


def stream_members(
    graph: NeuronGraph,
    *,
    has_whole_bytes: bool = False,
    shapes: Mapping[str, ShapeLike] | None = None,
) -> dict[str, wiring.Member]:
    """Return a stream for each port of a graph, by its name.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    has_whole_bytes : bool
        Whether payloads are widened to whole bytes, which have no shape of their own.
    shapes : mapping of str to ShapeLike, optional
        Shapes of payloads, such as ``{"a": Float(fmt)}``; others are plain bits.

    Raises
    ------
    InputError
        If the graph has other than one output, a name is no identifier, or a shape does not fit.
    """
    if len(graph.outputs) != 1:
        raise InputError(f"Outputs of a stream must be 1, not {len(graph.outputs)}")
    if has_whole_bytes and shapes:
        raise InputError("Shapes must be given for payloads without padding, not for whole bytes")
    return {
        port.name: flow(
            stream.Signature(
                -(-len(port.nodes) // 8) * 8 if has_whole_bytes else port_shape(port, shapes)
            )
        )
        for flow, ports in ((In, graph.inputs), (Out, graph.outputs))
        for port in ports
    }


class _StreamCircuit(wiring.Component):
    """What circuits with streams have in common: operands that are taken together."""

    def __init__(
        self, graph: NeuronGraph, has_whole_bytes: bool, shapes: Mapping[str, ShapeLike] | None
    ) -> None:
        self._graph = graph
        super().__init__(stream_members(graph, has_whole_bytes=has_whole_bytes, shapes=shapes))

    @property
    def graph(self) -> NeuronGraph:
        """The circuit."""
        return self._graph

    def _valids(self) -> list[Signal]:
        return [getattr(self, port.name).valid for port in self._graph.inputs]

    def _take_operands(self, m: Module, accepts: Value) -> None:
        """Let operands be taken together, once all are valid and the circuit accepts them."""
        valids = self._valids()
        for index, port in enumerate(self._graph.inputs):
            others = valids[:index] + valids[index + 1 :]
            m.d.comb += getattr(self, port.name).ready.eq(_all_of([accepts, *others]))

    def _operands(self) -> dict[str, Value]:
        """Return the bits of each operand, without those that make whole bytes of them."""
        return {
            port.name: Value.cast(getattr(self, port.name).payload)[: len(port.nodes)]
            for port in self._graph.inputs
        }


class StreamPipeline(_StreamCircuit):
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
    has_whole_bytes : bool
        Whether payloads are widened to whole bytes. What that adds to operands is ignored, and is
        0 in results.
    shapes : mapping of str to ShapeLike, optional
        Shapes of payloads, such as ``{"a": Float(fmt)}``; others are plain bits.

    Members
    -------
    ... : ``In(stream.Signature(shape))``
        One for each input of the graph, with its name and width.
    ... : ``Out(stream.Signature(shape))``
        The output of the graph.

    Raises
    ------
    InputError
        If the graph has other than one output, a name is no identifier, or a shape does not fit.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        *,
        has_whole_bytes: bool = False,
        shapes: Mapping[str, ShapeLike] | None = None,
    ) -> None:
        self._pipeline = pipeline
        super().__init__(pipeline.graph, has_whole_bytes, shapes)

    @property
    def pipeline(self) -> Pipeline:
        """The circuit and its cuts."""
        return self._pipeline

    @property
    def latency(self) -> int:
        """Cycles between a transfer of operands and its result at an output that is ready."""
        return self._pipeline.latency

    def elaborate(self, platform: object) -> Module:
        """Return the circuit and what moves it."""
        m = Module()
        (output,) = self._graph.outputs
        result = getattr(self, output.name)

        # For the operands and after each cut: whether there is something, and whether it moves on.
        full = [Signal(name="all_valid")]
        full += [Signal(name=f"full_{cut}") for cut in range(1, self.latency + 1)]
        enables = [Signal(name=f"enable_{cut}") for cut in range(1, self.latency + 1)]
        moves = [*enables, result.ready]
        m.d.comb += full[0].eq(_all_of(self._valids()))
        for cut in range(1, self.latency + 1):
            m.d.comb += enables[cut - 1].eq(~full[cut] | moves[cut])
            with m.If(enables[cut - 1]):
                m.d.sync += full[cut].eq(full[cut - 1])
        m.d.comb += result.valid.eq(full[-1])
        self._take_operands(m, moves[0])
        payload = Value.cast(result.payload)[: len(output.nodes)]
        self._add_circuit(m, self._operands(), enables, payload)
        return m

    def _add_circuit(
        self, m: Module, operands: Mapping[str, Value], enables: Sequence[Signal], result: Value
    ) -> None:
        """Add the circuit, with the enables of its cuts; it drives the result."""
        m.submodules.circuit = circuit = PipelinedCircuit(self._pipeline, has_enables=True)
        for cut, enable in enumerate(enables, start=1):
            m.d.comb += getattr(circuit, f"enable_{cut}").eq(enable)
        _connect(m, circuit, operands, result)


class SpikingStream(_StreamCircuit):
    """A circuit of clocked cells with streams in place of plain ports.

    Spikes on their way cannot be stopped: neurons fire in every clock, and delay lines move. So a
    wave may enter only if there is a place kept for its result, in a queue behind the circuit. A
    result that is not taken waits there.

    One wave takes a payload from each operand stream, in the same clock, once all of them are
    valid and a place for the result is free. Membranes are at rest for every wave. Neither
    ``ready`` nor ``valid`` depends on the other end within a clock.

    Latency is that of the circuit and of the queue. Throughput is one operation per cycle.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    has_memory : bool
        Whether delay lines are put into memories where that is worth it.
    has_whole_bytes : bool
        Whether payloads are widened to whole bytes. What that adds to operands is ignored, and is
        0 in results.
    shapes : mapping of str to ShapeLike, optional
        Shapes of payloads, such as ``{"a": Float(fmt)}``; others are plain bits.

    Members
    -------
    ... : ``In(stream.Signature(shape))``
        One for each input of the graph, with its name and width.
    ... : ``Out(stream.Signature(shape))``
        The output of the graph.

    Raises
    ------
    InputError
        If the graph has other than one output, a name is no identifier, or a shape does not fit.
    """

    def __init__(
        self,
        graph: NeuronGraph,
        *,
        has_memory: bool = False,
        has_whole_bytes: bool = False,
        shapes: Mapping[str, ShapeLike] | None = None,
    ) -> None:
        self._has_memory = has_memory
        self._depth = balance(graph, has_memory=has_memory).latency
        super().__init__(graph, has_whole_bytes, shapes)

    @property
    def latency(self) -> int:
        """Cycles between a transfer of operands and the offer of its result."""
        return self._depth + QUEUE_LATENCY

    @property
    def places(self) -> int:
        """Results that wait or are under way, at most."""
        return self.latency + _SPARE_PLACES

    def elaborate(self, platform: object) -> Module:
        """Return the circuit, the queue, and what counts its places."""
        m = Module()
        (output,) = self._graph.outputs
        result = getattr(self, output.name)
        m.submodules.queue = queue = SyncFIFOBuffered(width=len(output.nodes), depth=self.places)

        free = Signal(range(self.places + 1), init=self.places)
        has_place = Signal(init=1)
        takes = Signal()
        gives = Signal()
        m.d.comb += [
            takes.eq(_all_of([has_place, *self._valids()])),
            gives.eq(result.valid & result.ready),
        ]
        with m.If(takes & ~gives):
            m.d.sync += [free.eq(free - 1), has_place.eq(free != 1)]
        with m.Elif(gives & ~takes):
            m.d.sync += [free.eq(free + 1), has_place.eq(1)]
        self._take_operands(m, has_place)

        # What tells a wave from a clock without one goes beside it.
        arrives = takes
        if self._depth:
            waves = Signal(self._depth)
            m.d.sync += waves.eq(Cat(takes, waves[:-1]))
            arrives = waves[-1]
        y = Signal(len(output.nodes))
        self._add_circuit(m, self._operands(), y)
        m.d.comb += [
            queue.w_data.eq(y),
            queue.w_en.eq(arrives),
            Value.cast(result.payload).eq(queue.r_data),
            result.valid.eq(queue.r_rdy),
            queue.r_en.eq(result.ready),
        ]
        return m

    def _add_circuit(self, m: Module, operands: Mapping[str, Value], result: Value) -> None:
        """Add the circuit, which drives the result."""
        m.submodules.circuit = circuit = SpikingCircuit(self._graph, has_memory=self._has_memory)
        _connect(m, circuit, operands, result)


def _connect(
    m: Module,
    circuit: PipelinedCircuit | SpikingCircuit,
    operands: Mapping[str, Value],
    result: Value,
) -> None:
    (output,) = circuit.graph.outputs
    m.d.comb += result.eq(getattr(circuit, output.name))
    for name, operand in operands.items():
        m.d.comb += getattr(circuit, name).eq(operand)


def _all_of(signals: Sequence[Value]) -> Value:
    """Return whether every one of some signals is set."""
    every = signals[0]
    for signal in signals[1:]:
        every &= signal
    return every
