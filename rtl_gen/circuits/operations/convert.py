# SPDX-License-Identifier: Apache-2.0
"""Conversion between any two float formats as a neuron graph.

The significand is moved only as far as the ranges of the two formats ask for: up, where a
subnormal of the source is a normal value of the destination; down, where a normal value of the
source is a subnormal of the destination. Then it is rounded once. What cannot happen takes no
neurons: widening E5M2 to binary16 takes wires, and a few neurons for NaN.
"""

from typing import NamedTuple

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.parts.rounding import denormalize, note_flags, round_significand
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, canonicalize, pack, unpack
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, NanEncoding, Overflow, Rounding, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import (
    add,
    equal_constant,
    gate_word,
    increment,
    leading_zero_count,
    or_shift_left,
    subtract,
)

__all__ = ["RECORDS", "convert"]


class _Ranges(NamedTuple):
    """How the exponents of two formats compare."""

    #: Height above the subnormals of the destination, less the exponent field of the source.
    offset: int
    #: Height of the smallest exponent of the source; it is also that of its subnormals.
    lowest: int


def convert(
    gates: GateLibrary,
    src: Format,
    dst: Format,
    a: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the code in format ``dst`` of a code in format ``src``, rounded to nearest even.

    An infinity that ``dst`` lacks is an overflow. A NaN that it lacks becomes a zero of the
    opposite sign, as in ml_dtypes. A zero that it lacks becomes NaN, and so does a negative number
    if it has no sign (e8m0fnu); a positive number below its smallest becomes the smallest. Between
    two values of e8m0fnu, of which none has an even digit, a tie becomes the larger one, or that with
    the even code where the mode asks for it.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    src, dst : Format
        Format of the operand, and of the result.
    a : Word
        Code of the operand.
    overflow : Overflow
        What a result beyond the largest finite value becomes; the default of ``dst`` if None.
    control : RoundingControl
        How to round.

    Raises
    ------
    ValueError
        If the width is wrong, or the policy does not fit the destination.
    """
    policy = resolve_overflow(dst, overflow)
    raw = unpack(gates, src, a) if src.has_zero else _unpack_scale(gates, src, a)
    widens = src.precision <= dst.precision
    same_exponents = (src.bias, src.exponent_bits) == (dst.bias, dst.exponent_bits)
    same_places = src.nan is dst.nan is NanEncoding.IEEE and same_exponents and widens
    keeps_infinity = policy is not Overflow.SATURATE_FINITE or not src.has_infinity
    if keeps_infinity and (src == dst or same_places):
        padding = (ZERO,) * (dst.mantissa_bits - src.mantissa_bits)
        return canonicalize(gates, dst, padding + a, raw.is_nan)

    # A format without zero has one more exponent at the lower end.
    offset = dst.bias - src.bias - int(dst.has_zero)
    ranges = _Ranges(offset, offset + int(src.has_zero))
    if not dst.has_zero:
        magnitude = _scale(gates, raw, ranges, control)
    elif ranges.lowest < 0:
        magnitude = _lower(gates, dst, raw, ranges, control)
    else:
        magnitude = _raise(gates, src, dst, raw, a, ranges, control)
    width = dst.exponent_bits + dst.mantissa_bits
    magnitude += (ZERO,) * (width - len(magnitude))
    is_nan, sign = raw.is_nan, raw.sign
    if not dst.has_zero:
        is_nan = gates.or_(is_nan, raw.is_zero, name="nan")
    if not dst.is_signed:
        invalid = gates.or_(sign, raw.is_zero, name="invalid")
        if dst.has_zero:
            invalid = gates.and_(sign, gates.not_(raw.is_zero), name="invalid")
        control.raise_invalid(gates, invalid, nans=(raw.is_nan,))
        is_nan, sign = gates.or_(is_nan, invalid if dst.has_zero else sign, name="nan"), ZERO
    if dst.nan_code is None:
        control.raise_invalid(gates, raw.is_nan, nans=())
    return pack(
        gates,
        dst,
        policy,
        sign=sign,
        magnitude=magnitude,
        is_nan=is_nan,
        is_infinite=raw.is_infinite,
        too_large=None if src.max_value > dst.max_value else ZERO,
        stays_finite=control.stays_finite(gates, sign),
        flags=control.flags,
    )


def _unpack_scale(gates: GateLibrary, fmt: Format, code: Word) -> RawFloat:
    """Take a code without sign, zero and mantissa apart."""
    if len(code) != fmt.width:
        raise InputError(f"Code must have {fmt.width} bits for {fmt.name}, not {len(code)}")
    is_nan = equal_constant(gates, code, fmt.max_code + 1)
    return RawFloat(
        is_nan=is_nan, is_infinite=ZERO, is_zero=ZERO, sign=ZERO, exponent=code, significand=(ONE,)
    )


def _raise(
    gates: GateLibrary,
    src: Format,
    dst: Format,
    raw: RawFloat,
    code: Word,
    ranges: _Ranges,
    control: RoundingControl,
) -> Word:
    """Return the rounded magnitude where nothing becomes subnormal that was not."""
    offset, lowest = ranges
    builder = gates.builder
    if lowest == 0 or not src.has_zero:
        # Subnormals, if any, stay what they are: the exponent field only moves.
        field = code[src.mantissa_bits : src.mantissa_bits + src.exponent_bits]
        with builder.scope("exponent", field=field):
            exponent = builder.name_word("exponent", _plus(gates, field, offset + 1))
        significand = (*raw.significand[:-1], ZERO)
        is_normal = raw.significand[-1]
        return _round(gates, dst, exponent, significand, raw.sign, control, is_normal)
    significand, amount = _move_up(gates, raw.significand, lowest)
    if lowest < src.mantissa_bits:
        exponent = _less(gates, raw.exponent, offset, amount)
        return _round(gates, dst, exponent, significand, raw.sign, control)
    # All but zero become normal, so that the hidden bit is known; for zero, what the exponent
    # would be is a constant, of which only the ones have to be cleared.
    exponent = _less(gates, raw.exponent, offset + 1, amount)
    of_zero = offset + 2 - src.mantissa_bits
    is_nonzero = gates.not_(raw.is_zero)
    exponent = tuple(
        gates.and_(bit, is_nonzero, name="exponent") if of_zero >> i & 1 else bit
        for i, bit in enumerate(exponent)
    )
    return _round(gates, dst, exponent, (*significand[:-1], ZERO), raw.sign, control, ONE)


def _lower(
    gates: GateLibrary, dst: Format, raw: RawFloat, ranges: _Ranges, control: RoundingControl
) -> Word:
    """Return the rounded magnitude where normal values become subnormal."""
    offset, lowest = ranges
    builder = gates.builder
    width = max(len(raw.exponent), (-offset).bit_length())
    padded = raw.exponent + (ZERO,) * (width - len(raw.exponent))
    with builder.scope("exponent", exponent=raw.exponent):
        height, not_below = subtract(gates, padded, constant(-offset, width))
        builder.name_word("height", height)
    kept_bits = dst.precision + 1 + control.extra_bits
    wide = (ZERO,) * (kept_bits - len(raw.significand)) + raw.significand
    with builder.scope("denormalize", significand=raw.significand, height=height):
        significand, sticky = denormalize(
            gates, wide, height, gates.not_(not_below), lowest=lowest, kept_bits=kept_bits
        )
    with builder.scope("round", significand=significand, height=height):
        exponent = gate_word(gates, height, not_below)
        return round_significand(gates, exponent, significand, sticky, control, raw.sign)


def _scale(gates: GateLibrary, raw: RawFloat, ranges: _Ranges, control: RoundingControl) -> Word:
    """Return the rounded exponent, for a format without zero and mantissa.

    The last digit of every value is odd, so that a tie to nearest goes up, unless it is the code that
    is asked to be even. A significand without hidden bit is below the smallest result, and rounds to
    it.
    """
    significand, amount = _move_up(gates, raw.significand, ranges.lowest)
    exponent = _less(gates, raw.exponent, ranges.offset, amount)
    with gates.builder.scope("round", significand=significand, exponent=exponent):
        *mantissa, hidden = significand
        count = 1 + control.extra_bits
        mantissa = [ZERO] * (count - len(mantissa)) + mantissa
        lost, below = mantissa[: len(mantissa) - count], tuple(mantissa[len(mantissa) - count :])
        sticky = gates.or_(*lost, name="sticky")
        last = exponent[0] if control.mode is Rounding.NEAREST_EVEN_CODE else ONE
        up = control.round_up(gates, last, below, sticky, raw.sign)
        round_up = gates.and_(up, hidden, name="round_up")
        if control.flags is not None:
            note_flags(gates, (hidden,), below, sticky, raw.sign, control)
        return gates.builder.name_word("rounded", increment(gates, exponent, round_up))


def _move_up(gates: GateLibrary, significand: Word, lowest: int) -> tuple[Word, Word]:
    """Return the significand with its leading one at the top, and the way that this took.

    Only that of a subnormal has zeros there, and it may be moved by ``lowest`` at most. Zero is
    moved as far as any.
    """
    furthest = min(lowest, len(significand) - 1)
    window = (ONE, *significand[len(significand) - furthest :])
    builder = gates.builder
    with builder.scope("normalize", significand=significand):
        amount = builder.name_word("amount", leading_zero_count(gates, window)[0])
        return builder.name_word("moved", or_shift_left(gates, significand, amount)), amount


def _plus(gates: GateLibrary, a: Word, value: int) -> Word:
    """Return ``a`` plus a constant that is not negative."""
    width = max(len(a), value.bit_length())
    return add(gates, a + (ZERO,) * (width - len(a)), constant(value, width))


def _less(gates: GateLibrary, exponent: Word, offset: int, amount: Word) -> Word:
    """Return ``exponent + offset - amount``, which is not negative."""
    width = (((1 << len(exponent)) - 1) + offset).bit_length()
    padding = (ZERO,) * (width - len(amount))
    padded = exponent + (ZERO,) * (width - len(exponent))
    builder = gates.builder
    with builder.scope("exponent", exponent=exponent, amount=amount):
        shift, _ = subtract(gates, constant(offset, width), amount + padding)
        return builder.name_word("height", add(gates, padded, shift)[:-1])


def _round(
    gates: GateLibrary,
    dst: Format,
    exponent: Word,
    significand: Word,
    sign: Bit,
    control: RoundingControl,
    is_normal: Bit | None = None,
) -> Word:
    """Return the rounded magnitude from a significand of any length."""
    kept_bits = dst.precision + 1 + control.extra_bits
    wide = (ZERO,) * (kept_bits - len(significand)) + significand
    lost = len(wide) - kept_bits
    with gates.builder.scope("round", significand=significand, exponent=exponent):
        sticky = gates.or_(*wide[:lost], name="sticky")
        return round_significand(gates, exponent, wide[lost:], sticky, control, sign, is_normal)


RECORDS = (
    Operation(
        name="convert",
        summary="y = a in another format, rounded to nearest even",
        operands=("a",),
        circuit=convert,
        result=Result.ROUNDED,
        formats=lambda fmt: True,
        targets=lambda fmt, to: True,
        order=130,
    ),
)
