# SPDX-License-Identifier: Apache-2.0
"""Bench for designs with a handshake under one top module: operations back to back.

The top module is :func:`spikefloat.sim.benches.handshake.handshake_top`. Results are recorded, and
after how many clocks they came.
"""

from typing import Any

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, RisingEdge, SimTimeoutError, with_timeout
from cocotb.utils import get_sim_time
from numpy.typing import NDArray

from spikefloat.sim.benches.top import PERIOD
from spikefloat.tb.job import Job, Recorder, Stopwatch, words_of


async def operate(dut: Any, index: int, words: list[int], limit: int) -> dict[str, NDArray[Any]]:
    """Pass every row of operands, and return what came, up to an operation that does not end."""
    start = getattr(dut, f"start_{index}")
    valid = getattr(dut, f"valid_{index}")
    operands = getattr(dut, f"operands_{index}")
    recorder = Recorder(getattr(dut, f"results_{index}"))
    is_ready = getattr(dut, f"ready_{index}").value == 1
    clocks = []
    # Inputs change, and outputs are read, half a clock away from the edge that counts.
    start.value = 1
    operands.value = words[0]
    began = get_sim_time("ns")
    for following in [*words[1:], None]:
        try:
            await with_timeout(RisingEdge(valid), limit * PERIOD, "ns")
        except SimTimeoutError:
            break
        await FallingEdge(dut.clk)
        now = get_sim_time("ns")
        clocks.append((now - began) / PERIOD)
        began = now
        recorder.take()
        if following is None:
            start.value = 0
        else:
            operands.value = following
    return {
        f"ready_{index}": np.array(is_ready),
        f"clocks_{index}": np.array(clocks),
        f"results_{index}": recorder.rows,
        f"undefined_{index}": recorder.undefined,
    }


@cocotb.test()
async def every_operation(dut: Any) -> None:
    """Every operation of every design is started, and what comes of it recorded."""
    job = Job()
    latencies = job.settings["latencies"]
    dut.rst.value = 1
    for index in range(len(latencies)):
        getattr(dut, f"start_{index}").value = 0
        getattr(dut, f"operands_{index}").value = 0
    Clock(dut.clk, PERIOD, unit="ns").start(start_high=False)
    for _ in range(3):
        await FallingEdge(dut.clk)
    dut.rst.value = 0
    await FallingEdge(dut.clk)
    began = get_sim_time("ns")
    watch = Stopwatch()
    tasks = [
        cocotb.start_soon(
            operate(
                dut,
                index,
                words_of(job.array(f"operands_{index}")),
                job.settings["patience"] * latency,
            )
        )
        for index, latency in enumerate(latencies)
    ]
    arrays: dict[str, NDArray[Any]] = {}
    for task in tasks:
        arrays |= await task
    job.record({"times": watch.read(), "began": np.array(began), **arrays})
