# SPDX-License-Identifier: Apache-2.0
"""Golden model of functions of one operand: correctly rounded, whatever their value is.

The value of each code is bounded ever more narrowly, until every place that rounding looks at is
known. It is then cut off there, and one more bit says that something is left: such a number rounds
as the exact one does.
"""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.sim.golden.rounding import (
    DIVIDE_BY_ZERO,
    INVALID,
    NEAREST_EVEN,
    Rounded,
    Rounder,
    pack,
)
from spikefloat.sim.golden.series import (
    Bounds,
    cosine,
    erf,
    exp,
    log,
    logistic,
    normal_share,
    pi_times,
    quotient,
    sine,
    softplus,
    tanh,
    wave,
)
from spikefloat.sim.golden.values import Numbers, check_arithmetic, unpack

__all__ = ["FUNCTIONS", "Value", "function", "irrational", "round_table"]

#: Values beyond two to this power, or below its inverse, are beyond every format that results have.
_FAR = 600


class Value(NamedTuple):
    """What a code gives: ``(-1)**sign * significand * 2**exponent``, or something else."""

    sign: bool
    significand: int = 0
    exponent: int = 0
    is_nan: bool = False
    is_infinite: bool = False
    is_pole: bool = False


_NAN = Value(False, is_nan=True)


def _exact(value: Fraction, *, sign: bool = False, places: int = 128) -> Value:
    """Return a fraction, cut off with one more bit if its denominator is no power of two."""
    value_sign = value < 0 or (value == 0 and sign)
    scaled, rest = divmod(abs(value.numerator) << places, value.denominator)
    return Value(value_sign, scaled << 1 | (rest != 0), -places - 1)


_Approximation = Callable[[Fraction, int], Bounds]


def irrational(bounds: Callable[[int], Bounds], bits: int, places: int = 64) -> Value:
    """Return a number that is no fraction, cut off after some significant bits, and one bit more.

    Parameters
    ----------
    bounds : callable
        Returns bounds of the number for a number of places.
    bits : int
        Number of significant bits.
    places : int
        Number of places to begin with.
    """
    while True:
        low, high = bounds(places)
        if low >= 0 or high <= 0:
            sign = low < 0
            least, most = (-high, -low) if sign else (low, high)
            # It is neither of its bounds.
            if least >> places + _FAR:
                return Value(sign, 1, _FAR)
            shift = max(least.bit_length() - bits, 0)
            if least and least >> shift == (most - 1) >> shift:
                if least.bit_length() >= bits:
                    return Value(sign, least >> shift << 1 | 1, shift - places - 1)
            elif places > _FAR and most.bit_length() <= places - _FAR:
                return Value(sign, 1, -_FAR)
        places *= 2


