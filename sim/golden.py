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

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rtl_gen.formats import Format, Overflow
from sim.golden_values import (
    Numbers,
    decode,
    describe,
    encode,
    pack,
    round_value,
    unpack,
    value,
)

__all__ = [
    "decode",
    "describe",
    "encode",
    "multiply",
    "round_value",
    "value",
    "widening_multiply",
]


def multiply(
    fmt: Format, a: ArrayLike, b: ArrayLike, overflow: Overflow | str | None = None
) -> NDArray[np.int64]:
    """Return the codes of ``a * b``, in the format of the operands."""
    return widening_multiply(fmt, fmt, a, b, overflow)


def widening_multiply(
    fmt: Format, out_fmt: Format, a: ArrayLike, b: ArrayLike,
    overflow: Overflow | str | None = None,
) -> NDArray[np.int64]:
    """Return the codes of ``a * b`` in ``out_fmt``, rounded once if that format is too narrow."""
    _check_arithmetic(fmt)
    _check_arithmetic(out_fmt)
    return pack(out_fmt, _product(unpack(fmt, a), unpack(fmt, b)), overflow)


def _product(a: Numbers, b: Numbers) -> Numbers:
    """Return the exact products."""
    is_nan = a.is_nan | b.is_nan | (a.is_infinite & b.is_zero) | (a.is_zero & b.is_infinite)
    return Numbers(
        sign=a.sign ^ b.sign,
        significand=a.significand * b.significand,
        exponent=a.exponent + b.exponent,
        is_nan=is_nan,
        is_infinite=(a.is_infinite | b.is_infinite) & ~is_nan)


def _check_arithmetic(fmt: Format) -> None:
    """Refuse a format that cannot hold zero or a sign: that of a scale."""
    if not (fmt.has_zero and fmt.is_signed):
        raise ValueError(f"Format must have a zero and a sign, not {fmt.name!r}")
