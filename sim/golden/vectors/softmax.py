# SPDX-License-Identifier: Apache-2.0
"""Golden model of softmax, in integers: each power of e is rounded, and each quotient."""

from fractions import Fraction
from functools import lru_cache, partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow
from spikefloat.sim.cases.scores import score_cases
from spikefloat.sim.golden.functions import irrational
from spikefloat.sim.golden.rounding import pack
from spikefloat.sim.golden.series import Bounds, exp
from spikefloat.sim.golden.values import Numbers, check_arithmetic, in_smallest, unpack
from spikefloat.sim.golden.vectors.operation import VectorOperation

__all__ = ["ENTRIES", "POWERS", "power_of_e", "softmax"]

Codes = NDArray[np.int64]

#: Format of the powers of e that are added.
POWERS = FORMATS["bfloat16"]

#: Below minus this, powers of e are below half of the smallest bfloat16, and round to zero.
_FAR = 94

#: Bits of the parts in which exact sums are made.
_PART = 32

_bit_length = np.frompyfunc(int.bit_length, 1, 1)


@lru_cache(maxsize=1 << 17)
def power_of_e(difference: int, unit: int) -> int:
    """Return the code of ``exp(-difference * 2**unit)`` in :data:`POWERS`, rounded once.

    Parameters
    ----------
    difference : int
        Not negative.
    unit : int
        Exponent of the unit that it is in.
    """
    x = -difference * Fraction(2) ** unit
    if x < -_FAR:
        return 0
    if x == 0:
        return POWERS.bias << POWERS.mantissa_bits
    value = irrational(partial(_exp, x), 16, 256)
    never = np.array(False)
    fields = np.array(value.significand), np.array(value.exponent)
    return int(pack(POWERS, Numbers(never, *fields, never, never)).codes)


def _exp(x: Fraction, places: int) -> Bounds:
    return exp(Bounds.of(x, places), places)


def softmax(
    fmt: Format,
    to: Format,
    overflow: Overflow | str | None,
    x: ArrayLike,
    *,
    counts: NDArray[np.bool_] | None = None,
) -> Codes:
    """Return ``exp(x[i] - max x)`` divided by the sum of all of these, over the last axis.

    The difference is exact, its power of e is rounded into :data:`POWERS`, the sum of the powers
    is exact, and the quotient is rounded once. All results are NaN if a code is NaN or infinity, or
    all are minus infinity; minus infinity beside a number gives +0.

    Parameters
    ----------
    fmt : Format
        Format of the operands, of at most 8 bits.
    to : Format
        Format of the results.
    overflow : Overflow or str, optional
        Of no matter, as no result is above one.
    x : array of int
        Codes.
    counts : array of bool, optional
        Whether each element counts; one that does not is as minus infinity. By default all do.
    """
    check_arithmetic(fmt)
    numbers = unpack(fmt, x)
    counted = np.broadcast_to(True if counts is None else counts, numbers.sign.shape)
    unit = fmt.min_exponent - fmt.mantissa_bits
    value = in_smallest(fmt, numbers)
    is_gone = numbers.is_infinite & numbers.sign | ~counted
    is_nan = counted & (numbers.is_nan | (numbers.is_infinite & ~numbers.sign))
    is_nan = is_nan.any(axis=-1) | is_gone.all(axis=-1)
    largest = np.where(is_gone, np.iinfo(np.int64).min, value).max(axis=-1, keepdims=True)
    regular = ~(is_gone | is_nan[..., None])
    difference = np.where(regular, largest - value, 0)
    distinct, index = np.unique(difference, return_inverse=True)
    powers = np.array([power_of_e(d, unit) for d in distinct.tolist()], np.int64)
    power = unpack(POWERS, np.where(regular, powers[index].reshape(difference.shape), 0))
    total = _exact_sum(power)
    # So many more bits that every place which rounding looks at is in the quotient.
    length = np.asarray(_bit_length(total), np.int64)
    shift = length + to.precision + 3
    divisor = np.where(total == 0, 1, total)[..., None]
    dividend = power.significand.astype(object) << shift[..., None].astype(object)
    quotient = dividend // divisor
    inexact = quotient * divisor != dividend
    lowest = POWERS.min_exponent - POWERS.mantissa_bits
    never = np.zeros(difference.shape, bool)
    result = Numbers(
        sign=never,
        significand=quotient.astype(np.int64) << 1 | inexact.astype(np.int64),
        exponent=power.exponent - lowest - shift[..., None] - 1,
        is_nan=np.broadcast_to(is_nan[..., None], never.shape),
        is_infinite=never,
    )
    return pack(to, result, overflow).codes


def _exact_sum(power: Numbers) -> NDArray[np.object_]:
    """Return the sums over the last axis, as Python integers in units of the smallest power."""
    shift = power.exponent - (POWERS.min_exponent - POWERS.mantissa_bits)
    total: NDArray[np.object_] = np.zeros(shift.shape[:-1], object)
    # None is above 1, whose significand has its leading one at the position of its exponent.
    for low in range(0, POWERS.bias + POWERS.mantissa_bits, _PART):
        up = np.clip(shift - low, 0, _PART)
        down = np.clip(low - shift, 0, POWERS.precision)
        part = (power.significand << up >> down) & (1 << _PART) - 1
        part = np.where(shift - low >= _PART, 0, part)
        total = total + (part.sum(axis=-1).astype(object) << low)
    return total


ENTRIES = {"softmax": VectorOperation(function=softmax, cases=score_cases)}
