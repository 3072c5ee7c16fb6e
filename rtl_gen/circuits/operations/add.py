# SPDX-License-Identifier: Apache-2.0
"""The float adder and subtractor as a neuron graph.

The operand of smaller magnitude is moved to the right until both have one exponent, then added to
or subtracted from the larger one. What falls off to the right is kept as the sticky bit, so that
the one rounding, to nearest even, is exact.

How many bits below the mantissa are needed: two guard bits and the sticky bit. Let the exponents
differ by ``d``. For ``d <= 3`` nothing is lost: the sticky bit stands for the only bit that falls
off. For ``d >= 2`` the larger operand is normal and the smaller, moved, is below half of its hidden
bit; so a difference loses at most its top bit, and after moving up by that one position there is
one guard bit left for the half unit and the sticky bit for "more or less than half". One guard bit
fewer is too few from ``d = 3`` on; the test suite shows an operand pair of each format that goes
wrong. Where exponents differ by 2 at most (FP6 E2M3 and FP4 E2M1), one guard bit is enough. The
published library keeps the 12-bit significand of the paper instead.
"""

from collections.abc import Callable
from functools import partial

from spikefloat.rtl_gen.circuits.operation import Operation, Result
from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.quotient import exponent_sum
from spikefloat.rtl_gen.circuits.parts.rounding import normalize, round_significand
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary, PublishedGates
from spikefloat.rtl_gen.neurons.words import (
    at_least,
    gate_word,
    mux_word,
    shift_right_sticky,
    subtract,
)

__all__ = ["RECORDS", "add"]

#: Width of the significand in the published adder, the sticky bit included.
_PUBLISHED_WIDTH = 12


def add(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    b: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
    minus: bool = False,
    guard_bits: int | None = None,
    to: Format | None = None,
) -> Word:
    """Return the code of ``a + b``, or of ``a - b``, rounded once to nearest even.

    NaN if an operand is NaN or infinities cancel; an exact zero is +0 unless both addends are
    negative zeros.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operands and result.
    a, b : Word
        Codes of the operands.
    overflow : Overflow
        What a result beyond the largest finite value becomes; the format's default if None.
    control : RoundingControl
        How to round.
    minus : bool
        Whether to subtract ``b``.
    guard_bits : int, optional
        Bits kept below the mantissa, besides the sticky bit. By default what is needed, 2 or less,
        or in the published library what fills the paper's 12 bits.
    to : Format, optional
        Format of the result, if not that of the operands. It must have what the operands can
        bring about: infinity and NaN.

    Raises
    ------
    ValueError
        If the format cannot hold a sum (e8m0fnu), a width is wrong, or the policy does not fit
        the format.
    """
    policy = resolve_overflow(to or fmt, overflow)
    guard_bits = _guard_bits(gates, fmt, to, control) if guard_bits is None else guard_bits
    raw_a = unpack(gates, fmt, a, "unpack_a")
    raw_b = unpack(gates, fmt, b, "unpack_b")
    sign_b = gates.not_(raw_b.sign) if minus else raw_b.sign
    builder = gates.builder

    with builder.scope("compare", a=a, b=b):
        magnitude_bits = fmt.exponent_bits + fmt.mantissa_bits
        is_larger = at_least(gates, a[:magnitude_bits], b[:magnitude_bits])
        a_larger = builder.rename("a_larger", is_larger)
        opposite = gates.xor(raw_a.sign, sign_b, name="opposite")
    with builder.scope(
        "swap",
        a_exponent=raw_a.exponent,
        a_significand=raw_a.significand,
        b_exponent=raw_b.exponent,
        b_significand=raw_b.significand,
    ):
        exponent, large, small_exponent, small = _swap(gates, raw_a, raw_b, a_larger)
    with builder.scope("align", smaller=small, exponent=exponent, smaller_exponent=small_exponent):
        distance, _ = subtract(gates, exponent, small_exponent)
        builder.name_word("distance", distance)
        aligned = _align(gates, small, distance, guard_bits)
    with builder.scope("combine", larger=large, aligned=aligned):
        padded = (ZERO,) * (guard_bits + 1) + large
        bits, carry = gates.add_or_subtract(padded, aligned, opposite)
        total = builder.name_word("total", (*bits, carry))

    def early_sign() -> Bit:
        if not control.uses_sign:
            return ZERO
        return gates.mux(a_larger, raw_a.sign, sign_b, name="larger_sign")

    magnitude, is_nonzero = _round(gates, fmt, to, total, exponent, control, early_sign)
    with builder.scope("special_values"):
        is_nan, is_infinite = _special_values(gates, raw_a, raw_b, opposite, control)
        # The sign of the larger operand; that of an exact zero is a matter of the rounding.
        larger_sign = gates.mux(a_larger, raw_a.sign, sign_b, name="larger_sign")
        zero_sign = control.zero_sign(gates, raw_a.sign, sign_b, is_nonzero)
        sign = gates.and_or(larger_sign, is_nonzero, zero_sign, name="sign")
    return pack(
        gates,
        to or fmt,
        policy,
        sign=sign,
        magnitude=magnitude,
        is_nan=is_nan,
        is_infinite=is_infinite,
        stays_finite=control.stays_finite(gates, sign),
        flags=control.flags,
    )


