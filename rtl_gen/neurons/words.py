# SPDX-License-Identifier: Apache-2.0
"""Multi-bit functions made of gates: add, compare, select, shift, count zeros, multiply.

Every function takes the gate library first and works with either one. Words are tuples of bits,
least significant first.
"""

from collections.abc import Sequence

from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = [
    "add",
    "array_multiply",
    "at_least",
    "equal_constant",
    "gate_word",
    "increment",
    "invert",
    "leading_zero_count",
    "magnitude_of",
    "mux_word",
    "or_shift_left",
    "or_shift_left_sticky",
    "shift_left",
    "shift_right_sticky",
    "subtract",
    "xor_word",
]


def _same_width(a: Word, b: Word) -> None:
    if len(a) != len(b):
        raise ValueError(f"Words must have the same width, not {len(a)} and {len(b)}")


def invert(gates: GateLibrary, a: Word) -> Word:
    """Return the complement of every bit."""
    return tuple(gates.not_(bit) for bit in a)


def gate_word(gates: GateLibrary, a: Word, enable: Bit) -> Word:
    """Return ``a`` if ``enable`` is set, else zero."""
    return tuple(gates.and_(bit, enable) for bit in a)


def add(gates: GateLibrary, a: Word, b: Word, carry_in: Bit = ZERO) -> Word:
    """Return ``a + b + carry_in``, one bit wider than the operands.

    Raises
    ------
    ValueError
        If the widths differ.
    """
    _same_width(a, b)
    total, carry = gates.add(a, b, carry_in)
    return (*gates.builder.name_word("sum", total), carry)


def subtract(gates: GateLibrary, a: Word, b: Word) -> tuple[Word, Bit]:
    """Return ``a - b`` modulo ``2**width``, and whether ``a >= b``."""
    difference = add(gates, a, invert(gates, b), ONE)
    return difference[:-1], difference[-1]


def increment(gates: GateLibrary, a: Word, carry_in: Bit) -> Word:
    """Return ``a + carry_in``, one bit wider, from half adders."""
    return add(gates, a, (ZERO,) * len(a), carry_in)


def magnitude_of(gates: GateLibrary, a: Word) -> Word:
    """Return the magnitude of a number in two's complement, one bit shorter, which must hold it."""
    flipped = xor_word(gates, a[:-1], a[-1], "flipped")
    return gates.builder.name_word("magnitude", increment(gates, flipped, a[-1])[:-1])


def at_least(gates: GateLibrary, a: Word, b: Word) -> Bit:
    """Return whether ``a >= b``, both unsigned.

    Raises
    ------
    ValueError
        If the widths differ.
    """
    _same_width(a, b)
    return gates.carry_out(a, invert(gates, b), ONE)


def equal_constant(gates: GateLibrary, a: Word, value: int) -> Bit:
    """Return whether ``a`` equals the constant ``value``."""
    return gates.and_(
        *(bit if value >> i & 1 else gates.not_(bit) for i, bit in enumerate(a)), name="equal"
    )


def xor_word(gates: GateLibrary, a: Word, bit: Bit, name: str) -> Word:
    """Return ``a``, or its complement if ``bit`` is set; the neurons are called ``name[i]``."""
    return tuple(gates.xor(x, bit, name=f"{name}[{i}]") for i, x in enumerate(a))


def mux_word(
    gates: GateLibrary, select: Bit, one: Word, zero: Word, name: str | None = None
) -> Word:
    """Return ``one`` if ``select`` is set, else ``zero``.

    With a name, all neurons are called after it and their index; else the caller may name the word.

    Raises
    ------
    ValueError
        If the widths differ.
    """
    _same_width(one, zero)
    return tuple(
        gates.mux(select, *bits, name="mux" if name is None else f"{name}[{i}]")
        for i, bits in enumerate(zip(one, zero, strict=True))
    )


def shift_left(gates: GateLibrary, a: Word, amount: Word) -> Word:
    """Return ``a << amount`` modulo ``2**width``: a barrel shifter, widest stage first."""
    for stage in reversed(range(len(amount))):
        moved = ((ZERO,) * min(1 << stage, len(a)) + a)[: len(a)]
        a = mux_word(gates, amount[stage], moved, a)
        gates.builder.name_word(f"by_{1 << stage}", a)
    return a


def or_shift_left(gates: GateLibrary, a: Word, amount: Word) -> Word:
    """Return ``a << amount`` if the bits shifted out are zero; otherwise anything.

    Each stage shifts out zeros only, so that at the top the old and the moved bit are never both
    set and an OR does the work of a multiplexer.
    """
    for stage in reversed(range(len(amount))):
        distance = 1 << stage
        moved = ((ZERO,) * min(distance, len(a)) + a)[: len(a)]
        select = amount[stage]
        a = tuple(
            gates.and_or(select, new, old)
            if i >= len(a) - distance
            else gates.mux(select, new, old)
            for i, (new, old) in enumerate(zip(moved, a, strict=True))
        )
        gates.builder.name_word(f"by_{distance}", a)
    return a


