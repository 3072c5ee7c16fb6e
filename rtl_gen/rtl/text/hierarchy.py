# SPDX-License-Identifier: Apache-2.0
"""The scopes of a neuron graph as a tree, and which spikes cross the edge of each."""

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.text.names import Label, split_index

__all__ = ["ScopeTree"]


class ScopeTree:
    """Scopes of a graph.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.

    Attributes
    ----------
    order : list of int
        Scopes that have neurons, inside them or in scopes within, each before those within; the
        whole circuit, 0, is always there.
    parent : list of int
        Enclosing scope of each scope; -1 for the whole circuit.
    children : list of list of int
        Scopes directly within each scope, of those in ``order``.
    first : list of int
        First node of each scope and the scopes within.
    local : list of list of int
        Nodes of the neurons directly in each scope.
    home : list of int
        Scope of each node; 0 for inputs.
    entering : list of dict of int to (int, int)
        Nodes from outside that each scope uses, and by what first: the number of a neuron and the
        negated weight. The order of first uses does not depend on the numbers of these nodes, so
        that it is the same in equal scopes.
    leaving : list of list of int
        Nodes from inside that are used outside each scope, in the order of the nodes.
    used : set of int
        Nodes that a neuron or an output uses.
    labels : list of (str, int or None)
        Word and index of each node, as it is called where it is made.
    aliases : list of dict of int to (str, int or None)
        Word and index of nodes from outside that have a name of their own in each scope. Of several
        words, the narrowest one says the most.
    """

    def __init__(self, graph: NeuronGraph) -> None:
        count = len(graph.scopes)
        self.local: list[list[int]] = [[] for _ in range(count)]
        self.home = [0] * graph.input_count
        for node, neuron in graph.numbered_neurons():
            self.local[neuron.scope].append(node)
            self.home.append(neuron.scope)
        self._find_tree(graph)
        self._leaf = [scope.path[-1] if scope.path else "" for scope in graph.scopes]
        self._find_crossings(graph)
        self._find_labels(graph)

    def _find_tree(self, graph: NeuronGraph) -> None:
        numbers = {scope.path: number for number, scope in enumerate(graph.scopes)}
        self.parent = [numbers[scope.path[:-1]] if scope.path else -1 for scope in graph.scopes]
        self.first = [nodes[0] if nodes else graph.node_count for nodes in self.local]
        for scope in reversed(range(1, len(graph.scopes))):
            parent = self.parent[scope]
            self.first[parent] = min(self.first[parent], self.first[scope])
        self.children: list[list[int]] = [[] for _ in graph.scopes]
        for scope in range(1, len(graph.scopes)):
            if self.first[scope] < graph.node_count:
                self.children[self.parent[scope]].append(scope)
        self.order: list[int] = []
        stack = [0]
        while stack:
            scope = stack.pop()
            self.order.append(scope)
            stack.extend(reversed(self.children[scope]))

    def _find_crossings(self, graph: NeuronGraph) -> None:
        depth = [len(scope.path) for scope in graph.scopes]
        self.entering: list[dict[int, tuple[int, int]]] = [{} for _ in graph.scopes]
        leaving: list[set[int]] = [set() for _ in graph.scopes]
        # First use of each node in each scope.
        uses: dict[tuple[int, int], tuple[int, int]] = {}
        for user, neuron in graph.numbered_neurons():
            for source, weight in zip(neuron.sources, neuron.weights, strict=True):
                use = uses.setdefault((source, neuron.scope), (user, -weight))
                if use > (user, -weight):
                    uses[source, neuron.scope] = user, -weight
        for port in graph.outputs:
            for node in port.nodes:
                uses.setdefault((node, 0), (graph.node_count, 0))
        for (node, scope), use in uses.items():
            inner, outer = scope, self.home[node]
            while inner != outer:
                if depth[inner] >= depth[outer]:
                    first = self.entering[inner].setdefault(node, use)
                    if first > use:
                        self.entering[inner][node] = use
                    inner = self.parent[inner]
                else:
                    leaving[outer].add(node)
                    outer = self.parent[outer]
        self.leaving = [sorted(nodes) for nodes in leaving]
        self.used = {node for node, _ in uses}

    def _find_labels(self, graph: NeuronGraph) -> None:
        self.labels: list[Label] = []
        for port in graph.inputs:
            width = len(port.nodes)
            self.labels.extend((port.name, i if width > 1 else None) for i in range(width))
        self.labels.extend(split_index(neuron.name) for neuron in graph.neurons)
        self.aliases: list[dict[int, Label]] = []
        for scope, entering in zip(graph.scopes, self.entering, strict=True):
            aliases: dict[int, Label] = {}
            for port in sorted(scope.ports, key=lambda port: len(port.nodes)):
                name, width = split_index(port.name)[0], len(port.nodes)
                for index, node in enumerate(port.nodes):
                    if node in entering:
                        aliases.setdefault(node, (name, index if width > 1 else None))
            self.aliases.append(aliases)

    def outside_label(self, scope: int, node: int) -> tuple[str, Label]:
        """Return what a scope calls a node from outside: a prefix in case of need, and a label.

        It is the alias of the nearest scope that has one, or else what it is called where it is
        made.
        """
        while scope and node in self.entering[scope]:
            label = self.aliases[scope].get(node)
            if label is not None:
                return "outer", label
            scope = self.parent[scope]
        home = self.home[node]
        # A scope that is a part of the one reached has a name that is the same in equal circuits.
        prefix = self._leaf[home] if home != scope else "outer"
        return prefix, self.labels[node]
