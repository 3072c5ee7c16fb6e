# SPDX-License-Identifier: Apache-2.0
"""The registers of a cut circuit as nodes of a graph, so that it can be written like any other."""

from dataclasses import dataclass

from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph, Port, Scope
from spikefloat.rtl_gen.rtl.text.names import split_index
from spikefloat.rtl_gen.rtl.timing.pipeline import Pipeline

__all__ = ["RegisteredGraph", "insert_registers"]


@dataclass(frozen=True)
class RegisteredGraph:
    """A graph some of whose neurons stand for registers.

    Such a neuron copies its one source, so that the graph as a whole computes what it did before.
    It is in the scope of the spike that it keeps, under the name of that with the number of the
    stage: ``sum_s2[3]`` is ``sum[3]`` as stage 2 sees it.
    """

    graph: NeuronGraph
    cuts: dict[int, int]  #: Number of the cut of each register, by node; cut 1 is the first.


def insert_registers(pipeline: Pipeline) -> RegisteredGraph:
    """Return the graph of a pipeline with its registers."""
    return _Inserter(pipeline).result()


class _Inserter:
    """Copies a graph node by node, with the registers of each node after it."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        graph = pipeline.graph
        self._neurons: list[Neuron] = []
        self._cuts: dict[int, int] = {}
        #: New number of each node as each stage sees it.
        self._numbers: dict[tuple[int, int], int] = {}
        self._bases = [
            {split_index(n.name)[0] for n in graph.neurons if n.scope == scope}
            for scope in range(len(graph.scopes))
        ]
        self._bases[0] |= {port.name for port in (*graph.inputs, *graph.outputs)}
        self._last = pipeline.registered
        for port in graph.inputs:
            for index, node in enumerate(port.nodes):
                self._numbers[node, 0] = node
                name = f"{port.name}[{index}]" if len(port.nodes) > 1 else port.name
                self._add_registers(node, 0, name)
        for node, neuron in graph.numbered_neurons():
            stage = pipeline.stages[node]
            sources = tuple(self._seen(source, stage) for source in neuron.sources)
            self._numbers[node, stage] = self._add(neuron._replace(sources=sources))
            self._add_registers(node, neuron.scope, neuron.name)

    def result(self) -> RegisteredGraph:
        graph, latency = self._pipeline.graph, self._pipeline.latency
        return RegisteredGraph(
            NeuronGraph(
                name=graph.name,
                inputs=graph.inputs,
                neurons=tuple(self._neurons),
                outputs=tuple(
                    Port(port.name, tuple(self._seen(node, latency) for node in port.nodes))
                    for port in graph.outputs
                ),
                scopes=tuple(
                    Scope(
                        scope.path,
                        tuple(late for port in scope.ports for late in self._late_ports(port)),
                    )
                    for scope in graph.scopes
                ),
            ),
            self._cuts,
        )

    def _add(self, neuron: Neuron) -> int:
        self._neurons.append(neuron)
        return self._pipeline.graph.input_count + len(self._neurons) - 1

    def _add_registers(self, node: int, scope: int, name: str) -> None:
        base, index = split_index(name)
        suffix = "" if index is None else f"[{index}]"
        stage = self._pipeline.stages[node]
        for cut in range(stage + 1, self._last.get(node, stage) + 1):
            late = f"{base}_s{cut}"
            while late in self._bases[scope]:
                late += "_"
            number = self._add(
                Neuron((self._numbers[node, cut - 1],), (1,), 1, scope, f"{late}{suffix}")
            )
            self._numbers[node, cut] = number
            self._cuts[number] = cut

    def _seen(self, node: int, stage: int) -> int:
        """Return the new number of a node as a stage sees it."""
        # A constant has no register: every stage sees it as it is.
        return self._numbers.get((node, stage), self._numbers[node, self._pipeline.stages[node]])

    def _late_ports(self, port: Port) -> list[Port]:
        """Return what a word from outside is called inside, in each stage that sees it."""
        # A bit that was simplified away, or is constant, has no node: -1 marks its place.
        first = tuple(
            self._numbers[node, self._pipeline.stages[node]] if node >= 0 else -1
            for node in port.nodes
        )
        ports = [Port(port.name, first)]
        for cut in range(1, self._pipeline.latency + 1):
            # Bits without a register there have no number, which no node has.
            nodes = tuple(
                self._numbers[node, cut]
                if node >= 0 and self._pipeline.stages[node] < cut and (node, cut) in self._numbers
                else -1
                for node in port.nodes
            )
            if any(node >= 0 for node in nodes):
                ports.append(Port(f"{port.name}_s{cut}", nodes))
        return ports
