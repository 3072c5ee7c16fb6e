# SPDX-License-Identifier: Apache-2.0
"""Bench that applies given words in every clock and writes down what comes out.

The environment variable SPIKEFLOAT_JOB names a JSON file that
:mod:`spikefloat.sim.simulators.trace` writes. Nothing is judged here but that every output is
defined; who asked for the trace compares it.
"""

import json
import os
from pathlib import Path

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge
from cocotb.types import Logic


@cocotb.test()
async def every_clock(dut):
    """All words went in, and all that came out is defined."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    folder = Path(job["folder"])
    inputs = []
    for name in job["inputs"]:
        rows = np.load(folder / f"in_{name}.npy")
        words = [int.from_bytes(row.tobytes(), "little") for row in rows]
        inputs.append((getattr(dut, name), words))
    outputs = [(name, getattr(dut, name), []) for name in job["outputs"]]
    clocks = len(inputs[0][1])

    # In reset until every register has been through it, delay lines included.
    Clock(dut.clk, 10, unit="ns").start(start_high=False)
    dut.rst.value = 1
    for handle, _ in inputs:
        handle.value = 0
    for _ in range(job["reset_clocks"]):
        await FallingEdge(dut.clk)
    dut.rst.value = 0
    before = [None] * len(inputs)
    for clock in range(clocks):
        for index, (handle, words) in enumerate(inputs):
            if words[clock] != before[index]:
                handle.value = before[index] = words[clock]
        await FallingEdge(dut.clk)
        for _, handle, taken in outputs:
            value = handle.value
            # A port of one bit has a type of its own.
            taken.append(
                bytes([int(value)])
                if isinstance(value, Logic)
                else value.to_bytes(byteorder="little")
            )
    for name, _, taken in outputs:
        rows = np.frombuffer(b"".join(taken), np.uint8).reshape(clocks, -1)
        np.save(folder / f"out_{name}.npy", rows)
