# SPDX-License-Identifier: Apache-2.0
"""Bench for one dot product with AXI4-Streams: every result once, in order, whatever the pauses.

The environment variable SPIKEFLOAT_JOB names a JSON file that says what the design computes and
where its operands are; :mod:`sim.verify_vectors` writes it. All ends change at falling edges of
the clock, and look shortly before the rising ones, when all has settled and nothing moves.
"""

import time

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

from sim.pauses import pause_rows
from tb.vector_job import VectorJob

PERIOD = 10

#: Patterns of all ends, and what they are called.
SCENES = {"none": "never", "random": "random"}

#: Clocks, for each result, after which a design that still has some to give is stuck.
PATIENCE = 16

_ROW = 256


def _flags(pattern: str, seed: int):
    """Yield for each clock whether an end pauses."""
    for row in pause_rows(pattern, seed, _ROW):
        yield from row.tolist()


class Source:
    """Offers the vectors of one operand; what is offered stays until it is taken."""

    def __init__(self, dut, name, vectors, pauses):
        self._data = getattr(dut, f"s_axis_{name}_tdata")
        self._valid = getattr(dut, f"s_axis_{name}_tvalid")
        self._ready = getattr(dut, f"s_axis_{name}_tready")
        self._vectors = iter(vectors)
        self._pauses = pauses
        self._offers = False

    def see(self) -> None:
        """Take notice of what the clock edge to come will bring about."""
        if self._offers and self._ready.value == 1:
            self._offers = False

    def drive(self) -> None:
        """Offer the next vector, if it is time."""
        if self._offers or next(self._pauses):
            return
        vector = next(self._vectors, None)
        self._offers = vector is not None
        self._valid.value = int(self._offers)
        self._data.value = vector or 0

    def rest(self) -> None:
        """Offer nothing."""
        if not self._offers:
            self._valid.value = 0


class Sink:
    """Takes results, and sees whether an offer is changed or withdrawn."""

    def __init__(self, dut, pauses):
        self._data, self._valid = dut.m_axis_tdata, dut.m_axis_tvalid
        self._ready = dut.m_axis_tready
        self._pauses = pauses
        self._is_ready = False
        self._offered = None
        self.results = []
        self.broken = 0

    def see(self) -> None:
        """Take notice of what is offered when the clock edge comes."""
        offered = self._data.value.to_unsigned() if self._valid.value == 1 else None
        self.broken += self._offered is not None and offered != self._offered
        if self._is_ready and offered is not None:
            self.results.append(offered)
            offered = None
        self._offered = offered

    def drive(self) -> None:
        """Say whether a result can be taken."""
        self._is_ready = not next(self._pauses)
        self._ready.value = int(self._is_ready)


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
        Source(dut, name, vectors, _flags(pattern, seed))
        for seed, (name, vectors) in enumerate(
            zip("ab", zip(*job.packed, strict=True), strict=True))]
    sink = Sink(dut, _flags(pattern, len(sources)))
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
