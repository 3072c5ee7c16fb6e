# SPDX-License-Identifier: Apache-2.0
"""A linear layer whose weights are part of the circuit, with exact sums.

Each input becomes one fixed-point number, once for all outputs. A weight is then no operand but a
choice of wires: its power of two says where the number is added, its sign whether the number or its
complement, and only its significand takes more than one addition. Where several outputs need the
same multiple of an input, that is made once.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from spikefloat.rtl_gen.circuits.parts.products import magnitude_value
from spikefloat.rtl_gen.circuits.parts.unpack import RawFloat, unpack
from spikefloat.rtl_gen.circuits.sums.dot import SumFlags, round_sum
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.gates.columns import Columns
from spikefloat.rtl_gen.neurons.words import increment, mux_word, xor_word

__all__ = [
    "FixedInput",
    "Weight",
    "fixed_input",
    "hardwired_linear",
    "read_weight",
    "shared_multiples",
    "weighted_sum",
]

#: From so many outputs on that need a multiple of an input, it is made once.
_SHARED_USES = 2


class _Digit(NamedTuple):
    """A signed power of two."""

    shift: int
    negative: bool


class FixedInput(NamedTuple):
    """An input as a number of the smallest values, in two's complement."""

    raw: RawFloat
    number: Word


class Weight(NamedTuple):
    """A weight as a number of the smallest values."""

    value: int
    is_negative: bool  #: Also of a zero.


def hardwired_linear(
    gates: GateLibrary,
    fmt: Format,
    x: Sequence[Word],
    weight: Sequence[Sequence[int]],
    bias: Sequence[int] | None,
    to: Format,
    overflow: Overflow | None,
    *,
    relu: bool,
) -> list[Word]:
    """Return the codes of ``weight @ x + bias``, each rounded once.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made, in either library.
    fmt : Format
        Format of inputs, weights and bias.
    x : sequence of Word
        Codes of the inputs.
    weight : sequence of sequence of int
        Codes of the weights, a row for each output; all finite.
    bias : sequence of int or None
        Codes of the bias, all finite, or None for none.
    to : Format
        Format of the results.
    overflow : Overflow, optional
        What a result that is too large becomes.
    relu : bool
        Whether a negative sum becomes +0.
    """
    inputs = [fixed_input(gates, fmt, word, index) for index, word in enumerate(x)]
    rows = [[read_weight(fmt, code) for code in row] for row in weight]
    with gates.builder.scope("any_nan"):
        any_nan = gates.or_(*(entry.raw.is_nan for entry in inputs), name="nan")
    multiples = shared_multiples(gates, inputs, rows)
    results = []
    for index, row in enumerate(rows):
        own = read_weight(fmt, bias[index]) if bias else None
        constant = own.value << fmt.bias + fmt.mantissa_bits - 1 if own else 0
        with gates.builder.scope(f"output_{index}"):
            with gates.builder.scope("accumulate"):
                total = weighted_sum(gates, inputs, multiples, row, constant)
            flags = _flags(gates, inputs, any_nan, row, own)
            results.append(round_sum(gates, fmt, to, total, flags, overflow, relu=relu))
    return results


def fixed_input(gates: GateLibrary, fmt: Format, code: Word, index: int) -> FixedInput:
    """Return an input as a number: at most ``2 * max_value / min_value`` in size."""
    builder = gates.builder
    with builder.scope(f"input_{index}", code=code):
        raw = unpack(gates, fmt, code)
        # The significand is negated while it is short. Minus zero has no sign here.
        flipped = xor_word(gates, raw.significand, raw.sign, "flipped")
        negated = increment(gates, flipped, raw.sign)[:-1]
        sign = gates.and_(raw.sign, gates.not_(raw.is_zero), name="negative")
        number = builder.name_word("signed", (*negated, sign))
        # Effective exponents begin at 1, so the lowest bit stays zero.
        width = len(raw.significand) + (fmt.max_code >> fmt.mantissa_bits) + 1
        for stage, select in enumerate(raw.exponent):
            distance = 1 << stage
            moved, unmoved = (ZERO,) * distance + number, number + (sign,) * distance
            number = mux_word(gates, select, moved[:width], unmoved[:width], f"by_{distance}")
        number = number[1:] + (sign,) * (width - len(number))
        return FixedInput(raw, builder.name_word("number", number))


def read_weight(fmt: Format, code: int) -> Weight:
    """Return the weight that a finite code means."""
    magnitude, is_negative = magnitude_value(fmt, code & fmt.magnitude_mask), code & fmt.sign_mask
    return Weight(-magnitude if is_negative else magnitude, bool(is_negative))


