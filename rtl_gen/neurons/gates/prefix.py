# SPDX-License-Identifier: Apache-2.0
"""Carries and scans in logarithmic depth: parallel prefixes.

A ripple carry passes one neuron for each bit. A prefix network joins the carries of neighbouring
groups instead, then of groups of groups, so that a word of 41 bits takes six steps.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["Carries", "any_above", "any_below", "prefix_carries"]

Item = TypeVar("Item")

#: Whether a group of columns makes a carry by itself, and whether it passes one on.
Carries = tuple[Bit, Bit]


def _scan(
    items: Sequence[Item], join: Callable[[Item, Item, int, int], Item], start: int = 0
) -> list[Item]:
    """Return every prefix of ``items`` joined together, the shortest one first.

    ``join`` must be associative; it gets the earlier part first. For names, it also gets the
    indices of the first item and of the last. In halves (after Sklansky), so the depth is the
    logarithm of the length, rounded up.
    """
    if len(items) <= 1:
        return list(items)
    # The lower part is the largest power of two below the length.
    middle = 1 << (len(items) - 1).bit_length() - 1
    low = _scan(items[:middle], join, start)
    high = _scan(items[middle:], join, start + middle)
    return [
        *low,
        *(join(low[-1], item, start, last) for last, item in enumerate(high, start + middle)),
    ]


def prefix_carries(gates: GateLibrary, generate: Word, propagate: Word) -> list[Carries]:
    """Return the carries out of each column, and whether a carry into the lowest one gets there.

    What columns 8 to 11 do together is called ``generate8[11]`` and ``propagate8[11]``.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    generate, propagate : Word
        Whether each column makes a carry, and whether it passes one on; never both.
    """

    def join(low: Carries, high: Carries, first: int, last: int) -> Carries:
        return (
            gates.and_or(high[1], low[0], high[0], name=f"generate{first}[{last}]"),
            gates.and_(high[1], low[1], name=f"propagate{first}[{last}]"),
        )

    return _scan(list(zip(generate, propagate, strict=True)), join)


def any_above(gates: GateLibrary, a: Word) -> Word:
    """Return, for each position, whether any bit of ``a`` is set there or above."""
    top = len(a) - 1

    def join(low: Bit, high: Bit, first: int, last: int) -> Bit:
        return gates.or_(low, high, name=f"any{top - first}[{top - last}]")

    return tuple(reversed(_scan(tuple(reversed(a)), join)))


def any_below(gates: GateLibrary, a: Word) -> Word:
    """Return, for each position, whether any bit of ``a`` is set there or below."""

    def join(low: Bit, high: Bit, first: int, last: int) -> Bit:
        return gates.or_(low, high, name=f"any{first}[{last}]")

    return tuple(_scan(a, join))
