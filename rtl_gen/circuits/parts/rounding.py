# SPDX-License-Identifier: Apache-2.0
"""From an exact result to a rounded one: normalise, denormalise, round.

The parts share two numbers. A *significand* is a word whose top bit stands for
``2**(height + 1 - bias)``; the *height* is thus how far the word may be moved up before its top
bit stands for the hidden bit of the smallest normals.
"""

from typing import NamedTuple

from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN, RoundingControl
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import (
    add,
    at_least,
    gate_word,
    increment,
    invert,
    leading_zero_count,
    or_shift_left_sticky,
    shift_right_sticky,
    subtract,
)

__all__ = ["Normalized", "denormalize", "normalize", "note_flags", "round_significand"]


class Normalized(NamedTuple):
    """What :func:`normalize` returns."""

    significand: Word  #: Moved significand.
    sticky: Bit  #: Whether any bit below those that are kept is set.
    height: Word  #: What is left of the height.
    is_nonzero: Bit  #: Whether any of the looked-at bits is set.


def normalize(
    gates: GateLibrary,
    significand: Word,
    height: Word,
    *,
    kept_bits: int | None = None,
    max_zeros: int | None = None,
    min_height: int = 0,
    is_below: Bit = ZERO,
) -> Normalized:
    """Move the leading one to the top, or as far as the height permits (gradual underflow).

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    significand : Word
        Exact result.
    height : Word
        How far the significand may be moved; unsigned unless ``is_below`` is set.
    kept_bits : int, optional
        Number of bits wanted, from the top; all by default.
    max_zeros : int, optional
        Most leading zeros that can occur unless ``is_below`` is set or the significand is zero.
    min_height : int
        Lowest height that can occur; 0 or less says nothing.
    is_below : Bit
        Whether the height is negative, so that nothing may be moved.
    """
    builder = gates.builder
    window = significand if max_zeros is None else significand[-(max_zeros + 1) :]
    zeros, is_nonzero = leading_zero_count(gates, window)
    width = max(len(zeros), len(height))
    padded_height = height + (ZERO,) * (width - len(height))
    low, high = padded_height[: len(zeros)], padded_height[len(zeros) :]
    enough = ONE
    if min_height < len(window) - 1:
        enough = gates.or_(at_least(gates, low, zeros), *high, name="enough")
    # The smaller of zeros and height, or 0 if the height is negative.
    by_zeros = gates.and_(enough, gates.not_(is_below), name="by_zeros")
    by_height = gates.and_(gates.not_(enough), gates.not_(is_below), name="by_height")
    amount = builder.name_word(
        "amount",
        tuple(
            gates.and_or(by_zeros, of_zeros, gates.and_(by_height, of_height), name="amount")
            for of_zeros, of_height in zip(zeros, low, strict=True)
        ),
    )
    moved, sticky = or_shift_left_sticky(gates, significand, amount, kept_bits or len(significand))
    left, _ = subtract(gates, padded_height, amount + (ZERO,) * len(high))
    return Normalized(
        builder.name_word("moved", moved),
        sticky,
        builder.name_word("left", left[: len(height)]),
        builder.rename("is_nonzero", is_nonzero),
    )


def denormalize(
    gates: GateLibrary,
    significand: Word,
    height: Word,
    is_below: Bit,
    *,
    lowest: int,
    kept_bits: int,
    sticky: Bit = ZERO,
) -> tuple[Word, Bit]:
    """Move a significand below the subnormals to the right, by its negative height.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    significand : Word
        Significand, at least ``kept_bits`` wide.
    height : Word
        Height in two's complement, without its sign bit.
    is_below : Bit
        Sign of the height.
    lowest : int
        Lowest height that can occur.
    kept_bits : int
        Number of bits wanted, the guard bit included.
    sticky : Bit
        Whether anything below the significand is set.

    Returns
    -------
    significand : Word
        Top ``kept_bits`` bits.
    sticky : Bit
        Whether any bit below them is set.
    """
    lost = len(significand) - kept_bits
    sticky = gates.or_(*significand[:lost], sticky, name="sticky")
    kept = significand[lost:]
    if lowest >= 0:
        return kept, sticky
    # -height is ~height + 1: once by one, then by the complement.
    kept, sticky = shift_right_sticky(gates, kept, (is_below,), sticky)
    distance = gate_word(gates, invert(gates, height), is_below)
    largest = -lowest - 1
    steps = min(len(kept).bit_length(), largest.bit_length())
    gates.builder.name_word("distance", distance[:steps])
    kept, sticky = shift_right_sticky(gates, kept, distance[:steps], sticky)
    # Beyond the width of the significand everything is sticky.
    far = gates.or_(*distance[steps : largest.bit_length()], name="far")
    if far != ZERO:
        sticky = gates.and_or(far, gates.or_(*kept, name="lost"), sticky, name="sticky")
        kept = gate_word(gates, kept, gates.not_(far))
    builder = gates.builder
    return builder.name_word("significand", kept), builder.rename("sticky", sticky)


def round_significand(
    gates: GateLibrary,
    exponent: Word,
    significand: Word,
    sticky: Bit,
    control: RoundingControl = NEAREST_EVEN,
    sign: Bit = ZERO,
    is_normal: Bit | None = None,
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
        Hidden bit, mantissa, the guard bit and, lowest, as many extra bits as the rounding needs.
    sticky : Bit
        Whether anything below these is set.
    control : RoundingControl
        How to round.
    sign : Bit
        Whether the number is negative.
    is_normal : Bit, optional
        Whether the number is normal before it is rounded, for the flags; by default the hidden bit.

    Returns
    -------
    Word
        ``(exponent << mantissa_bits) + significand``, rounded. A mantissa that rounds up beyond
        its largest value carries into the exponent, as it should.
    """
    lowest = 1 + control.extra_bits
    below, kept = significand[:lowest], significand[lowest:]
    # Without a mantissa, the last place of the code is that of the exponent field.
    last = kept[0] if len(kept) > 1 else gates.xor(exponent[0], kept[0], name="last")
    round_up = control.round_up(gates, last, below, sticky, sign)
    if control.flags is not None:
        shown = kept if is_normal is None else (*kept[:-1], is_normal)
        note_flags(gates, shown, below, sticky, sign, control)
    *mantissa, hidden = kept
    low = increment(gates, tuple(mantissa), round_up)
    # Both the hidden bit and the carry are worth one unit of the exponent.
    high = add(gates, exponent, (hidden, *(ZERO,) * (len(exponent) - 1)), low[-1])
    return gates.builder.name_word("rounded", (*low[:-1], *high))


def note_flags(
    gates: GateLibrary,
    kept: Word,
    below: Word,
    sticky: Bit,
    sign: Bit,
    control: RoundingControl,
) -> None:
    """Collect whether rounding loses anything, and whether the result is tiny.

    Parameters are those of :func:`round_significand`, the significand in two parts.
    """
    flags = control.flags
    assert flags is not None
    flags.inexact = gates.or_(*below, sticky, name="inexact")
    *mantissa, hidden = kept
    flags.tiny = gates.not_(hidden)
    if flags.is_tiny_before:
        return
    # With an unbounded exponent it would be rounded one place further down. Is it normal then?
    up = control.round_up(gates, below[-1], below[:-1], sticky, sign)
    reaches = gates.and_(*mantissa, below[-1], up, name="reaches_normal")
    flags.tiny = gates.and_(flags.tiny, gates.not_(reaches), name="tiny")
