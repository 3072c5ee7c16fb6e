# SPDX-License-Identifier: Apache-2.0
"""A function from 0 to 1 as neurons: polynomials on equal segments, in fixed point.

The upper bits of the argument select a segment, and so the coefficients; the lower ones are the
argument ``u`` of its polynomial, from 0 to 1, which is evaluated by Horner's rule. Coefficients are
those of the polynomial through equally spaced values of the function, the first one at ``u = 0``,
so that the value there is right to the last place.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from spikefloat.rtl_gen.circuits.functions.enclosure import Arithmetic, enclose
from spikefloat.rtl_gen.neurons.builder import Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns

__all__ = ["Segments", "coefficients", "interpolate"]

#: Bits beyond the places of a coefficient that values are computed with before it is rounded.
_GUARD = 64
#: Places of products below the last one of the value; those below are left out.
_KEPT = 3


@dataclass(frozen=True)
class Segments:
    """Polynomials that stand for a function from 0 to 1.

    The function is given by its arithmetic, as in :func:`~.enclosure.enclose`; on each segment, all
    coefficients of its polynomials must be positive, as those of a power are.
    """

    function: Callable[[Arithmetic, Any], Any]
    segment_bits: int  #: There are two to this power segments.
    degree: int  #: Of the polynomials, at least 1.
    places: int  #: Places of the value behind the point.


def _through(values: list[Fraction]) -> list[Fraction]:
    """Return the coefficients of the polynomial through values at equal distances from 0 to 1."""
    degree = len(values) - 1
    total = [Fraction(0)] * (degree + 1)
    for i, value in enumerate(values):
        # Lagrange's polynomial that is one at this place and zero at the others.
        one = [Fraction(1)]
        for j in range(degree + 1):
            if j != i:
                lower, upper = Fraction(-j, i - j), Fraction(degree, i - j)
                shifted = [Fraction(0), *one]
                one = [
                    upper * x + lower * y for x, y in zip(shifted, [*one, Fraction(0)], strict=True)
                ]
        total = [x + value * y for x, y in zip(total, one, strict=True)]
    return total


@lru_cache(maxsize=16)
def coefficients(segments: Segments) -> tuple[tuple[int, ...], ...]:
    """Return the coefficients of each segment, that of the lowest power first.

    They are integers, in units of the last place of the value.

    Raises
    ------
    ArithmeticError
        If one is negative.
    """
    count, degree = 1 << segments.segment_bits, segments.degree
    precision = segments.places + _GUARD

    def value(x: Fraction) -> Fraction:
        return enclose(lambda r: segments.function(r, r.number(x)), precision)[0]

    rows = []
    for segment in range(count):
        nodes = [Fraction(segment * degree + i, count * degree) for i in range(degree + 1)]
        polynomial = _through([value(x) for x in nodes])
        scaled = [c * (1 << segments.places) for c in polynomial]
        # Their sum must not be rounded up, or the value would get a bit more.
        rows.append((round(scaled[0]), *map(math.floor, scaled[1:])))
    if any(c < 0 for row in rows for c in row):
        raise ArithmeticError("Coefficients of an interpolation must be positive")
    return tuple(rows)


def interpolate(gates: GateLibrary, segments: Segments, argument: Word) -> Word:
    """Return the value of a function, a little below or above the exact one.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    segments : Segments
        The function.
    argument : Word
        Places behind the point, lowest bit first; more than select a segment.

    Returns
    -------
    Word
        The value, in units of its last place.
    """
    from spikefloat.rtl_gen.circuits.parts.lookup import look_up  # loads numpy

    rows = coefficients(segments)
    rest = len(argument) - segments.segment_bits
    with gates.builder.scope("interpolate", argument=argument):
        u, segment = argument[:rest], argument[rest:]
        value: Word = ()
        for power in reversed(range(segments.degree + 1)):
            # As u is below 1, the polynomial is below the sum of its coefficients.
            width = (max(sum(row[power:]) for row in rows) - 1).bit_length()
            column = [row[power] for row in rows]
            with gates.builder.scope(f"coefficient_{power}", segment=segment):
                coefficient = look_up(gates, column, segment, max(column).bit_length())
            if power == segments.degree:
                value = coefficient
                continue
            with gates.builder.scope(f"power_{power}", value=value, u=u):
                value = _multiply_add(gates, value, u, coefficient, width)
        return gates.builder.name_word("value", value)


def _multiply_add(gates: GateLibrary, value: Word, u: Word, coefficient: Word, width: int) -> Word:
    """Return ``value * u + coefficient``, cut off, without partial products far below its end."""
    left_out = max(len(u) - _KEPT, 0)
    point = len(u) - left_out
    columns = Columns(point + width)
    columns.add(coefficient, point)
    for row, bit in enumerate(value):
        start = max(left_out - row, 0)
        partial = [
            gates.and_(x, bit, name=f"partial_{row}[{i}]") for i, x in enumerate(u[start:], start)
        ]
        columns.add(partial, start + row - left_out)
    return columns.total(gates)[point:]
