# SPDX-License-Identifier: Apache-2.0
"""Neuron graphs as straight-line programs of AND, OR, XOR and NOT on words of trials."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
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
    if len(terms) <= _DECISION_FAN_IN:
        decisions, last = _decide(tuple(weights), threshold)
        literals = [FALSE, TRUE]
        for synapse, silent, firing in decisions:
            # A spike can only help: firing leads to true wherever silence does.
            by_firing = logic.and_(terms[synapse][0], literals[firing])
            literals.append(logic.or_(literals[silent], by_firing))
        if last is not None:
            return literals[last]
    return _lower_addition(logic, terms, threshold)


class _TooComplex(Exception):
    """Deciding takes more operations than adding."""


class _Decision(NamedTuple):
    """What remains of a threshold, decided by one synapse; it is made of earlier decisions.

    A decision is given by its place among all, the constants ``FALSE`` and ``TRUE`` being the first
    two.
    """

    synapse: int
    silent: int  #: The decision if the synapse is silent.
    firing: int  #: The decision if it fires.


class _Decisions:
    """Decides on one synapse after the other whether what remains of the threshold is reached.

    All weights are positive. The function of the synapses from ``index`` on is the same for all
    thresholds in some interval, which is found along the way; each is made only once.
    """

    def __init__(self, weights: tuple[int, ...]) -> None:
        self._weights = weights
        # A decision takes two operations, an addition five.
        additions = sum(weight.bit_count() for weight in weights)
        self._limit = max(8, 5 * additions // 2)
        self._count = 0
        # Greatest sum of the synapses from each index on.
        self._rest = list(accumulate(reversed(weights), initial=0))[::-1]
        self._known: list[list[tuple[int, int, int]]] = [[] for _ in weights]
        self.made: list[_Decision] = []

    def decide(self, index: int, threshold: int) -> tuple[int, int, int]:
        """Return (low, high, decision): the decision for any threshold above low, up to high."""
        if threshold <= 0:
            return -2 * self._rest[0], 0, TRUE
        if threshold > self._rest[index]:
            return self._rest[index], 2 * self._rest[0], FALSE
        for known in self._known[index]:
            if known[0] < threshold <= known[1]:
                return known
        self._count += 1
        if self._count > self._limit:
            raise _TooComplex
        weight = self._weights[index]
        low_0, high_0, silent = self.decide(index + 1, threshold)
        low_1, high_1, firing = self.decide(index + 1, threshold - weight)
        self.made.append(_Decision(index, silent, firing))
        made = max(low_0, low_1 + weight), min(high_0, high_1 + weight), len(self.made) + TRUE
        self._known[index].append(made)
        return made


@lru_cache(maxsize=1 << 14)
def _decide(weights: tuple[int, ...], threshold: int) -> tuple[tuple[_Decision, ...], int | None]:
    """Return decisions in the order to make them, and that on the threshold, None if too complex.

    They depend on nothing else, and circuits have few kinds of neurons.
    """
    decisions = _Decisions(weights)
    try:
        _, _, last = decisions.decide(0, threshold)
    except _TooComplex:
        return tuple(decisions.made), None
    return tuple(decisions.made), last


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
    place = {node: i for i, node in enumerate([*leaves, *inner])}
    shapes = [
        (tuple([place[source] for source in one.sources]), one.weights, one.threshold)
        for one in (*(graph.neurons[node - graph.input_count] for node in inner), neuron)
    ]
    found = _parity(len(leaves), tuple(shapes))
    if found is None:
        return None
    mask, inverted = found
    return tuple(leaf for i, leaf in enumerate(leaves) if mask >> i & 1), inverted


#: The places of a neuron's sources, their weights, and the threshold.
_Shape = tuple[tuple[int, ...], tuple[int, ...], int]


@lru_cache(maxsize=1 << 14)
def _parity(leaves: int, shapes: tuple[_Shape, ...]) -> tuple[int, int] | None:
    """Return which leaves' exclusive or the last neuron computes, and whether complemented.

    Each neuron gets the next place after the leaves and the neurons before it.
    """
    table = []
    for pattern in range(1 << leaves):
        values = [pattern >> i & 1 for i in range(leaves)]
        for sources, weights, threshold in shapes:
            total = sum(w for s, w in zip(sources, weights, strict=True) if values[s])
            values.append(int(total >= threshold))
        table.append(values[-1])
    mask = sum(1 << i for i in range(leaves) if table[1 << i] != table[0])
    if any(
        fires != table[0] ^ ((pattern & mask).bit_count() & 1)
        for pattern, fires in enumerate(table)
    ):
        return None
    return mask, table[0]


def _allocate(gates: Sequence[Gate], inputs: int, required: Sequence[int]) -> Program:
    """Give each needed gate a register, which is used again when the gate is no longer needed."""
    is_needed = bytearray(len(gates))
    for number in required:
        is_needed[number] = True
    for number in range(len(gates) - 1, -1, -1):
        if is_needed[number]:
            for operand in gates[number].operands:
                is_needed[operand] = True
    needed = [number for number in range(len(gates)) if is_needed[number]]
    last_use = [0] * len(gates)
    for number in needed:
        last_use[number] = number
        for operand in gates[number].operands:
            last_use[operand] = number
    for number in (0, *required):  # stay forever
        last_use[number] = len(gates)
    # The last one freed is the first one taken: its words are still in the nearest cache.
    register = [number - 1 for number in range(len(gates))]
    count = inputs
    zero = -1
    if is_needed[0]:
        zero = register[0] = count
        count += 1
    free = [register[n] for n in range(inputs, 0, -1) if not is_needed[n]]
    steps = []
    for number in needed:
        operation, operands = gates[number]
        if operation is Operation.INPUT:
            continue
        sources = tuple([register[operand] for operand in operands])
        for operand in operands:
            if last_use[operand] == number:
                free.append(register[operand])
        if free:
            register[number] = free.pop()
        else:
            register[number] = count
            count += 1
        steps.append(Step(operation, sources, register[number]))
    return Program(tuple(steps), count, zero, tuple(register[number] for number in required))
