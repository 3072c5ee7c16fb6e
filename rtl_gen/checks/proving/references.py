# SPDX-License-Identifier: Apache-2.0
"""What operations must give, in the float theory of a solver.

The theory has binary16, 32, 64 and 128. Another IEEE format with as many exponent bits is one of these
cut off: its codes with zeros below are codes there, and a result is rounded towards zero there and
then, as an integer with a sticky bit, to the narrower format.
"""

from collections.abc import Callable

from spikefloat.rtl_gen.checks.proving.solver import Solver, Term
from spikefloat.rtl_gen.formats import Format, NanEncoding, Rounding, find_format

__all__ = ["COMPARISONS", "MODES", "carrier", "expected", "float_of", "needed_carrier", "rounded"]

#: Modes that the theory has.
MODES = (
    Rounding.NEAREST_EVEN,
    Rounding.NEAREST_AWAY,
    Rounding.UP,
    Rounding.DOWN,
    Rounding.TOWARD_ZERO,
)

COMPARISONS = {
    "equal": "FP_EQUAL",
    "less": "FP_LT",
    "less_equal": "FP_LEQ",
    "greater": "FP_GT",
    "greater_equal": "FP_GEQ",
}
_SUMS = {"add": "FP_ADD", "subtract": "FP_SUB"}
_CARRIERS = {5: "binary16", 8: "binary32", 11: "binary64"}

#: Makes a result in the carrier of its format, rounded in some mode.
_Make = Callable[[Rounding], Term]


def carrier(fmt: Format) -> Format | None:
    """Return the format of the theory that holds the codes of another, or None."""
    if fmt.nan is not NanEncoding.IEEE or fmt.exponent_bits not in _CARRIERS or not fmt.is_signed:
        return None
    wide = find_format(_CARRIERS[fmt.exponent_bits])
    return wide if wide.bias == fmt.bias and wide.width >= fmt.width else None


def expected(
    solver: Solver, name: str, fmt: Format, to: Format, mode: Rounding, codes: tuple[Term, ...]
) -> Term:
    """Return the word that an operation must give.

    Parameters
    ----------
    solver : Solver
        Where the terms are made.
    name : str
        The design.
    fmt, to : Format
        Formats of operands and result, which have a carrier.
    mode : Rounding
        How a result is rounded, one of :data:`MODES`.
    codes : tuple of Term
        Words of the operands.
    """
    floats = tuple(float_of(solver, fmt, code) for code in codes)
    if name in COMPARISONS:
        return solver.bit(solver.term(COMPARISONS[name], *floats))
    if name == "unordered":
        nans = (solver.term("FP_IS_NAN", one) for one in floats)
        return solver.bit(solver.term("OR", *nans))
    if name in _SUMS:
        return rounded(
            solver, to, mode, lambda way: solver.term(_SUMS[name], solver.mode(way), *floats)
        )
    if name == "convert":
        wide = needed_carrier(to)
        return rounded(solver, to, mode, lambda way: solver.converted(way, wide, floats[0]))
    return _extreme(solver, name, fmt, codes, floats)


def needed_carrier(fmt: Format) -> Format:
    """Return the format of the theory that holds the codes of another, which has one."""
    found = carrier(fmt)
    assert found is not None
    return found


def float_of(solver: Solver, fmt: Format, code: Term) -> Term:
    """Return the float of the theory that a code stands for."""
    wide = needed_carrier(fmt)
    if wide.width > fmt.width:
        code = solver.joined(code, solver.number(0, wide.width - fmt.width))
    return solver.float_of_bits(wide, code)


def rounded(solver: Solver, fmt: Format, mode: Rounding, make: _Make) -> Term:
    """Return the code of a result in a format, rounded once.

    Parameters
    ----------
    solver : Solver
        Where the terms are made.
    fmt : Format
        Format of the result.
    mode : Rounding
        How to round.
    make : callable
        Makes the result in the carrier of the format, rounded in some mode.
    """
    wide = needed_carrier(fmt)
    drop = wide.width - fmt.width
    if not drop:
        return solver.bits_of_float(wide, make(mode))
    low = make(Rounding.TOWARD_ZERO)
    word = solver.bits_of_float(wide, low)
    # Exact where rounding up and down give one value; zeros of either sign are one.
    both = solver.term("FP_EQUAL", make(Rounding.UP), make(Rounding.DOWN))
    is_exact = solver.term("OR", solver.term("FP_IS_NAN", low), both)
    kept, rest = solver.bits(word, wide.width - 1, drop), solver.bits(word, drop - 1, 0)
    half = solver.same(solver.bits(rest, drop - 1, drop - 1), solver.number(1, 1))
    exact_below = solver.is_zero(solver.bits(rest, drop - 2, 0), drop - 1)
    below = solver.not_(solver.term("AND", exact_below, is_exact))
    some = solver.term("OR", half, below)
    top, last = (
        solver.same(solver.bits(kept, i, i), solver.number(1, 1)) for i in (fmt.width - 1, 0)
    )
    up = {
        Rounding.NEAREST_EVEN: lambda: solver.term("AND", half, solver.term("OR", below, last)),
        Rounding.NEAREST_AWAY: lambda: half,
        Rounding.UP: lambda: solver.term("AND", some, solver.not_(top)),
        Rounding.DOWN: lambda: solver.term("AND", some, top),
        Rounding.TOWARD_ZERO: lambda: solver.not_(solver.same(kept, kept)),
    }[mode]()
    code = solver.term("BV_ADD", kept, solver.widened(solver.bit(up), fmt.width - 1))
    # An exact zero has the sign that the mode gives it.
    zero = solver.term("AND", solver.term("FP_IS_ZERO", low), is_exact)
    sign = solver.bits(solver.bits_of_float(wide, make(mode)), wide.width - 1, wide.width - 1)
    return solver.if_(zero, solver.joined(sign, solver.number(0, fmt.width - 1)), code)


def _extreme(
    solver: Solver, name: str, fmt: Format, codes: tuple[Term, ...], floats: tuple[Term, ...]
) -> Term:
    """Return a minimum or maximum: -0 is below +0; a NaN is the result, or loses against numbers."""
    (a, b), (x, y) = codes, floats
    top = fmt.width - 1
    zeros = solver.term("AND", *(solver.term("FP_IS_ZERO", one) for one in floats))
    is_minus = solver.same(solver.bits(a, top, top), solver.number(1, 1))
    is_below = solver.term("OR", solver.term("FP_LT", x, y), solver.term("AND", zeros, is_minus))
    smaller, larger = solver.if_(is_below, a, b), solver.if_(is_below, b, a)
    result = smaller if name.startswith("minimum") else larger
    nan_a, nan_b = (solver.term("FP_IS_NAN", one) for one in (x, y))
    nan = solver.number(fmt.nan_code or 0, fmt.width)
    if name.endswith("_number"):
        result = solver.if_(nan_a, b, solver.if_(nan_b, a, result))
        return solver.if_(solver.term("AND", nan_a, nan_b), nan, result)
    return solver.if_(solver.term("OR", nan_a, nan_b), nan, result)
