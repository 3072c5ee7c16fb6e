# SPDX-License-Identifier: Apache-2.0
"""An adder of few neurons, one thing after the other, within the budget ``w2``.

What is saved, against the structured adder:

- The code of a magnitude orders like its value, so comparing operands is comparing codes, and NaN
  is simply the largest code: "an operand is NaN" is "the larger one is".
- The sign breaks ties: in a tie with a negative ``a``, ``b`` counts as larger. So the larger one
  of ``x`` and ``-x`` is the positive one, and exact cancellation gets its plus sign for nothing.
- A multiplexer takes two neurons, but only one operand needs it: ``large = a + b - small``.
- Sum and difference of two bits have the same parity; only carry and borrow differ, and a borrow is
  a carry with the minuend inverted.
- In the normaliser the bit that is replaced is known to be 0, so a multiplexer is one neuron:
  ``2 * old + shift + new >= 2``.
"""

from typing import NamedTuple

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["serial_add"]


class _Operands(NamedTuple):
    swap: Bit  #: Whether b is the larger one.
    small: Word
    large: Word
    hidden_small: Bit
    hidden_large: Bit
    subtract: Bit


def serial_add(
    gates: GateLibrary, fmt: Format, a: Word, b: Word, overflow: Overflow | None = None
) -> Word:
    """Return the code of ``a + b`` in E4M3FN, with overflow to NaN.

    Raises
    ------
    ValueError
        If the format or the policy is another one.
    """
    if fmt is not FORMATS["e4m3fn"]:
        raise InputError(f"Format must be e4m3fn, not {fmt.name!r}")
    if resolve_overflow(fmt, overflow) is not Overflow.NAN:
        raise InputError("Overflow must be nan for this construction, not 'saturate'")
    scope = gates.builder.scope
    with scope("order", a=a, b=b):
        operands = _order(gates, a, b)
    with scope("distance", large=operands.large, small=operands.small):
        distance = _distance(gates, operands)
    with scope("align", small=operands.small, distance=distance):
        aligned, half, quarter, sticky = _align(gates, operands, distance)
    with scope("sum", large=operands.large, aligned=aligned):
        total, over, half, quarter = _sum(gates, operands, aligned, half, quarter, sticky)
    exponent = operands.large[3:]
    with scope("normalise", total=total, exponent=exponent):
        kept, shifts, is_normal = _normalise(gates, (quarter, half, *total), over, sticky, exponent)
    with scope("round", kept=kept):
        # To nearest, ties to even.
        carry = gates.builder.neuron([(kept[1], 2), (kept[0], 1), (kept[2], 1)], 3, "up")
        mantissa = []
        for bit in kept[2:]:
            total_bit, carry = gates.half_adder(bit, carry)
            mantissa.append(total_bit)
    with scope("exponent", exponent=exponent):
        field, overflows = _exponent(
            gates,
            exponent,
            gates.or_(over, carry, gates.and_(is_normal, ~operands.hidden_large)),
            shifts,
        )
    with scope("pack"):
        is_nan = gates.and_(gates.and_(*exponent), *operands.large[:3], name="nan")
        bad = gates.or_(is_nan, overflows, name="bad")
        some = gates.or_(is_normal, carry, name="some")  # else the exponent field is 0
        bits = [gates.or_(bit, bad) for bit in mantissa]
        bits += [gates.and_or(bit, some, bad) for bit in field]
        # 0x7F may also come out of rounding; either way the sign of NaN is plus.
        full = gates.and_(gates.and_(*bits[3:]), *bits[:3], name="full")
        first = gates.and_(a[7], ~operands.swap, name="sign_of_a")
        sign = gates.builder.neuron(
            [(first, 2), (b[7], 1), (operands.swap, 1), (full, -2)], 2, "sign"
        )
    return (*bits, sign)


