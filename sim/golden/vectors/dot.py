# SPDX-License-Identifier: Apache-2.0
"""Dot products as they must be: four ways to accumulate, each rounding only where it says.

``exact`` adds all products as integers of one common unit and rounds once, so the order does not
matter; ``tree``, ``chain`` and ``wide`` round at each step, with the scalar operations of
:mod:`spikefloat.sim.golden.arithmetic`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import Format, Overflow, Rounding
from spikefloat.sim.golden import arithmetic as golden
from spikefloat.sim.golden.rounding import INVALID, NEAREST_EVEN, Rounded, Rounder, pack
from spikefloat.sim.golden.values import Numbers, check_arithmetic, signalling, unpack

__all__ = ["ACCUMULATIONS", "dot", "dot_flagged", "exact_sum"]

Codes = NDArray[np.int64]


def dot(
    fmt: Format,
    a: ArrayLike,
    b: ArrayLike,
    accumulate: str,
    to: Format | None = None,
    overflow: Overflow | str | None = None,
    *,
    wide: Format | None = None,
) -> Codes:
    """Return the sum of the products of the last axis.

    Parameters
    ----------
    fmt : Format
        Format of the operands.
    a, b : array of int
        Codes; the last axis is summed over.
    accumulate : str
        ``tree``: products rounded, then added in pairs of neighbours, rounding at every node; an
        odd one out passes to the next level. So the sum of n products is that of the first 2**k,
        the largest such number below n, plus that of the others. ``chain``: products rounded, then
        added one after the other: the sum of n is that of all but the last, plus the last.
        ``wide``: as ``tree`` in format ``wide``, with one conversion at the end. ``exact``: one
        rounding of the exact sum.
    to : Format, optional
        Format of the result, for ``wide`` and ``exact``; by default that of the operands.
    overflow : Overflow or str, optional
        What becomes of a value that is too large, at each rounding.
    wide : Format, optional
        Format of the nodes, for ``wide``.

    Raises
    ------
    ValueError
        If the accumulation is unknown or a format does not fit it.
    """
    check_arithmetic(fmt)
    a, b = np.broadcast_arrays(np.asarray(a), np.asarray(b))
    if accumulate not in ACCUMULATIONS:
        raise InputError(
            f"Accumulation must be one of {', '.join(ACCUMULATIONS)}, not {accumulate!r}"
        )
    if (accumulate == "wide") != (wide is not None):
        raise InputError("Format of the nodes must be given for wide, and only there")
    if to not in (None, fmt) and accumulate in ("tree", "chain"):
        raise InputError(f"Result format of {accumulate} must be that of the operands")
    if accumulate == "exact":
        return dot_flagged(fmt, a, b, to, overflow).codes
    if accumulate == "wide":
        assert wide is not None
        products = golden.widening_multiply(fmt, wide, a, b, overflow)
        wide_sum = _grouped(products, _below, lambda x, y: golden.add(wide, x, y, overflow))
        return golden.convert(wide, to or fmt, wide_sum, overflow)
    products = golden.multiply(fmt, a, b, overflow)

    def add(x: Codes, y: Codes) -> Codes:
        return golden.add(fmt, x, y, overflow)

    return _grouped(products, _below if accumulate == "tree" else _all_but_one, add)


def dot_flagged(
    fmt: Format,
    a: ArrayLike,
    b: ArrayLike,
    to: Format | None = None,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return the exact sum of the products of the last axis, rounded once, with flags.

    Invalid are infinity times zero, also beside NaN, as in ``fma``; infinities of both signs; and
    signalling NaNs.
    """
    check_arithmetic(fmt)
    a, b = np.broadcast_arrays(np.asarray(a), np.asarray(b))
    # Of at least two axes, since numpy makes scalars of the elements of a single one.
    a_rows, b_rows = np.atleast_2d(a), np.atleast_2d(b)
    total = exact_sum(fmt, a_rows, b_rows, rounder.mode)
    shape = a.shape[:-1]
    random = np.broadcast_to(rounder.random, total.sign.shape)
    codes, flags = pack(to or fmt, total, overflow, rounder._replace(random=random))
    x, y = unpack(fmt, a_rows), unpack(fmt, b_rows)
    lost = x.is_infinite & y.is_zero | x.is_zero & y.is_infinite
    any_nan = (x.is_nan | y.is_nan).any(axis=-1)
    signals = (signalling(fmt, a_rows) | signalling(fmt, b_rows)).any(axis=-1)
    invalid = lost.any(axis=-1) | (total.is_nan & ~any_nan) | signals
    return Rounded(codes.reshape(shape), (flags | INVALID * invalid).reshape(shape))


#: Ways to accumulate.
ACCUMULATIONS = ("tree", "chain", "wide", "exact")


def _below(count: int) -> int:
    """Return the largest power of two below a count: the terms of the left part of a tree."""
    return 1 << (count - 1).bit_length() - 1


def _all_but_one(count: int) -> int:
    """Return the terms of the left part of a chain."""
    return count - 1


def _grouped(
    terms: Codes, left_terms: Callable[[int], int], add: Callable[[Codes, Codes], Codes]
) -> Codes:
    """Return the sum over the last axis: that of a left part, plus that of the right part.

    ``left_terms`` says of how many terms the left part is, for a number of terms. Left parts are
    taken apart in a loop, not by recursion, as those of a chain are nested as often as it is long.
    """
    count, right_parts = terms.shape[-1], []
    while count > 1:
        left = left_terms(count)
        right_parts.append(terms[..., left:count])
        count = left
    total = terms[..., 0]
    for part in reversed(right_parts):
        total = add(total, _grouped(part, left_terms, add))
    return total


def exact_sum(fmt: Format, a: Codes, b: Codes, mode: Rounding = Rounding.NEAREST_EVEN) -> Numbers:
    """Return the exact sums of the products of the last axis, as integers of one unit.

    The unit is the product of the smallest values. There must be two axes at least. The mode is
    that of the rounding that follows, which decides on the sign of an exact zero.
    """
    x, y = unpack(fmt, a), unpack(fmt, b)
    unit = 2 * (fmt.min_exponent - fmt.mantissa_bits)
    shift = x.exponent + y.exponent - unit
    highest = int(2 * (fmt.max_exponent - fmt.mantissa_bits) - unit)
    bits = highest + 2 * fmt.precision + a.shape[-1].bit_length()
    kind: type = np.int64 if bits < 61 else object  # Python's integers where 64 bits are too few
    products = (x.significand * y.significand).astype(kind) << shift.astype(kind)
    negative = x.sign ^ y.sign
    total = np.where(negative, -products, products).sum(axis=-1)

    def any_of(flags: NDArray[Any]) -> NDArray[Any]:
        return np.asarray(flags.any(axis=-1))

    infinite = x.is_infinite | y.is_infinite
    invalid = x.is_nan | y.is_nan | infinite & (x.is_zero | y.is_zero)
    plus, minus = any_of(infinite & ~negative), any_of(infinite & negative)
    # An exact zero is +0 unless every product is -0; rounded down, -0 unless every one is +0.
    combine = np.any if mode is Rounding.DOWN else np.all
    of_zero = combine(negative, axis=-1)
    sign = np.where(plus | minus, minus, np.where(total == 0, of_zero, total < 0)).astype(bool)
    is_nan = any_of(invalid) | (plus & minus)
    return Numbers(
        sign=sign,
        significand=abs(total),
        exponent=np.full(total.shape, unit),
        is_nan=is_nan,
        is_infinite=(plus | minus) & ~is_nan,
    )
