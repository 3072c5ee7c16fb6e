# SPDX-License-Identifier: Apache-2.0
"""What operations must give, in the float theory of a solver.

The theory has binary16, 32, 64 and 128. Another IEEE format with as many exponent bits is one of these
cut off: its codes with zeros below are codes there, and a result is rounded towards zero there and
then, as an integer with a sticky bit, to the narrower format.
"""

from collections.abc import Callable

from spikefloat.rtl_gen.checks.proving.solver import Solver, Term
from spikefloat.rtl_gen.formats import Format, NanEncoding, Rounding, find_format

__all__ = ["BINARY128", "COMPARISONS", "MODES", "carrier", "expected", "product_code"]

BINARY128 = Format(
    name="binary128", exponent_bits=15, mantissa_bits=112, bias=16383, nan=NanEncoding.IEEE
)
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
    floats = tuple(_float(solver, fmt, code) for code in codes)
    if name in COMPARISONS:
        return solver.bit(solver.term(COMPARISONS[name], *floats))
    if name == "unordered":
        nans = (solver.term("FP_IS_NAN", one) for one in floats)
        return solver.bit(solver.term("OR", *nans))
    if name in _SUMS:
        return _rounded(
            solver, to, mode, lambda way: solver.term(_SUMS[name], solver.mode(way), *floats)
        )
    if name == "convert":
        wide = _carrier(to)
        return _rounded(solver, to, mode, lambda way: solver.converted(way, wide, floats[0]))
    return _extreme(solver, name, fmt, codes, floats)


def product_code(
    solver: Solver, fmt: Format, mode: Rounding, codes: tuple[Term, Term], product: Term
) -> Term:
    """Return the word of a product, for the product of the significands as a word that is free.

    The exact product is that word times a power of two, normalised into a wider float, and rounded
    once to the format: no multiplier is left. What is true of the word is assumed: a product of
    significands is zero where one of them is, and otherwise at least that of their hidden bits.
    """
    bits, m = fmt.exponent_bits, fmt.mantissa_bits
    wide = find_format("binary64") if 2 * fmt.precision <= 53 else BINARY128
    width = 2 * fmt.precision
    fields = [solver.bits(code, m + bits - 1, m) for code in codes]
    subnormal = [solver.is_zero(field, bits) for field in fields]
    zero = [solver.is_zero(solver.bits(code, m + bits - 1, 0), m + bits) for code in codes]
    _require_product(solver, fmt, product, subnormal, zero)

    # Leading zeros are taken off, by powers of two.
    shifted, exponent_width = product, wide.exponent_bits + 2
    places = solver.number(0, exponent_width)
    for step in reversed([1 << i for i in range((width - 1).bit_length())]):
        if step >= width:
            continue
        has_none = solver.is_zero(solver.bits(shifted, width - 1, width - step), step)
        moved = solver.term("BV_SHL", shifted, solver.number(step, width))
        shifted = solver.if_(has_none, moved, shifted)
        more = solver.term("BV_ADD", places, solver.number(step, exponent_width))
        places = solver.if_(has_none, more, places)
    # The top bit of the product stands for twice the hidden bits.
    exponent = solver.number(wide.bias + 1 - 2 * fmt.bias, exponent_width)
    for field, is_subnormal in zip(fields, subnormal, strict=True):
        value = solver.widened(field, exponent_width - bits)
        one = solver.number(1, exponent_width)
        exponent = solver.term("BV_ADD", exponent, solver.if_(is_subnormal, one, value))
    exponent = solver.term("BV_SUB", exponent, places)
    top = fmt.width - 1
    sign = solver.term("BV_XOR", *(solver.bits(code, top, top) for code in codes))
    pad = solver.number(0, wide.mantissa_bits - (width - 1))
    word = solver.joined(
        sign,
        solver.bits(exponent, wide.exponent_bits - 1, 0),
        solver.bits(shifted, width - 2, 0),
        pad,
    )
    exact, narrow = solver.float_of_bits(wide, word), _carrier(fmt)
    finite = _rounded(solver, fmt, mode, lambda way: solver.converted(way, narrow, exact))
    finite = solver.if_(
        solver.is_zero(product, width), solver.joined(sign, solver.number(0, top)), finite
    )
    floats = [_float(solver, fmt, code) for code in codes]
    nans = [solver.term("FP_IS_NAN", one) for one in floats]
    infinite = [solver.term("FP_IS_INF", one) for one in floats]
    invalid = [solver.term("AND", infinite[i], zero[1 - i]) for i in range(2)]
    infinity = solver.joined(sign, solver.number(fmt.exponent_mask, top))
    nan = solver.number(fmt.nan_code or 0, fmt.width)
    finite = solver.if_(solver.term("OR", *infinite), infinity, finite)
    return solver.if_(solver.term("OR", *nans, *invalid), nan, finite)


def _require_product(
    solver: Solver, fmt: Format, product: Term, subnormal: list[Term], zero: list[Term]
) -> None:
    """Assume of a word what is true of the product of two integers, the significands."""
    width, m = 2 * fmt.precision, fmt.mantissa_bits

    def at_least(bound: int) -> Term:
        return solver.term("BV_UGE", product, solver.number(bound, width))

    is_zero = solver.term("OR", *zero)
    solver.require(solver.same(solver.is_zero(product, width), is_zero))
    solver.require(solver.term("OR", *subnormal, at_least(1 << 2 * m)))
    solver.require(solver.term("OR", is_zero, solver.term("AND", *subnormal), at_least(1 << m)))


def _carrier(fmt: Format) -> Format:
    found = carrier(fmt)
    assert found is not None
    return found


def _float(solver: Solver, fmt: Format, code: Term) -> Term:
    wide = _carrier(fmt)
    if wide.width > fmt.width:
        code = solver.joined(code, solver.number(0, wide.width - fmt.width))
    return solver.float_of_bits(wide, code)


def _rounded(solver: Solver, fmt: Format, mode: Rounding, make: _Make) -> Term:
    """Return the code of a result in a format, rounded once."""
    wide = _carrier(fmt)
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
