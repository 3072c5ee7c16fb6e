# SPDX-License-Identifier: Apache-2.0
"""Building a neuron graph, with simplification on the way."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from spikefloat.rtl_gen.neurons.bits import CONSTANT, ONE, ZERO, Bit, Word, constant
from spikefloat.rtl_gen.neurons.budgets import Budget, find_budget
from spikefloat.rtl_gen.neurons.drafts import Draft, DraftTable
from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph, Port
from spikefloat.rtl_gen.neurons.naming import NameGiver, check_name
from spikefloat.rtl_gen.neurons.scopes import ScopeTable
from spikefloat.rtl_gen.neurons.terms import (
    Pairs,
    check_bit,
    check_integer,
    merge_terms,
    simplify_terms,
)

__all__ = ["ONE", "ZERO", "Bit", "NeuronGraphBuilder", "Word", "constant"]


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
    budget : Budget or str
        Limits that each neuron must keep, or the name of known ones.
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
        budget: Budget | str = "free",
        simplify: bool = True,
        share: bool = True,
        free_inversion: bool = True,
    ) -> None:
        check_name(name, "Circuit name")
        self._name = name
        self._budget = find_budget(budget)
        self._simplify = simplify
        self._free_inversion = free_inversion
        self._inputs: dict[str, Word] = {}
        self._outputs: dict[str, Word] = {}
        self._drafts = DraftTable(share=simplify and share)
        self._scopes = ScopeTable()
        self._words: dict[tuple[int, str], int] = {}

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
        width = check_integer(f"Width of input {name!r}", width)
        if name in self._inputs:
            raise ValueError(f"Input name must be unique, not {name!r}")
        if width < 1:
            raise ValueError(f"Width of input {name!r} must be positive, not {width!r}")
        if self._drafts:
            raise ValueError(f"Input {name!r} must be added before the first neuron")
        first = self._drafts.input_count
        self._drafts.input_count += width
        self._inputs[name] = bits = tuple(Bit(first + i) for i in range(width))
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
            check_bit(bit, self._drafts.node_count, self._name)
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
        with self._scopes.at(self._scopes.open(name, ports)):
            yield

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
        return reduced if isinstance(reduced, Bit) else self._find_or_add(*reduced, name)

    def fitting_neuron(
        self, terms: Iterable[tuple[Bit, int]], threshold: int, name: str = "n"
    ) -> Bit | None:
        """Return the same as :meth:`neuron`, or None if the neuron would break the budget."""
        reduced = self._reduce(terms, threshold)
        if isinstance(reduced, Bit):
            return reduced
        if not self._budget.allows([weight for _, weight in reduced[0]]):
            return None
        return self._find_or_add(*reduced, name)

    def name_word(self, name: str, bits: Sequence[Bit]) -> Word:
        """Call the bits of a word ``name[0]``, ``name[1]`` and so on; return them as a word.

        Only neurons of the current scope are named. The last name wins, so that a caller can say
        what the result of a general block is to it. A name that is taken in the scope gets a
        number. Where the word has the complement of a neuron, the neuron is ``name_n[...]``.
        """
        scope = self._scopes.current
        number = self._words[scope, name] = self._words.get((scope, name), 0) + 1
        if number > 1:
            name = f"{name}_{number}"
        for index, bit in enumerate(bits):
            self._drafts.rename(bit.node, scope, f"{name}{'_n' if bit.inverted else ''}[{index}]")
        return tuple(bits)

    def rename(self, name: str, bit: Bit) -> Bit:
        """Name the neuron of a bit, if it is of the current scope, and return the bit."""
        self._drafts.rename(bit.node, self._scopes.current, f"{name}_n" if bit.inverted else name)
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
        copies = {0: self._scopes.current}
        for neuron in graph.neurons:
            terms = zip((lines[s] for s in neuron.sources), neuron.weights, strict=True)
            with self._scopes.at(self._scopes.copy(graph, neuron.scope, copies, lines)):
                lines.append(self.neuron(terms, neuron.threshold, neuron.name))
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
        drafts = self._drafts
        first = drafts.input_count
        needed: Sequence[int] = range(first, drafts.node_count)
        if self._simplify:
            needed = drafts.needed(bit.node for word in self._outputs.values() for bit in word)
        nodes = {node: number for number, node in enumerate((*range(first), *needed))}
        scopes = self._scopes.renumber({drafts[node].scope for node in needed})
        names = NameGiver()
        return NeuronGraph(
            name=self._name,
            inputs=tuple(Port(n, tuple(b.node for b in w)) for n, w in self._inputs.items()),
            outputs=tuple(
                Port(n, tuple(nodes[b.node] for b in w)) for n, w in self._outputs.items()
            ),
            neurons=tuple(
                Neuron(
                    tuple(nodes[source] for source in draft.sources),
                    draft.weights,
                    draft.threshold,
                    scopes[draft.scope],
                    names.unique(draft.scope, drafts.name(node)),
                )
                for node, draft in ((node, drafts[node]) for node in needed)
            ),
            scopes=self._scopes.finish(scopes, nodes),
        )

    # ------------------------------------------------------------------------------- internals

    def _reduce(self, terms: Iterable[tuple[Bit, int]], threshold: int) -> Bit | tuple[Pairs, int]:
        """Return an existing spike line, or synapses and threshold of a new neuron."""
        pairs, threshold = merge_terms(terms, threshold, self._drafts.node_count, self._name)
        if self._simplify:
            return simplify_terms(pairs, threshold, free_inversion=self._free_inversion)
        return pairs, threshold

    def _find_or_add(self, pairs: Pairs, threshold: int, name: str) -> Bit:
        if self._free_inversion:
            opposite = self._drafts.find([(node, -w) for node, w in pairs], 1 - threshold)
            if opposite is not None:
                return ~Bit(opposite)
        return Bit(self._add(pairs, threshold, name))

    def _add(self, pairs: Pairs, threshold: int, name: str) -> int:
        known = self._drafts.find(pairs, threshold)
        if known is not None:
            return known
        synapses = sorted([(-weight, node) for node, weight in pairs])
        weights = tuple([-weight for weight, _ in synapses])
        scope = self._scopes.current
        if not self._budget.allows(weights):
            path = "/".join((self._name, *self._scopes.path(scope), name))
            raise ValueError(
                f"Neuron {path} must keep budget {self._budget}, not use weights {weights}"
            )
        sources = tuple([node for _, node in synapses])
        return self._drafts.add(Draft(sources, weights, threshold, scope), name)

    def _materialise(self, bit: Bit) -> Bit:
        """Return a spike line that is neither a complement nor a constant."""
        if bit.node == CONSTANT:
            return Bit(self._add([], 0 if bit.inverted else 1, "constant"))
        if not bit.inverted:
            return bit
        if bit.node < self._drafts.input_count:
            return Bit(self._add([(bit.node, -1)], 0, "not"))
        draft = self._drafts[bit.node]
        opposite = [(node, -w) for node, w in zip(draft.sources, draft.weights, strict=True)]
        with self._scopes.at(draft.scope):
            return Bit(self._add(opposite, 1 - draft.threshold, self._drafts.name(bit.node)))
