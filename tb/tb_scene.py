# SPDX-License-Identifier: Apache-2.0
"""Bench without a check: plays a short scene so that its waveforms can be looked at.

The environment variable SPIKEFLOAT_JOB names a JSON file with ``steps``, a list of the values of
the inputs by name, ``kind``, ``clocked`` and ``drain``; :mod:`spikefloat.sim.exchange.waves` writes
it.
"""

import json
import os
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer, Trigger

from spikefloat.tb.stream_ends import Sink, Source, pause_flags

STEP_NS = 10

#: Clocks after which an operation that has not ended is stuck.
PATIENCE = 1000


@cocotb.test()
async def scene(dut: Any) -> None:
    """Play the steps, in a clocked design from falling edge to falling edge."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    tick = FallingEdge(dut.clk) if job["clocked"] else Timer(STEP_NS, "ns")
    steps = job["steps"]
    ends = _stream_ends(dut, steps) if job["kind"] == "stream" else None
    if job["clocked"]:
        dut.rst.value = 1
        for name in steps[0] if job["kind"] != "stream" else ():
            getattr(dut, name).value = 0
        if job["kind"] == "handshake":
            dut.start.value = 0
        Clock(dut.clk, STEP_NS, unit="ns").start()
        await tick
        dut.rst.value = 0
    if ends:
        await _play_stream(*ends, len(steps), tick)
    elif job["kind"] == "handshake":
        await _play_handshake(dut, steps, tick)
    else:
        for step in steps:
            for name, value in step.items():
                getattr(dut, name).value = value
            await tick
    for _ in range(job["drain"]):
        await tick


async def _play_handshake(dut: Any, steps: list[dict[str, int]], tick: Trigger) -> None:
    """Start each operation as soon as the one before it has ended."""
    for step in steps:
        for name, value in step.items():
            getattr(dut, name).value = value
        dut.start.value = 1
        await tick
        dut.start.value = 0
        for _ in range(PATIENCE):
            if dut.valid.value == 1:
                break
            await tick
        else:
            raise AssertionError(f"No result after {PATIENCE} clocks")


def _stream_ends(dut: Any, steps: list[dict[str, int]]) -> tuple[list[Source], Sink]:
    sources = [
        Source(dut, name, [step[name] for step in steps], pause_flags("random", seed))
        for seed, name in enumerate(steps[0])
    ]
    for source in sources:
        source.rest()
    sink = Sink(dut, pause_flags("random", len(sources)))
    dut.m_axis_tready.value = 0
    return sources, sink


async def _play_stream(sources: list[Source], sink: Sink, count: int, tick: Trigger) -> None:
    """Send all operands with random pauses, and wait for as many results."""
    settled = Timer(STEP_NS // 5, "ns")
    for _ in range(PATIENCE):
        for source in sources:
            source.drive()
        sink.drive()
        for source in sources:
            source.rest()
        await settled
        for source in sources:
            source.see()
        sink.see()
        await tick
        if len(sink.results) == count:
            return
    raise AssertionError(f"Results must be {count}, not {len(sink.results)}")
