# SPDX-License-Identifier: Apache-2.0
"""From a fixed-point number to a float, with one rounding.

Where the leading one of the number stands is its exponent. Only the places that the format has
exponents for are looked at: a bit above them makes the number too large, and below them begin the
subnormals. What is lost in rounding needs no shifter, as it is known for each place whether any bit
is set there or below.
"""

from rtl_gen.formats import Format
from rtl_gen.neurons.builder import ZERO, Bit, Word
from rtl_gen.neurons.gates import GateLibrary
from rtl_gen.neurons.prefix import any_above
from rtl_gen.neurons.words import increment

__all__ = ["round_fixed_point"]


def round_fixed_point(
    gates: GateLibrary, to: Format, magnitude: Word, is_below: Word, unit: int
) -> Word:
    """Return exponent and mantissa of a magnitude, rounded once to nearest even.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    to : Format
        Format of the result.
    magnitude : Word
        A number without sign. Its leading one is looked for only where the format has exponents.
    is_below : Word
        For each bit of the magnitude, whether that bit or any below it is set.
    unit : int
        The lowest bit of the magnitude stands for ``2**unit``.

    Returns
    -------
    Word
        The code without sign, and above it bits that are set if the magnitude is beyond the
        exponents of the format; then the other bits mean nothing.
    """
    builder = gates.builder
    # Position of the hidden bit of the smallest normals. Below are mantissa, guard and sticky bits.
    lowest = to.min_exponent - unit
    kept = to.mantissa_bits + 1
    padding = max(kept + 1 - lowest, 0)
    padded = (ZERO,) * padding + magnitude
    sticky = (ZERO,) * padding + is_below
    lowest += padding
    missing = max(lowest + 1 - len(padded), 0)
    any_set = sticky[-1] if sticky else ZERO
    padded, sticky = padded + (ZERO,) * missing, sticky + (any_set,) * missing
    highest = min(len(padded) - 1, lowest + (to.max_code >> to.mantissa_bits) - 1)
    too_large = gates.or_(*padded[highest + 1 :], name="too_large")
    # reached[k]: the exponent is k + 1 or more.
    reached = any_above(gates, padded[lowest : highest + 1])
    builder.name_word("reached", reached)
    exponent = builder.name_word("exponent", _count(gates, reached, to.exponent_bits))
    # Moved down by as much as the exponent is above 1.
    steps = list(reached[1:])
    first = lowest - kept
    word, sticky = padded[first : highest + 1], sticky[first - 1 : highest]
    for stage in reversed(range(len(steps).bit_length())):
        distance = 1 << stage
        select = steps[distance - 1]
        # No bits that later stages cannot reach.
        word = _moved_down(gates, word, select, distance, kept + distance)
        sticky = _moved_down(gates, sticky, select, distance, distance)
        builder.name_word(f"by_{distance}", word)
        above = steps[distance:]
        above += [ZERO] * (distance - 1 - len(above))
        steps = [gates.and_or(gates.not_(select), x, y, name="step")
                 for x, y in zip(steps[: distance - 1], above, strict=False)]
    guard, mantissa = word[0], word[1:kept]
    code = (*mantissa, *exponent)
    round_up = gates.or_and(code[0], sticky[0], guard, name="round_up")
    # A carry out of the lowest bit means that it is set; then the guard bit alone decides.
    lowest_bit = gates.xor(code[0], round_up, name="rounded")
    carry = gates.and_(code[0], guard, name="carry")
    rest = increment(gates, code[1:], carry)
    return builder.name_word("rounded", (lowest_bit, *rest, too_large))


def _moved_down(
    gates: GateLibrary, word: Word, select: Bit, distance: int, width: int
) -> Word:
    """Return the lowest ``width`` bits of ``word``, moved down by ``distance`` if selected."""
    upper = word[distance:] + (ZERO,) * distance
    return tuple(gates.mux(select, high, low)
                 for high, low in zip(upper[:width], word[:width], strict=True))


def _count(gates: GateLibrary, reached: Word, width: int) -> Word:
    """Return how many of the first bits of ``reached`` are set: if one is, so are those before."""
    result: list[Bit] = []
    left = list(reached)
    for stage in reversed(range(width)):
        middle = 1 << stage
        if len(left) < middle:
            result.append(ZERO)
            continue
        select = left[middle - 1]
        result.append(select)
        above = left[middle:]
        above += [ZERO] * (middle - 1 - len(above))
        left = [gates.and_or(gates.not_(select), x, y, name="count")
                for x, y in zip(left[: middle - 1], above, strict=False)]
    return tuple(reversed(result))
