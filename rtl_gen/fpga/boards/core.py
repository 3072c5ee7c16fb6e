# SPDX-License-Identifier: Apache-2.0
"""What a board does with floats: take requests from a serial line, compute with neurons, answer."""

from typing import Any

from amaranth.hdl import ClockSignal, Instance, Module, Signal, Value

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.fpga.boards.line_core import LineCore
from spikefloat.rtl_gen.fpga.boards.packets import RequestReceiver
from spikefloat.rtl_gen.fpga.boards.protocol import encode_identity
from spikefloat.rtl_gen.fpga.boards.protocol_tables import (
    IDENTIFY,
    OPERATION_BITS,
    OPERATION_WIDTH,
    STATUS_WIDTH,
    Status,
    operations_of,
)
from spikefloat.rtl_gen.fpga.boards.unit import PARTS, unit_pipeline
from spikefloat.rtl_gen.rtl.styles.pipelined import pipeline_verilog
from spikefloat.rtl_gen.rtl.text.verilog import component_verilog
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline

__all__ = ["BoardCore", "core_verilog"]


class BoardCore(LineCore):
    """A serial line, arithmetic and lights.

    Parameters
    ----------
    fmt : Format
        Format of operands and results.
    overflow : Overflow
        What a result beyond the largest finite value becomes.
    stages : int
        Register cuts through the arithmetic.
    module : str
        Name of the Verilog module of the arithmetic.
    **line : Any
        Parameters of :class:`~.line_core.LineCore`.

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
        stages: int = 1,
        module: str = "unit",
        **line: Any,
    ) -> None:
        self._format = fmt
        self._identity = encode_identity(fmt, overflow)
        self._pipeline = unit_pipeline(fmt, overflow, stages)
        self._module = module
        super().__init__(**line)

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
        receiver, requests, sender = self.add_line(m)
        result = Signal(8)
        parts = Signal(len(PARTS))
        operation, is_done = self._add_requests(m, requests, result, parts)
        is_known = Signal()
        m.d.comb += is_known.eq(operation < len(operations_of(self._format)))  # numbered from 0
        answer = self._answer(m, operation, is_known, result)
        self.add_answers(m, requests, sender, is_done, answer)

        computed = Signal()
        m.d.comb += computed.eq(is_done & is_known)
        spikes = {
            **{name: computed & part for name, part in zip(PARTS, parts, strict=True)},
            **{name: computed & field.any() for name, field in self._fields(result).items()},
            "receive": receiver.valid,
            "fault": requests.fault,
            "spike": computed & parts.any(),
        }
        self.add_lights(m, spikes)
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

    def _answer(
        self, m: Module, operation: Signal, is_known: Signal, result: Signal
    ) -> tuple[Signal, Signal]:
        """Return status and result of an operation."""
        status, answer = Signal(STATUS_WIDTH), Signal(8)
        with m.If(operation == IDENTIFY):
            m.d.comb += [status.eq(Status.OK), answer.eq(self._identity)]
        with m.Elif(is_known):
            m.d.comb += [status.eq(Status.OK), answer.eq(result)]
        with m.Else():
            m.d.comb += [status.eq(Status.UNKNOWN_OPERATION), answer.eq(operation)]
        return status, answer

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


def core_verilog(core: LineCore, module: str) -> str:
    """Return a core as one self-contained Verilog file; it also has the ports clk and rst."""
    return f"{component_verilog(core, module)}\n{core.verilog}"
