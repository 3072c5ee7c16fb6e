# SPDX-License-Identifier: Apache-2.0
"""Bounds of elementary functions in integers: series whose rest is estimated.

A number is a pair of integers, a lower and an upper bound of ``number * 2**places``. Every division
of integers rounds down; what that loses is added to the upper bound.
"""

import functools
import math
from fractions import Fraction
from typing import NamedTuple

__all__ = [
    "HUGE",
    "Bounds",
    "cosine",
    "erf",
    "erfc",
    "exp",
    "log",
    "logistic",
    "normal_share",
    "pi_times",
    "quotient",
    "sine",
    "softplus",
    "tanh",
    "wave",
]

#: Arguments of an exponential beyond this are taken as this: its value is beyond every format.
HUGE = 1 << 10
#: Places that are computed beyond those that are asked for.
_GUARD = 40


class Bounds(NamedTuple):
    """Integers below and above a number, in units of the last place."""

    low: int
    high: int

    @classmethod
    def of(cls, value: Fraction | int, places: int) -> "Bounds":
        """Return bounds of a fraction."""
        scaled = Fraction(value) * (1 << places)
        return cls(math.floor(scaled), math.ceil(scaled))

    def cut(self, places: int) -> "Bounds":
        """Return bounds with fewer places."""
        return Bounds(self.low >> places, -(-self.high >> places))

    def __neg__(self) -> "Bounds":
        return Bounds(-self.high, -self.low)

    def plus(self, other: "Bounds") -> "Bounds":
        """Return bounds of the sum."""
        return Bounds(self.low + other.low, self.high + other.high)

    def times(self, value: Fraction) -> "Bounds":
        """Return bounds of the product with a fraction."""
        ends = (self.low * value, self.high * value)
        return Bounds(math.floor(min(ends)), math.ceil(max(ends)))


