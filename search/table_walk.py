# SPDX-License-Identifier: Apache-2.0
"""Running the walk through networks of lookup tables, which is in ``search/tables``."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from spikefloat.rtl_gen.files import read_text, temporary_folder, write_file

from .table_network import TableNetwork, parse_tables
from .walk import compile_optimiser, run_reporting

__all__ = ["TableStep", "walk_tables"]

_SOURCES = Path(__file__).parent / "tables"


@dataclass(frozen=True, kw_only=True)
class TableStep:
    """One walk."""

    fan_in: int  #: Inputs of a table, up to 6.
    seed: int
    visits: int  #: Tables visited before it ends.
    max_depth: int = 0  #: 0 for no limit.
    temperature: float = 0.25
    slack: int = 3  #: How many more tables than the best the walk may have by doubling.
    depth_cost: float = 0.0  #: More than 0 to look for less depth first.


def walk_tables(
    network: TableNetwork,
    step: TableStep,
    folder: Path | None = None,
    report: Callable[[str], None] | None = None,
) -> TableNetwork:
    """Return the best network that a walk from ``network`` meets.

    The result depends on nothing but the arguments.

    Parameters
    ----------
    network : TableNetwork
        Where to begin; it must have at most 16 input bits.
    step : TableStep
        What to do.
    folder : Path, optional
        Where the compiled program is kept.
    report : callable, optional
        Called with "visits tables depth" for each better network.

    Raises
    ------
    InputError
        If the walk cannot begin.
    """
    with temporary_folder() as work:
        start, best = work / "start.txt", work / "best.txt"
        write_file(start, network.text())
        command = [
            compile_optimiser(folder, _SOURCES),
            start,
            best,
            step.visits,
            step.seed,
            step.max_depth,
            step.temperature,
            step.slack,
            step.depth_cost,
            step.fan_in,
        ]
        run_reporting(command, "Walk", report)
        return parse_tables(read_text(best), network)
