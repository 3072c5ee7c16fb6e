# SPDX-License-Identifier: Apache-2.0
"""What a neuron graph costs and how much disturbance it stands."""

from collections import Counter
from dataclasses import asdict, dataclass
from functools import lru_cache

from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.threshold import reachable_sums

__all__ = ["Metrics", "measure", "neuron_margin", "neurons_by_scope"]

#: Above this fan-in the reachable sums are not listed; integer weights then give the margin.
_EXACT_FAN_IN = 20


@dataclass(frozen=True)
class Metrics:
    """Size, depth and noise margin of a circuit."""

    neurons: int  #: Number of neurons.
    depth: int  #: Neurons on the longest path from an input to an output.
    synapses: int  #: Number of synapses of all neurons.
    max_weight: int  #: Largest magnitude of a weight.
    max_fan_in: int  #: Largest number of synapses of one neuron.
    #: Smallest distance, over all neurons, of a reachable membrane sum from the analog threshold,
    #: which is drawn half a unit below the integer threshold. In units of a weight of 1.
    margin: float
    #: Smallest, over all neurons, of that distance divided by the sum of the magnitudes of the
    #: weights: how large a common relative error of all synapses may be.
    relative_margin: float

    def as_dict(self) -> dict[str, int | float]:
        """Return the figures by name."""
        return asdict(self)


@lru_cache(maxsize=4096)
def neuron_margin(weights: tuple[int, ...], threshold: int) -> float:
    """Return the smallest distance of a reachable sum from ``threshold - 0.5``.

    For a neuron with more than 20 synapses the bound for integer weights, 0.5, is returned.
    """
    if len(weights) > _EXACT_FAN_IN:
        return 0.5
    return min(abs(total - (threshold - 0.5)) for total in reachable_sums(weights))


def measure(graph: NeuronGraph) -> Metrics:
    """Return the metrics of a graph."""
    weights = [abs(weight) for neuron in graph.neurons for weight in neuron.weights]
    kinds = {(neuron.weights, neuron.threshold) for neuron in graph.neurons if neuron.weights}
    margins = {kind: neuron_margin(*kind) for kind in kinds}
    return Metrics(
        neurons=len(graph.neurons),
        depth=graph.depth,
        synapses=len(weights),
        max_weight=max(weights, default=0),
        max_fan_in=max((len(neuron.sources) for neuron in graph.neurons), default=0),
        margin=min(margins.values(), default=0.5),
        relative_margin=min(
            (margin / sum(map(abs, kind[0])) for kind, margin in margins.items()), default=0.5
        ),
    )


def neurons_by_scope(graph: NeuronGraph) -> dict[str, int]:
    """Return the number of neurons of each outermost scope, ``top`` for those outside any."""
    counts = Counter(neuron.scope for neuron in graph.neurons)
    totals: dict[str, int] = {}
    for index, scope in enumerate(graph.scopes):
        name = scope.path[0] if scope.path else "top"
        totals[name] = totals.get(name, 0) + counts[index]
    return {name: count for name, count in totals.items() if count}
