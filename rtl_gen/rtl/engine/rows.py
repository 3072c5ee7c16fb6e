# SPDX-License-Identifier: Apache-2.0
"""A row of the memory through a unit that takes one element in each clock."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.rtl.styles.pass_circuits import PassCircuits
from spikefloat.rtl_gen.rtl.styles.pass_unit import PassUnit

__all__ = ["RowUnit", "rows_clocks"]


def rows_clocks(circuits: PassCircuits, rows: int) -> int:
    """Return the clocks from the address of the first row of a step to what follows its last result.

    Parameters
    ----------
    circuits : PassCircuits
        Of the unit.
    rows : int
        Number of rows.
    """
    taken, given = circuits.most + 1, circuits.most
    return taken + circuits.latency + given + (rows - 1) * circuits.interval + 2


class RowUnit(wiring.Component):
    """Gives the elements of a row to a unit one by one, and gathers its results.

    The next row can come as soon as the last element of one is taken.

    Parameters
    ----------
    circuits : PassCircuits
        The circuits of the unit.
    name : str
        What the names of their modules begin with.
    word_width : int
        Bits of the address of a row.

    Members
    -------
    start : ``In(1)``
        Whether there is a row in this clock.
    x : ``In(width * length)``
        Its elements, the first lowest.
    g : ``In(width * length)``
        What the other operand of the unit has for every row of a step.
    word : ``In(word_width)``
        Where the result of the first row of a step is to go; those of the others follow it.
    taken : ``Out(1)``
        Asserted for a clock with the last element of a row.
    busy : ``Out(1)``
        Whether there is a row whose result has not been given.
    done : ``Out(1)``
        Asserted for a clock with the result of a row.
    y : ``Out(result width * length)``
        The result, the first element lowest.
    into : ``Out(word_width)``
        Where it is to go.
    """

    def __init__(self, circuits: PassCircuits, name: str, word_width: int) -> None:
        self._circuits, self._name = circuits, name
        row = circuits.element_width * circuits.most
        super().__init__(
            {
                "start": In(1),
                "x": In(row),
                "g": In(row),
                "word": In(word_width),
                "taken": Out(1),
                "busy": Out(1),
                "done": Out(1),
                "y": Out(circuits.result_width * circuits.most),
                "into": Out(word_width),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Describe the registers around the unit."""
        m = Module()
        circuits, width = self._circuits, self._circuits.element_width
        m.submodules.passes = unit = PassUnit(circuits, self._name)
        codes, left = Signal.like(self.x), Signal(range(circuits.most + 1))
        under_way = Signal(2)  # one row comes in while another goes out
        source, sink = getattr(unit, f"s_axis_{circuits.source}"), unit.m_axis
        m.d.comb += [
            source.tdata.eq(codes[:width]),
            source.tvalid.eq(left != 0),
            source.tlast.eq(left == 1),
            self.taken.eq(source.tvalid & source.tready & source.tlast),
            sink.tready.eq(1),
            self.busy.eq(under_way != 0),
        ]
        with m.If(source.tvalid & source.tready):
            m.d.sync += [codes.eq(codes[width:]), left.eq(left - 1)]
        with m.If(self.start):
            m.d.sync += [codes.eq(self.x), left.eq(circuits.most)]
        for name in circuits.others:
            self._add_operand(m, getattr(unit, f"s_axis_{name}"))
        m.d.sync += [
            self.done.eq(sink.tvalid & sink.tlast),
            under_way.eq(under_way + self.start - self.done),
        ]
        with m.If(sink.tvalid):
            size = circuits.result_width
            m.d.sync += self.y.eq(Cat(self.y[size:], sink.tdata[:size]))
        with m.If(self.start & ~self.busy):
            m.d.sync += self.into.eq(self.word)
        with m.If(self.done):
            m.d.sync += self.into.eq(self.into + 1)
        return m

    def _add_operand(self, m: Module, stream: wiring.PureInterface) -> None:
        """Add a ring of the elements of another operand, which is the same for all rows of a step."""
        circuits, width = self._circuits, self._circuits.element_width
        ring, place = Signal.like(self.g, name="ring"), Signal(range(circuits.most))
        is_last = place == circuits.most - 1
        m.d.comb += [
            stream.tdata.eq(ring[:width]),
            stream.tvalid.eq(1),
            stream.tlast.eq(is_last),
        ]
        with m.If(stream.tready):
            m.d.sync += [ring.eq(Cat(ring[width:], ring[:width])), place.eq(place + 1)]
            with m.If(is_last):
                m.d.sync += place.eq(0)
        with m.If(self.start & ~self.busy):
            m.d.sync += ring.eq(self.g)
