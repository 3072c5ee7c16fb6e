# SPDX-License-Identifier: Apache-2.0
"""Bench that sticks one neuron after another, and sends operands until a result is wrong.

The environment variable SPIKEFLOAT_JOB names a JSON file that
:mod:`spikefloat.sim.campaigns.faults` writes. Every fault that no chunk of operands shows has seen
them all.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge


class Circuit:
    """The module, its operands and the right results."""

    def __init__(self, dut: Any, job: Mapping[str, Any]) -> None:
        self._dut = dut
        self._latency = job["latency"]
        self._inputs = [
            (getattr(dut, name), np.load(file).tolist()) for name, file in job["inputs"].items()
        ]
        self._result = getattr(dut, job["output"])
        self._expected: list[int] = np.load(job["expected"]).tolist()
        self.cases = len(self._expected)

    async def first_wrong(self, start: int, stop: int) -> int | None:
        """Return the first case of a chunk whose result is wrong."""
        edge = FallingEdge(self._dut.clk)
        for clock in range(start, stop + self._latency - 1):
            if clock < stop:
                for handle, values in self._inputs:
                    handle.value = values[clock]
            await edge
            case: int = clock - self._latency + 1
            if case >= start and int(self._result.value) != self._expected[case]:
                return case
        return None


@cocotb.test()
async def every_fault(dut: Any) -> None:
    """Without a fault all is right; with each, the first operands that tell are noted."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    circuit = Circuit(dut, job)
    Clock(dut.clk, 10, unit="ns").start(start_high=False)
    for name in ("noise", "stuck_at_0", "stuck_at_1"):
        getattr(dut, name).value = 0
    dut.rst.value = 1
    dut.discharge.value = 1
    for name in job["inputs"]:
        getattr(dut, name).value = 0
    for _ in range(job["latency"] + 1):
        await FallingEdge(dut.clk)
    dut.rst.value = 0
    wrong = await circuit.first_wrong(0, min(circuit.cases, job["clean_cases"]))
    assert wrong is None, f"Without a fault, case {wrong} must be right"

    first = {}
    for value in (0, 1):
        stuck = getattr(dut, f"stuck_at_{value}")
        for neuron in job["neurons"]:
            stuck.value = 1 << neuron
            start, size = 0, job["chunk"]
            wrong = None
            while wrong is None and start < circuit.cases:
                stop = min(start + size, circuit.cases)
                wrong = await circuit.first_wrong(start, stop)
                start, size = stop, 4 * size
            first[f"{neuron}:{value}"] = wrong
            stuck.value = 0
    Path(job["outcome"]).write_text(json.dumps(first) + "\n", encoding="utf-8")
