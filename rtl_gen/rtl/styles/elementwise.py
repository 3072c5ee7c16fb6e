# SPDX-License-Identifier: Apache-2.0
"""Operations whose results each come of one element of each operand: one in each clock."""

from collections.abc import Iterable
from dataclasses import dataclass

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.ports import Port
from spikefloat.rtl_gen.rtl.styles.instances import add_instance
from spikefloat.rtl_gen.rtl.styles.vector_unit import (
    take_together,
    unit_members,
    unit_verilog,
    watch_length,
)

__all__ = ["ElementwiseSteps", "ElementwiseUnit"]


@dataclass(frozen=True, kw_only=True)
class ElementwiseSteps:
    """The circuit of an operation whose results each come of one element of each operand."""

    most: int  #: Elements of a vector, at most.
    result: NeuronGraph  #: From an element of each operand, by name, to ``y``.

    @property
    def graphs(self) -> tuple[NeuronGraph, ...]:
        """The one circuit."""
        return (self.result,)

    @property
    def operands(self) -> dict[str, int]:
        """Bits of an element of each operand."""
        return {port.name: len(port.nodes) for port in self.result.inputs}

    @property
    def result_width(self) -> int:
        """Bits of a result."""
        return len(self.result.outputs[0].nodes)

    @property
    def latency(self) -> int:
        """Clocks from the transfer of an element to that of its result."""
        return 1

    @property
    def interval(self) -> int:
        """Clocks from one vector to the next, of the longest ones."""
        return self.most

    @property
    def registers(self) -> int:
        """Number of one-bit registers: result, count, and three flags."""
        return self.result_width + self.most.bit_length() + 3

    @property
    def lines(self) -> tuple[str, ...]:
        """What a reader of the Verilog is told: sizes, streams and latency."""
        return (
            f"neurons: {len(self.result.neurons)} for each element",
            f"streams: an element in each transfer, tlast with the last of a vector, which has "
            f"{self.most} at most; each code in whole bytes",
            "clocks: an element of each operand and a result in each, also of the next vector; from "
            "an element to its result 1",
            "rst: active high; forgets what is under way",
            f"frame_error: whether since reset a vector had more than {self.most} elements, or tlast "
            "of two operands was not together",
        )

    def verilog(self, module: str, header: Iterable[str]) -> tuple[str, tuple[Port, ...]]:
        """Return the Verilog of the whole unit, and its ports.

        Parameters
        ----------
        module : str
            Name of the top module.
        header : iterable of str
            Lines for the comment at the top.
        """
        unit = ElementwiseUnit(self, f"{module}_element")
        return unit_verilog(unit, module, [*header, *self.lines], {"element": self.result})


class ElementwiseUnit(wiring.Component):
    """An operation that takes an element of each operand in each clock, and gives its result.

    Parameters
    ----------
    steps : ElementwiseSteps
        The circuit.
    circuit : str
        Name of its module.

    Members
    -------
    s_axis_... : ``In(AxiStream)``
        One for each operand; ``tlast`` comes with the last element of a vector.
    m_axis : ``Out(AxiStream)``
        Results; ``tlast`` comes with the last of a vector.
    frame_error : ``Out(1)``
        Sticky: set when a vector has more elements than it may have, or ``tlast`` of the operands
        differs; cleared by reset.
    """

    def __init__(self, steps: ElementwiseSteps, circuit: str) -> None:
        self._steps = steps
        self._circuit = circuit
        super().__init__(unit_members(steps.operands, steps.result_width))

    @property
    def steps(self) -> ElementwiseSteps:
        """The circuit."""
        return self._steps

    def elaborate(self, platform: object) -> Module:
        """Describe registers and the circuit."""
        m = Module()
        steps, sink = self._steps, self.m_axis
        streams = {name: getattr(self, f"s_axis_{name}") for name in steps.operands}
        first = next(iter(streams.values()))
        codes = {name: stream.tdata[: steps.operands[name]] for name, stream in streams.items()}
        outputs = add_instance(m, "element", steps.result, codes, self._circuit)
        result, last, offered = Signal(steps.result_width), Signal(), Signal()
        moves, error = Signal(), self.frame_error
        takes = take_together(m, "takes", streams.values(), moves, first.tlast, error)
        m.d.comb += [
            moves.eq(~offered | sink.tready),
            sink.tvalid.eq(offered),
            sink.tdata.eq(result),
            sink.tlast.eq(last),
        ]
        with m.If(moves):
            m.d.sync += offered.eq(takes)
        with m.If(takes):
            m.d.sync += [result.eq(outputs["y"]), last.eq(first.tlast)]
        watch_length(m, steps.most, takes, first.tlast, error)
        return m
