# SPDX-License-Identifier: Apache-2.0
"""Golden model: what float arithmetic on codes must give, in exact integers.

Each operation unpacks its operands, computes the exact result, and rounds it once (to nearest,
ties to even). It is written to be read and checked by eye, and resembles no circuit on purpose:
agreement with the circuits then means something. It shares with them the format records only.

Operands are arrays of codes of any shape, broadcast against each other; results are arrays of
64-bit codes. For every operation:

- A NaN operand gives NaN, as do infinity times zero and infinity minus infinity. Every NaN result
  is the canonical one of the format.
- The sign of a product or of an infinity is the exclusive or of the signs, zeros included. A sum
  that cancels exactly is +0; (-0) + (-0) is -0. A format without negative zero has one zero.
- A result that rounds past the largest finite value follows the overflow policy. An infinite
  operand is not an overflow: its infinite result stays infinite under either policy.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.golden.order import (
    absolute,
    equal,
    less,
    maximum,
    minimum,
    negate,
    relu,
    unordered,
)
from spikefloat.sim.golden.values import (
    INT64_SIGNIFICAND_BITS,
    Numbers,
    bit_length,
    check_arithmetic,
    decode,
    describe,
    encode,
    pack,
    round_value,
    unpack,
    value,
)

__all__ = [
    "absolute",
    "add",
    "convert",
    "decode",
    "describe",
    "encode",
    "equal",
    "fma",
    "less",
    "maximum",
    "minimum",
    "multiply",
    "negate",
    "relu",
    "round_value",
    "subtract",
    "unordered",
    "value",
    "widening_multiply",
]


def multiply(
    fmt: Format, a: ArrayLike, b: ArrayLike, overflow: Overflow | str | None = None
) -> NDArray[np.int64]:
    """Return the codes of ``a * b``, in the format of the operands."""
    return widening_multiply(fmt, fmt, a, b, overflow)


def widening_multiply(
    fmt: Format,
    out_fmt: Format,
    a: ArrayLike,
    b: ArrayLike,
    overflow: Overflow | str | None = None,
) -> NDArray[np.int64]:
    """Return the codes of ``a * b`` in ``out_fmt``, rounded once if that format is too narrow."""
    check_arithmetic(fmt)
    check_arithmetic(out_fmt)
    return pack(out_fmt, _product(unpack(fmt, a), unpack(fmt, b)), overflow)


def add(
    fmt: Format, a: ArrayLike, b: ArrayLike, overflow: Overflow | str | None = None
) -> NDArray[np.int64]:
    """Return the codes of ``a + b``."""
    check_arithmetic(fmt)
    return _pack_sum(fmt, unpack(fmt, a), unpack(fmt, b), overflow)


def subtract(
    fmt: Format, a: ArrayLike, b: ArrayLike, overflow: Overflow | str | None = None
) -> NDArray[np.int64]:
    """Return the codes of ``a - b``, which is ``a + (-b)``."""
    check_arithmetic(fmt)
    minuend, subtrahend = unpack(fmt, a), unpack(fmt, b)
    return _pack_sum(fmt, minuend, replace(subtrahend, sign=~subtrahend.sign), overflow)


def fma(
    fmt: Format,
    a: ArrayLike,
    b: ArrayLike,
    c: ArrayLike,
    overflow: Overflow | str | None = None,
) -> NDArray[np.int64]:
    """Return the codes of ``a * b + c``, rounded once."""
    check_arithmetic(fmt)
    return _pack_sum(fmt, _product(unpack(fmt, a), unpack(fmt, b)), unpack(fmt, c), overflow)


def convert(
    src: Format, dst: Format, codes: ArrayLike, overflow: Overflow | str | None = None
) -> NDArray[np.int64]:
    """Return the codes in format ``dst`` of ``codes`` in format ``src``.

    An infinity that ``dst`` lacks becomes NaN, or the largest finite value with its sign, as the
    policy says. A NaN that ``dst`` lacks becomes a zero of the opposite sign, as in ml_dtypes. A
    zero that ``dst`` lacks becomes NaN, and so does a negative number if ``dst`` has no sign.
    """
    return pack(dst, unpack(src, codes), overflow)


def _product(a: Numbers, b: Numbers) -> Numbers:
    """Return the exact products."""
    is_nan = a.is_nan | b.is_nan | (a.is_infinite & b.is_zero) | (a.is_zero & b.is_infinite)
    return Numbers(
        sign=a.sign ^ b.sign,
        significand=a.significand * b.significand,
        exponent=a.exponent + b.exponent,
        is_nan=is_nan,
        is_infinite=(a.is_infinite | b.is_infinite) & ~is_nan,
    )


def _sum(a: Numbers, b: Numbers) -> Numbers:
    """Return the exact sums, over the smaller of the two exponents."""
    exponent = np.minimum(a.exponent, b.exponent)
    left, right = (
        np.where(n.sign, -n.significand, n.significand) << (n.exponent - exponent) for n in (a, b)
    )
    total = left + right
    is_nan = a.is_nan | b.is_nan | (a.is_infinite & b.is_infinite & (a.sign ^ b.sign))
    return Numbers(
        sign=np.select(
            [a.is_infinite, b.is_infinite, total != 0],
            [a.sign, b.sign, total < 0],
            default=a.sign & b.sign,
        ),
        significand=abs(total),
        exponent=exponent,
        is_nan=is_nan,
        is_infinite=(a.is_infinite | b.is_infinite) & ~is_nan,
    )


def _pack_sum(
    fmt: Format, a: Numbers, b: Numbers, overflow: Overflow | str | None
) -> NDArray[np.int64]:
    """Return the codes of the sums, rounded once.

    Where the exponents are so far apart that the exact sum outgrows 64 bits, it is computed with
    Python integers instead: slower, and just as exact.
    """
    longest = np.maximum(bit_length(a.significand), bit_length(b.significand))
    span = longest + abs(a.exponent - b.exponent) + 1
    fits = span <= INT64_SIGNIFICAND_BITS
    if fits.all():
        return pack(fmt, _sum(a, b), overflow)
    codes = np.empty(span.shape, dtype=np.int64)
    for mask, integer in ((fits, np.int64), (~fits, object)):
        chosen = (number.where(mask) for number in (a, b))
        exact = (replace(n, significand=n.significand.astype(integer)) for n in chosen)
        codes[mask] = pack(fmt, _sum(*exact), overflow)
    return codes
