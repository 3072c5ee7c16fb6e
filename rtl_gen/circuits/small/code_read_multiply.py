# SPDX-License-Identifier: Apache-2.0
"""A multiplier that reads a sum of codes like an analogue-digital converter, without limits.

As in :mod:`~spikefloat.rtl_gen.circuits.small.code_multiply`, the sum of two codes of E5M2 is the code
of the product, but for one more if the mantissas are 1 and 2. Here nothing is added: every neuron weighs
both codes, and what is to be put right about them.

    1. Thermometers of the smallest codes put right what a subnormal operand's code is too large by.
    2. Thermometers of the sum do so for the subnormal results, where the codes are further apart.
    3. Each bit of the result is the sum, less the bits above it.
"""

from typing import NamedTuple

from spikefloat.rtl_gen.circuits.small.code_multiply import require_two_bits
from spikefloat.rtl_gen.formats import Format, Overflow
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["code_read_multiply"]

#: What weighs more than any sum of two codes.
_FORCE = 1000
#: What a zero takes off, so that the product with the largest value is zero.
_ZERO = 80

_Terms = list[tuple[Bit, int]]


class _Operand(NamedTuple):
    code: _Terms  #: Its code, as if the exponent had no limit below.
    mantissa: _Terms  #: Normalised, 0 to 3.
    one: _Terms  #: 1 if the mantissa is 1, 0 or less if it is another.
    two: _Terms  #: The same for 2.
    is_positive: Bit
    is_special: Bit


def code_read_multiply(
    gates: GateLibrary, fmt: Format, a: Word, b: Word, overflow: Overflow | None = None
) -> Word:
    """Return the code of ``a * b`` in E5M2, within the budget ``free``.

    Raises
    ------
    InputError
        If the format or the policy is another one.
    """
    policy = require_two_bits(fmt, overflow)
    fire = gates.builder.neuron
    infinity = fmt.max_code + 1
    x, y = (_operand(gates, word, infinity) for word in (a, b))
    one_two = fire([*x.one, *y.two], 2, "one_two")
    two_one = fire([*x.two, *y.one], 2, "two_one")
    is_more = fire([*x.mantissa, *y.mantissa], 4, "more")
    total = [*x.code, *y.code, (one_two, 1), (two_one, 1)]
    # A sum of codes is this much too large: the bias, and what a zero takes off either of them.
    bias = 4 * fmt.bias + 2 * _ZERO
    # Twice the sum, so that a half tells a tie from what is above it.
    tie = [(bit, 2 * weight) for bit, weight in total] + [(is_more, 1)]
    # Where the results 1 to 4 begin, and where all that are larger do.
    steps = (
        fire(tie, 2 * (bias - 8) + 1, "from_1"),
        fire(total, bias - 2, "from_2"),
        fire(tie, 2 * (bias + 1) + 1, "from_3"),
        fire(total, bias + 3, "from_4"),
        fire(total, bias + 5, "from_5"),
    )
    special = [(x.is_special, _FORCE), (y.is_special, _FORCE)]
    nans = [
        fire([*_code(word, 2), (other.is_positive, -1)], 2 * infinity, "nan")
        for word, other in ((a, y), (b, x))
    ]
    beyond = fire([*total, *special], bias + infinity, "beyond")
    force = [(nan, 4 * _FORCE) for nan in nans]
    bits: list[Bit] = []
    for place in reversed(range(7)):
        terms = total + [(bit, -(1 << (6 - i))) for i, bit in enumerate(bits)]
        terms += _steps_of(place, steps)
        if policy is Overflow.NAN:
            terms += [(beyond, _FORCE if place > 1 else -_FORCE)]
        elif place > 1:
            # The largest finite code has all bits but the lowest one of the exponent.
            terms += [(beyond, -_FORCE if place == 2 else _FORCE)]
            terms += [(bit, 2 * weight) for bit, weight in special]
        else:
            terms += [(beyond, _FORCE)] + [(bit, -2 * weight) for bit, weight in special]
        if place == 1:
            terms += force
        bits.append(fire(terms, bias + (1 << place), f"y{place}"))
    pair = fire([(a[7], 1), (b[7], 1), *((nan, 2) for nan in nans)], 2, "pair")
    sign = fire([(a[7], 1), (b[7], 1), (pair, -2)], 1, "sign")
    return (*reversed(bits), sign)


def _steps_of(place: int, steps: Word) -> _Terms:
    """Return what the lowest bits take of the steps: in all nothing for a normal result."""
    weights = {2: (0, 0, 0, 1, -1), 1: (0, 4, 0, -3, -1), 0: (9, -8, 1, -2, 0)}
    return [
        (step, weight)
        for step, weight in zip(steps, weights.get(place, ()), strict=False)
        if weight
    ]


def _operand(gates: GateLibrary, x: Word, infinity: int) -> _Operand:
    code = _code(x, 1)
    first, second, third, normal = (
        gates.builder.neuron(code, least, f"from_{least}") for least in (1, 2, 3, 4)
    )
    # 1, 2 and 3 units are 1 * 2**-2, 1 * 2**-1 and 1.5 * 2**-1 of the smallest normal value.
    raised = [(first, _ZERO - 5), (second, 3), (third, 1), (normal, 1)]
    low = [(x[0], 1), (x[1], 2), (first, -1), (second, -1), (third, 1), (normal, 1)]
    return _Operand(
        code=[*code, *raised],
        mantissa=low,
        one=[(x[0], 1), (x[1], -1), (normal, 1), (first, -1)],
        two=[(x[1], 1), (x[0], -1), (second, -1), (third, 2), (normal, -1)],
        is_positive=first,
        is_special=gates.builder.neuron(code, infinity, "special"),
    )


def _code(x: Word, unit: int) -> _Terms:
    return [(bit, unit << i) for i, bit in enumerate(x[:7])]
