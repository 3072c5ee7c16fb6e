# SPDX-License-Identifier: Apache-2.0
"""What multiplications, divisions and roots must give, for a result of the significands that is free.

The exact result is that word times a power of two: normalised into a wider float, and rounded once to
the format. No multiplier and no divider is left in the question to the solver.
"""

from typing import NamedTuple

from spikefloat.rtl_gen.checks.proving.references import float_of, needed_carrier, rounded
from spikefloat.rtl_gen.checks.proving.solver import Solver, Term
from spikefloat.rtl_gen.formats import Format, NanEncoding, Rounding, find_format

__all__ = ["BINARY128", "product_code", "quotient_code", "root_code"]

BINARY128 = Format(
    name="binary128", exponent_bits=15, mantissa_bits=112, bias=16383, nan=NanEncoding.IEEE
)


def product_code(
    solver: Solver,
    fmt: Format,
    mode: Rounding,
    codes: tuple[Term, ...],
    words: tuple[Term | None, ...],
) -> Term:
    """Return the word of a product, for a free product of the significands.

    What is true of the word is assumed: a product of significands is zero where one of them is, and
    otherwise at least that of their hidden bits.

    Parameters
    ----------
    solver : Solver
        Where the terms are made.
    fmt : Format
        Format of operands and result.
    mode : Rounding
        How the result is rounded.
    codes : tuple of Term
        Words of the operands.
    words : tuple of Term or None
        Words on the wires that are cut, None for one that nothing reads.
    """
    (product,) = words
    width, m = 2 * fmt.precision, fmt.mantissa_bits
    wide = _wide(width)
    a, b = (_Operand.of(solver, fmt, code, wide) for code in codes)

    def at_least(bound: int) -> Term:
        return solver.term("BV_UGE", product, solver.number(bound, width))

    is_zero = solver.term("OR", a.is_zero, b.is_zero)
    both = solver.term("AND", a.is_subnormal, b.is_subnormal)
    solver.require(solver.same(solver.is_zero(product, width), is_zero))
    solver.require(solver.term("OR", a.is_subnormal, b.is_subnormal, at_least(1 << 2 * m)))
    solver.require(solver.term("OR", is_zero, both, at_least(1 << m)))

    # The top bit of the product stands for twice the hidden bits.
    offset = solver.number(wide.bias + 1 - 2 * fmt.bias, wide.exponent_bits + 2)
    exponent = solver.term("BV_ADD", offset, a.exponent, b.exponent)
    sign = solver.term("BV_XOR", a.sign, b.sign)
    finite = _code(solver, fmt, mode, wide, sign, exponent, product)
    invalid = [
        solver.term("AND", one.is_infinite, other.is_zero) for one, other in ((a, b), (b, a))
    ]
    infinite = solver.term("OR", a.is_infinite, b.is_infinite)
    nan = solver.term("OR", a.is_nan, b.is_nan, *invalid)
    return _special(solver, fmt, sign, nan, (infinite, fmt.exponent_mask), finite)


def quotient_code(
    solver: Solver,
    fmt: Format,
    mode: Rounding,
    codes: tuple[Term, ...],
    words: tuple[Term | None, ...],
) -> Term:
    """Return the word of a quotient, for free digits, and whether something is left over.

    Both significands have been moved up until their top bits were 1, so that their quotient is above a
    half: that is assumed of the digits, the first of which is worth one; and that nothing comes of a
    zero. There are two digits more than a significand has bits. So what is left over is between two
    numbers that can be rounded to, and half of the last digit can stand for it. Parameters are those
    of :func:`product_code`.
    """
    inexact, quotient = words
    digits = fmt.precision + 2
    width = digits + 1
    wide = _wide(width)
    a, b = (_Operand.of(solver, fmt, code, wide) for code in codes)
    exact = _with_rest(solver, quotient, inexact, digits)
    above_half = solver.not_(solver.is_zero(solver.bits(exact, width - 1, width - 2), 2))
    of_numbers = solver.if_(a.is_zero, solver.is_zero(exact, width), above_half)
    solver.require(solver.term("OR", b.is_zero, of_numbers))

    offset = solver.number(wide.bias, wide.exponent_bits + 2)
    exponent = solver.term("BV_ADD", offset, a.exponent)
    exponent = solver.term("BV_SUB", exponent, a.zeros(solver))
    exponent = solver.term("BV_SUB", exponent, b.exponent)
    exponent = solver.term("BV_ADD", exponent, b.zeros(solver))
    sign = solver.term("BV_XOR", a.sign, b.sign)
    finite = _code(solver, fmt, mode, wide, sign, exponent, exact)
    nothing = solver.term("OR", a.is_zero, b.is_infinite)
    finite = _special(solver, fmt, sign, None, (nothing, 0), finite)
    infinite = solver.term("OR", a.is_infinite, b.is_zero)
    zeros = solver.term("AND", a.is_zero, b.is_zero)
    infinities = solver.term("AND", a.is_infinite, b.is_infinite)
    nan = solver.term("OR", a.is_nan, b.is_nan, zeros, infinities)
    return _special(solver, fmt, sign, nan, (infinite, fmt.exponent_mask), finite)


