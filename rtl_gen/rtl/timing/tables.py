# SPDX-License-Identifier: Apache-2.0
"""How many lookup tables a neuron graph takes, and how deep they are, without a synthesis tool.

The timing model knows the tables that each signal could be. From these one is chosen for each
signal that is needed: on the way that is as short as possible, and then the one with the least area
flow, in which a table that several signals share counts a share for each. Synthesis does better, by
a tenth to a third; the order of the circuits of one operation is nearly the same.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.timing.model import Timing, TimingModel

__all__ = ["TableCount", "best_for_tables", "count_tables"]


#: Synapses of a neuron beyond which it is an adder, rather than a few tables.
_MOST_SYNAPSES = 8


class TableCount(NamedTuple):
    """Lookup tables of a combinational circuit."""

    tables: int
    depth: int  #: Tables on the longest path.


@lru_cache(maxsize=64)
def count_tables(graph: NeuronGraph, lut_inputs: int) -> TableCount:
    """Return an estimate of the lookup tables that a circuit takes.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    lut_inputs : int
        Inputs of a lookup table; at least 3.
    """
    model = TimingModel(graph, lut_inputs)
    timing = Timing(model, [0] * graph.node_count)
    decisions = [decision for decisions, _ in model.neurons for decision in decisions]
    readers: Counter[int] = Counter(
        root for _, sources in decisions for root in map(model.root, sources)
    )
    flow: dict[int, float] = {}
    selected: dict[int, tuple[int, ...]] = {}
    for number, _ in decisions:
        earliest = timing.levels[number] - 1
        flow[number], selected[number] = min(
            (1 + sum(flow.get(leaf, 0) / max(readers[leaf], 1) for leaf in leaves), leaves)
            for level, leaves in timing.tables(number)
            if level == earliest
        )
    pending = [model.root(node) for port in graph.outputs for node in port.nodes]
    taken: set[int] = set()
    while pending:
        number = pending.pop()
        if number in selected and number not in taken:
            taken.add(number)
            pending += selected[number]
    return TableCount(len(taken), timing.worst)


def best_for_tables(graphs: Sequence[NeuronGraph], objective: str) -> NeuronGraph:
    """Return the circuit that is best in lookup tables, by the estimate.

    Parameters
    ----------
    graphs : sequence of NeuronGraph
        Circuits that compute the same. The first is taken if no other has small neurons only.
    objective : str
        ``luts`` for the fewest tables of six inputs; ``fmax`` for the fewest levels of tables of
        four.
    """
    narrow = [
        graph
        for graph in graphs[1:]
        if max((len(neuron.sources) for neuron in graph.neurons), default=0) <= _MOST_SYNAPSES
    ]
    if not narrow:
        return graphs[0]
    if objective == "luts":
        return min([graphs[0], *narrow], key=lambda graph: count_tables(graph, 6))
    return min([graphs[0], *narrow], key=lambda graph: count_tables(graph, 4)[::-1])
