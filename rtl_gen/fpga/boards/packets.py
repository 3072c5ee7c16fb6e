# SPDX-License-Identifier: Apache-2.0
"""Requests and answers in hardware: from bytes, and to bytes. See :mod:`.protocol`."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.fpga.boards.protocol import CHECKSUM
from spikefloat.rtl_gen.fpga.boards.protocol_tables import (
    ANSWER_BYTES,
    OPERATION_WIDTH,
    REQUEST_BYTES,
    STATUS_WIDTH,
    Status,
)

__all__ = ["AnswerSender", "RequestReceiver", "check_timeout"]

#: A status and a result.
AnswerLayout = data.StructLayout({"status": STATUS_WIDTH, "result": 8})


def check_timeout(timeout: int) -> int:
    """Return a number of clocks, if it is one.

    Raises
    ------
    ValueError
        If it is not positive.
    """
    if timeout < 1:
        raise InputError(f"Timeout must be positive, not {timeout!r}")
    return timeout


class RequestReceiver(wiring.Component):
    """Requests out of bytes.

    There is nothing to get stuck in: a first byte starts a packet whatever came before, and what
    else does not fit is dropped. Of bytes that follow one that was dropped, only the first is a
    fault, until a packet starts.

    Parameters
    ----------
    timeout : int
        Clocks without a byte after which a packet that has begun is given up.

    Members
    -------
    data, error, valid : ``In(8)``, ``In(1)``, ``In(1)``
        Bytes, as from :class:`~.uart.Receiver`.
    operation, operand_a, operand_b : ``Out(5)``, ``Out(8)``, ``Out(8)``
        The request, while ``request`` is asserted; they change only while a packet comes in.
    request : ``Out(1)``
        Asserted for one clock after each packet whose checksum is right.
    status : ``Out(6)``
        What is wrong, while ``fault`` is asserted.
    fault : ``Out(1)``
        Asserted for one clock when something is wrong.

    Raises
    ------
    ValueError
        If ``timeout`` is not positive.
    """

    def __init__(self, *, timeout: int) -> None:
        self._timeout = check_timeout(timeout)
        super().__init__(
            {
                "data": In(8),
                "error": In(1),
                "valid": In(1),
                "operation": Out(OPERATION_WIDTH),
                "operand_a": Out(8),
                "operand_b": Out(8),
                "request": Out(1),
                "status": Out(STATUS_WIDTH),
                "fault": Out(1),
            }
        )

    @property
    def timeout(self) -> int:
        """Clocks without a byte after which a packet that has begun is given up."""
        return self._timeout

    def elaborate(self, platform: object) -> Module:
        """Return the receiver."""
        m = Module()
        m.submodules.checksum = checksum = CHECKSUM.create()
        count = Signal(range(REQUEST_BYTES))  # bytes of the present packet
        is_lost = Signal()  # what follows a fault is none, up to the next packet
        silence = Signal(range(self._timeout + 1))
        is_start = self.data[7]
        m.d.comb += [
            checksum.start.eq(self.valid & is_start),
            checksum.data.eq(self.data[:7]),
            checksum.valid.eq(self.valid & (count != REQUEST_BYTES - 1) | self.valid & is_start),
        ]

        def give_up(status: Status) -> None:
            m.d.sync += [self.fault.eq(1), self.status.eq(status), is_lost.eq(1), count.eq(0)]

        m.d.sync += [self.request.eq(0), self.fault.eq(0), silence.eq(silence + 1)]
        with m.If(self.valid):
            m.d.sync += silence.eq(0)
        with m.If(self.valid & self.error):
            give_up(Status.FRAMING_ERROR)
            with m.If(is_lost):
                m.d.sync += self.fault.eq(0)
        with m.Elif(self.valid & is_start):
            with m.If(count != 0):
                give_up(Status.INCOMPLETE)
            m.d.sync += [
                Cat(self.operation, self.operand_b[7], self.operand_a[7]).eq(self.data[:7]),
                count.eq(1),
                is_lost.eq(0),
            ]
        with m.Elif(self.valid):
            with m.Switch(count):
                with m.Case(0):
                    give_up(Status.INCOMPLETE)
                    with m.If(is_lost):
                        m.d.sync += self.fault.eq(0)
                with m.Case(1):
                    m.d.sync += [self.operand_a[:7].eq(self.data[:7]), count.eq(2)]
                with m.Case(2):
                    m.d.sync += [self.operand_b[:7].eq(self.data[:7]), count.eq(3)]
                with m.Default():
                    with m.If(checksum.crc == self.data[:7]):
                        m.d.sync += [self.request.eq(1), count.eq(0)]
                    with m.Else():
                        give_up(Status.BAD_CHECKSUM)
        with m.Elif((count != 0) & (silence == self._timeout)):
            give_up(Status.INCOMPLETE)
        return m


class AnswerSender(wiring.Component):
    """Bytes out of answers.

    Members
    -------
    answers : ``In(stream.Signature(AnswerLayout))``
        What to answer. The next one is taken with the last byte of this one.
    bytes : ``Out(stream.Signature(8))``
        Bytes, for :class:`~.uart.Transmitter`.
    """

    def __init__(self) -> None:
        super().__init__(
            {"answers": In(stream.Signature(AnswerLayout)), "bytes": Out(stream.Signature(8))}
        )

    def elaborate(self, platform: object) -> Module:
        """Return the sender."""
        m = Module()
        m.submodules.checksum = checksum = CHECKSUM.create()
        answer = Signal(AnswerLayout)
        left = Signal(range(ANSWER_BYTES + 1))  # bytes that are still to be sent
        moves = Signal()
        is_first = left == ANSWER_BYTES
        word = Mux(is_first, Cat(answer.status, answer.result[7]), answer.result[:7])
        m.d.comb += [
            self.bytes.valid.eq(left != 0),
            self.bytes.payload[:7].eq(Mux(left == 1, checksum.crc, word)),
            self.bytes.payload[7].eq(is_first),
            moves.eq(self.bytes.valid & self.bytes.ready),
            checksum.start.eq(moves & is_first),
            checksum.data.eq(word),
            checksum.valid.eq(moves & (left != 1)),
            self.answers.ready.eq(left == 0),
        ]
        with m.If(moves):
            m.d.sync += left.eq(left - 1)
        with m.If(self.answers.valid & self.answers.ready):
            m.d.sync += [answer.eq(self.answers.payload), left.eq(ANSWER_BYTES)]
        return m