def _inverse(number: Bounds, places: int) -> Bounds:
    """Return bounds of one divided by a positive number."""
    one = 1 << 2 * places
    return Bounds(one // number.high, -(-one // number.low))


@functools.lru_cache(maxsize=256)
def _inverse_tangent_of_inverse(number: int, places: int, sign: int) -> int:
    """Return the sum of ``sign**k / (2 * k + 1) / number**(2 * k + 1)``, within ``places`` units."""
    term, total, k = (1 << places) // number, 0, 0
    while term:
        total += sign**k * (term // (2 * k + 1))
        term //= number * number
        k += 1
    return total


def _around(value: int, error: int, guard: int) -> Bounds:
    return Bounds(value - error, value + error).cut(guard)


def _pi(places: int) -> Bounds:
    """Return bounds of pi (Machin 1706)."""
    wide = places + _GUARD
    fifth, other = (_inverse_tangent_of_inverse(n, wide, -1) for n in (5, 239))
    return _around(4 * (4 * fifth - other), 40 * wide, _GUARD)


def _log2(places: int) -> Bounds:
    """Return bounds of the natural logarithm of 2, which is ``2 * artanh(1 / 3)``."""
    wide = places + _GUARD
    return _around(2 * _inverse_tangent_of_inverse(3, wide, 1), 4 * wide, _GUARD)


def _exp_of_rest(rest: int, places: int) -> Bounds:
    """Return bounds of the exponential of ``rest / 2**places``, which is from 0 to 1."""
    term = total = 1 << places
    count = 1
    while term:
        term = (term * rest >> places) // count
        total += term
        count += 1
    return Bounds(total, total + 4 * count)


def exp(x: Bounds, places: int) -> Bounds:
    """Return bounds of e to the power ``x``; beyond :data:`HUGE`, they are far apart."""
    if x.low >> places > HUGE:
        return Bounds(1 << places + HUGE, 1 << places + 4 * HUGE)
    if x.high >> places < -HUGE:
        return Bounds(0, 1)

    def one_end(end: int) -> Bounds:
        wide = places + _GUARD + max(0, 2 * end >> places)
        end <<= wide - places
        whole = end // _log2(wide).high
        doublings = _log2(wide)
        # The rest may be a little below zero or above what it should be.
        low = max(0, end - max(whole * doublings.low, whole * doublings.high))
        high = end - min(whole * doublings.low, whole * doublings.high)
        bounds = Bounds(_exp_of_rest(low, wide).low, _exp_of_rest(high, wide).high)
        shift = wide - places - whole
        return (
            bounds.cut(shift) if shift >= 0 else Bounds(bounds.low << -shift, bounds.high << -shift)
        )

    return Bounds(one_end(x.low).low, one_end(x.high).high)


def log(x: Bounds, places: int) -> Bounds:
    """Return bounds of the natural logarithm of a positive number."""

    def one_end(end: int) -> Bounds:
        wide = places + _GUARD
        whole = end.bit_length() - places
        # From 1/2 to 1; its logarithm is 2 * artanh((m - 1) / (m + 1)).
        shift = wide - end.bit_length()
        m = end << shift if shift >= 0 else end >> -shift
        one = 1 << wide
        ratio = (one - m << wide) // (one + m)
        square, term, total, k = ratio * ratio >> wide, ratio, 0, 0
        while term:
            total += term // (2 * k + 1)
            term = term * square >> wide
            k += 1
        error = 8 * k + 16
        part = Bounds(-2 * total - error, -2 * total + error)
        doublings = _log2(wide)
        ends = (whole * doublings.low, whole * doublings.high)
        return part.plus(Bounds(min(ends), max(ends))).cut(_GUARD)

    return Bounds(one_end(x.low).low, one_end(x.high).high)


def logistic(x: Bounds, places: int) -> Bounds:
    """Return bounds of ``1 / (1 + exp(-x))``."""
    one = Bounds.of(1, places)
    # The smaller of both ways, so that nothing cancels.
    if x.low >= 0:
        return _inverse(exp(-x, places).plus(one), places)
    power = exp(x, places)
    return Bounds(
        (power.low << places) // (power.low + (1 << places)),
        -(-(power.high << places) // (power.high + (1 << places))),
    )


def _reduce(x: Fraction, places: int) -> tuple[int, Bounds]:
    """Return in which quarter of a turn an angle is, and bounds of the rest, about its middle."""
    wide = places + max(0, math.ceil(abs(x)).bit_length()) + _GUARD
    pi = _pi(wide)
    quarter = round(x / Fraction(pi.low + pi.high, 4 << wide))
    whole = Bounds.of(x, wide)
    ends = (-quarter * pi.low, -quarter * pi.high)
    rest = Bounds(2 * whole.low + min(ends), 2 * whole.high + max(ends))
    return quarter % 4, rest.cut(wide + 1 - places)


def wave(rest: Bounds, places: int, first: int) -> Bounds:
    """Return bounds of the sine (from power 1 on) or cosine (from power 0 on) of a small angle."""
    middle = (rest.low + rest.high) // 2
    square = middle * middle >> places
    term, total, k = middle if first else 1 << places, 0, first
    while term not in (0, -1):
        total += term
        k += 2
        term = -(term * square >> places) // (k * (k - 1))
    error = 4 * k + 8 + (rest.high - rest.low)
    return Bounds(total - error, total + error)


def sine(x: Fraction, places: int, quarters: int = 0) -> Bounds:
    """Return bounds of the sine of an angle, and so many quarters of a turn."""
    wide = places + _GUARD
    quarter, rest = _reduce(x, wide)
    quarter = (quarter + quarters) % 4
    value = wave(rest, wide, first=1 - quarter % 2).cut(_GUARD)
    return -value if quarter >= 2 else value


def cosine(x: Fraction, places: int) -> Bounds:
    """Return bounds of the cosine of an angle."""
    return sine(x, places, quarters=1)


def pi_times(x: Fraction, places: int) -> Bounds:
    """Return bounds of ``pi * x``."""
    return _pi(places).times(x)


def erfc(square: Fraction, places: int) -> Bounds:
    """Return bounds of the complementary error function of the root of a positive number.

    Its series ``1 - 2 / sqrt(pi) * sum((-1)**k * x**(2 * k + 1) / (k! * (2 * k + 1)))`` has terms as
    large as ``exp(square)``; where that is too far, the value is below ``exp(-square)``.
    """
    if square > 512:
        return Bounds(0, exp(Bounds.of(-square, places), places).high)
    wide = places + _GUARD + math.ceil(square * 3)
    root = math.isqrt(math.floor(square * (1 << 2 * wide)))
    term, total, k = root, 0, 0
    while term > 0:
        total += (-1) ** k * (term // (2 * k + 1))
        k += 1
        term = term * square.numerator // (square.denominator * k)
    # Errors of a term grow with those after it, and are at most exp(square) times the count.
    error = (k + 4) * 4 << math.ceil(square * 3 / 2)
    pi = _pi(wide)
    scale = Bounds(math.isqrt(pi.low << wide), math.isqrt(pi.high << wide) + 1)
    # 2 / sqrt(pi) = 2 / scale
    low = ((total - error) * 2 << wide) // scale.high
    high = -(-((total + error) * 2 << wide) // scale.low)
    one = 1 << wide
    return Bounds(max(0, one - high), one - low).cut(wide - places)


def normal_share(x: Fraction, places: int) -> Bounds:
    """Return bounds of the share of a normal distribution below ``x``."""
    half_tail = erfc(x * x / 2, places + 1)
    if x < 0:
        return Bounds(half_tail.low, half_tail.high).cut(2)
    two = 1 << places + 2
    return Bounds(two - half_tail.high, two - half_tail.low).cut(2)


def erf(x: Fraction, places: int) -> Bounds:
    """Return bounds of the error function of ``x``, which is not 0."""
    tail = erfc(x * x, places)
    one = Bounds.of(1, places)
    value = one.plus(-tail)
    return value if x > 0 else -value


def tanh(x: Fraction, places: int) -> Bounds:
    """Return bounds of the hyperbolic tangent of ``x``."""
    twice = logistic(Bounds.of(2 * x, places), places).times(Fraction(2))
    return twice.plus(-Bounds.of(1, places))


def softplus(x: Fraction, places: int) -> Bounds:
    """Return bounds of ``log(1 + exp(x))``."""
    power = exp(Bounds.of(-abs(x), places), places)
    low, high = log(power.plus(Bounds.of(1, places)), places)
    return Bounds(max(low, 0), high).plus(Bounds.of(max(x, Fraction(0)), places))


def quotient(a: Bounds, b: Bounds, places: int) -> Bounds:
    """Return bounds of a quotient by a positive number."""
    ends = [Fraction(x << places, y) for x in a for y in b]
    return Bounds(math.floor(min(ends)), math.ceil(max(ends)))
