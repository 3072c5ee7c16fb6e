# SPDX-License-Identifier: Apache-2.0
"""The cheapest circuit that tolerates a given noise: planned from criticality, proved by measuring."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from spikefloat.rtl_gen.errors import InputError, OutOfReach
from spikefloat.rtl_gen.neurons.harden import Plan, apply_plan, choose_copies, plan_cost
from spikefloat.sim.campaigns.campaign import Cell, run_cell
from spikefloat.sim.campaigns.criticality import find_criticality
from spikefloat.sim.campaigns.target import Target
from spikefloat.sim.devices.operands import operand_sample
from spikefloat.sim.devices.physics import Physics

__all__ = ["COSTS", "Hardened", "find_cheapest", "harden"]

#: What a circuit costs, by what is to be saved: neurons, synapses, or the sum of both.
COSTS: dict[str, Callable[[int, int], tuple[int, int]]] = {
    "devices": lambda neurons, synapses: (neurons + synapses, neurons),
    "neurons": lambda neurons, synapses: (neurons, synapses),
    "synapses": lambda neurons, synapses: (synapses, neurons),
}

#: Share of the permitted failures to plan for: the first that measuring confirms is taken. Below 1,
#: so that the whole confidence interval is on the right side.
_MARGINS = (0.93, 0.85, 0.7, 0.5)

#: Width of the confidence interval of the proof, as a share of the permitted failures.
_PRECISION = 0.06

_MAX_TRIALS = 1 << 23


@dataclass(frozen=True, kw_only=True)
class Hardened:
    """A circuit that tolerates the noise."""

    target: Target
    #: What measuring it gave; see :func:`spikefloat.sim.campaigns.campaign.run_cell`.
    result: dict[str, Any]


def harden(target: Target, plan: Plan) -> Target:
    """Return a target with its circuit hardened."""
    return replace(target, graph=apply_plan(target.graph, plan))


def find_cheapest(
    targets: Sequence[Target],
    physics: Physics,
    *,
    exact_rate: float = 0.999,
    cost: str = "devices",
    max_synapses: int = 1 << 17,
    seed: int = 0,
    progress: Callable[[str], None] | None = None,
) -> Hardened:
    """Return the cheapest of several circuits, hardened until the noise does not matter.

    Parameters
    ----------
    targets : sequence of Target
        Circuits for the same purpose.
    physics : Physics
        Noise on synapses and membranes.
    exact_rate : float
        Share of results that must be exact, with 95 % confidence.
    cost : str
        One of :data:`COSTS`.
    max_synapses : int
        Most synapses that a circuit may have.
    seed : int
        Of the operands and the noise of the proof.
    progress : callable, optional
        Called with a few words at the start of each step.

    Raises
    ------
    OutOfReach
        If no circuit meets the demand within the synapses.
    InputError
        If an argument is out of range.
    """
    if cost not in COSTS:
        raise InputError(f"Cost must be one of {', '.join(COSTS)}, not {cost!r}")
    if not 0 < exact_rate < 1:
        raise InputError(f"Exact rate must be between 0 and 1, not {exact_rate!r}")
    say = progress or (lambda words: None)
    failure = 1 - exact_rate
    candidates = []
    for index, target in enumerate(targets):
        say(f"Looking for critical neurons in circuit {index + 1} of {len(targets)}")
        criticality = find_criticality(target.graph, operand_sample(target.graph, seed))
        candidate = _Candidate(
            target, [exposure.sums for exposure in criticality.exposures], physics, max_synapses
        )
        first = candidate.plan(_MARGINS[0] * failure)
        if first is not None:
            price = COSTS[cost](len(target.graph.neurons), plan_cost(target.graph, first))
            candidates.append((price, index, candidate))
    for _, _, candidate in sorted(candidates, key=lambda each: each[:2]):
        for margin in _MARGINS:
            selected = candidate.plan(margin * failure)
            if selected is None:
                break
            hardened = harden(candidate.target, selected)
            say(f"Measuring a circuit of {len(hardened.graph.neurons)} neurons")
            result = run_cell(
                Cell(
                    target=hardened,
                    physics=physics,
                    seed=seed,
                    max_trials=_MAX_TRIALS,
                    precision=_PRECISION * failure,
                )
            )
            if result["ci_low"] >= exact_rate:
                return Hardened(target=hardened, result=result)
    raise OutOfReach(
        f"No circuit of up to {max_synapses} synapses gives a share of {exact_rate!r} exact results"
    )


class _Candidate(NamedTuple):
    """A circuit, and what planning its copies takes."""

    target: Target
    sums: list[dict[int, float]]
    physics: Physics
    max_synapses: int

    def plan(self, failure: float) -> Plan | None:
        """Return copies of neurons for a share of wrong results, None if that takes too many."""
        try:
            return choose_copies(
                self.target.graph,
                self.sums,
                failure=failure,
                max_synapses=self.max_synapses,
                synapse_noise=self.physics.synapse_noise,
                membrane_noise=self.physics.membrane_noise,
            )
        except OutOfReach:
            return None
