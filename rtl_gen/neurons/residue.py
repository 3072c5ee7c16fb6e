# SPDX-License-Identifier: Apache-2.0
"""What is left on a membrane, and how much of it a neuron stands.

A neuron that is not discharged starts each wave from what the wave before left behind. If it leaks,
there is a bound: below it, every wave is exact whatever came before. The bound follows from the
weights and the threshold; ``docs/explanation/residue.md`` has the proof.

Here a neuron takes one step for each wave ::

    V = leak * V + bias + sum of the weights of the spikes
    it fires if V >= threshold + bias - 1/2
    then V -= threshold + bias - 1/2 (soft reset) or V = 0 (hard reset)

where the bias is 0 if the threshold is positive, and else what raises it to 1: a membrane at rest
must lie below the level at which it fires.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from spikefloat.rtl_gen.errors import InputError, find_member
from spikefloat.rtl_gen.neurons.budgets import Budget
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.threshold import reachable_sums

__all__ = [
    "RESETS",
    "Provocation",
    "Residue",
    "WeakestNeuron",
    "budget_leak_bound",
    "check_residue",
    "graph_leak_bound",
    "leak_bound",
    "membrane_range",
    "neuron_bias",
    "neuron_level",
    "provocation",
    "safe_leak",
]

#: What a spike does to the membrane: take the level from it, or return it to zero.
RESETS = ("soft", "hard")


class Residue(StrEnum):
    """What keeps residue in membranes from doing harm."""

    DISCHARGE = "discharge"  #: Every membrane is discharged before every wave.
    HARD = "hard"  #: A spike returns the membrane to zero, and leak does the rest.
    LEAK = "leak"  #: Leak alone.


#: Bits of a leak: as few as are wanted, and as many as there may be.
_LEAK_BITS = (8, 16)

_HALF = Fraction(1, 2)

#: Sums that a neuron meets: every one that its weights allow, if None.
Sums = AbstractSet[int] | None


class WeakestNeuron(NamedTuple):
    """The neuron of a circuit that stands the least leak, that is, forgets the slowest."""

    node: int | None  #: Node of the first such neuron; None if every leak below 1 will do.
    bound: Fraction  #: Its bound, which is that of the circuit.


class Provocation(NamedTuple):
    """How to make a neuron err if its leak is above the bound: charge often, then probe once."""

    charge: int  #: Sum to be repeated.
    probe: int  #: Sum that is then decided wrongly.


class _Range(NamedTuple):
    """The sums that matter, bias included, and the level to which they are compared."""

    least: int
    below: int | None  #: Greatest sum that must not fire.
    above: int | None  #: Least sum that must fire.
    greatest: int
    level: Fraction

    @property
    def gain(self) -> Fraction:
        """Greatest potential that a spike leaves with soft reset, from rest."""
        return self.greatest - self.level if self.above is not None else Fraction(0)


def neuron_bias(threshold: int) -> int:
    """Return what is added to the membrane in each wave, so that rest is below the level."""
    return max(0, 1 - threshold)


def neuron_level(threshold: int) -> Fraction:
    """Return the potential at which the membrane fires: half a unit below the least that must."""
    return threshold + neuron_bias(threshold) - _HALF


def leak_bound(
    weights: tuple[int, ...], threshold: int, reset: str = "soft", *, sums: Sums = None
) -> Fraction:
    """Return the leak below which a neuron is exact in every wave, whatever came before.

    The bound is sharp: above it, some sequence of waves makes the neuron err. At the bound itself
    no sequence of waves from rest does, but the distance to an error has no lower limit.

    Parameters
    ----------
    weights : tuple of int
        Weight of each synapse.
    threshold : int
        Sum at which the neuron fires.
    reset : str
        One of :data:`RESETS`.
    sums : set of int, optional
        The weighted sums that the neuron meets, where its spikes depend on each other.

    Returns
    -------
    Fraction
        The bound; 1 if every leak below 1 will do.

    Raises
    ------
    ValueError
        If the reset is unknown.
    """
    case = _range(weights, threshold, sums)
    above_rest, below_rest = _pushes(case, reset)
    bound = Fraction(1)
    if case.below is not None and above_rest > 0:
        room = case.level - case.below
        bound = min(bound, room / (room + above_rest))
    if case.above is not None and below_rest < 0:
        room = case.above - case.level
        bound = min(bound, room / (room - below_rest))
    return bound


def membrane_range(
    weights: tuple[int, ...],
    threshold: int,
    leak: Fraction,
    reset: str = "soft",
    *,
    sums: Sums = None,
) -> tuple[Fraction, Fraction]:
    """Return the least interval that a membrane never leaves, if the leak is within the bound.

    Raises
    ------
    ValueError
        If the reset is unknown or the leak is not at least 0 and below 1.
    """
    if not 0 <= leak < 1:
        raise InputError(f"Leak must be at least 0 and below 1, not {leak}")
    above_rest, below_rest = _pushes(_range(weights, threshold, sums), reset)
    return below_rest / (1 - leak), above_rest / (1 - leak)


def provocation(
    weights: tuple[int, ...], threshold: int, reset: str = "soft", *, sums: Sums = None
) -> Provocation | None:
    """Return sums that make a neuron err as soon as its leak is above :func:`leak_bound`.

    The sums are without bias. None if every leak below 1 will do.
    """
    case = _range(weights, threshold, sums)
    bias = neuron_bias(threshold)
    above_rest, below_rest = _pushes(case, reset)
    bound = leak_bound(weights, threshold, reset, sums=sums)
    if bound == 1:
        return None
    if case.below is not None and above_rest > 0:
        room = case.level - case.below
        if bound == room / (room + above_rest):
            charge = case.below if above_rest == case.below else case.greatest
            return Provocation(charge - bias, case.below - bias)
    assert case.above is not None  # the bound comes from one side or the other
    return Provocation(case.least - bias, case.above - bias)


def graph_leak_bound(
    graph: NeuronGraph, reset: str = "soft", *, sums: Mapping[int, AbstractSet[int]] | None = None
) -> WeakestNeuron:
    """Return the bound of a circuit: that of its weakest neuron.

    Parameters
    ----------
    graph : NeuronGraph
        The circuit.
    reset : str
        One of :data:`RESETS`.
    sums : mapping of int to set of int, optional
        For each neuron, by node, the sums that it meets; without it, those that its weights allow.
        :func:`spikefloat.sim.graphs.sums.sums_met` finds them.
    """
    weakest = WeakestNeuron(None, Fraction(1))
    for node, neuron in graph.numbered_neurons():
        if sums is None:
            bound = _kind_bound(neuron.weights, neuron.threshold, reset)
        else:
            bound = leak_bound(neuron.weights, neuron.threshold, reset, sums=sums[node])
        if bound < weakest.bound:
            weakest = WeakestNeuron(node, bound)
    return weakest


def budget_leak_bound(budget: Budget, reset: str = "soft") -> Fraction:
    """Return the least bound of all neurons that a budget allows; 0 if it sets no limit.

    With ``largest = max_weight * max_fan_in`` it is ``1 / (2 * largest)`` for soft reset and
    ``1 / (2 * largest - 1)`` for hard reset.

    Raises
    ------
    ValueError
        If the reset is unknown.
    """
    _check_reset(reset)
    if budget.max_weight is None or budget.max_fan_in is None:
        return Fraction(0)
    largest = budget.max_weight * budget.max_fan_in
    return Fraction(1, 2 * largest - (reset == "hard"))


def safe_leak(bound: Fraction) -> Fraction:
    """Return the largest leak below a bound that is a multiple of 1/256.

    If only 0 is, one more bit is tried, and so on up to 1/65536.
    """
    for bits in range(_LEAK_BITS[0], _LEAK_BITS[1] + 1):
        leak = Fraction(ceil(bound * 2**bits) - 1, 2**bits)
        if leak > 0:
            break
    return max(leak, Fraction(0))


def check_residue(residue: str, leak: Fraction | None) -> Residue:
    """Return a way to treat residue; refuse an unknown one, or a leak that it cannot have.

    Raises
    ------
    ValueError
        If the way is not one of :class:`Residue`, or the leak not at least 0 and below 1, not a
        multiple of 1/65536, or given where there is no residue.
    """
    way = find_member(Residue, "Residue", residue)
    if leak is None:
        return way
    if not 0 <= leak < 1:
        raise InputError(f"Leak must be at least 0 and below 1, not {leak}")
    if (1 << _LEAK_BITS[1]) % leak.denominator:
        raise InputError(f"Leak must be a multiple of 1/{1 << _LEAK_BITS[1]}, not {leak}")
    if way is Residue.DISCHARGE:
        raise InputError(f"Leak must be left out where membranes are discharged, not {leak}")
    return way


@lru_cache(maxsize=4096)
def _kind_bound(weights: tuple[int, ...], threshold: int, reset: str) -> Fraction:
    return leak_bound(weights, threshold, reset)


def _range(weights: tuple[int, ...], threshold: int, sums: Sums) -> _Range:
    bias = neuron_bias(threshold)
    met = {total + bias for total in (reachable_sums(weights) if sums is None else sums)}
    level = neuron_level(threshold)
    below = [total for total in met if total < level]
    above = [total for total in met if total >= level]
    return _Range(min(met), max(below, default=None), min(above, default=None), max(met), level)


def _pushes(case: _Range, reset: str) -> tuple[Fraction, Fraction]:
    """Return the greatest and the least potential that one wave adds to what leak leaves.

    Neither is on the wrong side of zero, as the membrane begins at rest.
    """
    _check_reset(reset)
    highest = max(Fraction(0), Fraction(case.below or 0))
    if reset == "soft":
        highest = max(highest, case.gain)
    # A sum that fires leaves more than zero, or nothing with hard reset.
    lowest = Fraction(min(0, case.least)) if case.below is not None else Fraction(0)
    return highest, lowest


def _check_reset(reset: str) -> None:
    if reset not in RESETS:
        raise InputError(f"Reset must be {' or '.join(RESETS)}, not {reset!r}")
