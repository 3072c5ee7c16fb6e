# SPDX-License-Identifier: Apache-2.0
"""What walks through a program: from instructions to one operation in each clock."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import data, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.networks.program import Program
from spikefloat.rtl_gen.rtl.engine.stages import STAGES

__all__ = ["DRAIN", "Sequencer", "add_records", "address_width", "record_layout", "slot_layout"]

#: Clocks after the last operation of a step in which its results are on their way to the memory,
#: beside the one in which the next instruction is fetched.
DRAIN = STAGES - 1


def slot_layout(program: Program) -> data.StructLayout:
    """Return what goes with an operation on its way through the engine.

    Parameters
    ----------
    program : Program
        What the widths of addresses are for.
    """
    return data.StructLayout(
        {
            "is_valid": 1,
            "is_product": 1,
            "is_norm": 1,
            "is_softmax": 1,
            "is_weight": 1,
            "adds": 1,
            "is_gated": 1,
            "writes": 1,
            "keeps": 1,
            "is_output": 1,
            "word": address_width(len(program.codes)),
            "place": address_width(len(program.codes[0])),
            "keep": address_width(program.stream_words),
        }
    )


class Sequencer(wiring.Component):
    """Gives the addresses of an operation in each clock, and what is to become of its result.

    A step begins when all results of the one before are in the memory. Rows of a normalisation or a
    softmax wait until the one before is taken.

    Parameters
    ----------
    program : Program
        The instructions.

    Members
    -------
    start : ``In(1)``
        Whether to begin.
    row_taken : ``In(1)``
        Whether the last element of a row is taken in this clock.
    rows_busy : ``In(1)``
        Whether there are rows whose results are not in the memory.
    slot : ``Out(slot_layout(program))``
        The operation of this clock.
    x, w, stream : ``Out``
        Addresses to read: of the left operand, of the right one in either memory, of the stream.
    done : ``Out(1)``
        Asserted for a clock at the end.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        words = max(len(program.codes), len(program.weights))
        super().__init__(
            {
                "start": In(1),
                "row_taken": In(1),
                "rows_busy": In(1),
                "slot": Out(slot_layout(program)),
                "x": Out(address_width(len(program.codes))),
                "w": Out(address_width(words)),
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
        is_row, is_last, is_through = Signal(), Signal(), Signal()
        row = Signal(layout["rows"].shape)
        column = Signal(layout["columns"].shape)
        index = Signal(self.stream.shape())
        left = Signal(range(DRAIN + 1))
        issues = Signal()
        ends_row = Signal()
        ends = Signal()
        m.d.comb += [
            is_row.eq(now.is_norm | now.is_softmax),
            is_last.eq(counter == len(instructions) - 1),
            ends_row.eq(column == now.columns - 1),
            ends.eq(ends_row & (row == now.rows - 1)),
        ]
        self._add_slot(m, now, row, column, index, issues)
        with m.FSM():
            with m.State("IDLE"), m.If(self.start):
                m.next = "FETCH"
            with m.State("FETCH"):
                m.d.sync += [row.eq(0), column.eq(0), index.eq(0), left.eq(DRAIN)]
                m.next = "RUN"
            with m.State("RUN"):
                m.d.comb += issues.eq(1)
                m.d.sync += [index.eq(index + 1), column.eq(column + 1)]
                with m.If(ends_row):
                    m.d.sync += [column.eq(0), row.eq(row + 1)]
                with m.If(is_row):
                    m.next = "WAIT"
                with m.Elif(ends):
                    m.next = "DRAIN"
            with m.State("WAIT"), m.If(self.row_taken):
                m.next = "RUN"
                with m.If(row == now.rows):
                    m.next = "DRAIN"
            with m.State("DRAIN"):
                m.d.sync += left.eq(left - 1)
                m.d.comb += is_through.eq(Mux(is_row, ~self.rows_busy, left == 1))
                with m.If(is_through):
                    m.d.sync += counter.eq(Mux(is_last, 0, counter + 1))
                    m.next = "FETCH"
                    with m.If(is_last):
                        m.next = "END"
            with m.State("END"):
                m.d.comb += self.done.eq(1)
                m.next = "IDLE"
        return m

    def _add_slot(
        self,
        m: Module,
        now: data.View,
        row: Signal,
        column: Signal,
        index: Signal,
        issues: Signal,
    ) -> None:
        """Add what makes addresses of the counters."""
        slot = self.slot
        own = Signal(column.shape())
        along = Signal(len(slot.word))
        place = Signal(len(slot.place))
        m.d.comb += [
            place.eq(Mux(now.is_transposed, row, along)[: len(place)]),
            own.eq(Mux(now.is_gated, column >> 1, column)),
            along.eq(now.first + own),
            self.x.eq(now.x + row),
            self.w.eq(now.w + column),
            self.stream.eq(now.add + index),
            slot.is_valid.eq(issues),
            slot.is_product.eq(~(now.is_norm | now.is_softmax)),
            slot.is_norm.eq(now.is_norm),
            slot.is_softmax.eq(now.is_softmax),
            slot.is_weight.eq(now.is_weight),
            slot.adds.eq(now.adds),
            slot.is_gated.eq(now.is_gated),
            # Of a gate and its value, the value comes second.
            slot.writes.eq(now.writes & (~now.is_gated | column[0])),
            slot.keeps.eq(now.keeps),
            slot.is_output.eq(now.is_output),
            slot.word.eq(now.into + Mux(now.is_transposed, along, row)),
            slot.place.eq(place),
            slot.keep.eq(now.keep + index),
        ]


def add_records(m: Module, name: str, records: Sequence[Any], counter: Signal) -> data.View:
    """Add a memory of records of one kind, and return the one that a counter was at a clock ago."""
    m.submodules[name] = memory = Memory(
        shape=record_layout(records),
        depth=len(records),
        init=[
            {field.name: int(getattr(one, field.name)) for field in fields(one)} for one in records
        ],
    )
    read = memory.read_port()
    m.d.comb += read.addr.eq(counter)
    return read.data


def record_layout(records: Sequence[Any]) -> data.StructLayout:
    """Return the fields of records of one kind, each as wide as the largest number in it."""
    return data.StructLayout(
        {
            field.name: max(1, *(int(getattr(one, field.name)).bit_length() for one in records))
            for field in fields(records[0])
        }
    )


def address_width(count: int) -> int:
    """Return the bits of an address of so many words."""
    return max(1, (count - 1).bit_length())
