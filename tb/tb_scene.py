# SPDX-License-Identifier: Apache-2.0
"""Bench without a check: plays a short scene so that its waveforms can be looked at.

The environment variable SPIKEFLOAT_JOB names a JSON file with ``steps``, a list of the values of
the inputs by name, and ``clocked``; :mod:`sim.waves` writes it.
"""

import json
import os
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

STEP_NS = 10


@cocotb.test()
async def scene(dut):
    """Apply each step for 10 ns, in a clocked design from falling edge to falling edge."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    if job["clocked"]:
        dut.rst.value = 1
        for name in job["steps"][0]:
            getattr(dut, name).value = 0
        Clock(dut.clk, STEP_NS, unit="ns").start()
        await FallingEdge(dut.clk)
        dut.rst.value = 0
    for step in job["steps"]:
        for name, value in step.items():
            getattr(dut, name).value = value
        if job["clocked"]:
            await FallingEdge(dut.clk)
        else:
            await Timer(STEP_NS, "ns")
    for _ in range(job["drain"]):
        await FallingEdge(dut.clk)
