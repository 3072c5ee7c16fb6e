# SPDX-License-Identifier: Apache-2.0
"""Where an array of lanes keeps its inputs: two vectors, one received while one is used."""

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.rtl.array.sizes import ArraySizes
from spikefloat.rtl_gen.rtl.styles.axi_stream import AxiStream

__all__ = ["InputBuffer"]


class InputBuffer(wiring.Component):
    """Receives vectors of codes, and gives them in steps, again and again.

    A vector is there one clock after its last transfer. From then on, the codes of a step are there
    one clock after it was asked for; lanes without an input give +0. Meanwhile the next vector is
    received.

    How long a vector is, is fixed; ``tlast`` is only checked.

    Parameters
    ----------
    sizes : ArraySizes
        The layer and the lanes.
    width : int
        Bits of a code, at most 8. In the stream, each takes a byte.

    Members
    -------
    s_axis_x : ``In(AxiStream(8 * sizes.x_codes))``
        The vectors.
    available : ``Out(1)``
        Whether there is a vector to be used.
    step : ``In(range(sizes.steps))``
        Which codes to give in the next clock.
    done : ``In(1)``
        Asserted with the last use of a vector.
    codes : ``Out(width * sizes.input_lanes)``
        Codes of the step of the clock before.
    frame_error : ``Out(1)``
        Sticky: set when ``tlast`` arrives at an unexpected beat; cleared by reset.
    """

    def __init__(self, sizes: ArraySizes, width: int) -> None:
        self._sizes = sizes
        self._width = width
        super().__init__(
            {
                "s_axis_x": In(AxiStream(8 * sizes.x_codes)),
                "available": Out(1),
                "step": In(range(sizes.steps)),
                "done": In(1),
                "codes": Out(width * sizes.input_lanes),
                "frame_error": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Describe the buffer."""
        m = Module()
        s, stream = self._sizes, self.s_axis_x
        parts = s.input_lanes // s.x_codes  # transfers for each step
        last_part = (s.x_beats - 1) % parts

        step_bits = (s.steps - 1).bit_length()
        m.submodules.vectors = vectors = Memory(
            shape=self._width * s.input_lanes, depth=2 << step_bits, init=[]
        )
        write = vectors.write_port(granularity=self._width)
        read = vectors.read_port()

        # Received: the next transfer goes to this part of this step of this bank.
        part = Signal(range(parts))
        step = Signal(range(s.steps), name="write_step")
        bank = Signal(name="write_bank")
        read_bank = Signal()
        full = Signal(2)
        accept = Signal()
        is_last = Signal()
        m.d.comb += [
            stream.tready.eq(~Mux(bank, full[1], full[0])),
            accept.eq(stream.tvalid & stream.tready),
            is_last.eq((step == s.steps - 1) & (part == last_part)),
            write.addr.eq(_address(step, bank, step_bits)),
            write.data.eq(Cat(self._codes(stream.tdata) for _ in range(parts))),
            write.en.eq(Cat(accept & (part == lane // s.x_codes) for lane in range(s.input_lanes))),
        ]
        with m.If(accept):
            m.d.sync += part.eq(part + 1)
            with m.If(is_last | (part == parts - 1)):
                m.d.sync += part.eq(0)
                m.d.sync += step.eq(Mux(is_last, 0, step + 1))
            with m.If(is_last):
                m.d.sync += [full.bit_select(bank, 1).eq(1), bank.eq(~bank)]
            with m.If(stream.tlast != is_last):
                m.d.sync += self.frame_error.eq(1)

        m.d.comb += [
            self.available.eq(Mux(read_bank, full[1], full[0])),
            read.addr.eq(_address(self.step, read_bank, step_bits)),
        ]
        # A bank that is filled is not the one that is released.
        with m.If(self.done):
            m.d.sync += [full.bit_select(read_bank, 1).eq(0), read_bank.eq(~read_bank)]

        m.d.comb += self.codes.eq(read.data)
        if s.input_padding:
            was_last = Signal()
            m.d.sync += was_last.eq(self.step == s.steps - 1)
            used = self._width * (s.input_lanes - s.input_padding)
            with m.If(was_last):
                m.d.comb += self.codes.eq(read.data[:used])
        return m

    def _codes(self, data: Value) -> Value:
        """Return the codes of a transfer, without what fills up their bytes."""
        return Cat(
            data[8 * index : 8 * index + self._width] for index in range(self._sizes.x_codes)
        )


def _address(step: Value, bank: Value, step_bits: int) -> Value:
    return Cat(step[:step_bits], bank)
