# SPDX-License-Identifier: Apache-2.0
"""Golden model: what float arithmetic on codes must give, in exact integers.

Each operation unpacks its operands, computes the exact result, and rounds it once: to nearest, ties
to even, unless another way is given. It is written to be read and checked by eye, and resembles no
circuit on purpose: agreement with the circuits then means something. It shares with them the format
records only.

Operands are arrays of codes of any shape, broadcast against each other; results are arrays of
64-bit codes. For every operation:

- A NaN operand gives NaN, as do infinity times zero and infinity minus infinity. Every NaN result
  is the canonical one of the format.
- The sign of a product or of an infinity is the exclusive or of the signs, zeros included. A sum
  that cancels exactly is +0, or -0 when rounding down; (-0) + (-0) is -0. A format without negative
  zero has one zero.
- A result that rounds past the largest finite value follows the overflow policy. An infinite
  operand is not an overflow: its infinite result stays infinite, unless the policy is to have
  finite values only.

Functions called ``..._flagged`` return the flags of IEEE 754-2019 (clause 7) beside the codes.
"""

from dataclasses import replace
from typing import Any

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
from spikefloat.sim.golden.rounding import (
    INVALID,
    NEAREST_EVEN,
    Rounded,
    Rounder,
    encode,
    pack,
    round_value,
)
from spikefloat.sim.golden.sums import pack_sum
from spikefloat.sim.golden.values import (
    INT64_SIGNIFICAND_BITS,
    Numbers,
    bit_length,
    check_arithmetic,
    decode,
    describe,
    unpack,
    value,
)

__all__ = [
    "absolute",
    "add",
    "add_flagged",
    "convert",
    "convert_flagged",
    "decode",
    "describe",
    "encode",
    "equal",
    "fma",
    "fma_flagged",
    "less",
    "maximum",
    "minimum",
    "multiply",
    "multiply_flagged",
    "negate",
    "product",
    "relu",
    "round_value",
    "subtract",
    "sum_flagged",
    "unordered",
    "value",
    "widening_multiply",
]


def multiply(
    fmt: Format,
    a: ArrayLike,
    b: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> NDArray[np.int64]:
    """Return the codes of ``a * b``, in the format of the operands."""
    return multiply_flagged((fmt, fmt), fmt, a, b, overflow, rounder).codes


def widening_multiply(
    fmt: Format,
    to: Format,
    a: ArrayLike,
    b: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> NDArray[np.int64]:
    """Return the codes of ``a * b`` in format ``to``, rounded once if that is too narrow."""
    return multiply_flagged((fmt, fmt), to, a, b, overflow, rounder).codes


def multiply_flagged(
    formats: tuple[Format, Format],
    to: Format,
    a: ArrayLike,
    b: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return ``a * b`` in format ``to``, with flags; each operand has a format of its own."""
    x, y = _operands(formats, (a, b))
    check_arithmetic(to)
    exact = product(x, y)
    invalid = exact.is_nan & ~x.is_nan & ~y.is_nan
    return _raise(INVALID, invalid, pack(to, exact, overflow, rounder))


def add(
    fmt: Format,
    a: ArrayLike,
    b: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> NDArray[np.int64]:
    """Return the codes of ``a + b``."""
    return add_flagged((fmt, fmt), fmt, a, b, overflow, rounder).codes


def subtract(
    fmt: Format,
    a: ArrayLike,
    b: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> NDArray[np.int64]:
    """Return the codes of ``a - b``, which is ``a + (-b)``."""
    return add_flagged((fmt, fmt), fmt, a, b, overflow, rounder, negate_b=True).codes


def add_flagged(
    formats: tuple[Format, Format],
    to: Format,
    a: ArrayLike,
    b: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
    *,
    negate_b: bool = False,
) -> Rounded:
    """Return ``a + b`` or ``a - b`` in format ``to``, with flags."""
    x, y = _operands(formats, (a, b))
    check_arithmetic(to)
    return pack_sum(to, [x, replace(y, sign=y.sign ^ negate_b)], overflow, rounder)


def sum_flagged(
    fmt: Format,
    to: Format,
    operands: tuple[ArrayLike, ...],
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return the sum of the operands, rounded once into ``to``, with flags (P3109's FAA)."""
    check_arithmetic(to)
    numbers = _operands((fmt,) * len(operands), operands)
    return pack_sum(to, numbers, overflow, rounder)


def fma(
    fmt: Format,
    a: ArrayLike,
    b: ArrayLike,
    c: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> NDArray[np.int64]:
    """Return the codes of ``a * b + c``, rounded once."""
    return fma_flagged((fmt, fmt, fmt), fmt, a, b, c, overflow, rounder).codes


def fma_flagged(
    formats: tuple[Format, Format, Format],
    to: Format,
    a: ArrayLike,
    b: ArrayLike,
    c: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
    *,
    negate_product: bool = False,
    negate_c: bool = False,
) -> Rounded:
    """Return ``±(a * b) ± c`` in format ``to``, rounded once, with flags.

    Infinity times zero is invalid, also where ``c`` is NaN (IEEE 754-2019, clause 7.2 leaves that
    open; RISC-V has it so).
    """
    x, y, z = _operands(formats, (a, b, c))
    check_arithmetic(to)
    exact = product(x, y)
    invalid = exact.is_nan & ~x.is_nan & ~y.is_nan
    terms = [
        replace(exact, sign=exact.sign ^ negate_product),
        replace(z, sign=z.sign ^ negate_c),
    ]
    return _raise(INVALID, invalid, pack_sum(to, terms, overflow, rounder))


def convert(
    src: Format,
    dst: Format,
    codes: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> NDArray[np.int64]:
    """Return the codes in format ``dst`` of ``codes`` in format ``src``.

    An infinity that ``dst`` lacks becomes NaN, or the largest finite value with its sign, as the
    policy says. A NaN that ``dst`` lacks becomes a zero of the opposite sign, as in ml_dtypes. A
    zero that ``dst`` lacks becomes NaN, and so does a negative number if ``dst`` has no sign.
    """
    return convert_flagged(src, dst, codes, overflow, rounder).codes


def convert_flagged(
    src: Format,
    dst: Format,
    codes: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return what :func:`convert` does, with flags."""
    return pack(dst, unpack(src, codes), overflow, rounder)


def _operands(formats: tuple[Format, ...], codes: tuple[ArrayLike, ...]) -> list[Numbers]:
    """Return the operands as exact numbers."""
    for fmt in formats:
        check_arithmetic(fmt)
    return [unpack(fmt, array) for fmt, array in zip(formats, codes, strict=True)]


def _raise(flag: int, where: NDArray[Any], result: Rounded) -> Rounded:
    """Return a result with one more flag at some places."""
    return Rounded(result.codes, result.flags | flag * where)


def product(a: Numbers, b: Numbers) -> Numbers:
    """Return the exact products; infinity times zero is NaN."""
    is_nan = a.is_nan | b.is_nan | (a.is_infinite & b.is_zero) | (a.is_zero & b.is_infinite)
    significands = [number.significand for number in (a, b)]
    if (
        sum(int(bit_length(array).max(initial=0)) for array in significands)
        > INT64_SIGNIFICAND_BITS
    ):
        significands = [array.astype(object) for array in significands]
    return Numbers(
        sign=a.sign ^ b.sign,
        significand=significands[0] * significands[1],
        exponent=a.exponent + b.exponent,
        is_nan=is_nan,
        is_infinite=(a.is_infinite | b.is_infinite) & ~is_nan,
    )