def _special_values(
    gates: GateLibrary, a: RawFloat, b: RawFloat, opposite: Bit, control: RoundingControl
) -> tuple[Bit, Bit]:
    """Return whether the sum is NaN, and whether it is infinite; raise the invalid flag."""
    infinities_cancel = gates.and_(a.is_infinite, b.is_infinite, opposite, name="invalid")
    control.raise_invalid(gates, infinities_cancel, nans=(a.is_nan, b.is_nan))
    is_nan = gates.or_(a.is_nan, b.is_nan, infinities_cancel, name="nan")
    return is_nan, gates.or_(a.is_infinite, b.is_infinite, name="infinite")


def _guard_bits(
    gates: GateLibrary, fmt: Format, to: Format | None, control: RoundingControl
) -> int:
    """Return how many bits are needed below the mantissa, besides the sticky bit."""
    if to is not None:
        return 2 + control.extra_bits + max(to.precision - fmt.precision, 0)
    furthest = (fmt.max_code >> fmt.mantissa_bits) - 1  # difference of exponents
    guard_bits = max(min(2 + control.extra_bits, furthest - 1), control.extra_bits)
    if isinstance(gates, PublishedGates):
        return max(guard_bits, _PUBLISHED_WIDTH - fmt.precision - 1)
    return guard_bits


def _round(
    gates: GateLibrary,
    fmt: Format,
    to: Format | None,
    total: Word,
    exponent: Word,
    control: RoundingControl,
    sign: Callable[[], Bit],
) -> tuple[Word, Bit]:
    """Return the rounded magnitude of a sum, and whether it is not zero.

    The top bit of the sum stands for twice the hidden bit of the exponent. The sign is asked for in
    the scope that needs it.
    """
    builder = gates.builder
    if to is None:
        with builder.scope("normalize", total=total, exponent=exponent):
            normalized, sticky, left, is_nonzero = normalize(
                gates, total, exponent, kept_bits=fmt.precision + 1 + control.extra_bits
            )
        with builder.scope("round", significand=normalized, exponent=left):
            of_nonzero = gate_word(gates, left, is_nonzero)
            magnitude = round_significand(gates, of_nonzero, normalized, sticky, control, sign())
            return magnitude, is_nonzero
    offset = to.bias - fmt.bias
    with builder.scope("height", exponent=exponent):
        top = (1 << fmt.exponent_bits) - 1
        bits = max(abs(offset), abs(top + offset), (1 << to.exponent_bits) - 1).bit_length() + 1
        *height, is_below = exponent_sum(gates, (exponent,), (), offset, bits)
        is_nonzero = gates.or_(*total, name="nonzero")
    magnitude = finish(
        gates,
        to,
        total,
        tuple(height),
        is_below if offset < 0 else ZERO,
        lowest=1 + offset,
        max_zeros=None,
        zeros=(gates.not_(is_nonzero),),
        control=control,
        sign=sign(),
        name="sum",
    )
    return magnitude, is_nonzero


def _swap(
    gates: GateLibrary, a: RawFloat, b: RawFloat, a_larger: Bit
) -> tuple[Word, Word, Word, Word]:
    """Return exponent and significand of the larger, then of the smaller operand."""
    exponent = mux_word(gates, a_larger, a.exponent, b.exponent)
    large = mux_word(gates, a_larger, a.significand, b.significand)
    small_exponent = mux_word(gates, a_larger, b.exponent, a.exponent)
    small = mux_word(gates, a_larger, b.significand, a.significand)
    name_word = gates.builder.name_word
    return (
        name_word("exponent", exponent),
        name_word("larger", large),
        name_word("smaller_exponent", small_exponent),
        name_word("smaller", small),
    )


def _align(gates: GateLibrary, small: Word, distance: Word, guard_bits: int) -> Word:
    """Move the smaller significand right; return it with guard bits and, lowest, the sticky bit."""
    wide = (ZERO,) * guard_bits + small
    steps = min(len(wide).bit_length(), len(distance))
    moved, sticky = shift_right_sticky(gates, wide, distance[:steps], narrow_first=True)
    far = gates.or_(*distance[steps:], name="far")
    if far != ZERO:
        sticky = gates.and_or(far, gates.or_(*moved, name="lost"), sticky, name="sticky")
        moved = gate_word(gates, moved, gates.not_(far))
    return gates.builder.name_word("aligned", (sticky, *moved))


RECORDS = (
    Operation(
        name="add",
        summary="y = a + b, rounded to nearest even",
        operands=("a", "b"),
        circuit=add,
        result=Result.ROUNDED,
        order=20,
    ),
    Operation(
        name="subtract",
        summary="y = a - b, rounded to nearest even",
        operands=("a", "b"),
        circuit=partial(add, minus=True),
        result=Result.ROUNDED,
        order=30,
    ),
)
