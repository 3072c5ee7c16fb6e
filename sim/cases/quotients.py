# SPDX-License-Identifier: Apache-2.0
"""Operands of quotients and roots in wide formats: exact ones, and ones next to a tie.

A quotient or a root of two codes is never halfway between two codes of the same format, unless it
is subnormal; but it may be very near. Such operands are made backwards, from the result.
"""

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format
from spikefloat.sim.cases.sampled import SEED, pair_cases, single_cases

__all__ = ["quotient_cases", "remainder_cases", "root_cases"]

#: How many operands are made backwards.
_MADE = 3000


def quotient_cases(fmt: Format, random_count: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return dividends and divisors, one row for each case: made ones, directed and random ones."""
    rng = np.random.default_rng(seed)
    step = 1 << fmt.mantissa_bits
    divisor = rng.integers(step, 2 * step, _MADE)
    # With one bit more than a significand has: even ones are exact, odd ones halfway.
    quotient = rng.integers(2 * step, 4 * step, _MADE)
    product = divisor.astype(object) * quotient
    shift = np.array([number.bit_length() - fmt.precision for number in product.tolist()], object)
    nearest = (product + (1 << shift - 1)) >> shift
    dividend = np.concatenate([np.clip(nearest + near, step, 2 * step - 1) for near in (-1, 0, 1)])
    fields = rng.integers(1, fmt.max_code >> fmt.mantissa_bits, (2, dividend.size))
    signs = rng.integers(0, 2, (2, dividend.size)) * fmt.signed_sign_mask
    mantissas = np.stack([dividend.astype(np.int64), np.tile(divisor, 3)]) & fmt.mantissa_mask
    made = (signs | fields << fmt.mantissa_bits | mantissas).T
    return np.concatenate([made, pair_cases(fmt, random_count, seed)])


def root_cases(fmt: Format, random_count: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return operands of roots: squares, squares of what is halfway, the usual directed ones.

    For reciprocal roots, the reciprocals of these as well.
    """
    rng = np.random.default_rng(seed)
    step = 1 << fmt.mantissa_bits
    roots = rng.integers(2 * step, 4 * step, _MADE).tolist()
    significands = []
    for root in roots:
        for exact in (root * root, (1 << 6 * fmt.precision) // (root * root)):
            # One bit more or less is as good: the exponent may be odd.
            leading = exact >> exact.bit_length() - fmt.precision
            significands += [leading - 1, leading, leading + 1]
    clipped = np.clip(np.array(significands), step, 2 * step - 1)
    fields = rng.integers(1, fmt.max_code >> fmt.mantissa_bits, clipped.size)
    made = fields << fmt.mantissa_bits | clipped & fmt.mantissa_mask
    return np.concatenate([made[:, None], single_cases(fmt, random_count, seed)])


def remainder_cases(fmt: Format, random_count: int, seed: int = SEED) -> NDArray[np.int64]:
    """Return dividends and divisors: multiples of a half of the divisor, and what is next to them.

    Then the usual directed pairs, and random ones.
    """
    rng = np.random.default_rng(seed)
    step = 1 << fmt.mantissa_bits
    short = fmt.precision // 2
    divisor = rng.integers(1, 1 << fmt.precision - short, _MADE)
    halves = rng.integers(1, 1 << short, _MADE)
    top = fmt.max_code >> fmt.mantissa_bits
    product = divisor * halves
    codes = []
    for significand in (product, divisor):
        places = np.array([fmt.precision - int(number).bit_length() for number in significand])
        codes.append((places, significand << places & fmt.mantissa_mask))
    (of_a, a), (of_b, b) = codes
    # Exponents at which the dividend is so many halves of the divisor.
    lowest = np.maximum(1, 2 + of_a - of_b)
    field_a = lowest + rng.integers(0, 1 << fmt.exponent_bits, _MADE)
    field_b = field_a - of_b + of_a + 1
    fits = (field_a < top) & (field_b >= 1) & (field_b < top)
    a, b = field_a[fits] * step + a[fits], field_b[fits] * step + b[fits]
    near = np.concatenate([a - 1, a, a + 1])
    signs = rng.integers(0, 2, (2, near.size)) * fmt.signed_sign_mask
    made = (np.stack([near, np.tile(b, 3)]) | signs).T
    return np.concatenate([made, pair_cases(fmt, random_count, seed)])
