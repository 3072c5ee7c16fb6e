# SPDX-License-Identifier: Apache-2.0
"""What a function is: what it gives for finite numbers, zeros and infinities."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from spikefloat.rtl_gen.circuits.functions.outcome import Outcome
from spikefloat.rtl_gen.formats import Format

__all__ = ["Function", "Tabulated", "operand_value"]


class Tabulated(Protocol):
    """What has an outcome for every code, and can be hashed."""

    @property
    def name(self) -> str:
        """What it is called in a message."""

    def outcome(self, fmt: Format, code: int) -> Outcome | None:
        """Return what a code of a format gives; None for a NaN that raises no flag."""

    def __hash__(self) -> int:
        """Return the same for the same function."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function of one real number."""

    name: str
    summary: str  #: One line for a reader, after ``y = ``.
    finite: Callable[[Fraction], Outcome]  #: For a finite operand that is not zero.
    zero: Callable[[bool], Outcome]  #: For a zero, whose sign is the argument.
    infinite: Callable[[bool], Outcome]  #: For an infinity, likewise.

    def outcome(self, fmt: Format, code: int) -> Outcome | None:
        """Return what the function gives for a code; None for NaN."""
        if fmt.is_nan(code):
            return None
        is_negative = bool(code & fmt.sign_mask)
        value = operand_value(fmt, code)
        if value is None:
            return self.infinite(is_negative)
        return self.finite(value) if value else self.zero(is_negative)


def operand_value(fmt: Format, code: int) -> Fraction | None:
    """Return the value of a code that is not NaN, None for an infinity; a zero has no sign."""
    magnitude = code & fmt.magnitude_mask
    if magnitude == fmt.infinity_code:
        return None
    field, mantissa = magnitude >> fmt.mantissa_bits, magnitude & fmt.mantissa_mask
    significand = mantissa + (1 << fmt.mantissa_bits if field else 0)
    exponent = max(field, 1) - fmt.bias - fmt.mantissa_bits
    value = significand * Fraction(2) ** exponent
    return -value if code & fmt.sign_mask else value
