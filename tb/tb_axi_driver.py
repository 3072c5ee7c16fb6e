# SPDX-License-Identifier: Apache-2.0
"""Bench with the AXI4-Stream source and sink of cocotbext-axi, as a stranger's view of a design.

The environment variable SPIKEFLOAT_JOB names a JSON file with the operation and its format.
"""

import itertools
import json
import logging
import os
import random
from pathlib import Path

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiStreamBus, AxiStreamSink, AxiStreamSource

from spikefloat.rtl_gen.formats import find_format
from spikefloat.sim.golden.operations import expected
from spikefloat.tb.scoreboard import Scoreboard

# Each maker returns an endless iterator of pauses; the last draws on the seed of the run.
PAUSES = [
    cocotb.Param(lambda: itertools.repeat(False), name="never"),
    cocotb.Param(lambda: itertools.cycle([False, False, False, True]), name="one_in_four"),
    cocotb.Param(lambda: iter(lambda: random.random() < 0.5, None), name="random"),
]


@cocotb.test(timeout_time=1, timeout_unit="ms")
@cocotb.parametrize(source=PAUSES, sink=PAUSES)
async def random_operands(dut, source, sink):
    """Frames of random operands give frames of results, whatever the pauses."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    fmt = find_format(job["format"])
    Clock(dut.clk, 10, "ns").start()
    dut.rst.value = 1
    await ClockCycles(dut.clk, 1)  # the drivers cannot make sense of an undefined reset
    sources = [
        AxiStreamSource(AxiStreamBus.from_prefix(dut, f"s_axis_{name}"), dut.clk, dut.rst)
        for name in "ab"
    ]
    taker = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis"), dut.clk, dut.rst)
    for axis in (*sources, taker):
        axis.log.setLevel(logging.WARNING)  # it would tell of every transfer
    await ClockCycles(dut.clk, 3)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 1)

    operands = [np.array([random.randrange(256) for _ in range(job["cases"])]) for _ in sources]
    for axis, codes in zip(sources, operands, strict=True):
        axis.set_pause_generator(source())
        await axis.send(bytes(codes.tolist()))
    taker.set_pause_generator(sink())
    actual = []
    while len(actual) < job["cases"]:
        # Without tlast, each transfer is a frame of its own.
        actual += (await taker.recv()).tdata
    await ClockCycles(dut.clk, 20)
    assert taker.empty(), "Results must not be more than operands"
    Scoreboard(
        job["operation"],
        fmt,
        operands,
        np.array(actual),
        expected(job["operation"], fmt, operands, None),
    ).check(job["cases"])
