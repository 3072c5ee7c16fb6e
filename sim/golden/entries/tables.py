# SPDX-License-Identifier: Apache-2.0
"""Golden entries of functions of the user's own: of Python, and tables of values or codes."""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from numbers import Rational
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.golden.entry import LabelledOperation, Operation, raise_signalling
from spikefloat.sim.golden.functions import Value, round_table
from spikefloat.sim.golden.rounding import Rounded, Rounder
from spikefloat.sim.golden.values import decode, unpack

__all__ = ["codes_entry", "function_entry", "values_entry"]

#: Significant bits, at least, that a value is cut off after; what is left makes one more bit.
_PLACES = 128


@dataclass(frozen=True)
class _Rounded:
    """Rounds what a table has; an object, so that other processes can be given it."""

    fmt: Format
    every: tuple[Value, ...]

    def __call__(
        self,
        fmt: Format,
        to: Format,
        a: ArrayLike,
        overflow: Overflow | str | None,
        rounder: Rounder,
    ) -> Rounded:
        _check_format(self.fmt, fmt)
        rounded = round_table(self.every, fmt, to, a, overflow, rounder)
        return raise_signalling(rounded, (fmt,), (a,), (None,))


@dataclass(frozen=True)
class _Looked:
    """Looks codes up in a table of codes."""

    fmt: Format
    every: tuple[int, ...]

    def __call__(self, fmt: Format, to: Format, a: ArrayLike) -> NDArray[Any]:
        _check_format(self.fmt, fmt)
        return np.array(self.every, np.int64)[np.asarray(a, np.int64)]


def function_entry(fmt: Format, function: Callable[[float], Any]) -> Operation:
    """Return the entry of a Python function, which is called with the value of each code.

    Parameters
    ----------
    fmt : Format
        Format of the operand.
    function : callable
        Returns an int, a fraction or a float.
    """
    return values_entry(
        fmt, [function(float(value)) for value in decode(fmt, np.arange(1 << fmt.width))]
    )


def values_entry(fmt: Format, values: Sequence[Any]) -> Operation:
    """Return the entry of a table with a value for each code.

    Parameters
    ----------
    fmt : Format
        Format of the operand.
    values : sequence of int, Fraction or float
        The values, exactly.
    """
    operands = unpack(fmt, np.arange(1 << fmt.width))
    every = tuple(
        _value(value, bool(is_finite))
        for value, is_finite in zip(values, operands.is_finite, strict=True)
    )
    return LabelledOperation(
        operand_count=1,
        rounded=_Rounded(fmt, every),
        cases=None,
        examples=(),
        can_overflow=True,
        converts=True,
        label=f"TableOperation(digest={_digest(fmt, every)!r})",
    )


def codes_entry(fmt: Format, codes: Sequence[int]) -> Operation:
    """Return the entry of a table with a code of the result for each code.

    Parameters
    ----------
    fmt : Format
        Format of the operand.
    codes : sequence of int
        The codes.
    """
    return LabelledOperation(
        operand_count=1,
        function=_Looked(fmt, tuple(codes)),
        cases=None,
        examples=(),
        converts=True,
        label=f"TableOperation(digest={_digest(fmt, codes)!r})",
    )


def _value(value: Any, is_finite: bool) -> Value:
    """Return a value of an operand; infinity where that is finite is a pole."""
    if value != value:
        return Value(False, 1, is_nan=True)
    if value in (math.inf, -math.inf):
        return Value(bool(value < 0), is_infinite=True, is_pole=is_finite)
    is_fraction = isinstance(value, Rational)
    if value == 0:
        return Value(not is_fraction and math.copysign(1, value) < 0)
    pair = (value.numerator, value.denominator) if is_fraction else value.as_integer_ratio()
    size = abs(Fraction(*map(int, pair)))
    places = _PLACES + max(size.denominator.bit_length() - size.numerator.bit_length(), 0)
    whole, rest = divmod(size.numerator << places, size.denominator)
    return Value(bool(value < 0), whole << 1 | (rest != 0), -places - 1)


def _digest(fmt: Format, entries: Sequence[Any]) -> str:
    return hashlib.sha256(repr((fmt.name, entries)).encode()).hexdigest()


def _check_format(own: Format, fmt: Format) -> None:
    if own != fmt:
        raise InputError(f"Format of the table must be {own.name}, not {fmt.name!r}")
