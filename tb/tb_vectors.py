# SPDX-License-Identifier: Apache-2.0
"""Bench for one dot product: every result equal to the golden model.

The environment variable SPIKEFLOAT_JOB names a JSON file that says what the design computes and
where its operands are; :mod:`sim.verify_vectors` writes it.
"""

import json
import os
import time
from pathlib import Path

import cocotb
import numpy as np
from cocotb.triggers import Timer

from rtl_gen.formats import find_format
from sim.golden import describe
from sim.golden_dot import dot
from sim.verify_vectors import pack_vector

SHOWN = 8


@cocotb.test()
async def every_vector(dut):
    """The design gives the expected code for every pair of vectors."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    fmt, to = find_format(job["format"]), find_format(job["to"])
    wide = find_format(job["wide"]) if job["wide"] else None
    a, b = np.load(job["operands"])
    expected = dot(fmt, a, b, job["accumulate"], to, job["overflow"], wide=wide)

    settled = Timer(1, "step")
    actual = np.empty(len(a), np.int64)
    start = time.perf_counter()
    rows = zip(a.tolist(), b.tolist(), strict=True)
    for case, (row_a, row_b) in enumerate(rows):
        dut.a.value = pack_vector(row_a, fmt.width)
        dut.b.value = pack_vector(row_b, fmt.width)
        await settled
        actual[case] = dut.y.value.to_unsigned()
    seconds = time.perf_counter() - start

    wrong = np.flatnonzero(actual != expected)
    lines = [f"{job['name']}: {wrong.size} of {len(a)} results wrong"] if wrong.size else []
    for case in wrong[:SHOWN]:
        vectors = " ".join(
            f"{name}=[{' '.join(f'{code:#04x}' for code in row[case])}]"
            for name, row in (("a", a), ("b", b)))
        lines.append(
            f"  {vectors}: got {actual[case]:#04x} ({describe(to, int(actual[case]))}), "
            f"expected {expected[case]:#04x} ({describe(to, int(expected[case]))})")
    report = "\n".join(lines)
    Path(job["outcome"]).write_text(json.dumps({
        "cases": len(a), "mismatches": int(wrong.size), "report": report, "seconds": seconds}),
        encoding="utf-8")
    assert not wrong.size, report
