# SPDX-License-Identifier: Apache-2.0
"""Proving that a neuron graph computes a circuit: on every pattern, or by satisfiability.

Up to twenty inputs every pattern is tried, with each neuron computed by its definition. Above,
both circuits become one and-inverter graph, and nodes that seem equal in a simulation are proved
so one after the other, each proof resting on the earlier ones, up to the outputs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import import_extra
from spikefloat.rtl_gen.mapping.aig import Aig, Circuit
from spikefloat.rtl_gen.mapping.patterns import Words, every_pattern, random_patterns
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = [
    "EXHAUSTIVE_INPUTS",
    "Proof",
    "import_solver",
    "prove",
    "prove_same",
    "run_by_definition",
]

#: Up to this number of input bits every pattern is tried.
EXHAUSTIVE_INPUTS = 20
_CHUNK_WORDS = 1024
_SIMULATED_WORDS = 64
#: Conflicts after which two inner nodes are left as perhaps different.
_INNER_CONFLICTS = 2000
#: Conflicts after which a proof of an output is reported, and goes on.
_REPORTED_CONFLICTS = 5000


@dataclass(frozen=True)
class Proof:
    """What was found out about the equality of a circuit and a graph."""

    equal: bool
    method: str  #: How it was found out, for a reader.
    #: An input pattern on which they differ, by port, if there is one.
    counterexample: dict[str, int] | None = None


def prove(
    circuit: Circuit, graph: NeuronGraph, progress: Callable[[str], None] | None = None
) -> Proof:
    """Find out whether a graph computes a circuit.

    Raises
    ------
    ValueError
        If their ports differ.
    MissingPackage
        If a solver is needed and not installed.
    """
    ports = tuple((p.name, len(p.nodes)) for p in graph.inputs)
    if ports != tuple(circuit.inputs) or tuple(
        (p.name, len(p.nodes)) for p in graph.outputs
    ) != tuple(circuit.outputs):
        raise InputError(f"Ports of {graph.name} must be those of its source")
    if graph.input_count <= EXHAUSTIVE_INPUTS:
        return _try_every_pattern(circuit, graph)
    return _Sweep(circuit, partial(_graph_outputs, graph), progress).prove()


def prove_same(
    first: Circuit, second: Circuit, progress: Callable[[str], None] | None = None
) -> Proof:
    """Find out whether two circuits with the same ports compute the same, by satisfiability.

    What ``progress`` raises ends the work.

    Raises
    ------
    ValueError
        If their ports differ.
    MissingPackage
        If the solver is not installed.
    """
    if (first.inputs, first.outputs) != (second.inputs, second.outputs):
        raise InputError(f"Ports of {second.name} must be those of {first.name}")
    return _Sweep(first, partial(second.aig.copied, second.literals), progress).prove()


def run_by_definition(graph: NeuronGraph, inputs: Words) -> list[Words]:
    """Return the words of each output bit, each neuron as it is defined: sum, then compare."""
    spikes: list[NDArray[np.int8]] = [
        np.unpackbits(row.view(np.uint8), bitorder="little").view(np.int8) for row in inputs
    ]
    uses = [0] * graph.node_count
    for neuron in graph.neurons:
        for source in neuron.sources:
            uses[source] += 1
    for port in graph.outputs:
        for node in port.nodes:
            uses[node] += 1
    none = np.empty(0, np.int8)
    trials = inputs.shape[1] * 64
    for neuron in graph.neurons:
        # Sums of many large weights need more than 8 bits.
        reach = sum(map(abs, neuron.weights)) + abs(neuron.threshold)
        kind = np.int8 if reach < 127 else np.int64
        total = np.zeros(trials, kind)
        for source, weight in zip(neuron.sources, neuron.weights, strict=True):
            total += kind(weight) * spikes[source]
            uses[source] -= 1
            if not uses[source]:
                spikes[source] = none
        spikes.append((total >= neuron.threshold).view(np.int8))
    return [
        np.packbits(spikes[node].view(np.uint8), bitorder="little").view(np.uint64)
        for port in graph.outputs
        for node in port.nodes
    ]


def import_solver() -> Any:
    """Return the class of the satisfiability solver.

    Raises
    ------
    MissingPackage
        If it is not installed.
    """
    return import_extra("pysat.solvers", "python-sat", "map").Glucose4


def _literal_words(values: Words, literals: tuple[int, ...]) -> list[Words]:
    return [~values[lit >> 1] if lit & 1 else values[lit >> 1] for lit in literals]


def _try_every_pattern(circuit: Circuit, graph: NeuronGraph) -> Proof:
    inputs = graph.input_count
    words = max(1, (1 << inputs) // 64)
    for first in range(0, words, _CHUNK_WORDS):
        rows = every_pattern(inputs, first=first, count=_CHUNK_WORDS)
        expected = _literal_words(circuit.aig.simulate(rows), circuit.literals)
        actual = run_by_definition(graph, rows)
        for x, y in zip(expected, actual, strict=True):
            if not np.array_equal(x, y):
                return Proof(False, "a differing pattern", _pattern_at(circuit, rows, x ^ y))
    return Proof(True, f"all {1 << inputs:,} input patterns")


def _pattern_at(circuit: Circuit, rows: Words, differs: Words) -> dict[str, int]:
    word = int(np.flatnonzero(differs)[0])
    bit = (int(differs[word]) & -int(differs[word])).bit_length() - 1
    return _as_ports(circuit, [int(row[word]) >> bit & 1 for row in rows])


def _as_ports(circuit: Circuit, bits: list[int]) -> dict[str, int]:
    ports = {}
    start = 0
    for port in circuit.inputs:
        ports[port.name] = sum(bit << i for i, bit in enumerate(bits[start : start + port.width]))
        start += port.width
    return ports


def _graph_outputs(graph: NeuronGraph, joint: Aig) -> list[int]:
    """Return the output bits of neurons that are written into a graph of ANDs."""
    lines = [joint.input(i) for i in range(joint.input_count)]
    for neuron in graph.neurons:
        sources = [lines[source] for source in neuron.sources]
        lines.append(joint.threshold(sources, neuron.weights, neuron.threshold))
    return [lines[node] for port in graph.outputs for node in port.nodes]


class _Sweep:
    """A proof by satisfiability over one graph that holds both circuits."""

    def __init__(
        self,
        circuit: Circuit,
        other: Callable[[Aig], list[int]],
        progress: Callable[[str], None] | None,
    ) -> None:
        self._circuit = circuit
        self._progress = progress or (lambda _: None)
        joint = Aig(circuit.aig.input_count)
        self._joint = joint
        self._pairs = list(
            zip(circuit.aig.copied(circuit.literals, joint), other(joint), strict=True)
        )
        self._solver = import_solver()()
        self._solver.add_clause([-1])  # variable of a node: its number plus one
        #: Literal that a node was proved equal to.
        self._same: dict[int, int] = {}
        self._written: set[int] = set()

    def prove(self) -> Proof:
        """Prove the outputs equal, or find a pattern on which they differ."""
        joint = self._joint
        nodes = joint.cone([lit for pair in self._pairs for lit in pair])
        rows = random_patterns(joint.input_count, _SIMULATED_WORDS, seed=1)
        values = joint.simulate(rows)
        # Nodes that behave alike, or oppositely, in the simulation; the first stands for all.
        classes: dict[bytes, list[int]] = {}
        mask = ~np.uint64(0)

        def key_of(node: int) -> tuple[bytes, int]:
            phase = int(values[node][0]) & 1
            return (values[node] ^ mask if phase else values[node]).tobytes(), phase

        for node in range(joint.first_and):
            classes.setdefault(key_of(node)[0], []).append(node)
        proved = 0
        for index, node in enumerate(nodes):
            if index % 200 == 0:
                self._progress(f"proving, node {index} of {len(nodes)}")
            key, phase = key_of(node)
            members = classes.setdefault(key, [])
            for member in members:
                other = 2 * member ^ phase ^ key_of(member)[1]
                if self._equal(2 * node, other, _INNER_CONFLICTS):
                    self._same[node] = self._find(other)
                    proved += 1
                    break
            else:
                if len(members) < 4:
                    members.append(node)
        for a, b in self._pairs:
            self._progress("proving the outputs")
            if not self._equal(a, b, None):
                model = self._solver.get_model() or []
                true = {v for v in model if v > 0}
                bits = [int(2 + i in true) for i in range(joint.input_count)]
                return Proof(False, "a differing pattern", _as_ports(self._circuit, bits))
        return Proof(
            True,
            f"satisfiability: {len(self._pairs)} output bits, "
            f"{proved} inner equalities proved on the way",
        )

    def _find(self, literal: int) -> int:
        """Return the earliest literal that was proved equal."""
        while literal >> 1 in self._same:
            literal = self._same[literal >> 1] ^ literal & 1
        return literal

    def _equal(self, a: int, b: int, conflicts: int | None) -> bool:
        """Tell whether two literals are equal; with a limit of conflicts, False means perhaps."""
        a, b = self._find(a), self._find(b)
        if a == b:
            return True
        if a ^ b == 1:
            return False if conflicts else self._differ(a, b, conflicts)
        self._write([a >> 1, b >> 1])
        return not self._differ(a, b, conflicts) and not self._differ(a ^ 1, b ^ 1, conflicts)

    def _differ(self, a: int, b: int, conflicts: int | None) -> bool:
        """Tell whether ``a`` and not ``b`` is possible, or not refuted within the conflicts."""
        self._write([a >> 1, b >> 1])
        assumptions = [_variable(a), -_variable(b)]
        self._solver.conf_budget(conflicts or _REPORTED_CONFLICTS)
        answer = self._solver.solve_limited(assumptions=assumptions)
        rounds = 1
        # What was learnt is kept; between the rounds there is time for an interrupt.
        while answer is None and conflicts is None:
            self._progress(f"proving an output, {rounds * _REPORTED_CONFLICTS:,} conflicts")
            rounds += 1
            self._solver.conf_budget(_REPORTED_CONFLICTS)
            answer = self._solver.solve_limited(assumptions=assumptions)
        return answer is not False

    def _write(self, nodes: list[int]) -> None:
        """Give the solver the clauses of nodes and of what they need, over proved equals."""
        stack = [node for node in nodes if node not in self._written]
        while stack:
            node = stack.pop()
            if node in self._written or node < self._joint.first_and:
                continue
            self._written.add(node)
            # Sources that were proved equal to earlier ones are not needed themselves.
            a, b = (self._find(fanin) for fanin in self._joint.fanins[node])
            x, y, z = _variable(a), _variable(b), _variable(2 * node)
            self._solver.append_formula([[-z, x], [-z, y], [z, -x, -y]])
            stack += [a >> 1, b >> 1]


def _variable(literal: int) -> int:
    """Return the number that the solver has for a literal."""
    variable = 1 + (literal >> 1)
    return -variable if literal & 1 else variable
