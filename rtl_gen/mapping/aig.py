# SPDX-License-Identifier: Apache-2.0
"""And-inverter graphs: any combinational logic as two-input ANDs and free complements.

A function is a literal: twice the number of a node, plus one for its complement. Node 0 is the
constant false, then come the inputs, then the ANDs in topological order.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = [
    "FALSE",
    "TRUE",
    "Aig",
    "Circuit",
    "SourceModule",
    "SourcePort",
    "WordPort",
    "circuit_of_graph",
    "circuit_of_table",
]

FALSE = 0
TRUE = 1


class Aig:
    """A growing set of ANDs without repeats.

    Parameters
    ----------
    inputs : int
        Number of inputs.
    """

    def __init__(self, inputs: int) -> None:
        self.input_count = inputs
        #: Operands of each node, as literals; (-1, -1) for the constant and the inputs.
        self.fanins: list[tuple[int, int]] = [(-1, -1)] * (1 + inputs)
        self._known: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self.fanins)

    @property
    def first_and(self) -> int:
        """Number of the first AND node."""
        return 1 + self.input_count

    def input(self, index: int) -> int:
        """Return an input as a literal."""
        return 2 * (1 + index)

    def and_(self, a: int, b: int) -> int:
        """Return the conjunction of two literals."""
        if a > b:
            a, b = b, a
        if a == FALSE or a ^ b == 1:
            return FALSE
        if a in (TRUE, b):
            return b
        known = self._known.get((a, b))
        if known is None:
            known = self._simplify(a, b)
            if known is None:
                known = 2 * len(self.fanins)
                self.fanins.append((a, b))
            self._known[a, b] = known
        return known

    def or_(self, a: int, b: int) -> int:
        """Return the disjunction of two literals."""
        return self.and_(a ^ 1, b ^ 1) ^ 1

    def xor(self, a: int, b: int) -> int:
        """Return the literal that is true where two literals differ."""
        return self.and_(self.and_(a, b) ^ 1, self.and_(a ^ 1, b ^ 1) ^ 1)

    def threshold(self, literals: Sequence[int], weights: Sequence[int], threshold: int) -> int:
        """Return whether the weighted sum of literals reaches a threshold, by binary decision."""
        terms = []
        for literal, weight in zip(literals, weights, strict=True):
            if weight < 0:  # a negative weight on a line is a positive one on its complement
                threshold -= weight
                literal ^= 1
            terms.append((abs(weight), literal))
        terms.sort(key=lambda term: (-term[0], term[1]))
        rest = [0]
        sums = [[0]]
        for weight, _ in reversed(terms):
            rest.append(rest[-1] + weight)
            sums.append(sorted({s + d for s in sums[-1] for d in (0, weight)}))
        known: dict[tuple[int, int], int] = {}

        def decide(index: int, missing: int) -> int:
            left = len(terms) - index
            if missing <= 0:
                return TRUE
            if missing > rest[left]:
                return FALSE
            # The least sum that suffices stands for all levels between it and the sum below.
            key = index, next(s for s in sums[left] if s >= missing)
            if key not in known:
                weight, literal = terms[index]
                high = decide(index + 1, missing - weight)
                low = decide(index + 1, missing)
                # `low` implies `high`, so no multiplexer is needed.
                known[key] = self.or_(self.and_(literal, high), low)
            return known[key]

        return decide(0, threshold)

    def simulate(self, inputs: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Return the words of all nodes, plain, for a row of words for each input."""
        values = np.empty((len(self.fanins), inputs.shape[1]), np.uint64)
        values[0] = 0
        values[1 : self.first_and] = inputs
        flip = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
        for node in range(self.first_and, len(self.fanins)):
            a, b = self.fanins[node]
            x, y = values[a >> 1], values[b >> 1]
            if a & 1 and b & 1:
                np.bitwise_or(x, y, out=values[node])
                np.bitwise_xor(values[node], flip, out=values[node])
            elif a & 1:
                np.bitwise_and(x ^ flip, y, out=values[node])
            elif b & 1:
                np.bitwise_and(x, y ^ flip, out=values[node])
            else:
                np.bitwise_and(x, y, out=values[node])
        return values

    def cone(self, literals: Sequence[int]) -> list[int]:
        """Return the ANDs that some literals need, in topological order."""
        visited: set[int] = set()
        stack = [literal >> 1 for literal in literals]
        while stack:
            node = stack.pop()
            if node >= self.first_and and node not in visited:
                visited.add(node)
                stack.extend(fanin >> 1 for fanin in self.fanins[node])
        return sorted(visited)

    def copied(self, literals: Sequence[int], target: "Aig") -> list[int]:
        """Return literals of another graph, to which all that they depend on is added.

        Parameters
        ----------
        literals : sequence of int
            Literals of this graph. They depend on no more inputs than the other one has.
        target : Aig
            The other graph.
        """
        copy = {0: FALSE} | {1 + i: target.input(i) for i in range(target.input_count)}
        for node in self.cone(literals):
            a, b = self.fanins[node]
            copy[node] = target.and_(copy[a >> 1] ^ a & 1, copy[b >> 1] ^ b & 1)
        return [copy[literal >> 1] ^ literal & 1 for literal in literals]

    def _simplify(self, a: int, b: int) -> int | None:
        """Return a known literal for ``a and b`` where one level more shows that there is one."""
        for x, y in ((a, b), (b, a)):
            if x >> 1 < self.first_and:
                continue
            operands = self.fanins[x >> 1]
            if not x & 1:  # x = p and q
                if y in operands:
                    return x
                if y ^ 1 in operands:
                    return FALSE
            else:  # x = not p or not q
                if y ^ 1 in operands:
                    return y
                if y in operands:  # y and not (y and q) = y and not q
                    other = operands[0] if operands[1] == y else operands[1]
                    return self.and_(y, other ^ 1)
        return None


