# SPDX-License-Identifier: Apache-2.0
"""Softmax as a neuron graph: exact but for two roundings, of each power of e and of each quotient."""

from collections.abc import Sequence

from spikefloat.rtl_gen.circuits.operation import has_arithmetic
from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.placing import place
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.circuits.shared_scale.scale import height_of
from spikefloat.rtl_gen.circuits.vector_operation import PortRole, VectorOperation, can_give
from spikefloat.rtl_gen.circuits.vectors.exponential import (
    Exponential,
    exponential,
    make_exponential,
)
from spikefloat.rtl_gen.circuits.vectors.order import vector_maximum
from spikefloat.rtl_gen.circuits.vectors.shared_divisor import divide_by_one
from spikefloat.rtl_gen.circuits.vectors.sums import value_width
from spikefloat.rtl_gen.formats import FORMATS, Format, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import (
    leading_zero_count,
    or_shift_left,
    xor_word,
)

__all__ = [
    "RECORDS",
    "is_operand",
    "is_result",
    "maximum_value",
    "normalized",
    "placed_power",
    "power_of",
    "power_width",
    "share",
    "softmax",
]

#: Most bits of a number in units of the smallest one: those of E5M2.
_MAX_VALUE_BITS = 33

#: That of bfloat16.
_LEAST_EXPONENT = FORMATS["bfloat16"].min_exponent


def softmax(gates: GateLibrary, fmt: Format, to: Format, x: Sequence[Word]) -> list[Word]:
    """Return the codes of ``exp(x[i] - max x)`` divided by the sum of all of these.

    The difference is exact; its power of e is rounded to bfloat16. The sum of the powers is exact,
    and the quotient is rounded once to nearest even. All results are NaN if a code is NaN or
    infinity, or all are minus infinity; minus infinity beside a number gives +0.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of the elements, one that :func:`is_operand` knows.
    to : Format
        Format of the results.
    x : sequence of Word
        Codes of the elements, at least one.
    """
    builder = gates.builder
    made = make_exponential(fmt)
    (largest,) = vector_maximum(gates, fmt, fmt, x)
    top_value, is_nan = maximum_value(gates, fmt, largest)
    powers = []
    for number, code in enumerate(x):
        with builder.scope(f"power_{number}", code=code, maximum=top_value):
            code_of_power = power_of(gates, fmt, made, top_value, code)
            powers.append(unpack(gates, made.format, code_of_power, "unpack_power"))
    divisor, zeros = _sum(gates, made, powers)
    quotients = divide_by_one(
        gates, [term.significand for term in powers], divisor, to.precision + 2
    )
    results = []
    for number, (term, quotient) in enumerate(zip(powers, quotients, strict=True)):
        with builder.scope(f"result_{number}", quotient=quotient[0], exponent=term.exponent):
            results.append(share(gates, made, to, term, quotient, zeros, len(x), is_nan))
    return results


def maximum_value(gates: GateLibrary, fmt: Format, largest: Word) -> tuple[Word, Bit]:
    """Return the largest element as a number, for :func:`power_of`, and whether results are NaN."""
    top = unpack(gates, fmt, largest, "unpack_maximum")
    with gates.builder.scope("maximum", code=largest):
        value = _value(gates, fmt, top)
        # Of infinities, at least one is less than itself.
        return value, gates.or_(top.is_nan, top.is_infinite, name="nan")


def power_of(gates: GateLibrary, fmt: Format, made: Exponential, top: Word, code: Word) -> Word:
    """Return the code of the power of e of an element less the largest."""
    raw = unpack(gates, fmt, code)
    difference = _difference(gates, top, _value(gates, fmt, raw))
    return exponential(gates, made, difference, raw.is_infinite)


def placed_power(gates: GateLibrary, made: Exponential, term: RawFloat) -> Word:
    """Return a power in units of the smallest one."""
    return place(gates, (ZERO, *term.significand), term.exponent, ZERO, power_width(made))


def power_width(made: Exponential) -> int:
    """Return the bits of a power in units of the smallest: the largest is one, all its digits below."""
    return made.format.bias + made.format.mantissa_bits


def normalized(gates: GateLibrary, total: Word, extra: int) -> tuple[Word, Word]:
    """Return a sum with its leading one at the top, and by how much it was moved up.

    The leading one is in the upper ``extra`` bits, as the sum is at least one.
    """
    with gates.builder.scope("normalize", total=total):
        zeros, _ = leading_zero_count(gates, total[-extra:])
        moved = or_shift_left(gates, total, zeros)
        return gates.builder.name_word("moved", moved), gates.builder.name_word("zeros", zeros)


