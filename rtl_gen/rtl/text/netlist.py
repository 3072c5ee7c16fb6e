# SPDX-License-Identifier: Apache-2.0
"""From a neuron graph to modules: hierarchy, ports and names, before any text is written.

Each scope of the graph becomes a module, and spikes that cross its edge become ports. Scopes that
turn out the same become one module with several instances.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from os.path import commonprefix
from typing import NamedTuple

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph, Port
from spikefloat.rtl_gen.rtl.text.additions import Sum, addition_body, find_sum
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
from spikefloat.rtl_gen.rtl.text.kinds import parse_kind_name
from spikefloat.rtl_gen.rtl.text.names import Label, NamePool, check_identifier, split_index
from spikefloat.rtl_gen.rtl.text.nets import Layout, Net, NetBit, Role, Word, by_role, unused_net

__all__ = ["build_modules"]


def build_modules(
    graph: NeuronGraph,
    top: str,
    *,
    lines: Mapping[int, int] | None = None,
    registers: Mapping[int, int] | None = None,
    controls: Sequence[str] = (),
    in_memory: Collection[int] = (),
    has_additions: bool = False,
) -> list[ModuleClass]:
    """Return the modules of a graph, the top first, each before what it contains.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    top : str
        Name of the top module; the names of the others begin with it.
    lines : mapping of int to int, optional
        Nodes that are no neurons but delays of their one source, and their lengths in clocks.
    registers : mapping of int to int, optional
        Nodes that are no neurons but registers of their one source, and the cuts they belong to.
    controls : sequence of str
        Names of inputs that modules have besides, such as the clock.
    in_memory : collection of int
        Which of the delays are in memories, one for all of the same length.
    has_additions : bool
        Whether a scope that adds two words becomes an addition; see
        :mod:`spikefloat.rtl_gen.rtl.text.additions`.

    Raises
    ------
    ValueError
        If the name of a port cannot be used in Verilog, or is that of a control.
    """
    extras = _Extras(lines or {}, registers or {}, controls, in_memory)
    lines, registers = extras.lines, extras.registers
    tree = ScopeTree(graph)
    numbers: dict[ModuleBody, int] = {}
    classes: list[ModuleClass] = []
    of_scope: dict[int, ModuleClass] = {}
    layouts: dict[int, Layout] = {}
    for scope in reversed(tree.order):  # children come before their parents
        children = [
            _ChildModule(child, of_scope[child], layouts[child]) for child in tree.children[scope]
        ]
        builder = _ModuleBuilder(graph, tree, scope, extras)
        found = find_sum(graph, tree, scope) if has_additions else None
        body, layouts[scope] = (
            builder.build(children) if found is None else builder.build_addition(found)
        )
        number = numbers.setdefault(body, len(classes))
        if number == len(classes):
            neurons = sum(node not in lines and node not in registers for node in tree.local[scope])
            neurons += sum(child.module.neurons for child in children)
            cuts = {registers[node] for node in tree.local[scope] if node in registers}
            cuts.update(cut for child in children for cut in child.module.cuts)
            classes.append(ModuleClass(number, body, neurons, tuple(sorted(cuts))))
        of_scope[scope] = classes[number]
    for scope in tree.order:
        of_scope[scope].paths.append(graph.scopes[scope].path)
    ordered = list({of_scope[scope].number: of_scope[scope] for scope in tree.order}.values())
    _name_modules(
        ordered, top, {graph.scopes[scope].path: entry for scope, entry in of_scope.items()}
    )
    return ordered


class _ChildModule(NamedTuple):
    scope: int
    module: ModuleClass
    layout: Layout


class _Extras(NamedTuple):
    """What is besides the neurons; see :func:`build_modules`."""

    lines: Mapping[int, int]
    registers: Mapping[int, int]
    controls: Sequence[str]
    in_memory: Collection[int]


class _ModuleBuilder:
    """Builds the module of one scope."""

    def __init__(self, graph: NeuronGraph, tree: ScopeTree, scope: int, extras: _Extras) -> None:
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

    def build(self, children: list[_ChildModule]) -> tuple[ModuleBody, Layout]:
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

    def build_addition(self, found: Sum) -> tuple[ModuleBody, Layout]:
        """Return the module of a scope that only adds, and where the nodes at its edge are."""
        layout = self._layout
        layout.place(self._aliased_words())
        layout.place(self._other_words([], {}))
        neurons = len(self._tree.local[self._scope])
        return addition_body(found, layout, self._pool, neurons), layout

    def _place_top_ports(self, children: list[_ChildModule]) -> None:
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

    def _place_outputs(self, children: list[_ChildModule]) -> None:
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
        for port, wanted in ((port, _port_labels(port)) for port in graph.outputs):
            found = [labels.get(node) for node in port.nodes]
            bases = {label[0] for label in found if label}
            origins = {origin.get(node) for node in port.nodes}
            is_word = (
                len(bases) == len(origins) == 1
                and None not in origins
                and ([label and label[1] for label in found] == [index for _, index in wanted])
            )
            for node, label, target in zip(port.nodes, found, wanted, strict=True):
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

    def _other_words(self, children: list[_ChildModule], instances: dict[int, str]) -> list[Word]:
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


def _name_modules(
    classes: list[ModuleClass], top: str, of_path: dict[tuple[str, ...], ModuleClass]
) -> None:
    """Name every module after its scopes, and after what contains it if that is not enough."""
    pool = NamePool()
    wanted = {entry.number: _common_name(entry.paths) for entry in classes}
    count = Counter(wanted.values())
    for entry in classes:  # parents come before children
        path = entry.paths[0]
        leaf = wanted[entry.number]
        if not path:
            entry.name = pool.give(check_identifier(top, "Module name"))
        elif count[leaf] > 1:
            entry.name = pool.give(f"{of_path[path[:-1]].name}_{leaf}")
        else:
            entry.name = pool.give(f"{top}_{leaf}")
        if path and parse_kind_name(entry.name) is not None:
            entry.name = pool.give(f"{entry.name}_scope")  # no neuron, so not called like one


def _common_name(paths: list[tuple[str, ...]]) -> str:
    """Return ``unpack`` for the scopes ``unpack_a`` and ``unpack_b``."""
    leaves = [path[-1] if path else "" for path in paths]
    for length in range(len(commonprefix(leaves)), 0, -1):
        rest = {leaf[length : length + 1] for leaf in leaves}
        if all(not end or end == "_" or end.isdigit() for end in rest):
            return leaves[0][:length].rstrip("_") if len(set(leaves)) > 1 else leaves[0]
    return leaves[0]
