# SPDX-License-Identifier: Apache-2.0
"""Where an array of lanes keeps its results until they are taken."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.rtl.array.sizes import ArraySizes
from spikefloat.rtl_gen.rtl.components.queue import Queue
from spikefloat.rtl_gen.rtl.ports import whole_bytes
from spikefloat.rtl_gen.rtl.styles.axi_stream import AxiStream

__all__ = ["ResultBuffer"]


class ResultBuffer(wiring.Component):
    """Keeps the results of some vectors, and sends them out in order.

    Whoever begins a vector says so, and may only do it while there is :attr:`room`; so there is a
    place for each result, and nothing before has ever to stop. The place is free again when the
    last result of the vector was taken.

    Parameters
    ----------
    sizes : ArraySizes
        The layer and the lanes.
    width : int
        Bits of a code. In the stream, each takes whole bytes.
    vectors : int
        For how many vectors there is room.

    Members
    -------
    starts : ``In(1)``
        Asserted with the first step of a vector.
    room : ``Out(1)``
        Whether another vector may be begun.
    enable : ``In(1)``
        Asserted with each transfer's worth of results.
    codes : ``In(width * sizes.y_codes)``
        The results.
    is_idle : ``Out(1)``
        Whether all results of all vectors begun are here or gone.
    m_axis_y : ``Out(AxiStream(...))``
        The results. ``tlast`` comes with the last of a vector. If that transfer is not full, there
        is ``tkeep``.
    """

    def __init__(self, sizes: ArraySizes, width: int, vectors: int) -> None:
        self._sizes = sizes
        self._width = width
        self._vectors = vectors
        super().__init__(
            {
                "starts": In(1),
                "room": Out(1),
                "enable": In(1),
                "codes": In(width * sizes.y_codes),
                "is_idle": Out(1),
                "m_axis_y": Out(
                    AxiStream(whole_bytes(width) * sizes.y_codes, has_keep=self._spare > 0)
                ),
            }
        )

    @property
    def _spare(self) -> int:
        """Codes of the last transfer that do not count."""
        return self._sizes.y_beats * self._sizes.y_codes - self._sizes.outputs

    def elaborate(self, platform: object) -> Module:
        """Describe the buffer."""
        m = Module()
        s, stream, width = self._sizes, self.m_axis_y, self._width
        m.submodules.queue = queue = Queue(width * s.y_codes, self._vectors * s.y_beats)
        size = whole_bytes(width)
        padding = Const(0, size - width)
        m.d.comb += [
            queue.entry.eq(self.codes),
            queue.put.eq(self.enable),
            stream.tdata.eq(
                Cat(
                    (queue.offered[width * index : width * (index + 1)], padding)
                    for index in range(s.y_codes)
                )
            ),
            stream.tvalid.eq(queue.valid),
            queue.ready.eq(stream.tready),
        ]
        taken = Signal(range(s.y_beats))
        written = Signal(range(s.y_beats))
        ends = Signal()
        finishes = Signal()
        m.d.comb += [
            stream.tlast.eq(taken == s.y_beats - 1),
            ends.eq(stream.tvalid & stream.tready & stream.tlast),
            finishes.eq(self.enable & (written == s.y_beats - 1)),
        ]
        with m.If(stream.tvalid & stream.tready):
            m.d.sync += taken.eq(Mux(stream.tlast, 0, taken + 1))
        with m.If(self.enable):
            m.d.sync += written.eq(Mux(finishes, 0, written + 1))
        if self._spare:
            used = size // 8 * (s.y_codes - self._spare)
            every = size // 8 * s.y_codes
            m.d.comb += stream.tkeep.eq(Mux(stream.tlast, (1 << used) - 1, (1 << every) - 1))

        # Vectors with a place here, and those of which results are still to come.
        kept = Signal(range(self._vectors + 1))
        coming = Signal(range(self._vectors + 1))
        m.d.sync += [kept.eq(kept + self.starts - ends), coming.eq(coming + self.starts - finishes)]
        m.d.comb += [self.room.eq(kept != self._vectors), self.is_idle.eq(coming == 0)]
        return m
