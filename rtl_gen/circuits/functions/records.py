# SPDX-License-Identifier: Apache-2.0
"""The functions, one record each: what it is for finite numbers, zeros and infinities.

That a value is irrational wherever it is not stated as exact follows from the theorems of Lindemann
and Weierstrass (exp, log, sine, hyperbolic tangent and what is made of them, at rational numbers)
and of Gelfond and Schneider (powers and logarithms of base 2), and from Niven's for sines of
rational parts of a turn, of which floats have only halves. For those of the error function no proof
is known, but a value that no bounds could tell from a fraction would never be decided, and all are.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from spikefloat.rtl_gen.circuits.functions.enclosure import Arithmetic, enclose
from spikefloat.rtl_gen.circuits.functions.function import Function
from spikefloat.rtl_gen.circuits.functions.outcome import (
    INVALID,
    Exact,
    Infinite,
    Irrational,
    Outcome,
)

__all__ = ["FUNCTIONS"]

_ZERO, _ONE = Exact(Fraction(0)), Exact(Fraction(1))
_HALF = Fraction(1, 2)
#: Slope of the leaky rectifier below zero.
_LEAK = Fraction(1, 128)
#: Exponents of two beyond this are all alike to a format of 16 bits.
_FAR = 2048


def _of(function: Callable[[Arithmetic, Any], Any]) -> Callable[[Fraction], Outcome]:
    """Return the outcome of a function that is irrational, by its arithmetic."""

    def finite(x: Fraction) -> Outcome:
        return Irrational(lambda precision: enclose(lambda r: function(r, r.number(x)), precision))

    return finite


def _signed_zero(is_negative: bool) -> Exact:
    return Exact(Fraction(0), is_negative)


def _always(outcome: Outcome) -> Callable[[bool], Outcome]:
    return lambda is_negative: outcome


def _ends(minus: Outcome, plus: Outcome) -> Callable[[bool], Outcome]:
    return lambda is_negative: minus if is_negative else plus


def _exp2(x: Fraction) -> Outcome:
    if x.denominator == 1:
        return Exact(Fraction(2) ** max(-_FAR, min(_FAR, int(x))))
    return _of(lambda r, x: r.exp2(x))(x)


def _log2(x: Fraction) -> Outcome:
    if x < 0:
        return INVALID
    top, bottom = x.numerator.bit_length() - 1, x.denominator.bit_length() - 1
    if x == Fraction(2) ** (top - bottom):
        return Exact(Fraction(top - bottom))
    return _of(lambda r, x: r.log2(x))(x)


def _log(x: Fraction) -> Outcome:
    if x < 0:
        return INVALID
    return _ZERO if x == 1 else _of(lambda r, x: r.log(x))(x)


def _log1p(x: Fraction) -> Outcome:
    if x <= -1:
        return Infinite(is_negative=True, is_pole=True) if x == -1 else INVALID
    return _of(lambda r, x: r.log1p(x))(x)


def _sine_of_turns(x: Fraction) -> Outcome:
    """Return sin(pi * x)."""
    rest = x - 2 * (x // 2)  # from 0 to 2
    if rest in (0, 1):
        return Exact(Fraction(0), x < 0)
    is_negative, rest = rest > 1, rest - (rest > 1)
    angle = min(rest, 1 - rest)
    if angle == _HALF:
        return Exact(Fraction(-1 if is_negative else 1))

    def value(r: Arithmetic) -> Any:
        toward = r.opposite if is_negative else r
        sine = toward.sin(toward.mul(toward.const_pi(), toward.number(angle)))
        return -sine if is_negative else sine

    return Irrational(lambda precision: enclose(value, precision))


def _cosine_of_turns(x: Fraction) -> Outcome:
    outcome = _sine_of_turns(_HALF - abs(x))
    return _ZERO if outcome == Exact(Fraction(0), True) else outcome


def _logistic(r: Arithmetic, x: Any) -> Any:
    opposite = r.opposite
    return r.div(1, opposite.add(1, opposite.exp(-x)))


def _softplus(r: Arithmetic, x: Any) -> Any:
    if x <= 0:
        return r.log1p(r.exp(x))
    return r.add(x, r.log1p(r.exp(-x)))


def _times_share(share: Callable[[Arithmetic, Fraction], Any]) -> Callable[[Fraction], Outcome]:
    """Return ``x * share(x)`` for a positive share."""

    def value(r: Arithmetic, x: Fraction) -> Any:
        if x > 0:
            return r.mul(r.number(x), share(r, x))
        toward = r.opposite
        return -toward.mul(toward.number(-x), share(toward, x))

    return lambda x: Irrational(lambda precision: enclose(lambda r: value(r, x), precision))


def _normal_share(r: Arithmetic, x: Fraction) -> Any:
    """Return the share of a normal distribution below ``x``."""
    toward = r if x > 0 else r.opposite
    distance = toward.div(toward.number(abs(x)), toward.opposite.sqrt(2))
    return r.div_2exp(r.erfc(-distance if x > 0 else distance), 1)


def _tanh_share(r: Arithmetic, x: Fraction) -> Any:
    """Return what takes its place in the form of GELU with a hyperbolic tangent."""
    toward = r if x > 0 else r.opposite
    scale = toward.sqrt(toward.div(8, toward.opposite.const_pi()))
    argument = abs(x) + Fraction(44715, 1000000) * abs(x) ** 3
    size = toward.mul(scale, toward.number(argument))
    return _logistic(r, size if x > 0 else -size)


def _clip(low: Fraction | int, x: Fraction, high: Fraction | int) -> Fraction:
    return Fraction(max(low, min(x, high)))


def _hard_swish(x: Fraction) -> Outcome:
    return Exact(x * _clip(0, x / 6 + _HALF, 1), x < 0)


_UNIT_ENDS = _ends(Exact(Fraction(-1)), _ONE)
_SHARE_ENDS = _ends(Exact(Fraction(0), True), Infinite())
_LOG_ENDS = _ends(INVALID, Infinite())
_LOG_ZERO = _always(Infinite(is_negative=True, is_pole=True))

_RECORDS = (
    Function(
        name="exp",
        summary="e to the power a",
        finite=_of(lambda r, x: r.exp(x)),
        zero=_always(_ONE),
        infinite=_ends(_ZERO, Infinite()),
    ),
    Function(
        name="exp2",
        summary="2 to the power a",
        finite=_exp2,
        zero=_always(_ONE),
        infinite=_ends(_ZERO, Infinite()),
    ),
    Function(
        name="expm1",
        summary="e to the power a, less 1",
        finite=_of(lambda r, x: r.expm1(x)),
        zero=_signed_zero,
        infinite=_ends(Exact(Fraction(-1)), Infinite()),
    ),
    Function(
        name="log",
        summary="natural logarithm of a",
        finite=_log,
        zero=_LOG_ZERO,
        infinite=_LOG_ENDS,
    ),
    Function(
        name="log2",
        summary="logarithm of a to base 2",
        finite=_log2,
        zero=_LOG_ZERO,
        infinite=_LOG_ENDS,
    ),
    Function(
        name="log1p",
        summary="natural logarithm of 1 + a",
        finite=_log1p,
        zero=_signed_zero,
        infinite=_LOG_ENDS,
    ),
    Function(
        name="sin",
        summary="sine of a, in radians",
        finite=_of(lambda r, x: r.sin(x)),
        zero=_signed_zero,
        infinite=_always(INVALID),
    ),
    Function(
        name="cos",
        summary="cosine of a, in radians",
        finite=_of(lambda r, x: r.cos(x)),
        zero=_always(_ONE),
        infinite=_always(INVALID),
    ),
    Function(
        name="tan",
        summary="tangent of a, in radians",
        finite=_of(lambda r, x: r.tan(x)),
        zero=_signed_zero,
        infinite=_always(INVALID),
    ),
    Function(
        name="sinpi",
        summary="sine of pi * a",
        finite=_sine_of_turns,
        zero=_signed_zero,
        infinite=_always(INVALID),
    ),
    Function(
        name="cospi",
        summary="cosine of pi * a",
        finite=_cosine_of_turns,
        zero=_always(_ONE),
        infinite=_always(INVALID),
    ),
    Function(
        name="tanh",
        summary="hyperbolic tangent of a",
        finite=_of(lambda r, x: r.tanh(x)),
        zero=_signed_zero,
        infinite=_UNIT_ENDS,
    ),
    Function(
        name="sigmoid",
        summary="1 / (1 + exp(-a))",
        finite=_of(_logistic),
        zero=_always(Exact(_HALF)),
        infinite=_ends(_ZERO, _ONE),
    ),
    Function(
        name="silu",
        summary="a * sigmoid(a), also called swish",
        finite=_times_share(lambda r, x: _logistic(r, r.number(x))),
        zero=_signed_zero,
        infinite=_SHARE_ENDS,
    ),
    Function(
        name="gelu",
        summary="a times the share of a standard normal distribution below a",
        finite=_times_share(_normal_share),
        zero=_signed_zero,
        infinite=_SHARE_ENDS,
    ),
    Function(
        name="gelu_tanh",
        summary="a / 2 * (1 + tanh(sqrt(2 / pi) * (a + 0.044715 * a**3)))",
        finite=_times_share(_tanh_share),
        zero=_signed_zero,
        infinite=_SHARE_ENDS,
    ),
    Function(
        name="erf",
        summary="error function of a",
        finite=_of(lambda r, x: r.erf(x)),
        zero=_signed_zero,
        infinite=_UNIT_ENDS,
    ),
    Function(
        name="softplus",
        summary="log(1 + exp(a))",
        finite=_of(_softplus),
        zero=lambda is_negative: Irrational(
            lambda precision: enclose(lambda r: r.const_log2(), precision)
        ),
        infinite=_ends(_ZERO, Infinite()),
    ),
    Function(
        name="relu6",
        summary="a, but from 0 to 6",
        finite=lambda x: Exact(_clip(0, x, 6)),
        zero=_always(_ZERO),
        infinite=_ends(_ZERO, Exact(Fraction(6))),
    ),
    Function(
        name="leaky_relu",
        summary="a, or a / 128 if it is negative",
        finite=lambda x: Exact(x if x > 0 else x * _LEAK),
        zero=_signed_zero,
        infinite=_ends(Infinite(is_negative=True), Infinite()),
    ),
    Function(
        name="hard_sigmoid",
        summary="a / 6 + 1 / 2, but from 0 to 1",
        finite=lambda x: Exact(_clip(0, x / 6 + _HALF, 1)),
        zero=_always(Exact(_HALF)),
        infinite=_ends(_ZERO, _ONE),
    ),
    Function(
        name="hard_swish",
        summary="a * hard_sigmoid(a)",
        finite=_hard_swish,
        zero=_signed_zero,
        infinite=_SHARE_ENDS,
    ),
)

#: Every function, by name.
FUNCTIONS: dict[str, Function] = {record.name: record for record in _RECORDS}
