# SPDX-License-Identifier: Apache-2.0
"""Bench that applies given words in every clock, for :mod:`spikefloat.sim.benches.trace`."""

from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge
from numpy.typing import NDArray

from spikefloat.tb.job import Job, Recorder, Stopwatch, words_of


@cocotb.test()
async def every_clock(dut: Any) -> None:
    """All words go in, and all that comes out is recorded."""
    job = Job()
    inputs = [(getattr(dut, name), words_of(job.array(name))) for name in job.settings["inputs"]]
    outputs = {name: Recorder(getattr(dut, name)) for name in job.settings["outputs"]}

    # In reset until every register has been through it, delay lines included.
    Clock(dut.clk, 10, unit="ns").start(start_high=False)
    dut.rst.value = 1
    for handle, _ in inputs:
        handle.value = 0
    for _ in range(job.settings["reset_clocks"]):
        await FallingEdge(dut.clk)
    dut.rst.value = 0
    watch = Stopwatch()
    before: list[int | None] = [None] * len(inputs)
    for clock in range(len(inputs[0][1])):
        for index, (handle, words) in enumerate(inputs):
            if words[clock] != before[index]:
                handle.value = before[index] = words[clock]
        await FallingEdge(dut.clk)
        for recorder in outputs.values():
            recorder.take()
    arrays: dict[str, NDArray[Any]] = {"times": watch.read()}
    for name, recorder in outputs.items():
        arrays |= {name: recorder.rows, f"{name} undefined": recorder.undefined}
    job.record(arrays)
