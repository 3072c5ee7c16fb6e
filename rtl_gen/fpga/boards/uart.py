# SPDX-License-Identifier: Apache-2.0
"""Serial line: eight data bits, least significant first, no parity, one stop bit."""

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import stream, wiring
from amaranth.lib.cdc import FFSynchronizer
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.errors import InputError, InputTypeError

__all__ = ["MIN_CLOCKS_PER_BIT", "Receiver", "Transmitter", "check_clocks_per_bit"]

#: A receiver takes three samples of each bit and needs room around them.
MIN_CLOCKS_PER_BIT = 4

_DATA_BITS = 8


def check_clocks_per_bit(clocks_per_bit: int) -> int:
    """Return the number of clocks in a bit, if a receiver can work with it.

    Raises
    ------
    TypeError
        If it is not an integer.
    ValueError
        If it is less than :data:`MIN_CLOCKS_PER_BIT`.
    """
    if not isinstance(clocks_per_bit, int):
        raise InputTypeError(f"Clocks per bit must be an integer, not {clocks_per_bit!r}")
    if clocks_per_bit < MIN_CLOCKS_PER_BIT:
        raise InputError(
            f"Clocks per bit must be {MIN_CLOCKS_PER_BIT} or more, not {clocks_per_bit}"
        )
    return clocks_per_bit


class Receiver(wiring.Component):
    """Receiver of a serial line.

    A bit is what two of three samples around its middle say, so a glitch of one clock does no harm.
    A start bit that is gone by its middle is none. A byte ends in the middle of its stop bit, which
    leaves half a bit for a sender whose clock is faster. If the stop bit is missing, the byte is
    given with ``error``, and the next one can only start after the line was idle (high) again; a
    line that stays low thus gives one error and then nothing.

    Parameters
    ----------
    clocks_per_bit : int
        Length of a bit; at least :data:`MIN_CLOCKS_PER_BIT`.

    Members
    -------
    rx : ``In(1)``
        The line, which need not be synchronous.
    data : ``Out(8)``
        The byte, while ``valid`` is asserted.
    error : ``Out(1)``
        Whether its stop bit was missing, while ``valid`` is asserted.
    valid : ``Out(1)``
        Asserted for one clock after each byte.
    """

    def __init__(self, *, clocks_per_bit: int) -> None:
        self._clocks_per_bit = check_clocks_per_bit(clocks_per_bit)
        super().__init__(
            {"rx": In(1, init=1), "data": Out(_DATA_BITS), "error": Out(1), "valid": Out(1)}
        )

    @property
    def clocks_per_bit(self) -> int:
        """Length of a bit."""
        return self._clocks_per_bit

    def elaborate(self, platform: object) -> Module:
        """Return the receiver."""
        m = Module()
        line = Signal(init=1)
        m.submodules.synchronizer = FFSynchronizer(self.rx, line, init=1, reset_less=False)

        # The line now, a clock and two clocks ago: the three samples at the end of a decision.
        before = Signal(2, init=0b11)
        m.d.sync += before.eq(Cat(line, before[0]))
        majority = Signal()
        m.d.comb += majority.eq((line & before[0]) | (line & before[1]) | (before[0] & before[1]))

        # The clock that sees the line fall is number 0 of the start bit.
        number = Signal(range(self._clocks_per_bit))
        decide = Signal()
        m.d.comb += decide.eq(number == self._clocks_per_bit // 2 + 1)
        m.d.sync += number.eq(number + 1)
        with m.If(number == self._clocks_per_bit - 1):
            m.d.sync += number.eq(0)

        left = Signal(range(_DATA_BITS + 1))  # data bits that are still to come
        m.d.sync += self.valid.eq(0)
        with m.FSM(name="receiver"):
            with m.State("idle"):
                m.d.sync += [left.eq(_DATA_BITS), number.eq(1)]
                with m.If(~line):
                    m.next = "start"
            with m.State("start"), m.If(decide):
                with m.If(majority):
                    m.next = "idle"
                with m.Else():
                    m.next = "data"
            with m.State("data"), m.If(decide):
                m.d.sync += [self.data.eq(Cat(self.data[1:], majority)), left.eq(left - 1)]
                with m.If(left == 1):
                    m.next = "stop"
            with m.State("stop"), m.If(decide):
                m.d.sync += [self.valid.eq(1), self.error.eq(~majority)]
                with m.If(majority):
                    m.next = "idle"
                with m.Else():
                    m.next = "broken"
            with m.State("broken"), m.If(line):
                m.next = "idle"
        return m


class Transmitter(wiring.Component):
    """Sender of a serial line.

    A byte takes ten bits. The next one can be taken in the last clock of a stop bit, so that bytes
    may follow each other without a gap.

    Parameters
    ----------
    clocks_per_bit : int
        Length of a bit; at least :data:`MIN_CLOCKS_PER_BIT`.

    Members
    -------
    bytes : ``In(stream.Signature(8))``
        What to send.
    tx : ``Out(1)``
        The line, which is high at rest.
    """

    def __init__(self, *, clocks_per_bit: int) -> None:
        self._clocks_per_bit = check_clocks_per_bit(clocks_per_bit)
        super().__init__({"bytes": In(stream.Signature(_DATA_BITS)), "tx": Out(1, init=1)})

    @property
    def clocks_per_bit(self) -> int:
        """Length of a bit."""
        return self._clocks_per_bit

    def elaborate(self, platform: object) -> Module:
        """Return the sender."""
        m = Module()
        number = Signal(range(self._clocks_per_bit))
        left = Signal(range(_DATA_BITS + 3))  # bits that are still to be sent
        rest = Signal(_DATA_BITS + 1, init=(1 << (_DATA_BITS + 1)) - 1)  # those after this one
        is_last_clock = Signal()
        m.d.comb += [
            is_last_clock.eq(number == self._clocks_per_bit - 1),
            self.bytes.ready.eq((left == 0) | ((left == 1) & is_last_clock)),
        ]
        m.d.sync += number.eq(number + 1)
        with m.If(is_last_clock & (left != 0)):
            m.d.sync += [
                number.eq(0),
                left.eq(left - 1),
                self.tx.eq(rest[0]),
                rest.eq(Cat(rest[1:], 1)),
            ]
        with m.If(self.bytes.valid & self.bytes.ready):
            # A start bit, the byte and, from what is shifted in, a stop bit.
            m.d.sync += [
                number.eq(0),
                left.eq(_DATA_BITS + 2),
                self.tx.eq(0),
                rest.eq(Cat(self.bytes.payload, 1)),
            ]
        return m