def _digits(value: int) -> list[_Digit]:
    """Return an integer as the fewest signed powers of two: its non-adjacent form."""
    digits = []
    shift = 0
    while value:
        if value & 1:
            digit = 2 - (value & 3)  # 1 or -1, so that two more bits become zero
            digits.append(_Digit(shift, digit < 0))
            value -= digit
        value >>= 1
        shift += 1
    return digits


def _odd_part(value: int) -> tuple[int, int]:
    """Return an odd number and the power of two by which ``abs(value)`` is larger."""
    shift = (value & -value).bit_length() - 1
    return abs(value) >> shift, shift


def shared_multiples(
    gates: GateLibrary, inputs: Sequence[FixedInput], rows: Sequence[Sequence[Weight]]
) -> dict[tuple[int, int], Word]:
    """Return the multiples of inputs that are made once, by input and odd factor."""
    uses: dict[tuple[int, int], int] = {}
    for row in rows:
        for index, weight in enumerate(row):
            if weight.value:
                key = (index, _odd_part(weight.value)[0])
                uses[key] = uses.get(key, 0) + 1
    multiples = {}
    for (index, factor), count in sorted(uses.items()):
        digits = _digits(factor)
        if count < _SHARED_USES or len(digits) < 2:
            continue
        number = inputs[index].number
        with gates.builder.scope(f"input_{index}_times_{factor}", number=number):
            columns = Columns(len(number) + factor.bit_length())
            for digit in digits:
                _add_number(gates, columns, number, digit)
            multiples[index, factor] = columns.total(gates)
    return multiples


def _add_number(gates: GateLibrary, columns: Columns, number: Word, digit: _Digit) -> None:
    """Add a number in two's complement, or its negative, times a power of two.

    The top bit counts negative, so that its complement is added and a constant taken away; the
    negative of all bits is their complements and, again, a constant.
    """
    *low, top = number
    size = 1 << len(low)
    if digit.negative:
        columns.add((*(gates.not_(bit) for bit in low), top), digit.shift)
        columns.add_constant(-(size - 1) << digit.shift)
    else:
        columns.add((*low, gates.not_(top)), digit.shift)
        columns.add_constant(-size << digit.shift)


def weighted_sum(
    gates: GateLibrary,
    inputs: Sequence[FixedInput],
    multiples: Mapping[tuple[int, int], Word],
    row: Sequence[Weight],
    constant: int,
) -> Word:
    """Return the sum of one output in two's complement, in units of the smallest product.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    inputs : sequence of FixedInput
        All of one width.
    multiples : mapping of (int, int) to Word
        Those of :func:`shared_multiples`.
    row : sequence of Weight
        One for each input.
    constant : int
        What is added to the products.
    """
    largest = 1 << len(inputs[0].number) - 1
    bound = sum(abs(weight.value) for weight in row) * largest + abs(constant)
    columns = Columns(bound.bit_length() + 1)
    for index, (value, _) in enumerate(row):
        if not value:
            continue
        factor, shift = _odd_part(value)
        shared = multiples.get((index, factor))
        if shared is not None:
            _add_number(gates, columns, shared, _Digit(shift, value < 0))
            continue
        for digit in _digits(value):
            _add_number(gates, columns, inputs[index].number, digit)
    columns.add_constant(constant)
    return columns.total(gates)


def _flags(
    gates: GateLibrary,
    inputs: Sequence[FixedInput],
    any_nan: Bit,
    row: Sequence[Weight],
    bias: Weight | None,
) -> SumFlags:
    """Return the special values among the terms of one output."""
    nans, plus, minus, signs, zeros = [any_nan], [], [], [], []
    for index, (entry, weight) in enumerate(zip(inputs, row, strict=True)):
        raw = entry.raw
        sign = gates.not_(raw.sign) if weight.is_negative else raw.sign
        is_zero = not weight.value
        signs.append(sign)
        zeros.append(ONE if is_zero else raw.is_zero)
        if raw.is_infinite == ZERO:
            continue
        if is_zero:
            nans.append(raw.is_infinite)
        else:
            plus.append(
                gates.and_(raw.is_infinite, gates.not_(sign), name=f"plus_infinity[{index}]")
            )
            minus.append(gates.and_(raw.is_infinite, sign, name=f"minus_infinity[{index}]"))
    if bias is not None:
        signs.append(ONE if bias.is_negative else ZERO)
        zeros.append(ZERO if bias.value else ONE)
    return SumFlags(nans, plus, minus, signs, zeros)
