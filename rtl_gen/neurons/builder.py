# SPDX-License-Identifier: Apache-2.0
"""Building a neuron graph, with simplification on the way."""

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from spikefloat.rtl_gen.neurons.bits import CONSTANT, ONE, ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget
from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph, Port, Scope
from spikefloat.rtl_gen.neurons.naming import NameGiver, check_name
from spikefloat.rtl_gen.neurons.threshold import reduce_threshold

__all__ = ["ONE", "ZERO", "Bit", "NeuronGraphBuilder", "Word", "constant"]


class _Draft(NamedTuple):
    sources: tuple[int, ...]
    weights: tuple[int, ...]
    threshold: int
    scope: int


class NeuronGraphBuilder:
    """Builds a :class:`~spikefloat.rtl_gen.neurons.graph.NeuronGraph`.

    With ``simplify``, a neuron that is constant or only copies a spike line is not made, and what
    no output needs is dropped by :meth:`build`; with ``share``, a neuron that repeats an earlier
    one is not made either. Without ``simplify`` every neuron asked for is made, exactly as asked,
    which is how the paper counts.

    Parameters
    ----------
    name : str
        Name of the circuit, an identifier.
    budget : Budget
        Limits that each neuron must keep.
    simplify : bool
        Whether to remove constants, copies and what is not needed.
    share : bool
        Whether to remove repeats too; has no effect without ``simplify``.
    free_inversion : bool
        Whether a neuron that only inverts may be replaced by a negative weight at its destination.
    """

    def __init__(
        self,
        name: str,
        *,
        budget: Budget = BUDGETS["free"],
        simplify: bool = True,
        share: bool = True,
        free_inversion: bool = True,
    ) -> None:
        check_name(name, "Circuit name")
        self._name = name
        self._budget = budget
        self._simplify = simplify
        self._share = simplify and share
        self._free_inversion = free_inversion
        self._inputs: dict[str, Word] = {}
        self._outputs: dict[str, Word] = {}
        self._input_count = 0
        self._drafts: list[_Draft] = []
        self._hints: list[str] = []
        self._known: dict[tuple[tuple[int, ...], tuple[int, ...], int], int] = {}
        self._scopes: list[tuple[tuple[str, ...], list[tuple[str, Word]]]] = [((), [])]
        self._paths: dict[tuple[str, ...], int] = {(): 0}
        self._words: dict[tuple[int, str], int] = {}
        self._scope = 0

    def __repr__(self) -> str:
        ports = [
            ", ".join(f"{name}[{len(word)}]" for name, word in side.items()) or "nothing"
            for side in (self._inputs, self._outputs)
        ]
        return (
            f"<NeuronGraphBuilder {self._name}: {' -> '.join(ports)}, "
            f"{len(self._drafts)} neurons so far>"
        )

    @property
    def name(self) -> str:
        """Name of the circuit."""
        return self._name

    @property
    def budget(self) -> Budget:
        """Limits that each neuron must keep."""
        return self._budget

    @property
    def simplify(self) -> bool:
        """Whether constants, copies and unneeded neurons are removed."""
        return self._simplify

    @property
    def free_inversion(self) -> bool:
        """Whether inversion is done by negative weights."""
        return self._free_inversion

    def input(self, name: str, width: int) -> Word:
        """Add an input port and return its bits, least significant first.

        All inputs must be added before the first neuron.

        Raises
        ------
        TypeError
            If the name is no string or the width no integer.
        ValueError
            If the name is no identifier or taken, the width is not positive, or there are neurons.
        """
        check_name(name, "Input name")
        width = _integer(f"Width of input {name!r}", width)
        if name in self._inputs:
            raise ValueError(f"Input name must be unique, not {name!r}")
        if width < 1:
            raise ValueError(f"Width of input {name!r} must be positive, not {width!r}")
        if self._drafts:
            raise ValueError(f"Input {name!r} must be added before the first neuron")
        bits = tuple(Bit(self._input_count + i) for i in range(width))
        self._input_count += width
        self._inputs[name] = bits
        return bits

    def output(self, name: str, bits: Sequence[Bit]) -> None:
        """Add an output port.

        A bit that is constant or inverted gets a neuron of its own.

        Raises
        ------
        TypeError
            If the name is no string, or something else than bits is given.
        ValueError
            If the name is no identifier or taken, there are no bits, or one is of another circuit.
        """
        check_name(name, "Output name")
        if name in self._outputs or name in self._inputs:
            raise ValueError(f"Output name must be unique, not {name!r}")
        if isinstance(bits, Bit):
            raise TypeError(
                f"Output {name!r} must be a sequence of bits, not the bit {bits!r} alone"
            )
        if not bits:
            raise ValueError(f"Output {name!r} must have at least one bit")
        for bit in bits:
            self._check_bit(bit)
        self._outputs[name] = tuple(self._materialise(bit) for bit in bits)

    @contextmanager
    def scope(self, name: str, **ports: Sequence[Bit]) -> Iterator[None]:
        """Make neurons inside the ``with`` block part of a named scope.

        A name that is taken in the enclosing scope gets a number.

        Parameters
        ----------
        name : str
            Name of the scope, an identifier.
        **ports : sequence of Bit
            What words from outside are called inside, for the reader of the Verilog.
        """
        check_name(name, "Scope name")
        parent = self._scope
        path = (*self._scopes[parent][0], name)
        number = 1
        while path in self._paths:
            number += 1
            path = (*self._scopes[parent][0], f"{name}_{number}")
        self._paths[path] = self._scope = len(self._scopes)
        self._scopes.append((path, [(port, tuple(bits)) for port, bits in ports.items()]))
        try:
            yield
        finally:
            self._scope = parent

    def neuron(self, terms: Iterable[tuple[Bit, int]], threshold: int, name: str = "n") -> Bit:
        """Return the spike line that fires when ``sum(weight * bit)`` reaches ``threshold``.

        Parameters
        ----------
        terms : iterable of (Bit, int)
            Spike lines, which may be complements or constants, and their weights.
        threshold : int
            Sum at which the neuron fires.
        name : str
            Name for the reader; it gets a number where it is taken.

        Raises
        ------
        TypeError
            If a weight or the threshold is no integer, or a source no bit.
        ValueError
            If the neuron breaks the budget, or a source is of another circuit.
        """
        reduced = self._reduce(terms, threshold)
        if isinstance(reduced, Bit):
            return reduced
        sources, weights, threshold = reduced
        if self._share and self._free_inversion:
            opposite = self._known.get(_key(sources, tuple(-w for w in weights), 1 - threshold))
            if opposite is not None:
                return ~Bit(opposite)
        return Bit(self._add(sources, weights, threshold, name))

    def fits(self, terms: Iterable[tuple[Bit, int]], threshold: int) -> bool:
        """Tell whether :meth:`neuron` with the same arguments would keep the budget."""
        reduced = self._reduce(terms, threshold)
        return isinstance(reduced, Bit) or self._budget.allows(reduced[1])

    def name_word(self, name: str, bits: Sequence[Bit]) -> Word:
        """Call the bits of a word ``name[0]``, ``name[1]`` and so on; return them as a word.

        Only neurons of the current scope are named. The last name wins, so that a caller can say
        what the result of a general block is to it. A name that is taken in the scope gets a
        number. Where the word has the complement of a neuron, the neuron is ``name_n[...]``.
        """
        number = self._words[self._scope, name] = self._words.get((self._scope, name), 0) + 1
        if number > 1:
            name = f"{name}_{number}"
        for index, bit in enumerate(bits):
            position = bit.node - self._input_count
            if position < 0 or self._drafts[position].scope != self._scope:
                continue
            self._hints[position] = f"{name}{'_n' if bit.inverted else ''}[{index}]"
        return tuple(bits)

    def rename(self, name: str, bit: Bit) -> Bit:
        """Name the neuron of a bit, if it is of the current scope, and return the bit."""
        position = bit.node - self._input_count
        if position >= 0 and self._drafts[position].scope == self._scope:
            self._hints[position] = f"{name}_n" if bit.inverted else name
        return bit

    def embed(self, graph: NeuronGraph, inputs: Mapping[str, Sequence[Bit]]) -> dict[str, Word]:
        """Copy a whole graph into this one and return its outputs, by port name.

        Raises
        ------
        ValueError
            If an input is missing or has the wrong width.
        """
        lines: list[Bit] = []
        for port in graph.inputs:
            word = inputs.get(port.name, ())
            if len(word) != len(port.nodes):
                raise ValueError(
                    f"Input {port.name!r} of {graph.name} must have {len(port.nodes)} bits, "
                    f"not {len(word)}"
                )
            lines.extend(word)
        outer = self._scope
        scopes = {0: outer}
        for neuron in graph.neurons:
            if neuron.scope not in scopes:
                self._copy_scope(graph, neuron.scope, scopes, lines)
            self._scope = scopes[neuron.scope]
            terms = zip((lines[s] for s in neuron.sources), neuron.weights, strict=True)
            lines.append(self.neuron(terms, neuron.threshold, neuron.name))
        self._scope = outer
        return {port.name: tuple(lines[node] for node in port.nodes) for port in graph.outputs}

    def build(self) -> NeuronGraph:
        """Return the finished graph.

        Raises
        ------
        ValueError
            If there is no output.
        """
        if not self._outputs:
            raise ValueError(f"Circuit {self._name!r} must have at least one output")
        needed = self._needed()
        number = {node: node for node in range(self._input_count)}
        for position in needed:
            number[self._input_count + position] = len(number)
        names = NameGiver()
        used_scopes = self._used_scopes(needed)
        neurons = []
        for position in needed:
            draft = self._drafts[position]
            neurons.append(
                Neuron(
                    tuple(number[s] for s in draft.sources),
                    draft.weights,
                    draft.threshold,
                    used_scopes[draft.scope],
                    names.unique(draft.scope, self._hints[position]),
                )
            )
        scopes = []
        for index in used_scopes:
            path, words = self._scopes[index]
            # A bit that was simplified away has no node; its place is marked with -1.
            scopes.append(
                Scope(
                    path,
                    tuple(
                        Port(name, tuple(number.get(bit.node, -1) for bit in word))
                        for name, word in words
                    ),
                )
            )
        return NeuronGraph(
            name=self._name,
            inputs=tuple(Port(n, tuple(b.node for b in w)) for n, w in self._inputs.items()),
            outputs=tuple(
                Port(n, tuple(number[b.node] for b in w)) for n, w in self._outputs.items()
            ),
            neurons=tuple(neurons),
            scopes=tuple(scopes),
        )

    # ------------------------------------------------------------------------------- internals

    def _reduce(
        self, terms: Iterable[tuple[Bit, int]], threshold: int
    ) -> Bit | tuple[tuple[int, ...], tuple[int, ...], int]:
        """Return an existing spike line, or sources, weights and threshold of a new neuron."""
        threshold = _integer("Threshold", threshold)
        if isinstance(terms, Bit):
            raise TypeError(
                f"Terms must be pairs of a bit and a weight, not the bit {terms!r} alone"
            )
        merged: dict[int, int] = {}
        known = self._input_count + len(self._drafts)
        for bit, weight in terms:
            if type(bit) is not Bit or not CONSTANT <= bit.node < known:
                self._check_bit(bit)
            if type(weight) is not int:
                weight = _integer("Weight", weight)
            if bit.inverted:
                threshold -= weight
                weight = -weight
            if bit.node != CONSTANT:
                merged[bit.node] = merged.get(bit.node, 0) + weight
        pairs = [(node, weight) for node, weight in merged.items() if weight]
        if self._simplify:
            reduced = reduce_threshold(tuple(weight for _, weight in pairs), threshold)
            if isinstance(reduced, bool):
                return ONE if reduced else ZERO
            weights, threshold = reduced
            pairs = [(node, w) for (node, _), w in zip(pairs, weights, strict=True) if w]
            if len(pairs) == 1:  # after reduction either a copy or an inversion
                node, weight = pairs[0]
                if weight > 0:
                    return Bit(node)
                if self._free_inversion:
                    return ~Bit(node)
        pairs.sort(key=lambda pair: (-pair[1], pair[0]))
        return tuple(node for node, _ in pairs), tuple(w for _, w in pairs), threshold

    def _check_bit(self, bit: Bit) -> None:
        """Refuse what is no spike line of this circuit."""
        if not isinstance(bit, Bit):
            raise TypeError(f"Source must be a bit of the circuit, not {bit!r}")
        if not CONSTANT <= bit.node < self._input_count + len(self._drafts):
            raise ValueError(
                f"Source must be a bit of circuit {self._name}, not {bit!r} of another"
            )

    def _add(
        self, sources: tuple[int, ...], weights: tuple[int, ...], threshold: int, name: str
    ) -> int:
        key = _key(sources, weights, threshold)
        if self._share and key in self._known:
            return self._known[key]
        if not self._budget.allows(weights):
            path = "/".join((self._name, *self._scopes[self._scope][0], name))
            raise ValueError(
                f"Neuron {path} must keep budget {self._budget}, not use weights {weights}"
            )
        node = self._input_count + len(self._drafts)
        self._drafts.append(_Draft(sources, weights, threshold, self._scope))
        self._hints.append(name)
        self._known[key] = node
        return node

    def _materialise(self, bit: Bit) -> Bit:
        """Return a spike line that is neither a complement nor a constant."""
        if bit.node == CONSTANT:
            return Bit(self._add((), (), 0 if bit.inverted else 1, "constant"))
        if not bit.inverted:
            return bit
        if bit.node < self._input_count:
            return Bit(self._add((bit.node,), (-1,), 0, "not"))
        draft = self._drafts[bit.node - self._input_count]
        scope, self._scope = self._scope, draft.scope
        order = sorted(
            range(len(draft.sources)), key=lambda i: (draft.weights[i], draft.sources[i])
        )
        node = self._add(
            tuple(draft.sources[i] for i in order),
            tuple(-draft.weights[i] for i in order),
            1 - draft.threshold,
            self._hints[bit.node - self._input_count],
        )
        self._scope = scope
        return Bit(node)

    def _needed(self) -> list[int]:
        if not self._simplify:
            return list(range(len(self._drafts)))
        seen: set[int] = set()
        stack = [bit.node for word in self._outputs.values() for bit in word]
        while stack:
            position = stack.pop() - self._input_count
            if position >= 0 and position not in seen:
                seen.add(position)
                stack.extend(self._drafts[position].sources)
        return sorted(seen)

    def _used_scopes(self, needed: list[int]) -> dict[int, int]:
        used = {0}
        for scope in {self._drafts[position].scope for position in needed}:
            path = self._scopes[scope][0]
            used.update(self._paths[path[:length]] for length in range(len(path) + 1))
        return {scope: index for index, scope in enumerate(sorted(used))}

    def _copy_scope(
        self, graph: NeuronGraph, index: int, scopes: dict[int, int], lines: list[Bit]
    ) -> None:
        scope = graph.scopes[index]
        parent = next(i for i, s in enumerate(graph.scopes) if s.path == scope.path[:-1])
        if parent not in scopes:
            self._copy_scope(graph, parent, scopes, lines)
        self._scope = scopes[parent]
        ports = {
            port.name: tuple(lines[n] if 0 <= n < len(lines) else ZERO for n in port.nodes)
            for port in scope.ports
        }
        with self.scope(scope.path[-1], **ports):
            scopes[index] = self._scope


def _integer(what: str, number: int) -> int:
    try:
        return operator.index(number)
    except TypeError:
        raise TypeError(f"{what} must be an integer, not {number!r}") from None


def _key(
    sources: tuple[int, ...], weights: tuple[int, ...], threshold: int
) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    order = sorted(range(len(sources)), key=lambda i: sources[i])
    return tuple(sources[i] for i in order), tuple(weights[i] for i in order), threshold
