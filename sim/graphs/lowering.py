# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as straight-line programs of AND, OR, XOR and NOT on words of trials."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import gcd
from typing import NamedTuple

from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph
from spikefloat.sim.graphs.logic import FALSE, TRUE, Gate, Logic, Operation

__all__ = ["Program", "Step", "lower"]

# A neuron that computes with its sources' own sources is searched for a parity up to this many.
_PARITY_INPUTS = 6
# Above this fan-in decisions one by one are never better than adding.
_DECISION_FAN_IN = 64


class Step(NamedTuple):
    """One operation. The destination may be one of the operands."""

    operation: Operation
    operands: tuple[int, ...]  #: Registers.
    destination: int  #: Register.


class Program(NamedTuple):
    """Operations on registers, each of which holds one bit of every trial.

    The program expects the input bits in the first registers, in order, and changes them.
    """

    steps: tuple[Step, ...]
    registers: int  #: Number of registers.
    zero: int  #: A register that must be all zeros and stays so, or -1.
    outputs: tuple[int, ...]  #: Register of each wanted node, after the last step.


@lru_cache(maxsize=64)
def lower(graph: NeuronGraph, every_node: bool = False) -> Program:
    """Return a program that computes a neuron graph.

    Parameters
    ----------
    graph : NeuronGraph
        What to compute.
    every_node : bool
        Whether all nodes are wanted, in order, instead of the output ports' bits, in order.
    """
    logic = Logic(graph.input_count)
    literals = [node + 1 << 1 for node in range(graph.input_count)]
    for neuron in graph.neurons:
        literals.append(_lower_neuron(logic, graph, neuron, literals))
    nodes = (
        range(graph.node_count)
        if every_node
        else [node for port in graph.outputs for node in port.nodes]
    )
    required = [logic.plain(literals[node]) for node in nodes]
    return _allocate(logic.gates, graph.input_count, required)


