# SPDX-License-Identifier: Apache-2.0
"""The decoder: a code becomes spikes, and a membrane adds them up to a fixed-point number."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.formats import NanEncoding
from spikefloat.rtl_gen.rtl.cells.codec import Codec
from spikefloat.rtl_gen.rtl.cells.codec_parameters import CodecParameters

__all__ = ["Decoder"]


class Decoder(Codec):
    """Decodes a code of a float format as a fixed-point number, digit by digit.

    This is the encoder the other way round. The digits of the value are spikes, most significant
    first, and a membrane adds them up, through a synapse whose weight halves in each clock, from
    ``2 ** (integer_bits - 1)`` on. If the format is finer than the magnitude, one more spike rounds
    to nearest, ties to even. A value beyond the largest magnitude gives that one, by a spike in
    each step.

    Latency is ``steps + 1`` clocks, from the clock with ``start`` to the clock with ``valid``. A
    new code can start in the clock with ``valid``, so the initiation interval is the same.

    Parameters
    ----------
    parameters : :class:`CodecParameters`
        Format, and the bits of the magnitude.

    Members
    -------
    start : ``In(1)``
        Asserted to decode a code. Ignored unless ``ready`` is asserted.
    code : ``In(parameters.fmt.width)``
        The code. Looked at only when it starts.
    ready : ``Out(1)``
        Asserted while a code can start.
    spike : ``Out(1)``
        The digits, most significant first, from the clock after the start on.
    valid : ``Out(1)``
        Asserted for one clock when the number is there.
    value : ``Out(parameters.width)``
        Magnitude, in units of ``2 ** -fraction_bits``; zero for NaN. This and the other results
        are kept until the next code starts.
    sign : ``Out(1)``
        Asserted for a negative number, negative zero and negative infinity; not for NaN.
    nan : ``Out(1)``
        Asserted if the code is NaN.
    overflow : ``Out(1)``
        Asserted if the value is larger than any magnitude, or infinite.
    """

    @staticmethod
    def members(parameters: CodecParameters) -> dict[str, wiring.Member]:
        """Return the ports of a component with these parameters, by name."""
        return {
            "start": In(1),
            "code": In(parameters.fmt.width),
            "ready": Out(1),
            "spike": Out(1),
            "valid": Out(1),
            "value": Out(parameters.width),
            "sign": Out(1),
            "nan": Out(1),
            "overflow": Out(1),
        }

    @property
    def parameters(self) -> CodecParameters:
        """Format, and the bits of the magnitude."""
        return self._parameters

    @property
    def latency(self) -> int:
        """Clocks from ``start`` to ``valid``."""
        return self._parameters.decoder_latency

    def elaborate(self, platform: object) -> Module:
        """Describe the decoder."""
        m = Module()
        p = self._parameters
        fmt = p.fmt
        steps = p.decoder_steps

        # One bit, which is also what counts the steps: at the top while at rest, and below the
        # last place of the magnitude to round.
        weight = Signal(steps + 1, init=1 << steps)
        begins = Signal()
        m.d.comb += [self.ready.eq(weight[-1]), begins.eq(self.start & self.ready)]
        with m.If(begins | ~self.ready):
            m.d.sync += weight.eq(Cat(weight[1:], weight[0]))
        m.d.sync += self.valid.eq(weight[0])

        is_nan, too_large, delay, significand = self._unpacked(m)
        with m.If(begins):
            m.d.sync += [
                self.nan.eq(is_nan),
                self.sign.eq(self.code[-1] & ~is_nan),
            ]

        # The digits: zeros while there is a delay, then the significand.
        pause = Signal(range(p.first_place + 1))
        digits = Signal(fmt.precision)
        all_spikes = Signal()
        is_waiting = Signal()
        digit = Signal()
        m.d.comb += [is_waiting.eq(pause.any()), digit.eq(digits[-1] & ~is_waiting)]
        with m.If(begins):
            m.d.sync += [
                pause.eq(delay),
                digits.eq(significand),
                all_spikes.eq(too_large & ~is_nan),
            ]
        with m.Else():
            with m.If(is_waiting):
                m.d.sync += pause.eq(pause - 1)
            with m.Else():
                m.d.sync += digits.eq(digits << 1)

        places = weight[p.decoder_rounds : -1]
        current: Value = Mux(self.spike, places, Const(0, p.width))
        overflows: Value = all_spikes
        if p.decoder_rounds:
            rounds_up = Signal()
            exceeds = Signal()
            rest = digits[:-1].any() | self.value[0]
            m.d.comb += [
                exceeds.eq(weight[0] & digit & rest & ~all_spikes),
                # A significand longer than the magnitude can be rounded up to the next power.
                rounds_up.eq(exceeds & ~self.value.all()),
            ]
            m.d.comb += self.spike.eq(Mux(weight[0], rounds_up, ~self.ready & (all_spikes | digit)))
            current = Mux(rounds_up, Const(1, p.width), current)
            overflowed = Signal()
            with m.If(begins):
                m.d.sync += overflowed.eq(0)
            with m.Elif(exceeds & self.value.all()):
                m.d.sync += overflowed.eq(1)
            overflows = all_spikes | overflowed
        else:
            m.d.comb += self.spike.eq(~self.ready & (all_spikes | digit))
        m.d.comb += self.overflow.eq(overflows)

        total = Signal(p.width)
        m.d.comb += total.eq(self.value + current)
        m.d.sync += self.value.eq(Mux(begins, Const(0, p.width), total))
        return m

    def _unpacked(self, m: Module) -> tuple[Signal, Signal, Signal, Signal]:
        """Take a code apart: NaN, too large, steps before its first digit, and its digits."""
        p = self._parameters
        fmt = p.fmt
        magnitude = self.code[:-1]
        mantissa, field = magnitude[: fmt.mantissa_bits], magnitude[fmt.mantissa_bits :]

        is_nan = Signal()
        match fmt.nan:
            case NanEncoding.NONE:
                nan: Value = Const(0)
            case NanEncoding.IEEE:
                nan = magnitude > fmt.exponent_mask
            case NanEncoding.ALL_ONES:
                nan = magnitude.all()
            case NanEncoding.NEGATIVE_ZERO:
                nan = self.code == fmt.sign_mask
        m.d.comb += is_nan.eq(nan)

        is_normal = Signal()
        significand = Signal(fmt.precision)
        m.d.comb += [
            is_normal.eq(field.any()),
            significand.eq(Mux(is_nan, 0, Cat(mantissa, is_normal))),
        ]
        place = Signal(fmt.exponent_bits)
        m.d.comb += place.eq(Mux(is_normal, field - 1, 0))

        too_large = Signal()
        limit = p.first_place
        is_too_large: Value = place > limit if limit < (1 << fmt.exponent_bits) - 2 else Const(0)
        if fmt.infinity_code is not None:
            is_too_large = is_too_large | (magnitude == fmt.infinity_code)
        m.d.comb += too_large.eq(is_too_large)
        delay = Signal(range(limit + 1))
        m.d.comb += delay.eq(Mux(too_large, 0, limit - place))
        return is_nan, too_large, delay, significand
