# SPDX-License-Identifier: Apache-2.0
"""A queue: what is put in waits in a memory until it is taken."""

from amaranth.hdl import MemoryData, MemoryInstance, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.errors import InputError

__all__ = ["Queue"]


class Queue(wiring.Component):
    """Entries come out in the order in which they were put in, two clocks later at the earliest.

    One entry is offered, in a register; the others wait in a memory behind it. Nothing tells when
    the queue is full: whoever puts entries in must know that there is a place.

    Parameters
    ----------
    width : int
        Bits of an entry.
    places : int
        Entries that it holds, at least 2: the one offered, and those that wait.

    Members
    -------
    put : ``In(1)``
        Whether an entry is put in.
    entry : ``In(width)``
        That entry.
    offered : ``Out(width)``
        The entry that is next.
    valid : ``Out(1)``
        Whether there is one.
    ready : ``In(1)``
        Whether it is taken, if there is one.

    Raises
    ------
    InputError
        If there are fewer than 2 places.
    """

    def __init__(self, width: int, places: int) -> None:
        if places < 2:
            raise InputError(f"Places of a queue must be at least 2, not {places}")
        self._width = width
        self._places = places
        super().__init__(
            {
                "put": In(1),
                "entry": In(width),
                "offered": Out(width),
                "valid": Out(1),
                "ready": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Return the memory, and what moves entries through it."""
        m = Module()
        size = self._places - 1
        waiting = Signal(range(size + 1))  # entries in the memory
        back = Signal(range(size))  # where the next entry is put
        front = Signal(range(size))  # where the first that waits is
        m.submodules.memory = memory = MemoryInstance(
            data=MemoryData(shape=self._width, depth=size, init=[])
        )
        moves = Signal()  # whether the first that waits is offered next
        memory.write_port(domain="sync", addr=back, data=self.entry, en=self.put)
        memory.read_port(domain="sync", addr=front, data=self.offered, en=moves, transparent_for=())

        # Everything has a name here, as Yosys would number it.
        offers_none = Signal()
        is_free = Signal()
        some_wait = Signal()
        grows = Signal()
        shrinks = Signal()
        m.d.comb += [
            offers_none.eq(~self.valid),
            is_free.eq(offers_none | self.ready),
            some_wait.eq(waiting != 0),
            moves.eq(some_wait & is_free),
            grows.eq(self.put & ~moves),
            shrinks.eq(moves & ~self.put),
        ]
        back_next = Signal.like(back)
        front_next = Signal.like(front)
        one_more = Signal.like(waiting)
        one_less = Signal.like(waiting)
        m.d.comb += [
            back_next.eq(_after(back, size)),
            front_next.eq(_after(front, size)),
            one_more.eq(waiting + 1),
            one_less.eq(waiting - 1),
        ]
        with m.If(self.put):
            m.d.sync += back.eq(back_next)
        with m.If(moves):
            m.d.sync += [front.eq(front_next), self.valid.eq(1)]
        with m.Elif(self.ready):
            m.d.sync += self.valid.eq(0)
        with m.If(grows):
            m.d.sync += waiting.eq(one_more)
        with m.Elif(shrinks):
            m.d.sync += waiting.eq(one_less)
        return m


def _after(place: Signal, size: int) -> Value:
    """Return the next place of a memory, which is the first again behind the last."""
    after = (place + 1)[: len(place)]
    return after if size == 1 << len(place) else Mux(place == size - 1, 0, after)