def _order(gates: GateLibrary, a: Word, b: Word) -> _Operands:
    fire, name_word = gates.builder.neuron, gates.builder.name_word
    swap = a[7]  # the first borrow of |a| - |b|: the tie-break
    for i in range(7):
        swap = fire([(b[i], 1), (a[i], -1), (swap, 1)], 1, "borrow")
    small = name_word("small", [gates.mux(swap, a[i], b[i]) for i in range(7)])
    large = name_word("large", [fire([(a[i], 1), (b[i], 1), (small[i], -1)], 1) for i in range(7)])
    return _Operands(
        swap,
        small,
        large,
        gates.or_(*small[3:], name="hidden_small"),
        gates.or_(*large[3:], name="hidden_large"),
        gates.xor(a[7], b[7], name="subtract"),
    )


def _distance(gates: GateLibrary, x: _Operands) -> Word:
    """Return the difference of the exponents; its top bit says "8 or more"."""
    fire = gates.builder.neuron
    exponent = x.large[3:]
    # A subnormal is scaled like exponent 1. Where only the smaller one is subnormal its exponent
    # is 0, so its lowest bit is turned on.
    lowest = fire([(x.small[3], 1), (x.hidden_large, 1), (x.hidden_small, -1)], 1, "lowest")
    distance: list[Bit] = []
    borrow: list[tuple[Bit, int]] = []
    for i, bit in enumerate((lowest, *x.small[4:6])):
        taken = fire([(bit, 1), (exponent[i], -1), *borrow], 1, "borrow")
        back = [(line, -weight) for line, weight in borrow]
        distance.append(fire([(exponent[i], 1), (bit, -1), *back, (taken, 2)], 1))
        borrow = [(taken, 1)]
    distance.append(fire([(exponent[3], 1), (x.small[6], -1), (borrow[0][0], -1)], 1))
    return gates.builder.name_word("distance", distance)


def _align(gates: GateLibrary, x: _Operands, distance: Word) -> tuple[Word, Bit, Bit, Bit]:
    """Return the smaller significand in units of the larger: whole, half, quarter, sticky."""
    fire, mux, both = gates.builder.neuron, gates.mux, gates.and_
    d0, d1, d2, far = distance
    s0, s1, s2, s3 = (*x.small[:3], x.hidden_small)
    # By 1, then by 2; from the highest bit down.
    t = (both(s3, ~d0), mux(d0, s3, s2), mux(d0, s2, s1), mux(d0, s1, s0), both(d0, s0))
    v = (
        both(t[0], ~d1),
        both(t[1], ~d1),
        mux(d1, t[0], t[2]),
        mux(d1, t[1], t[3]),
        mux(d1, t[2], t[4]),
        both(t[3], d1),
        both(t[4], d1),
    )
    # By 4. From distance 8 on nothing but the sticky bit is left, which then does no harm.
    whole = [fire([(bit, 1), (d2, -1), (far, -1)], 1, "whole") for bit in v[3::-1]]

    def fraction(high: Bit, low: Bit, name: str) -> Bit:
        moved = fire([(high, 1), (d2, 1), (far, -1)], 2, "moved")
        return fire([(moved, 2), (low, 1), (d2, -1), (far, -1)], 1, name)

    half, quarter = fraction(v[0], v[4], "half"), fraction(v[1], v[5], "quarter")
    # Only at distances 4 and 5 do the bits below a quarter matter.
    lost = gates.or_(*v[2:5], name="lost")
    sticky = fire([(v[6], 2), (lost, 1), (d2, 1)], 2, "sticky")
    return gates.builder.name_word("aligned", whole), half, quarter, sticky


def _sum(
    gates: GateLibrary, x: _Operands, aligned: Word, half: Bit, quarter: Bit, sticky: Bit
) -> tuple[Word, Bit, Bit, Bit]:
    """Return the four bits of sum or difference, whether it is 16 or more, half and quarter."""
    fire = gates.builder.neuron
    carry = gates.and_(sticky, x.subtract, name="carry")
    new_quarter = gates.xor(quarter, carry, name="new_quarter")
    carry = fire([(carry, 2), (quarter, 1), (x.subtract, 1)], 2, "carry")
    new_half = gates.xor(half, carry, name="new_half")
    carry = fire([(carry, 2), (half, 1), (x.subtract, 1)], 2, "carry")
    total = []
    for i, (p, q) in enumerate(zip((*x.large[:3], x.hidden_large), aligned, strict=True)):
        out = fire([(p, 1), (q, 1), (carry, 1)], 2, "carry")
        total.append(fire([(p, 1), (q, 1), (carry, 1), (out, -2)], 1))
        if i < 3:
            flipped = gates.xor(p, x.subtract, name="flipped")
            carry = fire([(q, 1), (carry, 1), (flipped, 1)], 2, "link")
    over = gates.and_(out, ~x.subtract, name="over")
    return gates.builder.name_word("total", total), over, new_half, new_quarter


