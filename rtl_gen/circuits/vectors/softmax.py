# SPDX-License-Identifier: Apache-2.0
"""Softmax as a neuron graph: exact but for two roundings, of each power of e and of each quotient."""

from collections.abc import Sequence

from spikefloat.rtl_gen.circuits.operation import has_arithmetic
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, unpack
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
    make_exponential,
)
from spikefloat.rtl_gen.circuits.vectors.order import LARGEST, vector_maximum
from spikefloat.rtl_gen.circuits.vectors.shared_divisor import divide_by_one
from spikefloat.rtl_gen.circuits.vectors.softmax_parts import (
    maximum_value,
    normalized,
    placed_power,
    power_of,
    power_width,
    share,
)
from spikefloat.rtl_gen.circuits.vectors.sums import value_width
from spikefloat.rtl_gen.formats import FORMATS, Format
from spikefloat.rtl_gen.neurons.builder import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import (
    gate_word,
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


def is_operand(fmt: Format) -> bool:
    """Tell whether elements may have a format: of up to 8 bits, its numbers in 33 bits; or binary16.

    These are the formats whose powers of e have been tried.
    """
    is_short = has_arithmetic(fmt) and fmt.width <= 8 and value_width(fmt) <= _MAX_VALUE_BITS
    return is_short or fmt == FORMATS["binary16"]


def is_result(fmt: Format, to: Format) -> bool:
    """Tell whether results may have a format: its normal numbers none below those of bfloat16.

    They can be NaN if an element can.
    """
    fits = to.min_exponent >= _LEAST_EXPONENT and to.max_value >= 1
    return can_give(fmt, to) and fits


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
    return maximum_value(gates, fmt, code)


def _scanned(options: VectorOptions) -> dict[str, int]:
    """Return what is kept of the powers: two rows whose sum is theirs."""
    width = power_width(make_exponential(options.format)) + options.length.bit_length() - 1
    return {"first_row": width, "second_row": width}


def _power(gates: GateLibrary, options: VectorOptions, kept: Words, element: Word) -> Word:
    """Return the power of e of an element."""
    fmt = options.format
    top_value, _ = _largest(gates, options, kept)
    with gates.builder.scope("power", code=element, maximum=top_value):
        return power_of(gates, fmt, make_exponential(fmt), top_value, element)


def _add(
    gates: GateLibrary, options: VectorOptions, rows: Words, code: Word, first: Bit
) -> dict[str, Word]:
    """Return the rows with one more power of e."""
    made, builder, again = make_exponential(options.format), gates.builder, gates.not_(first)
    own = unpack(gates, made.format, code, "unpack_power")
    with builder.scope("place", exponent=own.exponent):
        placed = placed_power(gates, made, own)
    one, other = (gate_word(gates, rows[name], again) for name in ("first_row", "second_row"))
    sums, carries = add_to_rows(gates, (one, other), placed)
    return {"first_row": sums, "second_row": carries}


def _settle(gates: GateLibrary, options: VectorOptions, kept: Words) -> dict[str, Word]:
    """Return the sum of the powers with its leading one at the top, its zeros, and what is NaN."""
    _, is_nan = _largest(gates, options, kept)
    with gates.builder.scope("accumulate"):
        total, _ = gates.add(kept["first_row"], kept["second_row"], ZERO, "carry")
    divisor, zeros = normalized(gates, total, options.length.bit_length())
    # Of one element, the sum is one.
    return {"divisor": divisor, "zeros": zeros or (ZERO,), "nan": (is_nan,)}


def _give(
    gates: GateLibrary, options: VectorOptions, common: Words, element: Word, others: Words
) -> Word:
    """Return the quotient of a power and the sum of all."""
    made, to = make_exponential(options.format), options.to
    own = unpack(gates, made.format, element, "unpack_power")
    (quotient,) = divide_by_one(gates, [own.significand], common["divisor"], to.precision + 2)
    zeros, is_nan = common["zeros"], common["nan"][0]
    with gates.builder.scope("result", quotient=quotient[0], exponent=own.exponent):
        return share(gates, made, to, own, quotient, zeros, options.length, is_nan)


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
            scan=Scan(kept=_scanned, change=_power, add=_add),
            settle=_settle,
            give=_give,
        ),
        order=20,
    ),
)
