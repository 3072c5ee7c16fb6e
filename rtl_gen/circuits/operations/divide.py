# SPDX-License-Identifier: Apache-2.0
"""Quotients as a neuron graph.

Both significands are moved up until their leading ones stand at the top, then divided digit by
digit, one row of neurons for each; a digit more than is rounded, and whether anything is left over,
are all that a rounding needs.
"""

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.quotient import (
    divide_significands,
    exponent_sum,
    normalize_operand,
)
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["digit_count", "divide", "reciprocal"]


def divide(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    b: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
    digits: tuple[Word, Bit] | None = None,
) -> Word:
    """Return the code of ``a / b``, rounded once.

    NaN if an operand is NaN, for 0 / 0 and for infinity / infinity. Any other number divided by
    zero is infinite, with the exclusive or of the signs; NaN in a format whose zero has no sign.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operands and result.
    a, b : Word
        Codes of the operands.
    overflow : Overflow
        What a result beyond the largest finite value becomes; the format's default if None. In a
        format without infinity that is also what division by zero gives.
    control : RoundingControl
        How to round.
    digits : tuple of Word and Bit, optional
        Quotient of the significands and whether it is inexact, if they come from elsewhere.

    Raises
    ------
    ValueError
        If the format has no zero or no sign, a width is wrong, or the policy does not fit.
    """
    policy = resolve_overflow(fmt, overflow)
    raw_a, raw_b = unpack(gates, fmt, a, "unpack_a"), unpack(gates, fmt, b, "unpack_b")
    builder = gates.builder
    dividend, zeros_a = normalize_operand(gates, raw_a, "normalize_a")
    divisor, zeros_b = normalize_operand(gates, raw_b, "normalize_b")
    count = digit_count(fmt, control)
    quotient, inexact = digits or divide_significands(gates, dividend, divisor, count)
    # The top digit is worth 2**(exponent of a - exponent of b).
    top = (1 << fmt.exponent_bits) - 1
    offset = fmt.bias - 1
    lowest = 1 - fmt.mantissa_bits - top + offset
    highest = top - (1 - fmt.mantissa_bits) + offset
    bits = max(highest, -lowest).bit_length() + 1
    with builder.scope("exponent_difference", a=raw_a.exponent, b=raw_b.exponent):
        *height, is_below = exponent_sum(
            gates, (raw_a.exponent, zeros_b), (raw_b.exponent, zeros_a), offset, bits
        )
    with builder.scope("special_values"):
        sign = gates.xor(raw_a.sign, raw_b.sign, name="sign")
        is_nan, is_infinite = _special_values(gates, fmt, raw_a, raw_b, control)
        # Nothing is left of a quotient by infinity.
        counts = gates.not_(raw_b.is_infinite)
        quotient = tuple(gates.and_(bit, counts, name="quotient") for bit in quotient)
        inexact = gates.and_(inexact, counts, name="inexact")
    magnitude = finish(
        gates,
        fmt,
        quotient,
        tuple(height),
        is_below,
        lowest=lowest,
        max_zeros=1,
        zeros=(raw_a.is_zero, raw_b.is_infinite),
        control=control,
        sign=sign,
        sticky=inexact,
        name="quotient",
    )
    return pack(
        gates,
        fmt,
        policy,
        sign=sign,
        magnitude=magnitude,
        is_nan=is_nan,
        is_infinite=is_infinite,
        stays_finite=control.stays_finite(gates, sign),
        flags=control.flags,
    )


def _special_values(
    gates: GateLibrary, fmt: Format, a: RawFloat, b: RawFloat, control: RoundingControl
) -> tuple[Bit, Bit]:
    """Return whether the quotient is NaN, and whether it is infinite; raise the flags of both."""
    zeros = gates.and_(a.is_zero, b.is_zero, name="invalid")
    infinities = gates.and_(a.is_infinite, b.is_infinite, name="invalid")
    no_quotient = zeros if fmt.has_negative_zero else b.is_zero
    is_nan = gates.or_(a.is_nan, b.is_nan, no_quotient, infinities, name="nan")
    nans = (a.is_nan, b.is_nan)
    control.raise_invalid(gates, zeros, infinities, nans=nans)
    if control.flags is not None:
        no_number = gates.or_(a.is_zero, a.is_infinite, name="no_number")
        by_zero = gates.and_(b.is_zero, gates.not_(no_number), name="by_zero")
        control.raise_divide_by_zero(gates, by_zero, nans)
    is_infinite = a.is_infinite
    if fmt.has_negative_zero:
        is_infinite = gates.or_(a.is_infinite, b.is_zero, name="infinite")
    return is_nan, is_infinite


def digit_count(fmt: Format, control: RoundingControl) -> int:
    """Return how many digits a quotient needs: one may be a leading zero, and one is rounded."""
    return fmt.precision + 2 + control.extra_bits


def reciprocal(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the code of ``1 / a``, rounded once; see :func:`divide`."""
    one = constant(fmt.bias << fmt.mantissa_bits, fmt.width)
    return divide(gates, fmt, one, a, overflow, control=control)


RECORDS = (
    Operation(
        name="divide",
        summary="y = a / b, rounded to nearest even",
        operands=("a", "b"),
        circuit=divide,
        result=Result.ROUNDED,
        order=35,
    ),
    Operation(
        name="reciprocal",
        summary="y = 1 / a, rounded to nearest even",
        operands=("a",),
        circuit=reciprocal,
        result=Result.ROUNDED,
        order=36,
    ),
)
