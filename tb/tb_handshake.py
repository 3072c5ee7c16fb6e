# SPDX-License-Identifier: Apache-2.0
"""Bench for designs with a handshake under one top module: operations back to back, each in time.

The environment variable SPIKEFLOAT_JOB names a JSON file with the operands of each design, and a
name for its results; `spikefloat.sim.benches.handshake` writes it, and compares the results.
"""

import json
import os
from pathlib import Path

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, RisingEdge, with_timeout
from cocotb.utils import get_sim_time

_PERIOD = 10


async def operate(dut, index: int, name: str, latency: int, rows, patience: int):
    """Pass every row of operands, and return the rows of results."""
    start = getattr(dut, f"start_{index}")
    valid = getattr(dut, f"valid_{index}")
    operands = getattr(dut, f"operands_{index}")
    results = getattr(dut, f"results_{index}")
    given = [int.from_bytes(row.tobytes(), "little") for row in rows]
    limit = patience * latency * _PERIOD
    found = []
    # Inputs change, and outputs are read, half a clock away from the edge that counts.
    assert getattr(dut, f"ready_{index}").value == 1, f"{name} must be ready after reset"
    start.value = 1
    operands.value = given[0]
    began = get_sim_time("ns")
    for following in [*given[1:], None]:
        await with_timeout(RisingEdge(valid), limit, "ns")
        await FallingEdge(dut.clk)
        clocks = (get_sim_time("ns") - began) / _PERIOD
        assert clocks == latency, f"{name} must take {latency} clocks, not {clocks:g}"
        began = get_sim_time("ns")
        found.append(results.value.to_bytes(byteorder="little"))
        if following is None:
            start.value = 0
        else:
            operands.value = following
    return np.frombuffer(b"".join(found), np.uint8)


@cocotb.test()
async def every_operation(dut):
    """Every design ends every operation in its time."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    designs = job["designs"]
    dut.rst.value = 1
    for index in range(len(designs)):
        getattr(dut, f"start_{index}").value = 0
        getattr(dut, f"operands_{index}").value = 0
    Clock(dut.clk, _PERIOD, unit="ns").start(start_high=False)
    for _ in range(3):
        await FallingEdge(dut.clk)
    dut.rst.value = 0
    await FallingEdge(dut.clk)
    tasks = [
        cocotb.start_soon(
            operate(
                dut,
                index,
                design["name"],
                design["latency"],
                np.load(design["operands"]),
                job["patience"],
            )
        )
        for index, design in enumerate(designs)
    ]
    for design, task in zip(designs, tasks, strict=True):
        np.save(design["results"], await task)
