# SPDX-License-Identifier: Apache-2.0
"""Bench for one dot product: every result equal to the golden model.

The environment variable SPIKEFLOAT_JOB names a JSON file that says what the design computes and
where its operands are; :mod:`spikefloat.sim.benches.vectors` writes it. A clocked design takes a
pair of vectors in each clock, and its results are taken exactly as many clocks later as its latency
says.
"""

import time

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

from spikefloat.tb.vector_job import VectorJob

PERIOD = 10


@cocotb.test()
async def every_vector(dut):
    """The design gives the expected code for every pair of vectors."""
    job = VectorJob.read()
    drive = _combinational if job.told["latency"] is None else _clocked
    start = time.perf_counter()
    actual = await drive(dut, job)
    job.tell([job.outcome(actual, time.perf_counter() - start)])


async def _combinational(dut, job):
    settled = Timer(1, "step")
    actual = []
    for a, b in job.packed:
        dut.a.value = a
        dut.b.value = b
        await settled
        actual.append(dut.y.value.to_unsigned())
    return actual


async def _clocked(dut, job):
    latency = job.told["latency"]
    # In reset until delay lines are empty, then a pair from each falling edge to the next.
    dut.rst.value = 1
    dut.a.value = 0
    dut.b.value = 0
    if job.told["has_discharge"]:
        dut.discharge.value = 0
    Clock(dut.clk, PERIOD, unit="ns").start()
    fallen = FallingEdge(dut.clk)
    for _ in range(latency + 2):
        await fallen
    dut.rst.value = 0
    actual = []
    for clock in range(job.cases + latency):
        if clock < job.cases:
            dut.a.value, dut.b.value = job.packed[clock]
        if job.told["has_discharge"]:
            dut.discharge.value = int(clock == 0)
        if clock >= latency:
            # Before this clock's operands reach anything, as they were written just now.
            actual.append(dut.y.value.to_unsigned())
        await fallen
    return actual