class WordPort(NamedTuple):
    """A named word at the edge of a circuit."""

    name: str
    width: int


class SourcePort(NamedTuple):
    """A port of the module that a circuit was read from."""

    name: str
    is_input: bool
    #: Input bit, or output bit, of the circuit that each bit is, least significant first.
    bits: tuple[int, ...]


class SourceModule(NamedTuple):
    """The module that a circuit was read from, whose names need not be identifiers."""

    name: str
    ports: tuple[SourcePort, ...]
    joined: tuple[str, ...]  #: Words of the circuit that are single bits in the source.


class Circuit(NamedTuple):
    """Combinational logic with named words at its edges: what is mapped."""

    name: str
    inputs: tuple[WordPort, ...]  #: Their bits are the inputs of the graph, in this order.
    outputs: tuple[WordPort, ...]
    aig: Aig
    literals: tuple[int, ...]  #: Literal of each output bit, in the order of the ports.
    source: SourceModule | None = None  #: Where it was read from, if that was Verilog.


def circuit_of_graph(graph: NeuronGraph) -> Circuit:
    """Return a neuron graph as a circuit."""
    aig = Aig(graph.input_count)
    literals = [aig.input(i) for i in range(graph.input_count)]
    for neuron in graph.neurons:
        literals.append(
            aig.threshold([literals[s] for s in neuron.sources], neuron.weights, neuron.threshold)
        )
    return Circuit(
        name=graph.name,
        inputs=tuple(WordPort(port.name, len(port.nodes)) for port in graph.inputs),
        outputs=tuple(WordPort(port.name, len(port.nodes)) for port in graph.outputs),
        aig=aig,
        literals=tuple(literals[node] for port in graph.outputs for node in port.nodes),
    )


def circuit_of_table(
    name: str, inputs: Sequence[WordPort], output: WordPort, codes: ArrayLike
) -> Circuit:
    """Return a function as logic: a multiplexer where an input bit matters, equal parts shared.

    The bits of the last input are decided first, the highest of them foremost: a function that
    grows with its operand has few different parts then.

    Parameters
    ----------
    name : str
        Name of the circuit.
    inputs : sequence of WordPort
        Its operands.
    output : WordPort
        Its result.
    codes : array_like
        The result for each combination of operands. The first operand is the low end of the index.

    Raises
    ------
    InputError
        If the table has another size than the operands ask for, or an entry does not fit.
    """
    bits = sum(port.width for port in inputs)
    table = np.asarray(codes)
    if table.shape != (1 << bits,):
        raise InputError(
            f"Table of {name} must have {1 << bits} entries, one for each combination of its "
            f"{bits} input bits, not the shape {table.shape}"
        )
    if not ((table >= 0) & (table < 1 << output.width)).all():
        raise InputError(
            f"Entries of the table of {name} must be from 0 to {(1 << output.width) - 1}, "
            f"not from {table.min()} to {table.max()}"
        )
    aig = Aig(bits)
    known: dict[bytes, int] = {}

    def decide(part: NDArray[Any], place: int) -> int:
        """Return the literal of a part of a table, which the inputs below a place decide."""
        complement = int(part[0])
        if complement:
            part = part ^ True
        if not part.any():
            return FALSE ^ complement
        key = part.tobytes()
        if key not in known:
            select = aig.input(place - 1)
            low, high = (decide(half, place - 1) for half in np.split(part, 2))
            known[key] = (
                low if low == high else aig.or_(aig.and_(select, high), aig.and_(select ^ 1, low))
            )
        return known[key] ^ complement

    literals = tuple(decide((table >> i & 1).astype(bool), bits) for i in range(output.width))
    return Circuit(name, tuple(inputs), (output,), aig, literals)
