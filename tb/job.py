# SPDX-License-Identifier: Apache-2.0
"""What a bench is told by :mod:`spikefloat.sim.benches.pairs`, and what it tells in return."""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import find_format
from spikefloat.sim.cases.exhaustive import concerns, operand_cases
from spikefloat.sim.golden.operations import expected, find_operation
from spikefloat.tb.scoreboard import Scoreboard

__all__ = ["Job", "Stopwatch"]


class Stopwatch:
    """How long something takes, from now on."""

    def __init__(self):
        self._start = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        """Return the time so far: by the clock, and of this process alone."""
        return {
            "seconds": time.perf_counter() - self._start[0],
            "cpu_seconds": time.process_time() - self._start[1],
        }


@dataclass(frozen=True)
class Job:
    """Designs under one top module, and the operands of every case."""

    told: dict[str, Any]  #: The file that the environment variable SPIKEFLOAT_JOB names.
    operands: tuple[NDArray[np.int64], ...]  #: One array for each operand.

    @classmethod
    def read(cls) -> "Job":
        """Read the job."""
        told = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
        formats = [find_format(design["format"]) for design in told["designs"]]
        count = find_operation(told["designs"][0]["operation"]).operand_count
        return cls(told, operand_cases(formats, count, told["pairs"]))

    @property
    def designs(self) -> list[dict[str, Any]]:
        """What is known of each design."""
        return self.told["designs"]

    def compare(self, outputs: Sequence[NDArray[np.uint8]], times: dict[str, float]) -> None:
        """Compare results with the golden model, and write the outcome.

        Parameters
        ----------
        outputs
            For each design one row for each case, of the bytes of all results.
        times
            How long it took to get them, as a :class:`Stopwatch` says.

        Raises
        ------
        AssertionError
            If a result is wrong.
        """
        boards = [
            self._board(design, rows) for design, rows in zip(self.designs, outputs, strict=True)
        ]
        outcome = {
            **times,
            "designs": [
                {
                    "cases": board.cases,
                    "mismatches": int(board.wrong.size),
                    "report": board.report(),
                }
                for board in boards
            ],
        }
        text = json.dumps(outcome, indent=1) + "\n"
        Path(self.told["outcome"]).write_text(text, encoding="utf-8")
        reports = [report for board in boards if (report := board.report())]
        assert not reports, "\n".join(reports)

    def _board(self, design: dict[str, Any], outputs: NDArray[np.uint8]) -> Scoreboard:
        fmt = find_format(design["format"])
        mine = concerns(fmt, self.operands, self.told["pairs"])
        # Driven in an order that suits the simulator, reported in one that suits the reader.
        mine = np.flatnonzero(mine)[np.lexsort([codes[mine] for codes in reversed(self.operands)])]
        chosen = [codes[mine] for codes in self.operands]
        columns = outputs[mine, design["offset"] : design["offset"] + design["size"]]
        actual = columns.astype(np.int64) @ (1 << 8 * np.arange(design["size"], dtype=np.int64))
        to = find_format(design["to"]) if design["to"] else None
        wanted = expected(design["operation"], fmt, chosen, design["overflow"], to)
        return Scoreboard(
            design["name"],
            fmt,
            chosen,
            actual,
            wanted,
            find_operation(design["operation"]).is_predicate,
            to,
        )
