# SPDX-License-Identifier: Apache-2.0
"""The hardware of an operation that goes over a vector more than once."""

import enum
from collections.abc import Mapping, Sequence
from typing import Any

from amaranth.hdl import Cat, ClockSignal, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.memory import Memory

from spikefloat.rtl_gen.rtl.styles.instances import add_instance
from spikefloat.rtl_gen.rtl.styles.pass_circuits import PassCircuits
from spikefloat.rtl_gen.rtl.styles.vector_unit import take_together, unit_members

__all__ = ["PassUnit"]


class _Phase(enum.IntEnum):
    """What is done; elements come in besides."""

    IDLE = 0
    SCAN = 1
    BEGIN = 2
    STEP = 3
    SETTLE = 4
    GIVE = 5


class PassUnit(wiring.Component):
    """An operation that stores a vector, goes over it, and gives a result for each element.

    An element is taken in each clock, then a result is given in each clock. The next vector may come
    in while results go out, behind the element whose result is next.

    Parameters
    ----------
    steps : PassCircuits
        The circuits.
    name : str
        What the names of their modules begin with.

    Members
    -------
    s_axis_... : ``In(AxiStream)``
        One for each operand; ``tlast`` comes with the last element of a vector. Those of all
        operands but the first are taken with the results.
    m_axis : ``Out(AxiStream)``
        Results; ``tlast`` comes with the last of a vector.
    frame_error : ``Out(1)``
        Sticky: set when a vector has more elements than there is room for, or fewer than it must
        have, or when ``tlast`` of another operand is elsewhere; cleared by reset.
    """

    def __init__(self, steps: PassCircuits, name: str) -> None:
        self._steps = steps
        self._name = name
        operands = dict.fromkeys((steps.source, *steps.others), steps.element_width)
        super().__init__(unit_members(operands, steps.result_width))

    @property
    def steps(self) -> PassCircuits:
        """The circuits."""
        return self._steps

    @property
    def name(self) -> str:
        """What the names of their modules begin with."""
        return self._name

    def elaborate(self, platform: object) -> Module:
        """Describe memory, registers and circuits."""
        return _Elaboration(self).module


