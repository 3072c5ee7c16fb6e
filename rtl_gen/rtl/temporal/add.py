# SPDX-License-Identifier: Apache-2.0
"""The step-by-step adder: compare, align and add, digit by digit, on one serial adder."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.rtl.temporal.operation import Phase, TemporalOperation, Unpacked
from spikefloat.rtl_gen.rtl.temporal.serial_adder import ADDER_NEURONS, SerialAdder

__all__ = ["TemporalAdder"]

#: Digits below the significand: two guard digits, and one that is set if anything is below them.
_GUARD = 3


class TemporalAdder(TemporalOperation):
    """Adds two codes, one digit per clock.

    With ``p`` digits in a significand, the phases are:

    - ``compare``: one magnitude less the other; the last carry tells which is larger.
    - ``difference``: the larger exponent less the smaller.
    - ``align``: the smaller significand moves down by that many places, at most ``p + 3``. What
      falls off is remembered in the last place.
    - ``sum``: the larger significand plus or minus the smaller.
    - ``collect``: the digits of the sum, most significant first, go into the collector.

    One serial adder does all of it. After a subtraction its membrane holds a carry of no meaning,
    which the next phase discharges.

    Ports, parameters and handshake are those of :class:`TemporalOperation`.
    """

    neurons = ADDER_NEURONS

    @staticmethod
    def phases(fmt: Format) -> dict[str, range]:
        """Return the clocks of each phase for a format, counted from the one after the start."""
        precision = fmt.precision
        lengths = {
            "compare": fmt.exponent_bits + fmt.mantissa_bits,
            "difference": fmt.exponent_bits,
            "align": precision + _GUARD,
            "sum": precision + _GUARD + 1,
            # All digits; or, if the leading ones cancel, which leaves nothing below the first
            # guard digit, as many zeros and then a significand.
            "collect": max(precision + _GUARD + 1, 2 * precision + 1),
        }
        phases = {}
        start = 0
        for name, length in lengths.items():
            phases[name] = range(start, start + length)
            start += length
        return phases

    def elaborate(self, platform: object) -> Module:
        """Describe the adder."""
        m = Module()
        fmt = self.fmt
        begins, phases = self._sequence(m)
        compare, total, collect = phases["compare"], phases["sum"], phases["collect"]

        code_a = Signal(fmt.width)
        code_b = Signal(fmt.width)
        with m.If(begins):
            m.d.sync += [code_a.eq(self.a), code_b.eq(self.b)]
        a, b = Unpacked(m, fmt, code_a, "a"), Unpacked(m, fmt, code_b, "b")
        differ = Signal()
        m.d.comb += differ.eq(a.sign ^ b.sign)

        # Which is larger: at the end of the comparison the adder says it, then the register.
        m.submodules.adder = adder = SerialAdder()
        known = Signal()
        a_is_larger = Signal()
        m.d.comb += a_is_larger.eq(Mux(compare.last, adder.carry, known))
        with m.If(compare.last):
            m.d.sync += known.eq(adder.carry)
        exponents = _sorted(m, a_is_larger, a.exponent, b.exponent, "exponent")
        significands = _sorted(m, a_is_larger, a.significand, b.significand, "significand")
        self._add_operands(m, begins, phases, exponents, significands, adder, differ)
        digits, is_nonzero = self._add_digits(m, begins, total, collect, adder)

        # The carry out of the significand is one place above the larger exponent.
        collector = self._collector(m, collect, ~self.ready, range(1, 1 << fmt.exponent_bits))
        sign_of_larger = Mux(known, a.sign, b.sign)
        m.d.comb += [
            collector.place.eq(exponents[0]),
            collector.spike.eq(digits[-1]),
            collector.negative.eq(Mux(is_nonzero, sign_of_larger, a.sign & b.sign)),
        ]
        if fmt.has_infinity:
            m.d.comb += collector.is_infinite.eq(a.is_infinite | b.is_infinite)
        if fmt.has_nan:
            m.d.comb += collector.is_nan.eq(
                a.is_nan | b.is_nan | (a.is_infinite & b.is_infinite & differ)
            )
        return m

    def _add_operands(
        self,
        m: Module,
        begins: Signal,
        phases: dict[str, Phase],
        exponents: tuple[Signal, Signal],
        significands: tuple[Signal, Signal],
        adder: SerialAdder,
        differ: Signal,
    ) -> None:
        """Add the digits that go into the adder, least significant first.

        Exponents and significands are pairs, that of the larger operand first.
        """
        compare, difference = phases["compare"], phases["difference"]
        align, total = phases["align"], phases["sum"]
        width = max(self.fmt.width - 1, self.fmt.precision + _GUARD)
        larger = Signal(width)
        smaller = Signal(width)
        shift = Signal()
        m.d.comb += shift.eq(compare.active | difference.active | total.active)
        distance = Signal(self.fmt.exponent_bits)
        moves = Signal()
        m.d.comb += moves.eq(align.active & distance.any())
        guard = Const(0, _GUARD)
        with m.If(begins):
            m.d.sync += [larger.eq(self.a[:-1]), smaller.eq(self.b[:-1])]
        with m.Elif(compare.last):
            m.d.sync += [larger.eq(exponents[0]), smaller.eq(exponents[1])]
        with m.Elif(difference.last):
            m.d.sync += [
                larger.eq(Cat(guard, significands[0])),
                smaller.eq(Cat(guard, significands[1])),
            ]
        with m.Elif(shift):
            m.d.sync += [larger.eq(larger >> 1), smaller.eq(smaller >> 1)]
        with m.Elif(moves):
            m.d.sync += smaller.eq(Cat(smaller[0] | smaller[1], smaller[2:]))

        minus = Signal()
        m.d.comb += [
            minus.eq(~total.active | differ),
            adder.enable.eq(shift),
            adder.first.eq(compare.first | difference.first | total.first),
            adder.carry_in.eq(adder.first & minus),
            adder.a.eq(larger[0]),
            adder.b.eq(smaller[0] ^ minus),
        ]
        with m.If(difference.active):
            m.d.sync += distance.eq(Cat(distance[1:], adder.total))
        with m.Elif(moves):
            m.d.sync += distance.eq(distance - 1)

    def _add_digits(
        self, m: Module, begins: Signal, total: Phase, collect: Phase, adder: SerialAdder
    ) -> tuple[Signal, Signal]:
        """Add the register of the sum; return it, and whether any digit is set."""
        digits = Signal(self.fmt.precision + _GUARD + 1)
        is_nonzero = Signal()
        with m.If(total.active):
            m.d.sync += digits.eq(Cat(digits[1:], adder.total))
        with m.Elif(collect.active):
            m.d.sync += digits.eq(digits << 1)
        with m.If(begins):
            m.d.sync += is_nonzero.eq(0)
        with m.Elif(total.active & adder.total):
            m.d.sync += is_nonzero.eq(1)
        return digits, is_nonzero


def _sorted(
    m: Module, first_is_larger: Value, first: Value, second: Value, noun: str
) -> tuple[Signal, Signal]:
    """Return two numbers, that of the larger operand first."""
    larger, smaller = (Signal(len(first), name=f"{size}_{noun}") for size in ("larger", "smaller"))
    m.d.comb += [
        larger.eq(Mux(first_is_larger, first, second)),
        smaller.eq(Mux(first_is_larger, second, first)),
    ]
    return larger, smaller
