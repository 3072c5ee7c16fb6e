# SPDX-License-Identifier: Apache-2.0
"""Integral values and integers from floats as neuron graphs.

The significand is moved down until its last kept place is worth one, then rounded there. What is
too large to have a fraction is left as it is, or is out of range.
"""

from functools import partial
from typing import NamedTuple

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.parts.fixed_point import round_moved
from spikefloat.rtl_gen.circuits.parts.quotient import exponent_sum, normalize_operand
from spikefloat.rtl_gen.circuits.parts.rounding import denormalize
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.formats import INTEGERS, Format, Integer, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import increment, invert, mux_word

__all__ = ["RECORDS", "exponent_of", "round_to_integral", "to_integer"]


class _Integral(NamedTuple):
    """A magnitude, rounded to an integer."""

    magnitude: Word  #: Rounded; means nothing if the next is set.
    is_large: Bit  #: Whether the number is beyond what the magnitude holds, and so integral.
    is_inexact: Bit


def round_to_integral(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the code of the integral value next to ``a``; a zero has the sign of ``a``.

    Infinities and NaN stay. A format whose largest finite value is not integral can overflow. It is
    inexact where the result is not ``a``: ``roundToIntegralExact`` of IEEE 754-2019 (5.9).

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operand and result.
    a : Word
        Code of the operand.
    overflow : Overflow
        What a result beyond the largest finite value becomes; the format's default if None.
    control : RoundingControl
        How to round.

    Raises
    ------
    ValueError
        If the format has no zero or no sign, a width is wrong, or the policy does not fit.
    """
    policy = resolve_overflow(fmt, overflow)
    raw = unpack(gates, fmt, a)
    # A value of this many bits before the point, or more, has none behind it.
    bits = max(min(fmt.mantissa_bits, fmt.max_exponent + 1), 1)
    whole = _round(gates, fmt, raw, bits, control)
    magnitude = _as_float(gates, fmt, whole.magnitude, NEAREST_EVEN, ZERO)
    unchanged = a[:-1] + (ZERO,) * (len(magnitude) - len(a) + 1)
    magnitude = mux_word(gates, whole.is_large, unchanged, magnitude)
    if control.flags is not None:
        control.flags.inexact = gates.and_(
            whole.is_inexact, gates.not_(whole.is_large), name="inexact"
        )
    return pack(
        gates,
        fmt,
        policy,
        sign=raw.sign,
        magnitude=magnitude,
        is_nan=raw.is_nan,
        is_infinite=raw.is_infinite,
        too_large=None if fmt.max_exponent < fmt.mantissa_bits else ZERO,
        stays_finite=control.stays_finite(gates, raw.sign),
        flags=control.flags,
    )


def to_integer(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    *,
    to: Integer,
    overflow: Overflow | None = None,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return a float as an integer, in two's complement if that has a sign.

    What is out of range becomes the nearest integer in range, and NaN the largest, as in RISC-V.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the operand.
    a : Word
        Code of the operand.
    to : Integer
        Format of the result.
    overflow : Overflow
        Of no effect.
    control : RoundingControl
        How to round.

    Raises
    ------
    ValueError
        If the format has no zero or no sign, or the width is wrong.
    """
    raw = unpack(gates, fmt, a)
    bits = max(min(to.width, fmt.max_exponent + 1), 1)
    whole = _round(gates, fmt, raw, bits, control)
    magnitude = whole.magnitude
    with gates.builder.scope("range", magnitude=magnitude):
        # Beyond the largest integer or, if it is negative, below the smallest one.
        limit = to.highest + 1
        positive = gates.not_(raw.sign)
        if to.is_signed:
            beyond = ZERO
            if limit < 1 << len(magnitude):
                least = invert(gates, constant(limit, len(magnitude)))
                beyond = gates.carry_out(magnitude, least, positive)
        else:
            beyond = magnitude[to.width] if to.width < len(magnitude) else ZERO
            nonzero = gates.or_(*magnitude, name="nonzero")
            beyond = gates.and_or(raw.sign, nonzero, beyond, name="beyond")
        is_out = gates.or_(beyond, whole.is_large, raw.is_infinite, raw.is_nan, name="out_of_range")
        to_lowest = gates.and_(raw.sign, gates.not_(raw.is_nan), name="to_lowest")
    if control.flags is not None:
        control.raise_invalid(gates, is_out, nans=())
        control.flags.inexact = whole.is_inexact
        control.flags.is_finite = gates.not_(is_out)
    padded = (magnitude + (ZERO,) * to.width)[: to.width]
    with gates.builder.scope("result", magnitude=padded):
        if to.is_signed:
            flipped = tuple(gates.xor(bit, raw.sign, name="flipped") for bit in padded)
            padded = increment(gates, flipped, raw.sign)[:-1]
        limits = (gates.not_(to_lowest),) * to.width
        if to.is_signed:
            limits = (*limits[:-1], to_lowest)
        return gates.builder.name_word("integer", mux_word(gates, is_out, limits, padded))


def exponent_of(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the exponent of ``a`` as a float: ``logB`` of IEEE 754-2019 (5.3.3).

    Minus infinity for zero, which divides by zero; infinity for infinities; that of a subnormal is
    as if it were normal. An exponent that the format has not is rounded to nearest even, in every
    mode. See :func:`round_to_integral`.
    """
    policy = resolve_overflow(fmt, overflow)
    raw = unpack(gates, fmt, a)
    _, zeros = normalize_operand(gates, raw, "normalize_a")
    top = (1 << fmt.exponent_bits) - 1
    bits = max(top - fmt.bias, fmt.bias + fmt.mantissa_bits).bit_length() + 1
    with gates.builder.scope("exponent", exponent=raw.exponent, amount=zeros):
        *low, is_negative = exponent_sum(gates, (raw.exponent,), (zeros,), -fmt.bias, bits)
        flipped = tuple(gates.xor(bit, is_negative, name="flipped") for bit in low)
        amount = gates.builder.name_word("amount", increment(gates, flipped, is_negative)[:-1])
    nearest = RoundingControl(flags=control.flags)
    magnitude = _as_float(gates, fmt, amount, nearest, is_negative)
    with gates.builder.scope("special_values"):
        control.raise_divide_by_zero(gates, raw.is_zero, (raw.is_nan,))
        below = gates.and_(is_negative, gates.not_(raw.is_infinite), name="negative")
        sign = gates.or_(raw.is_zero, below, name="sign")
        is_infinite = gates.or_(raw.is_zero, raw.is_infinite, name="infinite")
    return pack(
        gates,
        fmt,
        policy,
        sign=sign,
        magnitude=magnitude,
        is_nan=raw.is_nan,
        is_infinite=is_infinite,
        flags=control.flags,
    )


def _round(
    gates: GateLibrary, fmt: Format, raw: RawFloat, bits: int, control: RoundingControl
) -> _Integral:
    """Round to an integer of at most so many bits, or one more if it is the next power of two."""
    top = (1 << fmt.exponent_bits) - 1
    offset = -(fmt.bias + bits - 1)
    lowest = 1 + offset
    width = max(top + offset, -lowest, 1).bit_length() + 1
    builder = gates.builder
    kept_bits = bits + 1 + control.extra_bits
    with builder.scope("to_units", exponent=raw.exponent, significand=raw.significand):
        *height, is_below = exponent_sum(gates, (raw.exponent,), (), offset, width)
        wide = (ZERO,) * (kept_bits - len(raw.significand)) + raw.significand
        kept, sticky = denormalize(
            gates, wide, tuple(height), is_below, lowest=lowest, kept_bits=kept_bits
        )
        any_above = gates.or_(*height, name="any_above")
        is_large = gates.and_(any_above, gates.not_(is_below), name="large")
    lowest_kept = 1 + control.extra_bits
    below, integer = kept[:lowest_kept], kept[lowest_kept:]
    with builder.scope("round", significand=kept):
        up = control.round_up(gates, integer[0], below, sticky, raw.sign)
        magnitude = builder.name_word("integral", increment(gates, integer, up))
        return _Integral(magnitude, is_large, gates.or_(*below, sticky, name="inexact"))


def _as_float(
    gates: GateLibrary, fmt: Format, magnitude: Word, control: RoundingControl, sign: Bit
) -> Word:
    """Return the magnitude of an integer as a float, rounded."""
    is_zero = gates.not_(gates.or_(*magnitude, name="nonzero"))
    return round_moved(
        gates, fmt, magnitude, 0, is_zero=is_zero, control=control, sign=sign, name="integer"
    )


RECORDS = (
    Operation(
        name="round_to_integral",
        summary="y = the integral value next to a, to nearest even",
        operands=("a",),
        circuit=round_to_integral,
        result=Result.ROUNDED,
        order=161,
    ),
    Operation(
        name="exponent_of",
        summary="y = the exponent of a, as a float",
        operands=("a",),
        circuit=exponent_of,
        result=Result.ROUNDED,
        order=162,
    ),
    *(
        Operation(
            name=f"to_{name}",
            summary=f"y = a as {name}, rounded to nearest even",
            operands=("a",),
            circuit=partial(to_integer, to=integer),
            result=Result.ROUNDED,
            result_width=integer.width,
            order=165,
        )
        for name, integer in INTEGERS.items()
    ),
)
