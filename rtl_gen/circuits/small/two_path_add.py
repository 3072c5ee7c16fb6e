# SPDX-License-Identifier: Apache-2.0
"""An adder of little depth, within the budget ``w2``: everything early and twice, chosen late.

There are two paths. If the leading bit cancels, the exponents differ by 1 at most, and the result
is exact: the *near* path normalises and never rounds. Otherwise the result moves by one place at
most: the *far* path rounds and never normalises. Both are computed, with every candidate for the
exponent, and the last layer but one chooses.

In the near path a marker bit stands where the exponent runs out. It stops the search for the
leading one, which makes subnormal results come out by themselves.
"""

from typing import NamedTuple

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.formats import FORMATS, Format, Overflow, resolve_overflow
from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["two_path_add"]


class _Operands(NamedTuple):
    swap: Bit  #: Whether b is the larger one.
    small: Word
    large: Word
    subtract: Bit
    hidden_small: Bit
    hidden_large: Bit
    distance: Word  #: Of the exponents.

    @property
    def exponent(self) -> Word:
        return self.large[3:]


def two_path_add(
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
    fire, both, either, scope = (gates.builder.neuron, gates.and_, gates.or_, gates.builder.scope)
    with scope("order", a=a, b=b):
        x = _order(gates, a, b)
    with scope("align", small=x.small, distance=x.distance):
        aligned, below = _align(gates, x)
    with scope("far_sum", large=x.large, aligned=aligned):
        total, over = _far_sum(gates, x, aligned, below)
    with scope("near", large=x.large, small=x.small):
        is_near, near = _near(gates, x)
    with scope("far_round", total=total, exponent=x.exponent):
        far = _far_round(gates, x, total, over, below[2])
    with scope("pack"):
        # Overflow is found before rounding: more than 14.5 units at exponent 15, 30 at 14.
        e0, e1, e2, e3 = x.exponent
        _, r_half, r0, r1, r2, r3 = total
        top = both(*x.exponent, name="top")
        next_top = fire([(e1, 1), (e2, 1), (e3, 1), (e0, -1)], 3, "next_top")
        is_nan = both(top, *x.large[:3], name="nan")
        high = both(r3, r2, r1)
        tail = either(total[0], below[2], name="tail")
        big = fire([(over, 2), (high, 1), (either(r0, both(r_half, tail)), 1)], 2, "big")
        bad = either(is_nan, both(top, big), both(next_top, over, high), name="bad")
        bits = [
            fire([(n, 2), (bad, 2), (f, 1), (is_near, -1)], 1)
            for n, f in zip(near, far, strict=True)
        ]
        first = both(a[7], ~x.swap, name="sign_of_a")
        sign = fire([(first, 2), (b[7], 1), (x.swap, 1), (bad, -2)], 2, "sign")
    return (*bits, sign)


def _order(gates: GateLibrary, a: Word, b: Word) -> _Operands:
    fire, both, either, mux, xor = (
        gates.builder.neuron,
        gates.and_,
        gates.or_,
        gates.mux,
        gates.xor,
    )

    def compare(i: int, threshold: int) -> Bit:
        """Compare two bits at once: b > a for threshold 1, b >= a for 0."""
        return fire([(b[i + 1], 2), (b[i], 1), (a[i + 1], -2), (a[i], -1)], threshold)

    # A tree of pairs (greater, greater or equal). Greater implies greater or equal, so that "two
    # of three" joins two of them. As in the serial adder the sign of a breaks ties.
    (g5, p5), (g3, p3), (g1, p1) = ((compare(i, 1), compare(i, 0)) for i in (5, 3, 1))
    first = fire([(b[0], 1), (a[0], -1), (a[7], 1)], 1)

    def majority(p: Bit, q: Bit, r: Bit, name: str) -> Bit:
        return fire([(p, 1), (q, 1), (r, 1)], 2, name)

    swap = majority(
        majority(g5, p5, g3, "high"),
        majority(g5, p5, p3, "high"),
        majority(g1, p1, first, "low"),
        "swap",
    )
    small = [mux(swap, a[i], b[i]) for i in range(7)]
    large = [mux(swap, b[i], a[i]) for i in range(7)]

    any_a, any_b = either(*a[4:7]), either(*b[4:7])
    a0, b0 = either(a[3], ~any_a), either(b[3], ~any_b)  # lowest bit, subnormals as exponent 1
    hidden_a, hidden_b = either(a[3], any_a), either(b[3], any_b)

    def borrow(p: Word, p0: Bit, q: Word, q0: Bit) -> Bit:
        return fire([(q[4], 2), (q0, 1), (p[4], -2), (p0, -1)], 1, "borrow")

    # Both signs of the distance are begun, before it is known which one is wanted.
    k1 = mux(swap, both(a0, ~b0), both(b0, ~a0))
    k2 = mux(swap, borrow(b, b0, a, a0), borrow(a, a0, b, b0))
    k3 = fire([(small[5], 1), (k2, 1), (large[5], -1)], 1, "borrow")
    distance = (
        xor(a0, b0),
        xor(xor(a[4], b[4]), k1),
        xor(xor(a[5], b[5]), k2),
        fire([(large[6], 1), (small[6], -1), (k3, -1)], 1),
    )
    name_word = gates.builder.name_word
    return _Operands(
        swap,
        name_word("small", small),
        name_word("large", large),
        xor(a[7], b[7]),
        both(hidden_a, hidden_b),
        either(hidden_a, hidden_b),
        name_word("distance", distance),
    )


def _align(gates: GateLibrary, x: _Operands) -> tuple[Word, tuple[Bit, Bit, Bit]]:
    """Return the smaller significand in units of the larger, and its half, quarter and sticky."""
    both, either = gates.and_, gates.or_
    # One line for each distance; from 6 on the smaller operand cannot matter.
    hot = [both(*(d if k >> i & 1 else ~d for i, d in enumerate(x.distance))) for k in range(6)]
    significand = (*x.small[:3], x.hidden_small)

    def place(i: int) -> Bit:
        return either(*(both(hot[k], significand[i + k]) for k in range(6) if 0 <= i + k <= 3))

    s0, s1, s2, _ = significand
    sticky = either(
        both(hot[3], s0),
        both(hot[4], either(s0, s1)),
        both(hot[5], either(s0, s1, s2)),
        name="sticky",
    )
    aligned = gates.builder.name_word("aligned", [place(i) for i in range(4)])
    return aligned, (place(-1), place(-2), sticky)


def _far_sum(
    gates: GateLibrary, x: _Operands, w: Word, below: tuple[Bit, Bit, Bit]
) -> tuple[Word, Bit]:
    """Return sum or difference: quarter, half and four bits; and whether it is 16 or more."""
    fire, both, either, xor = gates.builder.neuron, gates.and_, gates.or_, gates.xor
    half, quarter, sticky = below
    r_quarter = xor(quarter, both(sticky, x.subtract))
    r_half = xor(half, both(either(quarter, sticky), x.subtract))
    k0 = both(either(half, quarter, sticky), x.subtract)
    large = (*x.large[:3], x.hidden_large)
    flip = [xor(bit, x.subtract) for bit in large[:3]]  # a borrow is a carry with this inverted
    # Two bits at a time: a carry is generated from a score of 4 on, and passed on at 3.
    two = [(w[1], 2), (w[0], 1), (flip[1], 2), (flip[0], 1)]
    g2, p2 = fire(two, 4), fire(two, 3)
    generate, pass_on = both(w[2], flip[2]), either(w[2], flip[2])
    g3 = fire([(generate, 1), (pass_on, 1), (g2, 1)], 2)
    p3 = fire([(generate, 1), (pass_on, 1), (p2, 1)], 2)
    carries = (
        k0,
        fire([(w[0], 1), (flip[0], 1), (k0, 1)], 2),
        fire([(g2, 2), (p2, 1), (k0, 1)], 2),
        fire([(g3, 1), (p3, 1), (k0, 1)], 2),
    )
    total = [xor(xor(p, q), k) for p, q, k in zip(large, w, carries, strict=True)]
    over = fire([(w[3], 1), (carries[3], 1), (x.hidden_large, 2), (x.subtract, -2)], 3, "over")
    return gates.builder.name_word("total", (r_quarter, r_half, *total)), over


def _near(gates: GateLibrary, x: _Operands) -> tuple[Bit, Word]:
    """Return whether the near path is right, and its result."""
    fire, both, either, mux, xor = (
        gates.builder.neuron,
        gates.and_,
        gates.or_,
        gates.mux,
        gates.xor,
    )
    d0, d1, d2, d3 = x.distance
    s0, s1, s2, s3 = (*x.small[:3], x.hidden_small)
    l0, l1, l2, l3 = (*x.large[:3], x.hidden_large)
    # The difference in half units of the larger operand: five bits, exact.
    t4, t3, t2, t1, t0 = (
        both(s3, ~d0),
        mux(d0, s3, s2),
        mux(d0, s2, s1),
        mux(d0, s1, s0),
        both(d0, s0),
    )
    two = [(t2, 2), (t1, 1), (l1, -2), (l0, -1)]
    b2 = fire([(t1, 1), (l0, -1), (t0, 1)], 1)
    b3 = fire([(fire(two, 1), 1), (fire(two, 0), 1), (t0, 1)], 2)
    b4 = fire([(t3, 1), (l2, -1), (b3, 1)], 1)
    n = (t0, xor(xor(l0, t1), t0), xor(xor(l1, t2), b2), xor(xor(l2, t3), b3), xor(xor(l3, t4), b4))
    # Without cancellation of the leading bit the far path is right.
    is_near = both(fire([(x.subtract, 1), (d1, -1), (d2, -1), (d3, -1)], 1), ~n[4], name="near")
    e0, e1, e2, e3 = x.exponent
    high = either(e2, e3)
    y4 = ~either(e1, e2, e3)
    y3 = either(n[3], fire([(e1, 1), (e0, -1), (high, -1)], 1, "marker"))
    y2 = either(n[2], both(both(e0, e1), ~high, name="marker"))
    y1 = either(n[1], fire([(e2, 1), (e3, -1), (e1, -1), (e0, -1)], 1, "marker"))
    lead = (y4, both(y3, ~y4), both(y2, ~y3, ~y4), both(y1, ~y2, ~y3, ~y4))
    bits = [either(*(both(lead[k], n[j - k], is_near) for k in range(j + 1))) for j in (1, 2, 3)]
    # The exponent less the number of leading zeros, if that is positive.
    zeros = (
        both(n[3], ~n[4]),
        both(n[2], ~n[3], ~n[4]),
        both(n[1], ~n[2], ~n[3], ~n[4]),
        both(n[0], ~either(*n[1:])),
    )
    for i in range(4):
        bits.append(
            either(
                *(
                    both(zero, _exponent_bit(gates, x.exponent, -k, i), is_near)
                    for k, zero in enumerate(zeros, start=1)
                )
            )
        )
    return is_near, tuple(bits)


def _far_round(gates: GateLibrary, x: _Operands, total: Word, over: Bit, sticky: Bit) -> Word:
    """Return the result of the far path: moved by one place at most, and rounded."""
    both, either, xor = gates.and_, gates.or_, gates.xor
    r_quarter, r_half, r0, r1, r2, r3 = total
    up_one = both(x.subtract, ~r3, name="up_one")
    stay = both(~up_one, ~over, name="stay")

    def moved(same: Bit, lower: Bit, higher: Bit) -> Bit:
        return either(both(stay, same), both(up_one, lower), both(over, higher))

    m2, m1, m0 = moved(r2, r1, r3), moved(r1, r0, r2), moved(r0, r_half, r1)
    rest = moved(either(r_quarter, sticky), sticky, either(r_half, r_quarter, sticky))
    half = moved(r_half, r_quarter, r0)
    up = gates.builder.neuron([(half, 2), (rest, 1), (m0, 1)], 3, "up")  # ties to even
    bits = [xor(m0, up), xor(m1, both(m0, up)), xor(m2, both(m0, m1, up))]
    carry = both(m0, m1, m2, up, name="carry")
    plus = gates.builder.neuron(
        [(either(over, both(r3, ~x.hidden_large)), 2), (carry, 1), (up_one, -1)], 1, "plus"
    )
    minus = both(up_one, ~carry, name="minus")
    for i in range(4):
        more = _exponent_bit(gates, x.exponent, 1, i)
        less = _exponent_bit(gates, x.exponent, -1, i)
        bits.append(either(both(plus, more), both(minus, less), both(~plus, ~minus, x.exponent[i])))
    return tuple(bits)


def _exponent_bit(gates: GateLibrary, bits: Word, change: int, place: int) -> Bit:
    """Return a bit of ``max(exponent + change, 0)`` as OR of ANDs, those that cover most first."""
    required = {v for v in range(16) if max(v + change, 0) >> place & 1}
    cubes = [
        (mask, value, covered)
        for mask in range(1, 16)
        for value in range(16)
        if not value & ~mask
        and (covered := {v for v in range(16) if v & mask == value}) <= required
    ]
    terms = []
    while required:
        mask, value, covered = max(
            cubes, key=lambda cube: (len(cube[2] & required), -cube[0].bit_count())
        )
        required = required - covered
        terms.append(
            gates.and_(
                *(bits[i] if value >> i & 1 else ~bits[i] for i in range(4) if mask >> i & 1)
            )
        )
    return gates.or_(*terms)
