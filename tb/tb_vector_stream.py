# SPDX-License-Identifier: Apache-2.0
"""Bench for one dot product with AXI4-Streams: every result once, in order, whatever the pauses.

The environment variable SPIKEFLOAT_JOB names a JSON file that says what the design computes and
where its operands are; :mod:`spikefloat.sim.benches.vectors` writes it. All ends change at falling
edges of the clock, and look shortly before the rising ones, when all has settled and nothing moves.
"""

import time

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

from spikefloat.tb.stream_ends import Sink, Source, pause_flags
from spikefloat.tb.vector_job import VectorJob

PERIOD = 10

#: Patterns of all ends, and what they are called.
SCENES = {"none": "never", "random": "random"}

#: Clocks, for each result, after which a design that still has some to give is stuck.
PATIENCE = 16


@cocotb.test()
async def every_vector(dut):
    """Without pauses and with them, the expected code comes for every pair of vectors."""
    job = VectorJob.read()
    is_clocked = job.told["latency"] is not None
    if is_clocked:
        Clock(dut.clk, PERIOD, unit="ns").start()
    tick = FallingEdge(dut.clk) if is_clocked else Timer(PERIOD, "ns")
    outcomes = []
    for name, pattern in SCENES.items():
        start = time.perf_counter()
        sink = await _play(dut, job, tick, pattern, is_clocked)
        told = job.outcome(sink.results, time.perf_counter() - start, pauses=name)
        if sink.broken:
            told["mismatches"] += sink.broken
            told["report"] += f"\n{job.told['name']}: {sink.broken} offers changed or withdrawn"
        outcomes.append(told)
    job.tell(outcomes)


async def _play(dut, job, tick, pattern, is_clocked):
    sources = [
        Source(dut, name, vectors, pause_flags(pattern, seed))
        for seed, (name, vectors) in enumerate(
            zip("ab", zip(*job.packed, strict=True), strict=True)
        )
    ]
    sink = Sink(dut, pause_flags(pattern, len(sources)))
    for source in sources:
        source.rest()
    dut.m_axis_tready.value = 0
    if is_clocked:
        dut.rst.value = 1
        for _ in range(4):
            await tick
        dut.rst.value = 0
    settled = Timer(PERIOD // 5, "ns")
    clocks = 0
    rest = 2 * (job.told["latency"] or 0) + 8  # clocks that show that nothing follows
    while rest and clocks < PATIENCE * job.cases + 1000:
        for end in (*sources, sink):
            end.drive()
        for source in sources:
            source.rest()
        await settled
        for end in (*sources, sink):
            end.see()
        await tick
        clocks += 1
        rest -= len(sink.results) >= job.cases
    return sink
