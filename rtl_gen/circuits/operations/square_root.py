# SPDX-License-Identifier: Apache-2.0
"""Square roots, and their reciprocals, as neuron graphs.

The significand is moved up until its leading one stands at the top; one place further, if the
exponent is odd, so that half the exponent is whole. The root then comes digit by digit.
"""

from typing import NamedTuple

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.quotient import (
    divide_significands,
    exponent_sum,
    normalize_operand,
    root_of_significand,
)
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import mux_word

__all__ = ["digit_count", "radicand_of", "reciprocal_root", "square_root"]


def square_root(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
    digits: tuple[Word, Bit] | None = None,
) -> Word:
    """Return the code of the square root of ``a``, rounded once.

    NaN if ``a`` is NaN or negative; the root of -0 is -0.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operand and result.
    a : Word
        Code of the operand.
    overflow : Overflow
        What becomes of infinity, with the policy for finite values only.
    control : RoundingControl
        How to round.
    digits : tuple of Word and Bit, optional
        Root of the significand and whether it is inexact, if they come from elsewhere.

    Raises
    ------
    ValueError
        If the format has no zero or no sign, a width is wrong, or the policy does not fit.
    """
    policy = resolve_overflow(fmt, overflow)
    raw = unpack(gates, fmt, a)
    radicand, half = radicand_of(gates, fmt, raw)
    count = digit_count(fmt, control)
    root, inexact = digits or root_of_significand(gates, radicand, count)
    height = _Height.of(gates, fmt, half, sign=1)
    magnitude = height.finish(gates, fmt, root, inexact, raw, control, (raw.is_zero,))
    with gates.builder.scope("special_values"):
        is_nan, sign = _negative(gates, raw, control)
    return pack(
        gates,
        fmt,
        policy,
        sign=sign,
        magnitude=magnitude,
        is_nan=is_nan,
        is_infinite=raw.is_infinite,
        too_large=ZERO,
        flags=control.flags,
    )


def reciprocal_root(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the code of one divided by the square root of ``a``, rounded once.

    NaN if ``a`` is NaN or negative; infinity with the sign of ``a`` if that is zero, or NaN in a
    format whose zero has no sign; zero if it is infinite. See :func:`square_root`.
    """
    policy = resolve_overflow(fmt, overflow)
    raw = unpack(gates, fmt, a)
    radicand, half = radicand_of(gates, fmt, raw)
    digits = fmt.precision + 2 + control.extra_bits
    one = (*(ZERO,) * (len(radicand) - 2), ONE, ZERO)
    quotient, rest = divide_significands(gates, one, radicand, 2 * digits - 1)
    root, inexact = root_of_significand(gates, (*quotient, ZERO), digits, rest)
    counts = gates.not_(raw.is_infinite)
    root = tuple(gates.and_(bit, counts, name="root") for bit in root)
    inexact = gates.and_(inexact, counts, name="inexact")
    height = _Height.of(gates, fmt, half, sign=-1)
    magnitude = height.finish(gates, fmt, root, inexact, raw, control, (raw.is_infinite,))
    with gates.builder.scope("special_values"):
        is_nan, sign = _negative(gates, raw, control)
        is_infinite = raw.is_zero
        control.raise_divide_by_zero(gates, raw.is_zero, (raw.is_nan,))
        if not fmt.has_negative_zero:
            is_nan, is_infinite = gates.or_(is_nan, raw.is_zero, name="nan"), ZERO
    largest = 1 / fmt.min_value  # the square of the largest result
    return pack(
        gates,
        fmt,
        policy,
        sign=sign,
        magnitude=magnitude,
        is_nan=is_nan,
        is_infinite=is_infinite,
        too_large=None if largest > fmt.max_value**2 else ZERO,
        stays_finite=control.stays_finite(gates, sign),
        flags=control.flags,
    )


def digit_count(fmt: Format, control: RoundingControl) -> int:
    """Return how many digits a root needs, of which the last one is rounded."""
    return fmt.precision + 1 + control.extra_bits


def radicand_of(gates: GateLibrary, fmt: Format, raw: RawFloat) -> tuple[Word, Word]:
    """Return the significand with two bits before the point, and half the exponent, rounded down.

    The significand is from one to four; half the exponent is in two's complement.
    """
    moved, amount = normalize_operand(gates, raw, "normalize_a")
    top = (1 << fmt.exponent_bits) - 1
    bits = (top + fmt.mantissa_bits + fmt.bias).bit_length() + 1
    with gates.builder.scope("exponent", exponent=raw.exponent, amount=amount):
        odd, *half = exponent_sum(gates, (raw.exponent,), (amount,), -fmt.bias, bits)
    # An even number of bits, as a root takes them in pairs.
    padding = (ZERO,) * ((len(moved) + 1) % 2)
    return mux_word(gates, odd, (*padding, ZERO, *moved), (*padding, *moved, ZERO)), tuple(half)


class _Height(NamedTuple):
    """The height of the first digit of a root above the smallest normals."""

    word: Word
    is_below: Bit
    lowest: int

    @classmethod
    def of(cls, gates: GateLibrary, fmt: Format, half: Word, sign: int) -> "_Height":
        """Return the height that belongs to half an exponent, or to its negative."""
        top = (1 << fmt.exponent_bits) - 1
        ends = ((1 - fmt.mantissa_bits - fmt.bias) // 2, (top - fmt.bias) // 2)
        heights = sorted(sign * end + fmt.bias - 1 for end in ends)
        width = max(abs(heights[0]), abs(heights[1]) + 1, 1).bit_length() + 1
        extended = (*half, *(half[-1],) * width)[:width]
        plus: tuple[Word, ...] = (extended,) if sign > 0 else ()
        minus: tuple[Word, ...] = () if sign > 0 else (extended,)
        with gates.builder.scope("height", half=half):
            *word, is_below = exponent_sum(gates, plus, minus, fmt.bias - 1, width)
        return cls(tuple(word), is_below if heights[0] < 0 else ZERO, heights[0])

    def finish(
        self,
        gates: GateLibrary,
        fmt: Format,
        root: Word,
        inexact: Bit,
        raw: RawFloat,
        control: RoundingControl,
        zeros: tuple[Bit, ...],
    ) -> Word:
        """Return the rounded magnitude of a root of this height, which has a leading zero at most."""
        return finish(
            gates,
            fmt,
            root,
            self.word,
            self.is_below,
            lowest=self.lowest,
            max_zeros=1,
            zeros=zeros,
            control=control,
            sign=raw.sign,
            sticky=inexact,
            name="root",
        )


def _negative(gates: GateLibrary, raw: RawFloat, control: RoundingControl) -> tuple[Bit, Bit]:
    """Return whether the root is NaN, and its sign: that of a zero."""
    invalid = gates.and_(raw.sign, gates.not_(raw.is_zero), name="invalid")
    control.raise_invalid(gates, invalid, nans=(raw.is_nan,))
    return gates.or_(raw.is_nan, invalid, name="nan"), raw.sign


RECORDS = (
    Operation(
        name="square_root",
        summary="y = sqrt(a), rounded to nearest even",
        operands=("a",),
        circuit=square_root,
        result=Result.ROUNDED,
        order=37,
    ),
    Operation(
        name="reciprocal_root",
        summary="y = 1 / sqrt(a), rounded once to nearest even",
        operands=("a",),
        circuit=reciprocal_root,
        result=Result.ROUNDED,
        order=38,
    ),
)