def _lower_neuron(logic: Logic, graph: NeuronGraph, neuron: Neuron, literals: Sequence[int]) -> int:
    parity = _find_parity(graph, neuron)
    if parity is not None:
        leaves, inverted = parity
        return logic.parity(literals[leaf] for leaf in leaves) ^ inverted
    # Every synapse on a gate's plain value, each gate once; then complements where the weight is
    # negative. Both move a constant to the threshold.
    threshold = neuron.threshold
    weights: dict[int, int] = {}
    for source, weight in zip(neuron.sources, neuron.weights, strict=True):
        literal = literals[source]
        if literal & 1:
            threshold -= weight
            weight = -weight
        weights[literal >> 1] = weights.get(literal >> 1, 0) + weight
    terms = []
    weights.pop(0, None)  # gate 0 never fires
    for gate, weight in weights.items():
        if weight < 0:
            threshold -= weight
        if weight:
            terms.append((gate << 1 | (weight < 0), abs(weight)))
    if threshold <= 0:
        return TRUE
    if sum(weight for _, weight in terms) < threshold:
        return FALSE
    common = gcd(*(weight for _, weight in terms))
    # The largest weight is decided on first; among equals the latest, so that what is decided
    # last, on which the other decisions wait, is there early.
    terms = sorted(((lit, w // common) for lit, w in terms), key=lambda t: (-t[1], -t[0]))
    return _lower_threshold(logic, terms, -(-threshold // common))


def _lower_threshold(logic: Logic, terms: list[tuple[int, int]], threshold: int) -> int:
    weights = [weight for _, weight in terms]
    if len(terms) == 3 and weights[0] < threshold <= weights[1] + weights[2]:
        return logic.full_add(*(literal for literal, _ in terms))[1]
    additions = sum(weight.bit_count() for weight in weights)
    if len(terms) <= _DECISION_FAN_IN:
        # A decision takes two operations, an addition five.
        decided = _Decisions(logic, terms, max(8, 5 * additions // 2)).decide(threshold)
        if decided is not None:
            return decided
    return _lower_addition(logic, terms, threshold)


class _TooComplex(Exception):
    """Deciding takes more operations than adding."""


class _Decisions:
    """Decides on one synapse after the other whether what remains of the threshold is reached.

    All weights are positive. The function of the synapses from ``index`` on is the same for all
    thresholds in some interval, which is found along the way; each is made only once.
    """

    def __init__(self, logic: Logic, terms: list[tuple[int, int]], limit: int) -> None:
        self._logic = logic
        self._terms = terms
        self._limit = limit
        self._count = 0
        # Greatest sum of the synapses from each index on.
        self._rest = [0]
        for _, weight in reversed(terms):
            self._rest.insert(0, self._rest[0] + weight)
        self._known: list[list[tuple[int, int, int]]] = [[] for _ in terms]

    def decide(self, threshold: int) -> int | None:
        """Return the literal that is true if the threshold is reached, or None if too complex."""
        try:
            return self._decide(0, threshold)[2]
        except _TooComplex:
            return None

    def _decide(self, index: int, threshold: int) -> tuple[int, int, int]:
        """Return (low, high, literal): the literal for any threshold above low, up to high."""
        if threshold <= 0:
            return -2 * self._rest[0], 0, TRUE
        if threshold > self._rest[index]:
            return self._rest[index], 2 * self._rest[0], FALSE
        for low, high, literal in self._known[index]:
            if low < threshold <= high:
                return low, high, literal
        self._count += 1
        if self._count > self._limit:
            raise _TooComplex
        source, weight = self._terms[index]
        low_0, high_0, silent = self._decide(index + 1, threshold)
        low_1, high_1, firing = self._decide(index + 1, threshold - weight)
        # A spike can only help: `firing` is true wherever `silent` is.
        literal = self._logic.or_(silent, self._logic.and_(source, firing))
        known = max(low_0, low_1 + weight), min(high_0, high_1 + weight), literal
        self._known[index].append(known)
        return known


def _lower_addition(logic: Logic, terms: list[tuple[int, int]], threshold: int) -> int:
    """Add all weights in binary, with what makes the sum overflow at the threshold."""
    size = sum(weight for _, weight in terms).bit_length()
    columns: list[list[int]] = [[] for _ in range(size + 1)]
    for literal, weight in [(TRUE, (1 << size) - threshold), *reversed(terms)]:
        for bit in range(size):
            if weight >> bit & 1:
                columns[bit].append(literal)
    for column, following in zip(columns, columns[1:], strict=False):
        while len(column) > 1:
            a, b, c = (*column[:3], FALSE)[:3]
            total, carry = logic.full_add(a, b, c)
            column[:3] = []
            column.append(total)
            following.append(carry)
    # The whole is less than twice the overflow, so at most one of the carries is true.
    result = FALSE
    for literal in columns[size]:
        result = logic.or_(result, literal)
    return result


def _find_parity(graph: NeuronGraph, neuron: Neuron) -> tuple[tuple[int, ...], int] | None:
    """Return nodes whose exclusive or the neuron computes, and whether complemented, or None.

    XOR of two is a neuron on both and on their AND; the sum of a full adder is one on three bits
    and their carry. Such a neuron has sources that are functions of its other sources, and it is
    evaluated in these for every pattern.
    """
    sources = set(neuron.sources)
    inner = sorted(
        source
        for source in sources
        if source >= graph.input_count
        and sources.issuperset(graph.neurons[source - graph.input_count].sources)
    )
    leaves = sorted(sources.difference(inner))
    if not inner or len(leaves) > _PARITY_INPUTS:
        return None
    inside = [(node, graph.neurons[node - graph.input_count]) for node in inner]
    table = []
    for pattern in range(1 << len(leaves)):
        values = {leaf: bool(pattern >> i & 1) for i, leaf in enumerate(leaves)}
        for node, source in inside:
            values[node] = _fires(source, values)
        table.append(_fires(neuron, values))
    mask = sum(1 << i for i in range(len(leaves)) if table[1 << i] != table[0])
    if any(
        fires != table[0] ^ ((pattern & mask).bit_count() & 1)
        for pattern, fires in enumerate(table)
    ):
        return None
    return tuple(leaf for i, leaf in enumerate(leaves) if mask >> i & 1), int(table[0])


def _fires(neuron: Neuron, values: Mapping[int, bool]) -> bool:
    total = sum(
        w for source, w in zip(neuron.sources, neuron.weights, strict=True) if values[source]
    )
    return total >= neuron.threshold


def _allocate(gates: Sequence[Gate], inputs: int, required: Sequence[int]) -> Program:
    """Give each needed gate a register, which is used again when the gate is no longer needed."""
    needed = set(required)
    for number in range(len(gates) - 1, -1, -1):
        if number in needed:
            needed.update(gates[number].operands)
    last_use = dict.fromkeys(range(inputs + 1), 0)
    for number in sorted(needed):
        last_use[number] = number
        for operand in gates[number].operands:
            last_use[operand] = number
    # The last one freed is the first one taken: its words are still in the nearest cache.
    register = {number: number - 1 for number in range(1, inputs + 1)}
    count = inputs
    zero = -1
    if 0 in needed:
        zero = register[0] = count
        count += 1
    forever = needed.intersection(required) | {0}
    free = [register[n] for n in range(inputs, 0, -1) if n not in needed]
    steps = []
    for number in sorted(needed):
        operation, operands = gates[number]
        if operation is Operation.INPUT:
            continue
        sources = tuple(register[operand] for operand in operands)
        for operand in operands:
            if last_use[operand] == number and operand not in forever:
                free.append(register[operand])
        if free:
            register[number] = free.pop()
        else:
            register[number] = count
            count += 1
        steps.append(Step(operation, sources, register[number]))
    return Program(tuple(steps), count, zero, tuple(register[number] for number in required))
