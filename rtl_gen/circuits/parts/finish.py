# SPDX-License-Identifier: Apache-2.0
"""The way from an exact significand of any height to a rounded magnitude."""

from spikefloat.rtl_gen.circuits.parts.rounding import denormalize, normalize, round_significand
from spikefloat.rtl_gen.circuits.parts.rounding_modes import RoundingControl
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import gate_word

__all__ = ["finish"]


def finish(
    gates: GateLibrary,
    to: Format,
    significand: Word,
    height: Word,
    is_below: Bit,
    *,
    lowest: int,
    max_zeros: int | None,
    zeros: tuple[Bit, ...],
    control: RoundingControl,
    sign: Bit,
    sticky: Bit = ZERO,
    name: str = "significand",
) -> Word:
    """Normalise, denormalise and round, each in a scope of its own.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    to : Format
        Format of the result.
    significand : Word
        Exact significand, or its upper part.
    height : Word
        How far its top bit is above the hidden bit of the smallest normals, in two's complement
        without the sign bit.
    is_below : Bit
        That sign bit.
    lowest : int
        Lowest height that can occur.
    max_zeros : int, optional
        Most leading zeros that can occur if the height is not negative and the significand not
        zero; None if any number can.
    zeros : tuple of Bit
        The result is zero if one of these is set; the significand must be zero then.
    control : RoundingControl
        How to round.
    sign : Bit
        Whether the number is negative; of no matter unless the rounding uses it.
    sticky : Bit
        Whether anything is set below the significand.
    name : str
        What the significand is called.

    Returns
    -------
    Word
        Exponent and mantissa as one number, which counts on beyond the largest finite code.
    """
    builder = gates.builder
    kept_bits = to.precision + 1 + control.extra_bits
    with builder.scope("normalize", **{name: significand, "height": height}):
        padded = (ZERO,) * (kept_bits - len(significand)) + significand
        moved, below, exponent, _ = normalize(
            gates,
            padded,
            height,
            kept_bits=kept_bits,
            max_zeros=max_zeros,
            min_height=lowest,
            is_below=is_below,
        )
        sticky = gates.or_(below, sticky, name="sticky")
    with builder.scope("denormalize", significand=moved, height=height):
        kept, sticky = denormalize(
            gates, moved, height, is_below, lowest=lowest, kept_bits=kept_bits, sticky=sticky
        )
    with builder.scope("round", significand=kept, exponent=exponent):
        # An exponent below that of the subnormals, and that of zero, counts as zero.
        keep = gates.not_(gates.or_(is_below, *zeros, name="flush"))
        return round_significand(
            gates, gate_word(gates, exponent, keep), kept, sticky, control, sign
        )
