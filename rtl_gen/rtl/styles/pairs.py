# SPDX-License-Identifier: Apache-2.0
"""Operations whose results come of two neighbours: an element and a result in each clock."""

from collections.abc import Iterable
from dataclasses import dataclass

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.components.streams import all_of
from spikefloat.rtl_gen.rtl.ports import Port
from spikefloat.rtl_gen.rtl.styles.instances import add_instance
from spikefloat.rtl_gen.rtl.styles.vector_unit import (
    take_together,
    unit_members,
    unit_verilog,
    watch_length,
)

__all__ = ["PairSteps", "PairUnit"]


@dataclass(frozen=True, kw_only=True)
class PairSteps:
    """The circuit of an operation whose results come of two neighbours of its first operand."""

    most: int  #: Elements of a vector, at most.
    first: str  #: The first operand.
    #: From ``even`` and ``odd``, ``second``, which says whether the second result is meant, and what
    #: the other operands have for the two, by name, to ``y``.
    result: NeuronGraph

    @property
    def graphs(self) -> tuple[NeuronGraph, ...]:
        """The one circuit."""
        return (self.result,)

    @property
    def others(self) -> tuple[str, ...]:
        """The other operands."""
        own = ("even", "odd", "second")
        return tuple(port.name for port in self.result.inputs if port.name not in own)

    @property
    def element_width(self) -> int:
        """Bits of an element of each operand."""
        return len(self.result.input("even").nodes)

    @property
    def result_width(self) -> int:
        """Bits of a result."""
        return len(self.result.outputs[0].nodes)

    @property
    def latency(self) -> int:
        """Clocks from the transfer of an element to that of its result."""
        return 2

    @property
    def interval(self) -> int:
        """Clocks from one vector to the next, of the longest ones."""
        return self.most

    @property
    def registers(self) -> int:
        """Number of one-bit registers: two elements and those of the others, result, count, flags."""
        codes = self.element_width * (2 + len(self.others))
        return codes + self.result_width + self.most.bit_length() + 6

    @property
    def lines(self) -> tuple[str, ...]:
        """What a reader of the Verilog is told: sizes, streams and latency."""
        others = " and ".join(self.others)
        return (
            f"neurons: {len(self.result.neurons)} for each result",
            f"streams: an element in each transfer, tlast with the last of a vector, which has "
            f"{self.most} at most; each code in whole bytes",
            f"{others}: one for two elements of {self.first}, taken with the second of them",
            f"clocks: an element of {self.first} and a result in each, also of the next vector; from "
            "an element to its result 2",
            "rst: active high; forgets what is under way",
            f"frame_error: whether since reset a vector had more than {self.most} elements or an odd "
            "number, or tlast of two operands was not together",
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
        unit = PairUnit(self, f"{module}_pair")
        return unit_verilog(unit, module, [*header, *self.lines], {"pair": self.result})


class PairUnit(wiring.Component):
    """An operation that takes pairs of elements, one in each clock, and gives a result in each.

    The first result of a pair is made as its second element comes in, and the second one in the
    clock after, while the next pair begins.

    Parameters
    ----------
    steps : PairSteps
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
        Sticky: set when a vector has more elements than it may have, or an odd number, or ``tlast``
        of the operands differs; cleared by reset.
    """

    def __init__(self, steps: PairSteps, circuit: str) -> None:
        self._steps = steps
        self._circuit = circuit
        operands = dict.fromkeys((steps.first, *steps.others), steps.element_width)
        super().__init__(unit_members(operands, steps.result_width))

    @property
    def steps(self) -> PairSteps:
        """The circuit."""
        return self._steps

    def elaborate(self, platform: object) -> Module:
        """Describe registers and the circuit."""
        m = Module()
        steps, sink, width = self._steps, self.m_axis, self._steps.element_width
        source = getattr(self, f"s_axis_{steps.first}")
        streams = {name: getattr(self, f"s_axis_{name}") for name in steps.others}
        even, odd = Signal(width), Signal(width)
        has_even, has_second, ends = Signal(), Signal(), Signal()
        result, last, offered = Signal(steps.result_width), Signal(), Signal()
        moves, takes, gives, error = Signal(), Signal(), Signal(), self.frame_error
        valid = all_of([stream.tvalid for stream in streams.values()])
        goes = has_even & moves & source.tvalid
        pairs = take_together(m, "pairs", streams.values(), goes, source.tlast, error)
        m.d.comb += [
            moves.eq(~offered | sink.tready),
            # What is kept of a pair is free once its second result is made.
            source.tready.eq(Mux(has_even, moves & valid, moves | ~has_second)),
            takes.eq(source.tvalid & source.tready),
            gives.eq(moves & (pairs | has_second)),
            sink.tvalid.eq(offered),
            sink.tdata.eq(result),
            sink.tlast.eq(last),
        ]
        inputs = {
            "even": even,
            "odd": Mux(has_second, odd, source.tdata[:width]),
            "second": has_second,
        }
        for name, stream in streams.items():
            own = Signal(width, name=f"{name}_of_pair")
            code = stream.tdata[:width]
            inputs[name] = Mux(has_second, own, code)
            with m.If(pairs):
                m.d.sync += own.eq(code)
        outputs = add_instance(m, "pair", steps.result, inputs, self._circuit)
        with m.If(moves):
            m.d.sync += [offered.eq(gives), has_second.eq(pairs)]
        with m.If(gives):
            m.d.sync += [result.eq(outputs["y"]), last.eq(has_second & ends)]
        with m.If(takes):
            m.d.sync += has_even.eq(~has_even)
        with m.If(takes & ~has_even):
            m.d.sync += even.eq(source.tdata)
            with m.If(source.tlast):
                m.d.sync += [error.eq(1), has_even.eq(0)]
        with m.If(pairs):
            m.d.sync += [odd.eq(source.tdata), ends.eq(source.tlast)]
        watch_length(m, steps.most, takes, source.tlast, error)
        return m
