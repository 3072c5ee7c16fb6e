# SPDX-License-Identifier: Apache-2.0
"""Bench with the AXI4-Stream source and sink of cocotbext-axi, as a stranger's view of a layer.

The environment variable SPIKEFLOAT_JOB names a JSON file with weights, vectors and results, each a
list of the bytes of a frame.
"""

import json
import logging
import os
import random
from pathlib import Path

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiStreamBus, AxiStreamSink, AxiStreamSource


@cocotb.test(timeout_time=10, timeout_unit="ms")
@cocotb.parametrize(chance=[0.0, 0.5])
async def frames(dut, chance):
    """A frame of weights, then frames of vectors, give frames of results; a short one is told."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    Clock(dut.clk, 10, "ns").start()
    dut.rst.value = 1
    await ClockCycles(dut.clk, 1)  # the drivers cannot make sense of an undefined reset
    vectors, weights = (
        AxiStreamSource(AxiStreamBus.from_prefix(dut, f"s_axis_{name}"), dut.clk, dut.rst)
        for name in "xw"
    )
    results = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis_y"), dut.clk, dut.rst)
    for axis in (vectors, weights, results):
        axis.log.setLevel(logging.WARNING)  # it would tell of every frame
        axis.set_pause_generator(iter(lambda: random.random() < chance, None))
    await ClockCycles(dut.clk, 3)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 1)

    await weights.send(bytes(job["weights"]))
    for vector in job["vectors"]:
        await vectors.send(bytes(vector))
    for number, result in enumerate(job["results"]):
        frame = await results.recv()
        assert list(frame.tdata) == result, f"vector {number}"
    await ClockCycles(dut.clk, 50)
    assert results.empty(), "Results must not be more than vectors"
    assert dut.frame_error.value == 0

    await vectors.send(bytes(job["vectors"][0][:-1]))
    await vectors.wait()
    await ClockCycles(dut.clk, 2)
    assert dut.frame_error.value == 1