def share(
    gates: GateLibrary,
    made: Exponential,
    to: Format,
    term: RawFloat,
    quotient: tuple[Word, Bit],
    zeros: Word,
    count: int,
    is_nan: Bit,
) -> Word:
    """Return the code of a power divided by the sum of ``count`` powers, rounded once."""
    return pack(
        gates,
        to,
        resolve_overflow(to, None),
        sign=ZERO,
        magnitude=_round(gates, made, to, term, quotient, zeros, count),
        is_nan=is_nan,
        is_infinite=ZERO,
        too_large=ZERO,
    )


def is_operand(fmt: Format) -> bool:
    """Tell whether elements may have a format: of up to 8 bits, its numbers in 32 bits."""
    return has_arithmetic(fmt) and fmt.width <= 8 and value_width(fmt) <= _MAX_VALUE_BITS


def is_result(fmt: Format, to: Format) -> bool:
    """Tell whether results may have a format: its normal numbers none below those of bfloat16.

    They can be NaN if an element can.
    """
    fits = to.min_exponent >= _LEAST_EXPONENT and to.max_value >= 1
    return can_give(fmt, to) and fits


def _value(gates: GateLibrary, fmt: Format, raw: RawFloat) -> Word:
    """Return a number in two's complement, in units of the smallest one."""
    flipped = xor_word(gates, raw.significand, raw.sign, "flipped")
    width = value_width(fmt)
    placed = place(gates, (raw.sign, *flipped), raw.exponent, raw.sign, width)
    # The complement is one less than the number.
    return gates.builder.name_word("value", (*placed, raw.sign))


def _difference(gates: GateLibrary, top: Word, value: Word) -> Word:
    """Return a difference that is not negative, of numbers whose negatives are one too small."""
    # top - value is top + ~value + 1; what either is short of is one.
    minus = tuple(gates.not_(bit) for bit in value)
    width = len(top) + 1
    carry = top[-1]
    columns = Columns(width)
    columns.add((*top, top[-1]))
    columns.add((*minus, minus[-1]))
    columns.add((carry,))
    columns.add((gates.not_(value[-1]),))
    return gates.builder.name_word("difference", columns.total(gates)[:-1])


def _sum(gates: GateLibrary, made: Exponential, powers: Sequence[RawFloat]) -> tuple[Word, Word]:
    """Return the exact sum with its leading one at the top, and by how much it was moved up."""
    builder, extra = gates.builder, len(powers).bit_length()
    columns = Columns(power_width(made) + extra - 1)
    for number, term in enumerate(powers):
        with builder.scope(f"place_{number}", exponent=term.exponent):
            columns.add(placed_power(gates, made, term))
    with builder.scope("accumulate"):
        total = columns.total(gates)
    return normalized(gates, total, extra)


def _round(
    gates: GateLibrary,
    made: Exponential,
    to: Format,
    term: RawFloat,
    quotient: tuple[Word, Bit],
    zeros: Word,
    count: int,
) -> Word:
    """Return the rounded quotient of significands, times the power of two that is due."""
    top = count.bit_length() - 1
    offset = -top - made.format.bias
    digits, inexact = quotient
    height, is_below, lowest = height_of(
        gates, to, (term.exponent, zeros), offset, 1, made.format.bias + top
    )
    return finish(
        gates,
        to,
        digits,
        height,
        is_below,
        lowest=lowest,
        # Only the smallest powers are subnormal, and so is what they give.
        max_zeros=1,
        zeros=(term.is_zero,),
        control=NEAREST_EVEN,
        sign=ZERO,
        sticky=inexact,
        name="quotient",
    )


RECORDS = (
    VectorOperation(
        name="softmax",
        summary="y[i] = exp(x[i] - m) / (sum of exp(x[j] - m)), m the largest of x",
        operands={"x": PortRole.FLOATS},
        result=PortRole.FLOATS,
        circuit=softmax,
        rounds=False,
        notes=(
            "rounding: e[i] = exp(x[i] - m), once, from the exact difference into bfloat16",
            "rounding: y[i] = e[i] / s, once, s the exact sum of e, into {to}; all to nearest even",
            "special values: all y are NaN if x has NaN or +infinity, or all x are -infinity",
        ),
        formats=is_operand,
        targets=is_result,
        order=20,
    ),
)
