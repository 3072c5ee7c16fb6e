# SPDX-License-Identifier: Apache-2.0
"""Limits that a device puts on one neuron: the largest weight and the largest fan-in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from spikefloat.rtl_gen.errors import InputError

__all__ = ["BUDGETS", "Budget", "find_budget", "tightest_budget"]


@dataclass(frozen=True)
class Budget:
    """Limits of one neuron.

    A limit of None means "no limit". The threshold is not limited.
    """

    name: str
    max_weight: int | None  #: Largest magnitude of a weight.
    max_fan_in: int | None  #: Largest number of synapses.

    def allows(self, weights: Sequence[int]) -> bool:
        """Tell whether a neuron with these weights is within the limits."""
        if self.max_fan_in is not None and len(weights) > self.max_fan_in:
            return False
        limit = self.max_weight
        return limit is None or not weights or -limit <= min(weights) <= max(weights) <= limit

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
        return f"{self.name} (|weight| <= {self.max_weight}, fan-in <= {self.max_fan_in})"


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


def tightest_budget(neurons: Iterable[Iterable[int]]) -> Budget:
    """Return the tightest named budget that neurons keep, each given by its weights."""
    weights = [tuple(neuron) for neuron in neurons]
    return next(one for one in BUDGETS.values() if all(map(one.allows, weights)))


def find_budget(name: Budget | str) -> Budget:
    """Return the budget called ``name``, or the one that is given.

    Raises
    ------
    ValueError
        If there is no such budget.
    """
    if isinstance(name, Budget):
        return name
    try:
        return BUDGETS[name]
    except KeyError:
        raise InputError(f"Budget must be one of {', '.join(BUDGETS)}, not {name!r}") from None
