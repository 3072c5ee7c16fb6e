# SPDX-License-Identifier: Apache-2.0
"""What a function gives for an operand: a number, exactly or as bounds, infinity or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

__all__ = ["INVALID", "Bounds", "Exact", "Infinite", "Invalid", "Irrational", "Outcome"]

#: Lower and upper bound of a number, for a number of bits to compute with; the upper one is None if
#: it is too large to be of interest.
Bounds = Callable[[int], tuple[Fraction, Fraction | None]]


@dataclass(frozen=True)
class Exact:
    """A rational number; a zero has a sign."""

    value: Fraction
    is_negative_zero: bool = False


@dataclass(frozen=True)
class Irrational:
    """A number that is no fraction, known by bounds as narrow as one likes."""

    bounds: Bounds


@dataclass(frozen=True)
class Infinite:
    """Infinity, as a limit or as the value at a pole."""

    is_negative: bool = False
    is_pole: bool = False  #: Whether a finite operand gives it, which is a division by zero.


@dataclass(frozen=True)
class Invalid:
    """Nothing: the operand is outside the domain."""


INVALID = Invalid()

Outcome = Exact | Irrational | Infinite | Invalid
