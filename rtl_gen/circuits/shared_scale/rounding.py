# SPDX-License-Identifier: Apache-2.0
"""A number whose height is known before its bits are, rounded once to nearest even.

Scales come early, sums late. So what only the height decides on is ready when the sum is: the place
where subnormals begin is marked in the word in which the leading one is looked for, and what is below
the subnormals is moved to the right while the leading one is still looked for.
"""

from spikefloat.rtl_gen.circuits.parts.rounding import denormalize, round_significand
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import (
    equal_constant,
    gate_word,
    leading_zero_count,
    mux_word,
    or_shift_left_sticky,
    subtract,
)

__all__ = ["round_at_height"]

#: Bits of a height that are decoded together.
_DECODED = 3


def round_at_height(
    gates: GateLibrary,
    to: Format,
    magnitude: Word,
    height: Word,
    is_below: Bit,
    *,
    lowest: int,
    is_zero: Bit,
) -> Word:
    """Return exponent and mantissa of a magnitude as one number, which may be beyond the largest.

    The same as :func:`~spikefloat.rtl_gen.circuits.parts.finish.finish` gives, for the rounding to
    nearest even, in less depth.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    to : Format
        Format of the result.
    magnitude : Word
        The exact number.
    height : Word
        How far its top bit is above the hidden bit of the smallest normals, in two's complement
        without the sign bit.
    is_below : Bit
        That sign bit.
    lowest : int
        Lowest height that can occur.
    is_zero : Bit
        Whether the magnitude is zero.
    """
    builder = gates.builder
    kept_bits = to.precision + 1
    padded = (ZERO,) * (kept_bits - len(magnitude)) + magnitude
    with builder.scope("normalize", magnitude=magnitude, height=height):
        marked = padded
        if lowest < len(padded) - 1:
            marks = _marks(gates, height, is_below, len(padded))
            marked = builder.name_word(
                "marked", [gates.or_(x, y) for x, y in zip(padded, marks, strict=True)]
            )
        zeros, _ = leading_zero_count(gates, marked)
        builder.name_word("zeros", zeros)
        kept, sticky = or_shift_left_sticky(gates, padded, zeros, kept_bits)
        width = max(len(zeros), len(height))
        full, amount = (word + (ZERO,) * (width - len(word)) for word in (height, zeros))
        exponent = builder.name_word("left", subtract(gates, full, amount)[0][: len(height)])
    if lowest < 0:
        with builder.scope("denormalize", magnitude=magnitude, height=height):
            small, below = denormalize(
                gates, padded, height, ONE, lowest=lowest, kept_bits=kept_bits
            )
            kept = builder.name_word("kept", mux_word(gates, is_below, small, kept))
            sticky = gates.mux(is_below, below, sticky, name="sticky")
    with builder.scope("round", significand=kept, exponent=exponent):
        # An exponent below that of the subnormals, and that of zero, counts as zero.
        keep = gates.not_(gates.or_(is_below, is_zero, name="flush"))
        return round_significand(gates, gate_word(gates, exponent, keep), kept, sticky)


def _marks(gates: GateLibrary, height: Word, is_below: Bit, width: int) -> Word:
    """Return a word with one bit set, so far below its top as the height says, or none."""
    bits = (width - 1).bit_length()
    none_above = gates.not_(gates.or_(is_below, *height[bits:], name="above"))
    low, high = height[: min(_DECODED, bits)], height[_DECODED:bits]
    columns = [equal_constant(gates, low, value) for value in range(1 << len(low))]
    rows = [
        gates.and_(equal_constant(gates, high, value), none_above, name=f"row[{value}]")
        for value in range(1 << len(high))
    ]
    marks = [
        gates.and_(rows[own >> len(low)], columns[own % len(columns)], name=f"mark[{own}]")
        for own in range(width)
    ]
    return tuple(reversed(marks))
