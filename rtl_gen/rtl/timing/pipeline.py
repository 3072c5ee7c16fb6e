# SPDX-License-Identifier: Apache-2.0
"""Cutting a neuron graph into stages with registers.

The stages are as fast as they can be under the timing model, that is, the slowest of them has as
few levels of lookup tables as possible; among such cuts, the one with the fewest registers is
taken. A spike that is needed in later stages has one chain of registers, which all that need it
tap.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.rtl.timing.min_registers import Condition, StageChoice
from spikefloat.rtl_gen.rtl.timing.model import LUT_INPUTS, Timing, TimingModel

__all__ = ["Pipeline", "cut", "max_stages"]


@dataclass(frozen=True)
class Pipeline:
    """A neuron graph with a stage for every node. Made by :func:`cut`."""

    graph: NeuronGraph
    latency: int  #: Clocks from operands to result, which is the number of cuts.
    stages: tuple[int, ...]  #: Number of cuts before each node; 0 for inputs.
    levels: tuple[int, ...]  #: Levels of lookup tables of each stage.

    @property
    def worst(self) -> int:
        """Levels of the slowest stage."""
        return max(self.levels)

    @property
    def registered(self) -> dict[int, int]:
        """Last stage in which each node is needed, for nodes where that is not their own."""
        graph = self.graph
        last = list(self.stages)
        for node, neuron in graph.numbered_neurons():
            for source in neuron.sources:
                last[source] = max(last[source], self.stages[node])
        for port in graph.outputs:
            for node in port.nodes:
                last[node] = self.latency
        constants = {node for node, neuron in graph.numbered_neurons() if not neuron.sources}
        return {
            node: stage
            for node, stage in enumerate(last)
            if stage > self.stages[node] and node not in constants
        }

    @property
    def registers(self) -> int:
        """Number of one-bit registers."""
        return sum(stage - self.stages[node] for node, stage in self.registered.items())


@lru_cache(maxsize=64)
def cut(graph: NeuronGraph, stages: int, lut_inputs: int = LUT_INPUTS) -> Pipeline:
    """Cut a graph with registers.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    stages : int
        Number of cuts; 0 leaves the circuit combinational.
    lut_inputs : int
        Inputs of a lookup table of the target.

    Raises
    ------
    ValueError
        If there are more cuts than make the circuit faster, or fewer than none.
    """
    most = max_stages(graph, lut_inputs)
    if not 0 <= stages <= most:
        raise InputError(f"Stages of {graph.name} must be from 0 to {most}, not {stages}")
    model = _model(graph, lut_inputs)
    uncut = [0] * graph.node_count
    worst = max(model.floor, -(-Timing(model, uncut).worst // (stages + 1)))
    while max(known := model.earliest(worst), default=0) > stages:
        worst += 1
    selected = _fewest_registers(model, stages, worst, known) if stages else uncut
    timing = Timing(model, selected)
    levels = [0] * (stages + 1)
    for node, stage in enumerate(selected):
        levels[stage] = max(levels[stage], timing.levels[node])
    return Pipeline(graph, stages, tuple(selected), tuple(levels))


@lru_cache(maxsize=64)
def max_stages(graph: NeuronGraph, lut_inputs: int = LUT_INPUTS) -> int:
    """Return the number of cuts beyond which no stage becomes faster."""
    model = _model(graph, lut_inputs)
    return max(model.earliest(model.floor), default=0)


@lru_cache(maxsize=1)
def _model(graph: NeuronGraph, lut_inputs: int) -> TimingModel:
    """Return a graph taken apart, once for how often it can be cut and for every cut of it."""
    return TimingModel(graph, lut_inputs)


def _fewest_registers(
    model: TimingModel, stages: int, worst: int, known: Sequence[int]
) -> list[int]:
    """Return stages of at most ``worst`` levels with the fewest registers.

    Conditions are added as they turn out to be needed: at first only that what is slow must be
    parted. If that leads nowhere, the lookup tables are taken from the known answer. It fulfils all
    conditions of that kind, so there always is an answer.
    """
    choice = StageChoice(model.graph, stages)
    for mapping in (None, Timing(model, known)):
        conditions: dict[Condition, None] = {}
        while (selected := choice.solve(conditions)) is not None:
            timing = Timing(model, selected)
            late = _first_late(model.graph, timing, worst)
            if not late:
                return selected
            conditions.update(
                dict.fromkeys(
                    condition
                    for node in late
                    for condition in _conditions(model, timing, mapping or timing, node)
                )
            )
    raise AssertionError("unreachable: the known answer fulfils every condition")


def _first_late(graph: NeuronGraph, timing: Timing, worst: int) -> list[int]:
    """Return the neurons of more than ``worst`` levels that do not follow another such."""
    late = {node for node in range(graph.node_count) if timing.levels[node] > worst}
    return [
        node
        for node in sorted(late)
        if not any(
            source in late and timing.stages[source] == timing.stages[node]
            for source in graph.neurons[node - graph.input_count].sources
        )
    ]


def _conditions(
    model: TimingModel, timing: Timing, mapping: Timing, node: int
) -> Iterator[Condition]:
    """Yield what a choice of stages must fulfil lest a node be late in the way it is now.

    Parameters
    ----------
    model : TimingModel
        The graph.
    timing : Timing
        The present choice.
    mapping : Timing
        Where the lookup tables are taken from.
    node : int
        A node that is late.
    """
    stage = timing.stages[node]

    def is_here(signal: int) -> bool:
        return timing.stages[model.owner(signal)] == stage

    # Outputs of the lookup tables on the way to the node, within its stage, each with the number of
    # tables on its longest way.
    distances = {node: 1}
    order = [node]
    for signal in order:
        for leaf in mapping.leaves(signal):
            is_output = is_here(leaf) and mapping.leaves(leaf)
            if is_output and distances.get(leaf, 0) <= distances[signal]:
                distances[leaf] = distances[signal] + 1
                order.append(leaf)
    torn = sorted(
        {
            Condition(model.owner(signal), other, 0)
            for signal in distances
            for other in mapping.table_neurons(signal)
            if not is_here(other)
        }
    )
    if torn:
        yield from torn
        return
    longest = max(distances.values())
    starts = {model.owner(leaf) for leaf, distance in distances.items() if distance == longest}
    for start in sorted(starts):
        if start != node:
            yield Condition(start, node, 1)
        else:  # a neuron of several tables: it needs registers at all its synapses
            sources = model.graph.neurons[node - model.graph.input_count].sources
            yield from (Condition(source, node, 1) for source in sources if is_here(source))
