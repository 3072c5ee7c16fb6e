# SPDX-License-Identifier: Apache-2.0
"""From the digits of a number, most significant first, to the code that is nearest to it."""

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, NanEncoding, Overflow
from spikefloat.rtl_gen.rtl.cells.cell_parameters import width_of

__all__ = ["Collector", "check_codec_format"]


def check_codec_format(fmt: Format) -> None:
    """Refuse a format that hardware which works digit by digit is not made for.

    Raises
    ------
    ValueError
        If the format has no zero, no sign, or more than eight bits.
    """
    if not (fmt.has_zero and fmt.is_signed and fmt.width <= 8):
        raise InputError(
            f"Format must be one with a zero, a sign and at most 8 bits, not {fmt.name!r}"
        )


class Collector(wiring.Component):
    """Finds the first spike of a train, collects the significand, and rounds to nearest even.

    The *place* of a digit tells how far above the smallest normal value it is: at place ``k`` it
    is worth ``2 ** (min_exponent + k)``. From one digit to the next, the place goes down by one.
    The significand begins with the first spike, or at place 0, where the subnormals begin. In
    either case the code is the same sum: the place of its first digit, in units of the exponent
    field, plus the significand with its hidden bit, plus one if it is rounded up. A carry out of
    the significand thus goes where it should.

    If the first digit is below place 0, the collector supplies the zeros in between and asks for
    no digit meanwhile.

    After ``clear``, at least ``precision`` steps must be taken before ``code`` means something.
    It changes in steps only.

    Parameters
    ----------
    fmt : Format
        Format of the code.
    overflow : Overflow
        What becomes of a number beyond the largest finite value.
    places : range
        Places that the first digit may have.

    Members
    -------
    clear : ``In(1)``
        Asserted to forget everything and note ``place``. No step is taken.
    place : ``In(...)``
        Place of the first digit to come.
    enable : ``In(1)``
        Asserted to take a step.
    spike : ``In(1)``
        The digit.
    waiting : ``Out(1)``
        Combinational. Asserted while zeros are supplied; the digit is not used then.
    negative, is_nan, is_infinite : ``In(1)``
        What the number is besides its digits.
    code : ``Out(fmt.width)``
        Combinational, from registers and these three.

    Raises
    ------
    :exc:`ValueError`
        If the format is not one of at most eight bits, with a zero and a sign.
    """

    def __init__(self, fmt: Format, overflow: Overflow, places: range) -> None:
        check_codec_format(fmt)
        self._fmt = fmt
        self._overflow = overflow
        low, high = min(places[0], 0), max(places[-1], 0)
        self._place_shape: Shape = (
            signed(width_of(low, high)) if low < 0 else unsigned(max(high.bit_length(), 1))
        )
        super().__init__(
            {
                "clear": In(1),
                "place": In(self._place_shape),
                "enable": In(1),
                "spike": In(1),
                "waiting": Out(1),
                "negative": In(1),
                "is_nan": In(1),
                "is_infinite": In(1),
                "code": Out(fmt.width),
            }
        )

    def elaborate(self, platform: object) -> Module:
        """Describe the collector."""
        m = Module()
        precision = self._fmt.precision

        level = Signal(self._place_shape)  # place of the next digit, or of the first one collected
        count = Signal(range(precision + 2))  # digits collected, up to the first one dropped
        significand = Signal(precision)
        half = Signal()  # the first digit dropped
        sticky = Signal()  # whether any other of them is one

        digit = Signal()
        is_collecting = Signal()
        takes_digit = Signal()
        takes_half = Signal()
        drops_digit = Signal()
        level_next = Signal(self._place_shape)
        moves = Signal()
        m.d.comb += [
            self.waiting.eq(level < 0 if self._place_shape.signed else 0),
            digit.eq(self.spike & ~self.waiting),
            is_collecting.eq(self.waiting | self.spike | ~level.any() | count.any()),
            takes_digit.eq(self.enable & is_collecting & (count < precision)),
            takes_half.eq(self.enable & is_collecting & (count == precision)),
            drops_digit.eq(self.enable & (count > precision)),
            moves.eq(self.enable & (self.waiting | ~is_collecting)),
            level_next.eq(Mux(self.waiting, level + 1, level - 1)),
        ]
        with m.If(self.clear):
            m.d.sync += [
                level.eq(self.place),
                count.eq(0),
                significand.eq(0),
                half.eq(0),
                sticky.eq(0),
            ]
        with m.Else():
            with m.If(moves):
                m.d.sync += level.eq(level_next)
            with m.If(takes_digit | takes_half):
                m.d.sync += count.eq(count + 1)
            with m.If(takes_digit):
                m.d.sync += significand.eq(Cat(digit, significand[:-1]))
            with m.If(takes_half):
                m.d.sync += half.eq(digit)
            with m.If(drops_digit & digit):
                m.d.sync += sticky.eq(1)

        rounds_up = Signal()
        m.d.comb += rounds_up.eq(half & (sticky | significand[0]))
        # No spike at all, or none before the smallest value's half: then the place says nothing.
        is_tiny = Signal()
        m.d.comb += is_tiny.eq(~count.any() | self.waiting)
        field = Signal(max(self._place_shape.width - self._place_shape.signed, 1))
        m.d.comb += field.eq(Mux(is_tiny, 0, level[: len(field)]))
        magnitude = Signal(len(field) + self._fmt.mantissa_bits + 1)
        m.d.comb += magnitude.eq(
            Cat(Const(0, self._fmt.mantissa_bits), field) + significand + rounds_up
        )
        m.d.comb += self.code.eq(self._packed(m, magnitude))
        return m

    def _packed(self, m: Module, magnitude: Signal) -> Value:
        """Return the code of a magnitude, after overflow and the special values."""
        fmt = self._fmt
        bits = fmt.width - 1
        too_large = Signal()
        if fmt.max_code < (1 << len(magnitude)) - 1:  # else the places do not reach that far
            m.d.comb += too_large.eq(magnitude > fmt.max_code)
        gives_nan = Signal()
        saturates = self._overflow.saturates
        has_nan_only = not saturates and not fmt.has_infinity
        m.d.comb += gives_nan.eq(self.is_nan | (too_large if has_nan_only else 0))
        limit = fmt.max_code if saturates or fmt.infinity_code is None else fmt.infinity_code
        kept = Signal(bits)
        m.d.comb += kept.eq(Mux(too_large, Const(limit, bits), magnitude[:bits]))
        if fmt.infinity_code is not None:
            finite = kept
            kept = Signal(bits)
            m.d.comb += kept.eq(Mux(self.is_infinite, Const(fmt.infinity_code, bits), finite))
        sign: Value = self.negative
        if fmt.nan is NanEncoding.NEGATIVE_ZERO:  # there is no other zero
            sign = self.negative & kept.any()
        if fmt.nan_code is None:
            # By an operation, as a mere concatenation would fall apart into two ports.
            return kept | Cat(Const(0, bits), sign)
        return Mux(gives_nan, Const(fmt.nan_code, fmt.width), Cat(kept, sign))
