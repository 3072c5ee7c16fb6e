# SPDX-License-Identifier: Apache-2.0
"""The other minima and maxima of IEEE 754-2019 (clause 9.6) and P3109 as neuron graphs.

All compare with the chain of carries of :mod:`~.compare`. They differ in whether magnitudes are
compared, and in what is passed over for the other operand: NaN, or infinities too.
"""

from dataclasses import dataclass, replace

from spikefloat.rtl_gen.circuits.operation import Operation, Result, has_arithmetic
from spikefloat.rtl_gen.circuits.operations.compare import is_before, unpack_pair
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, canonicalize
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import invert, mux_word

__all__ = ["RECORDS", "Extreme"]


@dataclass(frozen=True, kw_only=True)
class Extreme:
    """Which of two operands is chosen."""

    is_greater: bool
    by_magnitude: bool = False  #: Operands of one magnitude are compared by value.
    #: Whether NaN is passed over, so that the result is NaN only if both operands are.
    skips_nan: bool = False
    #: Whether a signalling NaN is not passed over even so (minNum and maxNum of IEEE 754-2008).
    stops_at_signalling: bool = False
    #: Whether infinities are passed over as well; two of them, and NaN, are compared as usual.
    skips_infinity: bool = False

    def __call__(self, gates: GateLibrary, fmt: Format, a: Word, b: Word) -> Word:
        """Return the code of the operand that is chosen; -0 is less than +0.

        Parameters
        ----------
        gates : GateLibrary
            Where the neurons are made, in either library.
        fmt : Format
            Format of operands and result.
        a, b : Word
            Codes of the operands.

        Raises
        ------
        ValueError
            If the format has no sign (e8m0fnu), or a width is wrong.
        """
        raw_a, raw_b = unpack_pair(gates, fmt, a, b)
        if self.by_magnitude:
            with gates.builder.scope("compare", a=a, b=b):
                # Of equal magnitudes, a negative one is first.
                a_first = gates.carry_out(b[:-1], invert(gates, a[:-1]), a[-1])
        else:
            a_first = is_before(gates, a, b, a[-1])
        if self.is_greater:
            a_first = gates.not_(a_first)
        with gates.builder.scope("choose", a=a, b=b):
            special = self._quiet if self.stops_at_signalling else self._special
            a_first, is_nan = special(gates, fmt, a_first, raw_a, raw_b)
            return canonicalize(gates, fmt, mux_word(gates, a_first, a, b), is_nan)

    def _special(
        self, gates: GateLibrary, fmt: Format, a_first: Bit, a: RawFloat, b: RawFloat
    ) -> tuple[Bit, Bit]:
        """Return whether ``a`` is chosen, and whether the result is NaN."""
        if not fmt.has_nan and not (self.skips_infinity and fmt.has_infinity):
            return a_first, a.is_nan
        if not self.skips_nan:
            # An operand that is NaN is chosen always.
            a_first = gates.and_or(a_first, gates.not_(b.is_nan), a.is_nan, name="a_first")
            return a_first, gates.or_(a.is_nan, b.is_nan, name="nan")
        if not self.skips_infinity or not fmt.has_infinity:
            a_first = gates.and_or(a_first, gates.not_(a.is_nan), b.is_nan, name="a_first")
            return a_first, gates.and_(a.is_nan, b.is_nan, name="nan")
        a_out = gates.or_(a.is_nan, a.is_infinite, name="a_out")
        b_out = gates.or_(b.is_nan, b.is_infinite, name="b_out")
        # Beside an infinity, NaN is chosen; two infinities are compared.
        takes_a = gates.and_(b_out, gates.not_(a.is_infinite), name="takes_a")
        takes_b = gates.and_(a_out, gates.not_(b.is_infinite), name="takes_b")
        a_first = gates.and_or(a_first, gates.not_(takes_b), takes_a, name="a_first")
        any_nan = gates.or_(a.is_nan, b.is_nan, name="any_nan")
        return a_first, gates.and_(any_nan, a_out, b_out, name="nan")

    def _quiet(
        self, gates: GateLibrary, fmt: Format, a_first: Bit, a: RawFloat, b: RawFloat
    ) -> tuple[Bit, Bit]:
        """Return the same where quiet NaNs are passed over, and signalling ones are not."""
        (quiet_a, signals_a), (quiet_b, signals_b) = (
            (
                gates.and_(raw.is_nan, raw.significand[-2], name="quiet"),
                gates.and_(raw.is_nan, gates.not_(raw.significand[-2]), name="signalling"),
            )
            for raw in (a, b)
        )
        takes_a = gates.or_(signals_a, quiet_b, name="takes_a")
        takes_b = gates.or_(signals_b, quiet_a, name="takes_b")
        a_first = gates.and_or(a_first, gates.not_(takes_b), takes_a, name="a_first")
        both = gates.and_(a.is_nan, b.is_nan, name="both_nan")
        return a_first, gates.or_(both, signals_a, signals_b, name="nan")


def _record(name: str, what: str, order: int, *, is_greater: bool, **how: bool) -> Operation:
    return Operation(
        name=name,
        summary=f"the {'greater' if is_greater else 'lesser'} of a and b{what}",
        operands=("a", "b"),
        circuit=Extreme(is_greater=is_greater, **how),
        result=Result.EXACT,
        signals=True,
        order=order,
    )


RECORDS = tuple(
    record
    for order, (name, is_greater) in enumerate((("minimum", False), ("maximum", True)), start=121)
    for record in (
        _record(
            f"{name}_number", ", the number if one is NaN", order, is_greater=is_greater,
            skips_nan=True,
        ),
        _record(
            f"{name}_magnitude", " by magnitude, NaN if either is", order + 2,
            is_greater=is_greater, by_magnitude=True,
        ),
        _record(
            f"{name}_magnitude_number", " by magnitude, the number if one is NaN", order + 4,
            is_greater=is_greater, by_magnitude=True, skips_nan=True,
        ),
        _record(
            f"{name}_finite", ", the finite one if one is not", order + 6,
            is_greater=is_greater, skips_nan=True, skips_infinity=True,
        ),
        replace(
            _record(
                f"{name[:3]}_num", " as in IEEE 754-2008, the number if one is a quiet NaN",
                order + 7, is_greater=is_greater, skips_nan=True, stops_at_signalling=True,
            ),
            formats=lambda fmt: has_arithmetic(fmt) and fmt.has_signalling_nan,
        ),
    )
)  # fmt: skip
