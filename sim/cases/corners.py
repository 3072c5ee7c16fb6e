# SPDX-License-Identifier: Apache-2.0
"""Operands that find mistakes: corners of a format, pairs made for a purpose, seeded random pairs.

For formats too wide to try every pair. The directed pairs are every pair of the corner codes, plus
pairs whose exact result lies on, or one last place beside, a decision: halfway between two codes,
at the end of the range, at half the smallest value. The random pairs are not all drawn evenly: two
evenly drawn exponents of a wide format are mostly so far apart that nothing happens.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format

__all__ = [
    "corner_codes",
    "directed_pairs",
    "draw_codes",
    "is_special",
    "random_codes",
    "random_pairs",
    "random_triples",
]

Codes = NDArray[np.int64]


def corner_codes(fmt: Format) -> Codes:
    """Return special, boundary and subnormal codes, powers of two, all with both neighbours.

    That is: zeros, infinities, some NaNs; the smallest and largest subnormal, normal and finite
    codes; powers of two around one, around the square roots of the ends of the range, and one
    last place apart; mantissas of nothing but ones, of the top bit, of the bottom bit.
    """
    step = 1 << fmt.mantissa_bits  # doubles a normal value
    top = fmt.max_code >> fmt.mantissa_bits
    fields = {
        0,
        1,
        2,
        fmt.bias - 1,
        fmt.bias,
        fmt.bias + 1,
        top - 1,
        top,
        # Squares of these are near the smallest and the largest value.
        (fmt.bias + 1) // 2,
        (fmt.bias - fmt.mantissa_bits) // 2,
        (fmt.bias + top) // 2,
        # One, seen from these, is at the last place, or just below it.
        fmt.bias + fmt.mantissa_bits,
        fmt.bias + fmt.precision,
        fmt.bias + fmt.precision + 1,
        fmt.precision,
        fmt.precision + 1,
        fmt.precision + 2,
    }
    centres = {field * step for field in fields if 0 <= field <= top}
    # Top bit of the mantissa, ones only, and the end of the range.
    centres |= {centre | step >> 1 for centre in (0, step, fmt.bias * step)}
    centres |= {1, step - 1, (fmt.bias + 1) * step - 1, fmt.max_code, fmt.magnitude_mask}
    if fmt.infinity_code is not None and fmt.nan_code is not None:
        centres |= {fmt.infinity_code, fmt.nan_code}
    magnitudes = _clipped((c + near for c in centres for near in (-1, 0, 1)), fmt.magnitude_mask)
    return np.unique(np.concatenate([magnitudes, magnitudes | fmt.signed_sign_mask]))


def directed_pairs(fmt: Format) -> tuple[Codes, Codes]:
    """Return every pair of corner codes, and pairs made to meet a decision, each once.

    The latter come with each sign of each operand.
    """
    corners = corner_codes(fmt)
    grid_a, grid_b = (grid.ravel() for grid in np.meshgrid(corners, corners, indexing="ij"))
    made = list(_sums_near_ties(fmt))
    made += _products_near_ties(fmt)
    made += _results_near_ends(fmt)
    a, b = np.array([p for p in made if all(0 <= c <= fmt.magnitude_mask for c in p)]).T
    signs = (0, fmt.signed_sign_mask) if fmt.is_signed else (0,)
    signed = [(a | sign_a, b | sign_b) for sign_a in signs for sign_b in signs]
    pairs = np.concatenate([(grid_a, grid_b), *signed], axis=1)
    a, b = np.unique(pairs, axis=1)
    return a, b


def draw_codes(rng: np.random.Generator, width: int, shape: int | tuple[int, ...]) -> Codes:
    """Return evenly drawn codes; of 64 bits, as numbers in two's complement."""
    if width < 64:
        return rng.integers(0, 1 << width, shape)
    return rng.integers(-(1 << 63), 1 << 63, shape)


def is_special(fmt: Format, codes: Codes) -> NDArray[np.bool_]:
    """Tell which codes are NaN or an infinity."""
    special = (codes & fmt.magnitude_mask) > fmt.max_code
    return special if fmt.nan_code is None else special | (codes == fmt.nan_code)


def random_codes(fmt: Format, count: int, seed: int) -> Codes:
    """Return ``count`` evenly drawn codes."""
    return draw_codes(np.random.default_rng(seed), fmt.width, count)