def root_code(
    solver: Solver,
    fmt: Format,
    mode: Rounding,
    codes: tuple[Term, ...],
    words: tuple[Term | None, ...],
) -> Term:
    """Return the word of a square root, for free digits, and whether something is left over.

    The significand has been moved up to one or more, and below four, so that the first digit, which is
    worth one, is 1: that is assumed, and that nothing comes of a zero. There is one digit more
    than a significand has bits; for what is left over see :func:`quotient_code`. Parameters are those of
    :func:`product_code`.
    """
    inexact, root = words
    digits = fmt.precision + 1
    width = digits + 1
    wide = _wide(width)
    (code,) = codes
    a = _Operand.of(solver, fmt, code, wide)
    exact = _with_rest(solver, root, inexact, digits)
    is_one = solver.same(solver.bits(exact, width - 1, width - 1), solver.number(1, 1))
    solver.require(solver.if_(a.is_zero, solver.is_zero(exact, width), is_one))

    bits = wide.exponent_bits + 2
    exponent = solver.term("BV_SUB", a.exponent, a.zeros(solver))
    exponent = solver.term("BV_SUB", exponent, solver.number(fmt.bias, bits))
    half = solver.term("BV_ASHR", exponent, solver.number(1, bits))
    exponent = solver.term("BV_ADD", half, solver.number(wide.bias, bits))
    finite = _code(solver, fmt, mode, wide, a.sign, exponent, exact)
    is_minus = solver.same(a.sign, solver.number(1, 1))
    negative = solver.term("AND", is_minus, solver.not_(a.is_zero))
    nan = solver.term("OR", a.is_nan, negative)
    return _special(solver, fmt, a.sign, nan, (a.is_infinite, fmt.exponent_mask), finite)


class _Operand(NamedTuple):
    """A code, taken apart."""

    sign: Term
    exponent: Term  #: Field of the exponent, 1 of a subnormal number; wide enough for sums.
    significand: Term  #: Mantissa with the hidden bit.
    is_subnormal: Term  #: Zero, too.
    is_zero: Term
    is_infinite: Term
    is_nan: Term

    @classmethod
    def of(cls, solver: Solver, fmt: Format, code: Term, wide: Format) -> "_Operand":
        bits, m = fmt.exponent_bits, fmt.mantissa_bits
        field = solver.bits(code, m + bits - 1, m)
        is_subnormal = solver.is_zero(field, bits)
        width = wide.exponent_bits + 2
        one, value = solver.number(1, width), solver.widened(field, width - bits)
        hidden, mantissa = solver.bit(solver.not_(is_subnormal)), solver.bits(code, m - 1, 0)
        number = float_of(solver, fmt, code)
        return cls(
            sign=solver.bits(code, fmt.width - 1, fmt.width - 1),
            exponent=solver.if_(is_subnormal, one, value),
            significand=solver.joined(hidden, mantissa),
            is_subnormal=is_subnormal,
            is_zero=solver.is_zero(solver.bits(code, m + bits - 1, 0), m + bits),
            is_infinite=solver.term("FP_IS_INF", number),
            is_nan=solver.term("FP_IS_NAN", number),
        )

    def zeros(self, solver: Solver) -> Term:
        """Return the leading zeros of the significand."""
        return _moved_up(solver, self.significand, solver.width(self.exponent))[1]


def _with_rest(solver: Solver, found: Term, inexact: Term | None, digits: int) -> Term:
    """Return so many digits, and half of the last one for what is left over, if anything is.

    A mode that cuts off reads neither the last digit nor that: what no wire has may be anything.
    """
    missing = digits - solver.width(found)
    rest = [solver.word(missing)] if missing else []
    return solver.joined(found, *rest, solver.word(1) if inexact is None else inexact)


def _wide(width: int) -> Format:
    """Return a format that holds words of some bits exactly."""
    double = find_format("binary64")
    return double if width <= double.precision else BINARY128


def _moved_up(solver: Solver, word: Term, exponent_width: int) -> tuple[Term, Term]:
    """Return a word without its leading zeros, taken off by powers of two, and their number."""
    shifted, width = word, solver.width(word)
    places = solver.number(0, exponent_width)
    for step in reversed([1 << i for i in range((width - 1).bit_length())]):
        if step >= width:
            continue
        has_none = solver.is_zero(solver.bits(shifted, width - 1, width - step), step)
        moved = solver.term("BV_SHL", shifted, solver.number(step, width))
        shifted = solver.if_(has_none, moved, shifted)
        more = solver.term("BV_ADD", places, solver.number(step, exponent_width))
        places = solver.if_(has_none, more, places)
    return shifted, places


def _code(
    solver: Solver,
    fmt: Format,
    mode: Rounding,
    wide: Format,
    sign: Term,
    exponent: Term,
    significand: Term,
) -> Term:
    """Return the code of a significand, whose top bit has an exponent in a wider format."""
    width = solver.width(significand)
    shifted, places = _moved_up(solver, significand, wide.exponent_bits + 2)
    exponent = solver.term("BV_SUB", exponent, places)
    exact = solver.float_of_bits(
        wide,
        solver.joined(
            sign,
            solver.bits(exponent, wide.exponent_bits - 1, 0),
            solver.bits(shifted, width - 2, 0),
            solver.number(0, wide.mantissa_bits - (width - 1)),
        ),
    )
    narrow = needed_carrier(fmt)
    finite = rounded(solver, fmt, mode, lambda way: solver.converted(way, narrow, exact))
    return _special(solver, fmt, sign, None, (solver.is_zero(significand, width), 0), finite)


def _special(
    solver: Solver,
    fmt: Format,
    sign: Term,
    nan: Term | None,
    magnitude: tuple[Term, int],
    other: Term,
) -> Term:
    """Return NaN or a magnitude with a sign where there is one, and otherwise another code."""
    condition, value = magnitude
    top = solver.number(value, fmt.width - 1)
    code = solver.if_(condition, solver.joined(sign, top), other)
    return (
        code if nan is None else solver.if_(nan, solver.number(fmt.nan_code or 0, fmt.width), code)
    )
