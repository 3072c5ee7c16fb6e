# SPDX-License-Identifier: Apache-2.0
"""Bench for an engine: one input after the other, and all that the top module has kept of it.

The top module is that of :mod:`spikefloat.sim.benches.networks.engines`, with the clock in it.
"""

from typing import Any

import cocotb
import numpy as np
from cocotb.triggers import FallingEdge, RisingEdge, SimTimeoutError, Timer, with_timeout
from cocotb.utils import get_sim_time

from spikefloat.sim.benches.top import PERIOD
from spikefloat.tb.job import Job, Recorder, Stopwatch, words_of

#: Clocks after which an input is given up.
_PATIENCE = 200_000

_KEPT = ("result", "elements", "rows", "clocks", "elements_count", "rows_count", "error")


@cocotb.test()
async def every_input(dut: Any) -> None:
    """Each input is sent when the one before has its result."""
    job = Job()
    dut.rst.value = 1
    dut.go.value = 0
    dut.image.value = 0
    dut.gap.value = job.settings["gap"]
    await Timer(10 * PERIOD, unit="ns")
    dut.rst.value = 0
    began = get_sim_time("ns")
    recorders = {name: Recorder(getattr(dut, name)) for name in _KEPT}
    watch = Stopwatch()
    for image in words_of(job.array("images")):
        dut.image.value = image
        dut.go.value = 1
        try:
            await with_timeout(RisingEdge(dut.done), _PATIENCE * PERIOD, "ns")
        except SimTimeoutError:
            raise AssertionError(f"Input must take less than {_PATIENCE} clocks") from None
        for recorder in recorders.values():
            recorder.take()
        dut.go.value = 0
        await FallingEdge(dut.done)
    undefined = [name for name, recorder in recorders.items() if recorder.undefined.any()]
    assert not undefined, f"Bits must be defined, not those of {', '.join(undefined)}"
    numbers = {
        name: recorders[name].rows.copy().view("<u4")[:, 0]
        for name in ("clocks", "elements_count", "rows_count")
    }
    job.record(
        {
            "times": watch.read(),
            "began": np.array(began),
            "results": recorders["result"].rows,
            "elements": recorders["elements"].rows,
            "rows": recorders["rows"].rows,
            "errors": recorders["error"].rows,
            **numbers,
        }
    )
