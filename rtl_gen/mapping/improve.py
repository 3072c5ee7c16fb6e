# SPDX-License-Identifier: Apache-2.0
"""The order in which a cover is improved, for each level of effort."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.equivalence import EXHAUSTIVE_INPUTS
from spikefloat.rtl_gen.mapping.network import ThresholdNetwork
from spikefloat.rtl_gen.mapping.patterns import every_pattern, random_patterns
from spikefloat.rtl_gen.mapping.resubstitute import Resubstitution, Search
from spikefloat.rtl_gen.mapping.window import WindowProver
from spikefloat.rtl_gen.neurons.budgets import Budget

__all__ = ["EFFORTS", "Effort", "effort_level", "improve"]

#: Words of random patterns where not every pattern can be tried.
_SAMPLE_WORDS = 128
#: More neurons than this make a network large.
_LARGE = 400


@dataclass(frozen=True)
class Effort:
    """How much work is done."""

    cuts: int  #: Cuts of a node.
    starts: int  #: Covers that are improved.
    passes: int  #: Passes over all neurons, at most.
    rounds: int  #: Rounds of wandering, with a pass after each.
    moves: int  #: Moves of a round, in hundredths of the number of neurons.
    search: Search


#: Levels of effort, the default 1.
EFFORTS = (
    Effort(cuts=24, starts=0, passes=0, rounds=0, moves=0, search=Search()),
    Effort(cuts=24, starts=1, passes=3, rounds=0, moves=0, search=Search()),
    Effort(cuts=32, starts=2, passes=4, rounds=4, moves=50, search=Search(kept_sets=10, trials=32)),
    Effort(
        cuts=32,
        starts=3,
        passes=6,
        rounds=24,
        moves=100,
        search=Search(divisors=400, kept_sets=15, trials=48),
    ),
)


def effort_level(effort: int) -> Effort:
    """Return a level of effort.

    Raises
    ------
    ValueError
        If there is no such level.
    """
    if not 0 <= effort < len(EFFORTS):
        raise InputError(f"Effort must be between 0 and {len(EFFORTS) - 1}, not {effort!r}")
    return EFFORTS[effort]


def improve(
    network: ThresholdNetwork,
    circuit: Circuit,
    budget: Budget,
    level: Effort,
    *,
    seed: int,
    depth_first: bool,
    progress: Callable[[str], None],
    stop: Callable[[], bool],
) -> Iterator[ThresholdNetwork]:
    """Yield better networks; each computes the circuit.

    Parameters
    ----------
    network : ThresholdNetwork
        Where to start.
    circuit : Circuit
        What it computes.
    budget : Budget
        Limits of a neuron.
    level : Effort
        How much work to do.
    seed : int
        Seed of the search.
    depth_first : bool
        Whether to make it flatter before it is made smaller, and to keep its depth then.
    progress : callable
        Called with a line of text now and then.
    stop : callable
        Asked now and then; once it returns true, what there is is yielded and nothing else.
    """
    inputs = circuit.aig.input_count
    if inputs <= EXHAUSTIVE_INPUTS:
        patterns, confirm = every_pattern(inputs), None
    else:
        patterns, confirm = random_patterns(inputs, _SAMPLE_WORDS, seed), WindowProver().confirm
    work = Resubstitution(
        network.copy(), patterns, budget, level.search, seed=seed, confirm=confirm, stop=stop
    )

    def report(what: str) -> None:
        neurons, depth = work.network.cost()
        progress(f"{what}: {neurons} neurons, depth {depth}")

    def settle() -> Iterator[ThresholdNetwork]:
        # A second pass over a large network costs much and finds little.
        large = len(work.network.gates) > _LARGE
        for _ in range(1 if large else level.passes):
            if not work.shrink(report) or stop():
                break
        yield work.network.copy()

    if depth_first:
        while work.flatten():
            report("flatter")
        work.depth_limit = work.network.depth()
    yield from settle()
    for _ in range(level.rounds):
        if stop():
            break
        if depth_first and work.flatten():
            report("flatter")
            work.depth_limit = work.network.depth()
        work.wander(level.moves * len(work.network.gates) // 100, report)
        yield from settle()
