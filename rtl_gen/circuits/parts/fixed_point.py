# SPDX-License-Identifier: Apache-2.0
"""From a fixed-point number to a float, with one rounding.

Where the leading one of the number stands is its exponent. Only the places that the format has
exponents for are looked at: a bit above them makes the number too large, and below them begin the
subnormals. What the number would be rounded to is known at every place at once, while the leading
one is still looked for; then one place is chosen. No shifter is passed, and no carry after it.
That is for rounding to nearest even; :func:`round_moved` is for the other modes, and for flags.
"""

from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.rounding_modes import RoundingControl
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.prefix import any_above
from spikefloat.rtl_gen.neurons.words import at_least, increment

__all__ = ["round_fixed_point", "round_moved"]


def round_fixed_point(
    gates: GateLibrary, to: Format, magnitude: Word, is_below: Word, unit: int
) -> tuple[Word, Bit]:
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
        The code without sign; means nothing if the flag is set.
    Bit
        Whether the rounded magnitude is beyond the largest finite one.
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
    largest_exponent = to.max_code >> to.mantissa_bits
    highest = min(len(padded) - 1, lowest + largest_exponent - 1)
    too_large = gates.or_(*padded[highest + 1 :], name="above")
    # reached[k]: the exponent is k + 1 or more; the words of each place count so, too.
    reached = any_above(gates, padded[lowest : highest + 1])
    builder.name_word("reached", reached)
    candidates: list[list[Bit]] = [[] for _ in range(to.mantissa_bits + to.exponent_bits)]
    carries: list[Bit] = []
    for place in range(lowest, highest + 1):
        exponent = place - lowest + 1
        here = reached[exponent - 1]
        selected = gates.not_(reached[exponent]) if place < highest else ONE
        if place > lowest:
            selected = gates.and_(here, selected, name=f"leading[{exponent - 1}]")
        mantissa, carry = _round_at(gates, padded, sticky, place, to.mantissa_bits, exponent - 1)
        carries.append(carry)
        if place == lowest:
            # Subnormals, too: without a leading one, the exponent is 0.
            low, high = builder.name_word("field", gates.half_adder(here, carry))
            field: Word = (low, high, *(ZERO,) * to.exponent_bits)[: to.exponent_bits]
        else:
            field = tuple(
                _either(gates, carry, exponent + 1 >> i & 1, exponent >> i & 1)
                for i in range(to.exponent_bits)
            )
        if exponent == largest_exponent:
            is_above = builder.rename("mantissa_above", _is_above(gates, mantissa, to))
            beyond = gates.or_(carry, is_above, name="beyond")
            too_large = gates.or_(
                too_large, gates.and_(here, beyond, name="rounds_beyond"), name="too_large"
            )
        for i, (bits, bit) in enumerate(zip(candidates, (*mantissa, *field), strict=True)):
            bits.append(gates.and_(selected, bit, name=f"selected{i}[{exponent - 1}]"))
    builder.name_word("carry_out", carries)
    return builder.name_word(
        "rounded", [gates.or_(*bits, name=f"rounded[{i}]") for i, bits in enumerate(candidates)]
    ), too_large


def round_moved(
    gates: GateLibrary,
    to: Format,
    magnitude: Word,
    unit: int,
    *,
    is_zero: Bit,
    control: RoundingControl,
    sign: Bit,
    name: str,
) -> Word:
    """Return the rounded magnitude, whose leading one is moved to the top before, in any mode.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    to : Format
        Format of the result.
    magnitude : Word
        A number without sign.
    unit : int
        The lowest bit of the magnitude stands for ``2**unit``.
    is_zero : Bit
        Whether the magnitude is zero.
    control : RoundingControl
        How to round.
    sign : Bit
        Whether the number is negative; of no matter unless the rounding uses it.
    name : str
        What the magnitude is called.

    Returns
    -------
    Word
        Exponent and mantissa as one number, which counts on beyond the largest finite code.
    """
    # How far the top bit is above the hidden bit of the smallest normals.
    height = len(magnitude) - 1 - (to.min_exponent - unit)
    if height < 0:
        magnitude, height = magnitude + (ZERO,) * -height, 0
    return finish(
        gates,
        to,
        magnitude,
        constant(height, max(height.bit_length(), to.exponent_bits)),
        ZERO,
        lowest=height,
        max_zeros=None,
        zeros=(is_zero,),
        control=control,
        sign=sign,
        name=name,
    )


def _round_at(
    gates: GateLibrary, magnitude: Word, is_below: Word, place: int, mantissa_bits: int, index: int
) -> tuple[Word, Bit]:
    """Return mantissa and carry if the hidden bit stands at ``place``, which names call ``index``."""
    lowest, *upper = magnitude[place - mantissa_bits : place]
    guard, sticky = magnitude[place - mantissa_bits - 1], is_below[place - mantissa_bits - 2]
    raised = gates.and_(gates.not_(lowest), guard, sticky, name=f"raised[{index}]")
    # A carry out of the lowest bit means that it is set; then the guard bit alone decides.
    carry = gates.and_(lowest, guard, name=f"carry_in[{index}]")
    rounded = increment(gates, tuple(upper), carry)
    lowest = gates.and_or(lowest, gates.not_(guard), raised)
    mantissa = gates.builder.name_word(f"mantissa{index}", (lowest, *rounded[:-1]))
    return mantissa, rounded[-1]


def _is_above(gates: GateLibrary, mantissa: Word, to: Format) -> Bit:
    """Return whether a mantissa of the largest exponent is above that of the largest number."""
    limit = to.max_code & to.mantissa_mask
    if limit == to.mantissa_mask:
        return ZERO
    return at_least(gates, mantissa, constant(limit + 1, to.mantissa_bits))


def _either(gates: GateLibrary, select: Bit, one: int, zero: int) -> Bit:
    """Return one of two constants."""
    if one == zero:
        return ONE if one else ZERO
    return select if one else gates.not_(select)
