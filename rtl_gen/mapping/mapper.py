# SPDX-License-Identifier: Apache-2.0
"""The threshold mapper: any combinational logic as a small or shallow graph of neurons.

A circuit is covered with neurons, several ways; the best covers are then improved by computing
neurons from other spike lines, with the patterns on which they do not matter left free. The result
is proved equal to the source, or there is no result.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import import_extra
from spikefloat.rtl_gen.mapping.adders import rewrite_adders
from spikefloat.rtl_gen.mapping.aig import Circuit, circuit_of_graph
from spikefloat.rtl_gen.mapping.cover import cover
from spikefloat.rtl_gen.mapping.equivalence import Proof, prove
from spikefloat.rtl_gen.mapping.improve import Effort, effort_level, improve
from spikefloat.rtl_gen.mapping.network import ThresholdNetwork, network_of_graph
from spikefloat.rtl_gen.neurons.budgets import Budget
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["Mapping", "MappingError", "Objective", "map_circuit", "map_graph"]

#: Fan-in that cuts are grown to where the budget allows more: their number explodes above.
_CUT_FAN_IN = 6
#: So many neurons, in all starting points together, are always worth improving.
_SMALL = 200


class Objective(StrEnum):
    """What is to be small."""

    NEURONS = "neurons"
    DEPTH = "depth"
    PRODUCT = "product"

    def cost(self, neurons: int, depth: int) -> tuple[int, int]:
        """Return what to minimise, and what to minimise next."""
        if self is Objective.NEURONS:
            return neurons, depth
        if self is Objective.DEPTH:
            return depth, neurons
        return neurons * depth, neurons


class MappingError(RuntimeError):
    """A result that could not be proved equal to its source, which is a bug of the mapper."""


@dataclass(frozen=True)
class Mapping:
    """What the mapper made, and how it was proved."""

    graph: NeuronGraph
    gates: int  #: Two-input ANDs of the source.
    covered: tuple[int, int]  #: Neurons and depth of the first cover, before it was improved.
    proof: Proof
    is_complete: bool  #: Whether the search ended by itself, not because it was stopped.
    seconds: float


def map_graph(
    graph: NeuronGraph,
    budget: Budget,
    objective: Objective = Objective.NEURONS,
    *,
    effort: int = 1,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Mapping:
    """Return a neuron graph equal to another one.

    A source within the budget is one of the starting points, so the result is never worse.

    Parameters
    ----------
    graph : NeuronGraph
        The source.
    budget, objective, effort, seed, progress, stop
        As for :func:`map_circuit`.

    Returns
    -------
    Mapping
        The result, proved equal to the source.

    Raises
    ------
    InputError
        If the budget does not permit an AND of two inputs, or the effort is out of range.
    MappingError
        If the result could not be proved equal, which would be a bug.
    MissingPackage
        If a library that the circuit needs is not installed.
    """
    return map_circuit(
        circuit_of_graph(graph),
        budget,
        objective,
        effort=effort,
        seed=seed,
        progress=progress,
        stop=stop,
        start=graph,
    )


def map_circuit(
    circuit: Circuit,
    budget: Budget,
    objective: Objective = Objective.NEURONS,
    *,
    effort: int = 1,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
    stop: Callable[[], bool] | None = None,
    start: NeuronGraph | None = None,
) -> Mapping:
    """Return a neuron graph that computes a circuit.

    Parameters
    ----------
    circuit : Circuit
        The logic.
    budget : Budget
        Limits of a neuron.
    objective : Objective
        What is to be small.
    effort : int
        From 0, only a cover, to 3. The same effort and seed always give the same result.
    seed : int
        Seed of the search.
    progress : callable, optional
        Called with a line of text now and then.
    stop : callable, optional
        Asked now and then; once it returns true the search ends, and its best result so far is
        proved.
    start : NeuronGraph, optional
        A graph that computes the circuit, to start from if it keeps the budget.

    Returns
    -------
    Mapping
        The result, proved equal to the circuit.

    Raises
    ------
    InputError
        If the budget does not permit an AND of two inputs, or the effort is out of range.
    MappingError
        If the result could not be proved equal, which would be a bug.
    MissingPackage
        If a library that the circuit needs is not installed.
    """
    began = time.perf_counter()
    progress = progress or (lambda _: None)
    stop = stop or (lambda: False)
    level = effort_level(effort)
    if not budget.allows((1, 1)):
        raise InputError(f"Budget must permit two synapses of weight 1, not be {budget}")
    threads = import_extra("threadpoolctl", "threadpoolctl", "map")
    starts = _starts(circuit, budget, level, progress, stop)
    covered = min((network.cost() for network in starts), key=lambda c: objective.cost(*c))
    if start is not None and _keeps(start, budget):
        starts.append(network_of_graph(start))
    starts.sort(key=lambda network: objective.cost(*network.cost()))
    best = starts[0]
    # Small circuits are quick, so more starting points are tried.
    count = max(level.starts, _SMALL // max(1, len(best.gates))) if effort else 0
    # The products of matrices are small: threads would wait for each other most of the time.
    with threads.threadpool_limits(limits=1, user_api="blas"):
        for number, network in enumerate(starts[:count]):
            for candidate in improve(
                network,
                circuit,
                budget,
                level,
                seed=seed + number,
                depth_first=objective is not Objective.NEURONS,
                progress=progress,
                stop=stop,
            ):
                if objective.cost(*candidate.cost()) < objective.cost(*best.cost()):
                    best = candidate
    is_complete = not stop()
    graph = best.graph()
    progress("proving equality")
    proof = prove(circuit, graph, progress)
    if not proof.equal:
        raise MappingError(
            f"Result is not equal to {circuit.name}: it differs at {proof.counterexample}"
        )
    for neuron in graph.neurons:
        if not budget.allows(neuron.weights):
            raise MappingError(
                f"Neuron {neuron.name} must keep budget {budget}, not use {neuron.weights}"
            )
    return Mapping(
        graph,
        len(circuit.aig.cone(circuit.literals)),
        covered,
        proof,
        is_complete,
        time.perf_counter() - began,
    )


def _starts(
    circuit: Circuit,
    budget: Budget,
    level: Effort,
    progress: Callable[[str], None],
    stop: Callable[[], bool],
) -> list[ThresholdNetwork]:
    """Return covers to start from, at least one."""
    size = min(budget.max_fan_in or _CUT_FAN_IN, _CUT_FAN_IN)
    networks: list[ThresholdNetwork] = []
    sources = [circuit]
    if budget.allows((1, 1, 1, -2)):
        adders = rewrite_adders(circuit)
        if adders is not None:
            sources.append(adders)
    for source in sources:
        for keep_depth in (False, True):
            if networks and stop():
                return networks
            progress(f"covering for {'depth' if keep_depth else 'neurons'}")
            networks.append(
                cover(source, budget, keep_depth=keep_depth, size=size, cut_limit=level.cuts)
            )
    return networks


def _keeps(graph: NeuronGraph, budget: Budget) -> bool:
    return all(neuron.weights and budget.allows(neuron.weights) for neuron in graph.neurons)
