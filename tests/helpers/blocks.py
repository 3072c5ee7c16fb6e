# SPDX-License-Identifier: Apache-2.0
"""A stranger's blocks: values of ml_dtypes, and fractions, written from the MX standard.

Nothing here knows how the golden model or the circuits work.
"""

import math
from fractions import Fraction
from functools import cache

import numpy as np
from ml_dtypes import (
    float4_e2m1fn,
    float6_e2m3fn,
    float6_e3m2fn,
    float8_e4m3fn,
    float8_e5m2,
    float8_e8m0fnu,
)

from spikefloat.rtl_gen.formats import Format

__all__ = ["dot_of_blocks", "element_values", "round_to", "scale_values"]

_ELEMENTS = {
    "mxfp8_e4m3": float8_e4m3fn,
    "mxfp8_e5m2": float8_e5m2,
    "mxfp6_e3m2": float6_e3m2fn,
    "mxfp6_e2m3": float6_e2m3fn,
    "mxfp4": float4_e2m1fn,
    "nvfp4": float4_e2m1fn,
}


@cache
def element_values(block: str) -> list[float]:
    """Return the value of each code of an element; a float holds all of them."""
    if block == "mxint8":
        return [value / 64 for value in np.arange(256).astype(np.uint8).view(np.int8).tolist()]
    dtype = np.dtype(_ELEMENTS[block])
    codes = np.arange(1 << {"mxfp8": 8, "mxfp6": 6, "mxfp4": 4, "nvfp4": 4}[block[:5]])
    return codes.astype(np.uint8).view(dtype).astype(float).tolist()


@cache
def scale_values(block: str) -> list[float]:
    """Return the value of each code of a scale."""
    is_nvfp4 = block == "nvfp4"
    codes = np.arange(128 if is_nvfp4 else 256).astype(np.uint8)
    return codes.view(float8_e4m3fn if is_nvfp4 else float8_e8m0fnu).astype(float).tolist()


def round_to(to: Format, exact: Fraction, *, is_negative: bool) -> int:
    """Return the code of a number rounded to nearest even in a format of IEEE 754's kind.

    The exponent is found by comparison with powers of two, and Python's ``round`` of a fraction
    does the rest: it takes the even one of two nearest integers.
    """
    magnitude = abs(exact)
    exponent = to.min_exponent
    if magnitude:
        estimate = magnitude.numerator.bit_length() - magnitude.denominator.bit_length()
        exact_one = estimate if Fraction(2) ** estimate <= magnitude else estimate - 1
        exponent = max(exact_one, to.min_exponent)
    ulp = Fraction(2) ** (exponent - to.mantissa_bits)
    units = round(magnitude / ulp)
    # A number of units of a normal value has the hidden bit in it.
    code = (exponent - to.min_exponent << to.mantissa_bits) + units
    infinity = ((1 << to.exponent_bits) - 1) << to.mantissa_bits
    return min(code, infinity) | is_negative << to.width - 1


def dot_of_blocks(
    block: str, a: np.ndarray, b: np.ndarray, a_scale: np.ndarray, b_scale: np.ndarray, to: Format
) -> int:
    """Return the code of one dot product; elements of the shape (blocks, size)."""
    elements, scales = element_values(block), scale_values(block)
    nan = (((1 << to.exponent_bits) - 1) << to.mantissa_bits) | 1 << to.mantissa_bits - 1
    total, special, negatives = Fraction(0), 0.0, []
    for row_a, row_b, code_a, code_b in zip(
        a.tolist(), b.tolist(), a_scale.tolist(), b_scale.tolist(), strict=True
    ):
        scale = [scales[code_a], scales[code_b]]
        if any(map(math.isnan, scale)):
            return nan
        both = Fraction(scale[0]) * Fraction(scale[1])
        for x, y in zip((elements[c] for c in row_a), (elements[c] for c in row_b), strict=True):
            negatives.append((math.copysign(1, x) < 0) != (math.copysign(1, y) < 0))
            if math.isfinite(x) and math.isfinite(y):
                total += both * Fraction(x) * Fraction(y)
            else:
                special += x * y  # Python's own floats know what becomes of infinities
    if math.isnan(special):
        return nan
    if math.isinf(special):
        infinity = ((1 << to.exponent_bits) - 1) << to.mantissa_bits
        return infinity | (special < 0) << to.width - 1
    is_negative = all(negatives) if total == 0 and block != "mxint8" else total < 0
    return round_to(to, total, is_negative=is_negative)
