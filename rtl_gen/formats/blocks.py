# SPDX-License-Identifier: Apache-2.0
"""Block formats as data: elements that share a scale (OCP Microscaling v1.0, and NVFP4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from spikefloat.rtl_gen.errors import unknown_name
from spikefloat.rtl_gen.formats.format import Format
from spikefloat.rtl_gen.formats.integers import INTEGERS, Integer
from spikefloat.rtl_gen.formats.records import FORMATS

__all__ = ["BLOCK_FORMATS", "BlockFormat", "Conversion", "ScalePolicy", "find_block_format"]


class Conversion(StrEnum):
    """How the scale follows from the values of a block, the largest magnitude of which is m.

    Elements are then the values divided by the scale, rounded to nearest even into the element
    format; what is beyond its largest value is clamped to that.
    """

    #: A power of two: that of m, less the exponent of the largest element (MX v1.0, section 6.3).
    SHARED_EXPONENT = "shared exponent"
    #: m divided by the largest element, rounded to nearest even into the scale format (NVFP4).
    LARGEST = "largest"


class ScalePolicy(StrEnum):
    """Which power of two stands for the largest magnitude m in :attr:`Conversion.SHARED_EXPONENT`."""

    #: ``2**floor(log2(m))``, as MX v1.0 says; elements near the largest may be clamped.
    FLOOR = "floor"
    #: ``2**ceil(log2(m))``, with which nothing is clamped.
    CEIL = "ceil"
    #: ``2**floor(log2(r))``, where r is m rounded to nearest even to the precision of an element.
    NEAREST_EVEN = "nearest-even"


@dataclass(frozen=True, kw_only=True)
class BlockFormat:
    """A block format: :attr:`size` elements side by side, element 0 lowest, and one scale.

    The value of an element is that of its code times that of the scale. If the scale is NaN, so
    are all elements.
    """

    name: str  #: Name used on the command line and in file names.
    element: Format | Integer  #: Format of an element; an integer is in two's complement.
    #: Bits behind the binary point of an integer element.
    fraction_bits: int = 0
    size: int  #: Number of elements that share a scale.
    scale: Format  #: Format of the scale, which has no sign.
    conversion: Conversion

    @property
    def float_element(self) -> Format | None:
        """Format of an element that is a float; None for an integer."""
        return self.element if isinstance(self.element, Format) else None

    @property
    def precision(self) -> int:
        """Number of bits of the significand of an element, the hidden bit included."""
        if isinstance(self.element, Format):
            return self.element.precision
        return self.element.width - 1

    @property
    def max_exponent(self) -> int:
        """Exponent of the largest element ("emax")."""
        if isinstance(self.element, Format):
            return self.element.max_exponent
        return self.element.width - 2 - self.fraction_bits

    @property
    def max_element(self) -> Fraction:
        """Largest finite value of an element, to which larger ones are clamped.

        An integer element may be one step lower than the negative of it; no conversion makes that.
        """
        if isinstance(self.element, Format):
            return self.element.max_value
        return Fraction(self.element.highest, 1 << self.fraction_bits)

    @property
    def shares_exponent(self) -> bool:
        """Whether the scale is a power of two."""
        return self.conversion is Conversion.SHARED_EXPONENT


def _mx(name: str, element: Format | Integer, fraction_bits: int = 0) -> BlockFormat:
    return BlockFormat(
        name=name,
        element=element,
        fraction_bits=fraction_bits,
        size=32,
        scale=FORMATS["e8m0fnu"],
        conversion=Conversion.SHARED_EXPONENT,
    )


_RECORDS = (
    _mx("mxfp8_e4m3", FORMATS["e4m3fn"]),
    _mx("mxfp8_e5m2", FORMATS["e5m2"]),
    _mx("mxfp6_e3m2", FORMATS["e3m2fn"]),
    _mx("mxfp6_e2m3", FORMATS["e2m3fn"]),
    _mx("mxfp4", FORMATS["e2m1fn"]),
    _mx("mxint8", INTEGERS["int8"], 6),
    # The scale of the whole tensor, a binary32, is no part of a block.
    BlockFormat(
        name="nvfp4",
        element=FORMATS["e2m1fn"],
        size=16,
        scale=FORMATS["ue4m3"],
        conversion=Conversion.LARGEST,
    ),
)

#: Every block format, by name.
BLOCK_FORMATS: dict[str, BlockFormat] = {record.name: record for record in _RECORDS}


def find_block_format(name: str) -> BlockFormat:
    """Return the block format called ``name``, in any case.

    Raises
    ------
    InputError
        If there is no such format.
    """
    try:
        return BLOCK_FORMATS[name.lower()]
    except KeyError:
        raise unknown_name("Block format", name, BLOCK_FORMATS) from None
