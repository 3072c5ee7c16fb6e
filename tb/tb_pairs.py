# SPDX-License-Identifier: Apache-2.0
"""Bench for combinational designs under one top module: every result equal to the golden model.

The environment variable SPIKEFLOAT_JOB names a JSON file that says what the top module holds, and
which operands to drive; `sim.verify` writes it. The outcome goes into the file that it names,
whether or not the results are right.
"""

import json
import os
import time
from pathlib import Path

import cocotb
import numpy as np

from rtl_gen.formats import find_format
from sim.bench_top import OPERAND_NAMES
from sim.operands import concerns, operand_cases
from sim.reference import expected, find_operation
from tb.driver import drive_cases
from tb.scoreboard import Scoreboard


@cocotb.test()
async def every_case(dut):
    """Every design gives the expected code in every case that concerns it."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    designs = job["designs"]
    formats = [find_format(design["format"]) for design in designs]
    count = find_operation(designs[0]["operation"]).operand_count
    operands = operand_cases(formats, count, job["pairs"])
    inputs = [getattr(dut, name) for name in OPERAND_NAMES[:count]]

    start = time.perf_counter()
    outputs = await drive_cases(inputs, dut.y, operands)
    seconds = time.perf_counter() - start

    boards = []
    for design, fmt in zip(designs, formats, strict=True):
        mine = concerns(fmt, operands, job["pairs"])
        # Driven in an order that suits the simulator, reported in one that suits the reader.
        mine = np.flatnonzero(mine)[np.lexsort([codes[mine] for codes in reversed(operands)])]
        chosen = [codes[mine] for codes in operands]
        columns = outputs[mine, design["offset"] : design["offset"] + design["size"]]
        actual = columns.astype(np.int64) @ (1 << 8 * np.arange(design["size"], dtype=np.int64))
        to = find_format(design["to"]) if design["to"] else None
        wanted = expected(design["operation"], fmt, chosen, design["overflow"], to)
        boards.append(Scoreboard(
            design["name"], fmt, chosen, actual, wanted,
            find_operation(design["operation"]).is_predicate, to))
    outcome = {
        "seconds": seconds,
        "designs": [
            {"cases": board.cases, "mismatches": int(board.wrong.size), "report": board.report()}
            for board in boards],
    }
    Path(job["outcome"]).write_text(json.dumps(outcome, indent=1) + "\n", encoding="utf-8")
    reports = [report for board in boards if (report := board.report())]
    assert not reports, "\n".join(reports)
