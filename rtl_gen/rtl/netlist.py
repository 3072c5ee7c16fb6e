# SPDX-License-Identifier: Apache-2.0
"""From a neuron graph to modules: hierarchy, ports and names, before any text is written.

Each scope of the graph becomes a module, and spikes that cross its edge become ports. Scopes that
turn out the same become one module with several instances.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from os.path import commonprefix
from typing import NamedTuple

from ..neurons.graph import NeuronGraph
from .hierarchy import ScopeTree
from .kinds import parse_kind_name
from .names import NamePool, check_identifier, split_index
from .nets import Layout, Net, NetBit, Role, Word

__all__ = ["Assign", "Cell", "Child", "ModuleBody", "ModuleClass", "build_modules"]


class Cell(NamedTuple):
    """An instance of a neuron kind."""

    name: str
    weights: tuple[int, ...]
    threshold: int
    sources: tuple[NetBit, ...]
    spike: NetBit


class Child(NamedTuple):
    """An instance of the module of another scope."""

    name: str
    module: int  #: Number of its class.
    connections: tuple[tuple[str, tuple[NetBit, ...]], ...]  #: Port, bits least significant first.


class Assign(NamedTuple):
    """Nets joined to others, or to a constant."""

    target: tuple[NetBit, ...]  #: Bits, least significant first.
    source: tuple[NetBit, ...] | bool


class ModuleBody(NamedTuple):
    """A module without its name, so that equal ones can be recognised."""

    nets: tuple[Net, ...]
    items: tuple[Cell | Child | Assign, ...]


@dataclass
class ModuleClass:
    """A module and where it is used."""

    number: int
    body: ModuleBody
    neurons: int  #: Number of neurons, those of its children included.
    paths: list[tuple[str, ...]] = field(default_factory=list)  #: Scopes that are instances of it.
    name: str = ""


def build_modules(graph: NeuronGraph, top: str) -> list[ModuleClass]:
    """Return the modules of a graph, the top first, each before what it contains.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    top : str
        Name of the top module; the names of the others begin with it.

    Raises
    ------
    ValueError
        If the name of a port cannot be used in Verilog.
    """
    tree = ScopeTree(graph)
    numbers: dict[ModuleBody, int] = {}
    classes: list[ModuleClass] = []
    of_scope: dict[int, ModuleClass] = {}
    layouts: dict[int, Layout] = {}
    for scope in reversed(tree.order):  # children come before their parents
        children = [(child, of_scope[child], layouts[child]) for child in tree.children[scope]]
        body, layouts[scope] = _ModuleBuilder(graph, tree, scope).build(children)
        number = numbers.setdefault(body, len(classes))
        if number == len(classes):
            neurons = len(tree.local[scope]) + sum(entry.neurons for _, entry, _ in children)
            classes.append(ModuleClass(number, body, neurons))
        of_scope[scope] = classes[number]
    for scope in tree.order:
        of_scope[scope].paths.append(graph.scopes[scope].path)
    ordered = list({of_scope[scope].number: of_scope[scope] for scope in tree.order}.values())
    _name_modules(ordered, top, {graph.scopes[scope].path: entry
                                 for scope, entry in of_scope.items()})
    return ordered


class _ModuleBuilder:
    """Builds the module of one scope."""

    def __init__(self, graph: NeuronGraph, tree: ScopeTree, scope: int) -> None:
        self._graph = graph
        self._tree = tree
        self._scope = scope
        # A net called like the instance it is in would hide it, of which Verilator warns.
        self._pool = NamePool(reserved=graph.scopes[scope].path[-1] if scope else "")
        self._layout = Layout(self._pool)

    def build(
        self, children: list[tuple[int, ModuleClass, Layout]]
    ) -> tuple[ModuleBody, Layout]:
        """Return the module and where its nodes are.

        Parameters
        ----------
        children : list of (int, ModuleClass, Layout)
            Scope, module and layout of what is directly inside.
        """
        tree, scope, layout = self._tree, self._scope, self._layout
        direct: set[int] = set()
        if scope == 0:
            direct = self._place_top_ports(children)
        else:
            layout.place(self._aliased_words())
        instances = {}
        for child, entry, _ in children:
            leaf = self._graph.scopes[child].path[-1]
            instances[child] = self._pool.give(leaf)
            while any(net.name == instances[child] for net in entry.body.nets):
                instances[child] = self._pool.give(leaf)
        layout.place(self._other_words(children, instances, direct))
        items: list[tuple[int, Cell | Child | Assign]] = [
            (node, self._neuron_item(node)) for node in tree.local[scope]]
        for child, entry, inner in children:
            ports = [net for net in entry.body.nets if net.role is not Role.INNER]
            items.append((tree.first[child], Child(instances[child], entry.number, tuple(
                (net.name, tuple(layout.bits[node] for node in inner.nodes[net.name]))
                for net in ports))))
        items.sort(key=lambda item: item[0])
        last: list[Cell | Child | Assign] = list(self._output_items()) if scope == 0 else []
        last.extend(self._unused_items())
        nets = sorted(layout.nets, key=lambda net: list(Role).index(net.role))
        return ModuleBody(tuple(nets), (*(item for _, item in items), *last)), layout

    def _place_top_ports(self, children: list[tuple[int, ModuleClass, Layout]]) -> set[int]:
        """Place the ports of the circuit; return the nodes that drive an output by themselves."""
        graph, layout = self._graph, self._layout
        for role, ports in ((Role.INPUT, graph.inputs), (Role.OUTPUT, graph.outputs)):
            for port in ports:
                self._pool.give(check_identifier(port.name, "Port name"))
                width = len(port.nodes)
                net = Net(port.name, role, *((width - 1, 0) if width > 1 else ()))
                if role is Role.INPUT:
                    layout.add(net, port.nodes)
                else:
                    layout.nets.append(net)
        # A spike that is called like the output bit it drives needs no net of its own.
        labels = {node: split_index(graph.neurons[node - graph.input_count].name)
                  for node in self._tree.local[0]}
        for _, _, inner in children:
            labels.update(inner.labels)
        direct = set()
        for port in graph.outputs:
            for index, node in enumerate(port.nodes):
                wanted = (port.name, index if len(port.nodes) > 1 else None)
                if node >= graph.input_count and labels.get(node) == wanted:
                    layout.bits[node] = NetBit(*wanted)
                    direct.add(node)
        return direct

    def _aliased_words(self) -> list[Word]:
        """Return the words from outside that have a name of their own in this scope."""
        entering = set(self._tree.entering[self._scope])
        ports = self._graph.scopes[self._scope].ports
        words = {port: Word(split_index(port.name)[0]) for port in ports}
        for port in sorted(ports, key=lambda port: len(port.nodes)):  # the narrowest says the most
            for index, node in enumerate(port.nodes):
                if node in entering:
                    entering.remove(node)
                    words[port].bits[index if len(port.nodes) > 1 else None] = node, Role.INPUT
        return [word for word in words.values() if word.bits]

    def _other_words(
        self, children: list[tuple[int, ModuleClass, Layout]], instances: dict[int, str],
        direct: set[int],
    ) -> list[Word]:
        """Return the words from outside without an alias, of this scope and of its children."""
        graph, tree, scope, layout = self._graph, self._tree, self._scope, self._layout
        leaving = set(tree.leaving[scope])
        words: dict[tuple[str, int, str, bool, int], Word] = {}

        def add(node: int, role: Role, kind: str, owner: int, prefix: str, label: Label) -> None:
            if node in layout.bits:
                return
            base, index = label
            copy = 0
            while index in words.setdefault(
                    (kind, owner, base, index is None, copy), Word(base, prefix)).bits:
                copy += 1  # only where characters that Verilog does not allow made names equal
            words[kind, owner, base, index is None, copy].bits[index] = node, role

        for node in tree.entering[scope] if scope else ():
            home = tree.home[node]
            path = graph.scopes[home].path
            add(node, Role.INPUT, "outside", home, path[-1] if path else "outer",
                _own_label(graph, node))
        for node in tree.local[scope]:
            add(node, Role.OUTPUT if node in leaving else Role.INNER, "here", scope, "",
                _own_label(graph, node))
        for child, _, inner in children:
            for node in tree.leaving[child]:
                add(node, Role.OUTPUT if node in leaving else Role.INNER, "inside", child,
                    instances[child], inner.labels[node])
        return list(words.values())

    def _neuron_item(self, node: int) -> Cell | Assign:
        neuron = self._graph.neurons[node - self._graph.input_count]
        bits = self._layout.bits
        if not neuron.sources:
            return Assign((bits[node],), neuron.threshold <= 0)
        return Cell(
            self._pool.give(f"{bits[node].flat_name}_cell"), neuron.weights, neuron.threshold,
            tuple(bits[source] for source in neuron.sources), bits[node])

    def _output_items(self) -> Iterator[Assign]:
        """Yield what joins the outputs of the circuit to the spikes that drive them."""
        bits = self._layout.bits
        for port in self._graph.outputs:
            pairs = [
                (NetBit(port.name, index if len(port.nodes) > 1 else None), bits[node])
                for index, node in enumerate(port.nodes)]
            for is_direct, run in groupby(pairs, key=lambda pair: pair[0] == pair[1]):
                if not is_direct:
                    targets, sources = zip(*run, strict=True)
                    yield Assign(targets, sources)

    def _unused_items(self) -> Iterator[Assign]:
        """Yield what gathers the spikes that nothing uses, so that a reader, or lint, can tell."""
        nodes = list(self._tree.local[self._scope])
        if self._scope == 0:
            nodes = [*range(self._graph.input_count), *nodes]
        unused = [node for node in nodes if node not in self._tree.used]
        if unused:
            high = len(unused) - 1 if len(unused) > 1 else None
            net = Net(self._pool.give("unused"), Role.INNER, high)
            self._layout.nets.append(net)
            yield Assign(net.bits, tuple(self._layout.bits[node] for node in unused))


#: Word and index that a node is called by; the index of a single spike is None.
Label = tuple[str, int | None]


def _own_label(graph: NeuronGraph, node: int) -> Label:
    """Return what a node is called where it is made."""
    if node >= graph.input_count:
        return split_index(graph.neurons[node - graph.input_count].name)
    for port in graph.inputs:
        if node <= port.nodes[-1]:
            return port.name, port.nodes.index(node) if len(port.nodes) > 1 else None
    raise AssertionError("unreachable: inputs come first")


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
