# SPDX-License-Identifier: Apache-2.0
"""What a floating-point format is."""

import enum
from dataclasses import dataclass
from fractions import Fraction

from spikefloat.rtl_gen.formats.policies import Overflow

__all__ = ["Format", "NanEncoding"]


class NanEncoding(enum.Enum):
    """Which codes of a format are "not a number"."""

    #: No code is NaN (the OCP Microscaling element formats FP6 and FP4).
    NONE = "none"
    #: All-ones exponent and a non-zero mantissa; an all-ones exponent and a zero mantissa is
    #: infinity (IEEE 754-2019, clause 3.4).
    IEEE = "ieee"
    #: All-ones exponent and all-ones mantissa, of either sign (OCP OFP8; P3109 without sign).
    ALL_ONES = "all-ones"
    #: The code that would be negative zero, which does not exist ("fnuz"; P3109 with sign).
    NEGATIVE_ZERO = "negative-zero"


@dataclass(frozen=True, kw_only=True)
class Format:
    """A binary floating-point format.

    A code is an unsigned integer of :attr:`width` bits: sign (most significant), exponent field,
    mantissa field. A finite code with exponent field ``e`` and mantissa field ``m`` has the value
    ``(-1)**sign * 2**(max(e, 1) - bias - mantissa_bits) * (m + (2**mantissa_bits if e else 0))``.
    A format with :attr:`has_zero` false has neither zero nor subnormals: its exponent field ``e``
    means ``2**(e - bias)`` for every ``e``.
    """

    name: str  #: Name used on the command line and in file names.
    aliases: tuple[str, ...] = ()  #: Other names, among them the one of ml_dtypes or numpy.
    exponent_bits: int
    mantissa_bits: int  #: Explicit bits only; the hidden bit is not counted.
    bias: int
    nan: NanEncoding
    is_signed: bool = True
    has_zero: bool = True  #: Also says whether there are subnormals.
    #: Whether the highest code that is not NaN is infinity; for the last two encodings of NaN, as
    #: that of IEEE has infinities anyway (P3109's extended formats).
    is_extended: bool = False

    @property
    def width(self) -> int:
        """Number of bits of a code."""
        return int(self.is_signed) + self.exponent_bits + self.mantissa_bits

    @property
    def precision(self) -> int:
        """Number of bits of the significand, the hidden bit included."""
        return self.mantissa_bits + 1

    @property
    def sign_mask(self) -> int:
        """Code with nothing but the sign bit set, or 0 for an unsigned format."""
        return 1 << (self.width - 1) if self.is_signed else 0

    @property
    def signed_sign_mask(self) -> int:
        """The same; for codes of 64 bits as a number in two's complement, for arrays of int64."""
        return self.sign_mask if self.width < 64 else -self.sign_mask

    @property
    def magnitude_mask(self) -> int:
        """Code with all exponent and mantissa bits set."""
        return (1 << (self.exponent_bits + self.mantissa_bits)) - 1

    @property
    def exponent_mask(self) -> int:
        """Code with all exponent bits set."""
        return ((1 << self.exponent_bits) - 1) << self.mantissa_bits

    @property
    def mantissa_mask(self) -> int:
        """Code with all mantissa bits set."""
        return (1 << self.mantissa_bits) - 1

    @property
    def has_infinity(self) -> bool:
        """Whether the format has infinity, of either sign if it is signed."""
        return self.nan is NanEncoding.IEEE or self.is_extended

    @property
    def has_nan(self) -> bool:
        """Whether the format has a NaN."""
        return self.nan is not NanEncoding.NONE

    @property
    def nan_count(self) -> int:
        """Number of codes that are NaN."""
        match self.nan:
            case NanEncoding.NONE:
                return 0
            case NanEncoding.IEEE:
                return self.mantissa_mask << self.is_signed
            case NanEncoding.ALL_ONES:
                return 1 << self.is_signed
            case NanEncoding.NEGATIVE_ZERO:
                return 1

    @property
    def has_signalling_nan(self) -> bool:
        """Whether some NaNs are signalling: those whose highest mantissa bit is zero.

        IEEE 754-2019 (6.2.1) has it so; formats of other standards have quiet NaNs only.
        """
        return self.nan is NanEncoding.IEEE and self.mantissa_bits > 1

    @property
    def has_negative_zero(self) -> bool:
        """Whether zero has a sign."""
        return self.is_signed and self.has_zero and self.nan is not NanEncoding.NEGATIVE_ZERO

    @property
    def infinity_code(self) -> int | None:
        """Code of positive infinity, or None."""
        return self.max_code + 1 if self.has_infinity else None

    @property
    def nan_code(self) -> int | None:
        """Code of the canonical NaN, the only one a circuit produces, or None.

        It is positive and quiet: 0x7F for E4M3FN, 0x7E for E5M2, 0x80 for the "fnuz" formats.
        """
        match self.nan:
            case NanEncoding.NONE:
                return None
            case NanEncoding.IEEE:
                return self.exponent_mask | 1 << (self.mantissa_bits - 1)
            case NanEncoding.ALL_ONES:
                return self.magnitude_mask
            case NanEncoding.NEGATIVE_ZERO:
                return self.sign_mask

    @property
    def max_code(self) -> int:
        """Code of the largest finite value."""
        match self.nan:
            case NanEncoding.IEEE:
                return self.exponent_mask - 1
            case NanEncoding.ALL_ONES:
                return self.magnitude_mask - 1 - self.is_extended
            case _:
                return self.magnitude_mask - self.is_extended

    @property
    def min_exponent(self) -> int:
        """Exponent of the smallest normal value: that value is ``2**min_exponent``."""
        return (1 if self.has_zero else 0) - self.bias

    @property
    def max_exponent(self) -> int:
        """Exponent of the largest finite value."""
        return (self.max_code >> self.mantissa_bits) - self.bias

    @property
    def max_value(self) -> Fraction:
        """Largest finite value."""
        significand = (self.max_code & self.mantissa_mask) + (1 << self.mantissa_bits)
        return significand * Fraction(2) ** (self.max_exponent - self.mantissa_bits)

    @property
    def min_value(self) -> Fraction:
        """Smallest positive value."""
        if not self.has_zero:
            return Fraction(2) ** self.min_exponent
        return Fraction(2) ** (self.min_exponent - self.mantissa_bits)

    @property
    def default_overflow(self) -> Overflow:
        """Non-saturating where the format can say "too large", else saturating."""
        return Overflow.NAN if self.has_nan else Overflow.SATURATE

    def is_nan(self, code: int) -> bool:
        """Tell whether ``code`` is NaN."""
        match self.nan:
            case NanEncoding.NONE:
                return False
            case NanEncoding.IEEE:
                return (code & self.magnitude_mask) > self.exponent_mask
            case NanEncoding.ALL_ONES:
                return (code & self.magnitude_mask) == self.magnitude_mask
            case NanEncoding.NEGATIVE_ZERO:
                return code == self.sign_mask
