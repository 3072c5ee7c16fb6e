# SPDX-License-Identifier: Apache-2.0
"""Softmax as a neuron graph: exact but for two roundings, of each power of e and of each quotient."""

from collections.abc import Sequence

from spikefloat.rtl_gen.circuits.operation import has_arithmetic
from spikefloat.rtl_gen.circuits.parts.finish import finish
from spikefloat.rtl_gen.circuits.parts.placing import place
from spikefloat.rtl_gen.circuits.parts.rounding_modes import NEAREST_EVEN
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, pack, unpack
from spikefloat.rtl_gen.circuits.shared_scale.scale import height_of
from spikefloat.rtl_gen.circuits.vector_operation import (
    Passes,
    PortRole,
    Scan,
    VectorOperation,
    VectorOptions,
    Words,
    can_give,
)
from spikefloat.rtl_gen.circuits.vectors.accumulator import add_to_rows
from spikefloat.rtl_gen.circuits.vectors.exponential import (
    Exponential,
    exponential,
    make_exponential,
)
from spikefloat.rtl_gen.circuits.vectors.order import LARGEST, vector_maximum
from spikefloat.rtl_gen.circuits.vectors.shared_divisor import divide_by_one
from spikefloat.rtl_gen.circuits.vectors.sums import value_width
from spikefloat.rtl_gen.formats import FORMATS, Format, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import (
    gate_word,
    leading_zero_count,
    or_shift_left,
    xor_word,
)

__all__ = ["RECORDS", "is_operand", "is_result", "softmax"]

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
    top_value, is_nan = _maximum(gates, fmt, largest)
    powers = []
    for number, code in enumerate(x):
        with builder.scope(f"power_{number}", code=code, maximum=top_value):
            code_of_power = _power(gates, fmt, made, top_value, code)
            powers.append(unpack(gates, made.format, code_of_power, "unpack_power"))
    divisor, zeros = _sum(gates, made, powers)
    quotients = divide_by_one(
        gates, [power.significand for power in powers], divisor, to.precision + 2
    )
    results = []
    for number, (power, quotient) in enumerate(zip(powers, quotients, strict=True)):
        with builder.scope(f"result_{number}", quotient=quotient[0], exponent=power.exponent):
            results.append(_result(gates, made, to, power, quotient, zeros, len(x), is_nan))
    return results


def is_operand(fmt: Format) -> bool:
    """Tell whether elements may have a format: of up to 8 bits, its numbers in 32 bits."""
    return has_arithmetic(fmt) and fmt.width <= 8 and value_width(fmt) <= _MAX_VALUE_BITS


def is_result(fmt: Format, to: Format) -> bool:
    """Tell whether results may have a format: its normal numbers none below those of bfloat16.

    They can be NaN if an element can.
    """
    fits = to.min_exponent >= _LEAST_EXPONENT and to.max_value >= 1
    return can_give(fmt, to) and fits


def _maximum(gates: GateLibrary, fmt: Format, largest: Word) -> tuple[Word, Bit]:
    """Return the number that the largest element is, and whether all results are NaN."""
    top = unpack(gates, fmt, largest, "unpack_maximum")
    with gates.builder.scope("maximum", code=largest):
        value = _value(gates, fmt, top)
        # Of infinities, at least one is less than itself.
        return value, gates.or_(top.is_nan, top.is_infinite, name="nan")


def _power(gates: GateLibrary, fmt: Format, made: Exponential, top: Word, code: Word) -> Word:
    """Return the code of the power of e of the difference of an element and the largest."""
    raw = unpack(gates, fmt, code)
    difference = _difference(gates, top, _value(gates, fmt, raw))
    return exponential(gates, made, difference, raw.is_infinite)


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
    extra = len(powers).bit_length()
    columns = Columns(_power_width(made) + extra - 1)
    for number, power in enumerate(powers):
        with gates.builder.scope(f"place_{number}", exponent=power.exponent):
            columns.add(_placed(gates, made, power))
    with gates.builder.scope("accumulate"):
        total = columns.total(gates)
    return _normalized(gates, total, extra)


def _power_width(made: Exponential) -> int:
    """Return the bits of a power in its place: the largest is one, and has all its digits below."""
    return made.format.bias + made.format.mantissa_bits


def _placed(gates: GateLibrary, made: Exponential, power: RawFloat) -> Word:
    """Return a power in its place."""
    return place(gates, (ZERO, *power.significand), power.exponent, ZERO, _power_width(made))


def _normalized(gates: GateLibrary, total: Word, extra: int) -> tuple[Word, Word]:
    """Return a sum, which is at least one, with its leading one at the top, and the zeros above it."""
    builder = gates.builder
    with builder.scope("normalize", total=total):
        zeros, _ = leading_zero_count(gates, total[-extra:])
        moved = or_shift_left(gates, total, zeros)
        return builder.name_word("moved", moved), builder.name_word("zeros", zeros)


