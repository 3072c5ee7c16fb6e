# SPDX-License-Identifier: Apache-2.0
"""What walks through the program of a decoder for each token, one operation in each clock."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.networks.token_program import TokenProgram
from spikefloat.rtl_gen.rtl.engine.sequencer import add_records, address_width, record_layout

__all__ = ["TOKEN_STAGES", "TokenSequencer", "token_slot"]

#: Clocks from the addresses of an operation to its result in the memory.
TOKEN_STAGES = 9


def token_slot(program: TokenProgram) -> data.StructLayout:
    """Return what goes with an operation on its way through the engine."""
    flags = (
        *("is_valid", "is_product", "is_lookup", "is_rotate", "is_norm", "is_softmax"),
        *("is_weight", "is_first", "is_last", "is_scaled", "adds", "keeps", "writes", "is_gated"),
    )
    steps = max(one.chunks for one in program.instructions)
    return data.StructLayout(
        {
            **dict.fromkeys(flags, 1),
            "function": address_width(len(program.functions) + 1),  # of the code; 0 for none
            "chunks": address_width(steps + 1),  # of the sum
            "left": address_width(program.terms),  # lane of a single element of the left operand
            "most": address_width(program.terms + 1),  # lanes that count
            "ends": 1,  # whether this is the last operation of a step
            "word": address_width(len(program.codes)),
            "place": address_width(program.terms),
            "keep": address_width(program.stream_words),
        }
    )


class TokenSequencer(wiring.Component):
    """Gives the addresses of an operation in each clock, and what is to become of its result.

    A step begins when all results of the one before are in the memory.

    Parameters
    ----------
    program : TokenProgram
        The instructions.

    Members
    -------
    start : ``In(1)``
        Whether to begin.
    token, position : ``In``
        The token, and its place in the sequence; they stay until the end.
    vector_done : ``In(1)``
        Asserted for a clock with the last result of a normalisation or a softmax.
    begins : ``Out(1)``
        Asserted for a clock before the operations of a step.
    into : ``Out``
        Where the first result of a normalisation or a softmax goes.
    slot : ``Out(token_slot(program))``
        The operation of this clock.
    x, w, exponent, angle, stream : ``Out``
        Addresses to read.
    done : ``Out(1)``
        Asserted for a clock at the end.
    """

    def __init__(self, program: TokenProgram) -> None:
        self._program = program
        codes = address_width(len(program.codes))
        super().__init__(
            {
                "start": In(1),
                "token": In(address_width(program.network.vocabulary)),
                "position": In(address_width(program.context)),
                "vector_done": In(1),
                "begins": Out(1),
                "into": Out(codes),
                "slot": Out(token_slot(program)),
                "x": Out(codes),
                "w": Out(address_width(max(len(program.codes), len(program.weights)))),
                "exponent": Out(address_width(len(program.exponents))),
                "angle": Out(address_width(len(program.angles))),
                "stream": Out(address_width(program.stream_words)),
                "done": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Describe the sequencer."""
        m = Module()
        instructions = self._program.instructions
        layout = record_layout(instructions)
        counter = Signal(range(len(instructions)))
        now = add_records(m, "program", instructions, counter)
        size = address_width(self._program.terms)
        column = Signal(max(layout["columns"].width, len(self.position) + 1))
        chunk = Signal(max(layout["chunks"].width, len(self.position)))
        columns, chunks = Signal(len(column) + 1), Signal(len(chunk) + 1)
        waits = Signal(range(TOKEN_STAGES))
        issues, is_vector, ends_column, ends = Signal(), Signal(), Signal(), Signal()
        seen = Signal()
        m.d.comb += [
            columns.eq(Mux(now.each_token, self.position + 1, now.columns)),
            chunks.eq(Mux(now.over_tokens, (self.position >> size) + 1, now.chunks)),
            is_vector.eq(now.is_norm | now.is_softmax),
            ends_column.eq(chunk == chunks - 1),
            ends.eq(ends_column & (column == columns - 1)),
        ]
        self._add_addresses(m, now, column, chunk)
        self._add_slot(m, now, column, chunk, chunks)
        m.d.comb += [
            self.slot.is_valid.eq(issues),
            self.slot.is_first.eq(chunk == 0),
            self.slot.is_last.eq(ends_column),
            self.slot.ends.eq(ends),
        ]
        with m.FSM():
            with m.State("IDLE"), m.If(self.start):
                m.next = "FETCH"
            with m.State("FETCH"):
                m.d.comb += self.begins.eq(1)
                m.d.sync += [column.eq(0), chunk.eq(0), waits.eq(TOKEN_STAGES - 1), seen.eq(0)]
                m.next = "RUN"
            with m.State("RUN"):
                m.d.comb += issues.eq(1)
                m.d.sync += chunk.eq(chunk + 1)
                with m.If(ends_column):
                    m.d.sync += [chunk.eq(0), column.eq(column + 1)]
                with m.If(ends):
                    m.next = "DRAIN"
            with m.State("DRAIN"):
                m.d.sync += [
                    waits.eq(Mux(waits == 0, 0, waits - 1)),
                    seen.eq(seen | self.vector_done),
                ]
                with m.If(Mux(is_vector, seen, waits == 0)):
                    m.next = "FETCH"
                    m.d.sync += counter.eq(counter + 1)
                    with m.If(counter == len(instructions) - 1):
                        m.d.sync += counter.eq(0)
                        m.next = "END"
            with m.State("END"):
                m.d.comb += self.done.eq(1)
                m.next = "IDLE"
        return m

    def _add_addresses(self, m: Module, now: data.View, column: Signal, chunk: Signal) -> None:
        """Add what makes addresses of the counters."""
        size, terms = address_width(self._program.terms), self._program.terms
        pairs = max(1, len(self._program.angles) // self._program.context)
        row = Signal.like(self.w)  # of the right operand
        along = Signal(len(column) + 1)  # element of the left one, if it is a single one
        m.d.comb += [
            along.eq(Mux(now.is_rotate, column << 1, column)),
            row.eq(Mux(now.is_lookup, self.token, column)),
            self.x.eq(now.x + Mux(now.is_product, chunk, along >> size)),
            self.w.eq(
                now.w
                + Mux(now.is_product | now.is_lookup, row * now.stride, 0)
                + Mux(now.is_product, chunk, column >> size)
            ),
            self.exponent.eq(now.exponent + row),
            self.angle.eq(self.position * pairs + column),
            self.stream.eq(now.add + column),
            self.slot.left.eq(along),
            # Of the last word of an operand with an element for each token, some elements count.
            self.slot.most.eq(terms),
        ]
        with m.If(now.over_tokens & (chunk == (self.position >> size))):
            m.d.comb += self.slot.most.eq(self.position[:size] + 1)

    def _add_slot(
        self, m: Module, now: data.View, column: Signal, chunk: Signal, chunks: Signal
    ) -> None:
        """Add what becomes of results."""
        slot, size = self.slot, address_width(self._program.terms)
        own, place = Signal(len(column) + 1), Signal(len(column) + len(now.first) + 1)
        base, row = Signal.like(self.into), Signal.like(self.into, name="into_row")
        m.d.comb += [
            own.eq(Mux(now.is_gated, column >> 1, Mux(now.is_rotate, column << 1, column))),
            place.eq(now.first + own),
            # No wider than the address, so that the product is not either.
            row.eq(Mux(now.is_transposed, own, self.position)),
            base.eq(now.into + row * now.row_words),
            self.into.eq(base),
            slot.word.eq(base + (Mux(now.is_transposed, self.position, place) >> size)),
            slot.place.eq(Mux(now.is_transposed, self.position, place)),
            # Of a gate and its value, the value comes second.
            slot.writes.eq(now.writes & (~now.is_gated | column[0])),
            slot.keep.eq(now.keep + column),
            slot.chunks.eq(chunks),
        ]
        for name in (
            *("is_product", "is_lookup", "is_rotate", "is_norm", "is_softmax"),
            *("is_weight", "is_scaled", "adds", "keeps", "is_gated", "function"),
        ):
            m.d.comb += getattr(slot, name).eq(getattr(now, name))
