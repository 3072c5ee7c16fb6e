# SPDX-License-Identifier: Apache-2.0
"""Circuits that stand more noise: synapses in parallel, and neurons that do the same.

Where each synapse has noise of its own, a weight of 2 has twice the noise of a weight of 1, but two
synapses of weight 1 have only sqrt(2) times as much. In a hardened neuron every synapse therefore
has weight 1 or -1, and a weight of ``w`` is ``copies * |w|`` of them. The signal grows by
``copies``, the noise by its square root, and the threshold goes along.

A neuron can also be made several times; those that read it spread their synapses over all of them.
That helps against faults of neurons. Against noise it helps less than the same synapses elsewhere.

All that is added is in the graph: a source that a neuron names several times is as many synapses.
"""

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from spikefloat.rtl_gen.errors import InputError, OutOfReach
from spikefloat.rtl_gen.neurons.graph import Neuron, NeuronGraph, Port, Scope

__all__ = ["Copies", "Plan", "apply_plan", "choose_copies", "plan_cost"]


class Copies(NamedTuple):
    """How one neuron is hardened."""

    copies: int  #: Synapses in parallel for each unit of weight; 0 for a neuron left as it is.
    threshold: int  #: Threshold that goes with it.


#: How each neuron is hardened, in the order of the neurons.
Plan = Sequence[Copies]


def _choices(neuron: Neuron, copies: int) -> list[Copies]:
    """Return the thresholds nearest to the middle between the sums on both sides.

    The middle is at ``copies * (threshold - 0.5)``, and the analog threshold at an integer less
    0.5. For an even number there are two that are equally near.
    """
    if copies == 0:
        return [Copies(0, neuron.threshold)]
    lower = copies * neuron.threshold - copies // 2
    return [Copies(copies, lower)] + ([Copies(copies, lower + 1)] if copies % 2 == 0 else [])


def _synapses(neuron: Neuron, copies: int) -> int:
    return copies * sum(map(abs, neuron.weights)) if copies else len(neuron.weights)


def plan_cost(graph: NeuronGraph, plan: Plan) -> int:
    """Return the number of synapses of a hardened circuit."""
    return sum(
        _synapses(neuron, choice.copies) for neuron, choice in zip(graph.neurons, plan, strict=True)
    )


def _failure(
    neuron: Neuron,
    choice: Copies,
    sums: Mapping[int, float],
    synapse_noise: float,
    membrane_noise: float,
) -> float:
    """Return how often a mistake of a neuron reaches the output."""
    scale = choice.copies or 1
    square = (
        choice.copies * sum(map(abs, neuron.weights))
        if choice.copies
        else sum(weight * weight for weight in neuron.weights)
    )
    noise = math.hypot(synapse_noise * math.sqrt(square), membrane_noise)
    if not noise:
        return 0.0
    return sum(
        share
        * 0.5
        * math.erfc(abs(scale * total - choice.threshold + 0.5) / (noise * math.sqrt(2)))
        for total, share in sums.items()
    )