class _Elaboration:
    """The inside of a unit."""

    def __init__(self, unit: PassUnit) -> None:
        self.module = m = Module()
        self._unit, self._steps, self._name = unit, unit.steps, unit.name
        steps = self._steps
        self._registers = {
            name: Signal(width, name=name) for name, width in steps.registers_kept.items()
        }
        self._phase = Signal(_Phase, init=_Phase.IDLE)
        self._address = Signal(range(steps.most))  # of the element at hand
        self._count = Signal(range(steps.most + 1))  # elements that have come in
        self._arrived = Signal(range(steps.most + 1))  # of the vector that is complete
        self._size = Signal(range(steps.most + 1))  # of the one that is gone over
        self._complete, self._advances, self._is_last = Signal(), Signal(), Signal()
        m.submodules.elements = self._memory = Memory(
            shape=steps.stored_width, depth=steps.most, init=[]
        )
        self._write = self._memory.write_port()
        self._element = self._memory.read_port().data
        self._address_next = Signal.like(self._address)
        m.d.comb += [
            self._memory.read_ports[0].addr.eq(self._address_next),
            self._is_last.eq(self._address == (self._size - 1)[: len(self._address)]),
            self._address_next.eq(self._address),
        ]
        with m.If(self._advances):
            m.d.comb += self._address_next.eq(Mux(self._is_last, 0, self._address + 1))
        m.d.sync += self._address.eq(self._address_next)
        self._take()
        self._go_on()
        self._give()

    def _circuit(
        self, name: str, enable: Value | None = None, **inputs: Value
    ) -> dict[str, Signal]:
        """Add a circuit whose inputs are the registers of their names, besides those given.

        If it is cut, its registers change while the enable is set.
        """
        graph, cuts = getattr(self._steps, name), self._steps.cuts_of(name)
        controls = {"clk": ClockSignal()} if cuts else {}
        for number in range(1, cuts + 1):
            controls[f"enable_{number}"] = Const(1) if enable is None else enable
        given = {**self._registers, **inputs}
        return add_instance(
            self.module, name, graph, given, f"{self._name}_{name}", controls=controls
        )

    def _late(self, value: Value, clocks: int, enable: Value | None = None) -> Value:
        """Return a value some clocks later, of those in which the enable is set."""
        m = self.module
        for _ in range(clocks):
            late = Signal(len(value), name="late")
            with m.If(Const(1) if enable is None else enable):
                m.d.sync += late.eq(value)
            value = late
        return value

    def _load(self, outputs: Mapping[str, Signal]) -> None:
        """Put what a circuit gives into the registers, within what decides when."""
        for port, value in outputs.items():
            name = port.removeprefix("next_")
            if name in self._registers:
                self.module.d.sync += self._registers[name].eq(value)

    def _take(self) -> None:
        """Take elements where nothing is that is still needed."""
        m, steps = self.module, self._steps
        source = getattr(self._unit, f"s_axis_{steps.source}")
        first, free, takes, fits = Signal(init=1), Signal(), Signal(), Signal()
        code = source.tdata[: steps.element_width]
        circuit = self._circuit("take", element=code, first=first)
        m.d.comb += [
            # Of a single element, nothing is free before its result is made.
            free.eq((self._phase == _Phase.GIVE) & (self._count < self._address))
            if steps.most > 1
            else free.eq(0),
            source.tready.eq(~self._complete & ((self._phase == _Phase.IDLE) | free)),
            takes.eq(source.tvalid & source.tready),
            fits.eq(self._count != steps.most),
        ]
        with m.If(takes):
            self._load(circuit)
            m.d.comb += [
                self._write.addr.eq(self._count[: len(self._write.addr)]),
                self._write.data.eq(code),
                self._write.en.eq(fits),
            ]
            m.d.sync += [first.eq(source.tlast), self._count.eq(self._count + fits)]
            is_wrong = ~fits
            if steps.is_exact:
                is_wrong |= source.tlast & (self._count != steps.most - 1)
            with m.If(is_wrong):
                m.d.sync += self._unit.frame_error.eq(1)
            with m.If(source.tlast):
                m.d.sync += [
                    self._complete.eq(1),
                    self._arrived.eq(self._count + fits),
                    self._count.eq(0),
                ]

    def _go_on(self) -> None:
        """Go from one pass to the next."""
        m, steps = self.module, self._steps
        after_scan = _Phase.BEGIN if steps.begin else _Phase.SETTLE
        with m.If((self._phase == _Phase.IDLE) & self._complete):
            m.d.sync += [
                self._phase.eq(_Phase.SCAN if steps.scan else after_scan),
                self._size.eq(self._arrived),
            ]
        if steps.scan:
            self._scan(after_scan)
        if steps.begin:
            digit = Signal(range(steps.digits))
            self._compute("begin", _Phase.BEGIN, [self._phase.eq(_Phase.STEP), digit.eq(0)])
            is_last = digit == steps.digits - 1
            after = [digit.eq(digit + 1), self._phase.eq(Mux(is_last, _Phase.SETTLE, _Phase.STEP))]
            self._compute("step", _Phase.STEP, after)
        self._compute("settle", _Phase.SETTLE, [self._phase.eq(_Phase.GIVE), self._complete.eq(0)])

    def _compute(self, name: str, phase: _Phase, after: Sequence[Any]) -> None:
        """Use a circuit once in a phase: what it reads stays as it is until all cuts are passed."""
        m, cuts = self.module, self._steps.cuts_of(name)
        circuit = self._circuit(name)
        clock = Signal(range(cuts + 1), name=f"{name}_clock")
        with m.If(self._phase == phase):
            if cuts:
                m.d.sync += clock.eq(Mux(clock == cuts, 0, clock + 1))
            with m.If(clock == cuts):
                self._load(circuit)
                m.d.sync += after

    def _scan(self, after: _Phase) -> None:
        """Go over the elements once more: change each, and keep something of it."""
        m, steps, cuts = self.module, self._steps, self._steps.cuts_of("scan")
        circuit = self._circuit("scan", element=self._element[: steps.element_width])
        reads, stops = Signal(), Signal()
        m.d.comb += reads.eq((self._phase == _Phase.SCAN) & ~stops)
        with m.If(reads):
            m.d.comb += self._advances.eq(1)
        if cuts:
            m.d.sync += stops.eq((self._phase == _Phase.SCAN) & (stops | self._is_last))
        moment = Cat(reads, self._address == 0, self._is_last)
        writes, address = self._late(moment, cuts)[0], self._late(self._address, cuts)
        with m.If(writes):
            m.d.comb += [
                self._write.addr.eq(address),
                self._write.data.eq(circuit["stored"]),
                self._write.en.eq(1),
            ]
        is_kept, is_first, is_last = self._late(moment, steps.scan_delay)
        stored = self._late(circuit["stored"], 1 if cuts else 0)
        add = self._circuit("add", stored=stored, first=is_first)
        with m.If(is_kept):
            self._load(add)
            with m.If(is_last):
                m.d.sync += self._phase.eq(after)
                if cuts:
                    m.d.sync += stops.eq(0)

    def _give(self) -> None:
        """Give the results, with an element of each of the other operands."""
        m, steps, sink = self.module, self._steps, self._unit.m_axis
        others = {name: getattr(self._unit, f"s_axis_{name}") for name in steps.others}
        codes = {name: stream.tdata[: steps.element_width] for name, stream in others.items()}
        stored = steps.given_width
        result, ends, offered = Signal(steps.result_width), Signal(), Signal()
        goes, moves, error = Signal(), Signal(), self._unit.frame_error
        give = self._circuit("give", goes, element=self._element[:stored], **codes)
        gives = take_together(m, "gives", others.values(), moves, self._is_last, error)
        made, is_last = self._late(Cat(gives, self._is_last), steps.cuts_of("give"), goes)
        m.d.comb += [
            goes.eq(~offered | sink.tready),
            moves.eq((self._phase == _Phase.GIVE) & goes),
            sink.tvalid.eq(offered),
            sink.tdata.eq(result),
            sink.tlast.eq(ends),
        ]
        with m.If(offered & sink.tready):
            m.d.sync += offered.eq(0)
        with m.If(gives):
            m.d.comb += self._advances.eq(1)
            with m.If(self._is_last):
                m.d.sync += self._phase.eq(_Phase.IDLE)
        with m.If(goes & made):
            m.d.sync += [offered.eq(1), result.eq(give["y"]), ends.eq(is_last)]
