# SPDX-License-Identifier: Apache-2.0
"""A function of the user's own: a Python function, or a table of values or codes."""

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from numbers import Rational, Real

from spikefloat.rtl_gen.circuits.functions.function import operand_value
from spikefloat.rtl_gen.circuits.functions.outcome import INVALID, Exact, Infinite, Outcome
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format

__all__ = ["Number", "OwnFunction", "exact_float", "one_line"]

#: A value, exactly; a float only where it is NaN, infinite or -0.
Number = Fraction | float

_HASH_DIGITS = 8


@dataclass(frozen=True, kw_only=True)
class OwnFunction:
    """What a user's function gives; one of the last three fields says so."""

    source: str  #: ``FILE.py:NAME`` or the file of the table, as it was named.
    name: str  #: What a reader knows it by.
    #: Called with the value of a code, which is exact; returns an int, a Fraction or a float.
    function: Callable[[float], object] | None = None
    values: tuple[Number, ...] = ()  #: The value for each code of the operand.
    codes: tuple[int, ...] = ()  #: The code of the result for each code of the operand.

    @property
    def has_codes(self) -> bool:
        """Whether it gives codes, which nothing rounds, and not values."""
        return bool(self.codes)

    def outcome(self, fmt: Format, code: int) -> Outcome | None:
        """Return what a code gives; None where a NaN gives NaN.

        NaN for another operand is invalid, and infinity for a finite one a division by zero.

        Raises
        ------
        InputError
            If there is no value for a code, or the table has another length.
        """
        number = self.numbers(fmt)[code]
        if isinstance(number, Fraction):
            return Exact(number)
        if math.isnan(number):
            return None if fmt.is_nan(code) else INVALID
        if number == 0:
            return Exact(Fraction(0), is_negative_zero=True)
        is_finite = not fmt.is_nan(code) and operand_value(fmt, code) is not None
        return Infinite(is_negative=number < 0, is_pole=is_finite)

    def numbers(self, fmt: Format) -> tuple[Number, ...]:
        """Return the value for each code of a format.

        Raises
        ------
        InputError
            If there is no value for a code, or the table has another length.
        """
        if self.function is not None:
            return _evaluate(self, fmt)
        self._check_length(fmt, len(self.values))
        return self.values

    def result_codes(self, fmt: Format, to: Format) -> tuple[int, ...]:
        """Return the codes of results for operands of a format, if it gives codes.

        Raises
        ------
        InputError
            If a code does not fit, or the table has another length.
        """
        self._check_length(fmt, len(self.codes))
        for code, result in enumerate(self.codes):
            if not 0 <= result < 1 << to.width:
                raise InputError(
                    f"Table {self.source} must have codes of {to.name}, from 0 to "
                    f"{(1 << to.width) - 1:#x}, not {result:#x} for code {code:#x}"
                )
        return self.codes

    def digest(self, fmt: Format) -> str:
        """Return a few digits that stand for the contents; the same ones on every machine.

        Raises
        ------
        InputError
            As :meth:`numbers`.
        """
        entries = self.codes or self.numbers(fmt)
        text = " ".join(["codes" if self.codes else "values", *map(str, entries)])
        return hashlib.sha256(text.encode()).hexdigest()[:_HASH_DIGITS]

    def _check_length(self, fmt: Format, length: int) -> None:
        if length != 1 << fmt.width:
            raise InputError(
                f"Table {self.source} must have {1 << fmt.width} entries, one for each code of "
                f"{fmt.name}, not {length}"
            )


@lru_cache(maxsize=32)
def _evaluate(own: OwnFunction, fmt: Format) -> tuple[Number, ...]:
    """Return what a Python function gives for the value of each code."""
    return tuple(_result(own, fmt, code) for code in range(1 << fmt.width))


def _result(own: OwnFunction, fmt: Format, code: int) -> Number:
    assert own.function is not None
    operand = _operand(fmt, code)
    where = f"for code {code:#x} of {fmt.name}, which is {operand}"
    try:
        result = own.function(operand)
        number = _exact(result)
    except Exception as error:  # It is the user's code that raises, whatever it may be.
        raise InputError(
            f"Function {own.source} must give a value {where}, not raise {one_line(error)}"
        ) from error
    if number is None:
        raise InputError(
            f"Function {own.source} must return an int, a Fraction or a float {where}, "
            f"not {result!r}"
        )
    return number


def one_line(error: BaseException) -> str:
    """Return what an exception says, for a part of a sentence."""
    return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")


def _operand(fmt: Format, code: int) -> float:
    """Return the value of a code, which a float holds exactly."""
    if fmt.is_nan(code):
        return math.nan
    value = operand_value(fmt, code)
    size = math.inf if value is None else float(abs(value))
    return -size if code & fmt.sign_mask else size


def _exact(result: object) -> Number | None:
    """Return a result as it is, or None if it is no number."""
    if isinstance(result, Rational):
        return Fraction(int(result.numerator), int(result.denominator))
    if not isinstance(result, Real):
        return None
    return exact_float(float(result))


def exact_float(value: float) -> Number:
    """Return a float as a number; NaN is always the same, so that tables can be compared."""
    if math.isnan(value):
        return math.nan
    if math.isinf(value) or (value == 0 and math.copysign(1, value) < 0):
        return value
    return Fraction(value)
