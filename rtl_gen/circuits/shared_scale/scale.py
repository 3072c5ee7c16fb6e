# SPDX-License-Identifier: Apache-2.0
"""The scale of a block as neurons, and the product of two."""

from dataclasses import dataclass

from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands
from spikefloat.rtl_gen.circuits.parts.quotient import exponent_sum
from spikefloat.rtl_gen.circuits.parts.unpack import unpack
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import add

__all__ = ["Scale", "height_of", "multiply_scales", "scale_range", "unpack_scale"]


@dataclass(frozen=True)
class Scale:
    """A number without sign: ``significand * 2**(exponent + unit)``."""

    is_nan: Bit
    is_zero: Bit
    significand: Word  #: The constant 1 where the format has only powers of two.
    exponent: Word
    unit: int
    lowest: int  #: Least exponent.
    highest: int  #: Largest exponent of a number.


def scale_range(fmt: Format) -> tuple[int, int, int]:
    """Return unit, least and largest exponent that scales of a format have, as in :class:`Scale`."""
    highest = fmt.max_code >> fmt.mantissa_bits
    return -fmt.bias - fmt.mantissa_bits, int(fmt.has_zero), highest


def unpack_scale(gates: GateLibrary, fmt: Format, code: Word, name: str) -> Scale:
    """Return the scale that a code means.

    Raises
    ------
    InputError
        If the code has not the width of the format.
    """
    if len(code) != fmt.width:
        raise InputError(f"Code must have {fmt.width} bits for {fmt.name}, not {len(code)}")
    unit_and_bounds = scale_range(fmt)
    if not fmt.has_zero:
        with gates.builder.scope(name, code=code):
            is_nan = gates.and_(*code, name="nan")
        return Scale(is_nan, ZERO, (ONE,), code, *unit_and_bounds)
    raw = unpack(gates, fmt, code, name)
    return Scale(raw.is_nan, raw.is_zero, raw.significand, raw.exponent, *unit_and_bounds)


def multiply_scales(gates: GateLibrary, a: Scale, b: Scale) -> Scale:
    """Return the exact product of two scales of one format."""
    with gates.builder.scope("scale", a=a.exponent, b=b.exponent):
        return Scale(
            is_nan=gates.or_(a.is_nan, b.is_nan, name="nan"),
            is_zero=gates.or_(a.is_zero, b.is_zero, name="zero"),
            significand=(ONE,)
            if len(a.significand) == 1
            else multiply_significands(gates, a.significand, b.significand),
            exponent=gates.builder.name_word("exponent", add(gates, a.exponent, b.exponent)),
            unit=a.unit + b.unit,
            lowest=a.lowest + b.lowest,
            highest=a.highest + b.highest,
        )


def height_of(
    gates: GateLibrary, to: Format, exponents: tuple[Word, ...], offset: int, least: int, most: int
) -> tuple[Word, Bit, int]:
    """Return the height of a number as :func:`~.parts.finish.finish` wants it, and the lowest.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    to : Format
        Format that the number is rounded into.
    exponents : tuple of Word
        Unsigned words whose sum is the exponent.
    offset : int
        Exponent of the top bit of the significand where that sum is 0.
    least, most : int
        Bounds of the sum.
    """
    offset -= to.min_exponent
    lowest, highest = offset + least, offset + most
    bits = max(highest.bit_length(), (-lowest).bit_length(), to.exponent_bits) + 1
    *height, is_below = exponent_sum(gates, exponents, (), offset, bits)
    return tuple(height), is_below if lowest < 0 else ZERO, lowest
