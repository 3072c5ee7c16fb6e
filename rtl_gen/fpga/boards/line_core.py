# SPDX-License-Identifier: Apache-2.0
"""What every board has behind its pins, whatever it computes: a serial line, and lights."""

from collections.abc import Mapping, Sequence

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.boards.packets import AnswerSender, RequestReceiver, check_timeout
from spikefloat.rtl_gen.fpga.boards.protocol_tables import STATUS_WIDTH
from spikefloat.rtl_gen.fpga.boards.uart import Receiver, Transmitter, check_clocks_per_bit
from spikefloat.rtl_gen.fpga.boards.unit import PARTS

__all__ = ["LIGHTS", "LineCore"]

#: What a light can show: spikes at the end of a part of the circuit, spikes of the result's
#: neurons, a byte that came in, a fault on the line; and spikes of any part.
LIGHTS = (*PARTS, "sign", "exponent", "mantissa", "receive", "fault", "spike")


class LineCore(wiring.Component):
    """A serial line and lights; those that derive from it compute.

    Requests are answered in order, each by one answer. Faults on the line are answered as soon as
    there is nothing else to send; those that come while one is waiting are part of it.

    Parameters
    ----------
    clocks_per_bit : int
        Length of a bit on the serial line; at least 4.
    timeout_bits : int
        Bits of silence after which a packet that has begun is given up.
    light_clocks : int
        How long a light stays on after a spike, at least; at most twice as long.
    lights : sequence of str
        What each light shows: some of :data:`LIGHTS`.

    Members
    -------
    rx : ``In(1)``
        From the host.
    tx : ``Out(1)``
        To the host.
    lights : ``Out(len(lights))``
        Whether each light shines.

    Raises
    ------
    ValueError
        If a number is out of range.
    """

    def __init__(
        self,
        *,
        clocks_per_bit: int,
        timeout_bits: int = 2048,
        light_clocks: int = 1,
        lights: Sequence[str] = LIGHTS[:-1],
    ) -> None:
        for name in lights:
            if name not in LIGHTS:
                raise InputError(f"Light must be one of {', '.join(LIGHTS)}, not {name!r}")
        if light_clocks < 1:
            raise InputError(f"Clocks of a light must be positive, not {light_clocks!r}")
        self._clocks_per_bit = check_clocks_per_bit(clocks_per_bit)
        self._timeout = check_timeout(timeout_bits * clocks_per_bit)
        self._light_clocks = light_clocks
        self._lights = tuple(lights)
        super().__init__(
            {"rx": In(1, init=1), "tx": Out(1, init=1), "lights": Out(len(self._lights))}
        )

    @property
    def verilog(self) -> str:
        """Text of the Verilog file of what computes."""
        raise NotImplementedError

    def add_line(self, m: Module) -> tuple[Receiver, RequestReceiver, AnswerSender]:
        """Add both directions of the serial line."""
        m.submodules.receiver = receiver = Receiver(clocks_per_bit=self._clocks_per_bit)
        m.submodules.transmitter = transmitter = Transmitter(clocks_per_bit=self._clocks_per_bit)
        m.submodules.requests = requests = RequestReceiver(timeout=self._timeout)
        m.submodules.sender = sender = AnswerSender()
        m.d.comb += [
            receiver.rx.eq(self.rx),
            self.tx.eq(transmitter.tx),
            requests.data.eq(receiver.data),
            requests.error.eq(receiver.error),
            requests.valid.eq(receiver.valid),
        ]
        wiring.connect(m, sender.bytes, transmitter.bytes)
        return receiver, requests, sender

    def add_answers(
        self,
        m: Module,
        requests: RequestReceiver,
        sender: AnswerSender,
        is_done: Value,
        answer: tuple[Value, Value],
    ) -> None:
        """Add what sends answers and faults.

        One answer at most waits here: it is sent before the next request is complete.

        Parameters
        ----------
        m : Module
            Where it is added.
        requests, sender : RequestReceiver, AnswerSender
            What :meth:`add_line` has added.
        is_done : Value
            Whether a request is answered in this clock.
        answer : tuple of Value
            Status and result.
        """
        is_full = Signal()
        status, result = Signal(STATUS_WIDTH), Signal(8)
        with m.If(is_done):
            m.d.sync += [is_full.eq(1), status.eq(answer[0]), result.eq(answer[1])]
        fault = Signal(STATUS_WIDTH)  # that waits to be sent, or 0
        m.d.comb += [
            sender.answers.valid.eq(is_full | (fault != 0)),
            sender.answers.payload.status.eq(Mux(is_full, status, fault)),
            sender.answers.payload.result.eq(Mux(is_full, result, 0)),
        ]
        with m.If(sender.answers.valid & sender.answers.ready):
            with m.If(is_full):
                m.d.sync += is_full.eq(is_done)
            with m.Else():
                m.d.sync += fault.eq(0)
        with m.If(requests.fault & (fault == 0)):
            m.d.sync += fault.eq(requests.status)

    def add_lights(self, m: Module, spikes: Mapping[str, Value]) -> None:
        """Let each light shine from a spike to the second tick of a slow clock."""
        ticks = Signal(range(self._light_clocks))
        is_tick = Signal()
        m.d.comb += is_tick.eq(ticks == self._light_clocks - 1)
        m.d.sync += ticks.eq(Mux(is_tick, 0, ticks + 1))
        was_lit = Signal(len(self._lights))
        now = Cat(spikes[name] for name in self._lights)
        with m.If(is_tick):
            m.d.sync += [was_lit.eq(now), self.lights.eq(now | was_lit)]
        with m.Else():
            m.d.sync += [was_lit.eq(was_lit | now), self.lights.eq(self.lights | now)]
