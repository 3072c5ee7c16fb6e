# SPDX-License-Identifier: Apache-2.0
"""A multiplier that adds logarithms: no significand product, no normaliser, no sticky bit.

A product is at least c exactly when log a + log b >= log c. So the logarithms need not be right;
they only have to be fine enough to tell apart the products that round differently. For E4M3FN six
bits behind the point are enough, ties and subnormal results included:

    1. each operand becomes a fixed-point logarithm: its exponent, and six bits looked up from its
       fraction. A subnormal one is looked up as if normalised, with 1 or 2 taken off its exponent.
    2. one ripple adder adds the two.
    3. the sum is compared with the boundaries of rounding: eight for the normal results, which are
       the same in every octave, and eight for the subnormal ones.

Rounding, ties to even, the carry into the exponent and gradual underflow are all in the boundaries.
The logarithms below are ``64 * log2(1 + m / 8)``, bent by a unit or two so that their bits are
cheap; that the boundaries separate all products was found by search and is checked on all pairs.
"""

from spikefloat.rtl_gen.circuits.small.logarithm import at_least, logarithm
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["log_multiply"]

#: Logarithm of each fraction, in 64ths of an octave.
_LOGS = (0, 11, 20, 30, 38, 46, 52, 60)

#: Smallest sum of logarithms that rounds to each code, for the subnormal results and the first
#: octave of normal ones. From code 9 on the boundaries repeat every 64.
_BOUNDARIES = (-63, 35, 85, 115, 141, 157, 175, 186, 200, 209, 219, 227, 235, 241, 249, 253)


def log_multiply(
    gates: GateLibrary, fmt: Format, a: Word, b: Word, overflow: Overflow | None = None
) -> Word:
    """Return the code of ``a * b`` in E4M3FN, within the budget ``w2``.

    Raises
    ------
    ValueError
        If the format is another one.
    """
    if fmt is not FORMATS["e4m3fn"]:
        raise InputError(f"Format must be e4m3fn, not {fmt.name!r}")
    policy = resolve_overflow(fmt, overflow)
    builder = gates.builder
    with builder.scope("log_a", x=a):
        log_a = logarithm(gates, a, _LOGS)
    with builder.scope("log_b", x=b):
        log_b = logarithm(gates, b, _LOGS)
    with builder.scope("add", a=log_a.bits, b=log_b.bits):
        total, carry = gates.add(log_a.bits, log_b.bits, ZERO)
        fraction, exponent = builder.name_word("total", total)[:6], total[6:]
        is_low = gates.or_(log_a.is_low, log_b.is_low, name="low")
        high = gates.and_(carry, ~is_low, name="high")  # the exponents sum to 16 or more
        # Two subnormals, or anything and zero, come out as zero.
        keep = ~gates.or_(
            gates.and_(is_low, ~carry, name="negative"),
            log_a.is_zero,
            log_b.is_zero,
            gates.and_(log_a.is_low, log_b.is_low, name="both_low"),
            name="vanish",
        )
    with builder.scope("compare", x=fraction):
        reached = (ONE, *(at_least(gates, fraction, limit % 64) for limit in _BOUNDARIES))
    with builder.scope("normal", exponent=exponent):
        is_normal = gates.or_(exponent[3], high, name="normal")
        normal, overflows = _normal(gates, reached, exponent, high)
    with builder.scope("subnormal", exponent=exponent):
        subnormal = _subnormal(gates, reached, exponent, high)
    with builder.scope("result"):
        force = gates.or_(gates.and_(overflows, keep), log_a.is_nan, log_b.is_nan, name="force")
        bits = [
            gates.and_(keep, gates.and_or(is_normal, *both))
            for both in zip(normal, subnormal, strict=False)
        ]
        kept = gates.and_(is_normal, keep, name="kept")
        bits += [gates.and_(kept, bit) for bit in normal[4:]]
        bits = [gates.or_(bit, force) for bit in bits]
        # A product that rounds to 480 has all bits set without any help: that is the NaN code.
        is_full = gates.and_(gates.and_(*bits[:4]), *bits[4:], name="full")
        if policy is Overflow.SATURATE:
            bits[0] = builder.neuron(
                [(bits[0], 1), (is_full, -1), (log_a.is_nan, 1), (log_b.is_nan, 1)], 1, "lowest"
            )
            is_full = gates.or_(log_a.is_nan, log_b.is_nan, name="nan")
        # NaN is positive. The pair fires for two minus signs and for NaN, and cancels either.
        pair = builder.neuron([(a[7], 1), (b[7], 1), (is_full, 2)], 2, "pair")
        sign = builder.neuron([(a[7], 1), (b[7], 1), (pair, -2)], 1, "sign")
    return (*bits, sign)


def _normal(gates: GateLibrary, reached: Word, exponent: Word, high: Bit) -> tuple[Word, Bit]:
    """Return the bits of a normal result, and whether there is an overflow before rounding."""
    both, either, builder = gates.and_, gates.or_, gates.builder
    up = reached[16]  # rounded up into the next octave
    m2 = both(reached[12], ~up)
    m1 = either(both(reached[10], ~reached[12]), both(reached[14], ~up))
    m0 = either(*(both(reached[k], ~reached[k + 1]) for k in (9, 11, 13, 15)))
    # The exponent field is x - 7, or x - 6 after rounding up: (x + 1 + up) - 8.
    e0, _ = gates.half_adder(exponent[0], ~up)
    e1, carry = gates.half_adder(exponent[1], either(exponent[0], up))
    e2, carry = gates.half_adder(exponent[2], carry)
    top = [(exponent[3], 1), (high, 2), (carry, 1)]
    overflows = builder.neuron(top, 3, "overflow")
    e3 = builder.neuron([*top, (overflows, -2)], 2, "e3")
    return (m0, m1, m2, e0, e1, e2, e3), overflows


def _subnormal(gates: GateLibrary, reached: Word, exponent: Word, high: Bit) -> Word:
    """Return the lowest bits of a result below the normal ones, by the octave it is in."""
    both, either = gates.and_, gates.or_
    x0, x1, x2, x3 = exponent
    below = both(~x3, ~high, x2, name="below")
    o7, o6, o5, o4 = (
        both(below, one, zero) for one, zero in ((x1, x0), (x1, ~x0), (~x1, x0), (~x1, ~x0))
    )
    s0 = either(
        both(o4, reached[1]),
        both(o5, ~reached[2]),
        both(o6, reached[3], ~reached[4]),
        both(o7, reached[5], ~reached[6]),
        both(o7, reached[7], ~reached[8]),
    )
    s1 = either(both(o5, reached[2]), both(o6, ~reached[4]), both(o7, reached[6], ~reached[8]))
    s2 = either(both(o6, reached[4]), both(o7, ~reached[8]))
    return s0, s1, s2, both(o7, reached[8])
