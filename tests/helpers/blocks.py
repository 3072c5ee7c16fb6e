# SPDX-License-Identifier: Apache-2.0
"""A stranger's blocks: values of ml_dtypes, and fractions, written from the MX standard.

Nothing here knows how the golden model or the circuits work.
"""

import math
from fractions import Fraction
from functools import cache

import numpy as np
from ml_dtypes import (
    bfloat16,
    float4_e2m1fn,
    float6_e2m3fn,
    float6_e3m2fn,
    float8_e4m3fn,
    float8_e5m2,
    float8_e8m0fnu,
)

from spikefloat.rtl_gen.formats import FORMATS, Format

__all__ = [
    "dequantize",
    "dot_in_turn",
    "dot_of_blocks",
    "element_values",
    "quantize",
    "round_to",
    "scale_values",
]

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


def round_to(to: Format, exact: Fraction, *, is_negative: bool, mode: str = "rne") -> int:
    """Return the code of a number rounded to nearest even, or down or up, in a format of IEEE 754's kind.

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
    is_inward = mode != "rne" and is_negative == (mode == "rup")
    integer = round if mode == "rne" else math.floor if is_inward else math.ceil
    units = integer(magnitude / ulp)
    # A number of units of a normal value has the hidden bit in it.
    code = (exponent - to.min_exponent << to.mantissa_bits) + units
    infinity = ((1 << to.exponent_bits) - 1) << to.mantissa_bits
    return min(code, infinity - is_inward) | is_negative << to.width - 1


def dot_of_blocks(
    block: str,
    a: np.ndarray,
    b: np.ndarray,
    a_scale: np.ndarray,
    b_scale: np.ndarray,
    to: Format,
    bias: float | None = None,
    mode: str = "rne",
) -> int:
    """Return the code of one dot product, plus a bias; elements of the shape (blocks, size)."""
    elements, scales = element_values(block), scale_values(block)
    nan = (((1 << to.exponent_bits) - 1) << to.mantissa_bits) | 1 << to.mantissa_bits - 1
    total, special, negatives = Fraction(bias or 0), 0.0, []
    for row_a, row_b, code_a, code_b in zip(
        a.tolist(), b.tolist(), a_scale.tolist(), b_scale.tolist(), strict=True
    ):
        scale = [scales[code_a], scales[code_b]]
        if any(map(math.isnan, scale)):
            return nan
        both = Fraction(scale[0]) * Fraction(scale[1])
        for x, y in zip((elements[c] for c in row_a), (elements[c] for c in row_b), strict=True):
            is_opposite = (math.copysign(1, x) < 0) != (math.copysign(1, y) < 0)
            # Integers have no negative zero.
            negatives.append(x * y < 0 if block == "mxint8" else is_opposite)
            if math.isfinite(x) and math.isfinite(y):
                total += both * Fraction(x) * Fraction(y)
            else:
                special += x * y  # Python's own floats know what becomes of infinities
    if math.isnan(special):
        return nan
    if math.isinf(special):
        infinity = ((1 << to.exponent_bits) - 1) << to.mantissa_bits
        return infinity | (special < 0) << to.width - 1
    if bias is not None:
        negatives.append(math.copysign(1, bias) < 0)
    of_zero = any(negatives) if mode == "rdn" else all(negatives)
    is_negative = of_zero if total == 0 else total < 0
    return round_to(to, total, is_negative=is_negative, mode=mode)


def dot_in_turn(
    block: str, a: np.ndarray, b: np.ndarray, a_scale: np.ndarray, b_scale: np.ndarray
) -> int:
    """Return the code of one dot product whose blocks numpy adds in binary32, the first two first."""
    total = np.float32(0)
    with np.errstate(all="ignore"):
        for number, row in enumerate(zip(a, b, a_scale, b_scale, strict=True)):
            own = dot_of_blocks(block, *(part[None] for part in row), FORMATS["binary32"])
            value = np.uint32(own).view(np.float32)
            total = total + value if number else value
    return 0x7FC00000 if np.isnan(total) else int(total.view(np.uint32))


def _value(fmt: Format, code: int) -> float:
    """Return the value of a code of 16 or 32 bits."""
    if fmt.name == "binary32":
        return float(np.uint32(code).view(np.float32))
    dtype = bfloat16 if fmt.name == "bfloat16" else np.float16
    return float(np.uint16(code).view(dtype))


def _power_below(value: Fraction) -> int:
    """Return the largest integer n with 2**n at most a positive value."""
    power = 0
    while Fraction(2) ** power > value:
        power -= 1
    while Fraction(2) ** (power + 1) <= value:
        power += 1
    return power


def _nearest(values: list[tuple[Fraction, int]], wanted: Fraction) -> int:
    """Return the code of the value nearest to a number; of two the even code."""
    return min(values, key=lambda own: (abs(own[0] - wanted), own[1] & 1))[1]


def quantize(block: str, codes: list[int], fmt: Format, policy: str) -> tuple[list[int], int]:
    """Return the elements and the scale of one block, by section 6.3 of MX 1.0 or NVIDIA's rule."""
    floats = [_value(fmt, code) for code in codes]
    scales = scale_values(block)
    if not all(map(math.isfinite, floats)):
        return [0] * len(codes), len(scales) - 1
    exact = list(map(Fraction, floats))
    largest = max(map(abs, exact))
    finite = [
        (Fraction(value), code)
        for code, value in enumerate(element_values(block))
        if math.isfinite(value) and math.copysign(1, value) > 0
    ]
    top = max(finite)[0]
    if block == "nvfp4":
        numbers = [(Fraction(own), code) for code, own in enumerate(scales) if math.isfinite(own)]
        scale_code = _nearest(numbers, largest / top)
    elif largest == 0:
        scale_code = 0
    else:
        power = _power_below(largest)
        if policy == "ceil":
            power += largest > Fraction(2) ** power
        if policy == "nearest-even":
            bits = {"mxfp8_e4m3": 4, "mxfp6_e2m3": 4, "mxint8": 7, "mxfp4": 2}.get(block, 3)
            unit = Fraction(2) ** (power - bits + 1)
            power = _power_below(round(largest / unit) * unit)
        scale_code = min(max(power - _power_below(top) + 127, 0), 254)
    scale = Fraction(scales[scale_code])
    elements = []
    for number, value in zip(exact, floats, strict=True):
        code = _nearest(finite, abs(number) / scale) if scale else 0
        if math.copysign(1, value) < 0:
            width = len(element_values(block))
            code = -code % width if block == "mxint8" else code | width >> 1
        elements.append(code)
    return elements, scale_code


def dequantize(block: str, codes: list[int], scale_code: int, to: Format) -> list[int]:
    """Return the codes of the values of a block."""
    elements, scale = element_values(block), scale_values(block)[scale_code]
    nan = (((1 << to.exponent_bits) - 1) << to.mantissa_bits) | 1 << to.mantissa_bits - 1
    infinity = ((1 << to.exponent_bits) - 1) << to.mantissa_bits
    results = []
    for code in codes:
        value = elements[code]
        is_negative = math.copysign(1, value) < 0
        if math.isnan(value * scale):
            results.append(nan)
        elif math.isinf(value):
            results.append(infinity | is_negative << to.width - 1)
        else:
            exact = Fraction(value) * Fraction(scale)
            results.append(round_to(to, exact, is_negative=is_negative))
    return results
