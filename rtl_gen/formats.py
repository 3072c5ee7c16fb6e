# SPDX-License-Identifier: Apache-2.0
"""Small floating-point formats as data.

A format is one frozen record. The generator and the golden model both read it, and share nothing
else. To add a format, add one record to :data:`FORMATS`; no other file names a format.

This module imports nothing but the standard library.
"""

import enum
from dataclasses import dataclass
from fractions import Fraction

from spikefloat.rtl_gen.errors import InputError

__all__ = ["FORMATS", "Format", "NanEncoding", "Overflow", "find_format", "resolve_overflow"]


class NanEncoding(enum.Enum):
    """Which codes of a format are "not a number"."""

    #: No code is NaN (the OCP Microscaling element formats FP6 and FP4).
    NONE = "none"
    #: All-ones exponent and a non-zero mantissa; an all-ones exponent and a zero mantissa is
    #: infinity (IEEE 754-2019, clause 3.4).
    IEEE = "ieee"
    #: All-ones exponent and all-ones mantissa, of either sign; there is no infinity (OCP OFP8).
    ALL_ONES = "all-ones"
    #: The code that would be negative zero; there is no infinity and no negative zero ("fnuz").
    NEGATIVE_ZERO = "negative-zero"


class Overflow(enum.Enum):
    """What a result beyond the largest finite value becomes."""

    #: Infinity where the format has one, else NaN (ml_dtypes, older PyTorch).
    NAN = "nan"
    #: The largest finite value, with the sign of the result.
    SATURATE = "saturate"


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
        """Whether the format has a positive and a negative infinity."""
        return self.nan is NanEncoding.IEEE

    @property
    def has_nan(self) -> bool:
        """Whether the format has a NaN."""
        return self.nan is not NanEncoding.NONE

    @property
    def has_negative_zero(self) -> bool:
        """Whether zero has a sign."""
        return self.is_signed and self.has_zero and self.nan is not NanEncoding.NEGATIVE_ZERO

    @property
    def infinity_code(self) -> int | None:
        """Code of positive infinity, or None."""
        return self.exponent_mask if self.has_infinity else None

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
                return self.magnitude_mask - 1
            case _:
                return self.magnitude_mask

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


def _ieee(name: str, exponent_bits: int, mantissa_bits: int, *aliases: str) -> Format:
    return Format(
        name=name,
        aliases=aliases,
        exponent_bits=exponent_bits,
        mantissa_bits=mantissa_bits,
        bias=2 ** (exponent_bits - 1) - 1,
        nan=NanEncoding.IEEE,
    )


_RECORDS = (
    # OCP OFP8: no infinity, one NaN for each sign.
    Format(
        name="e4m3fn",
        aliases=("float8_e4m3fn",),
        exponent_bits=4,
        mantissa_bits=3,
        bias=7,
        nan=NanEncoding.ALL_ONES,
    ),
    # OCP OFP8: like a short binary16.
    _ieee("e5m2", 5, 2, "float8_e5m2"),
    _ieee("e4m3", 4, 3, "float8_e4m3"),
    _ieee("e3m4", 3, 4, "float8_e3m4"),
    # "fnuz": finite, NaN in the place of negative zero, bias one larger than usual (or 11).
    Format(
        name="e4m3fnuz",
        aliases=("float8_e4m3fnuz",),
        exponent_bits=4,
        mantissa_bits=3,
        bias=8,
        nan=NanEncoding.NEGATIVE_ZERO,
    ),
    Format(
        name="e5m2fnuz",
        aliases=("float8_e5m2fnuz",),
        exponent_bits=5,
        mantissa_bits=2,
        bias=16,
        nan=NanEncoding.NEGATIVE_ZERO,
    ),
    Format(
        name="e4m3b11fnuz",
        aliases=("float8_e4m3b11fnuz",),
        exponent_bits=4,
        mantissa_bits=3,
        bias=11,
        nan=NanEncoding.NEGATIVE_ZERO,
    ),
    # OCP Microscaling (MX): element formats without special values, and the scale.
    Format(
        name="e3m2fn",
        aliases=("float6_e3m2fn",),
        exponent_bits=3,
        mantissa_bits=2,
        bias=3,
        nan=NanEncoding.NONE,
    ),
    Format(
        name="e2m3fn",
        aliases=("float6_e2m3fn",),
        exponent_bits=2,
        mantissa_bits=3,
        bias=1,
        nan=NanEncoding.NONE,
    ),
    Format(
        name="e2m1fn",
        aliases=("float4_e2m1fn",),
        exponent_bits=2,
        mantissa_bits=1,
        bias=1,
        nan=NanEncoding.NONE,
    ),
    Format(
        name="e8m0fnu",
        aliases=("float8_e8m0fnu",),
        exponent_bits=8,
        mantissa_bits=0,
        bias=127,
        nan=NanEncoding.ALL_ONES,
        is_signed=False,
        has_zero=False,
    ),
    # Wider formats, for accumulation and conversion.
    _ieee("binary16", 5, 10, "float16", "fp16", "half"),
    _ieee("bfloat16", 8, 7, "bf16"),
    _ieee("binary32", 8, 23, "float32", "fp32", "single"),
)

#: Every format, by name.
FORMATS: dict[str, Format] = {record.name: record for record in _RECORDS}


def find_format(name: str) -> Format:
    """Return the format called ``name``, which may be an alias and in any case.

    Raises
    ------
    ValueError
        If there is no such format.
    """
    wanted = name.lower()
    for record in _RECORDS:
        if wanted == record.name or wanted in record.aliases:
            return record
    raise InputError(f"Format must be one of {', '.join(FORMATS)}, not {name!r}")


def resolve_overflow(fmt: Format, overflow: Overflow | str | None) -> Overflow:
    """Return the overflow policy to use for ``fmt``: the given one, or the format's default.

    Raises
    ------
    ValueError
        If the policy is unknown, or asks for a NaN in a format that has none.
    """
    if overflow is None:
        return fmt.default_overflow
    try:
        policy = Overflow(overflow)
    except ValueError:
        known = " or ".join(policy.value for policy in Overflow)
        raise InputError(f"Overflow must be {known}, not {overflow!r}") from None
    if policy is Overflow.NAN and not fmt.has_nan:
        raise InputError(f"Overflow must be saturate for {fmt.name}, which has no NaN, not 'nan'")
    return policy
