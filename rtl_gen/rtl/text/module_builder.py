# SPDX-License-Identifier: Apache-2.0
"""The module of one scope: its ports, nets, cells and registers, before any text is written."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph, Port
from spikefloat.rtl_gen.rtl.text.additions import Sum, addition_body
from spikefloat.rtl_gen.rtl.text.hierarchy import ScopeTree
from spikefloat.rtl_gen.rtl.text.items import (
    Assign,
    Cell,
    Child,
    Item,
    Line,
    ModuleBody,
    ModuleClass,
    Register,
)
from spikefloat.rtl_gen.rtl.text.names import Label, NamePool, check_identifier, split_index
from spikefloat.rtl_gen.rtl.text.nets import Layout, Net, NetBit, Role, Word, by_role, unused_net

__all__ = ["ChildModule", "Extras", "ModuleBuilder"]


class ChildModule(NamedTuple):
    """A scope directly inside: its module, and where its nodes are there."""

    scope: int
    module: ModuleClass
    layout: Layout


class Extras(NamedTuple):
    """What is besides the neurons; see :func:`~spikefloat.rtl_gen.rtl.text.netlist.build_modules`."""

    lines: Mapping[int, int]
    registers: Mapping[int, int]
    controls: Sequence[str]
    in_memory: Collection[int]


class ModuleBuilder:
    """Builds the module of one scope."""

    def __init__(self, graph: NeuronGraph, tree: ScopeTree, scope: int, extras: Extras) -> None:
        self._graph = graph
        self._tree = tree
        self._scope = scope
        self._extras = extras
        # A net called like the instance it is in would hide it, of which Verilator warns.
        self._pool = NamePool(reserved=graph.scopes[scope].path[-1] if scope else "")
        for name in extras.controls:
            self._pool.give(name)
        self._layout = Layout(self._pool)
        self._inputs: dict[int, int] = {}  # position of each node that is an input here

    def build(self, children: list[ChildModule]) -> tuple[ModuleBody, Layout]:
        """Return the module, and where its nodes are, given what is directly inside."""
        tree, scope, layout = self._tree, self._scope, self._layout
        if scope == 0:
            self._place_top_ports(children)
        else:
            layout.place(self._aliased_words())
        instances = {}
        for child, entry, _ in children:
            leaf = self._graph.scopes[child].path[-1]
            instances[child] = self._pool.give(leaf)
            while any(net.name == instances[child] for net in entry.body.nets):
                instances[child] = self._pool.give(leaf)
        layout.place(self._other_words(children, instances))
        self._inputs = {
            node: position
            for position, node in enumerate(
                node
                for net in layout.nets
                if net.role is Role.INPUT
                for node in layout.nodes[net.name]
            )
        }
        items: list[tuple[int, Item]] = [
            (node, self._neuron_item(node))
            for node in tree.local[scope]
            if node not in self._extras.lines and node not in self._extras.registers
        ]
        items += self._line_items()
        for child, entry, inner in children:
            ports = [net for net in entry.body.nets if net.role is not Role.INNER]
            items.append(
                (
                    tree.first[child],
                    Child(
                        instances[child],
                        entry.number,
                        tuple(
                            (net.name, tuple(layout.bits[node] for node in inner.nodes[net.name]))
                            for net in ports
                        ),
                    ),
                )
            )
        items.sort(key=lambda item: item[0])
        last: list[Item] = list(self._register_items())
        last += self._output_items() if scope == 0 else ()
        last.extend(self._unused_items())
        return ModuleBody(by_role(layout.nets), (*(item for _, item in items), *last)), layout

    def build_addition(self, addition: Sum) -> tuple[ModuleBody, Layout]:
        """Return the module of a scope that only adds, and where the nodes at its edge are."""
        layout = self._layout
        layout.place(self._aliased_words())
        layout.place(self._other_words([], {}))
        neurons = len(self._tree.local[self._scope])
        return addition_body(addition, layout, self._pool, neurons), layout

    def _place_top_ports(self, children: list[ChildModule]) -> None:
        """Place the ports of the circuit, and the nodes whose net is that of an output."""
        graph, layout = self._graph, self._layout
        for role, ports in ((Role.INPUT, graph.inputs), (Role.OUTPUT, graph.outputs)):
            for port in ports:
                if self._pool.give(check_identifier(port.name, "Port name")) != port.name:
                    raise InputError(
                        f"Port name must differ from every other, not be {port.name!r} again"
                    )
                net = Net(port.name, role, len(port.nodes) - 1 if len(port.nodes) > 1 else None)
                if role is Role.INPUT:
                    layout.add(net, port.nodes)
                else:
                    layout.nets.append(net)
        self._place_outputs(children)

    def _place_outputs(self, children: list[ChildModule]) -> None:
        """Place nodes that need no net of their own: their net is that of an output.

        These are the words of a child that are whole outputs, and spikes that are called like the
        output bit they drive.
        """
        graph, layout = self._graph, self._layout
        labels = {node: self._tree.labels[node] for node in self._tree.local[0]}
        origin: dict[int, int] = {}
        for child, _, inner in children:
            leaving = self._tree.leaving[child]
            labels.update((node, inner.labels[node]) for node in leaving)
            origin.update(dict.fromkeys(leaving, child))
        for port, expected in ((port, _port_labels(port)) for port in graph.outputs):
            current = [labels.get(node) for node in port.nodes]
            bases = {label[0] for label in current if label}
            origins = {origin.get(node) for node in port.nodes}
            is_word = (
                len(bases) == len(origins) == 1
                and None not in origins
                and ([label and label[1] for label in current] == [index for _, index in expected])
            )
            for node, label, target in zip(port.nodes, current, expected, strict=True):
                if node not in layout.bits and (label == target or is_word):
                    layout.bits[node] = NetBit(*target)

    def _aliased_words(self) -> list[Word]:
        """Return the words from outside that have a name of their own in this scope."""
        aliases = self._tree.aliases[self._scope]
        words = {
            split_index(port.name)[0]: Word(split_index(port.name)[0])
            for port in self._graph.scopes[self._scope].ports
        }
        for node, (base, index) in aliases.items():
            words[base].bits[index] = node, Role.INPUT
        return [word for word in words.values() if word.bits]

    def _other_words(self, children: list[ChildModule], instances: dict[int, str]) -> list[Word]:
        """Return the words from outside without an alias, of this scope and of its children."""
        tree, scope, layout = self._tree, self._scope, self._layout
        leaving = set(tree.leaving[scope])
        words: dict[tuple[str, str, str, bool, int], Word] = {}

        def add(node: int, role: Role, kind: str, prefix: str, label: Label) -> None:
            if node in layout.bits:
                return
            base, index = label
            copy = 0
            while (
                index
                in words.setdefault(
                    (kind, prefix, base, index is None, copy), Word(base, prefix)
                ).bits
            ):
                copy += 1  # words of different scopes, or names that Verilog does not tell apart
            words[kind, prefix, base, index is None, copy].bits[index] = node, role

        entering = tree.entering[scope] if scope else {}
        outside = {node: tree.outside_label(scope, node) for node in entering}
        for node in sorted(entering, key=lambda node: (entering[node], str(outside[node]))):
            prefix, label = outside[node]
            add(node, Role.INPUT, "outside", prefix, label)
        for node in tree.local[scope]:
            role = Role.OUTPUT if node in leaving else Role.INNER
            add(node, role, "here", "", tree.labels[node])
        for child, _, inner in children:
            for node in tree.leaving[child]:
                role = Role.OUTPUT if node in leaving else Role.INNER
                add(node, role, "inside", instances[child], inner.labels[node])
        return list(words.values())

    def _neuron_item(self, node: int) -> Cell | Assign:
        neuron = self._graph.neurons[node - self._graph.input_count]
        bits = self._layout.bits
        if not neuron.sources:
            return Assign((bits[node],), neuron.threshold <= 0)
        # A synapse of weight zero adds nothing; it stands for the discharge.
        discharge = next(
            (
                bits[source]
                for source, weight in zip(neuron.sources, neuron.weights, strict=True)
                if not weight
            ),
            None,
        )
        # Synapses of equal weight are interchangeable. They are put into an order that depends on
        # this scope alone, so that equal scopes have equal modules.
        synapses = sorted(
            (synapse for synapse in zip(neuron.weights, neuron.sources, strict=True) if synapse[0]),
            key=lambda synapse: (
                -synapse[0],
                self._inputs.get(synapse[1], len(self._inputs) + synapse[1]),
            ),
        )
        weights, sources = zip(*synapses, strict=True)
        return Cell(
            self._pool.give(f"{bits[node].flat_name.rstrip('_')}_cell"),
            weights,
            neuron.threshold,
            tuple(bits[source] for source in sources),
            bits[node],
            discharge,
        )

    def _line_items(self) -> Iterator[tuple[int, Line]]:
        """Yield delay lines with their first nodes; a word has a line, a memory all of a length."""
        bits = self._layout.bits
        words: dict[tuple[int, str, str], list[int]] = {}
        memories: dict[int, list[int]] = {}
        for node in self._tree.local[self._scope]:
            if node in self._extras.in_memory:
                memories.setdefault(self._extras.lines[node], []).append(node)
            elif node in self._extras.lines:
                source = self._source(node)
                key = self._extras.lines[node], bits[source].net, bits[node].net
                words.setdefault(key, []).append(node)
        named = [
            (length, f"{net.rstrip('_')}_line", nodes, False)
            for (length, _, net), nodes in words.items()
        ]
        named += [
            (length, f"delay_{length}_memory", nodes, True) for length, nodes in memories.items()
        ]
        for length, name, nodes, is_memory in named:
            yield (
                nodes[0],
                Line(
                    self._pool.give(name),
                    length,
                    tuple(bits[self._source(node)] for node in nodes),
                    tuple(bits[node] for node in nodes),
                    is_memory,
                ),
            )

    def _register_items(self) -> Iterator[Register]:
        """Yield registers by their cuts; bits of one word are together."""
        bits = self._layout.bits
        words: dict[tuple[int, str], list[int]] = {}
        for node in self._tree.local[self._scope]:
            if node in self._extras.registers:
                words.setdefault((self._extras.registers[node], bits[node].net), []).append(node)
        for (cut, _), nodes in sorted(words.items(), key=lambda word: word[0][0]):
            nodes.sort(key=lambda node: bits[node].position or 0)
            yield Register(
                cut,
                tuple(bits[node] for node in nodes),
                tuple(bits[self._source(node)] for node in nodes),
            )

    def _source(self, node: int) -> int:
        return self._graph.neurons[node - self._graph.input_count].sources[0]

    def _output_items(self) -> Iterator[Assign]:
        """Yield what joins the outputs of the circuit to the spikes that drive them."""
        bits = self._layout.bits
        for port in self._graph.outputs:
            pairs = [
                (NetBit(*label), bits[node])
                for label, node in zip(_port_labels(port), port.nodes, strict=True)
            ]
            for is_direct, run in groupby(pairs, key=lambda pair: pair[0] == pair[1]):
                if not is_direct:
                    targets, sources = zip(*run, strict=True)
                    yield Assign(targets, sources)

    def _unused_items(self) -> Iterator[Assign]:
        """Yield what gathers the spikes that nothing uses."""
        nodes = list(self._tree.local[self._scope])
        if self._scope == 0:
            nodes = [*range(self._graph.input_count), *nodes]
        unused = [node for node in nodes if node not in self._tree.used]
        if unused:
            net = unused_net(self._pool, len(unused))
            self._layout.nets.append(net)
            yield Assign(net.bits, tuple(self._layout.bits[node] for node in unused))


def _port_labels(port: Port) -> list[Label]:
    width = len(port.nodes)
    return [(port.name, index if width > 1 else None) for index in range(width)]
