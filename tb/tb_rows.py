# SPDX-License-Identifier: Apache-2.0
"""Bench for designs under one top module: one case per clock, every output recorded.

The top module is :func:`spikefloat.sim.benches.top.row_top`. Python gives it a row of operands
at a time, and records a row of results.
"""

from typing import Any

import cocotb
import numpy as np
from cocotb.triggers import FallingEdge, Timer
from cocotb.utils import get_sim_time
from numpy.typing import NDArray

from spikefloat.sim.benches.top import PERIOD, ROW
from spikefloat.tb.job import Job, Recorder, Stopwatch


def rows_of(operands: NDArray[np.uint8], width: int, cases: int, count: int) -> list[int]:
    """Return operands as the rows that the top module takes, with zeros at the end."""
    bits = np.zeros((count * ROW, width), np.uint8)
    # Operands with fewer rows stay for several cases.
    every = operands[np.arange(cases) * len(operands) // cases]
    own = np.unpackbits(every, axis=1, bitorder="little")[:, :width]
    bits[:cases, : own.shape[1]] = own
    return [
        int.from_bytes(row.tobytes(), "little")
        for row in np.packbits(bits.reshape(count, ROW * width), axis=1, bitorder="little")
    ]


@cocotb.test()
async def every_clock(dut: Any) -> None:
    """A case goes in at every clock, and what comes out after every clock is recorded."""
    job = Job()
    cases, last = job.settings["cases"], job.settings["last_clock"]
    count = -(-(cases + last) // ROW)
    signals = []
    for name in job.settings["signals"]:
        handle = getattr(dut, f"{name}_row")
        signals.append((handle, rows_of(job.array(name), len(handle) // ROW, cases, count)))

    row = Timer(ROW * PERIOD, unit="ns")
    # In reset for whole rows, until the delay lines of every design are empty.
    dut.rst.value = 1
    for handle, _ in signals:
        handle.value = 0
    await FallingEdge(dut.clk)
    for _ in range(-(-last // ROW)):
        await row
    dut.rst.value = 0
    began = get_sim_time("ns")
    recorder = Recorder(dut.y_row)
    watch = Stopwatch()
    for index in range(count):
        for handle, rows in signals:
            handle.value = rows[index]
        await row
        recorder.take()
    times = watch.read()
    clocks = (count * ROW, -1)
    job.record(
        {
            "times": times,
            "began": np.array(began),
            "rows": recorder.rows.reshape(clocks),
            "undefined": recorder.undefined.reshape(clocks),
        }
    )