def choose_copies(
    graph: NeuronGraph,
    exposures: Iterable[Mapping[int, float]],
    *,
    failure: float,
    synapse_noise: float = 0.0,
    membrane_noise: float = 0.0,
    max_synapses: int = 1 << 17,
) -> list[Copies]:
    """Return the plan with few synapses that keeps the sum of all failures below a bound.

    Synapses are added, step by step, where they reduce the failures most for their number.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    exposures : iterable of mapping of int to float
        For each neuron and sum of its membrane, the share of the operands for which the sum is met
        and a mistake of the neuron reaches the output.
    failure : float
        Bound on the share of wrong results.
    synapse_noise, membrane_noise : float
        Standard deviations of the noise.
    max_synapses : int
        Most synapses of the circuit.

    Raises
    ------
    InputError
        If the bound is not positive.
    OutOfReach
        If the bound is not met with that many synapses.
    """
    if not failure > 0:
        raise InputError(f"Failure must be positive, not {failure!r}")
    sums = list(exposures)

    def best(index: int, copies: int) -> tuple[float, Copies]:
        neuron = graph.neurons[index]
        return min(
            (_failure(neuron, choice, sums[index], synapse_noise, membrane_noise), choice)
            for choice in _choices(neuron, copies)
        )

    now = [best(index, 0) for index in range(len(graph.neurons))]
    total = math.fsum(share for share, _ in now)
    queue: list[tuple[float, int, float, Copies]] = []

    def propose(index: int) -> None:
        """Put the best next step of a neuron into the queue: the one that gains most a synapse."""
        share, choice = now[index]
        neuron = graph.neurons[index]
        steps = []
        # Looking some steps ahead gets over even numbers, which are no better than the odd before.
        stride = 1 + choice.copies // 32
        for copies in range(choice.copies + 1, choice.copies + 1 + 6 * stride, stride):
            cost = _synapses(neuron, copies) - _synapses(neuron, choice.copies)
            share_then, choice_then = best(index, copies)
            if share_then < share:
                steps.append(((share_then - share) / max(cost, 1), index, share_then, choice_then))
        if steps:
            heapq.heappush(queue, min(steps))

    for index in range(len(now)):
        if now[index][0]:
            propose(index)
    synapses = sum(len(neuron.sources) for neuron in graph.neurons)
    while total > failure or synapses > max_synapses:
        if not queue or synapses > max_synapses:
            raise OutOfReach(
                f"Failure must be at least {total:.3g} with {max_synapses} synapses, "
                f"not {failure!r}"
            )
        _, index, share, choice = heapq.heappop(queue)
        neuron = graph.neurons[index]
        synapses += _synapses(neuron, choice.copies) - _synapses(neuron, now[index][1].copies)
        now[index] = share, choice
        total = math.fsum(one for one, _ in now)
        propose(index)
    return [choice for _, choice in now]


def apply_plan(
    graph: NeuronGraph, plan: Plan, *, replicas: Sequence[int] | None = None
) -> NeuronGraph:
    """Return the hardened circuit.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    plan : sequence of Copies
        How each neuron is hardened.
    replicas : sequence of int, optional
        How many times each neuron is made; an output is read from the first.

    Raises
    ------
    ValueError
        If there are more replicas than a neuron that reads them has synapses for.
    """
    times = list(replicas or [1] * len(graph.neurons))
    lines: list[list[int]] = [[node] for node in range(graph.input_count)]
    neurons: list[Neuron] = []
    for neuron, choice, count in zip(graph.neurons, plan, times, strict=True):
        copies = choice.copies
        widest = max((len(lines[source]) for source in neuron.sources), default=1)
        if widest > max(copies, 1):
            raise InputError(
                f"Copies of neuron {neuron.name} must be at least {widest}, one for each replica "
                f"it reads, not {copies}"
            )
        sources, weights = neuron.sources, neuron.weights
        if copies:
            pairs = [
                (line, 1 if weight > 0 else -1)
                for source, weight in zip(sources, weights, strict=True)
                for line in _spread(lines[source], copies * abs(weight))
            ]
            sources, weights = tuple(s for s, _ in pairs), tuple(w for _, w in pairs)
        made = []
        for index in range(count):
            base, bracket, bit = neuron.name.partition("[")
            name = f"{base}_replica_{index}{bracket}{bit}" if index else neuron.name
            made.append(graph.input_count + len(neurons))
            neurons.append(Neuron(sources, weights, choice.threshold, neuron.scope, name))
        lines.append(made)

    def port(old: Port) -> Port:
        return Port(old.name, tuple(node if node < 0 else lines[node][0] for node in old.nodes))

    return NeuronGraph(
        name=graph.name,
        inputs=graph.inputs,
        outputs=tuple(port(output) for output in graph.outputs),
        neurons=tuple(neurons),
        scopes=tuple(Scope(s.path, tuple(port(p) for p in s.ports)) for s in graph.scopes),
    )


def _spread(lines: Sequence[int], count: int) -> list[int]:
    """Return as many lines as asked for, each as often as any other, equal ones side by side."""
    return sorted(lines[i % len(lines)] for i in range(count))
