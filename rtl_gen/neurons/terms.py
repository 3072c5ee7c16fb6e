# SPDX-License-Identifier: Apache-2.0
"""The synapses of a neuron that is asked for: checked, merged and simplified."""

import operator
from collections.abc import Iterable

from spikefloat.rtl_gen.neurons.bits import CONSTANT, ONE, ZERO, Bit
from spikefloat.rtl_gen.neurons.threshold import reduce_threshold

__all__ = ["Pairs", "check_bit", "check_integer", "merge_terms", "simplify_terms"]

#: Nodes and the weights of their synapses, no node twice.
Pairs = list[tuple[int, int]]


def check_integer(what: str, number: int) -> int:
    """Return a number, numpy's included, as a plain integer.

    Raises
    ------
    TypeError
        If it is no integer.
    """
    try:
        return operator.index(number)
    except TypeError:
        raise TypeError(f"{what} must be an integer, not {number!r}") from None


def check_bit(bit: Bit, node_count: int, circuit: str) -> None:
    """Refuse what is no spike line of a circuit with so many nodes.

    Raises
    ------
    TypeError
        If it is no bit.
    ValueError
        If it is of another circuit.
    """
    if not isinstance(bit, Bit):
        raise TypeError(f"Source must be a bit of the circuit, not {bit!r}")
    if not CONSTANT <= bit.node < node_count:
        raise ValueError(f"Source must be a bit of circuit {circuit}, not {bit!r} of another")


def merge_terms(
    terms: Iterable[tuple[Bit, int]], threshold: int, node_count: int, circuit: str
) -> tuple[Pairs, int]:
    """Return one synapse for each node, without complements and constants, and the threshold.

    Parameters
    ----------
    terms : iterable of (Bit, int)
        Spike lines and their weights.
    threshold : int
        Sum at which the neuron fires.
    node_count : int
        Number of nodes that the circuit has so far.
    circuit : str
        Name of the circuit, for messages.

    Raises
    ------
    TypeError
        If a weight or the threshold is no integer, or a source no bit.
    ValueError
        If a source is of another circuit.
    """
    threshold = check_integer("Threshold", threshold)
    if isinstance(terms, Bit):
        raise TypeError(f"Terms must be pairs of a bit and a weight, not the bit {terms!r} alone")
    merged: dict[int, int] = {}
    for bit, weight in terms:
        if type(bit) is not Bit or not CONSTANT <= bit[0] < node_count:
            check_bit(bit, node_count, circuit)
        if type(weight) is not int:
            weight = check_integer("Weight", weight)
        node, inverted = bit  # quicker than by name, and all circuits pass here
        if inverted:
            threshold -= weight
            weight = -weight
        if node in merged:
            merged[node] += weight
        elif node != CONSTANT:
            merged[node] = weight
    if 0 in merged.values():
        return [pair for pair in merged.items() if pair[1]], threshold
    return list(merged.items()), threshold


def simplify_terms(
    pairs: Pairs, threshold: int, *, free_inversion: bool
) -> Bit | tuple[Pairs, int]:
    """Return the spike line that a neuron repeats, or its smallest weights and threshold.

    Parameters
    ----------
    pairs : list of (int, int)
        Nodes and weights.
    threshold : int
        Sum at which the neuron fires.
    free_inversion : bool
        Whether a neuron that only inverts is the complement of a spike line.
    """
    given = tuple([weight for _, weight in pairs])
    reduced = reduce_threshold(given, threshold)
    if isinstance(reduced, bool):
        return ONE if reduced else ZERO
    weights, threshold = reduced
    if weights != given:
        pairs = [(node, w) for (node, _), w in zip(pairs, weights, strict=True) if w]
    if len(pairs) == 1:  # after reduction either a copy or an inversion
        node, weight = pairs[0]
        if weight > 0:
            return Bit(node)
        if free_inversion:
            return ~Bit(node)
    return pairs, threshold
