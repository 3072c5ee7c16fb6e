# SPDX-License-Identifier: Apache-2.0
"""Layer normalisation as a neuron graph.

Sums, squares and differences from the mean are exact fixed-point numbers. Rounded are only the mean,
the reciprocal root, and each result.
"""

from collections.abc import Sequence
from fractions import Fraction

from spikefloat.rtl_gen.circuits.parts.unpack import unpack
from spikefloat.rtl_gen.circuits.sums.exact import product_width
from spikefloat.rtl_gen.circuits.sums.terms import sum_terms
from spikefloat.rtl_gen.circuits.vector_operation import (
    Digits,
    Passes,
    PortRole,
    VectorOperation,
    VectorOptions,
    Words,
    can_give,
)
from spikefloat.rtl_gen.circuits.vectors.accumulator import add_to_rows, raise_flags
from spikefloat.rtl_gen.circuits.vectors.centred import Centre, affine, spread
from spikefloat.rtl_gen.circuits.vectors.root_digits import (
    MOVED,
    begin_root,
    finish_root,
    root_digit,
)
from spikefloat.rtl_gen.circuits.vectors.scalars import (
    ROOT_DIGITS,
    RootForm,
    make_scalar,
    mean,
    mean_code,
    mean_exponent,
    mean_format,
    reciprocal_root,
    squares,
)
from spikefloat.rtl_gen.circuits.vectors.softmax import is_operand
from spikefloat.rtl_gen.circuits.vectors.sums import square, value_term, value_terms, value_width
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import gate_word, magnitude_of

__all__ = ["RECORDS", "layer_norm"]

#: Rows whose sum is that of the elements, and rows whose sum is that of their squares.
_SUM, _SQUARES = ("first_row", "second_row"), ("first_squares", "second_squares")


def layer_norm(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    x: Sequence[Word],
    g: Sequence[Word],
    b: Sequence[Word],
    overflow: Overflow | None = None,
    *,
    epsilon: Fraction,
) -> list[Word]:
    """Return ``(x[i] - mean) * r * g[i] + b[i]``, r the reciprocal root of variance plus epsilon.

    Mean and variance come from exact sums. The mean is rounded to bfloat16, and so is r, whose
    variance is that about the exact mean; each result is rounded once to nearest even. NaN or
    infinity in ``x`` makes all results NaN. Parameters are those of :func:`rms_norm`.
    """
    builder, count = gates.builder, len(x)
    terms = value_terms(gates, fmt, x)
    total = sum_terms(gates, terms, int(fmt.max_value / fmt.min_value), has_carry_chains=False)
    raws = [unpack(gates, fmt, code, f"unpack_x_{i}") for i, code in enumerate(x)]
    with builder.scope("special_values"):
        flags = (flag for raw in raws for flag in (raw.is_nan, raw.is_infinite))
        is_nan = gates.or_(*flags, name="nan")
        is_zero = gates.not_(total.is_below[-1])
    with builder.scope("mean", magnitude=total.magnitude):
        average = mean(gates, fmt, total.magnitude, is_zero, count)
    with builder.scope("spread"):
        square_sum = _square_sum(gates, fmt, x)
        amount = spread(gates, fmt, count, square_sum, total.magnitude, epsilon)
    with builder.scope("reciprocal_root", amount=amount):
        root = reciprocal_root(gates, RootForm.of(fmt, epsilon, count**2), amount)
    centre = Centre(gates, fmt, average, total.is_negative)
    results = []
    for number, codes in enumerate(zip(x, g, b, strict=True)):
        with builder.scope(f"result_{number}", **dict(zip("xgb", codes, strict=True))):
            difference = centre.difference(codes[0])
            results.append(
                affine(gates, fmt, to, difference, centre, root, codes[1:], is_nan, overflow)
            )
    return results


def _square_sum(gates: GateLibrary, fmt: Format, x: Sequence[Word]) -> Word:
    """Return the sum of squares, in units of that of the smallest number."""
    columns = Columns(product_width(fmt) + len(x).bit_length())
    for own in squares(gates, fmt, x):
        columns.add(own)
    with gates.builder.scope("accumulate"):
        return columns.total(gates)


def _has_bad(fmt: Format) -> bool:
    """Tell whether an element can make all results NaN."""
    return fmt.has_nan or fmt.has_infinity


def _kept(options: VectorOptions) -> dict[str, int]:
    """Return what is kept of the elements.

    Beside the rows, that is whether one was other than -0, and whether one was NaN or infinite.
    """
    fmt, bits = options.format, options.length.bit_length()
    rows = dict.fromkeys(_SUM, value_width(fmt) + bits + 1)
    rows |= dict.fromkeys(_SQUARES, product_width(fmt) + bits)
    return rows | {"other": 1} | ({"bad": 1} if _has_bad(fmt) else {})


