# SPDX-License-Identifier: Apache-2.0
"""Where an array of lanes keeps its weights: a memory with a word for each step of each group."""

from collections.abc import Sequence

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.rtl.array.sizes import ArraySizes
from spikefloat.rtl_gen.rtl.styles.axi_stream import AxiStream

__all__ = ["WeightStore"]


class WeightStore(wiring.Component):
    """Weights and bias in memory: what the memory holds from the start, or from a stream.

    A word of weights has the codes of every lane; output lane 0 is lowest, and within it input lane
    0. What was asked for is there one clock later.

    In the stream, each code takes a transfer: the weights of output 0, its bias if there is one,
    then those of output 1, and so on; ``tlast`` comes with the last of all, and is only checked.
    Weights are taken while nothing is computed; as long as some are offered, or not all are there,
    no new vector may be begun.

    Parameters
    ----------
    sizes : ArraySizes
        The layer and the lanes.
    width : int
        Bits of a code.
    neutral : int
        Code of the weight of a lane without an input.
    bias_width : int, optional
        Bits of a bias; None if there is none. From a stream it has those of a code.
    weight : sequence of sequence of int, optional
        Codes of the weights, a row for each output; from the stream if None.
    bias : sequence of int, optional
        Codes of the bias; only with ``weight``.

    Members
    -------
    s_axis_w : ``In(AxiStream(8))``
        Weights; only if none are given.
    address : ``In(range(sizes.interval))``
        Which word to give in the next clock: ``group * steps + step``.
    is_last_step : ``In(1)``
        Whether that is the last step of a group.
    weights : ``Out(width * sizes.output_lanes * sizes.input_lanes)``
        Word of the address of the clock before.
    beat : ``In(range(sizes.y_beats))``
        Which bias to give in the next clock.
    bias : ``Out(bias_width * sizes.y_codes)``
        Bias of the beat of the clock before.
    is_idle : ``In(1)``
        Whether nothing is computed, so that the memory may change.
    ready : ``Out(1)``
        Whether a new vector may be begun.
    frame_error : ``Out(1)``
        Sticky: set when ``tlast`` arrives at an unexpected beat; cleared by reset.
    """

    def __init__(
        self,
        sizes: ArraySizes,
        width: int,
        *,
        neutral: int,
        bias_width: int | None,
        weight: Sequence[Sequence[int]] | None = None,
        bias: Sequence[int] | None = None,
    ) -> None:
        self._sizes = sizes
        self._width = width
        self._neutral = neutral
        self._bias_width = bias_width
        self._weight = weight
        self._bias = bias
        super().__init__(
            {
                **({} if weight is not None else {"s_axis_w": In(AxiStream(8))}),
                "address": In(range(sizes.interval)),
                "is_last_step": In(1),
                "weights": Out(width * sizes.output_lanes * sizes.input_lanes),
                "beat": In(range(sizes.y_beats)),
                "bias": Out((bias_width or 0) * sizes.y_codes),
                "is_idle": In(1),
                "ready": Out(1),
                "frame_error": Out(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Describe the memories, and what fills them."""
        m = Module()
        s, is_fixed = self._sizes, self._weight is not None
        m.submodules.words = words = Memory(
            shape=self._width * s.output_lanes * s.input_lanes,
            depth=s.interval,
            init=self._words() if is_fixed else [],
        )
        read = words.read_port()
        m.d.comb += [read.addr.eq(self.address), self.weights.eq(read.data)]
        if self._bias_width:
            m.submodules.biases = biases = Memory(
                shape=self._bias_width * s.y_codes,
                depth=s.y_beats,
                init=self._bias_words() if is_fixed else [],
            )
            bias_read = biases.read_port()
            m.d.comb += [bias_read.addr.eq(self.beat), self.bias.eq(bias_read.data)]
        if is_fixed:
            m.d.comb += self.ready.eq(1)
        else:
            if s.input_padding:
                self._fill_up(m)
            self._add_loader(m, words, biases if self._bias_width else None)
        return m

    def _words(self) -> list[int]:
        """Return what the memory of weights holds from the start."""
        assert self._weight is not None
        s = self._sizes
        words = []
        for group in range(s.groups):
            for step in range(s.steps):
                codes = [
                    self._weight[output][index]
                    if output < s.outputs and index < s.inputs
                    else self._neutral
                    for output in range(group * s.output_lanes, (group + 1) * s.output_lanes)
                    for index in range(step * s.input_lanes, (step + 1) * s.input_lanes)
                ]
                words.append(_join(codes, self._width))
        return words

    def _bias_words(self) -> list[int]:
        assert self._bias is not None
        assert self._bias_width is not None
        size = self._sizes.y_codes
        return [
            _join(self._bias[start : start + size], self._bias_width)
            for start in range(0, len(self._bias), size)
        ]

    def _fill_up(self, m: Module) -> None:
        """In the last step, give the lanes without an input a weight that changes no sum."""
        s = self._sizes
        was_last = Signal()
        m.d.sync += was_last.eq(self.is_last_step)
        with m.If(was_last):
            for lane in range(s.output_lanes):
                for index in range(s.input_lanes - s.input_padding, s.input_lanes):
                    place = self._width * (lane * s.input_lanes + index)
                    m.d.comb += self.weights[place : place + self._width].eq(self._neutral)

    def _add_loader(self, m: Module, words: Memory, biases: Memory | None) -> None:
        """Add what puts each code of the stream where it belongs."""
        s, stream = self._sizes, self.s_axis_w
        loaded = Signal()
        at = _Place(s)
        accept = Signal()
        accept_weight = Signal()
        ends_output = Signal()
        is_last = Signal()
        m.d.comb += [
            stream.tready.eq(self.is_idle),
            self.ready.eq(loaded & ~stream.tvalid),
            accept.eq(stream.tvalid & stream.tready),
            accept_weight.eq(accept & ~at.at_bias),
            at.ends_step.eq(at.lane == s.input_lanes - 1),
            ends_output.eq(at.at_bias if biases is not None else at.left == 0),
            at.ends_group.eq(at.row == s.output_lanes - 1),
            is_last.eq(ends_output & (at.number == s.outputs - 1)),
        ]
        self._add_writer(m, words, at, accept_weight)
        with m.If(accept):
            m.d.sync += loaded.eq(is_last)
            with m.If(stream.tlast != is_last):
                m.d.sync += self.frame_error.eq(1)
        at.advance(m, s, accept, ends_output, is_last, has_bias=biases is not None)
        if biases is not None:
            accept_bias = Signal()
            m.d.comb += accept_bias.eq(accept & at.at_bias)
            self._add_bias_loader(m, biases, accept_bias, stream.tdata, is_last)

    def _add_writer(self, m: Module, words: Memory, at: "_Place", accept: Signal) -> None:
        """Write each weight to its lanes of its word."""
        s = self._sizes
        is_lane = Signal(s.input_lanes)
        is_row = Signal(s.output_lanes)
        write = words.write_port(granularity=self._width)
        code = self.s_axis_w.tdata[: self._width]
        m.d.comb += [
            is_lane.eq(Cat(at.lane == index for index in range(s.input_lanes))),
            is_row.eq(Cat(at.row == index for index in range(s.output_lanes))),
            write.addr.eq(at.base + at.step),
            write.data.eq(code.replicate(s.output_lanes * s.input_lanes)),
            write.en.eq(Cat(is_lane & (accept & bit).replicate(s.input_lanes) for bit in is_row)),
        ]

    def _add_bias_loader(
        self, m: Module, biases: Memory, accept: Signal, code: Signal, is_last: Signal
    ) -> None:
        s = self._sizes
        place = Signal(range(s.y_codes), name="bias_lane")
        beat = Signal(range(s.y_beats), name="bias_beat")
        write = biases.write_port(granularity=self._width)
        m.d.comb += [
            write.addr.eq(beat),
            write.data.eq(code[: self._width].replicate(s.y_codes)),
            write.en.eq(Cat(accept & (place == number) for number in range(s.y_codes))),
        ]
        with m.If(accept):
            m.d.sync += place.eq(place + 1)
            with m.If(place == s.y_codes - 1):
                m.d.sync += [place.eq(0), beat.eq(beat + 1)]
            with m.If(is_last):
                m.d.sync += [place.eq(0), beat.eq(0)]


class _Place:
    """Where the next code of the stream belongs: a lane of a word, or the bias after an output."""

    def __init__(self, s: ArraySizes) -> None:
        self.lane = Signal(range(s.input_lanes))
        self.row = Signal(range(s.output_lanes))
        self.step = Signal(range(s.steps))
        self.base = Signal(range(s.interval))
        self.left = Signal(range(s.inputs), init=s.inputs - 1)
        self.number = Signal(range(s.outputs))
        self.at_bias = Signal()
        self.ends_step = Signal()
        self.ends_group = Signal()

    def advance(
        self,
        m: Module,
        s: ArraySizes,
        accept: Signal,
        ends_output: Signal,
        is_last: Signal,
        *,
        has_bias: bool,
    ) -> None:
        """Go on to the place of the next code when one is accepted."""
        with m.If(accept):
            with m.If(~self.at_bias):
                m.d.sync += [
                    self.left.eq(self.left - 1),
                    self.lane.eq(Mux(self.ends_step, 0, self.lane + 1)),
                    self.step.eq(self.step + self.ends_step),
                ]
                if has_bias:
                    m.d.sync += self.at_bias.eq(self.left == 0)
            with m.If(ends_output):
                m.d.sync += [
                    self.at_bias.eq(0),
                    self.left.eq(s.inputs - 1),
                    self.lane.eq(0),
                    self.step.eq(0),
                    self.row.eq(Mux(self.ends_group, 0, self.row + 1)),
                    self.base.eq(Mux(self.ends_group, self.base + s.steps, self.base)),
                    self.number.eq(self.number + 1),
                ]
            with m.If(is_last):
                m.d.sync += [self.row.eq(0), self.base.eq(0), self.number.eq(0)]


def _join(codes: Sequence[int], width: int) -> int:
    """Return codes side by side, the first lowest."""
    return sum(code << width * index for index, code in enumerate(codes))
