# SPDX-License-Identifier: Apache-2.0
"""The float multiplier as a neuron graph.

The significands are multiplied exactly; the product is then moved so that its leading one stands
at the top, or so that its exponent is that of the subnormals: to the left for a subnormal operand,
to the right (denormalising) for a small result. What falls off to the right is kept as the sticky
bit (the "sticky-extra" of arXiv 2512.07724), so that the one rounding, to nearest even, is exact.
"""

from rtl_gen.formats import Format, Overflow, resolve_overflow
from rtl_gen.neurons.builder import ZERO, Bit, Word, constant
from rtl_gen.neurons.gates import GateLibrary
from rtl_gen.neurons.words import (
    add,
    array_multiply,
    at_least,
    gate_word,
    increment,
    invert,
    leading_zero_count,
    mux_word,
    or_shift_left,
    shift_right_sticky,
    subtract,
)

from .unpack import RawFloat, pack, unpack

__all__ = ["multiply", "round_to_nearest_even"]


def multiply(
    gates: GateLibrary, fmt: Format, a: Word, b: Word, overflow: Overflow | None = None
) -> Word:
    """Return the code of ``a * b``, rounded once to nearest even.

    NaN if an operand is NaN or infinity meets zero; infinity if an operand is infinite; the sign
    of a result that is not NaN is the exclusive or of the signs, of zero too where zero has one.

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

    Raises
    ------
    ValueError
        If the format cannot hold a product (e8m0fnu), a width is wrong, or the policy does not
        fit the format.
    """
    policy = resolve_overflow(fmt, overflow)
    raw_a = unpack(gates, fmt, a, "unpack_a")
    raw_b = unpack(gates, fmt, b, "unpack_b")
    builder = gates.builder

    with builder.scope("significand_product", a=raw_a.significand, b=raw_b.significand):
        product = builder.name_word(
            "product", array_multiply(gates, raw_a.significand, raw_b.significand))
    with builder.scope("exponent_sum", a=raw_a.exponent, b=raw_b.exponent):
        height, is_below = _exponent(gates, fmt, raw_a, raw_b)

    with builder.scope("normalize", product=product, height=height):
        normalized, exponent = _normalize(gates, fmt, product, height, is_below)
    with builder.scope("denormalize", significand=normalized, height=height):
        significand, sticky = _denormalize(gates, fmt, normalized, height, is_below)
    with builder.scope("round", significand=significand, exponent=exponent):
        # An exponent below that of the subnormals, and that of a zero product, counts as zero.
        keep = gates.not_(gates.or_(is_below, raw_a.is_zero, raw_b.is_zero, name="flush"))
        magnitude = round_to_nearest_even(
            gates, gate_word(gates, exponent, keep), significand, sticky)

    with builder.scope("special_values"):
        is_nan = gates.or_(
            raw_a.is_nan, raw_b.is_nan,
            gates.and_(raw_a.is_infinite, raw_b.is_zero, name="invalid"),
            gates.and_(raw_b.is_infinite, raw_a.is_zero, name="invalid"), name="nan")
        is_infinite = gates.or_(raw_a.is_infinite, raw_b.is_infinite, name="infinite")
        sign = gates.xor(raw_a.sign, raw_b.sign, name="sign")
    return pack(
        gates, fmt, policy, sign=sign, magnitude=magnitude, is_nan=is_nan, is_infinite=is_infinite)


def _exponent(gates: GateLibrary, fmt: Format, a: RawFloat, b: RawFloat) -> tuple[Word, Bit]:
    """Return the height of the product's top bit above the exponent of the subnormals.

    The top bit stands for ``2**(height + 1 - bias)``. In two's complement without its sign bit,
    which is the second value.
    """
    total = add(gates, a.exponent, b.exponent)
    height, not_below = subtract(gates, total, constant(fmt.bias, len(total)))
    return gates.builder.name_word("height", height), gates.not_(not_below)


def _normalize(
    gates: GateLibrary, fmt: Format, product: Word, height: Word, is_below: Bit
) -> tuple[Word, Word]:
    """Move the leading one to the top, or as far as the exponent permits.

    Returns the moved product and the height that is left; both are meaningless below the
    subnormals, where nothing is moved but the height is negative.
    """
    # Unless two subnormals can give a normal result, one significand has its hidden bit, and the
    # product at most `precision` leading zeros.
    both_subnormal_matter = fmt.bias <= 2
    window = product if both_subnormal_matter else product[fmt.precision - 1 :]
    zeros, _ = leading_zero_count(gates, window)
    low, high = height[: len(zeros)], height[len(zeros) :]
    # Limited normalisation: move by the smaller of the leading zeros and the height.
    enough = gates.or_(at_least(gates, low, zeros), *high, name="enough")
    amount = gate_word(gates, mux_word(gates, enough, zeros, low), gates.not_(is_below))
    gates.builder.name_word("amount", amount)
    moved = or_shift_left(gates, product, amount)
    padded = amount + (ZERO,) * len(high)
    left, _ = subtract(gates, height, padded)
    return gates.builder.name_word("moved", moved), gates.builder.name_word("left", left)


def _denormalize(
    gates: GateLibrary, fmt: Format, product: Word, height: Word, is_below: Bit
) -> tuple[Word, Bit]:
    """Move a product below the subnormals to the right, by the negative height.

    Returns the significand with one more bit, the guard bit, at the bottom, and the sticky bit.
    """
    guard = fmt.precision - 1
    sticky = gates.or_(*product[:guard], name="sticky")
    kept = product[guard:]
    # -height is ~height + 1: once by one, then by the complement.
    kept, sticky = shift_right_sticky(gates, kept, (is_below,), sticky)
    distance = gate_word(gates, invert(gates, height), is_below)
    # The lowest height is 2 - bias; beyond the width of the significand everything is sticky.
    largest = max(fmt.bias - 3, 0)
    steps = min(len(kept).bit_length(), largest.bit_length())
    gates.builder.name_word("distance", distance[:steps])
    kept, sticky = shift_right_sticky(gates, kept, distance[:steps], sticky)
    far = gates.or_(*distance[steps : largest.bit_length()], name="far")
    if far != ZERO:
        sticky = gates.and_or(far, gates.or_(*kept, name="lost"), sticky, name="sticky")
        kept = gate_word(gates, kept, gates.not_(far))
    return kept, sticky


def round_to_nearest_even(
    gates: GateLibrary, exponent: Word, significand: Word, sticky: Bit
) -> Word:
    """Return exponent and rounded mantissa as one number.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    exponent : Word
        Exponent field of a subnormal, or one less than that of a normal value: the hidden bit of
        the significand adds the one.
    significand : Word
        Hidden bit, mantissa and, lowest, the guard bit.
    sticky : Bit
        Whether anything below the guard bit is set.

    Returns
    -------
    Word
        ``(exponent << mantissa_bits) + significand``, rounded. A mantissa that rounds up beyond
        its largest value carries into the exponent, as it should.
    """
    guard, kept = significand[0], significand[1:]
    round_up = gates.or_and(kept[0], sticky, guard, name="round_up")
    *mantissa, hidden = kept
    low = increment(gates, tuple(mantissa), round_up)
    # Both the hidden bit and the carry are worth one unit of the exponent.
    high = add(gates, exponent, (hidden, *(ZERO,) * (len(exponent) - 1)), low[-1])
    return gates.builder.name_word("rounded", (*low[:-1], *high))
