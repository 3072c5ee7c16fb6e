# SPDX-License-Identifier: Apache-2.0
"""Circuits with streams at both ends: operands are taken and results given by valid and ready."""

from collections.abc import Mapping, Sequence
from typing import Any

from amaranth.hdl import Cat, Module, ShapeLike, Signal, Value
from amaranth.lib import wiring

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.components.circuits import PipelinedCircuit
from spikefloat.rtl_gen.rtl.components.queue import Queue
from spikefloat.rtl_gen.rtl.components.spiking import SpikingCircuit
from spikefloat.rtl_gen.rtl.components.stream_members import stream_members
from spikefloat.rtl_gen.rtl.timing.balance import balance
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline

__all__ = ["QUEUE_LATENCY", "SpikingStream", "StreamCircuit", "StreamPipeline", "all_of"]

#: Clocks from a result at the queue until it is offered.
QUEUE_LATENCY = 2

#: Places beyond the latency that it takes so that a place is free in every clock: the one that is
#: being given back, and that from which the count of free places is seen.
_SPARE_PLACES = 2


class StreamCircuit(wiring.Component):
    """What circuits with streams have in common: operands that are taken together."""

    _controls: Mapping[str, wiring.Member] = {}  #: Ports besides streams.

    def __init__(
        self, graph: NeuronGraph, has_whole_bytes: bool, shapes: Mapping[str, ShapeLike] | None
    ) -> None:
        self._graph = graph
        self._has_whole_bytes = has_whole_bytes
        super().__init__(
            {
                **self._controls,
                **stream_members(graph, has_whole_bytes=has_whole_bytes, shapes=shapes),
            }
        )

    @property
    def graph(self) -> NeuronGraph:
        """The circuit."""
        return self._graph

    @property
    def _result(self) -> Any:
        """The stream of the results."""
        return getattr(self, self._graph.outputs[0].name)

    def _results(self) -> dict[str, Value]:
        """Return the bits of each output, as the stream of the results carries them."""
        first, *others = self._graph.outputs
        payload = self._result.payload
        if others and not self._has_whole_bytes:
            return {port.name: Value.cast(payload[port.name]) for port in self._graph.outputs}
        results = {first.name: Value.cast(payload)[: len(first.nodes)]}
        start = 0
        for port in others:
            results[port.name] = self._result.user[start : start + len(port.nodes)]
            start += len(port.nodes)
        return results

    def _valids(self) -> list[Signal]:
        return [getattr(self, port.name).valid for port in self._graph.inputs]

    def _take_operands(self, m: Module, accepts: Value) -> None:
        """Let operands be taken together, once all are valid and the circuit accepts them."""
        valids = self._valids()
        for index, port in enumerate(self._graph.inputs):
            others = valids[:index] + valids[index + 1 :]
            m.d.comb += getattr(self, port.name).ready.eq(all_of([accepts, *others]))

    def _operands(self) -> dict[str, Value]:
        """Return the bits of each operand, without those that make whole bytes of them."""
        return {
            port.name: Value.cast(getattr(self, port.name).payload)[: len(port.nodes)]
            for port in self._graph.inputs
        }


class StreamPipeline(StreamCircuit):
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
        The output of the graph, with its name; of several, the name of the first.

    Raises
    ------
    InputError
        If the graph has no output, a name is no identifier, or a shape does not fit.
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
        result = self._result

        # For the operands and after each cut: whether there is something, and whether it moves on.
        full = [Signal(name="all_valid")]
        full += [Signal(name=f"full_{cut}") for cut in range(1, self.latency + 1)]
        enables = [Signal(name=f"enable_{cut}") for cut in range(1, self.latency + 1)]
        moves = [*enables, result.ready]
        m.d.comb += full[0].eq(all_of(self._valids()))
        for cut in range(1, self.latency + 1):
            free = Signal(name=f"free_{cut}")
            m.d.comb += [free.eq(~full[cut]), enables[cut - 1].eq(free | moves[cut])]
            with m.If(enables[cut - 1]):
                m.d.sync += full[cut].eq(full[cut - 1])
        m.d.comb += result.valid.eq(full[-1])
        self._take_operands(m, moves[0])
        self._add_circuit(m, self._operands(), enables, self._results())
        return m

    def _add_circuit(
        self,
        m: Module,
        operands: Mapping[str, Value],
        enables: Sequence[Signal],
        results: Mapping[str, Value],
    ) -> None:
        """Add the circuit, with the enables of its cuts; it drives the results."""
        m.submodules.circuit = circuit = PipelinedCircuit(self._pipeline, has_enables=True)
        for cut, enable in enumerate(enables, start=1):
            m.d.comb += getattr(circuit, f"enable_{cut}").eq(enable)
        _connect(m, circuit, operands, results)


class SpikingStream(StreamCircuit):
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
        The output of the graph, with its name; of several, the name of the first.

    Raises
    ------
    InputError
        If the graph has no output, a name is no identifier, or a shape does not fit.
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
        result = self._result
        bits = Cat(*self._results().values())
        m.submodules.queue = queue = Queue(len(bits), self.places)

        free = Signal(range(self.places + 1), init=self.places)
        has_place = Signal(init=1)
        all_valid = Signal()
        takes = Signal()
        gives = Signal()
        only_takes = Signal()
        only_gives = Signal()
        m.d.comb += [
            all_valid.eq(all_of(self._valids())),
            takes.eq(has_place & all_valid),
            gives.eq(result.valid & result.ready),
            only_takes.eq(takes & ~gives),
            only_gives.eq(gives & ~takes),
        ]
        with m.If(only_takes):
            m.d.sync += [free.eq(free - 1), has_place.eq(free != 1)]
        with m.Elif(only_gives):
            m.d.sync += [free.eq(free + 1), has_place.eq(1)]
        self._take_operands(m, has_place)

        # What tells a wave from a clock without one goes beside it.
        arrives = takes
        if self._depth:
            waves = Signal(self._depth)
            m.d.sync += waves.eq(Cat(takes, waves[:-1]))
            arrives = waves[-1]
        results = {
            port.name: Signal(len(port.nodes), name=port.name) for port in self._graph.outputs
        }
        self._add_circuit(m, self._operands(), results)
        m.d.comb += [
            queue.entry.eq(Cat(*results.values())),
            queue.put.eq(arrives),
            bits.eq(queue.offered),
            result.valid.eq(queue.valid),
            queue.ready.eq(result.ready),
        ]
        return m

    def _add_circuit(
        self, m: Module, operands: Mapping[str, Value], results: Mapping[str, Value]
    ) -> None:
        """Add the circuit, which drives the results."""
        m.submodules.circuit = circuit = SpikingCircuit(self._graph, has_memory=self._has_memory)
        _connect(m, circuit, operands, results)


def _connect(
    m: Module,
    circuit: PipelinedCircuit | SpikingCircuit,
    operands: Mapping[str, Value],
    results: Mapping[str, Value],
) -> None:
    for name, result in results.items():
        m.d.comb += result.eq(getattr(circuit, name))
    for name, operand in operands.items():
        m.d.comb += getattr(circuit, name).eq(operand)


def all_of(signals: Sequence[Value]) -> Value:
    """Return whether every one of some signals is set."""
    every = signals[0]
    for signal in signals[1:]:
        every &= signal
    return every
