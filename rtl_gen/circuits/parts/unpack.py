# SPDX-License-Identifier: Apache-2.0
"""Taking the code of a float apart, and putting one together, as neurons."""

from collections.abc import Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.parts.rounding_modes import FlagBits
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, NanEncoding, Overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import at_least, equal_constant

__all__ = ["RawFloat", "canonicalize", "pack", "raise_signalling", "unpack"]


@dataclass(frozen=True)
class RawFloat:
    """Unpacked float: ``significand * 2**(exponent - bias - mantissa_bits)``, negated if ``sign``.

    Each flag overrides the fields after it. The exponent of a subnormal is 1, as that of the
    smallest normals, and its significand has no hidden bit.
    """

    is_nan: Bit
    is_infinite: Bit
    is_zero: Bit
    sign: Bit
    exponent: Word  #: Biased.
    significand: Word


def unpack(gates: GateLibrary, fmt: Format, code: Word, name: str = "unpack") -> RawFloat:
    """Take a code apart.

    Raises
    ------
    ValueError
        If the code has not the width of the format, or the format has no zero (e8m0fnu, which is
        a scale and no operand).
    """
    if len(code) != fmt.width:
        raise InputError(f"Code must have {fmt.width} bits for {fmt.name}, not {len(code)}")
    if not fmt.has_zero:
        raise InputError(f"Operand format must have a zero and a sign, not {fmt.name}")
    mantissa = code[: fmt.mantissa_bits]
    field = code[fmt.mantissa_bits : fmt.mantissa_bits + fmt.exponent_bits]
    builder = gates.builder
    with builder.scope(name, code=code):
        normal = gates.or_(*field, name="normal")
        is_nonzero = gates.or_(*mantissa, *field, name="nonzero")
        exponent = (gates.or_(field[0], gates.not_(normal), name="exponent_low"), *field[1:])
        is_zero = gates.not_(is_nonzero)
        is_nan = is_infinite = ZERO
        match fmt.nan:
            case NanEncoding.IEEE:
                top = gates.and_(*field, name="top_exponent")
                any_mantissa = gates.or_(*mantissa, name="any_mantissa")
                is_nan = gates.and_(top, any_mantissa, name="nan")
                is_infinite = gates.and_(top, gates.not_(any_mantissa), name="infinite")
            case NanEncoding.ALL_ONES:
                is_nan = gates.and_(*mantissa, *field, name="nan")
            case NanEncoding.NEGATIVE_ZERO:
                is_nan = gates.and_(code[-1], is_zero, name="nan")
        if fmt.is_extended:
            highest = equal_constant(gates, (*mantissa, *field), fmt.max_code + 1)
            is_infinite = builder.rename("infinite", highest)
    return RawFloat(
        is_nan=is_nan,
        is_infinite=is_infinite,
        is_zero=is_zero,
        sign=code[-1] if fmt.is_signed else ZERO,
        exponent=exponent,
        significand=(*mantissa, normal),
    )


def raise_signalling(
    gates: GateLibrary, flags: FlagBits | None, formats: Sequence[Format], codes: Sequence[Word]
) -> None:
    """Collect whether an operand is a signalling NaN, which is invalid (IEEE 754-2019, 7.2 a).

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    flags : FlagBits, optional
        Where flags are collected, if at all.
    formats : sequence of Format
        Format of each operand; one without signalling NaNs takes no neurons.
    codes : sequence of Word
        Codes of the operands.
    """
    if flags is None:
        return
    signals = []
    for fmt, code in zip(formats, codes, strict=True):
        if fmt.has_signalling_nan:
            # Taken apart once more, which takes no neurons where the operation has done it.
            raw = unpack(gates, fmt, code, "unpack_nan")
            quiet = raw.significand[fmt.mantissa_bits - 1]
            with gates.builder.scope("signalling", code=code):
                signals.append(gates.and_(raw.is_nan, gates.not_(quiet), name="signalling"))
    flags.signalling = gates.or_(*signals, name="signalling")


def canonicalize(gates: GateLibrary, fmt: Format, code: Word, is_nan: Bit) -> Word:
    """Return ``code``, with its NaN replaced by the canonical one.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    fmt : Format
        Format of the code.
    code : Word
        Code.
    is_nan : Bit
        Whether the code is NaN.
    """
    if fmt.nan_code is None or not fmt.is_signed or fmt.nan is NanEncoding.NEGATIVE_ZERO:
        return code  # no NaN, or only one
    # The exponent of every NaN is that of the canonical one.
    mantissa = (
        _force(gates, code[: fmt.mantissa_bits], is_nan, fmt.nan_code & fmt.mantissa_mask)
        if fmt.nan is NanEncoding.IEEE
        else code[: fmt.mantissa_bits]
    )
    sign = gates.and_(code[-1], gates.not_(is_nan), name="sign")
    return (*mantissa, *code[fmt.mantissa_bits : -1], sign)


