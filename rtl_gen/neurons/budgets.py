# SPDX-License-Identifier: Apache-2.0
"""Limits that a device puts on one neuron: the largest weight and the largest fan-in."""

from collections.abc import Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.neurons.graph import NeuronGraph

__all__ = ["BUDGETS", "CHIPS", "NAMED_BUDGETS", "Budget", "find_budget", "tightest_budget"]


@dataclass(frozen=True)
class Budget:
    """Limits of one neuron.

    A limit of None means "no limit". The threshold is not limited.
    """

    name: str
    max_weight: int | None  #: Largest magnitude of a weight.
    max_fan_in: int | None  #: Largest number of synapses.
    source: str = ""  #: Where the limits of a chip are published.

    def allows(self, weights: Sequence[int]) -> bool:
        """Tell whether a neuron with these weights is within the limits."""
        if self.max_fan_in is not None and len(weights) > self.max_fan_in:
            return False
        limit = self.max_weight
        return limit is None or not weights or -limit <= min(weights) <= max(weights) <= limit

    def holds(self, graph: NeuronGraph) -> bool:
        """Tell whether every neuron of a circuit is within the limits."""
        return all(self.allows(neuron.weights) for neuron in graph.neurons)

    def is_within(self, other: "Budget") -> bool:
        """Tell whether keeping this budget means keeping another."""
        return all(
            allowed is None or (limit is not None and limit <= allowed)
            for limit, allowed in (
                (self.max_weight, other.max_weight),
                (self.max_fan_in, other.max_fan_in),
            )
        )

    def __str__(self) -> str:
        if self.max_weight is None and self.max_fan_in is None:
            return f"{self.name} (no limit)"
        limits = {"|weight|": self.max_weight, "fan-in": self.max_fan_in}
        told = [f"{name} <= {limit}" for name, limit in limits.items() if limit is not None]
        return f"{self.name} ({', '.join(told)})"


#: Named budgets, tightest first.
BUDGETS = {
    budget.name: budget
    for budget in (
        Budget("w1", max_weight=1, max_fan_in=2),
        Budget("w2", max_weight=2, max_fan_in=4),
        Budget("w8", max_weight=8, max_fan_in=8),
        Budget("free", max_weight=None, max_fan_in=None),
    )
}

#: Limits of digital chips. They are no steps between the budgets above: ``all`` leaves them out.
CHIPS = {
    budget.name: budget
    for budget in (
        Budget(
            "loihi",
            # 8 bits, with synapses that excite and synapses that inhibit; each core has so many axons
            # that come in, and a neuron has no more.
            max_weight=255,
            max_fan_in=4096,
            source="Brian2Loihi 0.5.2 (LoihiSynapses: num_weight_bits, sign_mode); Nengo Loihi "
            "(nengo_loihi/block.py: MAX_IN_AXONS)",
        ),
        Budget(
            "spinnaker",
            # A word of 16 bits, taken as signed here: some versions take it as unsigned.
            max_weight=32767,
            max_fan_in=None,
            source="sPyNNaker (neural_modelling/src/neuron/synapse_row.h: SYNAPSE_WEIGHT_BITS)",
        ),
    )
}


#: Every budget that has a name.
NAMED_BUDGETS = BUDGETS | CHIPS


def tightest_budget(graph: NeuronGraph) -> Budget:
    """Return the tightest of :data:`BUDGETS` that a circuit keeps."""
    return next(one for one in BUDGETS.values() if one.holds(graph))


def find_budget(name: Budget | str) -> Budget:
    """Return the budget called ``name``, or the one that is given.

    Raises
    ------
    ValueError
        If there is no such budget.
    """
    if isinstance(name, Budget):
        return name
    if name not in NAMED_BUDGETS:
        raise InputError(f"Budget must be one of {', '.join(NAMED_BUDGETS)}, not {name!r}")
    return NAMED_BUDGETS[name]
