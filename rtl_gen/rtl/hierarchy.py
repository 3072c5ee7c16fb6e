# SPDX-License-Identifier: Apache-2.0
"""The scopes of a neuron graph as a tree, and which spikes cross the edge of each."""

from ..neurons.graph import NeuronGraph

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
    entering : list of list of int
        Nodes from outside that each scope uses, in the order of first use.
    leaving : list of list of int
        Nodes from inside that are used outside each scope, in the order of the nodes.
    used : set of int
        Nodes that a neuron or an output uses.
    """

    def __init__(self, graph: NeuronGraph) -> None:
        count = len(graph.scopes)
        self.local: list[list[int]] = [[] for _ in range(count)]
        self.home = [0] * graph.input_count
        for node, neuron in graph.numbered_neurons():
            self.local[neuron.scope].append(node)
            self.home.append(neuron.scope)
        self._find_tree(graph)
        self._find_crossings(graph)

    def _find_tree(self, graph: NeuronGraph) -> None:
        numbers = {scope.path: number for number, scope in enumerate(graph.scopes)}
        self.parent = [
            numbers[scope.path[:-1]] if scope.path else -1 for scope in graph.scopes]
        self.first = [
            nodes[0] if nodes else graph.node_count for nodes in self.local]
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
        # Dictionaries keep the order of first use; sets would not.
        entering: list[dict[int, None]] = [{} for _ in graph.scopes]
        leaving: list[set[int]] = [set() for _ in graph.scopes]
        uses = dict.fromkeys(
            (source, neuron.scope) for neuron in graph.neurons for source in neuron.sources)
        uses.update(dict.fromkeys((node, 0) for port in graph.outputs for node in port.nodes))
        for node, user in uses:
            inner, outer = user, self.home[node]
            while inner != outer:
                if depth[inner] >= depth[outer]:
                    entering[inner][node] = None
                    inner = self.parent[inner]
                else:
                    leaving[outer].add(node)
                    outer = self.parent[outer]
        self.entering = [list(nodes) for nodes in entering]
        self.leaving = [sorted(nodes) for nodes in leaving]
        self.used = {node for node, _ in uses}
