# SPDX-License-Identifier: Apache-2.0
"""The step-by-step engine: float arithmetic on serial adders, one digit per clock.

It is what the spatial circuits are compared with: few neurons, used again and again. What adds,
subtracts, compares and remembers a carry is made of soft-reset neurons
(:class:`~spikefloat.rtl_gen.rtl.temporal.serial_adder.SerialAdder`). Shift registers and a counter
of clocks bring the digits to them, and are ordinary logic, as are the collector and the special
values. Every operation takes the same number of clocks, whatever the operands.
"""

from typing import NamedTuple

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.formats import Format, NanEncoding, Overflow
from spikefloat.rtl_gen.rtl.cells.collector import Collector, check_codec_format

__all__ = ["Phase", "TemporalOperation", "Unpacked"]


class Phase(NamedTuple):
    """When one phase of an operation is."""

    active: Signal  #: In each of its clocks.
    first: Signal  #: In its first clock.
    last: Signal  #: In its last clock.


class Unpacked:
    """An operand, taken apart."""

    def __init__(self, m: Module, fmt: Format, code: Value, name: str) -> None:
        magnitude = code[:-1]
        mantissa, field = magnitude[: fmt.mantissa_bits], magnitude[fmt.mantissa_bits :]
        self.sign = code[-1]
        #: Exponent field, where the subnormals have that of the smallest normals.
        self.exponent = Signal(fmt.exponent_bits, name=f"exponent_{name}")
        self.is_nan = Signal(name=f"nan_{name}")
        self.is_infinite = Signal(name=f"infinite_{name}")
        self.is_zero = Signal(name=f"zero_{name}")
        is_subnormal = Signal(name=f"subnormal_{name}")
        self.significand = Cat(mantissa, ~is_subnormal)
        match fmt.nan:
            case NanEncoding.NONE:
                is_nan: Value = Const(0)
            case NanEncoding.IEEE:
                is_nan = magnitude > fmt.exponent_mask
            case NanEncoding.ALL_ONES:
                is_nan = magnitude.all()
            case NanEncoding.NEGATIVE_ZERO:
                is_nan = code == fmt.sign_mask
        is_infinite = Const(0) if fmt.infinity_code is None else magnitude == fmt.infinity_code
        m.d.comb += [
            is_subnormal.eq(~field.any()),
            self.exponent.eq(field | is_subnormal),
            self.is_nan.eq(is_nan),
            self.is_infinite.eq(is_infinite),
            self.is_zero.eq(~magnitude.any()),
        ]


class TemporalOperation(wiring.Component):
    """A float operation in a fixed sequence of phases, ended by the collector.

    Latency is one clock to take the operands, and all phases: from the clock with ``start`` to
    the clock with ``valid``. The next operation can start in the clock with
    ``valid``, so the initiation interval is the same.

    Parameters
    ----------
    fmt : Format
        Format of operands and result: at most eight bits, with a zero and a sign.
    overflow : Overflow
        What a result beyond the largest finite value becomes.

    Members
    -------
    start : ``In(1)``
        Asserted to begin. Ignored unless ``ready`` is asserted.
    a, b : ``In(fmt.width)``
        Operands. Looked at only when an operation begins.
    ready : ``Out(1)``
        Asserted while an operation can begin.
    valid : ``Out(1)``
        Asserted for one clock when the result is there.
    y : ``Out(fmt.width)``
        Result. Kept until the next operation begins.

    Raises
    ------
    :exc:`ValueError`
        If the format is none of those.
    """

    #: How many neurons the operation has.
    neurons: int

    def __init__(self, fmt: Format, overflow: Overflow) -> None:
        check_codec_format(fmt)
        self._fmt = fmt
        self._overflow = overflow
        super().__init__(
            {
                "start": In(1),
                "a": In(fmt.width),
                "b": In(fmt.width),
                "ready": Out(1),
                "valid": Out(1),
                "y": Out(fmt.width),
            }
        )

    @property
    def fmt(self) -> Format:
        """Format of operands and result."""
        return self._fmt

    @property
    def overflow(self) -> Overflow:
        """What a result beyond the largest finite value becomes."""
        return self._overflow

    @staticmethod
    def phases(fmt: Format) -> dict[str, range]:
        """Return the clocks of each phase for a format, counted from the one after the start."""
        raise NotImplementedError

    @classmethod
    def clocks(cls, fmt: Format) -> int:
        """Return the clocks of one operation in a format."""
        return 1 + max(clocks.stop for clocks in cls.phases(fmt).values())

    @property
    def latency(self) -> int:
        """Clocks from ``start`` to ``valid``."""
        return self.clocks(self._fmt)

    @property
    def interval(self) -> int:
        """Least number of clocks from one ``start`` to the next."""
        return self.latency

    def _sequence(self, m: Module) -> tuple[Signal, dict[str, Phase]]:
        """Count the clocks, and return when an operation begins, and when each phase is."""
        begins = Signal()
        busy = Signal()
        ends = Signal()
        clock = Signal(range(self.latency - 1))
        m.d.comb += [
            self.ready.eq(~busy),
            begins.eq(self.start & ~busy),
            ends.eq(clock == self.latency - 2),
        ]
        m.d.sync += self.valid.eq(ends)
        with m.If(begins):
            m.d.sync += busy.eq(1)
        with m.Elif(ends):
            m.d.sync += busy.eq(0)
        clock_next = Signal.like(clock)
        m.d.comb += clock_next.eq(Mux(ends, 0, clock + 1))
        with m.If(busy):
            m.d.sync += clock.eq(clock_next)

        phases = {}
        for name, clocks in self.phases(self._fmt).items():
            phase = Phase(*(Signal(name=f"{name}{suffix}") for suffix in ("", "_begins", "_ends")))
            within: Value = busy
            if clocks.start:
                within = within & (clock >= clocks.start)
            if clocks.stop < self.latency - 1:
                within = within & (clock < clocks.stop)
            is_first = clock == clocks.start if clocks.start else ~clock.any()
            m.d.comb += [
                phase.active.eq(within),
                phase.first.eq(busy & is_first),
                phase.last.eq(busy & (clock == clocks.stop - 1)),
            ]
            phases[name] = phase
        return begins, phases

    def _collector(self, m: Module, collect: Phase, busy: Value, places: range) -> Collector:
        """Return the collector: at work in its phase, and cleared in those before it."""
        m.submodules.collector = collector = Collector(self._fmt, self._overflow, places)
        m.d.comb += [
            collector.clear.eq(busy & ~collect.active),
            collector.enable.eq(collect.active),
            self.y.eq(collector.code),
        ]
        return collector
