# SPDX-License-Identifier: Apache-2.0
"""Spiking circuits with streams at both ends.

Spikes on their way cannot be stopped: neurons fire in every clock, and delay lines move. So a wave
may enter only if there is a place kept for its result, in a queue behind the circuit. A result that
is not taken waits there.
"""

from collections.abc import Sequence

from amaranth.hdl import Cat, ClockSignal, Instance, Module, ResetSignal, Signal
from amaranth.lib import wiring
from amaranth.lib.fifo import SyncFIFOBuffered

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.styles.axi_stream import axi_verilog
from spikefloat.rtl_gen.rtl.styles.spiking import spiking_verilog
from spikefloat.rtl_gen.rtl.styles.stream import all_of, stream_members, stream_ports
from spikefloat.rtl_gen.rtl.text.names import check_identifier
from spikefloat.rtl_gen.rtl.timing.balance import balance

__all__ = ["SpikingStream", "spiking_stream_verilog"]

#: Clocks from a result at the queue until it is offered.
_QUEUE_LATENCY = 2

#: Places beyond the latency that it takes so that a place is free in every clock: the one that is
#: being given back, and that from which the count of free places is seen.
_SPARE_PLACES = 2


class SpikingStream(wiring.Component):
    """A circuit of clocked cells with streams in place of plain ports.

    One wave takes a payload from each operand stream, in the same clock, once all of them are
    valid and a place for the result is free. Membranes are at rest for every wave. Neither
    ``ready`` nor ``valid`` depends on the other end within a clock.

    Latency is that of the circuit and of the queue. Throughput is one operation per cycle.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    module : str
        Name of the Verilog module of the circuit.
    has_memory : bool
        Whether delay lines are put into memories where that is worth it.
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

    def __init__(
        self,
        graph: NeuronGraph,
        *,
        module: str,
        has_memory: bool = False,
        has_whole_bytes: bool = False,
    ) -> None:
        members = stream_members(graph, has_whole_bytes=has_whole_bytes)
        self._graph = graph
        self._module = module
        self._depth = balance(graph, has_memory=has_memory).latency
        self._verilog = spiking_verilog(graph, module=module, has_memory=has_memory)
        super().__init__(members)

    @property
    def graph(self) -> NeuronGraph:
        """The circuit."""
        return self._graph

    @property
    def latency(self) -> int:
        """Cycles between a transfer of operands and the offer of its result."""
        return self._depth + _QUEUE_LATENCY

    @property
    def places(self) -> int:
        """Results that wait or are under way, at most."""
        return self.latency + _SPARE_PLACES

    @property
    def verilog(self) -> str:
        """Text of the Verilog file of the circuit."""
        return self._verilog

    def elaborate(self, platform: object) -> Module:
        """Return the circuit, the queue, and what counts its places."""
        m = Module()
        operands = {port.name: getattr(self, port.name) for port in self._graph.inputs}
        (output,) = self._graph.outputs
        result = getattr(self, output.name)
        valids = [operand.valid for operand in operands.values()]
        m.submodules.queue = queue = SyncFIFOBuffered(width=len(output.nodes), depth=self.places)

        free = Signal(range(self.places + 1), init=self.places)
        has_place = Signal(init=1)
        takes = Signal()
        gives = Signal()
        m.d.comb += [
            takes.eq(all_of([has_place, *valids])),
            gives.eq(result.valid & result.ready),
        ]
        with m.If(takes & ~gives):
            m.d.sync += [free.eq(free - 1), has_place.eq(free != 1)]
        with m.Elif(gives & ~takes):
            m.d.sync += [free.eq(free + 1), has_place.eq(1)]
        for operand in operands.values():
            others = [valid for valid in valids if valid is not operand.valid]
            m.d.comb += operand.ready.eq(all_of([has_place, *others]))

        # What tells a wave from a clock without one goes beside it.
        arrives = takes
        if self._depth:
            waves = Signal(self._depth)
            m.d.sync += waves.eq(Cat(takes, waves[:-1]))
            arrives = waves[-1]
        y = Signal(len(output.nodes))
        m.submodules.circuit = Instance(
            self._module,
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            **{
                f"i_{port.name}": operands[port.name].payload[: len(port.nodes)]
                for port in self._graph.inputs
            },
            **{f"o_{output.name}": y},
        )
        m.d.comb += [
            queue.w_data.eq(y),
            queue.w_en.eq(arrives),
            result.payload.eq(queue.r_data),
            result.valid.eq(queue.r_rdy),
            queue.r_en.eq(result.ready),
        ]
        add_file = getattr(platform, "add_file", None)
        if add_file is not None:
            add_file(f"{self._module}.v", self._verilog)
        return m


def spiking_stream_verilog(
    component: SpikingStream, *, module: str, header: Sequence[str] = ()
) -> str:
    """Return a spiking circuit with streams as one self-contained Verilog file.

    Its signals are called as those of :func:`~spikefloat.rtl_gen.rtl.styles.stream.stream_verilog`.

    Parameters
    ----------
    component : SpikingStream
        The circuit, with whole bytes.
    module : str
        Name of the top module.
    header : sequence of str
        Lines for the comment at the top of the file: what it is and how it was made.

    Raises
    ------
    ValueError
        If a name cannot be used in Verilog.
    """
    check_identifier(module, "Module name")
    return (
        axi_verilog(
            component,
            module,
            stream_ports(component.graph, is_clocked=True),
            (
                module,
                *header,
                f"latency: {component.latency} clocks if nothing waits; one result per clock",
                "streams: AXI4-Stream; operands are taken together, once all of them are valid and one of "
                f"{component.places} places is free",
                "rst: active high; forgets what is under way",
            ),
        )
        + f"\n{component.verilog}"
    )
