# SPDX-License-Identifier: Apache-2.0
"""Carries and scans in logarithmic depth: parallel prefixes.

A ripple carry passes one neuron for each bit. A prefix network joins the carries of neighbouring
groups instead, then of groups of groups, so that a word of 41 bits takes six steps.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from spikefloat.rtl_gen.neurons.builder import Bit, Word
from spikefloat.rtl_gen.neurons.gates import GateLibrary

__all__ = ["Carries", "any_above", "prefix_carries", "scan"]

Item = TypeVar("Item")

#: Whether a group of columns makes a carry by itself, and whether it passes one on.
Carries = tuple[Bit, Bit]


def scan(items: Sequence[Item], join: Callable[[Item, Item], Item]) -> list[Item]:
    """Return every prefix of ``items`` joined together, the shortest one first.

    ``join`` must be associative; it gets the earlier part first. In halves (after Sklansky), so
    the depth is the logarithm of the length, rounded up.
    """
    if len(items) <= 1:
        return list(items)
    # The lower part is the largest power of two below the length.
    middle = 1 << (len(items) - 1).bit_length() - 1
    low, high = scan(items[:middle], join), scan(items[middle:], join)
    return [*low, *(join(low[-1], item) for item in high)]


def prefix_carries(gates: GateLibrary, generate: Word, propagate: Word) -> list[Carries]:
    """Return the carries out of each column, and whether a carry into the lowest one gets there.

    Parameters
    ----------
    gates : GateLibrary
        Where the neurons are made.
    generate, propagate : Word
        Whether each column makes a carry, and whether it passes one on; never both.
    """

    def join(low: Carries, high: Carries) -> Carries:
        return (
            gates.and_or(high[1], low[0], high[0], name="generate"),
            gates.and_(high[1], low[1], name="propagate"),
        )

    return scan(list(zip(generate, propagate, strict=True)), join)


def any_above(gates: GateLibrary, a: Word) -> Word:
    """Return, for each position, whether any bit of ``a`` is set there or above."""
    prefixes = scan(tuple(reversed(a)), lambda low, high: gates.or_(low, high, name="any"))
    return tuple(reversed(prefixes))
