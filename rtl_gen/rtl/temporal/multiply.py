# SPDX-License-Identifier: Apache-2.0
"""The step-by-step multiplier: shift and add, digit by digit."""

from amaranth.hdl import Cat, Module, Signal

from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.rtl.temporal.operation import Phase, TemporalOperation, Unpacked
from spikefloat.rtl_gen.rtl.temporal.serial_adder import ADDER_NEURONS, SerialAdder

__all__ = ["TemporalMultiplier"]


class TemporalMultiplier(TemporalOperation):
    """Multiplies two codes by shift and add, one digit per clock.

    With ``p`` digits in a significand, the phases are:

    - ``product``: for each digit of the multiplier, one pass of ``p + 1`` clocks through a serial
      adder. Each pass adds the multiplicand, if the digit is one, and settles the lowest digit.
    - ``exponent``, at the same time: two more serial adders, one after the other, add the exponents
      and take the bias away.
    - ``collect``: the ``2 * p`` digits of the product, most significant first, go into the
      collector; before them up to ``p`` zeros, if the product is that small.

    Ports, parameters and handshake are those of :class:`TemporalOperation`.
    """

    neurons = 3 * ADDER_NEURONS

    @staticmethod
    def phases(fmt: Format) -> dict[str, range]:
        """Return the clocks of each phase for a format, counted from the one after the start."""
        precision = fmt.precision
        product = precision * (precision + 1)
        exponent = fmt.exponent_bits + 2
        # The collector takes the place of the first digit in the clock before it begins.
        start = max(product, exponent + 1)
        return {
            "product": range(product),
            "exponent": range(exponent),
            "collect": range(start, start + 3 * precision),
        }

    def elaborate(self, platform: object) -> Module:
        """Describe the multiplier."""
        m = Module()
        fmt = self.fmt
        begins, phases = self._sequence(m)
        a, b = Unpacked(m, fmt, self.a, "a"), Unpacked(m, fmt, self.b, "b")
        shift = Signal()
        product = self._product(m, begins, phases["product"], shift, a, b)
        place = self._exponent(m, begins, phases["exponent"], a, b)

        collect = phases["collect"]
        sums = 2 * ((1 << fmt.exponent_bits) - 1)
        collector = self._collector(
            m, collect, ~self.ready, range(2 - fmt.bias, sums - fmt.bias + 1)
        )
        m.d.comb += [
            collector.place.eq(place.as_signed()),
            collector.spike.eq(product[-1]),
            shift.eq(collect.active & ~collector.waiting),
        ]
        with m.If(begins):
            m.d.sync += collector.negative.eq(a.sign ^ b.sign)
            if fmt.has_infinity:
                m.d.sync += collector.is_infinite.eq(a.is_infinite | b.is_infinite)
            if fmt.has_nan:
                m.d.sync += collector.is_nan.eq(
                    a.is_nan | b.is_nan | (a.is_infinite & b.is_zero) | (a.is_zero & b.is_infinite)
                )
        return m

    def _product(
        self, m: Module, begins: Signal, phase: Phase, shift: Signal, a: Unpacked, b: Unpacked
    ) -> Signal:
        """Multiply the significands, and return the register of the product."""
        precision = self.fmt.precision
        m.submodules.product_adder = adder = SerialAdder()
        place = Signal(precision + 1, name="product_place")  # one bit, around once in each pass
        multiplicand = Signal(precision + 1)  # around once in each pass, too
        multiplier = Signal(precision)
        # Above, the sum so far; below, the digits that are settled.
        product = Signal(2 * precision)
        running, settled = product[precision:], product[:precision]
        first, last = place[0], place[-1]
        m.d.comb += [
            adder.enable.eq(phase.active),
            adder.first.eq(first),
            adder.a.eq(running[0]),
            adder.b.eq(multiplicand[0] & multiplier[0]),
        ]
        with m.If(begins):
            m.d.sync += [
                place.eq(1),
                multiplicand.eq(a.significand),
                multiplier.eq(b.significand),
                product.eq(0),
            ]
        with m.Elif(phase.active):
            m.d.sync += [
                place.eq(place.rotate_left(1)),
                multiplicand.eq(multiplicand.rotate_right(1)),
                running.eq(Cat(running[1:], adder.total & ~first)),
            ]
            with m.If(first):
                m.d.sync += settled.eq(Cat(settled[1:], adder.total))
            with m.If(last):
                m.d.sync += multiplier.eq(multiplier >> 1)
        with m.Elif(shift):
            m.d.sync += product.eq(product << 1)
        return product

    def _exponent(
        self, m: Module, begins: Signal, phase: Phase, a: Unpacked, b: Unpacked
    ) -> Signal:
        """Add the exponents less the bias, and return the register of the sum."""
        width = self.fmt.exponent_bits + 2
        m.submodules.exponent_adder = adder = SerialAdder()
        m.submodules.bias_adder = bias_adder = SerialAdder()
        exponent_a = Signal(self.fmt.exponent_bits, name="digits_of_exponent_a")
        exponent_b = Signal(self.fmt.exponent_bits, name="digits_of_exponent_b")
        minus_bias = Signal(width)
        place = Signal(width)
        m.d.comb += [
            adder.enable.eq(phase.active),
            adder.first.eq(phase.first),
            adder.a.eq(exponent_a[0]),
            adder.b.eq(exponent_b[0]),
            bias_adder.enable.eq(phase.active),
            bias_adder.first.eq(phase.first),
            bias_adder.a.eq(adder.total),
            bias_adder.b.eq(minus_bias[0]),
        ]
        with m.If(begins):
            m.d.sync += [
                exponent_a.eq(a.exponent),
                exponent_b.eq(b.exponent),
                minus_bias.eq(-self.fmt.bias),
            ]
        with m.Elif(phase.active):
            m.d.sync += [
                exponent_a.eq(exponent_a >> 1),
                exponent_b.eq(exponent_b >> 1),
                minus_bias.eq(minus_bias >> 1),
                place.eq(Cat(place[1:], bias_adder.total)),
            ]
        return place
