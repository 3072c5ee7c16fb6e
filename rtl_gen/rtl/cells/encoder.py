# SPDX-License-Identifier: Apache-2.0
"""The encoder: a fixed-point number becomes spikes, and these become a code."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.rtl.cells.codec import Codec
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters
from spikefloat.rtl_gen.rtl.cells.collector import Collector
from spikefloat.rtl_gen.rtl.cells.dynamic_neuron import DynamicNeuron

__all__ = ["Encoder"]


class Encoder(Codec):
    """Encodes a fixed-point number, digit by digit, as the nearest code of a float format.

    The magnitude is injected into a soft-reset neuron, whose threshold then halves in each clock,
    from ``2 ** (integer_bits - 1)`` on: its spikes are the digits. :class:`Collector` makes the
    code of them: nearest, ties to even, with subnormals and signed zero.

    Latency is ``steps + 1`` clocks, from the clock with ``start`` to the clock with ``valid``. A
    new number can start in the clock with ``valid``, so the initiation interval is the same.

    Parameters
    ----------
    parameters : :class:`CodecParameters`
        Format, overflow policy, and the bits of the magnitude.

    Members
    -------
    start : ``In(1)``
        Asserted to encode a number. Ignored unless ``ready`` is asserted.
    value : ``In(parameters.width)``
        Magnitude, in units of ``2 ** -fraction_bits``. Looked at only when it starts.
    sign : ``In(1)``
        Asserted for a negative number. Looked at only when it starts.
    ready : ``Out(1)``
        Asserted while a number can start.
    spike : ``Out(1)``
        The digits, most significant first, from the clock after the start on.
    valid : ``Out(1)``
        Asserted for one clock when the code is there.
    code : ``Out(parameters.fmt.width)``
        Code of the number. Kept until the next one starts.
    """

    @staticmethod
    def members(parameters: CodecParameters) -> dict[str, wiring.Member]:
        """Return the ports of a component with these parameters, by name."""
        return {
            "start": In(1),
            "value": In(parameters.width),
            "sign": In(1),
            "ready": Out(1),
            "spike": Out(1),
            "valid": Out(1),
            "code": Out(parameters.fmt.width),
        }

    @property
    def latency(self) -> int:
        """Clocks from ``start`` to ``valid``."""
        return self._parameters.encoder_latency

    def elaborate(self, platform: object) -> Module:
        """Describe the encoder."""
        m = Module()
        p = self._parameters
        steps = p.encoder_steps
        m.submodules.neuron = neuron = DynamicNeuron(steps)
        m.submodules.collector = collector = Collector(
            p.fmt, p.overflow, range(p.first_place, p.first_place + 1)
        )

        # One bit, which is also what counts the steps. At the top it is out of the neuron's reach.
        threshold = Signal(steps + 1, init=1 << steps)
        begins = Signal()
        is_last = Signal()
        m.d.comb += [
            self.ready.eq(threshold[-1]),
            begins.eq(self.start & self.ready),
            is_last.eq(threshold[0]),
        ]
        with m.If(begins | ~self.ready):
            m.d.sync += threshold.eq(Cat(threshold[1:], threshold[0]))
        m.d.sync += self.valid.eq(is_last)

        injected = Cat(Const(0, steps - p.width), self.value) if steps > p.width else self.value
        m.d.comb += [
            neuron.current.eq(Mux(begins, injected, Const(0, steps))),
            neuron.threshold.eq(threshold),
            self.spike.eq(neuron.spike),
        ]

        negative = Signal()
        with m.If(begins):
            m.d.sync += negative.eq(self.sign)
        m.d.comb += [
            collector.clear.eq(begins),
            collector.place.eq(p.first_place),
            collector.enable.eq(~self.ready),
            collector.spike.eq(neuron.spike),
            collector.negative.eq(negative),
            self.code.eq(collector.code),
        ]
        return m
