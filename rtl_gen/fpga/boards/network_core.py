# SPDX-License-Identifier: Apache-2.0
"""What a board does with a network: take an input from a serial line, run the engine, tell results."""

from typing import Any

from amaranth.hdl import Cat, ClockSignal, Const, Instance, Module, Mux, ResetSignal, Signal, Value
from amaranth.lib.memory import Memory

from spikefloat.rtl_gen.fpga.boards.line_core import LineCore
from spikefloat.rtl_gen.fpga.boards.packets import RequestReceiver
from spikefloat.rtl_gen.fpga.boards.protocol import encode_network
from spikefloat.rtl_gen.fpga.boards.protocol_tables import (
    IDENTIFY,
    NETWORK_OPERATIONS,
    STATUS_WIDTH,
    Status,
)
from spikefloat.rtl_gen.rtl.engine.engine import Engine, engine_ports, engine_verilog
from spikefloat.rtl_gen.rtl.ports import whole_bytes

__all__ = ["NetworkCore"]


class NetworkCore(LineCore):
    """A serial line, an engine and lights.

    Parameters
    ----------
    engine : Engine
        The engine, of an input of at most 256 codes and a result of at most 256 bytes.
    network : str
        Name of the network, which the board tells.
    **line : Any
        Parameters of :class:`~.line_core.LineCore`.

    Raises
    ------
    ValueError
        If the network has no board, or a number is out of range.
    """

    def __init__(self, engine: Engine, *, network: str, **line: Any) -> None:
        self._engine = engine
        self._identity = encode_network(network)
        super().__init__(**line)

    @property
    def verilog(self) -> str:
        """Text of the Verilog file of the engine."""
        return engine_verilog(self._engine)

    def elaborate(self, platform: object) -> Module:
        """Return all parts, connected."""
        m = Module()
        receiver, requests, sender = self.add_line(m)
        engine = self._add_engine(m)
        is_done = Signal()
        m.d.sync += is_done.eq(requests.request)
        answer = self._answer(m, requests, engine)
        self.add_answers(m, requests, sender, is_done, answer)
        self._add_input(m, requests, engine)
        spikes = self._spikes(engine)
        spikes |= {"receive": receiver.valid, "fault": requests.fault}
        self.add_lights(m, spikes)
        return m

    def _add_engine(self, m: Module) -> dict[str, Signal]:
        """Add the engine, and return a signal for each of its ports but clock and reset."""
        pins: dict[str, Value] = {
            "i_clk": ClockSignal(),
            "i_rst": ResetSignal(allow_reset_less=True),
        }
        signals = {}
        for port in engine_ports(self._engine).values():
            if f"i_{port.name}" in pins:
                continue
            signals[port.name] = signal = Signal(port.width, name=f"engine_{port.name}")
            pins[f"{'i' if port.is_input else 'o'}_{port.name}"] = signal
        m.submodules.engine = Instance(self._engine.units.module, **pins)
        return signals

    def _answer(
        self, m: Module, requests: RequestReceiver, engine: dict[str, Signal]
    ) -> tuple[Signal, Signal]:
        """Return status and result of the request of the clock before."""
        numbers, results = NETWORK_OPERATIONS, engine["m_axis_y_tdata"]
        status, answer = Signal(STATUS_WIDTH), Signal(8)
        place, is_free = requests.operand_a, engine["m_axis_y_tvalid"]
        program = self._engine.program
        m.d.comb += [status.eq(Status.UNKNOWN_OPERATION), answer.eq(requests.operation)]
        with m.Switch(requests.operation):
            with m.Case(IDENTIFY):
                m.d.comb += [status.eq(Status.OK), answer.eq(self._identity)]
            with m.Case(numbers["load"]), m.If(place < program.tokens * program.network.values):
                m.d.comb += [status.eq(Status.OK), answer.eq(requests.operand_b)]
            with m.Case(numbers["infer"]):
                m.d.comb += [status.eq(Status.OK), answer.eq(0)]
            with m.Case(numbers["read"]), m.If(place < len(results) // 8):
                m.d.comb += [
                    status.eq(Mux(is_free, Status.OK, Status.BUSY)),
                    answer.eq(Mux(is_free, results.word_select(place, 8), 0)),
                ]
        return status, answer

    def _add_input(self, m: Module, requests: RequestReceiver, engine: dict[str, Signal]) -> None:
        """Add the codes of the input, and what sends them to the engine.

        They can be changed while the engine works, as it has taken them by then. To begin again before
        a result is there is to wait for it.
        """
        program = self._engine.program
        values, width = program.network.values, program.network.code_format.width
        size = whole_bytes(width)
        m.submodules.input = memory = Memory(shape=width * values, depth=program.tokens, init=[])
        write, read = memory.write_port(granularity=width), memory.read_port()
        place, token = Signal(8), Signal(range(program.tokens))
        word, lane = Signal(range(program.tokens)), Signal(range(values))
        loads = requests.request & (requests.operation == NETWORK_OPERATIONS["load"])
        # Codes come token by token; a division by a constant number of values.
        m.d.comb += [
            place.eq(requests.operand_a),
            word.eq(place // values),
            lane.eq(place % values),
            write.addr.eq(word),
            write.data.eq(requests.operand_b[:width].replicate(values)),
            write.en.eq(
                Mux(
                    loads & (place < program.tokens * values),
                    Cat(lane == number for number in range(values)),
                    0,
                )
            ),
            engine["s_axis_x_tdata"].eq(
                Cat(
                    Cat(read.data[width * number : width * (number + 1)], Const(0, size - width))
                    for number in range(values)
                )
            ),
            engine["s_axis_x_tlast"].eq(token == program.tokens - 1),
        ]
        token_next = Signal.like(token)
        m.d.comb += [token_next.eq(token), read.addr.eq(token_next)]
        m.d.sync += token.eq(token_next)
        begins = requests.request & (requests.operation == NETWORK_OPERATIONS["infer"])
        with m.FSM():
            with m.State("REST"), m.If(begins):
                m.d.comb += engine["m_axis_y_tready"].eq(1)
                m.next = "SEND"
            with m.State("SEND"):
                m.d.comb += engine["s_axis_x_tvalid"].eq(1)
                with m.If(engine["s_axis_x_tready"]):
                    m.d.comb += token_next.eq(token + 1)
                    with m.If(engine["s_axis_x_tlast"]):
                        m.d.comb += token_next.eq(0)
                        m.next = "COMPUTE"
            with m.State("COMPUTE"), m.If(engine["m_axis_y_tvalid"]):
                m.next = "REST"

    def _spikes(self, engine: dict[str, Signal]) -> dict[str, Value]:
        """Return what the lights show: neurons at the end of the engine's circuits that fire.

        Of the parts, the multiplier stands for products, the adder for their sums with the stream, and
        the comparator for normalisation and softmax.
        """
        network = self._engine.program.network
        wide, fmt = network.stream_format.width, network.code_format
        trace, valid = engine["trace_data"], engine["trace_valid"]
        is_row = valid & engine["trace_is_row"]
        is_element = valid & ~engine["trace_is_row"]
        code = trace[2 * wide : 2 * wide + fmt.width]
        parts = {
            "multiplier": is_element & trace[:wide].any(),
            "adder": is_element & trace[wide : 2 * wide].any(),
            "comparator": is_row & trace.any(),
            "mantissa": is_element & code[: fmt.mantissa_bits].any(),
            "exponent": is_element & code[fmt.mantissa_bits : fmt.width - 1].any(),
            "sign": is_element & code[fmt.width - 1],
        }
        spike = parts["multiplier"] | parts["adder"] | parts["comparator"]
        return parts | {"spike": spike}
