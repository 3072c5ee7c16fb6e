# SPDX-License-Identifier: Apache-2.0
"""Bounds of the values of functions, by arithmetic that is rounded down and up.

MPFR rounds every function that it has correctly in either direction (its manual, section 4), so a
pair of results is an enclosure; compositions round each step towards the side that they are for.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

__all__ = ["Arithmetic", "enclose"]

#: Exponents of numbers that are told apart from zero and infinity: far beyond those of any format
#: with results of 16 bits.
_EXPONENTS = 4096


class Arithmetic:
    """Numbers of a precision, rounded in one direction.

    Has the functions of a context of gmpy2, such as ``exp`` and ``add``, as attributes.

    Parameters
    ----------
    precision : int
        Number of bits.
    is_up : bool
        Whether results are rounded up, not down.
    """

    def __init__(self, precision: int, is_up: bool) -> None:
        self.precision = precision
        self.is_up = is_up
        import gmpy2  # takes a while

        self._gmpy2 = gmpy2
        self._context = gmpy2.context(
            precision=precision,
            round=gmpy2.RoundUp if is_up else gmpy2.RoundDown,
            emax=_EXPONENTS,
            emin=-_EXPONENTS,
        )

    @property
    def opposite(self) -> "Arithmetic":
        """The same precision, rounded in the other direction."""
        return Arithmetic(self.precision, not self.is_up)

    def number(self, value: Fraction | int) -> Any:
        """Return a fraction, rounded."""
        return self._context.div(
            self._gmpy2.mpz(value.numerator), self._gmpy2.mpz(value.denominator)
        )

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a function of MPFR."""
        return getattr(self._context, name)  # type: ignore[no-any-return]


def enclose(
    function: Callable[[Arithmetic], Any], precision: int
) -> tuple[Fraction, Fraction | None]:
    """Return bounds of a value.

    Parameters
    ----------
    function : callable
        Returns the value, rounded as the arithmetic says. A negative value may be below the lowest
        number; a lower bound is then that number, as it is too large for any format.
    precision : int
        Number of bits.
    """
    low, high = (function(Arithmetic(precision, is_up)) for is_up in (False, True))
    if low.is_infinite():
        return Fraction(-(2**_EXPONENTS)), Fraction(*high.as_integer_ratio())
    upper = None if high.is_infinite() else Fraction(*high.as_integer_ratio())
    return Fraction(*low.as_integer_ratio()), upper
