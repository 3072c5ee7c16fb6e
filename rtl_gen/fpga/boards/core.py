# SPDX-License-Identifier: Apache-2.0
"""What every board does: take requests from a serial line, compute with neurons, answer, glow."""

from collections.abc import Sequence

from amaranth.hdl import Cat, ClockSignal, Instance, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.fpga.boards.packets import AnswerSender, RequestReceiver, check_timeout
from spikefloat.rtl_gen.fpga.boards.protocol import encode_identity
from spikefloat.rtl_gen.fpga.boards.protocol_tables import (
    IDENTIFY,
    OPERATION_BITS,
    OPERATION_WIDTH,
    STATUS_WIDTH,
    Status,
    operations_of,
)
from spikefloat.rtl_gen.fpga.boards.uart import Receiver, Transmitter, check_clocks_per_bit
from spikefloat.rtl_gen.fpga.boards.unit import PARTS, unit_pipeline
from spikefloat.rtl_gen.rtl.styles.pipelined import pipeline_verilog
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline

__all__ = ["LIGHTS", "BoardCore", "core_verilog"]

#: What a light can show: spikes at the end of a part of the circuit, spikes of the result's
#: neurons, a byte that came in, a fault on the line; and spikes of any part.
LIGHTS = (*PARTS, "sign", "exponent", "mantissa", "receive", "fault", "spike")


