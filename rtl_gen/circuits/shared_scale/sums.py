# SPDX-License-Identifier: Apache-2.0
"""Sums of products of single blocks, added up: exactly, or rounded one by one in a wide format.

The scales are no part of the products. For one block, the sum of their exponents only says where the
exact sum stands when it is rounded, so a scale of 8 bits costs one adder. The numbers of several
blocks are moved to their places in one number that is wide enough for every scale, and added there;
or each is rounded by itself, and floats are added in turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.operations.add import add
from spikefloat.rtl_gen.circuits.operations.convert import convert
from spikefloat.rtl_gen.circuits.operations.sign import relu as rectify
from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.fixed_point import round_moved
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands, place
from spikefloat.rtl_gen.circuits.parts.products import magnitude_value
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.circuits.parts.unpack import pack
from spikefloat.rtl_gen.circuits.shared_scale.rounding import round_at_height
from spikefloat.rtl_gen.circuits.shared_scale.scale import Scale, height_of
from spikefloat.rtl_gen.circuits.sums.exact import special_values
from spikefloat.rtl_gen.circuits.sums.terms import Term, Total, sum_terms
from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import gate_word, xor_word

__all__ = ["BIAS", "BlockSum", "add_blocks", "scaled_sum"]

#: Format of a bias.
BIAS = FORMATS["binary32"]


@dataclass(frozen=True)
class BlockSum:
    """An exact sum of products of two blocks: ``magnitude * 2**(scale.exponent + unit)``."""

    terms: Sequence[Term]  #: What is NaN or infinite of the products, where elements are floats.
    sign: Bit  #: That of a zero too.
    magnitude: Word
    is_nonzero: Bit
    scale: Scale  #: Its significand is part of the magnitude.
    unit: int
    largest: int  #: No magnitude is above it.


def scaled_sum(
    gates: GateLibrary,
    terms: Sequence[Term],
    total: Total,
    all_minus: Sequence[Bit],
    scale: Scale,
    unit: int,
    largest: int,
) -> BlockSum:
    """Return a sum of products with the scale of a block, whose significand is multiplied in.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    terms : sequence of Term
        What is NaN or infinite among the products.
    total : Total
        The sum without the scale.
    all_minus : sequence of Bit
        All set if a zero is -0 where the scale is zero.
    scale : Scale
        The scale, or the product of two.
    unit : int
        The lowest bit of the sum stands for ``2**unit``.
    largest : int
        No magnitude of the sum is above it.
    """
    sign, magnitude, is_nonzero = total.is_negative, total.magnitude, total.is_below[-1]
    if len(scale.significand) > 1:
        with gates.builder.scope("scaled", magnitude=magnitude, scale=scale.significand):
            magnitude = multiply_significands(gates, magnitude, scale.significand)
            # A scale that is zero makes a zero of every product, and each keeps its sign.
            minus = gates.and_(*all_minus, name="all_minus")
            sign = gates.mux(scale.is_zero, minus, sign, name="sign")
            is_nonzero = gates.and_(is_nonzero, gates.not_(scale.is_zero), name="nonzero")
            largest <<= len(scale.significand)
    return BlockSum(terms, sign, magnitude, is_nonzero, scale, unit + scale.unit, largest)


def add_blocks(
    gates: GateLibrary,
    sums: Sequence[BlockSum],
    to: Format,
    overflow: Overflow | None = None,
    *,
    wide: Format | None = None,
    bias: int | None = None,
    relu: bool = False,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the code of the sum of all blocks.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    sums : sequence of BlockSum
        Those of single blocks, in order.
    to : Format
        Format of the result.
    overflow : Overflow, optional
        What a value that is too large becomes, at each rounding.
    wide : Format, optional
        Format that the sum of each block is rounded into; these are added one after the other, then
        the bias, and rounded each time, and the last result is converted. Without it the sum is
        exact, and rounded once.
    bias : int, optional
        Code of a finite number of :data:`BIAS` that is added, too.
    relu : bool
        Whether a negative sum becomes +0, before it is rounded into the result.
    control : RoundingControl
        How an exact sum is rounded; to nearest even with ``wide`` or ReLU.
    """
    if wide is not None:
        return _add_rounded(gates, sums, to, overflow, wide, bias, relu)
    if len(sums) == 1 and bias is None:
        return _round_one(gates, sums[0], to, overflow, relu, control)
    total, unit = _add_exactly(gates, sums, bias)
    with gates.builder.scope("round", magnitude=total.magnitude):
        rounded = round_moved(
            gates,
            to,
            total.magnitude,
            unit,
            is_zero=gates.not_(total.is_below[-1]),
            control=control,
            sign=total.is_negative,
            name="sum",
        )
    return _pack(gates, sums, total, rounded, to, overflow, relu, control)


