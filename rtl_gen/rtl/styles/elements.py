# SPDX-License-Identifier: Apache-2.0
"""An operation on vectors that takes one element in each clock: two neuron graphs, and registers."""

from collections.abc import Iterable
from dataclasses import dataclass

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.components.circuits import CombinationalCircuit
from spikefloat.rtl_gen.rtl.ports import Port
from spikefloat.rtl_gen.rtl.styles.vector_unit import unit_members, unit_verilog, watch_length

__all__ = ["ElementSteps", "ElementUnit"]


@dataclass(frozen=True, kw_only=True)
class ElementSteps:
    """The circuits of an operation that takes one element after the other."""

    most: int  #: Elements of a vector, at most.
    step: NeuronGraph  #: From ``state``, ``a`` and ``first`` to ``state_next``.
    finish: NeuronGraph  #: From ``state`` to ``y``.

    @property
    def graphs(self) -> tuple[NeuronGraph, ...]:
        """Both circuits."""
        return self.step, self.finish

    @property
    def state_width(self) -> int:
        """Bits of the state."""
        return len(self.step.outputs[0].nodes)

    @property
    def element_width(self) -> int:
        """Bits of an element."""
        return len(self.step.input("a").nodes)

    @property
    def result_width(self) -> int:
        """Bits of the result."""
        return len(self.finish.outputs[0].nodes)

    @property
    def latency(self) -> int:
        """Clocks from the transfer of the last element to that of the result: state and result."""
        return 2

    @property
    def registers(self) -> int:
        """Number of one-bit registers: state, result, the count, and four flags."""
        return self.state_width + self.result_width + self.most.bit_length() + 4

    @property
    def lines(self) -> tuple[str, ...]:
        """What a reader of the Verilog is told: sizes, streams and latency."""
        step, finish = (len(graph.neurons) for graph in self.graphs)
        return (
            f"neurons: {step} for each element, {finish} for the result",
            f"streams: an element in each transfer, tlast with the last of a vector, which has "
            f"{self.most} at most; each code in whole bytes",
            f"clocks: an element in each, also of the next vector; from the last to the result "
            f"{self.latency}",
            "rst: active high; forgets what is under way",
            f"frame_error: whether since reset a vector had more than {self.most} elements",
        )

    @property
    def interval(self) -> int:
        """Clocks from one vector to the next, of the longest ones."""
        return self.most

    def verilog(self, module: str, header: Iterable[str]) -> tuple[str, tuple[Port, ...]]:
        """Return the Verilog of the whole unit, and its ports.

        Parameters
        ----------
        module : str
            Name of the top module.
        header : iterable of str
            Lines for the comment at the top.
        """
        return unit_verilog(ElementUnit(self), module, [*header, *self.lines])


class ElementUnit(wiring.Component):
    """An operation that takes one element in each clock, and gives a result for each vector.

    The next vector may follow at once. While a result waits to be taken, one more vector is taken in
    to its last element.

    Parameters
    ----------
    steps : ElementSteps
        The circuits.

    Members
    -------
    s_axis_a : ``In(AxiStream)``
        Elements; ``tlast`` comes with the last of a vector.
    m_axis : ``Out(AxiStream)``
        Results, each with ``tlast``.
    frame_error : ``Out(1)``
        Sticky: set when a vector has more elements than the state has room for; cleared by reset.
    """

    def __init__(self, steps: ElementSteps) -> None:
        self._steps = steps
        super().__init__(unit_members({"a": steps.element_width}, steps.result_width))

    @property
    def steps(self) -> ElementSteps:
        """The circuits."""
        return self._steps

    def elaborate(self, platform: object) -> Module:
        """Describe registers and circuits."""
        m = Module()
        steps, source, sink = self._steps, self.s_axis_a, self.m_axis
        state, result = Signal(steps.state_width), Signal(steps.result_width)
        first, complete, offered = Signal(init=1), Signal(), Signal()
        moves, takes = Signal(), Signal()
        m.submodules.step = step = CombinationalCircuit(steps.step)
        m.submodules.finish = finish = CombinationalCircuit(steps.finish)
        m.d.comb += [
            step.state.eq(state),
            step.a.eq(source.tdata[: steps.element_width]),
            step.first.eq(first),
            finish.state.eq(state),
            moves.eq(~offered | sink.tready),
            source.tready.eq(~complete | moves),
            takes.eq(source.tvalid & source.tready),
            sink.tvalid.eq(offered),
            sink.tdata.eq(result),
            sink.tlast.eq(1),
        ]
        with m.If(moves):
            m.d.sync += [offered.eq(complete), result.eq(finish.y), complete.eq(0)]
        with m.If(takes):
            m.d.sync += [
                state.eq(step.state_next),
                first.eq(source.tlast),
                complete.eq(source.tlast),
            ]
        watch_length(m, steps.most, takes, source.tlast, self.frame_error)
        return m
