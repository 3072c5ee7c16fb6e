# SPDX-License-Identifier: Apache-2.0
"""How a result that is not a value of its format becomes one: rounding and overflow."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from spikefloat.rtl_gen.errors import InputError, find_member

if TYPE_CHECKING:
    from spikefloat.rtl_gen.formats.format import Format

__all__ = [
    "MAX_RANDOM_BITS",
    "PORT_CODES",
    "PORT_WIDTH",
    "NanPolicy",
    "Overflow",
    "Rounding",
    "nan_policies",
    "overflow_policies",
    "resolve_nan",
    "resolve_overflow",
]


class Overflow(enum.Enum):
    """What a result beyond the largest finite value becomes.

    A rounding that never goes away from zero gives the largest finite value under either policy.
    """

    #: Infinity where the format has one, else NaN (ml_dtypes, older PyTorch; P3109's SatNone).
    NAN = "nan"
    #: The largest finite value, with the sign of the result; an infinite operand stays infinite
    #: where the format has infinities (P3109's SatPropagate).
    SATURATE = "saturate"
    #: The same, and infinities too become the largest finite value (P3109's SatFinite, the
    #: saturation mode of OFP8, and the saturating casts of ONNX and PyTorch).
    SATURATE_FINITE = "saturate-finite"

    @property
    def saturates(self) -> bool:
        """Whether a finite result stays finite."""
        return self is not Overflow.NAN


class NanPolicy(enum.StrEnum):
    """What an operation that changes only a sign makes of a NaN."""

    KEEP = "keep"  #: That NaN with the new sign, as IEEE 754-2019 (5.5.1) has it.
    CANONICAL = "canonical"  #: The canonical NaN of the format, as every other operation.


class Rounding(enum.Enum):
    """Which neighbour an exact result between two values of a format becomes.

    The five of IEEE 754-2019 (clause 4.3) with the names of RISC-V, rounding to odd, and the three
    stochastic ones of P3109 (section 4.5). For the latter, ``v`` is the discarded part as a share
    of the last place and ``R`` one of ``2**N`` equally likely numbers.
    """

    #: Nearest; a tie to the even last digit, or up where all digits are odd (IEEE 754-2019, 4.3.1).
    NEAREST_EVEN = "rne"
    TOWARD_ZERO = "rtz"
    DOWN = "rdn"  #: Towards minus infinity.
    UP = "rup"  #: Towards plus infinity.
    NEAREST_AWAY = "rna"  #: Nearest; a tie away from zero.
    ODD = "odd"  #: If inexact, the neighbour with an odd code.
    STOCHASTIC_A = "stochastic-a"  #: Away from zero if ``floor(v * 2**N) + R >= 2**N``.
    #: Away from zero if ``floor(v * 2**(N + 1)) + 2 * R + 1 >= 2**(N + 1)``.
    STOCHASTIC_B = "stochastic-b"
    #: Away from zero if ``v * 2**N``, rounded to nearest even, plus ``R`` is ``2**N`` or more.
    STOCHASTIC_C = "stochastic-c"
    #: Nearest; a tie to the even code, for results of which no last digit is even (e8m0fnu).
    NEAREST_EVEN_CODE = "rne-code"

    @property
    def is_stochastic(self) -> bool:
        """Whether it takes random bits."""
        return self.value.startswith("stochastic")

    def is_for(self, fmt: Format) -> bool:
        """Tell whether it differs from the other modes for results of a format."""
        return self is not Rounding.NEAREST_EVEN_CODE or not fmt.has_zero


#: Modes that an operand can choose, by the codes of RISC-V's frm; the other codes round to nearest
#: even.
PORT_CODES = (
    Rounding.NEAREST_EVEN,
    Rounding.TOWARD_ZERO,
    Rounding.DOWN,
    Rounding.UP,
    Rounding.NEAREST_AWAY,
)

#: Most random bits that stochastic rounding takes.
MAX_RANDOM_BITS = 32

#: Bits of the operand that chooses.
PORT_WIDTH = 3


def overflow_policies(fmt: Format) -> tuple[Overflow, ...]:
    """Return the policies that differ for results of a format."""
    return (
        *[Overflow.NAN] * fmt.has_nan,
        Overflow.SATURATE,
        *[Overflow.SATURATE_FINITE] * fmt.has_infinity,
    )


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
        known = ", ".join(policy.value for policy in Overflow)
        raise InputError(f"Overflow must be one of {known}, not {overflow!r}") from None
    if policy is Overflow.NAN and not fmt.has_nan:
        raise InputError(f"Overflow must be saturate for {fmt.name}, which has no NaN, not 'nan'")
    if policy is Overflow.SATURATE_FINITE and not fmt.has_infinity:
        return Overflow.SATURATE  # the same
    return policy


def nan_policies(fmt: Format, *, has_sign: bool = True) -> tuple[NanPolicy, ...]:
    """Return the policies that differ for results of a format: one only, if there is one NaN.

    Parameters
    ----------
    fmt : Format
        Format of the results.
    has_sign : bool
        Whether NaNs may be negative; two that differ by their sign are one if not.
    """
    return (NanPolicy.KEEP, *[NanPolicy.CANONICAL] * (_result_nans(fmt, has_sign) > 1))


def _result_nans(fmt: Format, has_sign: bool) -> int:
    """Return how many NaNs results may be."""
    return fmt.nan_count if has_sign else -(-fmt.nan_count // 2)


def resolve_nan(fmt: Format, nan: NanPolicy | str | None, *, has_sign: bool = True) -> NanPolicy:
    """Return the policy for NaNs to use for ``fmt``; ``keep`` where nothing is said.

    Parameters
    ----------
    fmt : Format
        Format of the results.
    nan : NanPolicy or str, optional
        The policy, or its name.
    has_sign : bool
        Whether NaNs may be negative.

    Raises
    ------
    ValueError
        If the policy is unknown, or has no effect because there is one NaN or none.
    """
    policy = find_member(NanPolicy, "NaN policy", nan or NanPolicy.KEEP)
    if policy not in nan_policies(fmt, has_sign=has_sign):
        raise InputError(
            f"NaN policy must be keep for {fmt.name}, which has "
            f"{_result_nans(fmt, has_sign) or 'no'} NaN{'' if has_sign else ' without its sign'}, "
            f"not {policy.value!r}"
        )
    return policy
