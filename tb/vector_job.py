# SPDX-License-Identifier: Apache-2.0
"""The job of a bench of dot products, written by :mod:`spikefloat.sim.benches.vectors`."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikefloat.rtl_gen.formats import Format, find_format
from spikefloat.sim.benches.vectors import pack_vector
from spikefloat.sim.golden.arithmetic import describe
from spikefloat.sim.golden.dot import dot

__all__ = ["VectorJob"]

SHOWN = 8


@dataclass(frozen=True)
class VectorJob:
    """A dot product, and pairs of vectors."""

    told: dict[str, Any]  #: The file that the environment variable SPIKEFLOAT_JOB names.
    operands: NDArray[np.int64]  #: Of the shape (2, cases, length).

    @classmethod
    def read(cls) -> "VectorJob":
        """Read the job."""
        told = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
        return cls(told, np.load(told["operands"]))

    @property
    def cases(self) -> int:
        """Number of pairs of vectors."""
        return self.operands.shape[1]

    @property
    def to(self) -> Format:
        """Format of the result."""
        return find_format(self.told["to"])

    @cached_property
    def packed(self) -> list[tuple[int, int]]:
        """The operands of each case as they stand on the wires."""
        width = find_format(self.told["format"]).width
        return [
            (pack_vector(a, width), pack_vector(b, width))
            for a, b in zip(*self.operands.tolist(), strict=True)
        ]

    @cached_property
    def expected(self) -> NDArray[np.int64]:
        """The result of each case, by the golden model."""
        told, (a, b) = self.told, self.operands
        wide = find_format(told["wide"]) if told["wide"] else None
        return dot(
            find_format(told["format"]),
            a,
            b,
            told["accumulate"],
            self.to,
            told["overflow"],
            wide=wide,
        )

    def outcome(self, actual: Sequence[int], seconds: float, **more: str) -> dict[str, Any]:
        """Return what came of one run through all cases; results that are missing are wrong."""
        found = np.full(max(self.cases, len(actual)), -1, np.int64)
        found[: len(actual)] = actual
        wanted = np.full(len(found), -1, np.int64)
        wanted[: self.cases] = self.expected
        wrong = np.flatnonzero(found != wanted)
        lines = [f"{self.told['name']}: {wrong.size} of {self.cases} results wrong"]
        if len(actual) != self.cases:
            lines.append(f"  {len(actual)} results, not {self.cases}")
        a, b = self.operands
        for case in wrong[wrong < min(self.cases, len(actual))][:SHOWN]:
            vectors = " ".join(
                f"{name}=[{' '.join(f'{code:#04x}' for code in row[case])}]"
                for name, row in (("a", a), ("b", b))
            )
            got, right = (
                f"{code:#04x} ({describe(self.to, code)})"
                for code in (int(found[case]), int(wanted[case]))
            )
            lines.append(f"  {vectors}: got {got}, expected {right}")
        return {
            "cases": self.cases,
            "mismatches": int(wrong.size),
            "seconds": seconds,
            "report": "\n".join(lines) if wrong.size else "",
            **more,
        }

    def tell(self, outcomes: Sequence[dict[str, Any]]) -> None:
        """Write what came of every run.

        Raises
        ------
        AssertionError
            If a result is wrong.
        """
        Path(self.told["outcome"]).write_text(json.dumps(list(outcomes)), encoding="utf-8")
        reports = [outcome["report"] for outcome in outcomes if outcome["report"]]
        assert not reports, "\n".join(reports)
