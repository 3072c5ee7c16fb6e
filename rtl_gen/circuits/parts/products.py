# SPDX-License-Identifier: Apache-2.0
"""Tables of results, for constructions whose constants follow from what they have to compute.

Everything is in integers, so a tie is a tie.
"""

from bisect import bisect_left
from functools import lru_cache

from spikefloat.rtl_gen.formats import Format, NanEncoding, Overflow

__all__ = ["has_magnitude_codes", "magnitude_value", "product_magnitudes"]


def has_magnitude_codes(fmt: Format) -> bool:
    """Tell whether a code without its sign says what is infinite or NaN, and zero has a sign."""
    return fmt.is_signed and fmt.has_zero and fmt.nan is not NanEncoding.NEGATIVE_ZERO


def magnitude_value(fmt: Format, code: int) -> int:
    """Return the value of a code without sign in units of the smallest subnormal.

    Codes beyond the largest finite one continue the sequence, as if the exponent had no limit.
    """
    exponent, mantissa = code >> fmt.mantissa_bits, code & fmt.mantissa_mask
    return (mantissa + (1 << fmt.mantissa_bits)) << (exponent - 1) if exponent else mantissa


@lru_cache(maxsize=8)
def product_magnitudes(fmt: Format, overflow: Overflow) -> tuple[tuple[int, ...], ...]:
    """Return the magnitude of each product of finite magnitudes, as a code without sign.

    Rounded to nearest even. A product beyond the largest finite value has, by the policy, the code
    of that value or the next one, which is infinity or NaN.
    """
    beyond = fmt.max_code + (overflow is Overflow.NAN)
    finite = range(fmt.max_code + 1)
    # A product counts units squared; this is one unit in twice that.
    shift = fmt.bias + fmt.mantissa_bits - 1
    # From boundaries[k - 1] on, twice the product rounds to code k or more: past the middle, or on
    # it if k is even.
    boundaries = []
    for code in range(1, fmt.max_code + 2):
        middle = magnitude_value(fmt, code - 1) + magnitude_value(fmt, code) << shift
        boundaries.append(middle + code % 2)
    values = [magnitude_value(fmt, code) for code in finite]
    return tuple(
        tuple(min(bisect_left(boundaries, 2 * x * y + 1), beyond) for y in values) for x in values
    )
