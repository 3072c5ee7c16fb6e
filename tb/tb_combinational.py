# SPDX-License-Identifier: Apache-2.0
"""Bench for combinational designs under one top module: apply every case, record what comes out.

Almost all the time goes into crossing between Python and the simulator. So handles are looked up
once, one trigger is used again and again, an operand is written only when it changes, and the
output is read as bytes.
"""

from itertools import pairwise
from typing import Any

import cocotb
import numpy as np
from cocotb.triggers import Timer

from spikefloat.sim.benches.top import PERIOD
from spikefloat.tb.job import Job, Recorder, Stopwatch, words_of


@cocotb.test()
async def every_case(dut: Any) -> None:
    """Every case is applied, and the output of all designs recorded."""
    job = Job()
    cases = job.settings["cases"]
    signals = []
    for name in job.settings["signals"]:
        # Operands with fewer rows stay for several cases.
        rows = job.array(name)
        rows = rows[np.arange(cases) * len(rows) // cases]
        changes = (np.flatnonzero((rows[1:] != rows[:-1]).any(axis=1)) + 1).tolist()
        signals.append((getattr(dut, name), words_of(rows), changes))
    signals.sort(key=lambda signal: len(signal[2]))
    *slow, (fast, fast_values, _) = signals
    bounds = sorted({0, cases}.union(*(changes for *_, changes in slow)))

    # For an eye, a case takes as long as a clock elsewhere.
    settled = Timer(PERIOD, "ns") if job.settings["is_slow"] else Timer(1, "step")
    recorder = Recorder(dut.y)
    take = recorder.take
    watch = Stopwatch()
    for start, stop in pairwise(bounds):
        for handle, values, _ in slow:
            handle.value = values[start]
        for case in range(start, stop):
            fast.value = fast_values[case]
            await settled
            take()
    times = watch.read()
    job.record(
        {
            "times": times,
            "rows": recorder.rows,
            "undefined": recorder.undefined,
            "began": np.array(0.0),
        }
    )
