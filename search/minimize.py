# SPDX-License-Identifier: Apache-2.0
"""The whole search for one circuit, in rounds: what is known, walks from it, linear programs.

A round is several walks from the best circuit so far, of one length and with different seeds; the
first round begins with different circuits. Where the budget has no limits, the walks keep those of
``w8``, and linear programs then take neurons out. A circuit of more input bits than a walk takes is
improved by the mapper instead.

The result depends on the source and the plan alone, however many walks run at once, unless it is
stopped. Each circuit that is found says by which commands it is found again, one walk each.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from spikefloat.rtl_gen.circuits.small.stored import read_graph
from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.mapping.aig import Circuit
from spikefloat.rtl_gen.mapping.equivalence import prove
from spikefloat.rtl_gen.mapping.mapper import Objective, map_circuit, map_graph
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.sim.devices.operands import all_operands

from .collapse import Collapse
from .walk import Step, walk

__all__ = ["MOST_WALKED", "Found", "Plan", "Source", "Start", "minimize", "require_right"]

#: Most input bits of a walk, which keeps every pattern.
MOST_WALKED = 16
#: Visits of a walk, after which all go on from the best circuit.
_ROUND = 10_000
#: Neurons that doubling may add while depth is what counts.
_SLACK = 12
#: Effort of the mapper where it is what improves.
_EFFORT = 2

Stop = Callable[[], bool]


@dataclass(frozen=True, kw_only=True)
class Start:
    """A circuit to begin with."""

    name: str  #: What ``--start`` calls it.
    graph: NeuronGraph
    history: tuple[str, ...] = ()  #: Commands that found it, if a search did.


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is to be computed, and circuits that do."""

    circuit: Circuit
    starts: tuple[Start, ...]  #: None if the mapper is to make the first.
    #: Returns for how many combinations of operands a graph differs from the golden model.
    count_wrong: Callable[[NeuronGraph], int] | None = None
    #: Returns the command for a budget, a start, a seed and a number of steps.
    command: Callable[[Budget, str, int, int], str]
    own: str  #: What ``--start`` calls a circuit that this search found.


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a search goes."""

    budget: Budget
    objective: Objective = Objective.NEURONS
    seed: int = 0
    steps: int | None = None  #: Visits of all walks together; None for no end but the stop.
    walks: int = 4  #: Walks of a round.
    jobs: int = 1  #: Walks that run at once, which changes nothing in the result.


@dataclass(frozen=True, kw_only=True)
class Found:
    """A circuit, and how it was come by."""

    start: Start
    steps: int = 0  #: Visits of all walks until then.

    @property
    def figures(self) -> tuple[int, int]:
        """Neurons and depth."""
        return len(self.start.graph.neurons), self.start.graph.depth


def minimize(
    source: Source, plan: Plan, *, stop: Stop, tell: Callable[[str], None] = lambda _: None
) -> Iterator[Found]:
    """Yield the best circuit to begin with, then each better one; every one is proved right.

    Parameters
    ----------
    source : Source
        What is to be computed.
    plan : Plan
        How to search.
    stop : callable
        Asked now and then; once it returns true the search ends, and what it has is yielded.
    tell : callable, optional
        Called with a line of text now and then.

    Raises
    ------
    InputError
        If the budget permits no circuit, there is no compiler, or a circuit is wrong.
    """
    search = _Search(source, plan, stop, tell)
    yield search.found(0)
    taken = turn = 0
    while not stop() and (turn == 0 or plan.steps is None or taken < plan.steps):
        left = None if plan.steps is None else plan.steps - taken
        if source.circuit.aig.input_count > MOST_WALKED:
            is_better = left != 0 and search.map(turn)
            taken += left != 0
        else:
            visits = _visits(plan.walks, left)
            is_better = search.walk(turn, visits)
            taken += sum(visits)
        if is_better:
            yield search.found(taken)
        turn += 1


def _visits(walks: int, left: int | None) -> list[int]:
    """Return the length of each walk of a round."""
    if left is None:
        return [_ROUND] * walks
    return [min(_ROUND, max(0, left - i * _ROUND)) for i in range(walks) if left > i * _ROUND]


class _Search:
    """The best circuits so far, and the ways to better ones."""

    def __init__(self, source: Source, plan: Plan, stop: Stop, tell: Callable[[str], None]) -> None:
        self._source, self._plan, self._stop, self._tell = source, plan, stop, tell
        is_free = plan.budget.max_fan_in is None
        #: What walks keep to.
        self._limits = BUDGETS["w8"] if is_free else plan.budget
        self._collapses = is_free and plan.objective is Objective.NEURONS
        starts = [one for one in source.starts if plan.budget.holds(one.graph)]
        if not starts:
            mapping = map_circuit(source.circuit, plan.budget, plan.objective, stop=stop)
            starts = [Start(name="mapped", graph=mapping.graph)]
        starts.sort(key=lambda one: self._cost(one.graph))
        self._best = starts[0]
        #: Where walks begin: the circuits of the first round, then the best one.
        self._bases = [one for one in starts if self._limits.holds(one.graph)]

    def found(self, steps: int) -> Found:
        """Return the best circuit, after it was proved right."""
        start = self._best
        if not start.history:
            start = self._with_history(start, start.graph, self._plan.budget, self._plan.seed, 0)
        require_right(self._source, start)
        return Found(start=start, steps=steps)

    def map(self, turn: int) -> bool:
        """Let the mapper improve the best circuit, and tell whether it did."""
        seed = _seed(self._plan, turn)
        mapping = map_graph(
            self._best.graph,
            self._plan.budget,
            self._plan.objective,
            effort=_EFFORT,
            seed=seed,
            progress=self._tell,
            stop=self._stop,
        )
        graph = replace(mapping.graph, name=self._best.graph.name)
        end = self._with_history(self._best, graph, self._plan.budget, seed, 1)
        return self._take(end if mapping.is_complete else _ended_early(end))

    def walk(self, turn: int, visits: Sequence[int]) -> bool:
        """Walk from the circuits to begin with, and tell whether there is a better one."""
        bases = self._bases
        with ThreadPoolExecutor(max(1, min(self._plan.jobs, len(visits)))) as pool:
            walks = [
                pool.submit(
                    self._walk,
                    bases[place % len(bases)],
                    _seed(self._plan, turn * self._plan.walks + place),
                    count,
                )
                for place, count in enumerate(visits if bases else ())
            ]
            ends = [walk.result() for walk in walks]
        is_better = False
        if ends or bases:
            base = min([*bases, *ends], key=lambda one: self._cost(one.graph))
            is_better = self._take(base)
            self._bases = [base]
        if self._collapses:
            bases = [*self._bases, self._best] if self._best not in self._bases else self._bases
            for base in bases:
                is_better |= self._take(self._collapse(base, _seed(self._plan, turn)))
        return is_better

    def _walk(self, start: Start, seed: int, visits: int) -> Start:
        last = 0

        def report(line: str) -> None:
            nonlocal last
            last, neurons, depth = map(int, line.split())
            self._tell(f"{self._summary()}; a walk: {neurons} neurons, depth {depth}")

        is_flat = self._plan.objective is Objective.DEPTH
        step = Step(
            budget=self._limits.name,
            seed=seed,
            visits=visits,
            max_depth=start.graph.depth if is_flat else 0,
            slack=_SLACK if is_flat else Step.slack,
            depth_cost=1.0 if is_flat else 0.0,
        )
        graph = walk(start.graph, step, report=report, stop=self._stop)
        if not last:
            return start
        return self._with_history(start, graph, self._limits, seed, last)

    def _collapse(self, start: Start, seed: int) -> Start:
        """Take neurons out for as long as some go."""
        work = Collapse(start.graph, tuple(all_operands(start.graph).values()), seed)
        while work.shrink(self._stop):
            self._tell(f"{self._summary()}; linear programs: {len(work)} neurons")
        graph = read_graph(work.describe(), start.graph.name, self._plan.budget)
        end = self._with_history(start, graph, self._plan.budget, seed, 0)
        return _ended_early(end) if self._stop() else end

    def _with_history(
        self, start: Start, graph: NeuronGraph, budget: Budget, seed: int, steps: int
    ) -> Start:
        """Return what a step from a circuit found, with the commands that find it again."""
        command = self._source.command(budget, start.name, seed, steps)
        return Start(name=self._source.own, graph=graph, history=(*start.history, command))

    def _take(self, other: Start) -> bool:
        """Keep a circuit if it is better than the best one."""
        if self._cost(other.graph) >= self._cost(self._best.graph):
            return False
        self._best = other
        self._tell(self._summary())
        return True

    def _summary(self) -> str:
        graph = self._best.graph
        return f"best: {len(graph.neurons)} neurons, depth {graph.depth}"

    def _cost(self, graph: NeuronGraph) -> tuple[int, int]:
        return self._plan.objective.cost(len(graph.neurons), graph.depth)


def require_right(source: Source, start: Start) -> None:
    """Refuse a circuit that does not compute what it is to compute.

    Raises
    ------
    InputError
        If it does not, or its ports are others.
    """
    proof = prove(source.circuit, start.graph)
    wrong = source.count_wrong(start.graph) if proof.equal and source.count_wrong else 0
    if wrong or not proof.equal:
        raise InputError(
            f"Circuit {start.name} must compute {source.circuit.name}, not something else"
            + (f": it differs at {proof.counterexample}" if proof.counterexample else "")
        )


def _ended_early(end: Start) -> Start:
    """Return a circuit whose last command would find another one if it came to its end."""
    last = f"{end.history[-1]} # ended early: it may end elsewhere"
    return replace(end, history=(*end.history[:-1], last))


def _seed(plan: Plan, number: int) -> int:
    return (plan.seed + number) % (1 << 32)
