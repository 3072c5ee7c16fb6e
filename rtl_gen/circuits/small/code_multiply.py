# SPDX-License-Identifier: Apache-2.0
"""A multiplier that adds codes: for two bits of mantissa a code is its logarithm already.

The code of a positive float, read as a number, is its logarithm but for the bend of each octave. With
two bits of mantissa, the sum of two codes is the code of the rounded product, with one exception:

    1.25 * 1.5 = 1.875 rounds to 2, where the mantissas 1 and 2 add up to 3 only

So one more is added if the mantissas are 1 and 2. What is left:

    1. a subnormal operand is normalised, which for 1, 2 and 3 quarters is a bit or two.
    2. one adder adds the codes. The exponent field of the product is that of the sum less the bias.
    3. below the normal results three octaves are left, each of which gives its code by a few gates. Two
       ties are broken by the exact product, of which a carry tells whether it reached 2: in units,
       1 / 2 goes to 0 and 1.75 * 1.25 / 4 up to 1; 2.5 goes to 2 and 1.75 * 1.5 up to 3.

That the sums round right is checked for all pairs.
"""

from typing import NamedTuple

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary
from spikefloat.rtl_gen.neurons.words import increment

__all__ = ["code_multiply", "require_two_bits"]


class _Operand(NamedTuple):
    mantissa: Word  #: Normalised.
    exponent: Word  #: Its field.
    is_low: Bit  #: Whether 1 must be taken off the exponent: the magnitude is 0 or 1 unit.
    is_zero: Bit
    is_special: Bit  #: Infinity or NaN.


def code_multiply(
    gates: GateLibrary, fmt: Format, a: Word, b: Word, overflow: Overflow | None = None
) -> Word:
    """Return the code of ``a * b`` in E5M2, within the budget ``w2``.

    Raises
    ------
    InputError
        If the format or the policy is another one.
    """
    policy = require_two_bits(fmt, overflow)
    builder = gates.builder
    with builder.scope("operand_a", x=a):
        x = _operand(gates, a)
    with builder.scope("operand_b", x=b):
        y = _operand(gates, b)
    with builder.scope("add"):
        mantissa, exponent, is_more = _sum(gates, x, y)
    with builder.scope("small", mantissa=mantissa, exponent=exponent):
        small, is_16 = _small(gates, mantissa, exponent, is_more)
    with builder.scope("result"):
        t4, t5 = exponent[4:]
        is_normal = gates.and_(gates.or_(t4, t5), ~is_16, name="normal")
        keep = ~gates.or_(x.is_zero, y.is_zero, name="zero")
        special = gates.or_(x.is_special, y.is_special, name="special")
        nan = gates.or_(
            *(
                gates.and_(one.is_special, gates.or_(*word[:2], other.is_zero))
                for one, other, word in ((x, y, a), (y, x, b))
            ),
            name="nan",
        )
        # A field of 31 or more, less the bias: from 47 on.
        overflows = gates.and_(t5, gates.or_(t4, gates.and_(*exponent[:4])), name="overflow")
        beyond = gates.or_(overflows, special, name="beyond")
        kept = gates.and_(is_normal, keep, name="kept")
        field = [gates.and_or(kept, bit, beyond) for bit in (*exponent[:4], t5)]
        # The lowest result of the normal ones may come out of the others.
        field[0] = gates.or_(field[0], gates.and_(small[2], keep))
        bits = [
            gates.and_(keep, gates.mux(is_normal, one, other), ~beyond)
            for one, other in zip(mantissa, small[:2], strict=True)
        ]
        if policy is Overflow.SATURATE:
            largest = gates.and_(overflows, ~special, name="largest")
            field[0] = gates.and_(field[0], ~largest)
            bits = [gates.or_(bit, largest) for bit in bits]
        bits[1] = gates.or_(bits[1], nan)
        pair = builder.neuron([(a[7], 1), (b[7], 1), (nan, 2)], 2, "pair")
        sign = builder.neuron([(a[7], 1), (b[7], 1), (pair, -2)], 1, "sign")
    return (*bits, *field, sign)


def require_two_bits(fmt: Format, overflow: Overflow | None) -> Overflow:
    """Return the overflow policy of a multiplier of codes.

    Raises
    ------
    InputError
        If the format is not E5M2, or the policy does without infinities.
    """
    if fmt is not FORMATS["e5m2"]:
        raise InputError(f"Format must be e5m2, not {fmt.name!r}")
    policy = resolve_overflow(fmt, overflow)
    if policy is Overflow.SATURATE_FINITE:
        raise InputError(
            "Overflow must be nan or saturate for this construction, not 'saturate-finite'"
        )
    return policy


def _operand(gates: GateLibrary, x: Word) -> _Operand:
    """Return what counts of a code: 3 units are 1.5 * 2**-1 of the smallest normal value."""
    both, either = gates.and_, gates.or_
    is_normal = either(*x[2:7], name="normal")
    is_low = both(~is_normal, ~x[1], name="low")
    high = gates.builder.neuron([(x[1], 2), (x[0], 1), (is_normal, 1)], 3, "high")
    return _Operand(
        mantissa=(both(x[0], is_normal), high),
        exponent=x[2:7],
        is_low=is_low,
        is_zero=both(is_low, ~x[0], name="zero"),
        is_special=both(*x[2:7], name="special"),
    )


def _sum(gates: GateLibrary, x: _Operand, y: _Operand) -> tuple[Word, Word, Bit]:
    """Return mantissa and exponent of the product, and whether a product of 2 is more than that.

    The exponent is that of the result plus 16.
    """
    fire, (x0, x1), (y0, y1) = gates.builder.neuron, x.mantissa, y.mantissa
    one_two = gates.and_(x0, ~x1, ~y0, y1, name="one_two")
    two_one = gates.and_(~x0, x1, y0, ~y1, name="two_one")
    # Either of the two turns a sum of 1 into one of 2.
    link = fire([(x0, 1), (y0, 1), (one_two, 1), (two_one, 1)], 2, "link")
    low = fire([(x0, 1), (y0, 1), (link, -2)], 1, "m0")
    high, carry = gates.full_adder(x1, y1, link)
    total, top = gates.add(x.exponent, y.exponent, carry)
    # One more, so that the bias is 16; not so where 1 is to be taken off an operand.
    raised = increment(gates, (*total, top), ~gates.or_(x.is_low, y.is_low, name="low"))
    exponent = raised[:6]
    is_more = gates.and_(carry, ~one_two, ~two_one, name="more")
    return gates.builder.name_word("mantissa", (low, high)), exponent, is_more


def _small(gates: GateLibrary, mantissa: Word, exponent: Word, is_more: Bit) -> tuple[Word, Bit]:
    """Return the bits of a result below the normal ones, and whether the exponent is 16."""
    both, either = gates.and_, gates.or_
    m0, m1 = mantissa
    t0, t1, t2, t3, t4, t5 = exponent
    is_16 = both(~t0, ~t1, ~t2, ~t3, t4, ~t5, name="is_16")
    last = both(t1, t2, t3, ~t4, ~t5, name="last")
    is_15, is_14 = both(last, t0, name="is_15"), both(last, ~t0, name="is_14")
    up = both(is_16, m1, m0, name="up")
    s1 = either(both(is_16, ~up), both(is_15, m1))
    s0 = either(
        both(is_16, either(both(m1, ~m0), both(m0, is_more))),
        both(is_15, ~m1),
        both(is_14, either(m0, m1, is_more)),
    )
    return (s0, s1, up), is_16