class BoardCore(wiring.Component):
    """A serial line, arithmetic and lights.

    Requests are answered in order, each by one answer. Faults on the line are answered as soon as
    there is nothing else to send; those that come while one is waiting are part of it.

    Parameters
    ----------
    fmt : Format
        Format of operands and results.
    overflow : Overflow
        What a result beyond the largest finite value becomes.
    clocks_per_bit : int
        Length of a bit on the serial line; at least 4.
    stages : int
        Register cuts through the arithmetic.
    timeout_bits : int
        Bits of silence after which a packet that has begun is given up.
    light_clocks : int
        How long a light stays on after a spike, at least; at most twice as long.
    lights : sequence of str
        What each light shows: some of :data:`LIGHTS`.
    module : str
        Name of the Verilog module of the arithmetic.

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
        If the format has no board, or a number is out of range.
    """

    def __init__(
        self,
        *,
        fmt: Format,
        overflow: Overflow,
        clocks_per_bit: int,
        stages: int = 1,
        timeout_bits: int = 2048,
        light_clocks: int = 1,
        lights: Sequence[str] = LIGHTS[:-1],
        module: str = "unit",
    ) -> None:
        for name in lights:
            if name not in LIGHTS:
                raise InputError(f"Light must be one of {', '.join(LIGHTS)}, not {name!r}")
        if light_clocks < 1:
            raise InputError(f"Clocks of a light must be positive, not {light_clocks!r}")
        self._format = fmt
        self._identity = encode_identity(fmt, overflow)
        self._pipeline = unit_pipeline(fmt, overflow, stages)
        self._clocks_per_bit = check_clocks_per_bit(clocks_per_bit)
        self._timeout = check_timeout(timeout_bits * clocks_per_bit)
        self._light_clocks = light_clocks
        self._lights = tuple(lights)
        self._module = module
        super().__init__(
            {"rx": In(1, init=1), "tx": Out(1, init=1), "lights": Out(len(self._lights))}
        )

    @property
    def pipeline(self) -> Pipeline:
        """The arithmetic and its cuts."""
        return self._pipeline

    @property
    def latency(self) -> int:
        """Clocks from operands to result in the arithmetic."""
        return self._pipeline.latency

    @property
    def verilog(self) -> str:
        """Text of the Verilog file of the arithmetic."""
        return pipeline_verilog(self._pipeline, module=self._module)

    def elaborate(self, platform: object) -> Module:
        """Return all parts, connected."""
        m = Module()
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

        result = Signal(8)
        parts = Signal(len(PARTS))
        operation, is_done = self._add_requests(m, requests, result, parts)
        is_known = Signal()
        m.d.comb += is_known.eq(operation < len(operations_of(self._format)))  # numbered from 0
        self._add_answers(m, requests, sender, operation, is_known, is_done, result)

        computed = Signal()
        m.d.comb += computed.eq(is_done & is_known)
        spikes = {
            **{name: computed & part for name, part in zip(PARTS, parts, strict=True)},
            **{name: computed & field.any() for name, field in self._fields(result).items()},
            "receive": receiver.valid,
            "fault": requests.fault,
            "spike": computed & parts.any(),
        }
        self._add_lights(m, [spikes[name] for name in self._lights])
        return m

    def _add_requests(
        self, m: Module, requests: RequestReceiver, result: Signal, parts: Signal
    ) -> tuple[Signal, Signal]:
        """Add the arithmetic; return the number of the operation, and whether it is done.

        The request stays at the inputs until the result is there. The next one takes 30 bits at
        least to come in, of 4 clocks each, which is more than any latency.
        """
        operation = Signal(OPERATION_WIDTH)
        a = Signal(8, name="operand_a")
        b = Signal(8, name="operand_b")
        wait = Signal(range(self.latency + 2))
        is_done = Signal()
        m.d.comb += is_done.eq(wait == 1)
        with m.If(wait != 0):
            m.d.sync += wait.eq(wait - 1)
        with m.If(requests.request):
            m.d.sync += [
                operation.eq(requests.operation),
                a.eq(requests.operand_a),
                b.eq(requests.operand_b),
                wait.eq(self.latency + 1),
            ]
        self._add_unit(m, operation, a, b, result, parts)
        return operation, is_done

    def _add_answers(
        self,
        m: Module,
        requests: RequestReceiver,
        sender: AnswerSender,
        operation: Signal,
        is_known: Signal,
        is_done: Signal,
        result: Signal,
    ) -> None:
        """Add what sends results and faults.

        One answer at most waits here: it is sent before the next request is complete.
        """
        is_full = Signal()
        status = Signal(STATUS_WIDTH)
        answer = Signal(8)
        with m.If(is_done):
            m.d.sync += is_full.eq(1)
            with m.If(operation == IDENTIFY):
                m.d.sync += [status.eq(Status.OK), answer.eq(self._identity)]
            with m.Elif(is_known):
                m.d.sync += [status.eq(Status.OK), answer.eq(result)]
            with m.Else():
                m.d.sync += [status.eq(Status.UNKNOWN_OPERATION), answer.eq(operation)]
        fault = Signal(STATUS_WIDTH)  # that waits to be sent, or 0
        m.d.comb += [
            sender.answers.valid.eq(is_full | (fault != 0)),
            sender.answers.payload.status.eq(Mux(is_full, status, fault)),
            sender.answers.payload.result.eq(Mux(is_full, answer, 0)),
        ]
        with m.If(sender.answers.valid & sender.answers.ready):
            with m.If(is_full):
                m.d.sync += is_full.eq(is_done)
            with m.Else():
                m.d.sync += fault.eq(0)
        with m.If(requests.fault & (fault == 0)):
            m.d.sync += fault.eq(requests.status)

    def _add_unit(
        self, m: Module, operation: Signal, a: Signal, b: Signal, result: Signal, parts: Signal
    ) -> None:
        width = self._format.width
        clock = {"i_clk": ClockSignal(), "i_rst": 0} if self.latency else {}
        m.submodules.unit = Instance(
            self._module,
            **clock,
            i_operation=operation[:OPERATION_BITS],
            i_a=a[:width],
            i_b=b[:width],
            o_y=result[:width],
            o_parts=parts,
        )

    def _fields(self, result: Signal) -> dict[str, Value]:
        fmt = self._format
        return {
            "mantissa": result[: fmt.mantissa_bits],
            "exponent": result[fmt.mantissa_bits : fmt.width - 1],
            "sign": result[fmt.width - 1],
        }

    def _add_lights(self, m: Module, spikes: list[Value]) -> None:
        """Let each light shine from a spike to the second tick of a slow clock."""
        ticks = Signal(range(self._light_clocks))
        is_tick = Signal()
        m.d.comb += is_tick.eq(ticks == self._light_clocks - 1)
        m.d.sync += ticks.eq(Mux(is_tick, 0, ticks + 1))
        was_lit = Signal(len(spikes))
        now = Cat(spikes)
        with m.If(is_tick):
            m.d.sync += [was_lit.eq(now), self.lights.eq(now | was_lit)]
        with m.Else():
            m.d.sync += [was_lit.eq(was_lit | now), self.lights.eq(self.lights | now)]


def core_verilog(core: BoardCore, module: str) -> str:
    """Return a core as one self-contained Verilog file; it also has the ports clk and rst."""
    return f"{component_verilog(core, module)}\n{core.verilog}"
