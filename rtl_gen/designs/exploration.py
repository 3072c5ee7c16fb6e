# SPDX-License-Identifier: Apache-2.0
"""Every known circuit for an operation, side by side: what it costs and what it stands."""

from dataclasses import dataclass, replace
from typing import Any

from spikefloat.rtl_gen.circuits.small.alternatives import alternatives
from spikefloat.rtl_gen.designs.design import Design
from spikefloat.rtl_gen.designs.instance import Instance, make_instance
from spikefloat.rtl_gen.designs.options import Objective
from spikefloat.rtl_gen.neurons.budgets import BUDGETS, Budget, tightest_budget
from spikefloat.rtl_gen.neurons.graph import NeuronGraph
from spikefloat.rtl_gen.neurons.metrics import Metrics, measure, neurons_by_scope

__all__ = ["RELEASE", "Point", "explore", "tighter_budget"]

#: Neurons and depth of the circuits in the first code release of arXiv 2512.07724, which were
#: counted by running it. They are E4M3FN without NaN operands.
RELEASE = {"multiply": (912, 74), "add": (1316, 99)}


@dataclass(frozen=True, kw_only=True)
class Point:
    """One circuit: where it is from, and its figures."""

    source: str  #: ``structured``, the name of a construction, ``stored``, or ``release``.
    library: str
    budget: str  #: The tightest named budget that it keeps.
    origin: str  #: How it was found, in a few words.
    neurons: int
    depth: int
    metrics: Metrics | None  #: None for the release, of which only the two figures are known.
    scopes: dict[str, int]  #: Neurons of each outermost scope.
    is_pareto: bool = False  #: Whether no other circuit of its budget is as good in both figures.
    chosen_for: tuple[str, ...] = ()  #: Budgets and objectives that take it, as ``w2/depth``.

    def as_dict(self) -> dict[str, Any]:
        """Return everything by name."""
        figures = (
            self.metrics.as_dict()
            if self.metrics
            else {"neurons": self.neurons, "depth": self.depth}
        )
        return {
            "source": self.source,
            "library": self.library,
            "budget": self.budget,
            "origin": self.origin,
            **figures,
            "is_pareto": self.is_pareto,
            "chosen_for": list(self.chosen_for),
            "scopes": self.scopes,
        }


def explore(design: Design, fmt: str = "e4m3fn", overflow: str | None = None) -> list[Point]:
    """Return a point for every known circuit of a design, by budget and then by neurons.

    Raises
    ------
    ValueError
        If a name is unknown, or the format is not one of the design's.
    """
    graphs: dict[tuple[str, NeuronGraph], tuple[str, str, str]] = {}
    for budget in BUDGETS.values():
        instance = make_instance(design, format=fmt, overflow=overflow, budget=budget.name)
        graph, circuit = _unnamed(instance.graph), instance.circuit
        graphs.setdefault(
            (tightest_budget(graph).name, graph),
            ("structured", "native", "the circuit in its parts"),
        )
        for other in alternatives(design.name, circuit.format, circuit.overflow, budget):
            graph = _unnamed(other.graph)
            graphs.setdefault(
                (tightest_budget(graph).name, graph), (other.name, "native", other.origin)
            )
    published = make_instance(design, format=fmt, overflow=overflow, library="published").graph
    points = [_point(graph, budget, *source) for (budget, graph), source in graphs.items()]
    points = _mark(design, fmt, overflow, points, list(graphs))
    points.append(
        _point(
            published,
            tightest_budget(published).name,
            "structured",
            "published",
            "gates of the paper",
        )
    )
    points.sort(
        key=lambda p: (list(BUDGETS).index(p.budget), p.library != "native", p.neurons, p.depth)
    )
    if fmt == "e4m3fn" and design.name in RELEASE:
        neurons, depth = RELEASE[design.name]
        points.append(
            Point(
                source="release",
                library="published",
                budget="w2",
                origin="code release of arXiv 2512.07724",
                neurons=neurons,
                depth=depth,
                metrics=None,
                scopes={},
            )
        )
    return points


def tighter_budget(instance: Instance) -> Budget | None:
    """Return the tighter budget that a circuit keeps, so that none better is known for its own.

    It is None for a circuit that was not searched for, or is not one graph.
    """
    circuit = instance.circuit
    is_searched = circuit.objective is not Objective.STRUCTURE
    if not is_searched or not instance.has_graph or instance.hardware.style.has_handshake:
        return None
    kept = tightest_budget(instance.graph)
    return kept if kept != circuit.budget and kept.is_within(circuit.budget) else None


def _unnamed(graph: NeuronGraph) -> NeuronGraph:
    """Return a graph without a name of its own, which says what it was chosen for."""
    return replace(graph, name="circuit")


def _point(graph: NeuronGraph, budget: str, source: str, library: str, origin: str) -> Point:
    metrics = measure(graph)
    return Point(
        source=source,
        library=library,
        budget=budget,
        origin=origin,
        neurons=metrics.neurons,
        depth=metrics.depth,
        metrics=metrics,
        scopes=neurons_by_scope(graph),
    )


def _mark(
    design: Design,
    fmt: str,
    overflow: str | None,
    points: list[Point],
    keys: list[tuple[str, NeuronGraph]],
) -> list[Point]:
    """Say which points are best, and for what."""
    goals: dict[NeuronGraph, list[str]] = {}
    for budget in BUDGETS:
        for objective in ("neurons", "depth"):
            graph = make_instance(
                design, format=fmt, overflow=overflow, budget=budget, objective=objective
            ).graph
            goals.setdefault(_unnamed(graph), []).append(f"{budget}/{objective}")
    marked = []
    for point, (_, graph) in zip(points, keys, strict=True):
        # A circuit of a tighter budget is a circuit of this one, too.
        rivals = [
            other for other in points if BUDGETS[other.budget].is_within(BUDGETS[point.budget])
        ]
        is_beaten = any(
            other.neurons <= point.neurons
            and other.depth <= point.depth
            and (other.neurons, other.depth) != (point.neurons, point.depth)
            for other in rivals
        )
        marked.append(
            Point(
                **{
                    **vars(point),
                    "is_pareto": not is_beaten,
                    "chosen_for": tuple(goals.get(graph, ())),
                }
            )
        )
    return marked
