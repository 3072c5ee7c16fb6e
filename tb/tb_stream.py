# SPDX-License-Identifier: Apache-2.0
"""Bench for clocked designs under one top module: one case per clock, every result expected.

The job is that of :mod:`spikefloat.tb.tb_pairs`; the top module is that of
:mod:`spikefloat.sim.benches.clocked_top`. Results are taken exactly as many clocks after their
operands as the latency of each design says.
"""

import cocotb
import numpy as np
from cocotb.triggers import FallingEdge, Timer

from spikefloat.sim.benches.clocked_top import PERIOD, ROW, result_clock
from spikefloat.sim.benches.top import OPERAND_NAMES
from spikefloat.tb.job import Job, Stopwatch


def _rows(values, width: int, count: int) -> list[int]:
    """Return values as the rows that the top module takes, with zeros at the end."""
    bits = np.zeros((count * ROW, width), np.uint8)
    bits[: len(values)] = values[:, None] >> np.arange(width) & 1
    return [
        int.from_bytes(row.tobytes(), "little")
        for row in np.packbits(bits.reshape(count, ROW * width), axis=1, bitorder="little")
    ]


@cocotb.test()
async def every_clock(dut):
    """Every design takes a case in every clock, and gives the expected code after its latency."""
    job = Job.read()
    cases = len(job.operands[0])
    last = max(result_clock(design["latency"]) for design in job.designs)
    count = -(-(cases + last) // ROW)
    discharge = np.ones(cases, np.int64)
    if job.told["discharge"] == "first":
        discharge[1:] = 0
    signals = [(dut.discharge_row, _rows(discharge, 1, count))]
    for name, codes in zip(OPERAND_NAMES, job.operands, strict=False):
        handle = getattr(dut, f"{name}_row")
        signals.append((handle, _rows(codes, len(handle) // ROW, count)))

    row = Timer(ROW * PERIOD, unit="ns")
    # In reset for whole rows, until the delay lines of every design are empty.
    dut.rst.value = 1
    for handle, _ in signals:
        handle.value = 0
    await FallingEdge(dut.clk)
    for _ in range(-(-last // ROW)):
        await row
    dut.rst.value = 0
    watch = Stopwatch()
    taken = []
    for index in range(count):
        for handle, rows in signals:
            handle.value = rows[index]
        await row
        taken.append(dut.y_row.value.to_bytes(byteorder="little"))
    times = watch.read()
    results = np.frombuffer(b"".join(taken), np.uint8).reshape(count * ROW, -1)
    job.compare(
        [
            results[(first := result_clock(design["latency"])) : first + cases]
            for design in job.designs
        ],
        times,
    )
