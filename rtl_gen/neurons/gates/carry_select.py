# SPDX-License-Identifier: Apache-2.0
"""An adder that selects: each group of columns is added with and without a carry into it.

The groups do so at the same time, and a carry then passes one selection for each group. That takes
fewer lookup tables than a prefix network, and synthesis keeps its depth, where it makes a ripple
carry of the carries of such a network.
"""

from spikefloat.rtl_gen.neurons.builder import ONE, ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.gates.library import GateLibrary

__all__ = ["add_selecting"]

#: Columns of a group.
_GROUP = 6


def add_selecting(gates: GateLibrary, a: Word, b: Word) -> Word:
    """Return ``a + b`` modulo ``2**width``, for two words of the same width.

    The sums without a carry into their group are called ``without`` and those with it ``with``; the
    carry out of the group that ends in column 11 is ``carry[11]``.

    Raises
    ------
    ValueError
        If the widths differ.
    """
    if len(a) != len(b):
        raise ValueError(f"Words must have the same width, not {len(a)} and {len(b)}")
    pairs = list(zip(a, b, strict=True))
    (total, carry), *others = (
        _add(gates, pairs[start : start + _GROUP], ZERO) for start in range(0, len(a), _GROUP)
    )
    without, with_carry = [*total], [*total]
    for number, (sums, out) in enumerate(others, 1):
        start = number * _GROUP
        more, out_with = _add(gates, pairs[start : start + _GROUP], ONE)
        without += sums
        with_carry += more
        total += [gates.mux(carry, y, x) for x, y in zip(sums, more, strict=True)]
        carry = gates.and_or(out_with, carry, out, name=f"carry[{len(total) - 1}]")
    gates.builder.name_word("without", without)
    gates.builder.name_word("with", with_carry)
    return gates.builder.name_word("total", total)


def _add(gates: GateLibrary, pairs: list[tuple[Bit, Bit]], carry: Bit) -> tuple[list[Bit], Bit]:
    """Return the sum of a group of columns, and the carry out of it."""
    total = []
    for x, y in pairs:
        bit, carry = gates.full_adder(x, y, carry)
        total.append(bit)
    return total, carry
