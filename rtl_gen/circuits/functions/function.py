# SPDX-License-Identifier: Apache-2.0
"""What a function is: what it gives for finite numbers, zeros and infinities."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from spikefloat.rtl_gen.circuits.functions.outcome import Outcome

__all__ = ["Function"]


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function of one real number."""

    name: str
    summary: str  #: One line for a reader, after ``y = ``.
    finite: Callable[[Fraction], Outcome]  #: For a finite operand that is not zero.
    zero: Callable[[bool], Outcome]  #: For a zero, whose sign is the argument.
    infinite: Callable[[bool], Outcome]  #: For an infinity, likewise.
