# SPDX-License-Identifier: Apache-2.0
"""Fewer neurons for any 8-bit format: random walks from the structured circuits."""

from collections.abc import Callable
from pathlib import Path

from rtl_gen.circuits.stored import StoredCircuit
from rtl_gen.designs import build, find_design, make_options
from rtl_gen.neurons.graph import NeuronGraph

from .store import DATA, describe_graph, store
from .walk import Step, walk

__all__ = ["shrink", "shrunk"]


def shrunk(
    operation: str, fmt: str, overflow: str, budget: str, *, visits: int, seed: int,
    report: Callable[[str], None] | None = None,
) -> NeuronGraph:
    """Return what a walk of some length makes of the structured circuit.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    design = find_design(operation)
    options = make_options(design, format=fmt, overflow=overflow, budget=budget)
    step = Step(budget=budget, seed=seed, visits=visits)
    return walk(build(design, options), step, report=report)


def shrink(
    operation: str, fmt: str, overflow: str, budget: str, *, visits: int, seed: int,
    folder: Path = DATA,
) -> StoredCircuit | None:
    """Search as :func:`shrunk` does, and store what was found if it is better than what is stored.

    Raises
    ------
    ValueError
        If a name is unknown.
    """
    graph = shrunk(operation, fmt, overflow, budget, visits=visits, seed=seed)
    return store(
        describe_graph(graph), operation=operation, fmt=fmt, overflow=overflow, budget=budget,
        origin=f"python -m search shrink {operation} --format {fmt} --overflow {overflow} "
               f"--budget {budget} --visits {visits} --seed {seed}",
        folder=folder)