def _result(
    gates: GateLibrary,
    made: Exponential,
    to: Format,
    power: RawFloat,
    quotient: tuple[Word, Bit],
    zeros: Word,
    count: int,
    is_nan: Bit,
) -> Word:
    """Return the code of a quotient, or NaN."""
    return pack(
        gates,
        to,
        resolve_overflow(to, None),
        sign=ZERO,
        magnitude=_round(gates, made, to, power, quotient, zeros, count),
        is_nan=is_nan,
        is_infinite=ZERO,
        too_large=ZERO,
    )


def _round(
    gates: GateLibrary,
    made: Exponential,
    to: Format,
    power: RawFloat,
    quotient: tuple[Word, Bit],
    zeros: Word,
    count: int,
) -> Word:
    """Return the rounded quotient of significands, times the power of two that is due."""
    top = count.bit_length() - 1
    offset = -top - made.format.bias
    digits, inexact = quotient
    height, is_below, lowest = height_of(
        gates, to, (power.exponent, zeros), offset, 1, made.format.bias + top
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
        zeros=(power.is_zero,),
        control=NEAREST_EVEN,
        sign=ZERO,
        sticky=inexact,
        name="quotient",
    )


def _take(
    gates: GateLibrary, options: VectorOptions, kept: Words, element: Word, first: Bit
) -> dict[str, Word]:
    """Return the larger of the largest so far and another element."""
    fmt, most = options.format, options.length
    return {"largest": LARGEST.step(gates, fmt, most, kept["largest"], element, first)}


def _largest(gates: GateLibrary, options: VectorOptions, kept: Words) -> tuple[Word, Bit]:
    """Return the number that the largest element is, and whether all results are NaN."""
    fmt = options.format
    code = LARGEST.finish(gates, fmt, fmt, options.length, kept["largest"])
    return _maximum(gates, fmt, code)


def _scanned(options: VectorOptions) -> dict[str, int]:
    """Return what is kept of the powers: two rows whose sum is theirs."""
    width = _power_width(make_exponential(options.format)) + options.length.bit_length() - 1
    return {"first_row": width, "second_row": width}


def _scan(
    gates: GateLibrary,
    options: VectorOptions,
    kept: Words,
    rows: Words,
    element: Word,
    first: Bit,
) -> tuple[Word, dict[str, Word]]:
    """Return the power of e of an element, and the rows with it."""
    made, builder = make_exponential(options.format), gates.builder
    top_value, _ = _largest(gates, options, kept)
    with builder.scope("power", code=element, maximum=top_value):
        code = _power(gates, options.format, made, top_value, element)
        power = unpack(gates, made.format, code, "unpack_power")
    with builder.scope("place", exponent=power.exponent):
        placed = _placed(gates, made, power)
    again = gates.not_(first)
    one, other = (gate_word(gates, rows[name], again) for name in ("first_row", "second_row"))
    term = placed + (ZERO,) * (len(one) - len(placed))
    sums, carries = add_to_rows(gates, one, other, term)
    return code, {"first_row": sums, "second_row": carries}


def _settle(gates: GateLibrary, options: VectorOptions, kept: Words) -> dict[str, Word]:
    """Return the sum of the powers with its leading one at the top, its zeros, and what is NaN."""
    _, is_nan = _largest(gates, options, kept)
    with gates.builder.scope("accumulate"):
        total, _ = gates.add(kept["first_row"], kept["second_row"], ZERO, "carry")
    divisor, zeros = _normalized(gates, total, options.length.bit_length())
    # Of one element, the sum is one.
    return {"divisor": divisor, "zeros": zeros or (ZERO,), "nan": (is_nan,)}


def _give(
    gates: GateLibrary, options: VectorOptions, common: Words, element: Word, others: Words
) -> Word:
    """Return the quotient of a power and the sum of all."""
    made, to = make_exponential(options.format), options.to
    power = unpack(gates, made.format, element, "unpack_power")
    (quotient,) = divide_by_one(gates, [power.significand], common["divisor"], to.precision + 2)
    zeros, is_nan = common["zeros"], common["nan"][0]
    with gates.builder.scope("result", quotient=quotient[0], exponent=power.exponent):
        return _result(gates, made, to, power, quotient, zeros, options.length, is_nan)


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
        running=Passes(
            kept=lambda options: {"largest": LARGEST.state(options.format, options.length)},
            take=_take,
            scan=Scan(kept=_scanned, step=_scan),
            settle=_settle,
            give=_give,
        ),
        order=20,
    ),
)
