# SPDX-License-Identifier: Apache-2.0
"""A divider that subtracts logarithms: no digit of a quotient is computed.

As in the multiplier of :mod:`~spikefloat.rtl_gen.circuits.small.log_multiply`, the logarithms only
have to tell apart the quotients that round differently. For E4M3FN six bits behind the point are
enough, if dividend and divisor have a table each; with one table for both they are not. Both tables
and all boundaries are a solution of an integer linear program, one of those with few neurons.

    1. each operand becomes a fixed-point logarithm, the divisor's with all bits inverted.
    2. one ripple adder adds the two and one: the difference, and 16 in the exponent.
    3. the difference is compared with the boundaries of rounding: seven for the normal results, as
       no quotient rounds up into the next octave, and eight for the subnormal ones.
"""

from spikefloat.rtl_gen.circuits.small.logarithm import Logarithm, at_least, logarithm
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import ONE, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["log_divide"]

#: Logarithm of each fraction of a dividend, and of a divisor, in 64ths of an octave.
_DIVIDEND = (2, 12, 21, 31, 38, 45, 53, 59)
_DIVISOR = (0, 12, 21, 29, 38, 44, 53, 59)

#: Smallest differences that round to each fraction of a normal result but the first.
_NORMAL = (4, 17, 26, 33, 42, 48, 56)

#: The same for the subnormal results of each octave, the highest first.
_SUBNORMAL = ((13, 31, 47, 59), (23, 52), (38,), (4,))


def log_divide(
    gates: GateLibrary, fmt: Format, a: Word, b: Word, overflow: Overflow | None = None
) -> Word:
    """Return the code of ``a / b`` in E4M3FN, within the budget ``w2``.

    Raises
    ------
    ValueError
        If the format is another one.
    """
    if fmt is not FORMATS["e4m3fn"]:
        raise InputError(f"Format must be e4m3fn, not {fmt.name!r}")
    policy = resolve_overflow(fmt, overflow)
    builder, both = gates.builder, gates.and_
    with builder.scope("log_a", x=a):
        dividend = logarithm(gates, a, _DIVIDEND)
    with builder.scope("log_b", x=b):
        divisor = logarithm(gates, b, _DIVISOR, is_divisor=True)
    with builder.scope("subtract", a=dividend.bits, b=divisor.bits):
        total, carry = gates.add(dividend.bits, divisor.bits, ONE)
        fraction, exponent = builder.name_word("total", total)[:6], total[6:]
        # In units of 16: the carry, one more for a small divisor, one less for a small dividend.
        units = [(carry, 1), (divisor.is_low, 1), (dividend.is_low, -1)]
        is_high = builder.neuron(units, 1, "high")
        is_huge = builder.neuron(units, 2, "huge")
        keep = both(builder.neuron(units, 0, "not_tiny"), ~dividend.is_zero, name="keep")
    with builder.scope("normal", x=fraction, exponent=exponent):
        is_normal, normal, overflows = _normal(gates, fraction, exponent, is_high)
    with builder.scope("subnormal", x=fraction, exponent=exponent):
        subnormal = _subnormal(gates, fraction, exponent, is_high)
    with builder.scope("result"):
        overflows = gates.or_(overflows, is_huge, name="overflow")
        force = gates.or_(
            both(overflows, keep), dividend.is_nan, divisor.is_nan, divisor.is_zero, name="force"
        )
        bits = [
            both(keep, gates.mux(is_normal, *pair)) for pair in zip(normal, subnormal, strict=False)
        ]
        kept = both(is_normal, keep, name="kept")
        bits += [both(kept, bit) for bit in normal[4:]]
        bits = [gates.or_(bit, force) for bit in bits]
        # A quotient that rounds to 480 has all bits set without any help: that is the NaN code.
        is_full = both(both(*bits[:4]), *bits[4:], name="full")
        if policy is Overflow.SATURATE:
            is_full, full = _nan(gates, dividend, divisor), is_full
            bits[0] = builder.neuron([(bits[0], 1), (full, -1), (is_full, 2)], 1, "lowest")
        # NaN is positive. The pair fires for two minus signs and for NaN, and cancels either.
        pair = builder.neuron([(a[7], 1), (b[7], 1), (is_full, 2)], 2, "pair")
        sign = builder.neuron([(a[7], 1), (b[7], 1), (pair, -2)], 1, "sign")
    return (*bits, sign)


def _nan(gates: GateLibrary, dividend: Logarithm, divisor: Logarithm) -> Bit:
    zeros = gates.and_(dividend.is_zero, divisor.is_zero, name="zeros")
    return gates.or_(dividend.is_nan, divisor.is_nan, zeros, name="nan")


def _normal(
    gates: GateLibrary, fraction: Word, exponent: Word, is_high: Bit
) -> tuple[Bit, Word, Bit]:
    """Return whether a result is normal, its bits, and whether it overflows.

    The exponent field is ``16 * is_high + exponent - 9``.
    """
    both, either = gates.and_, gates.or_
    r = (ONE, *(at_least(gates, fraction, limit) for limit in _NORMAL))
    m2 = r[4]
    m1 = either(both(r[2], ~r[4]), r[6])
    m0 = either(*(both(r[k], ~r[k + 1]) for k in (1, 3, 5)), r[7])
    x0, x1, x2, x3 = exponent
    borrow = both(~x1, ~x0, name="borrow")
    bits = [~x0, gates.xor(x1, ~x0), gates.xor(x2, borrow)]
    borrow = both(borrow, ~x2, name="borrow")
    e3 = either(both(is_high, ~x3, ~borrow), both(is_high, x3, borrow), name="e3")
    is_normal = either(is_high, both(x3, either(x2, x1)), name="normal")
    overflows = both(is_high, x3, ~borrow, name="overflow")
    return is_normal, (m0, m1, m2, *bits, e3), overflows


def _subnormal(gates: GateLibrary, fraction: Word, exponent: Word, is_high: Bit) -> Word:
    """Return the lowest bits of a result below the normal ones, by the octave it is in."""
    both, either = gates.and_, gates.or_
    (r5, r6, r7, r8), (r3, r4), (r2,), (r1,) = (
        tuple(at_least(gates, fraction, limit) for limit in limits) for limits in _SUBNORMAL
    )
    x0, x1, x2, x3 = exponent
    top = both(x3, ~x2, ~x1, name="top")
    rest = both(~x3, x2, x1, name="rest")
    o9, o8 = both(top, x0, ~is_high), both(top, ~x0, ~is_high)
    o7, o6 = both(rest, x0, ~is_high), both(rest, ~x0, ~is_high)
    s0 = either(
        both(o9, r5, ~r6), both(o9, r7, ~r8), both(o8, r3, ~r4), both(o7, ~r2), both(o6, r1)
    )
    s1 = either(both(o9, r6, ~r8), both(o8, ~r4), both(o7, r2))
    s2 = either(both(o9, ~r8), both(o8, r4))
    return s0, s1, s2, both(o9, r8)
