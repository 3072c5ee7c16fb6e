# SPDX-License-Identifier: Apache-2.0
"""Scopes of neurons that add two words, found so that they can be written as an addition.

From an addition, synthesis makes a chain of carry cells; from the neurons it consists of, lookup
tables. What a scope is called is only where to look: it is an addition if it gives the sum for
every input, and else its neurons are written like all others.
"""

from collections.abc import Mapping
from itertools import product
from typing import NamedTuple

from spikefloat.rtl_gen.neurons.carry_chain import CARRY_CHAIN
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.text.hierarchy import ScopeTree
from spikefloat.rtl_gen.rtl.text.items import Addition, Assign, Item, ModuleBody, Summand
from spikefloat.rtl_gen.rtl.text.names import NamePool
from spikefloat.rtl_gen.rtl.text.nets import Layout, Net, Role, by_role, unused_net

__all__ = ["MAX_INPUTS", "Operand", "Sum", "addition_body", "find_sum"]

#: Most input bits of a scope; the sum is tried for each of their values.
MAX_INPUTS = 12

#: Operands, by the names of the ports; the last has one bit.
_NAMES = ("a", "b", "carry_in")


class Operand(NamedTuple):
    """A word that is added."""

    nodes: tuple[int | None, ...]  #: Node of each bit, least significant first; None for zero.
    is_inverted: bool  #: Whether it is the complement of each node that is added.


class Sum(NamedTuple):
    """What a scope adds."""

    operands: Mapping[str, Operand]  #: By ``a``, ``b`` and ``carry_in``; those that are not zero.
    bits: Mapping[int, int]  #: Bit of the sum that each node is which leaves the scope.


def find_sum(graph: NeuronGraph, tree: ScopeTree, scope: int) -> Sum | None:
    """Return what a scope adds; None if it does not, or is not called like a scope that does.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    tree : ScopeTree
        Its scopes.
    scope : int
        Which of them is meant.
    """
    path = graph.scopes[scope].path
    leaf = path[-1] if path else ""
    if leaf.rstrip("0123456789").rstrip("_") != CARRY_CHAIN or tree.children[scope]:
        return None
    inputs = list(tree.entering[scope])
    if not inputs or len(inputs) > MAX_INPUTS:
        return None
    words: dict[str, dict[int, int]] = {}
    for node in inputs:
        name, index = tree.aliases[scope].get(node, ("", None))
        if name not in _NAMES:
            return None
        words.setdefault(name, {})[index or 0] = node
    values = _evaluate(graph, tree.local[scope], inputs)
    for inverted in product((False, True), repeat=len(words)):
        operands = {
            name: Operand(tuple(word.get(index) for index in range(max(word) + 1)), is_inverted)
            for (name, word), is_inverted in zip(words.items(), inverted, strict=True)
        }
        sums = _add(operands, values, 1 << len(inputs))
        bits = {
            node: sums.index(values[node]) for node in tree.leaving[scope] if values[node] in sums
        }
        if len(bits) == len(tree.leaving[scope]):
            return Sum(operands, bits)
    return None


def addition_body(found: Sum, layout: Layout, pool: NamePool, neurons: int) -> ModuleBody:
    """Return the module of a scope that adds.

    Parameters
    ----------
    found : Sum
        What it adds.
    layout : Layout
        The nets of the scope; those inside are left out.
    pool : NamePool
        The names of these nets.
    neurons : int
        How many neurons the scope has.
    """
    operands = {
        name: Summand(
            tuple(None if node is None else layout.bits[node] for node in operand.nodes),
            operand.is_inverted,
        )
        for name, operand in found.operands.items()
    }
    carry_in = operands.pop("carry_in", None)
    shift = int(carry_in is not None)
    width = max(found.bits.values()) + 1 + shift
    total = Net(pool.give("total"), Role.INNER, width - 1)
    nets = [*(net for net in layout.nets if net.role is not Role.INNER), total]
    results = sorted(found.bits, key=lambda node: found.bits[node])
    items: list[Item] = [
        Addition(
            total.name, width, tuple(operands[name] for name in sorted(operands)), carry_in, neurons
        ),
        Assign(
            tuple(layout.bits[node] for node in results),
            tuple(total.bits[found.bits[node] + shift] for node in results),
        ),
    ]
    unused = sorted(set(range(width)) - {bit + shift for bit in found.bits.values()})
    if unused:
        nets.append(unused_net(pool, len(unused)))
        items.append(Assign(nets[-1].bits, tuple(total.bits[bit] for bit in unused)))
    return ModuleBody(by_role(nets), tuple(items))


def _evaluate(graph: NeuronGraph, local: list[int], inputs: list[int]) -> dict[int, int]:
    """Return the spikes of each node as one number, with a bit for each value of the inputs."""
    cases = 1 << len(inputs)
    values = {
        node: sum(1 << case for case in range(cases) if case >> position & 1)
        for position, node in enumerate(inputs)
    }
    for node in local:
        neuron = graph.neurons[node - graph.input_count]
        synapses = [
            (values[source], weight)
            for source, weight in zip(neuron.sources, neuron.weights, strict=True)
        ]
        values[node] = sum(
            1 << case
            for case in range(cases)
            if sum(weight for spikes, weight in synapses if spikes >> case & 1) >= neuron.threshold
        )
    return values


def _add(operands: Mapping[str, Operand], values: Mapping[int, int], cases: int) -> list[int]:
    """Return each bit of the sum of the operands, in the form of :func:`_evaluate`."""
    width = max(len(operand.nodes) for operand in operands.values()) + 1
    sums = [0] * width
    for case in range(cases):
        total = sum(
            ((values[node] >> case & 1) ^ operand.is_inverted) << index
            for operand in operands.values()
            for index, node in enumerate(operand.nodes)
            if node is not None
        )
        for index in range(width):
            sums[index] |= (total >> index & 1) << case
    return sums
