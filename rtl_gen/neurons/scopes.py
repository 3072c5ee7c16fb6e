# SPDX-License-Identifier: Apache-2.0
"""The scopes of a circuit that is being built."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from spikefloat.rtl_gen.neurons.bits import ZERO, Bit, Word
from spikefloat.rtl_gen.neurons.graph import NeuronGraph, Port, Scope

__all__ = ["ScopeTable"]


class ScopeTable:
    """Scopes by their numbers, and the one that neurons are put into; 0 is the whole circuit."""

    def __init__(self) -> None:
        self._scopes: list[tuple[tuple[str, ...], list[tuple[str, Word]]]] = [((), [])]
        self._numbers: dict[tuple[str, ...], int] = {(): 0}
        self.current = 0

    def path(self, number: int) -> tuple[str, ...]:
        """Return the names of a scope and of those around it, the outermost first."""
        return self._scopes[number][0]

    @contextmanager
    def at(self, number: int) -> Iterator[None]:
        """Make another scope the current one inside the ``with`` block."""
        outer, self.current = self.current, number
        try:
            yield
        finally:
            self.current = outer

    def open(self, name: str, ports: Mapping[str, Sequence[Bit]]) -> int:
        """Add a scope inside the current one and return its number; a taken name gets a number."""
        parent = self.path(self.current)
        path = (*parent, name)
        count = 1
        while path in self._numbers:
            count += 1
            path = (*parent, f"{name}_{count}")
        number = self._numbers[path] = len(self._scopes)
        self._scopes.append((path, [(port, tuple(bits)) for port, bits in ports.items()]))
        return number

    def copy(
        self, graph: NeuronGraph, number: int, copies: dict[int, int], lines: Sequence[Bit]
    ) -> int:
        """Return the copy of a scope of another graph, which is added if there is none yet.

        Parameters
        ----------
        graph : NeuronGraph
            The other graph.
        number : int
            Number of the scope there.
        copies : dict of int to int
            The copies so far, by their numbers there; the new ones are added.
        lines : sequence of Bit
            Spike lines for the nodes of the graph that were copied so far.
        """
        if number not in copies:
            scope = graph.scopes[number]
            parent = next(i for i, s in enumerate(graph.scopes) if s.path == scope.path[:-1])
            ports = {
                port.name: tuple(lines[n] if 0 <= n < len(lines) else ZERO for n in port.nodes)
                for port in scope.ports
            }
            with self.at(self.copy(graph, parent, copies, lines)):
                copies[number] = self.open(scope.path[-1], ports)
        return copies[number]

    def renumber(self, used: Iterable[int]) -> dict[int, int]:
        """Return new numbers of the used scopes and of those around them, 0 included."""
        retained = {0}
        for number in used:
            path = self.path(number)
            retained.update(self._numbers[path[:length]] for length in range(len(path) + 1))
        return {number: index for index, number in enumerate(sorted(retained))}

    def finish(self, numbers: Iterable[int], nodes: Mapping[int, int]) -> tuple[Scope, ...]:
        """Return scopes as a graph has them.

        Parameters
        ----------
        numbers : iterable of int
            The scopes.
        nodes : mapping of int to int
            New numbers of the nodes that are left. The place of another one is marked with -1.
        """
        return tuple(
            Scope(
                path,
                tuple(
                    Port(name, tuple(nodes.get(bit.node, -1) for bit in word))
                    for name, word in words
                ),
            )
            for path, words in (self._scopes[number] for number in numbers)
        )