def _gelu_tanh(x: Fraction, places: int) -> Bounds:
    argument = 2 * (x + Fraction(44715, 10**6) * x**3)
    wide = places + max(argument.numerator.bit_length() - argument.denominator.bit_length(), 0) + 8
    two_over_pi = Bounds(*((2 << 2 * wide) // end for end in reversed(pi_times(Fraction(1), wide))))
    scale = Bounds(
        math.isqrt(two_over_pi.low << wide), math.isqrt((two_over_pi.high + 1) << wide) + 1
    )
    return logistic(scale.times(argument), wide).times(x).cut(wide - places)


def _tan(x: Fraction, places: int) -> Bounds:
    s, c = sine(x, places), cosine(x, places)
    if c.low <= 0 <= c.high:
        return Bounds(-1, 1)
    ends = [Fraction(a << places, b) for a in s for b in c]
    return Bounds(math.floor(min(ends)), math.ceil(max(ends)))


#: Functions that are irrational for every operand but those that are named in :func:`_finite`.
_APPROXIMATIONS: dict[str, _Approximation] = {
    "exp": lambda x, p: exp(Bounds.of(x, p), p),
    "exp2": lambda x, p: exp(log(Bounds.of(2, p), p).times(x), p),
    "expm1": lambda x, p: exp(Bounds.of(x, p), p).plus(Bounds.of(-1, p)),
    "log": lambda x, p: log(Bounds.of(x, p), p),
    "log2": lambda x, p: quotient(log(Bounds.of(x, p), p), log(Bounds.of(2, p), p), p),
    "log1p": lambda x, p: log(Bounds.of(1 + x, p), p),
    "sin": sine,
    "cos": cosine,
    "tan": _tan,
    "tanh": tanh,
    "sigmoid": lambda x, p: logistic(Bounds.of(x, p), p),
    "silu": lambda x, p: logistic(Bounds.of(x, p), p).times(x),
    "gelu": lambda x, p: normal_share(x, p).times(x),
    "gelu_tanh": _gelu_tanh,
    "erf": erf,
    "softplus": softplus,
}


def _exact_value(name: str, x: Fraction) -> Value | Fraction | None:
    """Return the value for a finite operand that is not zero, or None if it is irrational."""
    whole = x.denominator == 1
    match name:
        case "log" | "log2" if x < 0:
            return _NAN
        case "log" if x == 1:
            return Fraction(0)
        case "log1p" if x <= -1:
            return Value(True, is_infinite=True, is_pole=True) if x == -1 else _NAN
        case "log2":
            length = x.numerator.bit_length() - x.denominator.bit_length()
            return Fraction(length) if x == Fraction(2) ** length else None
        case "exp2" if whole:
            return Value(False, 1, min(max(int(x), -_FAR), _FAR))
        case "sinpi" | "cospi":
            turns = 2 * (x if name == "sinpi" else abs(x) + Fraction(1, 2))
            if turns.denominator != 1:
                return None
            value = Fraction((0, 1, 0, -1)[int(turns) % 4])
            return _exact(value, sign=name == "sinpi" and x < 0)
        case "relu6":
            return min(max(x, Fraction(0)), Fraction(6))
        case "leaky_relu":
            return x if x > 0 else x / 128
        case "hard_sigmoid" | "hard_swish":
            share = min(max(x + 3, Fraction(0)), Fraction(6)) / 6
            return share if name == "hard_sigmoid" else _exact(x * share, sign=x < 0)
    return None


def _sine_of_turns(x: Fraction, places: int) -> Bounds:
    """Return bounds of ``sin(pi * x)`` by the series of a small angle."""
    half = round(2 * x)
    rest = x - Fraction(half, 2)
    return _sine_of(rest, half % 4, places)


def _sine_of(rest: Fraction, quarters: int, places: int) -> Bounds:
    wide = places + 40
    angle = pi_times(rest, wide)
    value = wave(angle, wide, first=1 - quarters % 2).cut(wide - places)
    return -value if quarters >= 2 else value


_APPROXIMATIONS["sinpi"] = _sine_of_turns
_APPROXIMATIONS["cospi"] = lambda x, p: _sine_of_turns(abs(x) + Fraction(1, 2), p)


def _finite(name: str, x: Fraction, bits: int) -> Value:
    value = _exact_value(name, x)
    if isinstance(value, Fraction):
        return _exact(value)
    # What is close to its operand, or to what it is at zero, differs by as little as that.
    small = max(x.denominator.bit_length() - x.numerator.bit_length(), 0)
    return value or irrational(partial(_APPROXIMATIONS[name], x), bits, 64 + 2 * small)


_INFINITY, _MINUS_INFINITY = Value(False, is_infinite=True), Value(True, is_infinite=True)
_NOTHING, _MINUS_NOTHING = Value(False), Value(True)
_POLE = Value(True, is_infinite=True, is_pole=True)

#: At minus infinity and at infinity.
_ENDS: dict[str, tuple[Value, Value]] = {
    **dict.fromkeys(("exp", "exp2", "softplus"), (_NOTHING, _INFINITY)),
    "expm1": (_exact(Fraction(-1)), _INFINITY),
    **dict.fromkeys(("log", "log2", "log1p"), (_NAN, _INFINITY)),
    **dict.fromkeys(("sin", "cos", "tan", "sinpi", "cospi"), (_NAN, _NAN)),
    **dict.fromkeys(("tanh", "erf"), (_exact(Fraction(-1)), _exact(Fraction(1)))),
    **dict.fromkeys(("sigmoid", "hard_sigmoid"), (_NOTHING, _exact(Fraction(1)))),
    **dict.fromkeys(("silu", "gelu", "gelu_tanh", "hard_swish"), (_MINUS_NOTHING, _INFINITY)),
    "relu6": (_NOTHING, _exact(Fraction(6))),
    "leaky_relu": (_MINUS_INFINITY, _INFINITY),
}

#: At zero, where it is not a zero with the sign of the operand.
_ORIGINS: dict[str, Value] = {
    **dict.fromkeys(("exp", "exp2", "cos", "cospi"), _exact(Fraction(1))),
    **dict.fromkeys(("log", "log2"), _POLE),
    **dict.fromkeys(("sigmoid", "hard_sigmoid"), _exact(Fraction(1, 2))),
    "relu6": _NOTHING,
}

#: Names of all functions.
FUNCTIONS = tuple(_ENDS)


@lru_cache(maxsize=64)
def _values(name: str, fmt: Format, bits: int) -> tuple[Value, ...]:
    """Return the value of a function for every code of a format."""
    numbers = unpack(fmt, np.arange(1 << fmt.width))
    rows = zip(*(field.tolist() for field in vars(numbers).values()), strict=True)
    values = []
    for sign, significand, exponent, is_nan, is_infinite in rows:
        if is_nan:
            values.append(Value(sign, is_nan=True, significand=1))
        elif is_infinite:
            values.append(_ENDS[name][not sign])
        elif significand == 0 and name == "softplus":
            values.append(irrational(lambda p: log(Bounds.of(2, p), p), bits))
        elif significand == 0:
            values.append(_ORIGINS.get(name, Value(sign)))
        else:
            values.append(_finite(name, (-1) ** sign * significand * Fraction(2) ** exponent, bits))
    return tuple(values)


def function(
    name: str,
    fmt: Format,
    to: Format,
    a: ArrayLike,
    overflow: Overflow | str | None = None,
    rounder: Rounder = NEAREST_EVEN,
) -> Rounded:
    """Return a function of codes, rounded once.

    Parameters
    ----------
    name : str
        One of :data:`FUNCTIONS`.
    fmt, to : Format
        Format of the operand, of at most 16 bits, and of the result.
    a : array of int
        Codes.
    overflow : Overflow or str, optional
        What becomes of results that are too large.
    rounder : Rounder
        How to round.

    Returns
    -------
    Rounded
        An operand outside the domain is invalid, a pole divides by zero. A NaN in a format that has
        none becomes a zero with the opposite of the operand's sign, which is invalid.
    """
    check_arithmetic(fmt)
    every = _values(name, fmt, to.precision + rounder.random_bits + 3)
    return round_table(every, fmt, to, a, overflow, rounder)


def round_table(
    every: Sequence[Value],
    fmt: Format,
    to: Format,
    a: ArrayLike,
    overflow: Overflow | str | None,
    rounder: Rounder,
) -> Rounded:
    """Return the codes and flags of a function whose value for each code is given.

    Parameters are those of :func:`function`, with the values in place of the name.
    """
    codes = np.asarray(a, np.int64)
    picked = [every[code] for code in codes.ravel().tolist()]

    def field(name: str, kind: type) -> NDArray[Any]:
        return np.array([getattr(value, name) for value in picked], kind).reshape(codes.shape)

    is_nan, is_pole = field("is_nan", bool), field("is_pole", bool)
    operand = unpack(fmt, codes)
    invalid = is_nan & ~operand.is_nan
    sign = np.where(is_nan, codes & fmt.sign_mask != 0, field("sign", bool))
    numbers = Numbers(
        sign=sign,
        significand=field("significand", object),
        exponent=field("exponent", object),
        is_nan=is_nan,
        is_infinite=field("is_infinite", bool),
    )
    rounded = pack(to, numbers, overflow, rounder)
    flags = np.where(invalid, INVALID, np.where(is_pole, DIVIDE_BY_ZERO, rounded.flags))
    if not to.is_signed:
        flags = np.where(is_pole & sign, INVALID, flags)
    return Rounded(rounded.codes, flags)
