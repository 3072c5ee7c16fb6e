# SPDX-License-Identifier: Apache-2.0
"""The neuron graph: a circuit as threshold neurons, immutable and hashable.

Everything else is derived from this one description: Verilog, fast simulation, statistics, noise
studies and exports. Graphs are made by
:class:`~spikefloat.rtl_gen.neurons.builder.NeuronGraphBuilder`.
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from spikefloat.rtl_gen.files import write_file
from spikefloat.rtl_gen.neurons.graph_text import graph_text

__all__ = ["PART", "Neuron", "NeuronGraph", "Port", "Scope"]


class Neuron(NamedTuple):
    """One integrate-and-fire neuron, used as a linear threshold function.

    It fires when ``sum(weight * spike)`` over its synapses reaches ``threshold``. The sums are
    integers, so the analog threshold is drawn at ``threshold - 0.5``, half a unit from either side
    (AND: weights 1 and 1, threshold 2, drawn at 1.5 as in the paper).

    A neuron without synapses is a constant: it always fires if its threshold is 0 or less.
    """

    sources: tuple[int, ...]  #: Node of each synapse.
    weights: tuple[int, ...]  #: Weight of each synapse; never zero.
    threshold: int
    scope: int  #: Index into :attr:`NeuronGraph.scopes`.
    name: str  #: Name within the scope, such as ``carry`` or ``sum[3]``; unique there.


class Port(NamedTuple):
    """A named word at the edge of a graph."""

    name: str
    nodes: tuple[int, ...]  #: Node of each bit, least significant first.


#: What the name of a scope begins with that synthesis maps by itself, so that what was found for its
#: lookup tables is not taken apart again.
PART = "mapped_"


class Scope(NamedTuple):
    """A named part of a circuit."""

    path: tuple[str, ...]  #: Names from the outermost scope inwards; empty for the whole circuit.
    ports: tuple[Port, ...]  #: What words from outside are called inside.


@dataclass(frozen=True, repr=False)
class NeuronGraph:
    """A combinational circuit of neurons.

    Nodes are numbered: first the bits of the inputs in the order of the ports, least significant
    first, then the neurons in topological order.
    """

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    neurons: tuple[Neuron, ...]
    scopes: tuple[Scope, ...]  #: Entry 0 is the whole circuit; parents come before children.

    @cached_property
    def input_count(self) -> int:
        """Number of input bits, which is also the node number of the first neuron."""
        return sum(len(port.nodes) for port in self.inputs)

    @property
    def node_count(self) -> int:
        """Number of input bits and neurons."""
        return self.input_count + len(self.neurons)

    @cached_property
    def layers(self) -> tuple[int, ...]:
        """Layer of each node: 0 for inputs and constants, else one more than the deepest source."""
        layers = [0] * self.input_count
        for neuron in self.neurons:
            layers.append(1 + max((layers[source] for source in neuron.sources), default=-1))
        return tuple(layers)

    @property
    def depth(self) -> int:
        """Number of neurons on the longest path from an input to an output."""
        return max((self.layers[node] for port in self.outputs for node in port.nodes), default=0)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the whole description, names included, in hexadecimal."""
        text = repr((self.name, self.inputs, self.outputs, self.neurons, self.scopes))
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.inputs, self.outputs, self.neurons, self.scopes))

    def __hash__(self) -> int:
        return self._hash

    def __str__(self) -> str:
        ports = [
            ", ".join(f"{port.name}[{len(port.nodes)}]" for port in side)
            for side in (self.inputs, self.outputs)
        ]
        return f"{self.name}: {' -> '.join(ports)}, {len(self.neurons)} neurons, depth {self.depth}"

    def __repr__(self) -> str:
        return f"<NeuronGraph {self}>"

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the graph to a file, whole or not at all, and return its path.

        The same graph gives the same bytes; :mod:`~spikefloat.rtl_gen.neurons.graph_text` describes
        them, and :func:`~spikefloat.rtl_gen.neurons.graph_files.load_graph` reads them.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        return write_file(path, graph_text(self))

    def numbered_neurons(self) -> Iterator[tuple[int, Neuron]]:
        """Yield each neuron with its node number, in topological order."""
        return enumerate(self.neurons, start=self.input_count)

    def path(self, neuron: Neuron) -> str:
        """Return where a neuron is: the names of its scopes, and its own, as ``round/carry``."""
        return "/".join((*self.scopes[neuron.scope].path, neuron.name))

    def input(self, name: str) -> Port:
        """Return the input port called ``name``.

        Raises
        ------
        ValueError
            If there is no such port.
        """
        return _find(self.inputs, name, f"Input of {self.name}")

    def output(self, name: str) -> Port:
        """Return the output port called ``name``.

        Raises
        ------
        ValueError
            If there is no such port.
        """
        return _find(self.outputs, name, f"Output of {self.name}")


def _find(ports: tuple[Port, ...], name: str, what: str) -> Port:
    for port in ports:
        if port.name == name:
            return port
    raise ValueError(f"{what} must be one of {', '.join(p.name for p in ports)}, not {name!r}")
