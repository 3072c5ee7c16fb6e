# SPDX-License-Identifier: Apache-2.0
"""Remainders as neuron graphs: what is left over by a division to an integer, exactly.

The significands are divided digit by digit; then, for each bit of the difference of the exponents,
as many more digits as it is worth are divided, and taken if it is set. Only what is left over
counts, and the last digit of the quotient where that is rounded to nearest.

In formats wider than 16 bits these are too many digits for one graph: they are divided one by one, in
the sequential style.
"""

from functools import partial

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.parts.quotient import exponent_sum
from spikefloat.rtl_gen.circuits.parts.rounding import normalize
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import add, gate_word, mux_word, subtract

__all__ = [
    "RECORDS",
    "digit_count",
    "exponent_distance",
    "has_remainder",
    "remainder",
    "remainder_step",
]

#: Widest format with all digits in one graph: they grow with the range of the exponents.
_MAX_WIDTH = 16


def has_remainder(fmt: Format) -> bool:
    """Tell whether a format is short enough for all digits of a quotient in one graph."""
    return fmt.width <= _MAX_WIDTH


def digit_count(fmt: Format) -> int:
    """Return how many digits the quotient of two numbers has, at most.

    That is one for each bit of the significand, and one for each power of two between the largest
    exponent and that of subnormal numbers.
    """
    return fmt.precision + (fmt.max_code >> fmt.mantissa_bits) - 1


def remainder(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    b: Word,
    *,
    to_nearest: bool,
    control: RoundingControl = NEAREST_EVEN,
    digits: tuple[Word, Bit] | None = None,
) -> Word:
    """Return the code of ``a - n * b``, which is exact; ``n`` is an integer next to ``a / b``.

    NaN if an operand is NaN, ``a`` is infinite or ``b`` zero. A result of zero has the sign of
    ``a``; a finite number is what is left over by an infinity.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operands and result.
    a, b : Word
        Codes of the operands.
    to_nearest : bool
        Whether ``n`` is the nearest integer, a tie the even one: IEEE 754-2019 ``remainder``
        (5.3.1). Else it is the one next to it towards zero: ``fmod`` of C.
    control : RoundingControl
        Where flags are collected, if at all.
    digits : tuple of Word and Bit, optional
        What is left of the dividend in units of the divisor's lowest bit, as wide as a significand,
        and whether the quotient is odd, if they were found in another way. They have no meaning
        where the exponent of ``a`` is the lower one.

    Raises
    ------
    ValueError
        If the format has no zero or no sign, or a width is wrong.
    """
    raw_a, raw_b = unpack(gates, fmt, a, "unpack_a"), unpack(gates, fmt, b, "unpack_b")
    builder = gates.builder
    distance, is_below = exponent_distance(gates, fmt, raw_a, raw_b)
    rest, is_odd = digits or _divide(gates, raw_a, raw_b, distance)
    with builder.scope("select", rest=rest):
        is_less, flipped = is_below, ZERO
        if to_nearest:
            # A number of the next lower exponent can be more than half of the divisor.
            next_below = gates.and_(*distance, name="next_below")
            is_less = gates.and_(is_below, gates.not_(next_below), name="less")
            rest, flipped = _to_nearest(gates, raw_a, raw_b, rest, is_below, is_odd)
        # What has no NaN tells an invalid result by its sign: that of a.
        invalid = raw_b.is_zero if fmt.nan_code is None else ZERO
        keeps_a = gates.or_(is_less, raw_b.is_infinite, invalid, name="keeps_a")
    with builder.scope("normalize", rest=rest, exponent=raw_b.exponent):
        ones = constant((1 << fmt.exponent_bits) - 1, fmt.exponent_bits)
        height = add(gates, raw_b.exponent, ones)[:-1]  # one less
        found = normalize(gates, rest, height)
        *mantissa, hidden = found.significand[-fmt.precision :]
        left = gate_word(gates, found.height, found.is_nonzero)
        field = add(gates, left, (hidden, *(ZERO,) * (fmt.exponent_bits - 1)))[:-1]
    with builder.scope("special_values"):
        invalid = gates.or_(raw_a.is_infinite, raw_b.is_zero, name="invalid")
        nans = (raw_a.is_nan, raw_b.is_nan)
        control.raise_invalid(gates, invalid, nans=nans)
        magnitude = mux_word(gates, keeps_a, a[: fmt.width - 1], (*mantissa, *field))
        sign = gates.xor(raw_a.sign, gates.and_(flipped, gates.not_(keeps_a)), name="sign")
        is_nan = gates.or_(invalid, *nans, name="nan")
    return pack(
        gates,
        fmt,
        fmt.default_overflow,
        sign=sign,
        magnitude=magnitude,
        is_nan=is_nan,
        is_infinite=ZERO,
        too_large=ZERO,
        flags=control.flags,
    )


