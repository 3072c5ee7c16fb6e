# SPDX-License-Identifier: Apache-2.0
"""Bench with the AXI4-Stream source and sink of cocotbext-axi, as a stranger's view of a design.

The environment variable SPIKEFLOAT_JOB names a JSON file with the frames of each source. The frames
that come out are written beside it, for each test in a file of its own.
"""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiStreamBus, AxiStreamSink, AxiStreamSource

from spikefloat.sim.cases.pauses import PAUSES, pause_rows

_ROW = 256


def pause_flags(pattern: str, seed: int) -> Iterator[bool]:
    """Yield for each clock whether an end pauses."""
    for row in pause_rows(pattern, seed, _ROW):
        yield from row.tolist()


def bus(dut: Any, prefix: str) -> Any:
    """Return the signals of a stream."""
    return AxiStreamBus.from_prefix(dut, prefix)


@cocotb.test(timeout_time=10, timeout_unit="ms")
@cocotb.parametrize(source=list(PAUSES), sink=list(PAUSES))
async def frames(dut: Any, source: str, sink: str) -> None:
    """Frames are sent and taken, whatever the pauses; a short one sets the alarm."""
    path = Path(os.environ["SPIKEFLOAT_JOB"])
    job = json.loads(path.read_text(encoding="utf-8"))
    Clock(dut.clk, 10, "ns").start()
    dut.rst.value = 1
    await ClockCycles(dut.clk, 1)  # the drivers cannot make sense of an undefined reset
    ends = [AxiStreamSource(bus(dut, name), dut.clk, dut.rst) for name in job["sources"]]
    taker = AxiStreamSink(bus(dut, job["sink"]), dut.clk, dut.rst)
    for seed, axis in enumerate((*ends, taker)):
        axis.log.setLevel(logging.WARNING)  # it would tell of every frame
        axis.set_pause_generator(pause_flags(sink if axis is taker else source, seed))
    await ClockCycles(dut.clk, 3)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 1)

    for axis, own in zip(ends, job["sources"].values(), strict=True):
        for frame in own:
            await axis.send(bytes(frame))
    taken = [list((await taker.recv()).tdata) for _ in range(job["count"])]
    await ClockCycles(dut.clk, 50)
    assert taker.empty(), "Results must not be more than operands"
    path.with_name(f"{source}-{sink}.json").write_text(json.dumps(taken), encoding="utf-8")
    if job["alarm"] is None:
        return
    alarm = getattr(dut, job["alarm"])
    assert alarm.value == 0
    (first, *_), *_ = job["sources"].values()
    await ends[0].send(bytes(first[:-1]))
    await ends[0].wait()
    await ClockCycles(dut.clk, 2)
    assert alarm.value == 1
