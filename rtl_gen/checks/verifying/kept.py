# SPDX-License-Identifier: Apache-2.0
"""Keeping exact results of checks in a file, so that a check that was stopped goes on."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spikefloat.rtl_gen.version import installed_version
from spikefloat.sim.benches.dut import Check, Dut, Outcome, StreamOutcome
from spikefloat.sim.campaigns.store import ResultStore
from spikefloat.sim.cases.pauses import Pauses
from spikefloat.sim.simulators.find import find_simulator

__all__ = ["Kept", "KeptOutcomes", "open_kept"]

#: Changes whenever the same check would be judged in another way.
_BENCH_VERSION = 1

#: What is kept of an outcome, beside the pauses; nothing was wrong with it.
_FIELDS = ("simulator", "cases", "build_seconds", "seconds", "cpu_seconds")
_STREAM_FIELDS = ("broken", "latency", "missed", "interval", "clocks")


@dataclass(frozen=True)
class Kept:
    """A check in one simulator, as a store of results knows it."""

    spec: dict[str, Any]  #: All that decides on the result.

    @classmethod
    def of(cls, check: Check, simulator: str, pauses: Sequence[Pauses]) -> "Kept":
        """Return what a check is kept as."""
        dut, cases = check.dut, check.cases
        digest = hashlib.sha256()
        # Its own cases, whatever else is driven for other designs of the same build.
        operands = {name: cases.rows(name) for name in cases.operands}
        for arrays in (operands, cases.expected):
            for name, array in sorted(arrays.items()):
                digest.update(f"{name} {array.dtype} {array.shape}".encode())
                digest.update(array.tobytes())
        found = find_simulator(simulator)
        return cls(
            {
                "bench": _BENCH_VERSION,
                "version": installed_version(),
                "simulator": f"{found.name} {found.version}",
                "verilog": hashlib.sha256(dut.verilog.encode()).hexdigest(),
                "module": dut.module,
                "ports": repr((dut.inputs, dut.outputs, dut.alarms)),
                "timing": [dut.contract.value, dut.latency, dut.last_latency, dut.interval],
                "cases": digest.hexdigest(),
                "pauses": [asdict(one) for one in pauses],
            }
        )

    @property
    def key(self) -> str:
        """SHA-256 of the spec, in hexadecimal."""
        return hashlib.sha256(json.dumps(self.spec, sort_keys=True).encode()).hexdigest()

    @property
    def label(self) -> dict[str, Any]:
        """What the check is to a reader."""
        return {"module": self.spec["module"], "simulator": self.spec["simulator"]}


class KeptOutcomes:
    """Outcomes of checks in which nothing was wrong, by what decides on them."""

    def __init__(self, store: ResultStore) -> None:
        self._store = store

    def get(self, key: Kept, dut: Dut) -> list[Outcome]:
        """Return the outcomes of a check, or none."""
        result = self._store.get(key) or {"outcomes": []}
        return [_outcome(record, dut) for record in result["outcomes"]]

    def put(self, key: Kept, outcomes: Sequence[Outcome]) -> None:
        """Keep the outcomes of a check, unless something was wrong."""
        if not any(outcome.mismatches for outcome in outcomes):
            self._store.put(key, {"outcomes": [_record(outcome) for outcome in outcomes]})


@contextmanager
def open_kept(path: Path | None) -> Iterator[KeptOutcomes | None]:
    """Yield what is kept in a file, which is made if it is not there; None without a file.

    Raises
    ------
    InputError
        If the file is something else.
    """
    if path is None:
        yield None
        return
    with closing(ResultStore(path)) as store:
        yield KeptOutcomes(store)


def _record(outcome: Outcome) -> dict[str, Any]:
    record = {name: getattr(outcome, name) for name in _FIELDS}
    if isinstance(outcome, StreamOutcome):
        record |= {name: getattr(outcome, name) for name in _STREAM_FIELDS}
        record["pauses"] = asdict(outcome.pauses)
    return record


def _outcome(record: dict[str, Any], dut: Dut) -> Outcome:
    known = {**record, "dut": dut, "mismatches": 0, "report": "", "results": {}}
    if "pauses" in record:
        return StreamOutcome(**{**known, "pauses": Pauses(**record["pauses"])})
    return Outcome(**known)