def _pack(
    gates: GateLibrary,
    sums: Sequence[BlockSum],
    total: Total,
    rounded: Word,
    to: Format,
    overflow: Overflow | None,
    relu: bool,
    control: RoundingControl,
) -> Word:
    """Return the code of a magnitude that is rounded, or of what the blocks have of special values."""
    terms = [term for one in sums for term in one.terms]
    with gates.builder.scope("special_values"):
        is_nan, is_infinite, sign = ZERO, ZERO, total.is_negative
        if terms:
            _, is_infinite, is_nan, sign = special_values(gates, terms, total, control)
        is_nan = gates.or_(is_nan, *(one.scale.is_nan for one in sums), name="any_nan")
        if relu:
            plus = gates.not_(sign)
            rounded = gates.builder.name_word("kept", gate_word(gates, rounded, plus))
            is_infinite, sign = gates.and_(is_infinite, plus, name="plus_infinity"), ZERO
    return pack(
        gates,
        to,
        resolve_overflow(to, overflow),
        sign=sign,
        magnitude=rounded,
        is_nan=is_nan,
        is_infinite=is_infinite,
        stays_finite=control.stays_finite(gates, sign),
    )


def _round_one(
    gates: GateLibrary,
    one: BlockSum,
    to: Format,
    overflow: Overflow | None,
    relu: bool = False,
    control: RoundingControl = NEAREST_EVEN,
) -> Word:
    """Return the code of the sum of one block, whose place the scales decide."""
    scale, builder = one.scale, gates.builder
    offset = len(one.magnitude) - 1 + one.unit
    with builder.scope("height", exponent=scale.exponent):
        height, is_below, lowest = height_of(
            gates, to, (scale.exponent,), offset, scale.lowest, scale.highest
        )
    is_zero = gates.not_(one.is_nonzero)
    with builder.scope("round", magnitude=one.magnitude):
        if control.is_plain:
            rounded = round_at_height(
                gates, to, one.magnitude, height, is_below, lowest=lowest, is_zero=is_zero
            )
        else:
            rounded = finish(
                gates,
                to,
                one.magnitude,
                height,
                is_below,
                lowest=lowest,
                max_zeros=None,
                zeros=(is_zero,),
                control=control,
                sign=one.sign,
            )
    total = Total(one.sign, one.magnitude, (one.is_nonzero,))
    return _pack(gates, [one], total, rounded, to, overflow, relu, control)


def _add_rounded(
    gates: GateLibrary,
    sums: Sequence[BlockSum],
    to: Format,
    overflow: Overflow | None,
    wide: Format,
    bias: int | None,
    relu: bool,
) -> Word:
    codes = []
    for number, one in enumerate(sums):
        with gates.builder.scope(f"result_{number}", magnitude=one.magnitude):
            codes.append(_round_one(gates, one, wide, overflow))
    if bias is not None:
        codes.append(convert(gates, BIAS, wide, constant(bias, BIAS.width), overflow))
    total = codes[0]
    for number, code in enumerate(codes[1:]):
        with gates.builder.scope(f"sum_{number}", a=total, b=code):
            total = add(gates, wide, total, code, overflow)
    if relu:
        with gates.builder.scope("activation", a=total):
            total = rectify(gates, wide, total)
    if wide == to:
        return total
    with gates.builder.scope("convert", code=total):
        return convert(gates, wide, to, total, overflow)


def _add_exactly(
    gates: GateLibrary, sums: Sequence[BlockSum], bias: int | None
) -> tuple[Total, int]:
    """Return the exact sum of all blocks, and the exponent of its lowest bit."""
    first = sums[0].sign
    lowest = min(one.scale.lowest for one in sums)
    moves = max(one.scale.highest for one in sums) - lowest
    unit, addend, own_unit = min(one.unit for one in sums), 0, 0
    if bias is not None:
        addend = magnitude_value(BIAS, bias & BIAS.magnitude_mask)
        own_unit = BIAS.min_exponent - BIAS.mantissa_bits - lowest
        spare = (addend & -addend).bit_length() - 1 if addend else 0
        unit = min(unit, own_unit + spare) if addend else unit
        addend = addend << own_unit - unit if own_unit > unit else addend >> unit - own_unit
    width = max(len(one.magnitude) + one.unit - unit for one in sums) + moves
    width = max(width, addend.bit_length())
    terms = []
    for number, one in enumerate(sums):
        with gates.builder.scope(f"place_{number}", magnitude=one.magnitude):
            differs = gates.xor(one.sign, first, name="differs") if number else ZERO
            same = gates.not_(differs) if number else ONE
            flipped = xor_word(gates, one.magnitude, same, "flipped")
            # Amounts of ``place`` begin at 2.
            below = (same,) * (2 - lowest + one.unit - unit)
            bits = place(gates, below + flipped, one.scale.exponent, same, width)
            terms.append(Term(one.sign, differs, same, bits, ZERO, ZERO, ZERO))
    largest = max(one.largest << one.unit - unit for one in sums) << moves
    if bias is not None:
        with gates.builder.scope("bias"):
            sign = ONE if bias & BIAS.sign_mask else ZERO
            differs = gates.xor(sign, first, name="differs")
            same = gates.not_(differs)
            flipped = xor_word(gates, constant(addend, width), same, "flipped")
            terms.append(Term(sign, differs, same, flipped, ZERO, ZERO, ZERO))
    total = sum_terms(gates, terms, max(largest, addend), False)
    return total, unit + lowest
