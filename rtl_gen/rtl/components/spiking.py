# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as Amaranth components of clocked cells."""

from collections.abc import Mapping, Sequence

from amaranth.hdl import Cat, Module, Mux, ShapeLike, Signal, Value
from amaranth.lib.memory import Memory

from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph
from spikefloat.rtl_gen.rtl.cells.cell import NeuronCell
from spikefloat.rtl_gen.rtl.cells.membrane import Membrane, membrane_parameters
from spikefloat.rtl_gen.rtl.components.circuits import GraphCircuit
from spikefloat.rtl_gen.rtl.components.neurons import fires
from spikefloat.rtl_gen.rtl.timing.balance import DISCHARGE, balance

__all__ = ["SpikingCircuit"]


class SpikingCircuit(GraphCircuit):
    """A neuron graph of clocked cells, one layer per clock and one result per clock.

    Reset returns neurons to rest; held for as many clocks as the latency, it also empties the delay
    lines, which have none.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    membrane : Membrane, optional
        What a neuron keeps from one wave to the next. None if every wave finds it at rest.
    has_memory : bool
        Whether delay lines are put into memories where that is worth it.
    shapes : mapping of str to ShapeLike, optional
        Shapes of ports, such as ``{"a": Float(fmt)}``; others are plain bits.

    Members
    -------
    discharge : ``In(1)``
        Comes with a wave that is to find all membranes at rest; only with ``membrane``.
    ... : ``In(shape)``
        One for each input of the graph, with its name and width.
    ... : ``Out(shape)``
        One for each output of the graph, as many clocks later as :attr:`latency` says.

    Raises
    ------
    InputError
        If the name of a port is no identifier, or its shape has another width.
    """

    def __init__(
        self,
        graph: NeuronGraph,
        *,
        membrane: Membrane | None = None,
        has_memory: bool = False,
        shapes: Mapping[str, ShapeLike] | None = None,
    ) -> None:
        has_discharge = membrane is not None
        self._membrane = membrane
        self._balanced = balance(graph, has_discharge=has_discharge, has_memory=has_memory)
        #: What goes into the memories of each length, and what comes out.
        self._memories: dict[int, list[tuple[Value, Signal]]] = {}
        super().__init__(graph, self._balanced.latency, shapes, [DISCHARGE] * has_discharge)

    def elaborate(self, platform: object) -> Module:
        """Return the neurons and the delays between them."""
        self._memories = {}
        m = super().elaborate(platform)
        for length, lines in self._memories.items():
            _add_memory(m, length, lines)
        if not self._balanced.latency:
            unused = Signal()  # there is a clock even if there is no neuron
            m.d.sync += unused.eq(unused)
        return m

    def _placed_graph(self) -> NeuronGraph:
        return self._balanced.graph

    def _make(
        self, m: Module, node: int, neuron: Neuron, name: str, sources: Sequence[Value]
    ) -> Value:
        if not neuron.sources:
            return super()._make(m, node, neuron, name, sources)
        length = self._balanced.lines.get(node)
        if length is None:
            return self._cell(m, neuron, name, sources)
        if node in self._balanced.in_memory:
            delayed = Signal(name=name)
            self._memories.setdefault(length, []).append((sources[0], delayed))
            return delayed
        delayed = Signal(name=name, reset_less=True)
        line = Signal(length - 1, name=f"{name}_line", reset_less=True)
        m.d.sync += Cat(line, delayed).eq(Cat(sources[0], line))
        return delayed

    def _cell(self, m: Module, neuron: Neuron, name: str, sources: Sequence[Value]) -> Value:
        if self._membrane is None:
            spike = Signal(name=name)
            m.d.sync += spike.eq(fires(neuron, sources))
            return spike
        # The last synapse, of weight zero, brings the discharge.
        parameters = membrane_parameters(neuron.weights[:-1], neuron.threshold, self._membrane)
        m.submodules[name] = cell = NeuronCell(parameters)
        m.d.comb += [
            cell.enable.eq(1),
            cell.discharge.eq(sources[-1]),
            cell.synapses.eq(Cat(sources[:-1])),
        ]
        return cell.spike


def _add_memory(m: Module, length: int, lines: Sequence[tuple[Value, Signal]]) -> None:
    """Add delay lines in a memory; see :func:`~spikefloat.rtl_gen.rtl.text.delay_memory`."""
    memory = Memory(shape=len(lines), depth=length - 1, init=[])
    m.submodules[f"delay_{length}_memory"] = memory
    write, read = memory.write_port(), memory.read_port()
    place = Signal(range(length - 1), name=f"place_{length}", reset_less=True)
    m.d.sync += place.eq(Mux(place == 0, length - 2, place - 1))
    m.d.comb += [
        write.addr.eq(place),
        write.en.eq(1),
        write.data.eq(Cat(source for source, _ in lines)),
        read.addr.eq(place),
        Cat(delayed for _, delayed in lines).eq(read.data),
    ]