def _normalise(
    gates: GateLibrary, total: Word, over: Bit, sticky: Bit, exponent: Word
) -> tuple[Word, tuple[Bit, Bit, Bit], Bit]:
    """Move the leading one up, but no further than the exponent allows.

    Returns sticky and rounding bit and the mantissa; whether it was moved by 1, by 2 and by 1
    more; and whether the result is normal.
    """
    fire, mux, both, either = gates.builder.neuron, gates.mux, gates.and_, gates.or_
    quarter, half, r0, r1, r2, r3 = total
    e0, e1, e2, e3 = exponent
    from2 = either(e1, e2, e3, name="from2")
    from3 = either(e3, e2, both(e1, e0), name="from3")
    from4 = either(e3, e2, name="from4")
    from5 = either(e3, fire([(e2, 2), (e1, 1), (e0, 1)], 3), name="from5")
    by2 = fire([(r3, -1), (r2, -1), (from3, 1), (over, -1)], 1, "by2")
    # r3 is 0 wherever by2 is 1.
    q3 = fire([(r3, 2), (by2, 1), (r1, 1)], 2, "q3")
    q2 = fire([(r2, 2), (by2, 1), (r0, 1)], 2, "q2")
    q1, q0, q_half = mux(by2, half, r1), both(r0, ~by2), both(half, ~by2)
    room = mux(by2, from4, from2, name="room")
    by1 = fire([(q3, -1), (over, -1), (room, 1)], 1, "by1")
    p3 = fire([(q3, 2), (by1, 1), (q2, 1)], 2, "p3")
    p2, p1, p0 = mux(by1, q1, q2), mux(by1, q0, q1), mux(by1, q_half, q0)
    # Half a unit is the deepest cancellation that is not zero; it must move once more.
    more = fire([(p2, 1), (p3, -1), (over, -1), (from5, 1)], 2, "more")
    p_round = mux(by1, quarter, q_half)
    p_sticky = either(both(quarter, ~by1), sticky)
    is_normal = either(p3, over, more, name="normal")
    # Where the sum reached 16 units, it moves down instead.
    kept = (
        either(both(over, half), p_sticky),
        mux(over, q0, p_round),
        mux(over, q1, p0),
        mux(over, q2, p1),
        mux(over, q3, both(p2, ~more)),
    )
    return gates.builder.name_word("kept", kept), (by1, by2, more), is_normal


def _exponent(
    gates: GateLibrary, exponent: Word, plus: Bit, shifts: tuple[Bit, Bit, Bit]
) -> tuple[Word, Bit]:
    """Return the exponent field after the moves, and whether it overflows."""
    both, either = gates.and_, gates.or_
    by1, by2, more = shifts
    # The change, -4 to +1, in two's complement; its upper bits are equal.
    minus1, minus2 = both(by1, ~more, name="minus1"), both(by2, ~more, name="minus2")
    n0 = gates.xor(plus, minus1, name="n0")
    only1 = both(minus1, ~plus, name="only1")
    n1 = gates.xor(only1, minus2, name="n1")
    n2 = either(only1, minus2, more, name="n2")
    e0, carry = gates.half_adder(exponent[0], n0)
    field = [e0]
    for bit, change in zip(exponent[1:], (n1, n2, n2), strict=True):
        total, carry = gates.full_adder(bit, change, carry)
        field.append(total)
    return gates.builder.name_word("field", field), both(carry, ~n2, name="overflow")
