# SPDX-License-Identifier: Apache-2.0
"""Finding full adders in logic, and writing them so that two neurons cover each.

The carry of three bits is their majority, one neuron, and their sum is one more neuron once the
carry is known: it fires when ``a + b + c - 2 carry`` reaches 1. However a source writes an adder,
sum and carry are functions of the same three lines and can be found as such.
"""

from itertools import product
from typing import NamedTuple

from spikefloat.rtl_gen.mapping.aig import Aig, Circuit
from spikefloat.rtl_gen.mapping.cuts import enumerate_cuts
from spikefloat.rtl_gen.neurons.budgets import Budget

__all__ = ["rewrite_adders"]

_KEPT = 24
#: What a majority of three lines, some complemented, and their parity look like.
_PARITIES = {0x96: 0, 0x69: 1}


def _majority_tables() -> dict[int, tuple[int, int, int]]:
    tables = {}
    for a, b, c in product((0, 1), repeat=3):
        flips = a, b, c
        table = sum(1 << m for m in range(8) if sum((m >> i & 1) ^ flips[i] for i in range(3)) >= 2)
        tables[table] = flips
    return tables


#: All are listed: the complement of a majority is the majority of the complements.
_MAJORITIES = _majority_tables()


class _Found(NamedTuple):
    leaves: tuple[int, ...]
    table: int


def rewrite_adders(circuit: Circuit) -> Circuit | None:
    """Return the same circuit with its full adders written anew, or None if it has none."""
    nodes = circuit.aig.cone(circuit.literals)
    cuts = enumerate_cuts(
        circuit.aig, nodes, Budget("adder", max_weight=1, max_fan_in=3), size=3, limit=_KEPT
    )
    parities: dict[int, list[_Found]] = {}
    majorities: dict[int, list[_Found]] = {}
    flips_of: dict[tuple[int, ...], tuple[int, int, int]] = {}
    for node in nodes:
        for cut in cuts[node]:
            if len(cut.leaves) == 3 and cut.table in _PARITIES:
                parities.setdefault(node, []).append(_Found(cut.leaves, cut.table))
            elif len(cut.leaves) == 3 and cut.table in _MAJORITIES:
                majorities.setdefault(node, []).append(_Found(cut.leaves, cut.table))
                flips_of.setdefault(cut.leaves, _MAJORITIES[cut.table])
    if not parities:
        return None
    summed = {found.leaves for cuts_of in parities.values() for found in cuts_of}
    result = Aig(circuit.aig.input_count)
    copy = {0: 0} | {1 + i: result.input(i) for i in range(result.input_count)}

    def majority(leaves: tuple[int, ...], flips: tuple[int, int, int]) -> int:
        lines = [copy[leaf] ^ flip for leaf, flip in zip(leaves, flips, strict=True)]
        return result.threshold(lines, (1, 1, 1), 2)

    for node in nodes:
        carries = [found for found in majorities.get(node, ()) if found.leaves in summed]
        sums = sorted(
            parities.get(node, ()), key=lambda found: (found.leaves not in flips_of, found.leaves)
        )
        if carries:
            copy[node] = majority(carries[0].leaves, _MAJORITIES[carries[0].table])
        elif sums:
            leaves, table = sums[0]
            flips = flips_of.get(leaves, (0, 0, 0))
            carry = majority(leaves, flips)
            lines = [copy[leaf] ^ flip for leaf, flip in zip(leaves, flips, strict=True)]
            total = result.threshold([*lines, carry], (1, 1, 1, -2), 1)
            copy[node] = total ^ _PARITIES[table] ^ sum(flips) & 1
        else:
            a, b = circuit.aig.fanins[node]
            copy[node] = result.and_(copy[a >> 1] ^ a & 1, copy[b >> 1] ^ b & 1)
    return circuit._replace(
        aig=result, literals=tuple(copy[lit >> 1] ^ lit & 1 for lit in circuit.literals)
    )
