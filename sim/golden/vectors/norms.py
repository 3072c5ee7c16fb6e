# SPDX-License-Identifier: Apache-2.0
"""Golden models of root mean square and layer normalisation, in integers, with their roundings."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow
from spikefloat.sim.cases.scores import affine_cases, scale_cases
from spikefloat.sim.golden.arithmetic import product
from spikefloat.sim.golden.rounding import NEAREST_EVEN, pack
from spikefloat.sim.golden.sums import pack_sum
from spikefloat.sim.golden.values import Numbers, check_arithmetic, in_smallest, unpack
from spikefloat.sim.golden.vectors.operation import VectorOperation

__all__ = ["ENTRIES", "SCALARS", "layer_norm", "rms_norm"]

Codes = NDArray[np.int64]

#: Format of the mean and of the reciprocal root.
SCALARS = FORMATS["bfloat16"]

#: Bits of a quotient or a root beyond those of :data:`SCALARS`.
_PLACES = 32


def rms_norm(
    fmt: Format,
    to: Format,
    overflow: Overflow | str | None,
    x: ArrayLike,
    g: ArrayLike,
    *,
    epsilon: Fraction,
) -> Codes:
    """Return ``x[i] * r * g[i]`` with r the reciprocal root of mean square plus epsilon.

    The sum of squares is exact, r is rounded into :data:`SCALARS`, and each product once. With an
    infinite operand in ``x``, r is zero, and infinity times zero is NaN; NaN in ``x`` makes all
    results NaN.

    Parameters
    ----------
    fmt : Format
        Format of the operands, of at most 8 bits.
    to : Format
        Format of the results.
    overflow : Overflow or str, optional
        What becomes of results that are too large.
    x, g : array of int
        Codes; the last axis is a vector.
    epsilon : Fraction
        Above zero, its denominator a power of two.
    """
    check_arithmetic(fmt)
    numbers, gain = unpack(fmt, x), unpack(fmt, np.broadcast_to(g, np.shape(x)))
    integers = in_smallest(fmt, numbers)
    squares = (integers.astype(object) ** 2).sum(axis=-1)
    count, unit = integers.shape[-1], 2 * _unit(fmt)
    root = _reciprocal_root(squares, unit, count, count * epsilon)
    scale = unpack(SCALARS, pack(SCALARS, root).codes)
    scale = replace(
        scale,
        significand=np.where(numbers.is_infinite.any(axis=-1), 0, scale.significand),
        is_nan=np.asarray(numbers.is_nan.any(axis=-1)),
    )
    return pack(to, product(product(numbers, _each(scale)), gain), overflow).codes


def layer_norm(
    fmt: Format,
    to: Format,
    overflow: Overflow | str | None,
    x: ArrayLike,
    g: ArrayLike,
    b: ArrayLike,
    *,
    epsilon: Fraction,
) -> Codes:
    """Return ``(x[i] - mean) * r * g[i] + b[i]``, with r the reciprocal root of variance and epsilon.

    Mean and variance are those of exact sums. The mean is rounded into :data:`SCALARS`, and so is
    r; the variance is that about the exact mean. The result is rounded once. NaN or infinity in
    ``x`` makes all results NaN. Parameters are those of :func:`rms_norm`, and ``b`` as ``g``.
    """
    check_arithmetic(fmt)
    shape = np.shape(x)
    numbers = unpack(fmt, x)
    gain, offset = (unpack(fmt, np.broadcast_to(codes, shape)) for codes in (g, b))
    integers, unit = in_smallest(fmt, numbers).astype(object), _unit(fmt)
    count, total = shape[-1], integers.sum(axis=-1)
    mean = _mean(numbers, total, unit, count)
    spread = count * (integers**2).sum(axis=-1) - total**2
    root = _reciprocal_root(spread, 2 * unit, count**2, count**2 * epsilon)
    scale = unpack(SCALARS, pack(SCALARS, root).codes)
    is_nan = (numbers.is_nan | numbers.is_infinite).any(axis=-1)
    centred = replace(
        _difference(integers, unit, numbers.sign, _each(mean)),
        is_nan=np.broadcast_to(is_nan[..., None], shape),
    )
    scaled = product(product(centred, _each(scale)), gain)
    return pack_sum(to, [scaled, offset], overflow, NEAREST_EVEN).codes


def _unit(fmt: Format) -> int:
    return fmt.min_exponent - fmt.mantissa_bits


def _each(numbers: Numbers) -> Numbers:
    """Return numbers with another axis, for each element of a vector."""
    return Numbers(**{name: field[..., None] for name, field in vars(numbers).items()})


def _reciprocal_root(
    amount: NDArray[np.object_], unit: int, divisor: int, rest: Fraction
) -> Numbers:
    """Return the reciprocal root of ``(amount * 2**unit + rest) / divisor``, cut off with a bit more."""
    lowest = min(unit, 1 - rest.denominator.bit_length())
    constant = int(rest / Fraction(2) ** lowest)
    roots, exponents = [], []
    for value in amount.ravel().tolist():
        radicand = (value << unit - lowest) + constant
        places = radicand.bit_length() + 2 * (SCALARS.precision + _PLACES)
        places += (places + lowest) % 2
        quotient, left = divmod(divisor << places, radicand)
        root = math.isqrt(quotient)
        roots.append(root << 1 | bool(left or root * root != quotient))
        exponents.append(-(places + lowest) // 2 - 1)
    never = np.zeros(amount.shape, bool)
    significand, exponent = (
        np.array(values, np.int64).reshape(amount.shape) for values in (roots, exponents)
    )
    return Numbers(never, significand, exponent, never, never)


def _mean(numbers: Numbers, total: NDArray[np.object_], unit: int, count: int) -> Numbers:
    """Return the mean, rounded; a zero is negative only if all operands are."""
    places = SCALARS.precision + _PLACES + count.bit_length()
    quotient = (abs(total) << places) // count
    inexact = (quotient * count) != (abs(total) << places)
    never = np.zeros(total.shape, bool)
    exact = Numbers(
        sign=np.where(total == 0, numbers.sign.all(axis=-1), (total < 0).astype(bool)),
        significand=quotient << 1 | inexact.astype(int),
        exponent=np.full(total.shape, unit - places - 1),
        is_nan=never,
        is_infinite=never,
    )
    return unpack(SCALARS, pack(SCALARS, exact).codes)


def _difference(
    integers: NDArray[np.object_], unit: int, sign: NDArray[np.bool_], mean: Numbers
) -> Numbers:
    """Return exact differences of numbers and their mean."""
    lowest = min(unit, int(mean.exponent.min()))
    subtrahend = mean.significand.astype(object) << (mean.exponent - lowest).astype(object)
    value = (integers << unit - lowest) - np.where(mean.sign, -subtrahend, subtrahend)
    never = np.zeros(value.shape, bool)
    # The difference of equal numbers is +0, but for -0 and +0.
    zero_sign = sign & ~mean.sign & (integers == 0).astype(bool)
    return Numbers(
        sign=np.where((value == 0).astype(bool), zero_sign, (value < 0).astype(bool)),
        significand=abs(value),
        exponent=np.full(value.shape, lowest),
        is_nan=never,
        is_infinite=never,
    )


ENTRIES = {
    "rms_norm": VectorOperation(function=rms_norm, cases=scale_cases),
    "layer_norm": VectorOperation(function=layer_norm, cases=affine_cases),
}