def pack(
    gates: GateLibrary,
    fmt: Format,
    overflow: Overflow,
    *,
    sign: Bit,
    magnitude: Word,
    is_nan: Bit,
    is_infinite: Bit,
    too_large: Bit | None = None,
    stays_finite: Bit = ZERO,
    flags: FlagBits | None = None,
) -> Word:
    """Put a code together: apply the overflow policy and the special values.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    fmt : Format
        Format of the result.
    overflow : Overflow
        What a magnitude beyond the largest finite one becomes.
    sign : Bit
        Sign of the result, of zero too; ignored if the format has none.
    magnitude : Word
        Rounded exponent and mantissa, as a number that counts on beyond the largest finite code;
        ``exponent_bits + mantissa_bits`` bits or more. Ignored if a flag below is set.
    is_nan : Bit
        Whether the result is NaN; overrides ``is_infinite``. Where the format has no NaN, the
        result is a zero of the opposite sign.
    is_infinite : Bit
        Whether the result is infinite because of its operands. Where the format has no infinity,
        that is an overflow.
    too_large : Bit, optional
        Whether the magnitude is beyond the largest finite one, if that is known (ZERO if it cannot
        be); else it is compared.
    stays_finite : Bit
        Whether a magnitude that is too large becomes the largest finite one even where the policy
        says otherwise, because of how it is rounded.
    flags : FlagBits, optional
        Where to collect whether the result overflows.
    """
    width = fmt.exponent_bits + fmt.mantissa_bits
    with gates.builder.scope("pack", magnitude=magnitude):
        limit = fmt.max_code + 1
        if too_large is None:
            too_large = (
                at_least(gates, magnitude, constant(limit, len(magnitude)))
                if limit < 1 << len(magnitude)
                else ZERO
            )
        if flags is not None:
            special = gates.or_(is_nan, is_infinite, name="special")
            flags.is_finite = gates.not_(special)
            flags.overflow = too_large
            if not fmt.has_infinity or overflow is Overflow.SATURATE_FINITE:
                flags.lost_infinity = gates.and_(is_infinite, gates.not_(is_nan), name="lost")
        to_largest, to_infinity = _beyond(
            gates, fmt, overflow, too_large, is_infinite, stays_finite
        )
        bits = _force(gates, magnitude[:width], to_largest, fmt.max_code)
        if fmt.infinity_code is not None:
            bits = _force(gates, bits, to_infinity, fmt.infinity_code)
        elif not overflow.saturates:
            is_nan = gates.or_(is_nan, to_infinity, name="nan")
        if fmt.nan is NanEncoding.NEGATIVE_ZERO:
            # Zero has no sign here, and the sign bit alone means NaN.
            bits = _force(gates, bits, is_nan, 0)
            nonzero = gates.or_(*bits, name="nonzero")
            sign = gates.and_or(sign, nonzero, is_nan, name="sign")
        elif fmt.nan_code is not None:
            bits = _force(gates, bits, is_nan, fmt.nan_code)
            sign = gates.and_(sign, gates.not_(is_nan), name="sign")
        else:
            bits = _force(gates, bits, is_nan, 0)
            sign = gates.xor(sign, is_nan, name="sign")
        return gates.builder.name_word("result", (*bits, sign) if fmt.is_signed else bits)


def _beyond(
    gates: GateLibrary,
    fmt: Format,
    overflow: Overflow,
    too_large: Bit,
    is_infinite: Bit,
    stays_finite: Bit,
) -> tuple[Bit, Bit]:
    """Return whether the result is the largest finite value, and whether infinity (or NaN)."""
    if overflow is Overflow.SATURATE and fmt.has_infinity:
        return too_large, is_infinite
    if overflow.saturates:
        return gates.or_(too_large, is_infinite, name="too_large"), ZERO
    to_largest = ZERO
    if stays_finite != ZERO:
        to_largest = gates.and_(too_large, stays_finite, name="limited")
        too_large = gates.and_(too_large, gates.not_(stays_finite), name="beyond")
    if fmt.has_infinity:
        return to_largest, gates.or_(is_infinite, too_large, name="infinite")
    return to_largest, gates.or_(too_large, is_infinite, name="too_large")


def _force(gates: GateLibrary, bits: Word, condition: Bit, code: int) -> Word:
    """Return ``code`` if ``condition`` is set, else ``bits``."""
    if condition == ZERO:
        return bits
    keep = gates.not_(condition)
    return tuple(
        gates.or_(bit, condition, name="forced")
        if code >> i & 1
        else gates.and_(bit, keep, name="forced")
        for i, bit in enumerate(bits)
    )
