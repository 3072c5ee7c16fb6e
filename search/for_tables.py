# SPDX-License-Identifier: Apache-2.0
"""From a known circuit to one that takes few lookup tables, or few levels of them.

The circuit is mapped to tables by ABC, the tables are walked through, and what the walk finds is
turned back into neurons, table by table.
"""

from collections.abc import Callable
from pathlib import Path

from spikefloat.rtl_gen.circuits.small.stored import StoredCircuit
from spikefloat.rtl_gen.errors import InputError

from .shrink import start_of
from .store import DATA, describe_graph, store
from .table_network import shallow_tables
from .table_neurons import to_graph
from .table_walk import TableStep, walk_tables

__all__ = ["for_tables"]

#: Tables that doubling may add while depth is what counts.
_SLACK = 8


def for_tables(
    operation: str,
    fmt: str,
    overflow: str,
    start: str,
    objective: str,
    step: TableStep,
    *,
    folder: Path = DATA,
    report: Callable[[str], None] | None = None,
) -> StoredCircuit | None:
    """Walk, and store what was found for an objective.

    If the start has more levels than the step allows, a walk towards less depth comes first.

    Raises
    ------
    InputError
        If a name is unknown, or the walk cannot be kept within the depth.
    SynthesisError
        If Yosys is not installed.
    """
    begin = start_of(operation, fmt, overflow, "w2", start)
    network = shallow_tables(begin, step.fan_in)
    if report is not None:
        report(f"start {len(network.tables)} {network.depth}")
    if step.max_depth and network.depth > step.max_depth:
        down = TableStep(
            fan_in=step.fan_in,
            seed=step.seed,
            visits=step.visits,
            max_depth=network.depth,
            temperature=step.temperature,
            slack=_SLACK,
            depth_cost=1.0,
        )
        network = walk_tables(network, down, report=report)
        if network.depth > step.max_depth:
            raise InputError(
                f"Depth must be one that the walk reaches, as {network.depth}, not {step.max_depth}"
            )
    network = walk_tables(network, step, report=report)
    graph = to_graph(network, f"{operation}_{fmt}")
    origin = (
        f"python -m search tables {operation} --format {fmt} --overflow {overflow} "
        f"--objective {objective} --start {start} --fan-in {step.fan_in} "
        f"--depth {step.max_depth} --visits {step.visits} --seed {step.seed}"
    )
    return store(
        describe_graph(graph),
        operation=operation,
        fmt=fmt,
        overflow=overflow,
        budget="w2",
        origin=origin,
        folder=folder,
        objective=objective,
    )
