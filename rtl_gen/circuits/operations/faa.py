# SPDX-License-Identifier: Apache-2.0
"""The fused sum of three floats as a neuron graph: ``a + b + c`` with one rounding.

Each significand is moved to its place in a fixed-point number that holds every value of the format,
so that nothing is lost before the rounding. Signs count relative to that of ``c``; so at most two
terms are complemented, and there are two free carries for what that is short of.
"""

from spikefloat.rtl_gen.circuits.operation import Operation, Result, has_arithmetic
from spikefloat.rtl_gen.circuits.parts.fixed_point import round_moved
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import add, increment, shift_left

__all__ = ["RECORDS", "faa", "fixed_width", "has_short_range"]

#: Most bits of the fixed-point number; it grows with the range of the exponents.
_MAX_WIDTH = 64


def fixed_width(fmt: Format) -> int:
    """Return the number of bits that the magnitude of every value takes, in smallest subnormals."""
    return (fmt.max_code >> fmt.mantissa_bits) - 1 + fmt.precision


def has_short_range(fmt: Format) -> bool:
    """Tell whether a fixed-point number for all values of a format is short enough."""
    return has_arithmetic(fmt) and fixed_width(fmt) <= _MAX_WIDTH


def faa(
    gates: GateLibrary,
    fmt: Format,
    a: Word,
    b: Word,
    c: Word,
    overflow: Overflow | None = None,
    *,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the code of ``a + b + c``, rounded once (P3109's FAA).

    NaN if an operand is NaN, or infinities of both signs meet; an exact zero is +0 unless all three
    are negative zeros.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of operands and result.
    a, b, c : Word
        Codes of the operands.
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
    raws = [
        unpack(gates, fmt, code, f"unpack_{name}")
        for name, code in zip("abc", (a, b, c), strict=True)
    ]
    magnitude, is_negative = _sum(gates, fmt, raws)
    builder = gates.builder
    with builder.scope("special_values"):
        is_nonzero = gates.or_(*magnitude, name="nonzero")
        rounded_sign = gates.xor(raws[-1].sign, is_negative, name="rounded_sign")
        invalid, is_infinite, any_minus = _infinities(gates, raws, control)
        signs = [raw.sign for raw in raws]
        zero_sign = control.zero_sign(
            gates,
            gates.and_(*signs, name="all_negative"),
            gates.or_(*signs, name="any_negative"),
            gates.or_(is_nonzero, is_infinite, name="has_sign"),
        )
        finite_sign = gates.mux(is_nonzero, rounded_sign, zero_sign, name="finite_sign")
        sign = gates.mux(is_infinite, any_minus, finite_sign, name="sign")
    rounded = round_moved(
        gates,
        fmt,
        magnitude,
        fmt.min_exponent - fmt.mantissa_bits,
        is_zero=gates.not_(is_nonzero),
        control=control,
        sign=rounded_sign,
        name="sum",
    )
    return pack(
        gates,
        fmt,
        policy,
        sign=sign,
        magnitude=rounded,
        is_nan=gates.or_(invalid, *(raw.is_nan for raw in raws), name="nan"),
        is_infinite=is_infinite,
        stays_finite=control.stays_finite(gates, sign),
        flags=control.flags,
    )


def _infinities(
    gates: GateLibrary, raws: list[RawFloat], control: RoundingControl
) -> tuple[Bit, Bit, Bit]:
    """Return whether infinities of both signs meet, or any is there, or a negative one."""
    plus = [gates.and_(raw.is_infinite, gates.not_(raw.sign), name="plus") for raw in raws]
    minus = [gates.and_(raw.is_infinite, raw.sign, name="minus") for raw in raws]
    any_plus, any_minus = gates.or_(*plus, name="any_plus"), gates.or_(*minus, name="any_minus")
    invalid = gates.and_(any_plus, any_minus, name="invalid")
    control.raise_invalid(gates, invalid, nans=tuple(raw.is_nan for raw in raws))
    is_infinite = gates.or_(any_plus, any_minus, name="infinite")
    return invalid, is_infinite, any_minus


def _sum(gates: GateLibrary, fmt: Format, raws: list[RawFloat]) -> tuple[Word, Bit]:
    """Return the magnitude of the sum, and whether its sign is not that of the last operand."""
    builder = gates.builder
    width = fixed_width(fmt)
    rows, opposites = [], []
    for name, raw in zip("abc", raws, strict=True):
        with builder.scope(f"place_{name}", exponent=raw.exponent, significand=raw.significand):
            ones = constant((1 << fmt.exponent_bits) - 1, fmt.exponent_bits)
            amount = add(gates, raw.exponent, ones)[:-1]  # one less
            padded = raw.significand + (ZERO,) * (width - fmt.precision)
            placed = builder.name_word("placed", shift_left(gates, padded, amount))
            if name != "c":
                opposite = gates.xor(raw.sign, raws[-1].sign, name="opposite")
                opposites.append(opposite)
                placed = tuple(gates.xor(bit, opposite, name="flipped") for bit in placed)
                placed += (opposite,) * 3
            else:
                placed += (ZERO,) * 3
            rows.append(placed)
    with builder.scope("sum", a=rows[0], b=rows[1], c=rows[2]):
        columns = [gates.full_adder(*bits) for bits in zip(*rows, strict=True)]
        sums = tuple(column[0] for column in columns)
        carries = (opposites[0], *(column[1] for column in columns[:-1]))
        *total, is_negative = add(gates, sums, carries, opposites[1])[:-1]
        flipped = tuple(gates.xor(bit, is_negative, name="flipped") for bit in total)
        return builder.name_word(
            "magnitude", increment(gates, flipped, is_negative)[:-1]
        ), is_negative


RECORDS = (
    Operation(
        name="faa",
        summary="y = a + b + c, rounded once to nearest even",
        operands=("a", "b", "c"),
        circuit=faa,
        result=Result.ROUNDED,
        formats=has_short_range,
        order=45,
    ),
)
