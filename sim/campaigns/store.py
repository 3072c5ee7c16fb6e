# SPDX-License-Identifier: Apache-2.0
"""Running the cells of a campaign: on one process, all cores or a cluster, and keeping results.

Finished cells go to one SQLite file, each in a transaction of its own. A campaign that was
interrupted goes on where it stopped, and cells that two campaigns have in common are run once.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Protocol

from spikefloat.rtl_gen.errors import InputError
from spikefloat.rtl_gen.extras import import_extra
from spikefloat.sim.campaigns.campaign import Cell, run_cell
from spikefloat.sim.devices.operands import circuit_leak_bound

__all__ = ["ResultStore", "Stored", "campaign_rows", "run_campaign"]

#: How often a cell is tried again if the worker that ran it is lost.
_RETRIES = 5


class Stored(Protocol):
    """What results are kept of."""

    @property
    def key(self) -> str:
        """The same for all with the same spec."""

    @property
    def spec(self) -> dict[str, Any]:
        """All that decides on the result."""

    @property
    def label(self) -> dict[str, Any]:
        """What it is to a reader of the file."""


class ResultStore:
    """Results by the key of what they are of, in a file.

    Parameters
    ----------
    path : Path, optional
        SQLite file, made if it is not there; in memory by default.

    Raises
    ------
    ValueError
        If the file is something else.
    """

    def __init__(self, path: Path | None = None) -> None:
        try:
            self._connection = sqlite3.connect(path or ":memory:")
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
        except sqlite3.DatabaseError as error:
            raise InputError(
                f"Store must be a SQLite file that can be written, not {str(path)!r} ({error})"
            ) from None

    def _prepare(self) -> None:
        with self._connection:
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS cells (key TEXT PRIMARY KEY, spec TEXT NOT NULL, "
                "label TEXT NOT NULL, result TEXT NOT NULL)"
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __len__(self) -> int:
        return int(self._connection.execute("SELECT count(*) FROM cells").fetchone()[0])

    def get(self, cell: Stored) -> dict[str, Any] | None:
        """Return the result of a cell, or None if it is not there."""
        row = self._connection.execute(
            "SELECT result FROM cells WHERE key = ?", (cell.key,)
        ).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, cell: Stored, result: dict[str, Any]) -> None:
        """Keep the result of a cell."""
        with self._connection:
            self._connection.execute(
                "INSERT OR REPLACE INTO cells VALUES (?, ?, ?, ?)",
                (
                    cell.key,
                    json.dumps(cell.spec, sort_keys=True),
                    json.dumps(cell.label),
                    json.dumps(result),
                ),
            )


def run_campaign(
    cells: Sequence[Cell],
    *,
    path: Path | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[dict[str, Any]]:
    """Return the result of every cell, in order; run those that are not kept yet.

    Parameters
    ----------
    cells : sequence of Cell
        What to run. Equal cells are run once.
    path : Path, optional
        SQLite file to keep results in.
    workers : int
        How many processes to use on this machine.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``tcp://10.0.0.1:8786``, whose workers to use instead.
        They need the same version of this package.
    progress : callable, optional
        Called with the number of finished cells and of all, at the start and after each cell.

    Raises
    ------
    ValueError
        If the number of workers is not positive, or the store or scheduler cannot be used.
    """
    if workers < 1:
        raise InputError(f"Number of workers must be positive, not {workers!r}")
    with closing(ResultStore(path)) as store:
        results = {cell.key: store.get(cell) for cell in cells}
        missing = list({cell.key: cell for cell in cells if results[cell.key] is None}.values())
        finished, total = len(results) - len(missing), len(results)
        if progress:
            progress(finished, total)
        for cell, result in _run(missing, workers, scheduler):
            store.put(cell, result)
            results[cell.key] = result
            finished += 1
            if progress:
                progress(finished, total)
        return [dict(results[cell.key] or {}) for cell in cells]


def campaign_rows(
    cells: Sequence[Cell],
    *,
    path: Path | None = None,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[dict[str, Any]]:
    """Return label, physics and result of each cell; see :func:`run_campaign`.

    In the spiking style, ``operand_leak_bound`` is the leak below which the circuit is exact on all
    operands without noise.
    """
    results = run_campaign(
        cells, path=path, workers=workers, scheduler=scheduler, progress=progress
    )
    return [
        {
            **cell.target.label,
            **cell.physics.as_dict(),
            "order": cell.order,
            "seed": cell.seed,
            "operand_leak_bound": circuit_leak_bound(cell.target.graph, cell.physics.reset)
            if cell.physics.style == "spiking"
            else None,
            **result,
        }
        for cell, result in zip(cells, results, strict=True)
    ]


def _run(
    cells: list[Cell], workers: int, scheduler: str | None
) -> Iterator[tuple[Cell, dict[str, Any]]]:
    """Yield each cell with its result, in the order in which they are finished."""
    if scheduler is not None:
        yield from _run_on_cluster(cells, scheduler)
    elif min(workers, len(cells)) < 2:
        for cell in cells:
            yield cell, run_cell(cell)
    else:
        # Started afresh, because a fork of a process with threads may hang.
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            futures = {pool.submit(run_cell, cell): cell for cell in cells}
            try:
                for future in as_completed(futures):
                    yield futures[future], future.result()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


def _run_on_cluster(cells: list[Cell], address: str) -> Iterator[tuple[Cell, dict[str, Any]]]:
    distributed = import_extra("distributed", "distributed", "cluster")
    try:
        client = distributed.Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            f"Scheduler must be the address of a running one, not {address!r} ({error})"
        ) from None
    with client:
        by_key = {cell.key: cell for cell in cells}
        futures = client.map(run_cell, cells, key=list(by_key), retries=_RETRIES, pure=False)
        for future in distributed.as_completed(futures, loop=client.loop):
            yield by_key[future.key], future.result()
