# SPDX-License-Identifier: Apache-2.0
"""Bench for linear layers: drives vectors and keeps the outputs.

The environment variable SPIKEFLOAT_JOB names a JSON file that says where the operands are and where
the outputs go, both as bytes; :mod:`spikefloat.sim.benches.layers` writes it, and compares.
"""

import json
import os
from pathlib import Path

import cocotb
import numpy as np
from cocotb.triggers import Timer


@cocotb.test()
async def every_vector(dut):
    """The design gives an output for every vector."""
    job = json.loads(Path(os.environ["SPIKEFLOAT_JOB"]).read_text(encoding="utf-8"))
    operands = np.load(job["operands"])
    size = -(-len(dut.y) // 8)
    settled = Timer(1, "step")
    vectors = operands["x"]
    results = np.empty((*vectors.shape[:2], size), np.uint8)
    for group, rows in enumerate(vectors):
        for name in ("w", "b"):
            if name in operands:
                getattr(dut, name).value = _integer(operands[name][group, 0])
        for index, row in enumerate(rows):
            dut.x.value = _integer(row)
            await settled
            found = dut.y.value.to_unsigned().to_bytes(size, "little")
            results[group, index] = np.frombuffer(found, np.uint8)
    np.save(job["results"], results)


def _integer(row):
    return int.from_bytes(row.tobytes(), "little")
