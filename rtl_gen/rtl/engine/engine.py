# SPDX-License-Identifier: Apache-2.0
"""The engine: memories, one circuit of each kind, and registers between them."""

from collections.abc import Sequence

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.memory import Memory, WritePort
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.networks.program import Program
from spikefloat.rtl_gen.rtl.engine.rows import RowUnit, rows_clocks
from spikefloat.rtl_gen.rtl.engine.sequencer import DRAIN, Sequencer, slot_layout
from spikefloat.rtl_gen.rtl.engine.stages import STAGES, add_products
from spikefloat.rtl_gen.rtl.engine.units import Units
from spikefloat.rtl_gen.rtl.ports import Port, component_ports, whole_bytes
from spikefloat.rtl_gen.rtl.styles.axi_stream import AxiStream, axi_ports, axi_verilog
from spikefloat.rtl_gen.rtl.styles.instances import add_instance
from spikefloat.rtl_gen.rtl.styles.spatial import spatial_verilog

__all__ = ["Engine", "engine_ports", "engine_verilog"]

Row = Sequence[int]


class Engine(wiring.Component):
    """Computes a network, one input after the other.

    An operation of a product passes through these stages, one in each clock: the memories; the dot
    product; what is added; the conversion into a code; the gate; the memory again. Every circuit has
    registers before it, which change only for its own operations. Rows of a normalisation or a softmax
    go through a unit that takes one element in each clock.

    Parameters
    ----------
    program : Program
        Instructions and weights.
    units : Units
        The circuits.

    Members
    -------
    s_axis_x : ``In(AxiStream)``
        Inputs: in each transfer the values of a token, the first lowest, each in whole bytes.
        ``tlast`` comes with the last token, and is only checked.
    m_axis_y : ``Out(AxiStream)``
        Results, one transfer for each input: all codes, the first lowest, each in whole bytes; and
        above them a byte or more with the index of the largest.
    frame_error : ``Out(1)``
        Sticky: set when ``tlast`` arrives at an unexpected transfer; cleared by reset.
    trace_valid : ``Out(1)``
        Whether there is a result of a step in this clock; they come in the order of the steps.
    trace_is_row : ``Out(1)``
        Whether it is a whole row, of a step that is no product.
    trace_word, trace_place : ``Out``
        Word of the memory that it is written to, and element in it.
    trace_data : ``Out``
        The codes of a row, the first lowest; or of an element of a product, from the lowest bits:
        the sum of products, the same with what is added, that as a code, and gated.
    """

    def __init__(self, program: Program, units: Units) -> None:
        self._program = program
        self._units = units
        network = program.network
        self._width, self._wide = network.code_format.width, network.stream_format.width
        self._lanes = len(program.codes[0])
        self._index_bits = len(units.argmax.outputs[0].nodes)
        results = whole_bytes(self._wide) * program.outputs + whole_bytes(self._index_bits)
        slot = slot_layout(program)
        super().__init__(
            {
                "s_axis_x": In(AxiStream(whole_bytes(self._width) * network.values)),
                "m_axis_y": Out(AxiStream(results)),
                "frame_error": Out(1),
                "trace_valid": Out(1),
                "trace_is_row": Out(1),
                "trace_word": Out(slot["word"].shape),
                "trace_place": Out(slot["place"].shape),
                "trace_data": Out(max(self._width * self._lanes, 2 * (self._wide + self._width))),
            }
        )

    @property
    def program(self) -> Program:
        """Instructions and weights."""
        return self._program

    @property
    def units(self) -> Units:
        """The circuits."""
        return self._units

    @property
    def interval(self) -> int:
        """Clocks from the first transfer of an input to that of the next, if none has to wait."""
        clocks = 0
        for one in self._program.instructions:
            if one.is_norm or one.is_softmax:
                circuits = self._units.norm if one.is_norm else self._units.softmax
                clocks += 1 + rows_clocks(circuits, one.rows)
            else:
                clocks += 1 + one.rows * one.columns + DRAIN
        return self._program.tokens + clocks + 2

    def elaborate(self, platform: object) -> Module:
        """Describe the engine."""
        m = Module()
        program, width, lanes = self._program, self._width, self._lanes
        m.submodules.codes = codes = Memory(
            shape=width * lanes, depth=len(program.codes), init=_joined(program.codes, width)
        )
        m.submodules.weights = weights = Memory(
            shape=width * lanes, depth=len(program.weights), init=_joined(program.weights, width)
        )
        m.submodules.stream = stream = Memory(shape=self._wide, depth=program.stream_words, init=[])
        m.submodules.sequencer = sequencer = Sequencer(program)
        left, right, weight = codes.read_port(), codes.read_port(), weights.read_port()
        addend, write, keep = (
            stream.read_port(),
            codes.write_port(granularity=width),
            (stream.write_port()),
        )
        m.d.comb += [
            left.addr.eq(sequencer.x),
            right.addr.eq(sequencer.w),
            weight.addr.eq(sequencer.w),
            addend.addr.eq(sequencer.stream),
        ]
        slots = [sequencer.slot]
        for stage in range(1, STAGES + 1):
            slot = Signal(slot_layout(program), name=f"slot_{stage}")
            m.d.sync += slot.eq(slots[-1])
            slots.append(slot)
        element = add_products(
            m, self._units, slots, left.data, right.data, weight.data, addend.data
        )
        rows = self._add_rows(m, slots, left.data, weight.data, sequencer)
        self._add_writes(m, slots[-1], element, rows, write)
        last = slots[-1]
        m.d.comb += [
            keep.addr.eq(last.keep),
            keep.data.eq(element["stream"]),
            keep.en.eq(last.is_valid & last.keeps),
        ]
        self._add_streams(m, last, element["stream"], sequencer, write)
        return m

    def _add_rows(
        self,
        m: Module,
        slots: list[data.View],
        left: Signal,
        weight: Signal,
        sequencer: Sequencer,
    ) -> list[RowUnit]:
        """Add normalisation and softmax."""
        slot, units = slots[1], []
        for name, circuits in self._units.passes.items():
            unit = RowUnit(circuits, f"{self._units.module}_{name}", len(slot.word))
            m.submodules[name] = unit
            m.d.comb += [
                unit.start.eq(slot.is_valid & getattr(slot, f"is_{name}")),
                unit.x.eq(left),
                unit.g.eq(weight),
                unit.word.eq(slot.word),
            ]
            units.append(unit)
        m.d.comb += [
            sequencer.row_taken.eq(Cat(unit.taken for unit in units).any()),
            sequencer.rows_busy.eq(Cat(unit.busy for unit in units).any()),
        ]
        return units

    def _add_writes(
        self,
        m: Module,
        last: data.View,
        element: dict[str, Signal],
        rows: Sequence[RowUnit],
        write: WritePort,
    ) -> None:
        """Add what writes results of steps, and shows them."""
        lanes, width = self._lanes, self._width
        is_element = Signal()
        m.d.comb += [
            is_element.eq(last.is_valid & last.is_product),
            self.trace_valid.eq(is_element | self.trace_is_row),
            self.trace_is_row.eq(Cat(unit.done for unit in rows).any()),
            self.trace_word.eq(last.word),
            self.trace_place.eq(last.place),
            self.trace_data.eq(Cat(element.values())),
            write.addr.eq(last.word),
            write.data.eq(Mux(last.is_gated, element["gated"], element["code"]).replicate(lanes)),
        ]
        with m.If(is_element & last.writes):
            m.d.comb += write.en.eq(Cat(last.place == lane for lane in range(lanes)))
        for unit in rows:
            with m.If(unit.done):
                m.d.comb += [
                    write.addr.eq(unit.into),
                    write.data.eq(unit.y),
                    write.en.eq((1 << len(unit.y) // width) - 1),
                    self.trace_word.eq(unit.into),
                    self.trace_place.eq(0),
                    self.trace_data.eq(unit.y),
                ]

    def _add_streams(
        self,
        m: Module,
        last: data.View,
        result: Signal,
        sequencer: Sequencer,
        write: WritePort,
    ) -> None:
        """Add what receives inputs and sends results."""
        program, wide = self._program, self._wide
        values = program.network.values
        size = whole_bytes(self._width)
        results = Signal(wide * program.outputs)
        with m.If(last.is_valid & last.is_output):
            m.d.sync += results.eq(Cat(results[wide:], result))
        largest = add_instance(m, "argmax", self._units.argmax, {"a": results})["y"]
        each = whole_bytes(wide)
        for number in range(program.outputs):
            code = results[wide * number : wide * (number + 1)]
            m.d.comb += self.m_axis_y.tdata[each * number : each * number + wide].eq(code)
        first = each * program.outputs
        m.d.comb += [
            self.m_axis_y.tdata[first : first + self._index_bits].eq(largest),
            self.m_axis_y.tlast.eq(1),
        ]
        token = Signal(range(program.tokens))
        is_last = Signal()
        m.d.comb += is_last.eq(token == program.tokens - 1)
        with m.FSM():
            with m.State("RECEIVE"):
                m.d.comb += self.s_axis_x.tready.eq(1)
                with m.If(self.s_axis_x.tvalid):
                    codes = [
                        self.s_axis_x.tdata[size * n : size * n + self._width]
                        for n in range(values)
                    ]
                    m.d.comb += [
                        write.addr.eq(program.input + token),
                        write.data.eq(Cat(codes)),
                        write.en.eq((1 << values) - 1),
                    ]
                    m.d.sync += token.eq(Mux(is_last, 0, token + 1))
                    with m.If(self.s_axis_x.tlast != is_last):
                        m.d.sync += self.frame_error.eq(1)
                    with m.If(is_last):
                        m.d.comb += sequencer.start.eq(1)
                        m.next = "COMPUTE"
            with m.State("COMPUTE"), m.If(sequencer.done):
                m.next = "SEND"
            with m.State("SEND"):
                m.d.comb += self.m_axis_y.tvalid.eq(1)
                with m.If(self.m_axis_y.tready):
                    m.next = "RECEIVE"


def _joined(rows: Sequence[Row], width: int) -> list[int]:
    """Return rows of codes as words, the first code lowest."""
    return [sum(code << width * place for place, code in enumerate(row)) for row in rows]


def engine_ports(engine: Engine) -> dict[Port, Port]:
    """Return the ports of an engine as AXI4-Stream names them, by what Amaranth calls them."""
    return axi_ports(component_ports(engine.signature.members))


def engine_verilog(engine: Engine, header: Sequence[str] = ()) -> str:
    """Return an engine with all its circuits as one self-contained Verilog file.

    Parameters
    ----------
    engine : Engine
        What to translate.
    header : sequence of str
        Lines for the comment at the top.
    """
    text = axi_verilog(engine, engine.units.module, engine_ports(engine), header)
    parts = [*map(spatial_verilog, engine.units.whole.values())]
    for name, steps in engine.units.passes.items():
        parts += steps.circuits_verilog(f"{engine.units.module}_{name}")
    return "\n".join((text, *parts))