def exponent_distance(
    gates: GateLibrary, fmt: Format, a: RawFloat, b: RawFloat
) -> tuple[Word, Bit]:
    """Return the exponent of ``a`` less that of ``b``, and whether it is negative."""
    with gates.builder.scope("exponent_difference", a=a.exponent, b=b.exponent):
        bits = fmt.exponent_bits + 1
        *distance, is_below = exponent_sum(gates, (a.exponent,), (b.exponent,), 0, bits)
        return tuple(distance), is_below


def _divide(gates: GateLibrary, a: RawFloat, b: RawFloat, distance: Word) -> tuple[Word, Bit]:
    """Return what is left of ``a * 2**distance``, and whether the quotient is odd."""
    builder = gates.builder
    with builder.scope("significand_rest", dividend=a.significand, divisor=b.significand):
        rest: Word = ()
        for bit in reversed(a.significand):
            rest, digit = remainder_step(gates, (bit, *rest), b.significand)
        for place, moves in enumerate(distance):
            further, further_digit = rest, digit
            for _ in range(1 << place):
                further, further_digit = remainder_step(gates, (ZERO, *further), b.significand)
            rest = builder.name_word("rest", mux_word(gates, moves, further, rest))
            digit = gates.mux(moves, further_digit, digit, name="odd")
        return rest, digit


def remainder_step(gates: GateLibrary, rest: Word, divisor: Word) -> tuple[Word, Bit]:
    """Return the rest after one more digit, as wide as the divisor at most, and the digit.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    rest : Word
        What was left before, with the next bit of the dividend below it; less than twice the divisor.
    divisor : Word
        The divisor.
    """
    width = max(len(rest), len(divisor))
    wide, taken = (word + (ZERO,) * (width - len(word)) for word in (rest, divisor))
    difference, fits = subtract(gates, wide, taken)
    builder = gates.builder
    kept = min(len(rest), len(divisor))
    rest = mux_word(gates, fits, difference[:kept], wide[:kept])
    return builder.name_word("rest", rest), builder.rename("digit", fits)


def _to_nearest(
    gates: GateLibrary, a: RawFloat, b: RawFloat, rest: Word, is_below: Bit, is_odd: Bit
) -> tuple[Word, Bit]:
    """Return the magnitude of the nearest rest, one bit longer, and whether its sign is opposite.

    Twice the rest is compared with the divisor; that is the dividend where it is below by one digit.
    """
    twice = mux_word(gates, is_below, (*a.significand, ZERO), (ZERO, *rest))
    is_odd = gates.and_(is_odd, gates.not_(is_below), name="odd")
    complement = tuple(gates.not_(bit) for bit in (*b.significand, ZERO))
    # More than the divisor, or as much if the quotient is odd.
    above = gates.carry_out(twice, complement, is_odd)
    other, _ = subtract(gates, (ZERO, *b.significand), twice)
    return gates.builder.name_word("nearest", mux_word(gates, above, other, twice)), above


def _record(name: str, which: str, order: int, *, to_nearest: bool) -> Operation:
    return Operation(
        name=name,
        summary=f"y = a - n * b, exactly, n being a / b {which}",
        operands=("a", "b"),
        circuit=partial(remainder, to_nearest=to_nearest),
        result=Result.EXACT,
        raises=True,
        fits_graph=has_remainder,
        order=order,
    )


RECORDS = (
    _record("remainder", "as the nearest integer", 46, to_nearest=True),
    _record("fmod", "cut off to an integer", 47, to_nearest=False),
)
