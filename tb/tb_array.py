# SPDX-License-Identifier: Apache-2.0
"""Bench for layers on arrays of lanes: send vectors with pauses, and keep what comes out.

The environment variable SPIKEFLOAT_JOB names a JSON file that :mod:`spikefloat.sim.benches.arrays`
writes, and that compares the results afterwards.
"""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, RisingEdge

from spikefloat.sim.cases.pauses import pause_rows
from spikefloat.tb.array_ports import LayerDriver, Transfer

ROW = 1024

#: Clocks in which nothing more may come, after all is there.
QUIET = 30


def pauses_of(name: str, seed: int) -> Iterator[bool]:
    """Yield whether to pause, clock by clock."""
    for row in pause_rows(name, seed, ROW):
        yield from row.tolist()


def make_driver(
    part: dict, scene: dict, y_bytes: int, seed: int, *, weights_first: bool
) -> LayerDriver:
    """Return a driver for one part of a job."""
    x = [
        Transfer(data, index == len(row) - 1) for row in part["x"] for index, data in enumerate(row)
    ]
    w = [Transfer(code, index == len(part["w"]) - 1) for index, code in enumerate(part["w"])]
    pauses = tuple(
        pauses_of(scene[end], seed + offset)
        for offset, end in enumerate(("source", "source", "sink"))
    )
    return LayerDriver(x, w, pauses, y_bytes, weights_first=weights_first)


def read(signal) -> int:
    """Return the value of a signal, all of which must be defined."""
    try:
        return int(signal.value)
    except ValueError:
        raise AssertionError(f"{signal._name} must be defined, not {signal.value}") from None


async def drive(dut, index: int, design: dict, scene: dict) -> dict:
    """Drive one design through all parts of its job, one after the other."""
    inputs, outputs = getattr(dut, f"drive_{index}"), getattr(dut, f"seen_{index}")
    told = {"results": [], "broken": 0, "frame_error": False, "x_clocks": [], "y_clocks": []}
    clock = 0
    edge = RisingEdge(dut.clk)
    for number, part in enumerate(design["parts"]):
        driver = make_driver(
            part,
            scene,
            design["y_bytes"],
            1000 * scene["seed"] + 100 * index + 10 * number,
            weights_first=number > 0,
        )
        quiet, before = 0, None
        while quiet < (QUIET if len(driver.results) >= part["results"] else design["patience"]):
            await edge
            inputs.value = driver.step(read(outputs), clock)
            clock += 1
            quiet = quiet + 1 if driver.progress == before else 0
            before = driver.progress
        told["results"] += driver.results
        told["x_clocks"] += driver.x.taken_at
        told["y_clocks"] += driver.result_clocks
        told["broken"] += driver.broken
        told["frame_error"] |= driver.frame_error
        inputs.value = 0
    return told


@cocotb.test()
async def every_vector(dut):
    """Drive all designs at once, in each scene, from reset."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    start = time.perf_counter()
    Clock(dut.clk, 10, "ns").start()
    scenes = []
    for scene in job["scenes"]:
        dut.rst.value = 1
        for index in range(len(job["designs"])):
            getattr(dut, f"drive_{index}").value = 0
        await ClockCycles(dut.clk, 3)
        dut.rst.value = 0
        tasks = [
            cocotb.start_soon(drive(dut, index, design, scene))
            for index, design in enumerate(job["designs"])
        ]
        scenes.append([await task for task in tasks])
    Path(job["outcome"]).write_text(
        json.dumps({"seconds": time.perf_counter() - start, "scenes": scenes}), encoding="utf-8"
    )