def random_pairs(fmt: Format, count: int, seed: int) -> tuple[Codes, Codes]:
    """Return ``count`` pairs of codes: a third each for any use, for sums and for products.

    The first third is drawn evenly. In the second, the exponents differ so little that both
    operands count; in the last, the product is near one of the ends of the range.
    """
    rng = np.random.default_rng(seed)
    a, b = draw_codes(rng, fmt.width, (2, count))
    field_a, field_b = (
        codes >> fmt.mantissa_bits & (1 << fmt.exponent_bits) - 1 for codes in (a, b)
    )
    top = fmt.max_code >> fmt.mantissa_bits
    reach = fmt.precision + 2
    offset = rng.integers(-reach, reach + 1, count)
    # Exponent fields of a product add up to the bias more than that of the product.
    end = fmt.bias + np.where(rng.integers(0, 2, count), top, 1 - fmt.mantissa_bits // 2)
    third = np.arange(count) * 3 // max(count, 1)
    field_b = np.select(
        [third == 0, third == 1], [field_b, field_a + offset], end - field_a + offset
    )
    field_b = np.clip(field_b, 0, (1 << fmt.exponent_bits) - 1)
    return a, b & ~fmt.exponent_mask | field_b << fmt.mantissa_bits


def random_triples(fmt: Format, count: int, seed: int) -> tuple[Codes, Codes, Codes]:
    """Return ``count`` triples of codes for ``a * b + c``.

    In the first third they are drawn evenly; in the second, the exponent of ``c`` is near that of
    the product; in the last, ``c`` is within a few last places of what the product rounds to, and
    of the opposite sign.
    """
    rng = np.random.default_rng(seed)
    a, b, c = draw_codes(rng, fmt.width, (3, count))
    highest = (1 << fmt.exponent_bits) - 1
    field = (a >> fmt.mantissa_bits & highest) + (b >> fmt.mantissa_bits & highest) - fmt.bias
    reach = 2 * fmt.precision + 3
    field = np.clip(field + rng.integers(-reach, reach + 1, count), 0, highest)
    near = c & ~fmt.exponent_mask | field << fmt.mantissa_bits
    with np.errstate(over="ignore"):  # in binary64 only; the largest value will do, too
        close = _near_magnitude(fmt, _magnitudes(fmt, a) * _magnitudes(fmt, b))
    close = np.clip(close + rng.integers(-2, 3, count), 0, fmt.magnitude_mask)
    close |= ~(a ^ b) & fmt.signed_sign_mask
    third = np.arange(count) * 3 // max(count, 1)
    return a, b, np.select([third == 0, third == 1], [c, near], close)


def _magnitudes(fmt: Format, codes: Codes) -> NDArray[np.float64]:
    """Return magnitudes, as if every code were a finite number."""
    field = (codes & fmt.exponent_mask) >> fmt.mantissa_bits
    significand = (codes & fmt.mantissa_mask) + np.where(field, 1 << fmt.mantissa_bits, 0)
    exponent = np.maximum(field, 1) - fmt.bias - fmt.mantissa_bits
    return np.asarray(np.ldexp(significand.astype(float), exponent))


def _near_magnitude(fmt: Format, magnitudes: NDArray[np.float64]) -> Codes:
    """Return codes within a last place of magnitudes, and the largest for those out of range."""
    magnitudes = np.minimum(magnitudes, float(fmt.max_value))
    _, exponent = np.frexp(magnitudes)  # one more than that of a significand from 1 to 2
    field = np.maximum(exponent - 1 + fmt.bias, 1)
    last_places = np.rint(np.ldexp(magnitudes, fmt.mantissa_bits + fmt.bias - field))
    codes = last_places.astype(np.int64) + (field - 1 << fmt.mantissa_bits)
    return np.asarray(np.minimum(codes, fmt.max_code))


def _clipped(codes: Iterable[int], largest: int) -> Codes:
    return np.array(sorted({code for code in codes if 0 <= code <= largest}))


def _mantissas(fmt: Format) -> list[int]:
    """Return a few mantissas, even and odd: all bits, none, one, alternating."""
    ones = fmt.mantissa_mask
    some = {0, 1, 2, ones, ones - 1, ones >> 1, (ones >> 1) + 1, ones // 3}
    return sorted(mantissa for mantissa in some if 0 <= mantissa <= ones)


def _sums_near_ties(fmt: Format) -> Iterator[tuple[int, int]]:
    """Yield pairs whose smaller operand is near one half of the last place of the larger one."""
    step = 1 << fmt.mantissa_bits
    top = fmt.max_code >> fmt.mantissa_bits
    for field in sorted({1, 2, fmt.precision + 1, fmt.precision + 2, fmt.bias, top - 1, top}):
        for mantissa in _mantissas(fmt):
            large = field * step + mantissa
            for half in (field - fmt.precision, field - fmt.precision - 1):
                # A field of 0 or less means a subnormal, with its one bit further down.
                code = half * step if half > 0 else step >> 1 - half
                for near in (-1, 0, 1, step >> 1):
                    yield large, code + near
                    yield code + near, large


def _products_near_ties(fmt: Format) -> Iterator[tuple[int, int]]:
    """Yield pairs of normals whose product ends in one half of the last place, or beside it.

    The zeros at the end of the significands add up. A product of small mantissas loses
    ``mantissa_bits`` bits, and one of large mantissas one more.
    """
    one = fmt.bias << fmt.mantissa_bits
    for discarded in (fmt.mantissa_bits, fmt.precision):
        for zeros in range(discarded):
            for a in _mantissas_ending(fmt, zeros):
                for b in _mantissas_ending(fmt, discarded - 1 - zeros):
                    for near in (-1, 0, 1):
                        yield one + a, one + b + near


def _mantissas_ending(fmt: Format, zeros: int) -> list[int]:
    """Return a few mantissas, small and large, that end in so many zeros."""
    ones = fmt.mantissa_mask >> zeros << zeros
    some = {1 << zeros, 3 << zeros, ones, ones - (2 << zeros)}
    return sorted(mantissa for mantissa in some if 0 < mantissa <= ones) or [0]


def _results_near_ends(fmt: Format) -> Iterator[tuple[int, int]]:
    """Yield pairs whose product is near the largest value, or half or once the smallest."""
    step = 1 << fmt.mantissa_bits
    top = fmt.max_code >> fmt.mantissa_bits
    # The smallest subnormal is the normal 2**(1 - bias - mantissa_bits), would that exist.
    ends = (top, top + 1, 1, 0, 1 - fmt.mantissa_bits, -fmt.mantissa_bits)
    for end in ends:
        for field in sorted({1, fmt.bias // 2, fmt.bias, (fmt.bias + top) // 2, top}):
            other = end + fmt.bias - field
            if not 1 <= other <= top:
                continue
            for mantissa in _mantissas(fmt):
                for near in (-1, 0, 1, fmt.max_code & fmt.mantissa_mask):
                    yield field * step + mantissa, other * step + near
    for near in range(4):
        yield fmt.max_code, fmt.max_code - near
        yield fmt.max_code - near, max(fmt.max_code - fmt.precision * step, 0) + near
