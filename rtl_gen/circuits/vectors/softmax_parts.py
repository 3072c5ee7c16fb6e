# SPDX-License-Identifier: Apache-2.0
"""What softmax does with one element: its power of e, that in its place in a sum, and its share."""

from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.placing import place
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.circuits.shared_scale.scale import height_of
from spikefloat.rtl_gen.circuits.vectors.exponential import Exponential, exponential
from spikefloat.rtl_gen.circuits.vectors.sums import value_width
from spikefloat.rtl_gen.formats import Format, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import leading_zero_count, or_shift_left, xor_word

__all__ = ["maximum_value", "normalized", "placed_power", "power_of", "power_width", "share"]


def maximum_value(gates: GateLibrary, fmt: Format, largest: Word) -> tuple[Word, Bit]:
    """Return the largest element as a number, for :func:`power_of`, and whether results are NaN."""
    top = unpack(gates, fmt, largest, "unpack_maximum")
    with gates.builder.scope("maximum", code=largest):
        value = _value(gates, fmt, top)
        # Of infinities, at least one is less than itself.
        return value, gates.or_(top.is_nan, top.is_infinite, name="nan")


def power_of(gates: GateLibrary, fmt: Format, made: Exponential, top: Word, code: Word) -> Word:
    """Return the code of the power of e of an element less the largest."""
    raw = unpack(gates, fmt, code)
    difference = _difference(gates, top, _value(gates, fmt, raw))
    return exponential(gates, made, difference, raw.is_infinite)


def placed_power(gates: GateLibrary, made: Exponential, term: RawFloat) -> Word:
    """Return a power in units of the smallest one."""
    return place(gates, (ZERO, *term.significand), term.exponent, ZERO, power_width(made))


def power_width(made: Exponential) -> int:
    """Return the bits of a power in units of the smallest: the largest is one, all its digits below."""
    return made.format.bias + made.format.mantissa_bits


def normalized(gates: GateLibrary, total: Word, extra: int) -> tuple[Word, Word]:
    """Return a sum with its leading one at the top, and by how much it was moved up.

    The leading one is in the upper ``extra`` bits, as the sum is at least one.
    """
    with gates.builder.scope("normalize", total=total):
        zeros, _ = leading_zero_count(gates, total[-extra:])
        moved = or_shift_left(gates, total, zeros)
        return gates.builder.name_word("moved", moved), gates.builder.name_word("zeros", zeros)


def share(
    gates: GateLibrary,
    made: Exponential,
    to: Format,
    term: RawFloat,
    quotient: tuple[Word, Bit],
    zeros: Word,
    count: int,
    is_nan: Bit,
) -> Word:
    """Return the code of a power divided by the sum of ``count`` powers, rounded once."""
    return pack(
        gates,
        to,
        resolve_overflow(to, None),
        sign=ZERO,
        magnitude=_round(gates, made, to, term, quotient, zeros, count),
        is_nan=is_nan,
        is_infinite=ZERO,
        too_large=ZERO,
    )


def _value(gates: GateLibrary, fmt: Format, raw: RawFloat) -> Word:
    """Return a number in two's complement, in units of the smallest one."""
    flipped = xor_word(gates, raw.significand, raw.sign, "flipped")
    width = value_width(fmt)
    placed = place(gates, (raw.sign, *flipped), raw.exponent, raw.sign, width)
    # The complement is one less than the number.
    return gates.builder.name_word("value", (*placed, raw.sign))


def _difference(gates: GateLibrary, top: Word, value: Word) -> Word:
    """Return a difference that is not negative, of numbers whose negatives are one too small."""
    # top - value is top + ~value + 1; what either is short of is one.
    minus = tuple(gates.not_(bit) for bit in value)
    width = len(top) + 1
    carry = top[-1]
    columns = Columns(width)
    columns.add((*top, top[-1]))
    columns.add((*minus, minus[-1]))
    columns.add((carry,))
    columns.add((gates.not_(value[-1]),))
    return gates.builder.name_word("difference", columns.total(gates)[:-1])


def _round(
    gates: GateLibrary,
    made: Exponential,
    to: Format,
    term: RawFloat,
    quotient: tuple[Word, Bit],
    zeros: Word,
    count: int,
) -> Word:
    """Return the rounded quotient of significands, times the power of two that is due."""
    top = count.bit_length() - 1
    offset = -top - made.format.bias
    digits, inexact = quotient
    height, is_below, lowest = height_of(
        gates, to, (term.exponent, zeros), offset, 1, made.format.bias + top
    )
    return finish(
        gates,
        to,
        digits,
        height,
        is_below,
        lowest=lowest,
        # Only the smallest powers are subnormal, and so is what they give.
        max_zeros=1,
        zeros=(term.is_zero,),
        control=NEAREST_EVEN,
        sign=ZERO,
        sticky=inexact,
        name="quotient",
    )
