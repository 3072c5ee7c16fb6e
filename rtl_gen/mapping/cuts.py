# SPDX-License-Identifier: Apache-2.0
"""Cuts of an and-inverter graph: small sets of nodes that determine a node, with its function.

A cut whose function is a threshold function is a neuron that could compute the node. Cuts that
another cut contains are kept where only they are neurons: an exclusive or of ``a`` and ``b`` is no
threshold function of those two, but it is one of ``a``, ``b`` and ``a and b``.
"""

from functools import lru_cache
from typing import NamedTuple

from spikefloat.rtl_gen.mapping.aig import Aig
from spikefloat.rtl_gen.mapping.functions import Weighting, drop_input, recognise
from spikefloat.rtl_gen.neurons.budgets import Budget

__all__ = ["Cut", "enumerate_cuts"]


class Cut(NamedTuple):
    """A way to compute a node from a few others."""

    leaves: tuple[int, ...]  #: Nodes, ascending.
    table: int  #: Truth table of the node over the leaves.
    neuron: Weighting | None  #: The neuron that computes it, if there is one.


@lru_cache(maxsize=1 << 18)
def _spread(table: int, places: tuple[int, ...], inputs: int) -> int:
    """Return a table over more inputs: its input ``i`` becomes input ``places[i]``."""
    result = 0
    for m in range(1 << inputs):
        index = 0
        for position, place in enumerate(places):
            index |= (m >> place & 1) << position
        result |= (table >> index & 1) << m
    return result


def enumerate_cuts(
    aig: Aig, nodes: list[int], budget: Budget, *, size: int, limit: int
) -> dict[int, list[Cut]]:
    """Return the best cuts of each node.

    Parameters
    ----------
    aig : Aig
        The logic.
    nodes : list of int
        AND nodes to work on, in topological order; what they need must be among them.
    budget : Budget
        Limits of a neuron.
    size : int
        Largest number of leaves.
    limit : int
        Largest number of cuts of a node that are neurons; half as many others are kept to grow
        larger cuts from.
    """
    cuts: dict[int, list[Cut]] = {}
    # Rough cost of a node: neurons of its best cut, shared by its destinations.
    flow: dict[int, float] = {}
    depth: dict[int, int] = {}
    uses: dict[int, int] = {}
    for node in nodes:
        for fanin in aig.fanins[node]:
            uses[fanin >> 1] = uses.get(fanin >> 1, 0) + 1

    def trivial(node: int) -> Cut:
        return Cut((node,), 0b10, Weighting((1,), 1))

    for node in range(1, aig.first_and):
        cuts[node] = [trivial(node)]
        flow[node], depth[node] = 0.0, 0
    for node in nodes:
        a, b = aig.fanins[node]
        found = _merge_all(cuts[a >> 1], cuts[b >> 1], a & 1, b & 1, budget, size)
        ranked = []
        for cut in found.values():
            cost = 1 + sum(flow[leaf] for leaf in cut.leaves)
            level = 1 + max(depth[leaf] for leaf in cut.leaves)
            ranked.append((cost, level, len(cut.leaves), cut))
        ranked.sort(key=lambda entry: (entry[0], *entry[1:3], entry[3].leaves))
        neurons = [entry for entry in ranked if entry[3].neuron]
        # The shallowest as well as the cheapest cuts, so that either objective has a choice.
        shallow = sorted(neurons, key=lambda e: (e[1], e[0], e[2], e[3].leaves))[: limit // 2]
        best = _unique([*neurons[: limit - limit // 2], *shallow, *neurons])[:limit]
        others = sorted(
            (entry for entry in ranked if not entry[3].neuron),
            key=lambda e: (e[2], e[0], e[1], e[3].leaves),
        )[: limit // 2]
        cuts[node] = [entry[3] for entry in (*best, *others)]
        if node not in {leaf for cut in cuts[node] for leaf in cut.leaves}:
            cuts[node].append(trivial(node))
        flow[node] = best[0][0] / max(1, uses.get(node, 1))
        depth[node] = min(entry[1] for entry in best)
    return cuts


_Ranked = tuple[float, int, int, Cut]


def _unique(entries: list[_Ranked]) -> list[_Ranked]:
    by_leaves: dict[tuple[int, ...], _Ranked] = {}
    for entry in entries:
        by_leaves.setdefault(entry[3].leaves, entry)
    return list(by_leaves.values())


def _merge_all(
    first: list[Cut], second: list[Cut], invert_a: int, invert_b: int, budget: Budget, size: int
) -> dict[tuple[int, ...], Cut]:
    """Return the cuts of an AND, from those of its operands."""
    found: dict[tuple[int, ...], Cut] = {}
    for x in first:
        for y in second:
            leaves = tuple(sorted({*x.leaves, *y.leaves}))
            if len(leaves) > size:
                continue
            count = len(leaves)
            whole = (1 << (1 << count)) - 1
            table = _spread(x.table, tuple(map(leaves.index, x.leaves)), count)
            other = _spread(y.table, tuple(map(leaves.index, y.leaves)), count)
            table = (table ^ whole if invert_a else table) & (other ^ whole if invert_b else other)
            for index in reversed(range(count)):
                smaller = drop_input(table, index, len(leaves))
                if smaller is not None:
                    table = smaller
                    leaves = leaves[:index] + leaves[index + 1 :]
            # Over internal nodes one cut can have several tables, all right; a neuron wins.
            if leaves and (leaves not in found or found[leaves].neuron is None):
                found[leaves] = Cut(leaves, table, recognise(table, len(leaves), budget))
    return found
