# SPDX-License-Identifier: Apache-2.0
"""One way to read each kind of value, with its range in the message."""

import datetime
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.errors import InputError, unknown_name

__all__ = [
    "Reader",
    "date",
    "integer",
    "number",
    "one_of",
    "path",
    "ranges",
    "real",
    "several",
    "text",
    "words",
]

#: Takes what a value is, as a sentence begins with it, and the text; returns the value.
Reader = Callable[[str, str], Any]

#: Most values that one range may stand for.
_MAX_RANGE = 10_000

#: Numbers are given with few digits; 10**999999999 would not fit into memory.
_NUMBER = re.compile(r"[+-]?(\d{1,30}(/\d{1,30})?|\d{0,30}\.?\d{0,60}(e[+-]?\d{1,3})?)", re.I)

_LONGEST_SHOWN = 60


def _shown(given: str) -> str:
    """Return a given text for a message, which it must not fill."""
    return repr(given if len(given) <= _LONGEST_SHOWN else f"{given[:_LONGEST_SHOWN]}...")


def integer(low: int, high: int) -> Reader:
    """Return a reader of integers within a range, both ends included."""

    def read(noun: str, given: str) -> int:
        if re.fullmatch(r"[+-]?\d{1,40}", given) and low <= int(given) <= high:
            return int(given)
        raise InputError(f"{noun} must be an integer from {low} to {high}, not {_shown(given)}")

    return read


def number(low: float, high: float, *, is_open: bool = False) -> Reader:
    """Return a reader of exact numbers: 0.25, 1/4 or 25e-2.

    Parameters
    ----------
    low, high : float
        Range, both ends included.
    is_open : bool
        Whether the lower end is left out.
    """
    least, most = (f"{bound:,.0f}" if abs(bound) >= 1e6 else f"{bound:g}" for bound in (low, high))
    span = f"above {least} and at most {most}" if is_open else f"from {least} to {most}"

    def read(noun: str, given: str) -> Fraction:
        try:
            if _NUMBER.fullmatch(given):
                value = Fraction(given)
                if low <= value <= high and not (is_open and value == low):
                    return value
        except (ValueError, ZeroDivisionError):
            pass
        raise InputError(f"{noun} must be a number {span}, not {_shown(given)}")

    return read


def real(low: float, high: float, *, is_open: bool = False) -> Reader:
    """Return a reader of numbers, as :func:`number`, that gives floats."""
    exact = number(low, high, is_open=is_open)
    return lambda noun, given: float(exact(noun, given))


#: Reads an end of a range, or its step.
_BOUND = number(-1e9, 1e9)


def ranges(item: Reader) -> Reader:
    """Return a reader of numbers with commas between, and ``start:stop:step`` with both ends."""

    def read(noun: str, given: str) -> list[Any]:
        values: list[Any] = []
        for part in given.split(","):
            if ":" not in part:
                values.append(item(noun, part))
                continue
            try:
                # Exactly, as the user reads it: 0.15 is not 0.15000000000000002.
                start, stop, step = (_BOUND(noun, piece) for piece in part.split(":"))
                count = (stop - start) // step + 1
                if step <= 0 or not 1 <= count <= _MAX_RANGE:
                    raise ValueError
            except (ValueError, ZeroDivisionError):
                raise InputError(
                    f"{noun} must be numbers or ranges start:stop:step of at most {_MAX_RANGE} "
                    f"values, not {_shown(part)}"
                ) from None
            values += [item(noun, _decimal(start + place * step)) for place in range(count)]
        return values

    return read


def _decimal(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else str(value)


def several(item: Reader) -> Reader:
    """Return a reader of values with commas between."""
    return lambda noun, given: [item(noun, part) for part in given.split(",")]


def one_of(known: Sequence[str]) -> Reader:
    """Return a reader of one of a few words."""

    def read(noun: str, given: str) -> str:
        if given not in known:
            raise unknown_name(noun, given, known)
        return given

    return read


def words(noun: str, given: str) -> list[str]:
    """Read names with commas between; what they may be depends on the design."""
    if not all(given.split(",")):
        raise InputError(f"{noun} must be names with commas between, not {_shown(given)}")
    return given.split(",")


def text(noun: str, given: str) -> str:
    """Read any text but none."""
    if not given or "\0" in given:
        raise InputError(f"{noun} must not be empty")
    return given


def path(noun: str, given: str) -> Path:
    """Read the name of a file or folder."""
    return Path(text(noun, given))


def date(noun: str, given: str) -> str:
    """Read a date as ISO 8601 has it."""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", given):
            return datetime.date.fromisoformat(given).isoformat()
    except ValueError:
        pass
    raise InputError(f"{noun} must be a date such as 2026-11-29, not {_shown(given)}")