def or_shift_left_sticky(
    gates: GateLibrary, a: Word, amount: Word, kept_bits: int
) -> tuple[Word, Bit]:
    """Return the top bits of :func:`or_shift_left`, and whether any bit below them is set.

    A stage makes no bit that the stages after it could not move into the top ``kept_bits``.
    """
    sticky = ZERO
    for stage in reversed(range(len(amount))):
        distance = 1 << stage
        select = amount[stage]
        # So many low bits of the result of this stage count as sticky only.
        cut = max(len(a) - kept_bits - (distance - 1), 0)
        lost = gates.or_(*a[: max(cut - distance, 0)], sticky, name="lost")
        lost_if_unmoved = gates.or_(*a[max(cut - distance, 0) : cut], name="lost_if_unmoved")
        sticky = gates.and_or(gates.not_(select), lost_if_unmoved, lost, name="sticky")
        moved = ((ZERO,) * min(distance, len(a)) + a)[: len(a)]
        a = tuple(
            gates.and_or(select, moved[i], a[i])
            if i >= len(a) - distance
            else gates.mux(select, moved[i], a[i])
            for i in range(cut, len(a))
        )
        gates.builder.name_word(f"by_{distance}", a)
    return a[len(a) - kept_bits :], gates.or_(*a[: len(a) - kept_bits], sticky, name="sticky")


def shift_right_sticky(
    gates: GateLibrary, a: Word, amount: Word, sticky: Bit = ZERO, *, narrow_first: bool = False
) -> tuple[Word, Bit]:
    """Return ``a >> amount``, and whether ``sticky`` or any bit shifted out is set.

    A barrel shifter, widest stage first; or narrowest stage first, which suits a word with
    constant zeros at the bottom, and an amount whose low bits are known first.
    """
    stages = range(len(amount))
    for stage in stages if narrow_first else reversed(stages):
        distance = min(1 << stage, len(a))
        select = amount[stage]
        sticky = gates.and_or(select, gates.or_(*a[:distance], name="lost"), sticky, name="sticky")
        a = mux_word(gates, select, a[distance:] + (ZERO,) * distance, a)
        gates.builder.name_word(f"by_{1 << stage}", a)
    return a, sticky


def leading_zero_count(gates: GateLibrary, a: Word) -> tuple[Word, Bit]:
    """Return the number of zeros above the highest one, and whether there is a one at all.

    The count is 0 if no bit is set. It has the bits that ``len(a) - 1`` needs.
    """
    width = (len(a) - 1).bit_length()
    padded = (ZERO,) * ((1 << width) - len(a)) + a
    return _count(gates, padded)


def _count(gates: GateLibrary, a: Word) -> tuple[Word, Bit]:
    if len(a) == 1:
        return (), a[0]
    low, high = a[: len(a) // 2], a[len(a) // 2 :]
    low_count, low_any = _count(gates, low)
    high_count, high_any = _count(gates, high)
    high_none = gates.not_(high_any)
    # An empty half counts 0, so the counts can be merged without a multiplexer.
    count = tuple(
        gates.and_or(high_none, of_low, of_high, name="count")
        for of_low, of_high in zip(low_count, high_count, strict=True)
    )
    top = gates.and_(high_none, low_any, name="count")
    return (*count, top), gates.or_(high_any, low_any, name="any")


def array_multiply(gates: GateLibrary, a: Word, b: Word) -> Word:
    """Return ``a * b``, as wide as both operands together, from rows of ripple adders.

    Each row adds one more partial product to the sum so far, shifted by one: a half adder at the
    bottom, full adders above it. For 4 x 4 bits the published library takes the paper's 88
    neurons: 16 AND, 3 half adders and 9 full adders.
    """
    name_word = gates.builder.name_word
    partial: Sequence[Sequence[Bit]] = [
        name_word(f"partial_{row}", [gates.and_(x, y) for x in a]) for row, y in enumerate(b)
    ]
    total = [*partial[0], ZERO]
    product = [total.pop(0)]
    for number, row in enumerate(partial[1:], start=1):
        sums = []
        low, carry = gates.half_adder(total[0], row[0])
        sums.append(low)
        for of_total, of_row in zip(total[1:], row[1:], strict=True):
            bit, carry = gates.full_adder(of_total, of_row, carry)
            sums.append(bit)
        total = [*name_word(f"row_{number}", (*sums, carry))]
        product.append(total.pop(0))
    return (*product, *total)