def _take(
    gates: GateLibrary, options: VectorOptions, kept: Words, element: Word, first: Bit
) -> dict[str, Word]:
    """Return what is kept with one more element and its square."""
    fmt, builder, again = options.format, gates.builder, gates.not_(first)
    raw = unpack(gates, fmt, element)
    with builder.scope("square", code=element):
        bits = square(gates, fmt, raw)
    with builder.scope("value", code=element):
        term = value_term(gates, fmt, element, ONE)
    rows = {name: gate_word(gates, kept[name], again) for name in (*_SUM, *_SQUARES)}
    with builder.scope("sum"):
        sum_rows = add_to_rows(gates, (rows[_SUM[0]], rows[_SUM[1]]), term.bits, term.sign)
    with builder.scope("squares"):
        square_rows = add_to_rows(gates, (rows[_SQUARES[0]], rows[_SQUARES[1]]), bits)
    minus_zero = gates.and_(raw.sign, raw.is_zero, name="minus_zero")
    flags = {"other": gates.not_(minus_zero)}
    if _has_bad(fmt):
        flags["bad"] = gates.or_(raw.is_nan, raw.is_infinite, name="not_finite")
    return {
        **dict(zip(_SUM, sum_rows, strict=True)),
        **dict(zip(_SQUARES, square_rows, strict=True)),
        **raise_flags(gates, kept, again, flags),
    }


def _root_form(options: VectorOptions) -> RootForm:
    """Return what is known of the root."""
    assert options.epsilon is not None
    return RootForm.of(options.format, options.epsilon, options.length**2)


def _begin(gates: GateLibrary, options: VectorOptions, kept: Words) -> dict[str, Word]:
    """Return the work on the root before its first digit, the mean, and flags."""
    fmt, count, epsilon, builder = options.format, options.length, options.epsilon, gates.builder
    assert epsilon is not None
    with builder.scope("sum"):
        total, _ = gates.add(kept[_SUM[0]], kept[_SUM[1]], ZERO, "carry")
    with builder.scope("square_sum"):
        square_sum, _ = gates.add(kept[_SQUARES[0]], kept[_SQUARES[1]], ZERO, "carry")
    negative = total[-1]
    with builder.scope("magnitude", total=total):
        size = magnitude_of(gates, total)
        is_zero = gates.not_(gates.or_(*size, name="any"))
    with builder.scope("mean", magnitude=size):
        average = mean_code(gates, fmt, size, is_zero, count)
    with builder.scope("spread"):
        amount = spread(gates, fmt, count, square_sum, size, epsilon)
    work = begin_root(gates, _root_form(options), amount)
    # A zero is negative only if all elements are.
    sign = gates.or_(negative, gates.not_(*kept["other"]), name="sign")
    return work | {"mean": average, "sign": (sign,)} | _bad(kept)


def _bad(words: Words) -> dict[str, Word]:
    return {"bad": words["bad"]} if "bad" in words else {}


def _settle(gates: GateLibrary, options: VectorOptions, work: Words) -> dict[str, Word]:
    """Return the codes of the root and the mean, and flags."""
    code = finish_root(gates, _root_form(options), work)
    return {"root": code, "mean": work["mean"], "sign": work["sign"], **_bad(work)}


def _give(
    gates: GateLibrary, options: VectorOptions, common: Words, element: Word, others: Words
) -> Word:
    """Return the code of a result."""
    fmt, form, builder = options.format, _root_form(options), gates.builder
    with builder.scope("root", code=common["root"]):
        root = make_scalar(gates, form.format, common["root"], form.highest)
    with builder.scope("mean", code=common["mean"]):
        own = mean_format(fmt, options.length)
        average = make_scalar(gates, own, common["mean"], mean_exponent(fmt))
    centre = Centre(gates, fmt, average, common["sign"][0])
    difference = centre.difference(element)
    is_nan = common.get("bad", (ZERO,))[0]
    codes = others["g"], others["b"]
    return affine(gates, fmt, options.to, difference, centre, root, codes, is_nan, options.overflow)


RECORDS = (
    VectorOperation(
        name="layer_norm",
        summary="y[i] = (x[i] - m) * r * g[i] + b[i], r = 1 / sqrt(variance + epsilon), m the mean",
        operands={"x": PortRole.FLOATS, "g": PortRole.FLOATS, "b": PortRole.FLOATS},
        result=PortRole.FLOATS,
        circuit=layer_norm,
        rounds=True,
        notes=(
            "rounding: m = s / n, once, from the exact sum s of x into bfloat16",
            "rounding: r = 1 / sqrt(q / n - (s / n)**2 + epsilon), once, from the exact sums s and q, "
            "that of squares, into bfloat16",
            "rounding: y[i] = (x[i] - m) * r * g[i] + b[i], once, into {to}; all to nearest even",
            "special values: NaN or infinity in x gives NaN everywhere",
        ),
        formats=is_operand,
        targets=can_give,
        running=Passes(
            kept=_kept,
            take=_take,
            digits=Digits(count=ROOT_DIGITS, begin=_begin, moved=MOVED, step=root_digit),
            settle=_settle,
            give=_give,
            is_exact=True,
        ),
        has_epsilon=True,
        order=22,
    ),
)
