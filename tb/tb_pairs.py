# SPDX-License-Identifier: Apache-2.0
"""Bench for combinational designs under one top module: every result equal to the golden model.

The environment variable SPIKEFLOAT_JOB names a JSON file that says what the top module holds, and
which operands to drive; `spikefloat.sim.benches.pairs` writes it. The outcome goes into the file
that it names, whether or not the results are right.
"""

import cocotb

from spikefloat.sim.benches.top import OPERAND_NAMES
from spikefloat.tb.driver import drive_cases
from spikefloat.tb.job import Job, Stopwatch


@cocotb.test()
async def every_case(dut):
    """Every design gives the expected code in every case that concerns it."""
    job = Job.read()
    inputs = [getattr(dut, name) for name in OPERAND_NAMES[: len(job.operands)]]
    watch = Stopwatch()
    outputs = await drive_cases(inputs, dut.y, job.operands)
    job.compare([outputs] * len(job.designs), watch.read())
