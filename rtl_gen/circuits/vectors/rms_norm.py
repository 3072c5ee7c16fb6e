# SPDX-License-Identifier: Apache-2.0
"""Root mean square normalisation as a neuron graph.

The sum of squares is exact. Rounded are only the reciprocal root and each product with it.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from spikefloat.rtl_gen.circuits.operation import has_arithmetic
from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.placing import multiply_significands
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.circuits.shared_scale.scale import height_of
from spikefloat.rtl_gen.circuits.sums.exact import product_width
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
from spikefloat.rtl_gen.circuits.vectors.root_digits import (
    MOVED,
    begin_root,
    finish_root,
    root_digit,
)
from spikefloat.rtl_gen.circuits.vectors.scalars import (
    ROOT_DIGITS,
    RootForm,
    Scalar,
    amount_bits,
    common_unit,
    make_scalar,
    reciprocal_root,
    squares,
)
from spikefloat.rtl_gen.circuits.vectors.softmax import is_operand
from spikefloat.rtl_gen.circuits.vectors.sums import square
from spikefloat.rtl_gen.formats import Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import gate_word

__all__ = ["RECORDS", "rms_norm"]


def rms_norm(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    x: Sequence[Word],
    g: Sequence[Word],
    overflow: Overflow | None = None,
    *,
    epsilon: Fraction,
) -> list[Word]:
    """Return the codes of ``x[i] * r * g[i]``, r the reciprocal root of mean square plus epsilon.

    The sum of squares is exact; r is rounded to bfloat16, and each product once to nearest even. NaN
    in ``x`` makes all results NaN. With infinity in ``x``, r is zero; infinity times zero is NaN.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the elements.
    to : Format
        Format of the results.
    x, g : sequence of Word
        Codes of the elements, as many of each and at least one.
    overflow : Overflow, optional
        What a result that is too large becomes.
    epsilon : Fraction
        Above zero, its denominator a power of two.
    """
    builder, count = gates.builder, len(x)
    raws = [unpack(gates, fmt, code, f"unpack_x_{i}") for i, code in enumerate(x)]
    amount = _amount(gates, fmt, epsilon, count, squares(gates, fmt, x))
    with builder.scope("reciprocal_root", amount=amount):
        root = reciprocal_root(gates, RootForm.of(fmt, epsilon, count), amount)
    with builder.scope("special_values"):
        is_nan = gates.or_(*(raw.is_nan for raw in raws), name="nan")
        is_zero = gates.or_(*(raw.is_infinite for raw in raws), name="zero")
    results = []
    for number, (raw, code) in enumerate(zip(raws, g, strict=True)):
        with builder.scope(f"result_{number}", x=x[number], g=code):
            gain = unpack(gates, fmt, code, "unpack_g")
            results.append(_scaled(gates, fmt, to, (raw, gain), root, is_nan, is_zero, overflow))
    return results


def _amount(
    gates: GateLibrary, fmt: Format, epsilon: Fraction, count: int, words: Iterable[Word]
) -> Word:
    """Return a sum of squares plus the count times epsilon.

    The words are the squares, or others that have their sum.
    """
    unit, place_of_squares = common_unit(fmt, epsilon)
    columns = Columns(amount_bits(fmt, epsilon, count, unit))
    for word in words:
        columns.add(word, place_of_squares)
    columns.add_constant(int(count * epsilon / Fraction(2) ** unit))
    with gates.builder.scope("accumulate"):
        return columns.total(gates)


def _scaled(
    gates: GateLibrary,
    fmt: Format,
    to: Format,
    factors: tuple[RawFloat, RawFloat],
    root: Scalar,
    is_nan: Bit,
    is_zero: Bit,
    overflow: Overflow | None,
) -> Word:
    """Return the product of two numbers and a scalar, rounded once; the scalar may be zero instead."""
    x, gain = factors
    builder = gates.builder
    with builder.scope("product", x=x.significand, g=gain.significand):
        scale = gate_word(gates, root.raw.significand, gates.not_(is_zero))
        product = multiply_significands(gates, x.significand, gain.significand)
        product = builder.name_word("product", multiply_significands(gates, product, scale))
    exponents = (x.exponent, gain.exponent, root.raw.exponent)
    offset = len(product) - 1 - 2 * (fmt.bias + fmt.mantissa_bits) + root.unit
    most = 2 * (fmt.max_code >> fmt.mantissa_bits) + root.highest
    height, is_below, lowest = height_of(gates, to, exponents, offset, len(exponents), most)
    with builder.scope("special_values"):
        any_zero = gates.or_(x.is_zero, gain.is_zero, is_zero, name="any_zero")
        is_infinite = gates.or_(x.is_infinite, gain.is_infinite, name="infinite")
        invalid = gates.and_(is_infinite, any_zero, name="invalid")
        is_nan = gates.or_(is_nan, gain.is_nan, invalid, name="nan")
        sign = gates.xor(x.sign, gain.sign, name="sign")
    magnitude = finish(
        gates,
        to,
        product,
        height,
        is_below,
        lowest=lowest,
        max_zeros=None,
        zeros=(any_zero,),
        control=NEAREST_EVEN,
        sign=sign,
        name="product",
    )
    return pack(
        gates,
        to,
        resolve_overflow(to, overflow),
        sign=sign,
        magnitude=magnitude,
        is_nan=is_nan,
        is_infinite=is_infinite,
    )


def _kept(options: VectorOptions) -> dict[str, int]:
    """Return what is kept of the elements: two rows whose sum is that of the squares, and flags."""
    fmt = options.format
    width = product_width(fmt) + options.length.bit_length()
    rows = {"first_row": width, "second_row": width}
    return rows | {name: 1 for name in _flags(fmt)}


def _flags(fmt: Format) -> tuple[str, ...]:
    """Return the flags that elements can set, and that stay."""
    return (*(("nan",) if fmt.has_nan else ()), *(("infinite",) if fmt.has_infinity else ()))


def _take(
    gates: GateLibrary, options: VectorOptions, kept: Words, element: Word, first: Bit
) -> dict[str, Word]:
    """Return what is kept with the square of one more element."""
    fmt, again = options.format, gates.not_(first)
    raw = unpack(gates, fmt, element)
    with gates.builder.scope("square", code=element):
        bits = square(gates, fmt, raw)
    one, other = (gate_word(gates, kept[name], again) for name in ("first_row", "second_row"))
    sums, carries = add_to_rows(gates, (one, other), bits)
    every = {"nan": raw.is_nan, "infinite": raw.is_infinite}
    flags = raise_flags(gates, kept, again, {name: every[name] for name in _flags(fmt)})
    return {"first_row": sums, "second_row": carries, **flags}


def _root_form(options: VectorOptions) -> RootForm:
    """Return what is known of the root."""
    assert options.epsilon is not None
    return RootForm.of(options.format, options.epsilon, options.length)


def _begin(gates: GateLibrary, options: VectorOptions, kept: Words) -> dict[str, Word]:
    """Return the work on the root before its first digit, and the flags."""
    fmt, epsilon = options.format, options.epsilon
    assert epsilon is not None
    rows = (kept["first_row"], kept["second_row"])
    amount = _amount(gates, fmt, epsilon, options.length, rows)
    work = begin_root(gates, _root_form(options), amount)
    return work | {name: kept[name] for name in _flags(fmt)}


def _settle(gates: GateLibrary, options: VectorOptions, work: Words) -> dict[str, Word]:
    """Return the code of the root, and the flags."""
    code = finish_root(gates, _root_form(options), work)
    return {"root": code, **{name: work[name] for name in _flags(options.format)}}


def _give(
    gates: GateLibrary, options: VectorOptions, scalars: Words, element: Word, others: Words
) -> Word:
    """Return the code of an element times the root and the gain."""
    fmt, form = options.format, _root_form(options)
    root = make_scalar(gates, form.format, scalars["root"], form.highest)
    factors = unpack(gates, fmt, element, "unpack_x"), unpack(gates, fmt, others["g"], "unpack_g")
    is_nan, is_zero = (scalars.get(name, (ZERO,))[0] for name in ("nan", "infinite"))
    return _scaled(gates, fmt, options.to, factors, root, is_nan, is_zero, options.overflow)


def _is_operand(fmt: Format) -> bool:
    """Tell whether elements may have a format: one of those of ``softmax``, or bfloat16."""
    return is_operand(fmt) or (has_arithmetic(fmt) and fmt.width == 16)


RECORDS = (
    VectorOperation(
        name="rms_norm",
        summary="y[i] = x[i] * r * g[i], r = 1 / sqrt(mean of x[j] * x[j] + epsilon)",
        operands={"x": PortRole.FLOATS, "g": PortRole.FLOATS},
        result=PortRole.FLOATS,
        circuit=rms_norm,
        rounds=True,
        notes=(
            "rounding: r = 1 / sqrt(q / n + epsilon), once, from the exact sum of squares q into bfloat16",
            "rounding: y[i] = x[i] * r * g[i], once, into {to}; both to nearest even",
            "special values: NaN in x gives NaN everywhere; infinity in x makes r zero",
        ),
        formats=_is_operand,
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
        order=21,
    ),
)
