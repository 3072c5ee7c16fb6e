# SPDX-License-Identifier: Apache-2.0
"""Powers of two beside exact numbers, which circuits are made from."""

from fractions import Fraction

__all__ = ["binary_exponent"]


def binary_exponent(value: Fraction) -> int:
    """Return the exponent of the largest power of two that a positive number reaches."""
    exponent = value.numerator.bit_length() - value.denominator.bit_length()
    return exponent if value >= Fraction(2) ** exponent else exponent - 1
